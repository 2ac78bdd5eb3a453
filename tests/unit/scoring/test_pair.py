"""One pair explained: what excludes, what only costs, what is left out."""

import pytest

from matching.scoring.columns import PARTS, Weights
from matching.scoring.pair import Pair, WhyNot, explain_pair
from matching.vocabulary import Verdict
from tests.unit.scoring.problems import DAY, TABLES, O, P, offers, people

WEIGHTS = Weights()


def explain(person: P, offer: O, weights: Weights = WEIGHTS) -> Pair:
    return explain_pair(people([person]), 0, offers([offer]), 0, TABLES, weights)


def test_somebody_who_fits_in_everything_scores_1():
    pair = explain(P(), O())
    assert pair.score == 1.0
    assert pair.parts == dict.fromkeys(PARTS, 1.0)


@pytest.mark.parametrize(
    ("person", "offer", "why"),
    [
        (P(wanted=()), O(), WhyNot.NOT_ENOUGH_DATA),
        (P(), O(codes=()), WhyNot.OFFER_WITHOUT_OCCUPATION),
        (P(wanted=((3, 1.0),)), O(), WhyNot.OTHER_OCCUPATION),
        (
            P(wanted=((5, 1.0),)),
            O(codes=((4, 1.0),)),
            WhyNot.OTHER_OCCUPATION,
        ),  # known the other way round only
        (P(place=4), O(), WhyNot.TOO_FAR),
        (P(place=1, radius=5.0), O(), WhyNot.TOO_FAR),
        (P(licence=0), O(), WhyNot.NO_LICENCE),
        (P(rights=()), O(), WhyNot.NO_RIGHT),
        (P(rights=((1, DAY - 9, DAY + 9, True),)), O(), WhyNot.NO_RIGHT),
        (P(rights=((0, DAY - 9, DAY, True),)), O(), WhyNot.NO_RIGHT),  # ends on the eve
        (P(rights=((0, DAY + 1, DAY + 9, True),)), O(), WhyNot.NO_RIGHT),
    ],
)
def test_rules_apart_from_the_score_exclude_and_then_there_is_no_number(person, offer, why):
    pair = explain(person, offer)
    assert pair.why_not == (why,)
    assert not pair.feasible and pair.score is None


@pytest.mark.parametrize(
    ("person", "offer"),
    [
        (P(licence=-1), O()),
        (P(licence=0), O(licence=False)),
        (P(place=-1, radius=0.0), O()),
        (P(), O(place=-1)),
        (P(rights=()), O(programme=-1)),
        (P(rights=((0, DAY, DAY + 1, True),)), O()),
        (P(level=-1), O(level=7)),
        (P(level=0), O(level=8)),
        (P(free_from=DAY + 300), O()),
        (P(wanted=((4, 1.0),)), O(codes=((5, 1.0),))),
    ],
)
def test_what_is_not_known_or_only_costs_points_excludes_nobody(person, offer):
    pair = explain(person, offer)
    assert pair.feasible
    assert 0 < pair.score <= 1


def test_a_right_that_is_only_possible_is_flagged_and_changes_no_score():
    certain, possible = explain(P(), O()), explain(P(rights=((0, DAY - 9, DAY + 9, False),)), O())
    assert (certain.right, possible.right) == (Verdict.YES, Verdict.UNKNOWN)
    assert certain.score == possible.score


@pytest.mark.parametrize(
    ("person", "offer", "absent"),
    [
        (P(), O(skills=()), "skills"),
        (P(place=-1), O(), "distance"),
        (P(), O(place=-1), "distance"),
        (P(), O(level=0), "level"),
        (P(), O(level=-1), "level"),
        (P(level=-1), O(), "level"),
        (P(free_from=None), O(), "availability"),
    ],
)
def test_a_part_that_does_not_apply_is_left_out_and_the_others_grow(person, offer, absent):
    pair = explain(person, offer)
    assert set(pair.parts) == set(PARTS) - {absent}
    assert pair.score == 1.0


def test_skills_that_nobody_listed_count_as_none_held():
    assert explain(P(skills=()), O()).parts["skills"] == 0.0


def test_near_spellings_of_a_skill_are_one_skill():
    pair = explain(P(skills=("Gestion de stocks",)), O(skills=("gestion des stocks", "anglais")))
    assert (pair.skills_held, pair.skills_asked, pair.parts["skills"]) == (1, 2, 0.5)


def test_the_wanted_occupation_that_serves_best_is_the_one_that_counts():
    pair = explain(P(wanted=((1, 1.0), (0, 0.5))), O())
    assert (pair.wanted, pair.offered, pair.affinity) == (1, 0, 0.75)
    assert (pair.parts["occupation"], pair.parts["wish"]) == (0.75, 0.5)
    surer = explain(P(wanted=((1, 1.0), (0, 0.9))), O())
    assert (surer.wanted, surer.parts["occupation"], surer.parts["wish"]) == (0, 0.9, 0.9)


def test_an_offer_coded_with_doubt_counts_less():
    assert explain(P(), O(codes=((3, 1.0), (0, 0.6)))).parts["occupation"] == 0.6


def test_kilometres_run_from_commune_to_commune():
    assert explain(P(place=1), O()).km == pytest.approx(5.56, abs=0.01)
    assert explain(P(place=-1), O()).km is None


def test_the_score_is_the_sum_of_parts_times_the_weights_that_apply():
    pair = explain(P(place=1, skills=("vente",), level=3, free_from=DAY + 20), O(level=5))
    weight = {name: getattr(WEIGHTS, name) for name in pair.parts}
    by_hand = sum(weight[name] * pair.parts[name] for name in pair.parts) / sum(weight.values())
    assert pair.score == pytest.approx(by_hand, abs=1e-6)
