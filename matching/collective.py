"""A collective session: planned, held, closed or cancelled with its reason, which the public reads (workflow.md iv).

"To close" is no state: a session is planned and over, which its day says. Every step and every change of it leaves one
line; `sequence` grows with each that a calendar must show. Who is registered is told in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import session_messages as messages, session_seats as seats, workdays
from .errors import StaleVersion
from .store.sessions import AttendanceStatement, Closure, CollectiveSession, SessionAttendance, SessionEvent
from .transitions import Step, flush, refuse, step, target
from .vocabulary import CAME, AttendanceState, Party, SessionState as State

#: Hours of a session are those of the place.
HERE = ZoneInfo("Europe/Paris")
#: A reason is one line of the public page.
REASON = 160


class SessionAction(StrEnum):
    PLAN = "plan"
    CANCEL = "cancel"
    RESTORE = "restore"
    CLOSE = "close"
    REOPEN = "reopen"


A = SessionAction
TRANSITIONS: dict[SessionAction, Step[State]] = {
    A.PLAN: step({None}, State.PLANNED, Party.ADVISOR, Party.CLOCK),
    # The clock cancels what it plans on a day of closure, and the public reads why there is none; what follows from a
    # change of a slot or of a closure is the system's.
    A.CANCEL: step({State.PLANNED}, State.CANCELLED, Party.ADVISOR, Party.CLOCK, Party.SYSTEM),
    A.RESTORE: step({State.CANCELLED}, State.PLANNED, Party.ADVISOR, Party.SYSTEM),
    A.CLOSE: step({State.PLANNED}, State.CLOSED, Party.ADVISOR, Party.ANIMATOR),
    A.REOPEN: step({State.CLOSED}, State.PLANNED, Party.SUPERVISOR),
}
#: A line of the log besides the steps: another day, other hours, place, seats or words.
EDIT = "edit"
#: What they do to a session is nobody's hand: it goes on following its slot.
UNTOUCHED = (Party.CLOCK, Party.SYSTEM)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is said of a session: when, where, about what, for how many."""

    held_on: date
    starts_at: time
    ends_at: time
    theme: str
    place: str
    capacity: int
    description: str | None = None

    @classmethod
    def of(cls, row: CollectiveSession) -> Plan:
        return cls(
            row.held_on, row.starts_at, row.ends_at, row.theme, row.place, row.capacity, row.description
        )

    @property
    def where_and_when(self) -> tuple[date, time, time, str]:
        """What somebody who comes must know."""
        return self.held_on, self.starts_at, self.ends_at, self.place


def is_over(row: CollectiveSession, on: date, at: datetime) -> bool:
    """Whether its end is past: its day, or its hour today."""
    return row.held_on < on or (row.held_on == on and row.ends_at <= at.astimezone(HERE).time())


def over(on: date, at: datetime) -> sa.ColumnElement[bool]:
    """The same, asked of the base."""
    hour = at.astimezone(HERE).time().replace(microsecond=0)
    return sa.or_(
        CollectiveSession.held_on < on,
        sa.and_(CollectiveSession.held_on == on, CollectiveSession.ends_at <= hour),
    )


def to_close(on: date, at: datetime) -> sa.ColumnElement[bool]:
    """Held, and nobody said yet who came."""
    return sa.and_(CollectiveSession.state == State.PLANNED, over(on, at))


def plan(
    session: Session,
    agency_id: int,
    wanted: Plan,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    slot_id: int | None = None,
    closed: str | None = None,
) -> CollectiveSession:
    """A session, planned; one of a slot on a day without session is cancelled at once, with that reason. Flushes.

    Raises InvalidInput: a public holiday, a closure, a day that is past, hours the wrong way round.
    """
    leads_to = target("session", TRANSITIONS, A.PLAN, None, party)
    if slot_id is None:
        open_day(session, agency_id, wanted.held_on, on=on)
    _checked(wanted)
    row = CollectiveSession(
        agency_id=agency_id,
        slot_id=slot_id,
        slot_on=wanted.held_on if slot_id is not None else None,
        state=leads_to,
        made_at=at,
        changed_at=at,
    )
    _write(row, wanted)
    session.add(row)
    session.flush()
    _log(session, row, A.PLAN, None, actor_id=actor_id, party=party, on=on)
    if closed is not None:
        change(session, row, A.CANCEL, actor_id=actor_id, party=party, on=on, at=at, reason=closed)
    return row


def change(
    session: Session,
    row: CollectiveSession,
    action: SessionAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    reason: str | None = None,
    version: int | None = None,
) -> SessionEvent:
    """Cancel, restore, close, reopen; who is registered is told of what they would otherwise come for. Flushes.

    Raises StaleVersion, IllegalTransition, NotAllowed, InvalidInput (a guard); then nothing was written.
    """
    seats.hold(session, row)
    _current(row, version)
    leads_to = target("session", TRANSITIONS, action, row.state, party)
    said = " ".join((reason or "").split())[:REASON] or None
    _guard(session, row, action, said, on)
    before = row.state
    row.state, row.changed_at = leads_to, at
    row.cancelled_reason = said if leads_to is State.CANCELLED else None
    row.closed_on = on if leads_to is State.CLOSED else None
    if action in (A.CANCEL, A.RESTORE):
        row.sequence += 1
    flush(session, "session")
    event = _log(session, row, action, before, actor_id=actor_id, party=party, on=on, reason=said)
    if row.held_on >= on and action is A.CANCEL:
        messages.cancelled(session, row, event, on=on, at=at)
    elif row.held_on >= on and action is A.RESTORE:
        messages.restored(session, row, event, on=on, at=at)
    return event


def edit(
    session: Session,
    row: CollectiveSession,
    wanted: Plan,
    *,
    actor_id: int | None,
    on: date,
    at: datetime,
    version: int | None = None,
    party: Party = Party.ADVISOR,
) -> SessionEvent | None:
    """Another day, other hours, place, seats or theme of a planned session; None when nothing changes. Flushes.

    More seats are given to those who wait. Once it is past only what is said of it and its seats may change. Raises
    StaleVersion, InvalidInput.
    """
    seats.hold(session, row)
    _current(row, version)
    if row.state is not State.PLANNED:
        refuse("session-not-planned")
    before = Plan.of(row)
    if wanted == before:
        return None
    _checked(wanted)
    if wanted.where_and_when != before.where_and_when:
        if row.held_on < on:
            refuse("session-over")
        if wanted.held_on != before.held_on:
            open_day(session, row.agency_id, wanted.held_on, on=on)
    if (taken := seats.taken(session, row.id)) > wanted.capacity:
        refuse("session-seats-taken", taken=taken)
    _write(row, wanted)
    row.changed_at = at
    if (wanted.where_and_when, wanted.theme, wanted.description) != (
        before.where_and_when,
        before.theme,
        before.description,
    ):
        row.sequence += 1
    flush(session, "session")
    event = _log(session, row, EDIT, row.state, actor_id=actor_id, party=party, on=on)
    if wanted.where_and_when != before.where_and_when:
        messages.moved(session, row, event, messages.when_and_where(before), on=on, at=at)
    if wanted.capacity > before.capacity:
        seats.fill(session, row, on=on, at=at)
    return event


def no_session_on(session: Session, agency_id: int, day: date) -> str | None:
    """Why the agency holds no session on that day, in words that the public reads; None: it does."""
    if (name := workdays.holiday(day)) is not None:
        return f"{name}, jour férié"
    return session.scalar(
        sa.select(Closure.reason)
        .where(Closure.agency_id == agency_id, Closure.starts_on <= day, Closure.ends_on >= day)
        .order_by(Closure.starts_on)
        .limit(1)
    )


def open_day(session: Session, agency_id: int, day: date, *, on: date) -> None:
    """Refuses a day that is past, a public holiday (named, with the next working day), a day of closure."""
    if day < on:
        refuse("session-in-the-past", day=day)
    if (name := workdays.holiday(day)) is not None:
        refuse("session-on-holiday", day=day, holiday=name, next=workdays.after(day, 1))
    if (reason := no_session_on(session, agency_id, day)) is not None:
        refuse("session-day-closed", day=day, reason=reason, next=_next_open(session, agency_id, day))


def _next_open(session: Session, agency_id: int, day: date) -> date:
    day = workdays.after(day, 1)
    while no_session_on(session, agency_id, day) is not None:
        day = workdays.after(day, 1)
    return day


def _guard(
    session: Session, row: CollectiveSession, action: SessionAction, reason: str | None, on: date
) -> None:
    if action is A.CANCEL:
        if reason is None:
            refuse("reason-needed")
        if seats.count(session, row.id, CAME):
            refuse("session-attended")
    elif action is A.RESTORE:
        open_day(session, row.agency_id, row.held_on, on=on)
    elif action is A.CLOSE:
        if row.held_on > on:
            refuse("session-not-yet", day=row.held_on)
        if left := seats.count(session, row.id, (AttendanceState.REGISTERED,)):
            refuse("session-unstated", left=left)
        if conflicts := _conflicts(session, row):
            refuse("session-conflicts", left=conflicts)


def _conflicts(session: Session, row: CollectiveSession) -> int:
    """People of whom two phones said different things, and nobody settled it."""
    found = (
        sa.select(sa.func.count(sa.distinct(AttendanceStatement.attendance_id)))
        .join(SessionAttendance, SessionAttendance.id == AttendanceStatement.attendance_id)
        .where(
            SessionAttendance.session_id == row.id,
            AttendanceStatement.conflict,
            AttendanceStatement.settled_at.is_(None),
        )
    )
    return session.scalar(found) or 0


def _checked(wanted: Plan) -> None:
    if wanted.ends_at <= wanted.starts_at:
        refuse("session-hours")
    if wanted.capacity < 1:
        refuse("session-capacity")


def _write(row: CollectiveSession, wanted: Plan) -> None:
    row.held_on, row.starts_at, row.ends_at = wanted.held_on, wanted.starts_at, wanted.ends_at
    row.theme, row.place, row.capacity = wanted.theme, wanted.place, wanted.capacity
    row.description = wanted.description


def _current(row: CollectiveSession, version: int | None) -> None:
    if version is not None and row.version != version:
        raise StaleVersion("stale-version", machine="session")


def _log(
    session: Session,
    row: CollectiveSession,
    action: str,
    before: State | None,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    reason: str | None = None,
) -> SessionEvent:
    event = SessionEvent(
        session_id=row.id,
        actor_id=actor_id,
        action=str(action),
        party=str(party),
        from_state=before,
        to_state=row.state,
        reason=reason,
        done_on=on,
    )
    session.add(event)
    session.flush()
    return event
