"""The arithmetic of social clauses against a plainer recount, on fractions and day by day."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from hypothesis import given, strategies as st

from matching import clause_sums as sums
from matching.clause_sums import Done, Totals
from matching.eligibility.aid import after

DAYS = st.dates(date(2010, 1, 1), date(2020, 12, 31))
MINUTES = st.integers(1, 5_000_000)


def half_up(value):
    return floor(value + Fraction(1, 2))


@given(labour=MINUTES, share=st.integers(1, 10_000))
def test_the_rule_is_the_share_of_the_labour_half_up(labour, share):
    assert sums.due_of(labour, share) == half_up(Fraction(labour * share, 10_000))


@given(due=MINUTES, done=st.integers(0, 6_000_000), cents=st.integers(0, 100_000))
def test_the_penalty_is_each_missing_minute_at_its_price_rounded_once(due, done, cents):
    totals = Totals(due, Done(done), None, cents)
    assert totals.penalty == half_up(Fraction(max(due - done, 0), 60) * cents)


@given(due=MINUTES, start=DAYS, length=st.integers(0, 1_500), on=DAYS)
def test_what_is_expected_is_counted_day_by_day(due, start, length, on):
    end = start + timedelta(days=length)
    told = on - timedelta(days=10)  # the hours of a month come within ten days
    through = end if told >= end else date(told.year, told.month, 1) - timedelta(days=1)
    gone = sum(1 for n in range(length + 1) if start + timedelta(days=n) <= through)
    expected = sums.expected(due, start, end, on)
    assert expected == floor(Fraction(due * gone, length + 1))
    late = Totals(due, Done(expected * 4 // 5), expected, None)
    assert late.late == (Fraction(expected - expected * 4 // 5) > Fraction(expected, 5))
    assert sums.expected(due, None, end, on) is None


@given(due=MINUTES, start=DAYS, length=st.integers(0, 1_500))
def test_the_years_of_a_lot_add_up_to_all_that_is_due(due, start, length):
    end = start + timedelta(days=length)
    years = {year: sums.in_year(due, start, end, year) for year in range(start.year - 1, end.year + 2)}
    assert sum(years.values()) == due
    for year, part in years.items():
        inside = sum(1 for n in range(length + 1) if (start + timedelta(days=n)).year == year)
        assert abs(part - Fraction(due * inside, length + 1)) < 1


@given(
    parts=st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from((True, False, None)), st.integers(0, 90)), max_size=9
    )
)
def test_known_and_unknown_hours_are_all_the_hours(parts):
    total = sum(
        (
            Done(worked, worked if young else 0, worked if young is False else 0, trained)
            for worked, young, trained in parts
        ),
        Done(),
    )
    assert total.worked == total.young + total.others + total.unknown == sum(each[0] for each in parts)
    assert total.unknown == sum(worked for worked, young, _ in parts if young is None)
    known = total.young + total.others
    assert sums.share(total.young, known) == (half_up(Fraction(100 * total.young, known)) if known else None)


@given(minutes=st.integers(0, 10_000_000))
def test_a_full_time_job_is_1607_hours(minutes):
    assert sums.full_time_tenths(minutes) == half_up(Fraction(minutes * 10, 1_607 * 60))


@given(first=DAYS)
def test_twenty_four_months_end_on_the_eve(first):
    from matching.clause_people import last_day

    target = date(first.year + 2, first.month, min(first.day, monthrange(first.year + 2, first.month)[1]))
    assert last_day(first) == target - timedelta(days=1) == after(first, 24) - timedelta(days=1)
