"""Collective sessions on screen: lists, who is registered, two statements that disagree, what would be told to whom."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import attendance, collective, contacts, dossiers, person_search, session_messages as messages
from .store import scope
from .store.accounts import User
from .store.people import Person, full_name
from .store.sessions import (
    AttendanceStatement,
    Closure,
    CollectiveSession,
    SessionAttendance,
    SessionEvent,
    SessionSlot,
)
from .vocabulary import CAME, SEATED_ATTENDANCES, STATED_ATTENDANCES, AttendanceState as State, Role

#: People that a search for somebody to register shows.
FOUND = 8


@dataclass(frozen=True, slots=True)
class Said:
    """What one account stated of somebody."""

    name: str | None
    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody at a session. `ref`, `phone`: for who follows the person; `disputed`: what to choose between."""

    row: SessionAttendance
    name: str
    ref: uuid.UUID | None
    phone: str | None
    stated_by: str | None
    disputed: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be registered; `state`: what they are of this session already."""

    person: Person
    age: int | None
    state: State | None


@dataclass(frozen=True, slots=True)
class Told:
    """Who is written to, and who is to be called, when a session changes; numbers of who follows them alone."""

    written: Sequence[Person]
    called: Sequence[Person]
    phones: Mapping[int, str]


def listed(actor: scope.Actor) -> sa.Select[Any]:
    """Sessions of the scope with how many seats are taken, how many wait, how many came."""
    return scope.sessions(actor).add_columns(
        counted(SEATED_ATTENDANCES).label("taken"),
        counted((State.WAITING,)).label("waiting"),
        counted(CAME).label("came"),
    )


def counted(states: Sequence[State]) -> sa.ScalarSelect[int]:
    """How many people of a session are in these states, as a column of it."""
    return (
        sa.select(sa.func.count())
        .where(SessionAttendance.session_id == CollectiveSession.id, SessionAttendance.state.in_(states))
        .correlate(CollectiveSession)
        .scalar_subquery()
    )


def unclosed(session: Session, actor: scope.Actor, on: date, at: datetime) -> Sequence[Any]:
    """What is over and nobody closed, oldest first. One query."""
    query = listed(actor).where(collective.to_close(on, at))
    return session.execute(query.order_by(CollectiveSession.held_on, CollectiveSession.starts_at)).all()


def roster(session: Session, actor: scope.Actor, row: CollectiveSession) -> Sequence[Line]:
    """Everybody of a session but who withdrew, by name; who waits comes last, in order. Two queries."""
    return _lines(
        session, actor, SessionAttendance.session_id == row.id, SessionAttendance.state != State.WITHDRAWN
    )


def line(session: Session, actor: scope.Actor, row: CollectiveSession, ref: uuid.UUID) -> Line:
    """One of them, whatever became of it."""
    found = _lines(session, actor, SessionAttendance.session_id == row.id, SessionAttendance.public_id == ref)
    return found[0]


def _lines(session: Session, actor: scope.Actor, *conditions: sa.ColumnElement[bool]) -> Sequence[Line]:
    own = Person.id.in_(scope.club_people(actor).with_only_columns(Person.id)).label("own")
    last = sa.case((SessionAttendance.state == State.WAITING, SessionAttendance.asked_at))
    rows = session.execute(
        sa.select(SessionAttendance, Person, User.name.label("stated_by"), own)
        .join(Person, Person.id == SessionAttendance.person_id)
        .outerjoin(User, User.id == SessionAttendance.stated_by_id)
        .where(*conditions)
        .order_by(last.is_not(None), last, Person.name_key, Person.id)
        .execution_options(populate_existing=True)
    ).all()
    disputed = _disputed(session, [each.SessionAttendance.id for each in rows])
    return [
        Line(
            each.SessionAttendance,
            full_name(each.Person),
            each.Person.public_id if each.own else None,
            each.Person.phone if each.own else None,
            each.stated_by,
            disputed.get(each.SessionAttendance.id, ()),
        )
        for each in rows
    ]


def _disputed(session: Session, attendances: Sequence[int]) -> Mapping[int, Sequence[Said]]:
    """The statements of those of whom two people say different things, in the order in which they were pressed."""
    rows = session.execute(
        sa.select(AttendanceStatement, User.name)
        .outerjoin(User, User.id == AttendanceStatement.stated_by_id)
        .where(AttendanceStatement.attendance_id.in_(attendances), AttendanceStatement.settled_at.is_(None))
        .order_by(AttendanceStatement.stated_at, AttendanceStatement.id)
    ).all()
    open_ones = {each.AttendanceStatement.attendance_id for each in rows if each.AttendanceStatement.conflict}
    found: dict[int, list[Said]] = {}
    for statement, name in rows:
        if statement.attendance_id in open_ones:
            found.setdefault(statement.attendance_id, []).append(
                Said(name, statement.state, statement.stated_at)
            )
    return found


def seated(lines: Sequence[Line]) -> list[Line]:
    return [each for each in lines if each.row.state in SEATED_ATTENDANCES]


def stated(lines: Sequence[Line]) -> int:
    """Of how many something was said that nobody disputes."""
    return sum(each.row.state in STATED_ATTENDANCES and not each.disputed for each in lines)


def candidates(
    session: Session, actor: scope.Actor, row: CollectiveSession, text: str, on: date
) -> Sequence[Candidate]:
    """Whom the account may register, by name (an advisor: or identifier), the nearest first; a few."""
    people = attendance.registrable(actor)
    known_by = actor.role is not Role.ANIMATOR
    ids = person_search.find(session, people, text, identifiers=known_by).ids[:FOUND]
    if not ids:
        return ()
    known = {each.id: each for each in session.scalars(people.where(Person.id.in_(ids)))}
    there = session.execute(
        sa.select(SessionAttendance.person_id, SessionAttendance.state).where(
            SessionAttendance.session_id == row.id, SessionAttendance.person_id.in_(ids)
        )
    )
    states = {each.person_id: each.state for each in there}
    return [
        Candidate(known[key], _age(known[key].birth_date, on), states.get(key)) for key in ids if key in known
    ]


def told(session: Session, actor: scope.Actor, row: CollectiveSession) -> Told:
    """Who would be written to if it were cancelled or moved now, and who has to be called."""
    people = messages.expected(session, row.id)
    written = [each for each in people if contacts.person_address(each) is not None]
    called = [each for each in people if each not in written]
    own = scope.people(actor).where(Person.id.in_([each.id for each in called]), Person.phone.is_not(None))
    phones = {each.id: each.phone or "" for each in session.scalars(own)}
    return Told(written, called, phones)


def log(session: Session, row: CollectiveSession) -> Sequence[Any]:
    """The steps of a session with who took them, latest first."""
    return session.execute(
        sa.select(SessionEvent, User.name)
        .outerjoin(User, User.id == SessionEvent.actor_id)
        .where(SessionEvent.session_id == row.id)
        .order_by(SessionEvent.id.desc())
    ).all()


def slots(session: Session, actor: scope.Actor) -> Sequence[SessionSlot]:
    """The weekly appointments, in the order of the week."""
    query = scope.slots(actor).order_by(SessionSlot.weekday, SessionSlot.starts_at, SessionSlot.id)
    return session.scalars(query).all()


def closures(actor: scope.Actor) -> sa.Select[Closure]:
    """Days without session of the actor's agency."""
    return sa.select(Closure).where(Closure.agency_id == actor.agency_id)


def _age(born: date | None, on: date) -> int | None:
    return dossiers.age(born, on) if born is not None else None
