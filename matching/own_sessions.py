"""The next collective sessions, to a young person on their own page: those of their agency, and whether they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import attendance, collective, session_queries as queries
from .errors import NotFound
from .store.people import Person
from .store.sessions import CollectiveSession, SessionAttendance
from .vocabulary import SEATED_ATTENDANCES, AttendanceState

#: So far ahead somebody plans.
AHEAD = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Next:
    """A session to come. `state`: what they are of it, None when nothing."""

    row: CollectiveSession
    taken: int
    state: AttendanceState | None

    @property
    def full(self) -> bool:
        return self.taken >= self.row.capacity


def upcoming(session: Session, person: Person, *, on: date, at: datetime) -> Sequence[Next]:
    """Sessions of the next weeks, cancelled ones with their reason. One query."""
    own = sa.and_(
        SessionAttendance.session_id == CollectiveSession.id, SessionAttendance.person_id == person.id
    )
    rows = session.execute(
        sa.select(
            CollectiveSession, queries.counted(SEATED_ATTENDANCES).label("taken"), SessionAttendance.state
        )
        .outerjoin(SessionAttendance, own)
        .where(
            CollectiveSession.agency_id == person.agency_id,
            CollectiveSession.held_on <= on + AHEAD,
            sa.not_(collective.over(on, at)),
        )
        .order_by(CollectiveSession.held_on, CollectiveSession.starts_at)
    )
    return [Next(row, taken, state) for row, taken, state in rows]


def join(session: Session, person: Person, key: int, *, on: date, at: datetime) -> SessionAttendance:
    """A seat, or a place on the waiting list. Raises NotFound, Duplicate, InvalidInput."""
    return attendance.register(session, _session(session, person, key), person, actor_id=None, on=on, at=at)


def leave(session: Session, person: Person, key: int, *, on: date, at: datetime) -> None:
    """They do not come. Raises NotFound, InvalidInput."""
    row = _session(session, person, key)
    mine = session.scalar(
        sa.select(SessionAttendance).where(
            SessionAttendance.session_id == row.id, SessionAttendance.person_id == person.id
        )
    )
    if mine is None:
        raise NotFound("not-found")
    attendance.withdraw(session, row, mine, actor_id=None, on=on, at=at)


def _session(session: Session, person: Person, key: int) -> CollectiveSession:
    row = session.scalar(
        sa.select(CollectiveSession).where(
            CollectiveSession.id == key, CollectiveSession.agency_id == person.agency_id
        )
    )
    if row is None:
        raise NotFound("not-found")
    return row
