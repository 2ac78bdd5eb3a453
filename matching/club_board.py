"""The members of a club at a glance, longest silence first; and what waits for an animator today (ux.md §9).

An animator reads of members their name, phone and quarter, and what the club itself noted; no list asks a query a row.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_looks, club_silence
from .club_looks import Square
from .club_silence import Silence
from .store import scope
from .store.club import Approach, Club, ClubFollowUp, ClubMembership, Cohort
from .store.people import Person
from .store.sessions import CollectiveSession
from .vocabulary import (
    RUNNING_MEMBERSHIPS,
    CheckInState,
    MembershipState as State,
    SessionState,
)

#: The exit is prepared in the last two weeks: the twelfth of thirteen.
CLOSING = timedelta(days=14)
#: Days ahead that sessions are announced at home.
SESSIONS_AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Member:
    """A member on a day. `number`: this week's; None before the first and after the last. `interview`: the next day of
    one that is known."""

    row: ClubMembership
    given_names: str
    family_name: str
    phone: str | None
    quarter: str | None
    cohort: str | None
    squares: Sequence[Square]
    silence: Silence
    silent: bool
    #: From how many days on the club calls it one.
    silence_days: int
    number: int | None
    interview: date | None
    #: The exit is to be prepared, or overdue.
    closing: bool

    @property
    def running(self) -> bool:
        return self.row.state in RUNNING_MEMBERSHIPS


def members(
    session: Session, actor: scope.Actor, on: date, *, cohort: uuid.UUID | None = None
) -> list[Member]:
    """Those in the club, longest silence first, then those who found something and are still followed. Nine queries."""
    followed = (ClubMembership.state == State.ENDED) & (ClubMembership.planned_end_on > on)
    conditions = [sa.or_(ClubMembership.state.in_(RUNNING_MEMBERSHIPS), followed)]
    found = _members(session, actor, on, cohort, *conditions)
    return sorted(found, key=_order)


def ended(session: Session, actor: scope.Actor, on: date, *, cohort: uuid.UUID | None = None) -> list[Member]:
    """Those whose outcome is typed, the last ones first. Nine queries."""
    found = _members(session, actor, on, cohort, ClubMembership.state == State.ENDED)
    return sorted(found, key=lambda each: (each.row.left_on or date.min, each.row.id), reverse=True)


def _order(member: Member) -> tuple[Any, ...]:
    return (not member.running, not member.silent, -member.silence.days, member.family_name, member.row.id)


def _members(
    session: Session,
    actor: scope.Actor,
    on: date,
    cohort: uuid.UUID | None,
    *conditions: sa.ColumnElement[bool],
) -> list[Member]:
    query = (
        scope.memberships(actor)
        .join(Person, Person.id == ClubMembership.person_id)
        .outerjoin(Cohort, Cohort.id == ClubMembership.cohort_id)
        .where(*conditions, ClubMembership.joined_on <= on)
        .add_columns(
            Person.given_names, Person.family_name, Person.phone, Person.declared_quarter, Cohort.name
        )
        .order_by(ClubMembership.id)
    )
    if cohort is not None:
        query = query.where(Cohort.public_id == cohort)
    lines: Sequence[Any] = session.execute(query).all()
    rows = [line[0] for line in lines]
    squares = club_looks.of(session, rows, on)
    silences = club_silence.of(session, rows, on)
    terms = {each.id: each for each in session.scalars(scope.clubs(actor))}
    interviews = _interviews(session, [row.id for row in rows], on)
    return [
        _member(line, squares[line[0].id], silences[line[0].id], terms[line[0].club_id], interviews, on)
        for line in lines
    ]


def _member(
    line: Any, squares: list[Square], silence: Silence, club: Club, interviews: dict[int, date], on: date
) -> Member:
    row: ClubMembership
    row, given_names, family_name, phone, quarter, cohort = line
    assert row.planned_end_on is not None
    running = row.state in RUNNING_MEMBERSHIPS
    paused = row.state is State.PAUSED
    return Member(
        row, given_names, family_name, phone, quarter, cohort, squares, silence,
        silent=running and not paused and silence.days >= club.silence_days,
        silence_days=club.silence_days,
        number=next((square.number for square in squares if square.current), None),
        interview=interviews.get(row.id),
        closing=running and row.planned_end_on - on <= CLOSING,
    )  # fmt: skip


def _interviews(session: Session, ids: Sequence[int], on: date) -> dict[int, date]:
    """The next interview of each that is known. One query."""
    rows: Sequence[Any] = session.execute(
        sa.select(Approach.membership_id, sa.func.min(Approach.result_on))
        .where(
            Approach.membership_id.in_(ids),
            Approach.result.in_(("interview", "trial")),
            Approach.result_on >= on,
        )
        .group_by(Approach.membership_id)
    ).all()
    return dict(rows)


def cohorts(session: Session, actor: scope.Actor) -> Sequence[Cohort]:
    """The groups that a list may be narrowed to, the latest first. One query."""
    return session.scalars(scope.cohorts(actor).order_by(Cohort.starts_on.desc(), Cohort.id.desc())).all()


@dataclass(frozen=True, slots=True)
class FollowUpDue:
    """A situation to ask for: 3 or 6 months after the planned end."""

    membership: uuid.UUID
    given_names: str
    family_name: str
    phone: str | None
    month: int
    due_on: date


def follow_ups_due(session: Session, actor: scope.Actor, on: date) -> Sequence[FollowUpDue]:
    """Those whose day has come and that nobody noted, the oldest first. One query."""
    mine = scope.memberships(actor).with_only_columns(ClubMembership.id)
    rows = session.execute(
        sa.select(
            ClubMembership.public_id, Person.given_names, Person.family_name, Person.phone,
            ClubFollowUp.month, ClubFollowUp.due_on,
        )
        .join(ClubMembership, ClubMembership.id == ClubFollowUp.membership_id)
        .join(Person, Person.id == ClubMembership.person_id)
        .where(
            ClubFollowUp.membership_id.in_(mine),
            ClubFollowUp.state == CheckInState.PLANNED,
            ClubFollowUp.due_on <= on,
        )
        .order_by(ClubFollowUp.due_on, ClubFollowUp.id)
    )  # fmt: skip
    return [FollowUpDue(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Today:
    """What waits for an animator: whom to call, whose exit to prepare, whose situation to ask, sessions to close."""

    members: int
    silent: Sequence[Member]
    #: At risk or dropped out, and not among the silent ones: somebody spoke with them since, or a pause ended.
    at_risk: Sequence[Member]
    closing: Sequence[Member]
    follow_ups: Sequence[FollowUpDue]
    to_close: Sequence[CollectiveSession]
    next_sessions: Sequence[CollectiveSession]

    @property
    def count(self) -> int:
        parts = (self.silent, self.at_risk, self.closing, self.follow_ups, self.to_close)
        return sum(len(part) for part in parts)


def today(session: Session, actor: scope.Actor, on: date) -> Today:
    """The animator's day. Twelve queries, however many members there are."""
    everybody = members(session, actor, on)
    running = [each for each in everybody if each.running]
    silent = [each for each in running if each.silent]
    risky = [
        each for each in running if not each.silent and each.row.state in (State.AT_RISK, State.DROPPED_OUT)
    ]
    planned = scope.sessions(actor).where(CollectiveSession.state == SessionState.PLANNED)
    by_day = (CollectiveSession.held_on, CollectiveSession.starts_at, CollectiveSession.id)
    return Today(
        len(running),
        silent,
        risky,
        sorted(
            (each for each in running if each.closing),
            key=lambda each: (each.row.planned_end_on, each.row.id),
        ),
        follow_ups_due(session, actor, on),
        session.scalars(planned.where(CollectiveSession.held_on < on).order_by(*by_day)).all(),
        session.scalars(
            planned.where(CollectiveSession.held_on.between(on, on + SESSIONS_AHEAD)).order_by(*by_day)
        ).all(),
    )
