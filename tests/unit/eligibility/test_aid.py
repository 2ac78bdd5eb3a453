"""Aid: hand-computed amounts and days, from the texts quoted in programmes.md."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

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
    november = of_kind(aid.milestones(AVENIR, contract(starts_on=date(2013, 11, 1))), "monthly")[0]
    assert (november.due_on, november.amount_cents) == (date(2013, 11, 30), 107_266)


def test_a_half_cent_goes_up_and_is_not_lost_in_a_division():
    assert aid.cents(Decimal("0.125")) == 13
    assert aid.cents(Fraction(1, 12) * 9 / 10 * Fraction("1.4")) == 11  # 0.105 euros exactly


@pytest.mark.parametrize(
    ("from_day", "hourly", "monthly"),
    [
        (date(2012, 11, 1), 9.40, 142_567), (date(2013, 1, 1), 9.43, 143_022), (date(2014, 1, 1), 9.53, 144_538),
        (date(2015, 1, 1), 9.61, 145_752), (date(2016, 1, 1), 9.67, 146_662), (date(2017, 1, 1), 9.76, 148_027),
        (date(2018, 1, 1), 9.88, 149_847), (date(2019, 1, 1), 10.03, 152_122), (date(2020, 1, 1), 10.15, 153_942),
        (date(2021, 1, 1), 10.25, 155_458), (date(2021, 10, 1), 10.48, 158_947), (date(2022, 1, 1), 10.57, 160_312),
        (date(2022, 5, 1), 10.85, 164_558), (date(2022, 8, 1), 11.07, 167_895), (date(2023, 1, 1), 11.27, 170_928),
        (date(2023, 5, 1), 11.52, 174_720), (date(2024, 1, 1), 11.65, 176_692), (date(2024, 11, 1), 11.88, 180_180),
        (date(2025, 6, 1), 11.88, 180_180), (date(2026, 1, 1), 12.02, 182_303), (date(2026, 6, 1), 12.31, 186_702),
    ],
)  # fmt: skip
def test_the_minimum_wage_and_its_monthly_amount_are_those_published(from_day, hourly, monthly):
    assert AVENIR.figure("smic_hourly", from_day).value == hourly
    assert aid.monthly_share(1, hourly, 35) == monthly


@pytest.mark.parametrize("shipped", BOOK.values(), ids=lambda shipped: shipped.id)
def test_every_figure_that_an_aid_names_is_in_force_as_long_as_the_programme(shipped):
    found = {name for _, name, _ in shipped.file.aid.named_figures()}
    assert found, "an aid without a figure"
    first, after_last = (date.fromordinal(day) for day in shipped.in_force())
    for name in found:
        for day in (first, after_last - timedelta(days=1)):
            assert shipped.figure(name, day).reference


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
    assert made[-1].due_on == date(2014, 11, 14)
    assert made[-1].amount_cents == 50_588  # 14 days of 30 at the wage of 2014


def test_aid_never_runs_beyond_36_months_nor_35_hours():
    long = of_kind(aid.milestones(AVENIR, contract(kind="CDI", months=None, weekly_hours=39)), "monthly")
    assert long[-1].due_on == date(2016, 11, 3)
    assert long[1].amount_cents == 107_266


def test_papers_of_an_emploi_d_avenir_have_their_days():
    made = aid.milestones(AVENIR, contract())
    assert [m.due_on for m in of_kind(made, "yearly-review")] == [date(2014, 11, 4), date(2015, 11, 4)]
    assert of_kind(made, "final-review")[0].due_on == date(2016, 9, 3)
    assert of_kind(made, "certificate")[0].due_on == date(2016, 11, 3)
    assert {m.kind for m in made} == {
        "monthly", "tutor", "training-plan", "first-visit", "yearly-review", "final-review", "certificate",
    }  # fmt: skip
    assert all(m.amount_cents == 0 for m in made if m.kind != "monthly")


def test_a_permanent_emploi_d_avenir_is_reviewed_as_long_as_its_aid_runs():
    made = aid.milestones(AVENIR, contract(kind="CDI", months=None))
    assert [m.due_on for m in of_kind(made, "yearly-review")] == [date(2014, 11, 4), date(2015, 11, 4)]
    assert [m.due_on for m in of_kind(made, "final-review")] == [date(2016, 9, 3)]
    assert of_kind(made, "certificate") == []


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
    assert (made[0].window_opens_on, made[0].window_closes_on) == (date(2013, 11, 1), date(2013, 12, 1))
    assert (made[1].window_opens_on, made[1].window_closes_on) == (date(2014, 7, 1), date(2014, 8, 1))


def test_without_a_trial_period_the_first_half_is_due_on_the_first_day_of_work():
    made = aid.milestones(FRANCS, contract(kind="CDI", months=None, starts_on=date(2013, 9, 2)))
    assert (made[0].kind, made[0].due_on) == ("trial-end", date(2013, 9, 2))
    assert sum(m.amount_cents for m in made) == 500_000


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
    first = made[0]
    assert first.due_on == date(2022, 7, 2)
    assert (first.window_opens_on, first.window_closes_on) == (date(2022, 7, 3), date(2022, 9, 2))
    assert first.aid_lost_after == date(2022, 11, 2)  # four months: the whole aid is lost


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


def test_a_fixed_term_of_the_under_26_pays_5500_euros_the_first_year_only():
    day = date(2021, 1, 4)
    made = aid.milestones(FRANCS_2018, contract(months=24, signed_on=day, starts_on=day, age=19))
    assert [m.amount_cents for m in made] == [275_000, 275_000, 125_000, 125_000]


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


@pytest.mark.parametrize(("start", "months"), [(date(2013, 11, 18), 12), (date(2013, 11, 1), 36)])
def test_a_contract_lived_to_its_end_loses_no_month(start, months):
    whole = contract(starts_on=start, months=months)
    made = aid.milestones(AVENIR, whole)
    last = made[-1].due_on
    assert (
        aid.on_break(AVENIR, whole, unpaid=made, paid=(), ended_on=last, motive="end_of_term").cancelled == ()
    )
    assert aid.part_owed(AVENIR, whole, last) is None


def test_the_end_of_an_emploi_d_avenir_cancels_the_months_that_follow_only():
    made = aid.milestones(AVENIR, contract())
    broken = aid.on_break(
        AVENIR, contract(), unpaid=made, paid=(), ended_on=date(2014, 6, 15), motive="economic"
    )
    assert min(m.due_on for m in broken.cancelled) > date(2014, 6, 15)
    assert {m.due_on for m in made if m.kind == "monthly"} - {m.due_on for m in broken.cancelled} == {
        date(2013, 11, 30), date(2013, 12, 31), date(2014, 1, 31), date(2014, 2, 28), date(2014, 3, 31),
        date(2014, 4, 30), date(2014, 5, 31),
    }  # fmt: skip
    assert not broken.to_repay


def test_the_days_worked_of_the_month_of_an_early_end_stay_owed():
    broken = contract(starts_on=date(2013, 11, 18))
    part = aid.part_owed(AVENIR, broken, date(2013, 12, 16))
    assert (part.kind, part.number, part.due_on) == ("monthly", 2, date(2013, 12, 16))
    assert part.amount_cents == 55_363  # 16 days of 31 of 1 072.6625 euros
    assert aid.part_owed(AVENIR, broken, date(2013, 12, 31)) is None
    assert aid.part_owed(AVENIR, broken, date(2013, 11, 17)) is None


@pytest.mark.parametrize(
    ("ended", "owed"),
    [
        (date(2022, 5, 31), None),  # under six months of presence
        (date(2022, 7, 2), None),  # the half-year is whole: its own row stands
        (date(2022, 7, 5), 0),  # 3 days of 184 of 2 500 euros: under 100
        (date(2022, 10, 31), 164_402),  # 121 days of 184
        (date(2025, 1, 3), None),  # the three years are over
    ],
)
def test_an_emploi_franc_cut_short_is_paid_for_its_days_once_six_months_are_reached(ended, owed):
    signed = contract(kind="CDI", months=None, signed_on=date(2022, 1, 3), starts_on=date(2022, 1, 3))
    part = aid.part_owed(FRANCS_2018, signed, ended)
    assert (part and part.amount_cents) == owed
    if part:
        assert (part.number, part.due_on) == (2, ended)


def by_the_day(start, end, hours, rate):
    """The aid counted one day at a time: each is worth its share of its month."""
    total, day = Fraction(0), start
    while day <= end:
        wage = Fraction(str(AVENIR.figure("smic_hourly", day).value))
        total += rate * wage * Fraction(str(hours)) * 52 / 12 / monthrange(day.year, day.month)[1]
        day += timedelta(days=1)
    return total * 100


HIRED = {
    "start": st.dates(date(2012, 11, 1), date(2017, 12, 31)),
    "months": st.integers(12, 36),
    "hours": st.sampled_from([17.5, 20, 24, 30, 35]),
}


@settings(max_examples=60, deadline=None)
@given(**HIRED)
def test_the_months_of_a_contract_are_paid_once_each_in_order(start, months, hours):
    made = of_kind(
        aid.milestones(AVENIR, contract(signed_on=start, starts_on=start, months=months, weekly_hours=hours)),
        "monthly",
    )
    assert [m.number for m in made] == list(range(1, len(made) + 1))
    days = [m.due_on for m in made]
    assert days == sorted(set(days))
    assert months <= len(made) <= months + 1
    expected = by_the_day(start, days[-1], hours, Fraction(3, 4))
    assert abs(sum(m.amount_cents for m in made) - expected) <= Fraction(len(made), 2)


@settings(max_examples=60, deadline=None)
@given(**HIRED, worked=st.integers(1, 1_200))
def test_an_early_end_leaves_the_pay_of_the_days_worked_and_no_more(start, months, hours, worked):
    signed = contract(signed_on=start, starts_on=start, months=months, weekly_hours=hours)
    made = of_kind(aid.milestones(AVENIR, signed), "monthly")
    ended = min(start + timedelta(days=worked - 1), made[-1].due_on)
    broken = aid.on_break(AVENIR, signed, unpaid=made, paid=(), ended_on=ended, motive="resigned")
    part = aid.part_owed(AVENIR, signed, ended)
    kept = [m for m in made if m not in broken.cancelled] + ([part] if part else [])
    assert len({m.number for m in kept}) == len(kept)
    assert part is None or part.number in {m.number for m in broken.cancelled}
    expected = by_the_day(start, ended, hours, Fraction(3, 4))
    assert abs(sum(m.amount_cents for m in kept) - expected) <= Fraction(len(kept), 2)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2018, 4, 1), date(2024, 12, 31)),
    hours=st.sampled_from([7, 17.5, 24, 30, 35, 39]),
    kind=st.sampled_from(["CDI", "CDD"]),
    months=st.integers(6, 40),
)
def test_half_years_add_up_to_the_yearly_amount_for_the_hours_worked(start, hours, kind, months):
    made = aid.milestones(
        FRANCS_2018,
        contract(signed_on=start, starts_on=start, kind=kind, months=months, weekly_hours=hours),
    )
    paid_months = 36 if kind == "CDI" else min(months, 24)
    share = min(Fraction(str(hours)) / 35, Fraction(1))
    owed = Fraction({"CDI": 500_000, "CDD": 250_000}[kind]) * paid_months / 12 * share
    found = sum(m.amount_cents for m in made)
    unpaid = [m for m in made if m.amount_cents == 0]
    assert len(unpaid) <= 1, "only a last short period can come to less than 100 euros"
    assert 0 <= owed - found + Fraction(len(made), 2) <= 10_000 * len(unpaid) + len(made)
