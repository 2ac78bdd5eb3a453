"""What the public reads of the collective sessions: the weekly appointments, the next sessions, the places left.

No person is read, only how many seats are taken. An offer is told beside its session where its employer agreed to be
named, and as long as it is open. A fixed number of queries, whatever the weeks hold.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import offers as offer_flow
from .errors import NotFound
from .store.organisations import Offer, Organisation
from .store.people import Agency
from .store.sessions import CollectiveSession, SessionAttendance, SessionOffer, SessionSlot
from .vocabulary import SEATED_ATTENDANCES, SessionState

#: What a page shows ahead, and what a calendar keeps of what is over.
AHEAD, BEHIND = timedelta(weeks=8), timedelta(weeks=4)
#: What a poster shows ahead, and at most how many sessions: it is one page.
POSTER, POSTER_LINES = timedelta(weeks=5), 8
#: So many places or fewer are said to be few.
FEW = 2


@dataclass(frozen=True, slots=True)
class NamedOffer:
    """An offer of a session's pack whose employer agreed to be named."""

    title: str
    employer: str
    commune: str | None
    contract_kind: str
    months: int | None
    weekly_hours: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One session as the public reads it. `sequence` and `changed_at` are what calendars compare."""

    id: int
    public_id: uuid.UUID
    slot_id: int | None
    held_on: date
    starts_at: time
    ends_at: time
    theme: str
    description: str | None
    place: str
    state: SessionState
    cancelled_reason: str | None
    capacity: int
    taken: int
    sequence: int
    made_at: datetime
    changed_at: datetime
    offers: tuple[NamedOffer, ...] = ()

    @property
    def cancelled(self) -> bool:
        return self.state is SessionState.CANCELLED

    @property
    def left(self) -> int:
        """Places left; 0: who asks goes on the waiting list."""
        return max(0, self.capacity - self.taken)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A weekly appointment and the next session that is held in it."""

    weekday: int
    starts_at: time
    ends_at: time
    theme: str
    description: str | None
    place: str
    valid_from: date
    next: Line | None


@dataclass(frozen=True, slots=True)
class Planning:
    """What is to come, as of that day. `agencies`: who holds the appointments."""

    on: date
    appointments: tuple[Appointment, ...] = ()
    lines: tuple[Line, ...] = ()
    agencies: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def public(session: Session, *, on: date) -> Planning:
    """The planning of every agency that holds sessions. Three queries."""
    slots = _appointments(session, on)
    lines = _lines(
        session,
        CollectiveSession.held_on.between(on, on + AHEAD),
        CollectiveSession.state != SessionState.CLOSED,
    )
    named = _named(session, [line for line in lines if not line.cancelled])
    lines = tuple(replace(line, offers=named.get(line.id, ())) for line in lines)
    soonest: dict[int | None, Line] = {}
    for line in lines:
        if not line.cancelled:
            soonest.setdefault(line.slot_id, line)
    appointments = tuple(
        Appointment(
            slot.weekday, slot.starts_at, slot.ends_at, slot.theme, slot.description, slot.place, slot.valid_from,
            soonest.get(slot.id),
        )
        for slot, _ in slots
    )  # fmt: skip
    agencies = dict.fromkeys(agency for _, agency in slots)
    places = dict.fromkeys([slot.place for slot, _ in slots] + [line.place for line in lines])
    return Planning(on, appointments, lines, tuple(agencies), tuple(places))


def poster(planning: Planning) -> tuple[Line, ...]:
    """The sessions that a poster lists: the next weeks, no more than one page holds."""
    soon = [line for line in planning.lines if line.held_on <= planning.on + POSTER]
    return tuple(soon[:POSTER_LINES])


def calendar(session: Session, *, on: date) -> tuple[Line, ...]:
    """What a calendar subscribes to: what was held lately, everything to come, what was cancelled. One query."""
    return _lines(session, CollectiveSession.held_on >= on - BEHIND)


def one(session: Session, number: int) -> Line:
    """That session, whatever became of it. Raises NotFound."""
    found = _lines(session, CollectiveSession.id == number)
    if not found:
        raise NotFound("not-found")
    return found[0]


def _appointments(session: Session, on: date) -> list[tuple[SessionSlot, str]]:
    """Those in force that day; where none is, those that begin next."""
    found = session.execute(
        sa.select(SessionSlot, Agency.name)
        .join(Agency, Agency.id == SessionSlot.agency_id)
        .where(sa.or_(SessionSlot.valid_to.is_(None), SessionSlot.valid_to >= on))
        .order_by(SessionSlot.weekday, SessionSlot.starts_at, SessionSlot.id)
    )
    slots = [(slot, agency) for slot, agency in found]
    current = [row for row in slots if row[0].valid_from <= on]
    return current or [row for row in slots if row[0].valid_from <= on + AHEAD]


def _lines(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[Line, ...]:
    """Those sessions in the order of their days, with how many seats are taken."""
    table = CollectiveSession
    seats = (
        sa.select(sa.func.count())
        .where(SessionAttendance.session_id == table.id, SessionAttendance.state.in_(SEATED_ATTENDANCES))
        .correlate(table)
        .scalar_subquery()
    )
    found = session.execute(
        sa.select(
            table.id, table.public_id, table.slot_id, table.held_on, table.starts_at, table.ends_at, table.theme,
            table.description, table.place, table.state, table.cancelled_reason, table.capacity,
            seats.label("taken"), table.sequence, table.made_at, table.changed_at,
        )
        .where(*conditions)
        .order_by(table.held_on, table.starts_at, table.id)
    )  # fmt: skip
    return tuple(Line(**row._mapping) for row in found)


def _named(session: Session, lines: Sequence[Line]) -> Mapping[int, tuple[NamedOffer, ...]]:
    """The offers that may be told beside each session, in the order of its pack."""
    days = {line.id: line.held_on for line in lines}
    rows = session.execute(
        sa.select(SessionOffer.session_id, Offer, Organisation.name)
        .join(Offer, Offer.id == SessionOffer.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(
            SessionOffer.session_id.in_(days),
            SessionOffer.packed != "removed",
            Offer.may_be_named.is_(True),
        )
        .order_by(SessionOffer.session_id, SessionOffer.rank, SessionOffer.id)
    )
    found: dict[int, list[NamedOffer]] = defaultdict(list)
    for number, offer, employer in rows:
        if offer_flow.open_on(offer, days[number]):
            found[number].append(
                NamedOffer(
                    offer.title,
                    employer,
                    offer.commune,
                    offer.contract_kind,
                    offer.months,
                    offer.weekly_hours,
                )
            )
    return {number: tuple(listed) for number, listed in found.items()}
