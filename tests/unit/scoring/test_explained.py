"""Pairs explained many at once are those of `explain_pair`, word for word, feasible or not."""

import numpy as np
import pytest

from matching.scoring import batch, columnwise, explained
from matching.scoring.columns import Weights
from matching.scoring.pair import explain_pair
from matching.scoring.prepare import Problem
from tests.unit.scoring.problems import TABLES, draw, offers, people

WEIGHTS = [Weights(), Weights(occupation=0.5, skills=0, distance=0.2, level=0.1, availability=0.2, wish=0)]


def every_pair(seed, weights):
    persons, posts = draw(seed, 60, 40)
    problem = Problem(people(persons), offers(posts), TABLES, weights)
    person = np.repeat(np.arange(problem.people.size), problem.offers.size)
    return problem, person, np.tile(np.arange(problem.offers.size), problem.people.size)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("seed", range(4))
def test_all_pairs_are_explained_as_one_by_one(seed, weights, monkeypatch):
    monkeypatch.setattr(columnwise, "CHUNK", 777)
    problem, person, offer = every_pair(seed, weights)
    found = explained.pairs(problem, person, offer)
    for pair, p, o in zip(found, person.tolist(), offer.tolist(), strict=True):
        assert pair == explain_pair(problem.people, p, problem.offers, o, TABLES, weights)
    assert explained.feasible(problem, person, offer).tolist() == [pair.feasible for pair in found]
    assert {len(pair.why_not) for pair in found} >= {0, 1, 2}


def test_a_wish_without_weight_is_still_the_one_that_is_explained():
    """Two wanted occupations that bring the same points: the part shown is the explanation's."""
    problem, person, offer = every_pair(7, WEIGHTS[1])
    some = np.flatnonzero(explained.feasible(problem, person, offer))
    points = columnwise.parts(problem, person[some], offer[some])
    for row, at in enumerate(some.tolist()):
        pair = explain_pair(
            problem.people, int(person[at]), problem.offers, int(offer[at]), TABLES, WEIGHTS[1]
        )
        assert points[row, 5] / 10_000 == pair.parts["wish"]


def test_the_batch_counts_the_pairs_that_are_explained_as_feasible():
    problem, person, offer = every_pair(3, WEIGHTS[0])
    found = batch.candidates(problem.people, problem.offers, TABLES, WEIGHTS[0])
    assert found.pairs_scored == explained.feasible(problem, person, offer).sum()
