"""Seats of a collective session: how many are taken, and who is next when one is free. Its row is the lock."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, session_messages as messages
from .store.people import Person
from .store.sessions import CollectiveSession, SessionAttendance
from .transitions import flush
from .vocabulary import SEATED_ATTENDANCES, AttendanceState as State, SessionState


def hold(session: Session, row: CollectiveSession) -> None:
    """Wait for whoever changes that session or its people, and read it as they left it."""
    session.flush()  # what is not written yet would be read over
    session.refresh(row, with_for_update=True)


def count(session: Session, session_id: int, states: Sequence[State]) -> int:
    """How many people of a session are in one of these states."""
    found = sa.select(sa.func.count()).where(
        SessionAttendance.session_id == session_id, SessionAttendance.state.in_(states)
    )
    return session.scalar(found) or 0


def taken(session: Session, session_id: int) -> int:
    """Seats that somebody holds, whatever was stated of them since."""
    return count(session, session_id, SEATED_ATTENDANCES)


def fill(session: Session, row: CollectiveSession, *, on: date, at: datetime) -> Sequence[SessionAttendance]:
    """Free seats to those who wait, in their order; each is told. Who was seated. The row is held. Flushes."""
    if row.state is not SessionState.PLANNED or row.held_on < on:
        return ()
    free = row.capacity - taken(session, row.id)
    if free <= 0:
        return ()
    waiting = session.scalars(
        sa.select(SessionAttendance)
        .where(SessionAttendance.session_id == row.id, SessionAttendance.state == State.WAITING)
        .order_by(SessionAttendance.asked_at, SessionAttendance.id)
        .limit(free)
        .execution_options(populate_existing=True)
    ).all()
    for each in waiting:
        each.state = State.REGISTERED
        flush(session, "attendance")
        person = session.get_one(Person, each.person_id)
        messages.promoted(session, row, person, occasion=f"s{each.id}-{each.version}", on=on, at=at)
        trail(session, row, person.public_id, "promote", None, at)
    return waiting


def trail(
    session: Session,
    row: CollectiveSession,
    person: uuid.UUID,
    act: str,
    actor_id: int | None,
    at: datetime,
    **more: str,
) -> None:
    """An act about somebody at a session, on the trail."""
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=f"session.{act}",
        subject_kind="person",
        subject_id=str(person),
        details={"session": row.id, **more},
    )
