"""Calendar arithmetic, spans at the ends of the axis, and search duration on days that can be counted by hand."""

from datetime import date

import numpy as np
import pytest

from matching.eligibility import days, search
from matching.eligibility.days import FIRST, LAST, add_months, birthday, day
from matching.eligibility.search import searching
from matching.eligibility.spans import Spans, intersection, union


def n(year, month, in_month):
    return date(year, month, in_month).toordinal()


def one(*spans):
    return Spans.of(
        1, np.zeros(len(spans), np.int64), [start for start, _ in spans], [end for _, end in spans]
    )


def test_the_axis_runs_from_1900_to_the_end_of_2199():
    assert date.fromordinal(FIRST) == date(1900, 1, 1)
    assert date.fromordinal(LAST) == date(2200, 1, 1)
    assert day(date(2013, 11, 4)) == n(2013, 11, 4)


@pytest.mark.parametrize(
    ("from_day", "months", "to_day"),
    [
        (date(2013, 1, 31), 1, date(2013, 2, 28)),
        (date(2012, 1, 31), 1, date(2012, 2, 29)),
        (date(2013, 1, 28), 1, date(2013, 2, 28)),
        (date(2013, 3, 31), -1, date(2013, 2, 28)),
        (date(2013, 12, 1), 1, date(2014, 1, 1)),
        (date(1969, 12, 31), 2, date(1970, 2, 28)),
        (date(1970, 1, 1), -1, date(1969, 12, 1)),
        (date(2013, 11, 4), 0, date(2013, 11, 4)),
    ],
)
def test_months_later(from_day, months, to_day):
    assert add_months(np.array([from_day.toordinal()]), months).tolist() == [to_day.toordinal()]


def test_months_may_differ_for_each_day():
    start = np.array([n(2013, 1, 31), n(2013, 1, 31)])
    assert add_months(start, np.array([1, 13])).tolist() == [n(2013, 2, 28), n(2014, 2, 28)]


def test_a_birthday_of_29_february_is_28_february_in_a_common_year():
    born = np.array([n(1992, 2, 29)])
    assert birthday(born, 26).tolist() == [n(2018, 2, 28)]
    assert birthday(born, 28).tolist() == [n(2020, 2, 29)]


def test_spans_stay_on_the_axis_and_empty_ones_are_dropped():
    assert one((FIRST - 5, FIRST + 1), (LAST - 1, LAST + 5), (10, 10), (FIRST + 9, FIRST + 9)).of_owner(0) == [
        (FIRST, FIRST + 1), (LAST - 1, LAST),
    ]  # fmt: skip


def test_spans_that_touch_become_one_and_those_a_day_apart_do_not():
    start = n(2013, 1, 1)
    assert one((start, start + 2), (start + 2, start + 4)).of_owner(0) == [(start, start + 4)]
    assert one((start, start + 2), (start + 3, start + 4)).of_owner(0) == [
        (start, start + 2),
        (start + 3, start + 4),
    ]


def test_owners_do_not_run_into_each_other():
    days_ = Spans.of(3, [0, 2, 1], [LAST - 1, FIRST, FIRST], [LAST, FIRST + 1, FIRST + 2])
    assert [days_.of_owner(who) for who in range(3)] == [
        [(LAST - 1, LAST)], [(FIRST, FIRST + 2)], [(FIRST, FIRST + 1)],
    ]  # fmt: skip
    assert (~days_).of_owner(2) == [(FIRST + 1, LAST)]
    assert days_.at(FIRST).tolist() == [False, True, True]
    assert days_.at(np.array([LAST - 1, FIRST + 2, FIRST])).tolist() == [True, False, True]


def test_everywhere_nowhere_between_clip_and_of_these():
    assert Spans.everywhere(2).of_owner(1) == [(FIRST, LAST)]
    assert Spans.nowhere(2).of_owner(0) == [] and Spans.nowhere(2).size == 2
    both = Spans.between(2, FIRST + 1, FIRST + 5)
    assert both.of_owner(0) == both.of_owner(1) == [(FIRST + 1, FIRST + 5)]
    assert both.clip(FIRST + 2, FIRST + 4).of_owner(1) == [(FIRST + 2, FIRST + 4)]
    assert both.clip(FIRST + 5, FIRST + 9).of_owner(1) == []
    masked = both.of_these(np.array([False, True]))
    assert (masked.of_owner(0), masked.of_owner(1)) == ([], [(FIRST + 1, FIRST + 5)])


def test_no_set_at_all_is_nowhere_in_union_and_everywhere_in_intersection():
    assert union(2, []).of_owner(1) == []
    assert intersection(2, []).of_owner(1) == [(FIRST, LAST)]
    three = [one((0, FIRST + 9)), one((FIRST + 2, FIRST + 7)), one((FIRST + 4, FIRST + 20))]
    assert intersection(1, three).of_owner(0) == [(FIRST + 4, FIRST + 7)]
    assert union(1, three).of_owner(0) == [(FIRST, FIRST + 20)]


@pytest.mark.parametrize(
    ("registered_on", "months", "within", "first"),
    [
        (date(2013, 1, 4), 6, 12, date(2013, 7, 4)),
        (date(2013, 8, 31), 6, 12, date(2014, 2, 28)),
        (date(2013, 8, 29), 6, 12, date(2014, 2, 28)),
        (date(2012, 11, 4), 12, 18, date(2013, 11, 4)),
        (date(2013, 1, 31), 1, 1, date(2013, 2, 28)),
    ],
)
def test_an_open_registration_is_enough_from_a_day_on(registered_on, months, within, first):
    found = searching(one((registered_on.toordinal(), LAST)), months, within)
    assert found.of_owner(0) == [(first.toordinal(), LAST)]


def test_a_closed_registration_is_enough_as_long_as_six_months_back_are_no_more_days():
    # 4 January to 3 July: 181 days. From 29 August on six months reach back to 28 February, 182 days.
    found = searching(one((n(2013, 1, 4), n(2013, 7, 4))), 6, 12)
    assert found.of_owner(0) == [(n(2013, 7, 4), n(2013, 8, 29))]


def test_two_registrations_are_added_up_within_the_window():
    # 90 days to the end of March, then 93: on 2 October six months are 183 days.
    spells = one((n(2013, 1, 1), n(2013, 4, 1)), (n(2013, 7, 1), n(2013, 10, 2)))
    assert searching(spells, 6, 12).of_owner(0)[0][0] == n(2013, 10, 2)
    assert searching(spells, 6, 8).of_owner(0) == []


def test_nobody_registered_is_nobody_searching():
    assert searching(Spans.nowhere(3), 6, 12).of_owner(2) == []


def test_search_is_counted_for_each_of_many():
    spells = Spans.of(3, [0, 2], [n(2013, 1, 4), n(2013, 2, 4)], [LAST, LAST])
    found = searching(spells, 6, 12)
    assert [found.of_owner(who) for who in range(3)] == [[(n(2013, 7, 4), LAST)], [], [(n(2013, 8, 4), LAST)]]


def test_tables_of_a_rule_are_made_once():
    search._tables.cache_clear()
    searching(Spans.nowhere(1), 6, 12)
    searching(Spans.nowhere(1), 6, 12)
    assert search._tables.cache_info().misses == 1
    assert days.FIRST < days.LAST
