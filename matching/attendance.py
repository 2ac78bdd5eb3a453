"""Who comes to a collective session: registered within its seats, waiting in order, stated on the day by any phone.

Every change of a session's people holds its row: two at once cannot both take the last seat. What a phone said is kept,
read once by its key; two people who say different things of somebody are a conflict that a person settles.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from . import session_messages as messages, session_seats as seats
from .errors import Conflict, Duplicate, NotFound
from .store import scope
from .store.people import Person, full_name
from .store.sessions import AttendanceStatement, CollectiveSession, SessionAttendance
from .transitions import flush, refuse
from .vocabulary import CAME, STATED_ATTENDANCES, AttendanceState as State, Role, SessionState

#: Who takes a chair on the day: who is known not to come leaves theirs.
SITTING = (State.REGISTERED, *CAME)


class Heard(StrEnum):
    """What became of a statement."""

    RECORDED = "recorded"
    #: The same key came before: nothing was done again.
    REPEATED = "repeated"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a phone says of somebody. `version`: of the attendance, as the page showed it when it was pressed."""

    state: State
    key: str
    stated_at: datetime
    version: int | None = None


def registrable(actor: scope.Actor) -> sa.Select[Person]:
    """Whom this account may register: an advisor's caseload; an animator, people of the agency and of the club."""
    if actor.role is not Role.ANIMATOR:
        return scope.people(actor)
    either = (scope.prospects(actor), scope.club_people(actor))
    return sa.select(Person).where(
        sa.or_(*(Person.id.in_(query.with_only_columns(Person.id)) for query in either))
    )


def held(session: Session, actor: scope.Actor, key: int) -> CollectiveSession:
    """A session of the scope, its row held to the end of the transaction, as it is now. Raises NotFound."""
    query = scope.sessions(actor).with_for_update().execution_options(populate_existing=True)
    return scope.one(session, query, CollectiveSession.id == key)


def one(session: Session, row: CollectiveSession, ref: uuid.UUID) -> SessionAttendance:
    """An attendance of that session, as it is now. Raises NotFound."""
    found = session.scalar(
        sa.select(SessionAttendance)
        .where(SessionAttendance.session_id == row.id, SessionAttendance.public_id == ref)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("not-found")
    return found


def person(session: Session, attendance: SessionAttendance) -> Person:
    """Whose attendance it is."""
    return session.get_one(Person, attendance.person_id)


def register(
    session: Session, row: CollectiveSession, person: Person, *, actor_id: int | None, on: date, at: datetime
) -> SessionAttendance:
    """A seat for them, or the next place of the waiting list when none is left. Flushes.

    Raises Duplicate: they are registered or waiting already; InvalidInput: closed, cancelled, past.
    """
    seats.hold(session, row)
    _open(row, on)
    known = _of(session, row, person)
    if known is not None and known.state is not State.WITHDRAWN:
        code = "session-waiting-already" if known.state is State.WAITING else "session-registered-already"
        raise Duplicate(code, name=full_name(person))
    free = seats.taken(session, row.id) < row.capacity
    made = _seat(session, row, person, known, State.REGISTERED if free else State.WAITING, actor_id, on, at)
    seats.trail(session, row, person.public_id, "register" if free else "wait", actor_id, at)
    return made


def walk_in(
    session: Session, row: CollectiveSession, person: Person, *, actor_id: int, on: date, at: datetime
) -> SessionAttendance:
    """They came without being registered, or from the waiting list: present. Flushes.

    A chair is theirs that nobody takes: who was stated absent or excused leaves one. Raises Duplicate, InvalidInput.
    """
    seats.hold(session, row)
    _statable(row, on)
    known = _of(session, row, person)
    if known is not None and known.state not in (State.WITHDRAWN, State.WAITING):
        raise Duplicate("session-registered-already", name=full_name(person))
    if seats.count(session, row.id, SITTING) >= row.capacity:
        refuse("session-no-chair", capacity=row.capacity)
    made = _seat(session, row, person, known, State.PRESENT, actor_id, on, at)
    made.walk_in, made.stated_at, made.stated_by_id = True, at, actor_id
    key = str(uuid.uuid4())
    session.add(
        AttendanceStatement(
            key=key, attendance_id=made.id, state=State.PRESENT, stated_at=at, received_at=at,
            stated_by_id=actor_id, conflict=False,
        )
    )  # fmt: skip
    flush(session, "attendance")
    seats.trail(session, row, person.public_id, "walk-in", actor_id, at)
    return made


def withdraw(
    session: Session,
    row: CollectiveSession,
    attendance: SessionAttendance,
    *,
    actor_id: int | None,
    on: date,
    at: datetime,
) -> SessionAttendance | None:
    """They do not come; the first of the waiting list has the seat, and is told: who, or None. Flushes."""
    seats.hold(session, row)
    _open(row, on)
    session.refresh(attendance)
    if attendance.state not in messages.EXPECTED:
        refuse("session-not-registered")
    attendance.state = State.WITHDRAWN
    flush(session, "attendance")
    messages.withdrawn(session, row, attendance.person_id)
    seats.trail(session, row, _ref(session, attendance), "withdraw", actor_id, at)
    promoted = seats.fill(session, row, on=on, at=at)
    return promoted[0] if promoted else None


def say(
    session: Session,
    row: CollectiveSession,
    attendance: SessionAttendance,
    said: Statement,
    *,
    actor_id: int,
    on: date,
    at: datetime,
) -> Heard:
    """Write down what a phone says of somebody, once for each key. Flushes.

    Who saw what stood corrects it; one's own later word replaces one's own; another word by somebody who did not see
    the first is a conflict: what stood stands until it is settled. Raises InvalidInput, Conflict("session-closed").
    """
    seats.hold(session, row)
    session.refresh(attendance)
    known = session.scalar(sa.select(AttendanceStatement).where(AttendanceStatement.key == said.key))
    if known is not None:
        if known.attendance_id != attendance.id or known.state is not said.state:
            refuse("statement-key")
        return Heard.CONFLICT if known.conflict and known.settled_at is None else Heard.REPEATED
    if said.state not in STATED_ATTENDANCES:
        refuse("bad-choice")
    if row.state is SessionState.CLOSED:
        if attendance.state is said.state:
            return Heard.REPEATED  # a phone that comes late and says what is known
        raise Conflict("session-closed")
    _statable(row, on)
    if attendance.state in (State.WITHDRAWN, State.WAITING):
        refuse("session-not-registered")
    standing = _standing(session, attendance)
    made = AttendanceStatement(
        key=said.key,
        attendance_id=attendance.id,
        state=said.state,
        stated_at=min(said.stated_at, at),
        received_at=at,
        stated_by_id=actor_id,
        conflict=False,
    )
    session.add(made)
    session.flush()
    seats.trail(session, row, _ref(session, attendance), "state", actor_id, at, state=str(said.state))
    if said.version == attendance.version:  # they saw what stood: nothing is left to settle
        _settle(standing, at)
        return _stands(session, attendance, made)
    mine = max([each for each in standing if each.stated_by_id == actor_id] + [made], key=_when)
    others = [each for each in standing if each.stated_by_id != actor_id]
    _settle([each for each in [*standing, made] if each not in others and each is not mine], at)
    if all(each.state is mine.state for each in others):
        _settle([each for each in others if each.conflict], at)
        mine.conflict = False
        return _stands(session, attendance, mine)
    if attendance.stated_by_id == actor_id:
        attendance.state, attendance.stated_at = mine.state, mine.stated_at
    for each in [*others, mine]:
        each.conflict = each.state is not attendance.state
    flag_modified(attendance, "state")  # who saw it before did not see this: its version moves
    flush(session, "attendance")
    return Heard.CONFLICT


def _when(said: AttendanceStatement) -> tuple[datetime, int]:
    return said.stated_at, said.id


def _standing(session: Session, attendance: SessionAttendance) -> list[AttendanceStatement]:
    """What was said of them and was not settled since, in the order in which it came."""
    return list(
        session.scalars(
            sa.select(AttendanceStatement)
            .where(
                AttendanceStatement.attendance_id == attendance.id, AttendanceStatement.settled_at.is_(None)
            )
            .order_by(AttendanceStatement.id)
            .execution_options(populate_existing=True)
        )
    )


def _settle(standing: Sequence[AttendanceStatement], at: datetime) -> None:
    for each in standing:
        each.settled_at = at


def _stands(session: Session, attendance: SessionAttendance, said: AttendanceStatement) -> Heard:
    attendance.state, attendance.stated_at, attendance.stated_by_id = (
        said.state,
        said.stated_at,
        said.stated_by_id,
    )
    flush(session, "attendance")
    return Heard.RECORDED


def _seat(
    session: Session,
    row: CollectiveSession,
    person: Person,
    known: SessionAttendance | None,
    state: State,
    actor_id: int | None,
    on: date,
    at: datetime,
) -> SessionAttendance:
    made = known or SessionAttendance(session_id=row.id, person_id=person.id)
    made.state, made.registered_on, made.asked_at, made.registered_by_id = state, on, at, actor_id
    session.add(made)
    flush(session, "attendance")
    return made


def _open(row: CollectiveSession, on: date) -> None:
    """Registration is open: planned, and its day has not passed."""
    if row.state is SessionState.CANCELLED:
        refuse("session-cancelled", reason=row.cancelled_reason)
    if row.state is SessionState.CLOSED:
        refuse("session-closed")
    if row.held_on < on:
        refuse("session-over")


def _statable(row: CollectiveSession, on: date) -> None:
    if row.state is SessionState.CANCELLED:
        refuse("session-cancelled", reason=row.cancelled_reason)
    if row.state is SessionState.CLOSED:
        refuse("session-closed")
    if row.held_on > on:
        refuse("session-not-yet", day=row.held_on)


def _of(session: Session, row: CollectiveSession, person: Person) -> SessionAttendance | None:
    return session.scalar(
        sa.select(SessionAttendance)
        .where(SessionAttendance.session_id == row.id, SessionAttendance.person_id == person.id)
        .execution_options(populate_existing=True)
    )


def _ref(session: Session, attendance: SessionAttendance) -> uuid.UUID:
    return session.scalars(sa.select(Person.public_id).where(Person.id == attendance.person_id)).one()
