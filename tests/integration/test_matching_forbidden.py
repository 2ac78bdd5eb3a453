"""What a score may not read (security.md M4): identity, address, zone and recognition move nothing."""

from datetime import date

import pytest

from matching import homes
from matching.reference import write
from matching.store.engine import seal_of
from matching.store.people import DisabilityRecognition
from tests import build
from tests.matcher import DAY, run, standing


@pytest.fixture
def base(session):
    write(session)
    build.offer(session, reference="O-1")
    return session


def everything(session, outcome):
    return {
        pair: (each.rank, each.proposal.score, each.proposal.parts, each.proposal.reasons, each.priority)
        for pair, each in standing(session, outcome).items()
    }


@pytest.mark.parametrize("forbidden", ["identity", "address", "zone", "recognition"])
def test_what_a_score_may_not_read_moves_neither_score_nor_order_nor_priority(base, forbidden):
    people = [build.person(base, identifier=f"P-{number}") for number in range(4)]
    before = everything(base, run(base))
    for person in people[:2]:
        if forbidden == "identity":
            person.civility, person.family_name, person.given_names, person.name_key = (
                "M",
                "Touré",
                "Ali",
                "a",
            )
        elif forbidden == "address":
            person.address, person.postcode, person.declared_quarter = "9 rue Fafet", "80080", "etouvie"
        elif forbidden == "zone":
            homes.confirm(
                base,
                person,
                homes.zone(base, "zus-nord"),
                since_on=date(2012, 1, 1),
                proof="bail",
                actor_id=None,
                on=DAY,
            )
        else:
            from matching.statements import RECOGNISED

            base.add(DisabilityRecognition(
                person_id=person.id, value=seal_of(base).close(RECOGNISED), stated_on=DAY, source="autre"
            ))  # fmt: skip
    base.flush()
    assert everything(base, run(base, full=True)) == before


def test_a_recognition_that_opens_the_right_does_not_show_in_the_priority(base):
    from matching.statements import RECOGNISED

    for number, recognised in ((1, True), (2, False)):
        person = build.person(base, identifier=f"P-{number}", birth_date=date(1985, 6, 1))
        if recognised:
            base.add(DisabilityRecognition(
                person_id=person.id, value=seal_of(base).close(RECOGNISED), stated_on=DAY, source="autre"
            ))  # fmt: skip
    build.offer(base, reference="O-2", scheme=None)
    outcome = run(base)
    found = standing(base, outcome)
    assert ("O-1", "P-1") in found
    assert found["O-2", "P-1"].priority == found["O-2", "P-2"].priority
    assert found["O-2", "P-1"].priority["days_left"] is None
