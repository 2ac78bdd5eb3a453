"""A contract that stands still: days that never overlap, within it; months suspended whole are not owed."""

from datetime import date

import pytest

from matching import deadlines, milestones, placements, suspensions
from matching.errors import IllegalTransition, InvalidInput
from matching.store import scope
from matching.vocabulary import MilestoneState, PlacementState, Role
from tests import hires
from tests.hires import A, take
from tests.web.doors import an_agency


@pytest.fixture
def made(session):
    return hires.running(session, agency=an_agency(session))


def months(session, made):
    """Month paid -> state, of the rows of the aid."""
    rows = (row for row in milestones.of(session, made.id) if row.kind == "monthly")
    return {(row.due_on.year, row.due_on.month): str(row.state) for row in rows}


def spans(session, made):
    return [(row.starts_on, row.ends_on) for row in suspensions.of(session, made.id)]


def test_months_suspended_whole_are_not_owed_others_are_and_the_term_stays(session, made):
    term = made.planned_end_on
    take(session, made, A.SUSPEND, date(2014, 2, 10), reason="maladie")
    take(session, made, A.RESUME, date(2014, 5, 12))
    assert (made.state, made.planned_end_on) == (PlacementState.RUNNING, term)
    assert spans(session, made) == [(date(2014, 2, 10), date(2014, 5, 11))]
    states = months(session, made)
    assert [states[2014, month] for month in (1, 2, 3, 4, 5, 6)] == [
        "upcoming", "upcoming", "cancelled", "cancelled", "upcoming", "upcoming",
    ]  # fmt: skip


def test_a_month_whose_paper_came_stays_for_an_advisor_to_settle(session, made):
    march = milestones.held(session, made.id)["monthly", 5]
    take(session, made, A.SUSPEND, date(2014, 2, 10), reason="maladie")
    march.state = MilestoneState.DOCUMENT_RECEIVED
    take(session, made, A.RESUME, date(2014, 5, 12))
    assert (march.due_on, march.state) == (date(2014, 3, 31), MilestoneState.DOCUMENT_RECEIVED)


@pytest.mark.parametrize(
    ("on", "until", "code"),
    [
        (date(2016, 11, 18), None, "suspension-after-end"),
        (date(2014, 6, 2), date(2016, 11, 18), "suspension-after-end"),
        (date(2014, 6, 2), date(2014, 6, 1), "ends-before-it-starts"),
        (date(2014, 2, 16), None, "before-last-step"),
    ],
)
def test_days_that_do_not_fit_are_refused_and_nothing_is_written(session, made, on, until, code):
    take(session, made, A.SUSPEND, date(2014, 2, 10), reason="maladie")
    take(session, made, A.RESUME, date(2014, 2, 17))
    before = spans(session, made)
    with pytest.raises(InvalidInput, match=code):
        take(session, made, A.SUSPEND, on, reason="congé", until=until)
    assert (spans(session, made), made.state) == (before, PlacementState.RUNNING)


def test_no_two_suspensions_share_a_day(session, made):
    take(session, made, A.SUSPEND, date(2014, 2, 10), reason="maladie", until=date(2014, 3, 31))
    with pytest.raises(IllegalTransition):
        take(session, made, A.SUSPEND, date(2014, 2, 20), reason="encore")
    for day in (date(2014, 2, 15), date(2014, 3, 31)):
        with pytest.raises(InvalidInput, match="suspension-overlaps"):
            suspensions.may_begin(session, made, day, None)
    with pytest.raises(InvalidInput, match="suspension-overlaps"):
        suspensions.may_begin(session, made, date(2014, 1, 20), date(2014, 2, 10))
    with pytest.raises(InvalidInput, match="suspension-before-start"):
        suspensions.may_begin(session, made, date(2013, 11, 17), None)
    with pytest.raises(InvalidInput, match="not-yet"):
        take(session, made, A.RESUME, date(2014, 2, 10))
    take(session, made, A.RESUME, date(2014, 2, 17))  # earlier than thought
    take(session, made, A.SUSPEND, date(2014, 2, 17), reason="rechute")
    assert spans(session, made) == [
        (date(2014, 2, 10), date(2014, 2, 16)),
        (date(2014, 2, 17), None),
    ]


def test_an_exit_during_a_suspension_owes_nothing_of_the_days_not_worked(session, made):
    take(session, made, A.SUSPEND, date(2014, 2, 1), reason="congé sans solde")
    take(session, made, A.EXIT, date(2014, 4, 10), reason="resigned", situation="unemployed")
    assert spans(session, made) == [(date(2014, 2, 1), date(2014, 4, 10))]
    states = months(session, made)
    assert states[2014, 1] == "upcoming"
    assert {states[2014, month] for month in (2, 3, 4, 5)} == {"cancelled"}


def test_only_a_contract_that_runs_is_suspended(session):
    made = hires.hired(session, agency=an_agency(session))
    take(session, made, A.START, date(2013, 11, 18))
    with pytest.raises(IllegalTransition):
        take(session, made, A.SUSPEND, date(2013, 12, 2), reason="maladie")
    take(session, made, A.PASS_TRIAL, date(2014, 1, 17))
    with pytest.raises(IllegalTransition):
        take(session, made, A.SUSPEND, date(2014, 1, 17), reason="maladie")


def test_a_programme_whose_text_pushes_the_term_pushes_it(session, made, monkeypatch):
    rule = suspensions.rule_of(hires.BOOK, hires.AVENIR)
    monkeypatch.setattr(suspensions, "rule_of", lambda *_: rule.model_copy(update={"end": "pushed"}))
    take(session, made, A.SUSPEND, date(2014, 2, 10), reason="maladie")
    take(session, made, A.RESUME, date(2014, 2, 20))
    assert made.planned_end_on == date(2016, 11, 27)


def test_a_suspended_contract_announces_no_payment_to_come(session, made):
    actor = scope.Actor(1, None, "Claire", Role.ADVISOR, agency_id=an_agency(session).id)

    def paid(on):
        return [r.day for r in deadlines.milestones_due(session, actor, on=on) if r.milestone == "monthly"]

    take(session, made, A.SUSPEND, date(2014, 2, 1), reason="maladie")
    assert paid(date(2014, 2, 3)) == [date(2013, 11, 30), date(2013, 12, 31), date(2014, 1, 31)]


def test_a_step_of_its_own_is_taken_by_the_flow_alone(session, made):
    assert placements.PlacementAction.SUSPEND in placements.allowed(made.state, hires.Party.ADVISOR)
    assert placements.PlacementAction.SUSPEND not in placements.allowed(made.state, hires.Party.EMPLOYER)
