"""Collective sessions at the Atrium: slots, closures, sessions, who comes, the offers shown (measure 13)."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import AttendanceState, SessionState
from .base import Row, Utc, code, one_of, owns, personal, plain, public_id, refers

SESSIONS = "to hold the collective sessions"
#: Who put an offer into a pack: the choice, or a person by hand; `removed` stays out of the next choice.
PACKED = ("chosen", "added", "removed")


class SessionSlot(Row):
    """A weekly appointment; sessions are made ahead of it. Weekday: 0 = Monday."""

    __tablename__ = "session_slot"
    __table_args__ = (
        sa.CheckConstraint("weekday >= 0 AND weekday <= 6", name="weekday"),
        sa.CheckConstraint("ends_at > starts_at", name="hours"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="order"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    agency_id: Mapped[int] = refers("agency.id")
    weekday: Mapped[int] = plain(sa.SmallInteger)
    starts_at: Mapped[time] = plain(sa.Time)
    ends_at: Mapped[time] = plain(sa.Time)
    theme: Mapped[str] = plain(sa.String(120))
    description: Mapped[str | None] = plain(sa.String(400))
    place: Mapped[str] = plain(sa.String(160))
    capacity: Mapped[int] = plain(sa.SmallInteger)
    valid_from: Mapped[date] = plain(sa.Date)
    valid_to: Mapped[date | None] = plain(sa.Date)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class Closure(Row):
    """Days on which the agency holds no session, both included, besides public holidays."""

    __tablename__ = "closure"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "starts_on"),
        sa.CheckConstraint("ends_on >= starts_on", name="order"),
    )

    agency_id: Mapped[int] = refers("agency.id", index=False)
    starts_on: Mapped[date] = plain(sa.Date)
    ends_on: Mapped[date] = plain(sa.Date)
    reason: Mapped[str] = plain(sa.String(160))


class CollectiveSession(Row):
    """One session. Its hours are those of the place (Europe/Paris). `sequence` grows with each change that a calendar
    must show (RFC 5545); a cancelled one stays, with its reason, which the public reads."""

    __tablename__ = "collective_session"
    __table_args__ = (
        sa.UniqueConstraint("slot_id", "slot_on"),
        sa.CheckConstraint("ends_at > starts_at", name="hours"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_reason IS NOT NULL)", name="cancelled"),
        sa.CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    agency_id: Mapped[int] = refers("agency.id")
    slot_id: Mapped[int | None] = refers("session_slot.id", optional=True, index=False)
    #: The day of the slot that it stands for: it stays when the session is moved, and is not made a second time.
    slot_on: Mapped[date | None] = plain(sa.Date)
    held_on: Mapped[date] = plain(sa.Date, index=True)
    starts_at: Mapped[time] = plain(sa.Time)
    ends_at: Mapped[time] = plain(sa.Time)
    theme: Mapped[str] = plain(sa.String(120))
    description: Mapped[str | None] = plain(sa.String(400))
    place: Mapped[str] = plain(sa.String(160))
    capacity: Mapped[int] = plain(sa.SmallInteger)
    state: Mapped[SessionState] = plain(code(SessionState), index=True)
    cancelled_reason: Mapped[str | None] = plain(sa.String(160))
    closed_on: Mapped[date | None] = plain(sa.Date)
    sequence: Mapped[int] = plain(sa.Integer, default=0)
    made_at: Mapped[datetime] = plain(Utc)
    changed_at: Mapped[datetime] = plain(Utc)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class SessionEvent(Row):
    """One row a step of a session, and a change of its day, hours, place or seats."""

    __tablename__ = "session_event"

    session_id: Mapped[int] = refers("collective_session.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    party: Mapped[str | None] = plain(sa.String(16))
    from_state: Mapped[SessionState | None] = plain(code(SessionState, "from_state"))
    to_state: Mapped[SessionState] = plain(code(SessionState, "to_state"))
    reason: Mapped[str | None] = plain(sa.String(400))
    done_on: Mapped[date] = plain(sa.Date)


class SessionAttendance(Row):
    """A person and a session: registered, on the waiting list in order, then what was stated on the day."""

    __tablename__ = "session_attendance"
    __table_args__ = (sa.UniqueConstraint("session_id", "person_id"),)

    public_id: Mapped[uuid.UUID] = public_id()
    session_id: Mapped[int] = refers("collective_session.id", index=False)
    person_id: Mapped[int] = owns("person.id", purpose=SESSIONS)
    state: Mapped[AttendanceState] = personal(code(AttendanceState), purpose=SESSIONS)
    #: Came without being registered.
    walk_in: Mapped[bool] = plain(sa.Boolean, default=False)
    registered_on: Mapped[date] = plain(sa.Date)
    #: The order of the waiting list.
    asked_at: Mapped[datetime] = plain(Utc)
    registered_by_id: Mapped[int | None] = refers("user.id", optional=True)
    stated_at: Mapped[datetime | None] = plain(Utc)
    stated_by_id: Mapped[int | None] = refers("user.id", optional=True)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class AttendanceStatement(Row):
    """What one phone said of one person, kept whatever came of it; `key` is made on the phone: read once."""

    __tablename__ = "attendance_statement"

    key: Mapped[str] = plain(sa.String(40), unique=True)
    attendance_id: Mapped[int] = refers("session_attendance.id")
    state: Mapped[AttendanceState] = personal(code(AttendanceState), purpose=SESSIONS)
    #: When it was pressed, by the phone's clock; when it reached us.
    stated_at: Mapped[datetime] = plain(Utc)
    received_at: Mapped[datetime] = plain(Utc)
    stated_by_id: Mapped[int | None] = refers("user.id", optional=True)
    #: It said another thing than what stood: a person decides.
    conflict: Mapped[bool] = plain(sa.Boolean, default=False)
    settled_at: Mapped[datetime | None] = plain(Utc)


class SessionOffer(Row):
    """An offer of a session's pack, in order. `reach`: residents whom it fits, of those it was chosen for."""

    __tablename__ = "session_offer"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "offer_id"),
        sa.CheckConstraint(one_of("packed", PACKED), name="packed"),
        sa.CheckConstraint("reach IS NULL OR reach >= 0", name="reach"),
    )

    session_id: Mapped[int] = refers("collective_session.id", index=False)
    offer_id: Mapped[int] = refers("offer.id")
    rank: Mapped[int] = plain(sa.SmallInteger)
    packed: Mapped[str] = plain(sa.String(8))
    reach: Mapped[int | None] = plain(sa.Integer)
    #: Residents that no offer before it in the pack fits.
    adds: Mapped[int | None] = plain(sa.Integer)
