"""Aided contracts (CUI, PEC): who may have one, what an agreement may be, and its amounts to the cent."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings, strategies as st

from matching.eligibility import aid_agreements as agreements, programme
from matching.eligibility.aid_agreements import Agreement
from matching.eligibility.cohort import Cohort, Dossier
from matching.errors import CorruptReference

BOOK = programme.load()
AIDED = ("cui-cae", "cui-cie", "pec")
DAY = timedelta(days=1)
#: The SMIC once more, by hand: programmes.md, and before 2012 what the figure file recalls.
SMIC = {
    date(2010, 1, 1): "8.86", date(2011, 1, 1): "9.00", date(2011, 12, 1): "9.19", date(2012, 1, 1): "9.22",
    date(2012, 7, 1): "9.40", date(2013, 1, 1): "9.43", date(2014, 1, 1): "9.53", date(2015, 1, 1): "9.61",
    date(2016, 1, 1): "9.67", date(2017, 1, 1): "9.76", date(2018, 1, 1): "9.88",
}  # fmt: skip


def agreement(starts_on, ends_on, hours=20, rate_bp=9500, number=1):
    return Agreement(number, starts_on, ends_on, hours, rate_bp)


def recount(starts_on, ends_on, hours, rate_bp):
    """Cents by month, a slower way: each day is its share of the month's sum."""
    by_month = {}
    day = starts_on
    while day <= ends_on:
        by_month.setdefault((day.year, day.month), []).append(day)
        day += DAY
    amounts = []
    for (year, month), days in by_month.items():
        wage = Fraction(
            next(SMIC[since] for since in sorted(SMIC, reverse=True) if since <= date(year, month, 1))
        )
        whole = wage * Fraction(str(hours)) * 52 / 12 * Fraction(rate_bp, 10000)
        amounts.append(floor(whole * len(days) / monthrange(year, month)[1] * 100 + Fraction(1, 2)))
    return amounts


@pytest.mark.parametrize("name", AIDED)
def test_until_the_prescriber_speaks_the_right_is_open_to_nobody_in_lists(name):
    cohort = Cohort.build(
        [
            Dossier(employment=()),
            Dossier(employment=(), facts={"prescriber_diagnosis": True}),
            Dossier(facts={"prescriber_diagnosis": False}),
        ]
    )
    assert BOOK[name].opened_for(cohort).tolist() == [False, True, True]
    day = BOOK[name].in_force()[0] + 100
    assert BOOK[name].assess(cohort).windows.verdict(day).tolist() == [0, 1, -1]


def test_a_right_that_no_statement_opens_is_open_to_everybody():
    assert BOOK["emplois-avenir"].opened_for(Cohort.build([Dossier()])).tolist() == [True]


def test_a_programme_cannot_be_opened_by_a_fact_that_it_does_not_ask_for(tmp_path):
    text = BOOK["pec"].path.read_text(encoding="utf-8")
    (tmp_path / "pec.yaml").write_text(
        text.replace("opened_by: prescriber_diagnosis", "opened_by: csp"), "utf-8"
    )
    with pytest.raises(CorruptReference) as refused:
        programme.load(tmp_path)
    assert "csp" in refused.value.facts["message"]


@pytest.mark.parametrize(
    ("name", "day", "ceiling"),
    [
        ("cui-cae", date(2013, 11, 4), 9500),
        ("cui-cie", date(2013, 11, 4), 4700),
        ("pec", date(2026, 10, 5), 9500),
        ("cui-cae", date(2009, 12, 14), 9500),  # decided on the eve of the law: its first values hold
    ],
)
def test_the_law_bounds_what_an_agreement_says(name, day, ceiling):
    found = agreements.bounds(BOOK[name], day, longest_open=False)
    assert (found.rate_ceiling_bp, found.hours_from, found.hours_at_most) == (ceiling, 20, 35)
    assert (found.months_from, found.months_to, found.longest) == (6, 12, 24)
    assert agreements.bounds(BOOK[name], day, longest_open=True).longest == 60


def test_a_whole_month_of_2013_is_the_worked_sum():
    """9.43 x 20 x 52 / 12 x 0.95 = 776.40 €; from January 9.53: 784.64 €."""
    rows = agreements.months(BOOK["cui-cae"], agreement(date(2013, 11, 1), date(2014, 4, 30)), number=1)
    assert [row.amount_cents for row in rows] == [77640, 77640, 78464, 78464, 78464, 78464]
    assert [row.due_on for row in rows][:2] == [date(2013, 11, 30), date(2013, 12, 31)]
    assert {row.kind for row in rows} == {"monthly"} and [row.number for row in rows] == [1, 2, 3, 4, 5, 6]


@settings(max_examples=60, deadline=None)
@given(
    starts=st.dates(date(2010, 1, 1), date(2016, 12, 31)),
    days=st.integers(0, 400),
    hours=st.sampled_from([20, 20.5, 26, 30.25, 35]),
    rate=st.integers(1, 9500),
)
def test_amounts_are_those_of_counting_days(starts, days, hours, rate):
    ends = starts + days * DAY
    rows = agreements.months(BOOK["cui-cae"], agreement(starts, ends, hours, rate), number=7)
    assert [row.amount_cents for row in rows] == recount(starts, ends, hours, rate)
    assert [row.number for row in rows] == list(range(7, 7 + len(rows)))
    assert rows[-1].due_on == ends


@settings(max_examples=60, deadline=None)
@given(
    starts=st.dates(date(2010, 1, 1), date(2016, 12, 31)), days=st.integers(30, 400), cut=st.integers(0, 400)
)
def test_a_contract_that_ends_early_leaves_its_days_owed(starts, days, cut):
    whole = agreement(starts, starts + days * DAY)
    ended = starts + min(cut, days) * DAY
    for row in agreements.months(BOOK["cui-cae"], whole, number=1):
        part = agreements.part_owed(BOOK["cui-cae"], whole, row.due_on, row.number, ended)
        here = (row.due_on.year, row.due_on.month) == (ended.year, ended.month) and ended < row.due_on
        assert (part is not None) == here
        if part is not None:
            assert part.amount_cents == recount(starts, ended, 20, 9500)[-1]
            assert (part.number, part.due_on) == (row.number, ended)


def test_the_bilan_and_the_renewal_are_called_two_months_before():
    found = agreements.warnings(
        BOOK["pec"], agreement(date(2025, 9, 1), date(2026, 8, 31), number=2), renewable=True
    )
    assert [(row.kind, row.number, row.due_on, row.window_closes_on, row.amount_cents) for row in found] == [
        ("agreement-review", 2, date(2026, 6, 30), date(2026, 8, 31), 0),
        ("renewal", 2, date(2026, 6, 30), date(2026, 8, 31), 0),
    ]
    last = agreements.warnings(BOOK["pec"], agreement(date(2025, 9, 1), date(2026, 8, 31)), renewable=False)
    assert [row.kind for row in last] == ["agreement-review"]


@pytest.mark.parametrize(
    ("spans", "fits"),
    [
        ([(date(2013, 1, 1), date(2013, 12, 31)), (date(2014, 1, 1), date(2014, 12, 31))], True),
        ([(date(2013, 1, 1), date(2013, 12, 31)), (date(2014, 1, 1), date(2015, 1, 1))], False),
        # A hole between two of them does not count.
        ([(date(2012, 1, 1), date(2012, 12, 30)), (date(2014, 1, 1), date(2014, 12, 31))], True),
    ],
)
def test_all_agreements_together_are_counted_as_if_without_a_break(spans, fits):
    assert agreements.within([agreement(*span) for span in spans], 24) is fits


def test_an_aid_that_no_agreement_decides_has_none_of_this():
    emploi = BOOK["emplois-avenir"]
    one = agreement(date(2013, 1, 1), date(2013, 12, 31))
    assert agreements.rules_of(emploi) is None
    assert agreements.months(emploi, one, number=1) == agreements.warnings(emploi, one, renewable=True) == ()
