"""Asking how it goes: 1, 3, 6, 10, 12, 24 and 36 months after the first day of work, and 6 months after the end.

Planned when the contract starts, within its planned length; cancelled when it ends. One that says « no longer there »
ends nothing: an advisor is told, and notes the exit with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import outbox, placement_log
from .eligibility.aid import after
from .errors import Conflict, NotAllowed
from .placement_terms import SITUATIONS
from .store.follow_up import CheckIn
from .store.messages import OutgoingMessage
from .store.placements import Placement, PlacementEvent
from .transitions import refuse
from .vocabulary import CheckInKind as Kind, CheckInState as State, Party

#: Months after the first day of work (workflow.md iii).
MONTHS = (1, 3, 6, 10, 12, 24, 36)
#: The situation is asked for again so many months after the end.
EXIT_MONTHS = 6
#: So many days before its day, one may be noted.
EARLY = timedelta(days=21)
#: So long after its day, one that nobody could hold is told as missed.
GIVEN_UP = timedelta(days=90)

CHANNELS = ("phone", "visit", "office", "email", "link")
WHO = ("person", "employer", "both")
#: What an advisor must look into. `gone`: is said not to work there any more; `call_back`: asks to be called.
ALERTS = ("tutor_absent", "wants_to_leave", "not_paid", "other", "gone", "call_back")
#: Of these, what somebody may choose; the others follow from the answers.
CHOSEN = ("tutor_absent", "wants_to_leave", "not_paid", "other")

PARTIES = frozenset(
    {Party.ADVISOR, Party.SUPERVISOR, Party.MISSION_LOCALE, Party.EMPLOYER, Party.YOUNG_PERSON}
)
ADVISORS = frozenset({Party.ADVISOR, Party.SUPERVISOR, Party.MISSION_LOCALE})
#: States from which an answer may still be noted.
OPEN = (State.PLANNED, State.MISSED)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said, when, by what means and with whom."""

    on: date
    channel: str
    with_whom: str
    still_there: bool | None = None
    situation: str | None = None
    alert: str | None = None
    note: str | None = None


def planned_days(starts_on: date, planned_end_on: date | None) -> list[tuple[int, date]]:
    """(month, day) of each check-in of a contract; the one at its very end is on its last day."""
    days = []
    for month in MONTHS:
        day = after(starts_on, month)
        if planned_end_on is not None and day > planned_end_on:
            if day - timedelta(days=1) > planned_end_on:
                break
            day = planned_end_on
        days.append((month, day))
    return days


def plan(session: Session, placement: Placement) -> None:
    """Plan those of a contract that starts. Flushes with the caller."""
    assert placement.starts_on is not None  # the guard of `start`
    for month, day in planned_days(placement.starts_on, placement.planned_end_on):
        session.add(_planned(placement, Kind.JOB, month, day))


def plan_exit(session: Session, placement: Placement) -> None:
    """Plan the one that follows the end of a contract."""
    assert placement.ended_on is not None
    session.add(_planned(placement, Kind.EXIT, EXIT_MONTHS, after(placement.ended_on, EXIT_MONTHS)))


def _planned(placement: Placement, kind: Kind, month: int, day: date) -> CheckIn:
    return CheckIn(placement_id=placement.id, kind=kind, month=month, due_on=day, state=State.PLANNED)


def stop(session: Session, placement_id: int, on: date) -> None:
    """The contract is over: what was planned is cancelled, messages that ask wait no more, « gone » is dealt with."""
    own = CheckIn.placement_id == placement_id
    waiting = sa.select(CheckIn.id).where(own, CheckIn.state == State.PLANNED)
    outbox.cancel(
        session, OutgoingMessage.subject_kind == "check_in", OutgoingMessage.subject_id.in_(waiting)
    )
    session.execute(
        sa.update(CheckIn).where(own, CheckIn.state == State.PLANNED).values(state=State.CANCELLED)
    )
    session.execute(
        sa.update(CheckIn)
        .where(own, CheckIn.alert == "gone", CheckIn.alert_closed_on.is_(None))
        .values(alert_closed_on=on)
    )


def of(session: Session, placement_id: int) -> Sequence[CheckIn]:
    """Those of a contract by their day."""
    return session.scalars(
        sa.select(CheckIn)
        .where(CheckIn.placement_id == placement_id)
        .order_by(CheckIn.due_on, CheckIn.id)
        .execution_options(populate_existing=True)
    ).all()


def opens_on(check_in: CheckIn) -> date:
    """The first day on which it may be noted."""
    return check_in.due_on - EARLY


def note(
    session: Session, check_in: CheckIn, answers: Answers, *, actor_id: int | None, party: Party
) -> PlacementEvent:
    """Keep what was said. Flushes, never commits.

    Raises NotAllowed, InvalidInput (a guard), Conflict("check-in-noted") when somebody noted it before.
    """
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="check_in", action="note", party=str(party))
    if answers.on < opens_on(check_in):
        refuse("not-yet", day=opens_on(check_in))
    if answers.channel not in CHANNELS:
        refuse("unknown-channel", allowed=", ".join(CHANNELS))
    if answers.with_whom not in WHO or (answers.alert is not None and answers.alert not in ALERTS):
        refuse("bad-choice")
    job = check_in.kind is Kind.JOB
    if job and answers.still_there is None:
        refuse("still-there-needed")
    if not job and answers.situation not in SITUATIONS:
        refuse("bad-situation", allowed=", ".join(sorted(SITUATIONS)))
    values = {
        "held_on": answers.on,
        "channel": answers.channel,
        "with_whom": answers.with_whom,
        "still_there": answers.still_there if job else None,
        "situation": None if job else answers.situation,
        "alert": "gone" if job and answers.still_there is False else answers.alert,
        "note": (answers.note or "").strip()[:400] or None,
        "noted_by_id": actor_id,
    }
    _move(session, check_in, State.HELD, values)
    return _log(session, check_in, "check_in", actor_id, party, answers.on)


def miss(
    session: Session, check_in: CheckIn, *, actor_id: int | None, party: Party, on: date
) -> PlacementEvent:
    """Nobody could be reached: said so. It may still be noted later. Raises as `note`."""
    if party not in ADVISORS:
        raise NotAllowed("not-your-step", machine="check_in", action="miss", party=str(party))
    if on < check_in.due_on:
        refuse("not-yet", day=check_in.due_on)
    _move(session, check_in, State.MISSED, {"noted_by_id": actor_id}, (State.PLANNED,))
    return _log(session, check_in, "check_in_missed", actor_id, party, on)


def close_alert(
    session: Session, check_in: CheckIn, answer: str, *, actor_id: int | None, party: Party, on: date
) -> PlacementEvent:
    """Say what was done about an alert. Raises NotAllowed, InvalidInput, Conflict("alert-closed")."""
    if party not in ADVISORS:
        raise NotAllowed("not-your-step", machine="check_in", action="close_alert", party=str(party))
    if not answer.strip():
        refuse("alert-answer-needed")
    if check_in.held_on is not None and on < check_in.held_on:
        refuse("before-last-step", day=check_in.held_on)
    closed = session.execute(
        sa.update(CheckIn)
        .where(CheckIn.id == check_in.id, CheckIn.alert.is_not(None), CheckIn.alert_closed_on.is_(None))
        .values(alert_closed_on=on, alert_answer=answer.strip()[:400])
        .execution_options(synchronize_session="fetch")
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("alert-closed")
    return _log(session, check_in, "alert_closed", actor_id, party, on)


def _move(
    session: Session,
    check_in: CheckIn,
    leads_to: State,
    values: dict[str, Any],
    starts: tuple[State, ...] = OPEN,
) -> None:
    """Whoever comes first: two presses of a button have one effect."""
    taken = session.execute(
        sa.update(CheckIn)
        .where(CheckIn.id == check_in.id, CheckIn.state.in_(starts))
        .values(state=leads_to, **values)
        .execution_options(synchronize_session="fetch")
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("check-in-noted")
    outbox.cancel(
        session, OutgoingMessage.subject_kind == "check_in", OutgoingMessage.subject_id == check_in.id
    )


def _log(
    session: Session, check_in: CheckIn, action: str, actor_id: int | None, party: Party, on: date
) -> PlacementEvent:
    event = placement_log.beside(
        session,
        session.get_one(Placement, check_in.placement_id),
        action,
        actor_id=actor_id,
        party=party,
        on=on,
        reason=f"{check_in.kind} {check_in.month}",
    )
    session.flush()
    return event
