"""Aid: hand-computed amounts and days, from the texts quoted in programmes.md."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from matching.eligibility import aid, programme
from matching.eligibility.aid import AidContract

BOOK = programme.load()
AVENIR, FRANCS, FRANCS_2018 = BOOK["emplois-avenir"], BOOK["emplois-francs-2013"], BOOK["emplois-francs-2018"]


def contract(**changes):
    facts = {
        "signed_on": date(2013, 11, 4), "starts_on": date(2013, 11, 4), "kind": "CDD", "weekly_hours": 35,
        "months": 36, "sector": "non-marchand",
    }  # fmt: skip
    return AidContract(**{**facts, **changes})


def of_kind(made, kind):
    return [milestone for milestone in made if milestone.kind == kind]


def test_the_worked_example_75_percent_of_35_hours_in_november_2013():
    assert aid.monthly_share(0.75, 9.43, 35) == 107_266


@pytest.mark.parametrize(
    ("sector", "rate"), [("non-marchand", "0.75"), ("marchand", "0.35"), ("geiq", "0.47"), (None, "0.75")]
)
def test_an_emploi_d_avenir_is_paid_by_month_at_the_rate_of_its_sector(sector, rate):
    december = of_kind(aid.milestones(AVENIR, contract(sector=sector)), "monthly")[1]
    assert december.due_on == date(2013, 12, 31)
    assert december.amount_cents == aid.cents(Decimal(rate) * Decimal("9.43") * 35 * 52 / 12)


def test_the_minimum_wage_in_force_that_month_counts():
    january = of_kind(aid.milestones(AVENIR, contract()), "monthly")[2]
    assert january.due_on == date(2014, 1, 31)
    assert january.amount_cents == 108_404  # 0.75 x 9.53 x 35 x 52 / 12


def test_months_begun_and_ended_within_are_paid_pro_rata():
    made = of_kind(aid.milestones(AVENIR, contract(starts_on=date(2013, 11, 15), months=12)), "monthly")
    assert len(made) == 13
    assert made[0].amount_cents == 57_209  # 16 days of 30
    assert made[-1].due_on == date(2014, 11, 30)
    assert made[-1].amount_cents == 50_588  # 14 days of 30 at the wage of 2014


def test_aid_never_runs_beyond_36_months_nor_35_hours():
    long = of_kind(aid.milestones(AVENIR, contract(kind="CDI", months=None, weekly_hours=39)), "monthly")
    assert long[-1].due_on == date(2016, 11, 30)
    assert long[1].amount_cents == 107_266


def test_papers_of_an_emploi_d_avenir_have_their_days():
    made = aid.milestones(AVENIR, contract())
    assert [m.due_on for m in of_kind(made, "yearly-review")] == [date(2014, 11, 4), date(2015, 11, 4)]
    assert of_kind(made, "final-review")[0].due_on == date(2016, 9, 3)
    assert of_kind(made, "certificate")[0].due_on == date(2016, 11, 3)
    assert all(m.amount_cents == 0 for m in made if m.kind != "monthly")


def test_an_emploi_franc_pays_twice_2500_euros_and_marks_two_years():
    made = aid.milestones(
        FRANCS,
        contract(kind="CDI", months=None, starts_on=date(2013, 9, 2), trial_end_on=date(2013, 11, 1)),
    )
    assert [(m.kind, m.due_on, m.amount_cents) for m in made] == [
        ("trial-end", date(2013, 11, 1), 250_000),
        ("month-10", date(2014, 7, 1), 250_000),
        ("presence-24", date(2015, 9, 2), 0),
    ]
    assert made[0].window_closes_on == date(2013, 12, 1)


def test_a_grant_later_than_the_trial_moves_the_first_claim():
    made = aid.milestones(
        FRANCS,
        contract(
            kind="CDI", months=None, starts_on=date(2013, 9, 2), trial_end_on=date(2013, 11, 1),
            granted_on=date(2013, 11, 20),
        ),
    )  # fmt: skip
    assert (made[0].window_opens_on, made[0].window_closes_on) == (date(2013, 11, 20), date(2013, 12, 20))


def test_second_generation_pays_by_half_years_pro_rata_of_hours():
    made = aid.milestones(FRANCS_2018, contract(kind="CDI", months=None, signed_on=date(2022, 1, 3),
                                                starts_on=date(2022, 1, 3), weekly_hours=17.5))  # fmt: skip
    assert [m.amount_cents for m in made] == [125_000] * 6
    assert (made[0].due_on, made[0].window_closes_on) == (date(2022, 7, 2), date(2022, 9, 2))


@pytest.mark.parametrize(
    ("signed", "age", "first"),
    [
        (date(2020, 10, 14), 22, 250_000),
        (date(2020, 10, 15), 25, 350_000),
        (date(2020, 10, 15), 26, 250_000),
        (date(2021, 3, 31), 22, 350_000),
        (date(2021, 4, 1), 22, 250_000),
    ],
)
def test_emplois_francs_plus_is_for_the_under_26_who_signed_in_time(signed, age, first):
    made = aid.milestones(
        FRANCS_2018, contract(kind="CDI", months=None, signed_on=signed, starts_on=signed, age=age)
    )
    assert made[0].amount_cents == first
    assert made[2].amount_cents == 250_000


def test_a_fixed_term_is_paid_two_years_at_most_and_small_sums_not_at_all():
    start = {"signed_on": date(2022, 1, 3), "starts_on": date(2022, 1, 3), "kind": "CDD"}
    assert len(aid.milestones(FRANCS_2018, contract(**start, months=30))) == 4
    tiny = aid.milestones(FRANCS_2018, contract(**start, months=7, weekly_hours=10))
    assert [m.amount_cents for m in tiny] == [35_714, 0]  # 59.52 euros in the seventh month


@pytest.mark.parametrize(
    ("motive", "ended", "repaid"),
    [
        ("economic", date(2014, 3, 3), 1),
        ("other_dismissal", date(2015, 9, 2), 0),
        ("serious_fault", date(2014, 3, 3), 0),
        ("resignation", date(2014, 3, 3), 0),
    ],
)
def test_a_dismissal_before_two_years_makes_what_was_paid_repayable(motive, ended, repaid):
    signed = contract(kind="CDI", months=None, starts_on=date(2013, 9, 2), trial_end_on=date(2013, 11, 1))
    made = aid.milestones(FRANCS, signed)
    broken = aid.on_break(FRANCS, signed, unpaid=made[1:], paid=made[:1], ended_on=ended, motive=motive)
    assert len(broken.to_repay) == repaid
    assert broken.cancelled == made[1:]


def test_the_end_of_an_emploi_d_avenir_cancels_the_months_that_follow_only():
    made = aid.milestones(AVENIR, contract())
    broken = aid.on_break(
        AVENIR, contract(), unpaid=made, paid=(), ended_on=date(2014, 6, 15), motive="economic"
    )
    assert min(m.due_on for m in broken.cancelled) > date(2014, 6, 15)
    assert not broken.to_repay


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2012, 11, 1), date(2017, 12, 31)),
    months=st.integers(12, 36),
    hours=st.sampled_from([17.5, 20, 24, 30, 35]),
)
def test_the_months_of_a_contract_are_paid_once_each_in_order(start, months, hours):
    made = of_kind(
        aid.milestones(AVENIR, contract(signed_on=start, starts_on=start, months=months, weekly_hours=hours)),
        "monthly",
    )
    assert [m.number for m in made] == list(range(1, len(made) + 1))
    days = [m.due_on for m in made]
    assert days == sorted(set(days))
    assert months <= len(made) <= months + 1
    assert all(m.amount_cents > 0 for m in made)
