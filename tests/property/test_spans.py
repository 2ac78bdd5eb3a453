"""The algebra of spans in columns equals sorted tuples, and keeps its own laws."""

from datetime import date

import numpy as np
from hypothesis import given, settings, strategies as st

from matching.eligibility.days import FIRST, LAST, add_months
from matching.eligibility.search import searching
from matching.eligibility.spans import Spans, intersection, union
from tests.oracle import rights as oracle, tuples

PEOPLE = 3
BASE = date(2012, 1, 1).toordinal()
SPANS = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, 60), st.integers(0, 60)).map(
        lambda t: (t[0], BASE + min(t[1:]), BASE + max(t[1:]))
    ),
    max_size=12,
)


def columns(triples):
    owner, start, end = ([t[n] for t in triples] for n in range(3))
    return Spans.of(PEOPLE, np.array(owner, np.int64), np.array(start, np.int64), np.array(end, np.int64))


def tuples_of(triples, owner):
    return tuples.normal([(start, end) for who, start, end in triples if who == owner])


@settings(max_examples=150, deadline=None)
@given(a=SPANS, b=SPANS)
def test_every_operation_equals_sorted_tuples(a, b):
    one, other = columns(a), columns(b)
    for who in range(PEOPLE):
        x, y = tuples_of(a, who), tuples_of(b, who)
        assert one.of_owner(who) == x
        assert (one | other).of_owner(who) == tuples.union(x, y)
        assert (one & other).of_owner(who) == tuples.intersection(x, y)
        assert (one - other).of_owner(who) == tuples.difference(x, y, FIRST, LAST)
        assert (~one).of_owner(who) == tuples.complement(x, FIRST, LAST)


def same(one, other):
    return all(np.array_equal(x, y) for x, y in zip(one.columns(), other.columns(), strict=True))


@settings(max_examples=100, deadline=None)
@given(a=SPANS, b=SPANS, c=SPANS)
def test_boolean_laws_hold(a, b, c):
    x, y, z = columns(a), columns(b), columns(c)
    assert same(~~x, x)
    assert same(~(x | y), ~x & ~y)
    assert same(x & (y | z), (x & y) | (x & z))
    assert same(union(PEOPLE, [x, y, z]), x | y | z)
    assert same(intersection(PEOPLE, [x, y, z]), x & y & z)
    assert same(x | ~x, Spans.everywhere(PEOPLE))
    assert same(x & ~x, Spans.nowhere(PEOPLE))


@settings(max_examples=100, deadline=None)
@given(a=SPANS, day=st.integers(BASE - 2, BASE + 62))
def test_at_says_for_each_person_whether_the_day_is_in(a, day):
    spans = columns(a)
    expected = [any(s <= day < e for s, e in spans.of_owner(who)) for who in range(PEOPLE)]
    assert spans.at(day).tolist() == expected


@settings(max_examples=200, deadline=None)
@given(day=st.dates(date(1950, 1, 1), date(2150, 1, 1)), months=st.integers(-400, 400))
def test_months_are_added_as_the_code_de_procedure_civile_counts(day, months):
    found = int(add_months(np.array([day.toordinal()]), months)[0])
    assert date.fromordinal(found) == oracle.add(day, months)


@settings(max_examples=60, deadline=None)
@given(
    spells=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 500)), max_size=4),
    rule=st.sampled_from([(6, 12), (12, 18), (1, 1), (3, 4)]),
    probes=st.lists(st.integers(0, 2_000), min_size=15, max_size=15),
)
def test_search_duration_is_exact_on_every_day(spells, rule, probes):
    periods = [
        {
            "from": date.fromordinal(BASE + start).isoformat(),
            "to": date.fromordinal(BASE + start + length).isoformat(),
        }
        for start, length in spells
    ]
    starts = np.array([BASE + start for start, _ in spells], np.int64)
    ends = np.array([BASE + start + length + 1 for start, length in spells], np.int64)
    days = searching(Spans.of(1, np.zeros(len(spells), np.int64), starts, ends), *rule)
    counted = oracle.Days(periods)
    edges = [edge + near for span in days.of_owner(0) for edge in span for near in (-1, 0) if edge < LAST]
    for probe in {*edges, *(BASE + probe for probe in probes)}:
        day = date.fromordinal(probe)
        assert bool(days.at(probe)[0]) == oracle.searched(counted, day, *rule), day
