"""What became of the contracts, figure by figure, against a plain recount of the same rows."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from matching import workdays
from matching.report_model import Month
from matching.store.follow_up import CheckIn, Training
from matching.store.matches import ReviewDecision
from matching.store.placements import AidMilestone
from matching.vocabulary import (
    CheckInKind,
    CheckInState,
    MilestoneState,
    PlacementState,
    ProposalState,
)
from tests import build
from tests.integration.months import lines, monthly, positive

AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
MONTH = Month(2014, 2)
ON = date(2014, 6, 2)
PROGRAMMES = ("emplois-avenir", "emplois-francs-2013", None)
REASONS = {
    "resigned": "employee", "better_job": "employee", "mutual": "both", "other": "neither", "employer_ended": "employer",
    "end_of_term": None,
}  # fmt: skip


def add_months(day, months):
    """The same day so many months later, the last of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def some_contracts(session, seed):
    chance = random.Random(seed)
    made = []
    for _ in range(60):
        starts = date(2012, 12, 1) + timedelta(days=chance.randrange(440))
        ended = starts + timedelta(days=chance.randrange(1, 500)) if chance.random() < 0.5 else None
        reason = chance.choice(list(REASONS)) if ended else None
        state = PlacementState.EXITED if ended else PlacementState.RUNNING
        if chance.random() < 0.1:
            state, ended, reason = PlacementState.ABANDONED, None, None
        made.append(
            build.placement(
                session, state=state, programme=chance.choice(PROGRAMMES), signed_on=starts - timedelta(days=5),
                starts_on=starts, trial_end_on=starts + timedelta(days=chance.choice((30, 60))) if chance.random() < 0.8 else None,
                ended_on=ended, end_reason=reason, end_motive="economic" if reason == "employer_ended" else None,
                planned_end_on=ended if reason == "end_of_term" else starts + timedelta(days=1000),
            )
        )  # fmt: skip
    return made


@pytest.mark.parametrize("seed", [1, 2])
def test_trials_anniversaries_and_breaks_are_those_of_a_recount(session, seed):
    contracts = [each for each in some_contracts(session, seed) if each.state is not PlacementState.ABANDONED]
    found = monthly(session, MONTH, on=ON)
    due = [each for each in contracts if each.trial_end_on and Month.of(each.trial_end_on) == MONTH]
    passed = [each for each in due if each.ended_on is None or each.ended_on > each.trial_end_on]
    assert (found["E1"].numerator, found["E1"].denominator) == (len(passed), len(due))
    assert positive(lines(found["E1"], "programme", "outcome")) == dict(
        Counter((each.programme or "no-programme", "yes" if each in passed else "no") for each in due)
    )
    for months in (3, 6, 10, 12):
        old = [each for each in contracts if Month.of(add_months(each.starts_on, months)) == MONTH]
        there = [
            each
            for each in old
            if each.ended_on is None or each.ended_on >= add_months(each.starts_on, months)
        ]
        rate = found[f"E2-{months}"]
        assert (rate.numerator, rate.denominator) == (len(there), len(old))
    ended = [each for each in contracts if each.ended_on and date(2013, 3, 1) <= each.ended_on <= MONTH.last]
    broken = [each for each in ended if each.end_reason != "end_of_term"]
    assert ended
    assert (found["E3"].numerator, found["E3"].denominator) == (len(broken), len(ended))
    assert positive(lines(found["E3"], "broken_by")) == dict(
        Counter(REASONS[each.end_reason] for each in broken)
    )
    ages = Counter(
        next(key for key, months in (("under-3", 3), ("3-6", 6), ("6-12", 12), ("over-12", 999))
             if each.ended_on < add_months(each.starts_on, months))
        for each in broken
    )  # fmt: skip
    assert positive(lines(found["E3"], "life")) == dict(ages)


def test_a_contract_that_runs_is_in_no_rate_of_breaks_nor_one_too_young_in_an_anniversary(session):
    build.placement(
        session, state=PlacementState.RUNNING, signed_on=date(2014, 1, 2), starts_on=date(2014, 1, 6)
    )
    found = monthly(session, MONTH, on=ON)
    assert found["E3"].denominator == 0 and found["E3"].value is None
    assert found["E2-3"].denominator == 0


def test_six_months_after_the_end_silence_is_counted_beside_what_is_known(session):
    for situation in ("lasting_job", "lasting_job", "unemployed", None):
        held = build.placement(
            session, state=PlacementState.EXITED, signed_on=date(2013, 2, 1), starts_on=date(2013, 2, 4),
            ended_on=date(2013, 8, 20), end_reason="resigned",
        )  # fmt: skip
        if situation:
            build._add(
                session,
                CheckIn(
                    placement_id=held.id, kind=CheckInKind.EXIT, month=6, due_on=date(2014, 2, 20),
                    state=CheckInState.HELD, held_on=date(2014, 2, 21), situation=situation,
                ),
            )  # fmt: skip
    found = monthly(session, MONTH, on=ON)["E5"]
    assert (found.numerator, found.denominator) == (2, 3)
    assert positive(lines(found, "situation")) == {"lasting_job": 2, "unemployed": 1, "unknown": 1}


def test_check_ins_are_on_time_within_a_fortnight_and_trainings_count_when_they_begin(session):
    held = build.placement(session, state=PlacementState.RUNNING, signed_on=date(2013, 10, 1))
    for month, due, done, state in (
        (1, date(2014, 2, 3), date(2014, 2, 18), CheckInState.HELD),
        (3, date(2014, 2, 3), date(2014, 2, 19), CheckInState.HELD),
        (6, date(2014, 2, 28), None, CheckInState.PLANNED),
        (10, date(2014, 2, 28), None, CheckInState.CANCELLED),
        (12, date(2014, 3, 1), date(2014, 3, 1), CheckInState.HELD),
    ):
        build._add(
            session,
            CheckIn(
                placement_id=held.id, kind=CheckInKind.JOB, month=month, due_on=due, held_on=done, state=state
            ),
        )
    for start, end, certified in (
        (date(2014, 2, 10), None, None),
        (date(2013, 12, 1), date(2014, 2, 12), True),
        (date(2013, 12, 1), date(2014, 2, 12), False),
    ):
        build._add(
            session,
            Training(placement_id=held.id, title="BAFA", started_on=start, ended_on=end, certified=certified),
        )
    found = monthly(session, MONTH, on=ON)
    assert (found["E7"].numerator, found["E7"].denominator) == (1, 3)
    assert lines(found["E7-training"], "training") == {"started": 1, "certified": 1}


def test_aid_asked_for_lost_and_owed_back_stands_in_the_month_of_its_day(session):
    held = build.placement(
        session, state=PlacementState.EXITED, signed_on=date(2013, 7, 1), starts_on=date(2013, 7, 8),
        ended_on=date(2014, 2, 14), end_reason="employer_ended", end_motive="economic",
    )  # fmt: skip
    for number, (state, more) in enumerate(
        (
            (MilestoneState.ASKED, {"asked_on": date(2014, 2, 28)}),
            (MilestoneState.LAPSED, {"window_closes_on": date(2014, 2, 1)}),
            (MilestoneState.LAPSED, {"window_closes_on": date(2014, 1, 31)}),
            (MilestoneState.TO_REPAY, {"asked_on": date(2013, 9, 1), "paid_on": date(2013, 9, 20)}),
        ),
        start=1,
    ):
        build._add(
            session,
            AidMilestone(
                placement_id=held.id, kind="m", number=number, due_on=date(2014, 1, 2), amount_cents=250_000,
                state=state, **more,
            ),
        )  # fmt: skip
    found = monthly(session, MONTH, on=ON)
    for key in ("E6-asked", "E6-lapsed", "E6-repay"):
        assert (found[key].value, found[key].also) == (1, {"payments": 1, "amount_cents": 250_000}), key


def test_answers_overdue_are_those_that_waited_more_than_fifteen_working_days_at_the_end(session):
    limit = workdays.before(MONTH.last, 15)
    for state, day in (
        (ProposalState.PERSON_ASKED, limit - timedelta(days=1)),
        (ProposalState.PERSON_ASKED, limit),
        (ProposalState.SENT, limit - timedelta(days=9)),
        (ProposalState.TO_REVIEW, limit - timedelta(days=30)),
        (ProposalState.REJECTED, limit - timedelta(days=30)),
    ):
        made = build.proposal(session, state=state)
        build._add(
            session,
            ReviewDecision(
                proposal_id=made.id,
                action="x",
                from_state=None,
                to_state=state,
                decided_on=day,
                decided_at=AT,
            ),
        )
    # Answered since: at the end of the month it was still awaited.
    answered = build.proposal(session, state=ProposalState.DECLINED)
    for state, day in (
        (ProposalState.PERSON_ASKED, date(2014, 1, 6)),
        (ProposalState.DECLINED, date(2014, 3, 3)),
    ):
        build._add(
            session,
            ReviewDecision(
                proposal_id=answered.id,
                action="x",
                from_state=None,
                to_state=state,
                decided_on=day,
                decided_at=AT,
            ),
        )
    found = monthly(session, MONTH, on=ON)["H3"]
    assert found.value == 4
    assert lines(found, "awaited") == {"advisor": 1, "person": 2, "employer": 1}


def test_a_small_count_hides_with_its_parts_and_its_rate(session):
    some_contracts(session, 3)
    found = monthly(session, MONTH, on=ON, edition=5)
    for key in ("E1", "E2-3", "E3", "E5", "H3"):
        indicator = found[key]
        for cut in indicator.breakdowns:
            assert all(line.value is None or not 0 < line.value < 5 for line in cut.lines), key
        if indicator.suppressed:
            assert (indicator.value, indicator.numerator, indicator.denominator) == (None, None, None)
