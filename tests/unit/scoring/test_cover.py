"""A pack of offers reaches nearly as many people as the best one would, and tells what each offer adds."""

import itertools
from math import e

import numpy as np
from hypothesis import given, strategies as st

from matching.scoring import cover


@st.composite
def problems(draw):
    offers, people = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    fits = np.array(
        draw(
            st.lists(
                st.lists(st.booleans(), min_size=people, max_size=people), min_size=offers, max_size=offers
            )
        )
    )
    weight = np.array(draw(st.lists(st.integers(1, 4), min_size=people, max_size=people)))
    score = np.where(fits, draw(st.integers(0, 1_000_000)), 0)
    return fits, score, weight, draw(st.integers(1, offers))


def turn_of(fits, score=None, weight=None, preferred=(), **options):
    """The choice among offers of equal rank, in the order of their rows."""
    offers, people = fits.shape
    liked = np.zeros(offers, bool)
    liked[list(preferred)] = True
    score = np.where(fits, 500_000, 0) if score is None else score
    weight = np.ones(people, np.int64) if weight is None else weight
    return cover.choose(fits, score, weight, np.arange(offers), liked, **options)


def covered(fits, weight, rows):
    return int(weight[fits[list(rows)].any(axis=0)].sum())


@given(problems())
def test_it_reaches_within_1_over_e_of_the_best(problem):
    fits, score, weight, most = problem
    chosen = turn_of(fits, score, weight, most=most)
    best = max(covered(fits, weight, rows) for rows in itertools.combinations(range(len(fits)), most))
    assert covered(fits, weight, chosen) >= (1 - 1 / e) * best
    assert len(chosen) == len(set(chosen)) <= most
    assert all(fits[row].any() for row in chosen)
    if most == 1:
        assert covered(fits, weight, chosen) == best
    assert chosen == turn_of(fits, score, weight, most=most)


@given(problems())
def test_what_each_adds_sums_to_everybody_reached(problem):
    fits, score, weight, most = problem
    chosen = turn_of(fits, score, weight, most=most)
    told = cover.told(fits, chosen)
    assert [reach for reach, _ in told] == [int(fits[row].sum()) for row in chosen]
    assert sum(adds for _, adds in told) == covered(fits, np.ones(fits.shape[1], int), chosen)


def test_most_often_it_is_the_best():
    random = np.random.default_rng(2013)
    best = 0
    for _ in range(200):
        fits = random.random((8, 14)) < 0.3
        weight = np.ones(14, int)
        most = max(covered(fits, weight, rows) for rows in itertools.combinations(range(8), 3))
        best += covered(fits, weight, turn_of(fits, most=3)) == most
    assert best >= 170


def rows(*lines):
    return np.array([[sign == "x" for sign in line] for line in lines])


def test_of_equals_the_preferred_then_the_better_fitting_then_the_first():
    fits = rows("xx..", "xx..", "..xx", "..xx")
    assert turn_of(fits, most=2) == [0, 2]
    assert turn_of(fits, most=2, preferred=[3]) == [3, 0]
    score = np.where(fits, 500_000, 0)
    score[1] *= 2 * fits[1]
    assert turn_of(fits, score, most=1) == [1]
    score[1] = np.where(fits[1], 510_000, 0)  # by a hair
    assert turn_of(fits, score, most=1) == [0]


def test_once_everybody_has_one_a_second_is_sought_for_each():
    fits = rows("xxx.", "..xx", "xx..", "x...", "....")
    assert turn_of(fits, most=12) == [0, 1, 2, 3]
    assert cover.told(fits, [0, 1, 2, 3]) == [(3, 3), (2, 1), (2, 0), (1, 0)]


def test_what_is_in_by_hand_counts_first_and_who_is_worth_more_comes_before_many():
    fits = rows("xxx.", "xx..", "...x")
    assert turn_of(fits, most=2, kept=[1]) == [1, 0]
    assert turn_of(fits, None, np.array([1, 1, 1, 4]), most=2) == [2, 0]
    assert turn_of(fits, most=1, kept=[1, 2]) == [1, 2]
    assert cover.told(fits, []) == [] and turn_of(np.zeros((0, 3), bool), most=2) == []
    assert turn_of(np.zeros((3, 0), bool), most=2) == []
