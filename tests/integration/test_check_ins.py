"""Asking how it goes: when, by whom, what follows from an answer; who accompanies the person; training."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import check_ins, commitments, follow_up_due, milestones
from matching.check_ins import Answers
from matching.errors import Conflict, InvalidInput, NotAllowed
from matching.store import scope
from matching.store.follow_up import CheckIn
from matching.store.people import Agency
from matching.store.placements import PlacementEvent
from matching.vocabulary import (
    AgencyKind,
    CheckInKind,
    CheckInState,
    MilestoneState,
    Party,
    PlacementState,
    Role,
)
from tests import hires
from tests.hires import A, take
from tests.web.doors import an_agency

START = date(2013, 11, 18)


@pytest.fixture
def made(session):
    return hires.running(session, agency=an_agency(session))


def one(session, made, month, kind=CheckInKind.JOB):
    return next(row for row in check_ins.of(session, made.id) if (row.month, row.kind) == (month, kind))


def note(session, row, party=Party.ADVISOR, **changes):
    facts = {"on": row.due_on, "channel": "phone", "with_whom": "person", "still_there": True, **changes}
    return check_ins.note(session, row, Answers(**facts), actor_id=None, party=party)


@pytest.mark.parametrize(
    ("end", "months"),
    [
        (None, (1, 3, 6, 10, 12, 24, 36)),
        (date(2016, 11, 17), (1, 3, 6, 10, 12, 24, 36)),
        (date(2016, 11, 16), (1, 3, 6, 10, 12, 24)),
        (date(2014, 5, 17), (1, 3, 6)),
        (date(2013, 12, 1), ()),
    ],
)
def test_those_within_the_planned_length_are_planned(end, months):
    planned = check_ins.planned_days(START, end)
    assert tuple(month for month, _ in planned) == months
    assert all(end is None or day <= end for _, day in planned)


def test_they_are_planned_at_the_start_and_cancelled_at_the_end_with_one_to_come(session):
    made = hires.hired(session, agency=an_agency(session))
    assert check_ins.of(session, made.id) == []
    take(session, made, A.START, START)
    rows = check_ins.of(session, made.id)
    assert [(row.month, row.due_on) for row in rows][:2] == [(1, date(2013, 12, 18)), (3, date(2014, 2, 18))]
    note(session, rows[0])
    take(session, made, A.BREAK_TRIAL, date(2014, 1, 10), reason="resigned")
    states = [(row.kind, row.month, row.state) for row in check_ins.of(session, made.id)]
    assert (CheckInKind.JOB, 1, CheckInState.HELD) in states
    assert {s for kind, month, s in states if kind is CheckInKind.JOB and month > 1} == {
        CheckInState.CANCELLED
    }
    exit_one = one(session, made, 6, CheckInKind.EXIT)
    assert (exit_one.due_on, exit_one.state) == (date(2014, 7, 10), CheckInState.PLANNED)
    with pytest.raises(InvalidInput, match="bad-situation"):
        note(session, exit_one, still_there=None)
    note(session, exit_one, still_there=None, situation="short_job")
    assert exit_one.situation == "short_job"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"on": date(2014, 1, 27)}, "not-yet"),
        ({"channel": "pigeon"}, "unknown-channel"),
        ({"with_whom": "voisin"}, "bad-choice"),
        ({"still_there": None}, "still-there-needed"),
        ({"alert": "ennui"}, "bad-choice"),
    ],
)
def test_what_does_not_make_sense_is_refused(session, made, change, code):
    row = one(session, made, 3)
    with pytest.raises(InvalidInput, match=code):
        note(session, row, **change)
    assert row.state is CheckInState.PLANNED


def test_an_answer_is_kept_once_and_leaves_one_line(session, made):
    row = one(session, made, 3)
    note(session, row, note="  content  ")
    assert (row.state, row.still_there, row.note, row.alert) == (CheckInState.HELD, True, "content", None)
    with pytest.raises(Conflict, match="check-in-noted"):
        note(session, row, still_there=False)
    lines = session.scalars(sa.select(PlacementEvent.reason).where(PlacementEvent.action == "check_in")).all()
    assert lines == ["job 3"]
    for party in (Party.IMPORTER, Party.CLOCK, Party.SYSTEM):
        with pytest.raises(NotAllowed):
            note(session, one(session, made, 6), party=party)


def test_no_longer_there_tells_an_advisor_and_ends_nothing(session, made):
    event = note(session, one(session, made, 3), still_there=False, party=Party.YOUNG_PERSON, channel="link")
    assert (event.actor_id, event.party) == (None, Party.YOUNG_PERSON), (
        "the log says that it came by the link"
    )
    assert made.state is PlacementState.RUNNING
    actor = scope.Actor(1, None, "Claire", Role.ADVISOR, agency_id=made and an_agency(session).id)
    (alert,) = follow_up_due.open_alerts(session, actor)
    assert (alert.alert, alert.placement_id) == ("gone", made.public_id)
    # Noted after, for a day before: the check-in does not stand in the way, and the exit closes the alert.
    take(session, made, A.EXIT, date(2014, 2, 14), reason="resigned", situation="unknown")
    assert follow_up_due.open_alerts(session, actor) == []


def test_an_alert_waits_for_what_was_done_and_is_closed_once(session, made):
    row = one(session, made, 3)
    note(session, row, alert="not_paid")
    close = {"actor_id": None, "party": Party.MISSION_LOCALE, "on": date(2014, 2, 20)}
    with pytest.raises(InvalidInput, match="alert-answer-needed"):
        check_ins.close_alert(session, row, " ", **close)
    with pytest.raises(InvalidInput, match="before-last-step"):
        check_ins.close_alert(session, row, "appelé", **{**close, "on": date(2014, 2, 17)})
    with pytest.raises(NotAllowed):
        check_ins.close_alert(session, row, "appelé", **{**close, "party": Party.EMPLOYER})
    check_ins.close_alert(session, row, "employeur appelé, virement fait", **close)
    assert (row.alert_closed_on, row.alert_answer) == (date(2014, 2, 20), "employeur appelé, virement fait")
    with pytest.raises(Conflict, match="alert-closed"):
        check_ins.close_alert(session, row, "encore", **close)


def test_late_ones_come_first_and_only_to_their_own_agency(session, made):
    own = scope.Actor(1, None, "Claire", Role.ADVISOR, agency_id=an_agency(session).id)
    other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
    session.add(other)
    session.flush()
    stranger = scope.Actor(2, None, "x", Role.ADVISOR, agency_id=other.id)
    due = follow_up_due.check_ins_due(session, own, on=date(2014, 2, 18))
    assert [(row.month, row.day) for row in due] == [(1, date(2013, 12, 18)), (3, date(2014, 2, 18))]
    assert follow_up_due.check_ins_due(session, stranger, on=date(2014, 2, 18)) == []
    row = one(session, made, 1)
    check_ins.miss(session, row, actor_id=None, party=Party.ADVISOR, on=date(2014, 1, 20))
    assert [r.month for r in follow_up_due.check_ins_due(session, own, on=date(2014, 2, 18))] == [3]
    note(session, row, on=date(2014, 2, 1))  # reached after all
    assert row.state is CheckInState.HELD
    assert scope.one(session, scope.check_ins(own), CheckIn.id == row.id) is row
    assert session.scalar(scope.check_ins(stranger)) is None


# --- commitments


def test_a_tutor_is_the_offers_then_whoever_is_named_and_the_row_of_the_aid_has_its_paper(session, made):
    assert made.tutor == "Mme Langlet"
    row = milestones.held(session, made.id)["tutor", 1]
    assert row.state is MilestoneState.UPCOMING
    name = {"actor_id": None, "party": Party.ADVISOR}
    with pytest.raises(InvalidInput, match="tutor-needed"):
        commitments.name_tutor(session, made, "  ", on=date(2014, 2, 3), **name)
    with pytest.raises(InvalidInput, match="before-last-step"):
        commitments.name_tutor(session, made, "M. Petit", on=date(2013, 11, 1), **name)
    with pytest.raises(NotAllowed):
        commitments.name_tutor(
            session, made, "M. Petit", actor_id=None, party=Party.CLOCK, on=date(2014, 2, 3)
        )
    commitments.name_tutor(session, made, "M.  Petit ", on=date(2014, 2, 3), **name)
    assert (made.tutor, row.state) == ("M. Petit", MilestoneState.DOCUMENT_RECEIVED)
    # A day of its own: a step that comes later may be noted for a day before.
    take(session, made, A.EXIT, date(2014, 1, 31), reason="moved", situation="unknown")
    with pytest.raises(InvalidInput, match="no-contract"):
        commitments.name_tutor(session, made, "Mme Roux", on=date(2014, 2, 4), **name)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"started_on": date(2013, 11, 17), "ended_on": None, "certified": None}, "training-before-start"),
        ({"started_on": date(2016, 11, 18), "ended_on": None, "certified": None}, "training-after-end"),
        ({"started_on": None, "ended_on": date(2014, 3, 3), "certified": None}, "training-not-started"),
        (
            {"started_on": date(2014, 3, 3), "ended_on": date(2014, 3, 2), "certified": None},
            "ends-before-it-starts",
        ),
        ({"started_on": date(2014, 3, 3), "ended_on": None, "certified": True}, "training-not-ended"),
    ],
)
def test_a_training_keeps_its_days_in_order_within_the_contract(session, made, days, code):
    common = {"actor_id": None, "party": Party.ADVISOR, "on": date(2014, 2, 3)}
    row = commitments.plan_training(
        session, made, "CAP jardinier", hours=420, planned_on=date(2014, 3, 3), **common
    )
    with pytest.raises(InvalidInput, match=code):
        commitments.follow_training(session, made, row, **days, **common)
    done = {"started_on": date(2014, 3, 3), "ended_on": date(2014, 6, 27), "certified": True}
    commitments.follow_training(session, made, row, **done, **common)
    assert {name: getattr(row, name) for name in done} == done
    assert row.planned_on - START == timedelta(days=105)


def test_a_training_without_a_name_or_with_odd_hours_is_not_written(session, made):
    common = {"planned_on": None, "actor_id": None, "party": Party.ADVISOR, "on": date(2014, 2, 3)}
    with pytest.raises(InvalidInput, match="training-title-needed"):
        commitments.plan_training(session, made, " ", hours=None, **common)
    with pytest.raises(InvalidInput, match="training-hours"):
        commitments.plan_training(session, made, "CAP", hours=0, **common)
    assert commitments.trainings(session, made.id) == []
