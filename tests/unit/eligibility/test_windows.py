"""Kleene's three values over days: the tables of and, or, not, and what a missing fact does."""

import itertools

import numpy as np
import pytest

from matching.eligibility.days import FIRST, LAST
from matching.eligibility.spans import Spans
from matching.eligibility.windows import Windows, all_of, any_of, clipped, known, negate, unknown_for
from matching.vocabulary import Verdict

START, END = FIRST + 100, FIRST + 200
DAY = START + 5
#: the three values on DAY
NO = known(Spans.nowhere(1))
YES = known(Spans.between(1, START, END))
UNKNOWN = Windows(Spans.nowhere(1), Spans.between(1, START, END))
VALUES = {-1: NO, 0: UNKNOWN, 1: YES}


def at(windows, day=DAY):
    found = windows.verdict(day).tolist()
    assert [int(windows.verdict_of(who, day)) for who in range(windows.size)] == found
    return found[0]


def test_the_verdict_of_a_day():
    assert {value: at(windows) for value, windows in VALUES.items()} == {-1: -1, 0: 0, 1: 1}
    assert YES.verdict_of(0, DAY) is Verdict.YES
    assert [at(YES, day) for day in (START - 1, START, END - 1, END)] == [-1, 1, 1, -1]
    assert [at(UNKNOWN, day) for day in (START - 1, START, END - 1, END)] == [-1, 0, 0, -1]
    assert YES.verdict(DAY).dtype == np.int8


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, repeat=2)))
def test_and_is_the_least_or_is_the_greatest(a, b):
    assert at(all_of([VALUES[a], VALUES[b]])) == min(a, b)
    assert at(any_of([VALUES[a], VALUES[b]])) == max(a, b)
    assert at(all_of([VALUES[a]])) == at(any_of([VALUES[a]])) == a


@pytest.mark.parametrize(("a", "b", "c"), list(itertools.product(VALUES, repeat=3)))
def test_three_parts_count_all_three(a, b, c):
    parts = [VALUES[a], VALUES[b], VALUES[c]]
    assert (at(all_of(parts)), at(any_of(parts))) == (min(a, b, c), max(a, b, c))


@pytest.mark.parametrize("value", VALUES)
def test_not_turns_yes_and_no_and_leaves_unknown(value):
    assert at(negate(VALUES[value])) == -value


def test_without_doubt_nothing_is_computed_twice():
    for combined in (all_of([YES, NO]), any_of([YES, NO])):
        assert combined.certain is combined.possible
    assert all_of([YES, UNKNOWN]).certain is not all_of([YES, UNKNOWN]).possible


def test_a_missing_fact_leaves_everything_possible_for_its_owners_alone():
    days = known(Spans.between(2, START, END))
    found = unknown_for(days, np.array([True, False]))
    assert found.certain.of_owner(0) == [] and found.possible.of_owner(0) == [(FIRST, LAST)]
    assert found.certain.of_owner(1) == found.possible.of_owner(1) == [(START, END)]
    assert unknown_for(days, np.array([False, False])) is days


@pytest.mark.parametrize("value", VALUES)
def test_clipped_to_the_days_in_force(value):
    found = clipped(VALUES[value], START + 2, END - 2)
    assert [at(found, day) for day in (START + 1, START + 2, END - 3, END - 2)] == [-1, value, value, -1]
    assert (found.certain is found.possible) == (value != 0)
