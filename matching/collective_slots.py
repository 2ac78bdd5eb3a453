"""The weekly appointments of an agency, the days without session, and the sessions made ahead of them by the clock.

A session stands for one day of its slot (`slot_on`) and is made once, whatever became of it. On a public holiday or a
day of closure it is made cancelled: the planning says why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import collective, session_seats as seats, workdays
from .collective import UNTOUCHED, Plan, SessionAction
from .errors import Duplicate, StaleVersion
from .store.sessions import Closure, CollectiveSession, SessionEvent, SessionSlot
from .transitions import flush, refuse
from .vocabulary import Party, SessionState as State

if TYPE_CHECKING:
    from .daily import Day

#: So many weeks of sessions are always planned.
WEEKS = 8
AHEAD = timedelta(weeks=WEEKS)
#: A closure longer than this is a typing error.
LONGEST_CLOSURE = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Slot:
    """What is said of a weekly appointment. Weekday: 0 = Monday."""

    weekday: int
    starts_at: time
    ends_at: time
    theme: str
    place: str
    capacity: int
    valid_from: date
    valid_to: date | None = None
    description: str | None = None

    @classmethod
    def of(cls, row: SessionSlot) -> Slot:
        return cls(
            row.weekday, row.starts_at, row.ends_at, row.theme, row.place, row.capacity, row.valid_from,
            row.valid_to, row.description,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _By:
    """Who acts, as whom, when."""

    actor_id: int | None
    party: Party
    on: date
    at: datetime

    def said(self) -> dict[str, Any]:
        return {"actor_id": self.actor_id, "party": self.party, "on": self.on, "at": self.at}


def add(session: Session, agency_id: int, wanted: Slot, *, on: date, at: datetime) -> SessionSlot:
    """A slot, and its sessions of the weeks to come. Flushes. Raises InvalidInput."""
    _checked(wanted)
    first = _first(wanted.weekday, max(wanted.valid_from, on))
    if (name := workdays.holiday(first)) is not None:
        later = first + timedelta(weeks=1)
        while not workdays.is_working(later):
            later += timedelta(days=1)
        refuse("slot-on-holiday", day=first, holiday=name, next=later)
    row = SessionSlot(agency_id=agency_id)
    _write(row, wanted)
    session.add(row)
    session.flush()
    _make(session, [row], on=on, at=at)
    return row


def edit(
    session: Session,
    row: SessionSlot,
    wanted: Slot,
    *,
    actor_id: int,
    stopped: str,
    version: int,
    on: date,
    at: datetime,
) -> int:
    """The slot as it is from now on; how many of its sessions follow. Those changed by hand stay as they are.

    `stopped`: what the public reads of sessions beyond its last day. Flushes. Raises StaleVersion, InvalidInput.
    """
    if row.version != version:
        raise StaleVersion("stale-version", machine="session")
    _checked(wanted)
    _write(row, wanted)
    flush(session, "session")
    by = _By(actor_id, Party.SYSTEM, on, at)
    changed = sum(_follow(session, row, each, stopped, by) for each in untouched(session, row, on))
    _make(session, [row], on=on, at=at)
    return changed


def untouched(session: Session, row: SessionSlot, on: date) -> Sequence[CollectiveSession]:
    """Its sessions to come that nobody changed by hand, in order."""
    touched = sa.select(SessionEvent.session_id).where(SessionEvent.party.not_in(UNTOUCHED))
    return session.scalars(
        sa.select(CollectiveSession)
        .where(
            CollectiveSession.slot_id == row.id,
            CollectiveSession.held_on > on,
            CollectiveSession.state.in_((State.PLANNED, State.CANCELLED)),
            CollectiveSession.id.not_in(touched),
        )
        .order_by(CollectiveSession.held_on)
        .with_for_update()
    ).all()


def ahead(session: Session, day: Day) -> int:
    """The clock's rule: sessions of every slot are there for the weeks to come. Returns how many were made."""
    slots = session.scalars(
        sa.select(SessionSlot)
        .where(sa.or_(SessionSlot.valid_to.is_(None), SessionSlot.valid_to >= day.on))
        .order_by(SessionSlot.id)
        .with_for_update()
    ).all()
    return _make(session, slots, on=day.on, at=day.at)


def check_days(session: Session, agency_id: int, starts_on: date, ends_on: date, on: date) -> None:
    """Whether the days may be a closure. Raises InvalidInput; Duplicate: one begins that day already."""
    if ends_on < starts_on:
        refuse("ends-before-it-starts", start=starts_on, end=ends_on)
    if ends_on < on:
        refuse("closure-past", day=ends_on)
    if ends_on - starts_on > LONGEST_CLOSURE:
        refuse("closure-too-long", days=LONGEST_CLOSURE.days)
    known = session.scalar(
        sa.select(Closure).where(Closure.agency_id == agency_id, Closure.starts_on == starts_on)
    )
    if known is not None:
        raise Duplicate("closure-exists", day=starts_on, reason=known.reason)


def close_days(
    session: Session,
    agency_id: int,
    starts_on: date,
    ends_on: date,
    reason: str,
    *,
    actor_id: int,
    on: date,
    at: datetime,
) -> int:
    """Days without session: those planned then are cancelled and their people told; how many. Flushes.

    Raises Duplicate: a closure begins that day already; InvalidInput.
    """
    said = " ".join(reason.split())[: collective.REASON]
    check_days(session, agency_id, starts_on, ends_on, on)
    if not said:
        refuse("reason-needed")
    session.add(Closure(agency_id=agency_id, starts_on=starts_on, ends_on=ends_on, reason=said))
    session.flush()
    rows = session.scalars(
        closed_by(agency_id, starts_on, ends_on, on).order_by(CollectiveSession.held_on).with_for_update()
    ).all()
    by = _By(actor_id, Party.SYSTEM, on, at)
    for row in rows:
        collective.change(session, row, SessionAction.CANCEL, reason=said, **by.said())
    return len(rows)


def closed_by(agency_id: int, starts_on: date, ends_on: date, on: date) -> sa.Select[CollectiveSession]:
    """Sessions to come that a closure of those days would cancel."""
    return sa.select(CollectiveSession).where(
        CollectiveSession.agency_id == agency_id,
        CollectiveSession.state == State.PLANNED,
        CollectiveSession.held_on.between(max(starts_on, on), ends_on),
    )


def reopen_days(session: Session, row: Closure, *, actor_id: int, on: date, at: datetime) -> int:
    """The closure is taken back: sessions to come that it alone cancelled are held after all; how many. Flushes."""
    agency_id, starts_on, ends_on, reason = row.agency_id, row.starts_on, row.ends_on, row.reason
    session.delete(row)
    session.flush()
    rows = session.scalars(
        sa.select(CollectiveSession)
        .where(
            CollectiveSession.agency_id == agency_id,
            CollectiveSession.state == State.CANCELLED,
            CollectiveSession.cancelled_reason == reason,
            CollectiveSession.held_on.between(max(starts_on, on), ends_on),
        )
        .order_by(CollectiveSession.held_on)
        .with_for_update()
    ).all()
    held = [each for each in rows if collective.no_session_on(session, agency_id, each.held_on) is None]
    by = _By(actor_id, Party.SYSTEM, on, at)
    for each in held:
        collective.change(session, each, SessionAction.RESTORE, **by.said())
    return len(held)


def days(slot: Slot | SessionSlot, first: date, last: date) -> Iterator[date]:
    """The days of a slot between two, both included."""
    day = _first(slot.weekday, max(first, slot.valid_from))
    while day <= min(last, slot.valid_to or last):
        yield day
        day += timedelta(weeks=1)


def _make(session: Session, slots: Iterable[SessionSlot], *, on: date, at: datetime) -> int:
    """One session a week of each slot, for the weeks to come; a week that has one, wherever it was moved, keeps it."""
    made = 0
    by = _By(None, Party.CLOCK, on, at)
    for slot in slots:
        known = session.scalars(
            sa.select(CollectiveSession.slot_on).where(
                CollectiveSession.slot_id == slot.id, CollectiveSession.slot_on >= _monday(on)
            )
        )
        there = {_monday(day) for day in known if day is not None}
        for day in days(slot, on, on + AHEAD):
            if _monday(day) not in there:
                closed = collective.no_session_on(session, slot.agency_id, day)
                collective.plan(
                    session, slot.agency_id, _plan(slot, day), slot_id=slot.id, closed=closed, **by.said()
                )
                made += 1
    return made


def _follow(session: Session, slot: SessionSlot, row: CollectiveSession, stopped: str, by: _By) -> int:
    """One session as the slot now says; 1 when that changes something of it."""
    assert row.slot_on is not None
    day = _monday(row.slot_on) + timedelta(days=slot.weekday)
    if day <= by.on:
        return 0
    if day < slot.valid_from or (slot.valid_to is not None and day > slot.valid_to):
        if row.state is not State.PLANNED:
            return 0
        collective.change(session, row, SessionAction.CANCEL, reason=stopped, **by.said())
        return 1
    closed = collective.no_session_on(session, row.agency_id, day)
    before, state = Plan.of(row), row.state
    row.slot_on = day
    if closed is not None:
        row.held_on = day
        if state is State.PLANNED:
            collective.change(session, row, SessionAction.CANCEL, reason=closed, **by.said())
        else:
            row.cancelled_reason = closed
    else:
        if state is State.CANCELLED:  # its day was closed; the new one is not
            row.held_on = day
            collective.change(session, row, SessionAction.RESTORE, **by.said())
        taken = seats.taken(session, row.id)
        wanted = _plan(slot, day, capacity=max(slot.capacity, taken))
        collective.edit(session, row, wanted, **by.said())
    return int(Plan.of(row) != before or row.state is not state)


def _plan(slot: SessionSlot, day: date, *, capacity: int | None = None) -> Plan:
    return Plan(
        day, slot.starts_at, slot.ends_at, slot.theme, slot.place, capacity or slot.capacity, slot.description
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first(weekday: int, day: date) -> date:
    """The first day of that weekday, from `day` on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _checked(wanted: Slot) -> None:
    if wanted.ends_at <= wanted.starts_at:
        refuse("session-hours")
    if wanted.capacity < 1:
        refuse("session-capacity")
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        refuse("ends-before-it-starts", start=wanted.valid_from, end=wanted.valid_to)


def _write(row: SessionSlot, wanted: Slot) -> None:
    row.weekday, row.starts_at, row.ends_at = wanted.weekday, wanted.starts_at, wanted.ends_at
    row.theme, row.place, row.capacity = wanted.theme, wanted.place, wanted.capacity
    row.valid_from, row.valid_to, row.description = wanted.valid_from, wanted.valid_to, wanted.description
