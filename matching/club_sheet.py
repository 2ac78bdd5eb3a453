"""One member: their weeks with all that happened in each, what was approached, paused, answered, and who noted it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import approaches, club_contacts, club_follow_up, club_looks, club_silence, club_weeks
from .club_looks import Coverage, Square
from .club_silence import Silence
from .store import scope
from .store.accounts import User
from .store.club import (
    Approach,
    Club,
    ClubContact,
    ClubFollowUp,
    ClubMembership,
    ClubPause,
    ClubWeek,
    Cohort,
    MembershipEvent,
)
from .store.people import Person
from .store.sessions import CollectiveSession, SessionAttendance


@dataclass(frozen=True, slots=True)
class Seat:
    """A collective session that the member was registered for or came to."""

    session: CollectiveSession
    attendance: SessionAttendance


@dataclass(slots=True)
class Week:
    """A week and what happened in it. Presence at a session is shown; it is no two-way contact by itself."""

    square: Square
    row: ClubWeek
    contacts: list[ClubContact] = field(default_factory=list)
    approaches: list[Approach] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the club knows of a member; of the person, what an animator may read (security.md §2)."""

    row: ClubMembership
    club: Club
    cohort: Cohort | None
    person: Person
    animator: str | None
    weeks: Sequence[Week]
    contacts: Sequence[ClubContact]
    approaches: Sequence[Approach]
    pauses: Sequence[ClubPause]
    events: Sequence[MembershipEvent]
    follow_ups: Sequence[ClubFollowUp]
    silence: Silence | None
    names: dict[int, str]

    @property
    def squares(self) -> list[Square]:
        return [week.square for week in self.weeks]

    @property
    def coverage(self) -> Coverage:
        return club_looks.coverage(self.squares)

    @property
    def current(self) -> Week | None:
        return next((week for week in self.weeks if week.square.current), None)


def held(session: Session, actor: scope.Actor, ref: uuid.UUID) -> ClubMembership:
    """That membership, locked for a change. Raises NotFound: missing, or of a club that is not theirs."""
    return scope.one(
        session,
        scope.memberships(actor).with_for_update(of=ClubMembership),
        ClubMembership.public_id == ref,
    )


def sheet(session: Session, actor: scope.Actor, ref: uuid.UUID, on: date) -> Sheet:
    """One member. Raises NotFound. Fifteen queries at most, however long they stayed."""
    row = scope.one(session, scope.memberships(actor), ClubMembership.public_id == ref)
    person = scope.one(session, scope.club_people(actor), Person.id == row.person_id)
    contacts = session.scalars(club_contacts.query(row.id)).all()
    done = session.scalars(approaches.query(row.id)).all()
    events = session.scalars(
        sa.select(MembershipEvent)
        .where(MembershipEvent.membership_id == row.id)
        .order_by(MembershipEvent.id.desc())
    ).all()
    begun = row.joined_on is not None
    return Sheet(
        row,
        session.get_one(Club, row.club_id),
        session.get(Cohort, row.cohort_id) if row.cohort_id is not None else None,
        person,
        session.scalar(sa.select(User.name).where(User.id == row.animator_id)),
        _weeks(session, row, contacts, done, on) if begun else (),
        contacts,
        done,
        club_weeks.pauses_of(session, row.id),
        events,
        club_follow_up.of(session, row.id),
        club_silence.of(session, [row], on)[row.id] if begun else None,
        _names(session, events, contacts),
    )


def _weeks(
    session: Session,
    row: ClubMembership,
    contacts: Sequence[ClubContact],
    done: Sequence[Approach],
    on: date,
) -> list[Week]:
    rows = club_weeks.weeks_of(session, row.id)
    squares = club_looks.of(session, [row], on)[row.id]
    weeks = [Week(square, each) for square, each in zip(squares, rows, strict=True)]
    ends = [each.ends_on for each in rows]

    def place(day: date) -> Week | None:
        at = club_looks.place_of(ends, day)
        return weeks[at] if at < len(weeks) else None

    for contact in reversed(contacts):
        if (week := place(contact.done_on)) is not None:
            week.contacts.append(contact)
    for approach in reversed(done):
        if (week := place(approach.done_on)) is not None:
            week.approaches.append(approach)
    for seat in _seats(session, row):
        if (week := place(seat.session.held_on)) is not None:
            week.seats.append(seat)
    return weeks


def _seats(session: Session, row: ClubMembership) -> list[Seat]:
    """The sessions of a member from the first day on, cancelled ones too. One query."""
    rows = session.execute(
        sa.select(CollectiveSession, SessionAttendance)
        .join(SessionAttendance, SessionAttendance.session_id == CollectiveSession.id)
        .where(
            SessionAttendance.person_id == row.person_id,
            CollectiveSession.held_on >= row.joined_on,
            CollectiveSession.held_on < row.planned_end_on,
        )
        .order_by(CollectiveSession.held_on, CollectiveSession.starts_at)
    )
    return [Seat(*each) for each in rows]


def _names(
    session: Session, events: Sequence[MembershipEvent], contacts: Sequence[ClubContact]
) -> dict[int, str]:
    ids = {each.actor_id for each in events} | {each.noted_by_id for each in contacts}
    rows: Any = session.execute(sa.select(User.id, User.name).where(User.id.in_(ids - {None})))
    return dict(rows.all())


def person_ref(session: Session, row: ClubMembership) -> str:
    """Whose way it is, as the trail names people."""
    return str(session.scalar(sa.select(Person.public_id).where(Person.id == row.person_id)))


def last_of(session: Session, actor: scope.Actor, person_id: int) -> ClubMembership | None:
    """The last time that person was in one of the actor's clubs, or is invited. One query."""
    mine = scope.memberships(actor).where(ClubMembership.person_id == person_id)
    return session.scalar(mine.order_by(ClubMembership.id.desc()).limit(1))
