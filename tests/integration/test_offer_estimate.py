"""How many could take a post: rounded, what each criterion costs, never who."""

from datetime import date

import pytest

from matching import offer_entry, offer_estimate
from matching.eligibility import programme
from matching.offer_entry import OfferEntry
from matching.scoring.referential import Referential
from matching.vocabulary import PlacementState
from tests import build

BOOK, DAY = programme.load(), date(2013, 11, 4)


@pytest.mark.parametrize(
    ("count", "told"), [(0, None), (9, None), (10, 10), (12, 10), (13, 15), (28, 30), (104, 105)]
)
def test_a_count_is_told_to_the_nearest_five_and_not_below_ten(count, told):
    assert offer_estimate.rounded(count) == told


def test_who_could_take_the_post_and_what_each_criterion_costs(session):
    def people(number, **changes):
        return [build.person(session, wanted_title="jardinier", **changes) for _ in range(number)]

    people(12, driving_licence=True)
    people(8, driving_licence=False)
    people(3, driving_licence=None)  # asked for: nobody knows
    for _ in range(9):
        build.person(session, wanted_title="comptable")
    people(11, birth_date=date(1980, 1, 1))  # no right to the programme
    for _ in range(6):  # under contract: not to be had
        build.placement(session, state=PlacementState.SIGNED)
    pool = offer_estimate.pool(session, BOOK, Referential.starter(), on=DAY)

    def asked(**terms):
        entry = OfferEntry("Jardinier", "CDI", scheme="emploi_avenir", weekly_hours=35.0, **terms)
        return offer_estimate.estimate(pool, offer_entry.draft(entry))

    free = asked()
    assert free.about == 25  # 23
    assert {cost.criterion: (cost.asked, cost.with_it, cost.without) for cost in free.costs} == {
        "level": (False, None, 25),  # none of them has a diploma
        "licence": (False, 15, 25),
    }
    licence = asked(needs_licence=True)
    assert licence.about == 15 and licence.costs[1] == offer_estimate.Cost("licence", True, 15, 25)
    assert asked(level_min=4).about is None
