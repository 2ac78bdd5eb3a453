"""The clock of the club: weeks that begin, pauses that begin and end, silence that lasts (workflow.md iv).

Two weeks without a two-way contact: at risk; four: dropped out, and still somebody's to call until an outcome is typed.
The thresholds are the club's own; days of pause do not count, nor days after the planned end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club, club_silence, daily
from .daily import Day
from .store.club import Club, ClubMembership, ClubPause, Cohort
from .vocabulary import MembershipState as State, Party

A = club.MembershipAction


def begin(session: Session, day: Day) -> int:
    """Groups whose day has come; pauses that begin, and that are over."""
    waiting = _rows(
        session,
        State.REGISTERED,
        ClubMembership.cohort_id.in_(sa.select(Cohort.id).where(Cohort.starts_on <= day.on)),
        ClubMembership.registered_on <= day.on,
    )
    paused = sa.exists().where(
        ClubPause.membership_id == ClubMembership.id,
        ClubPause.starts_on <= day.on,
        ClubPause.ends_on >= day.on,
    )
    back = _rows(session, State.PAUSED, ~paused)
    moved = _take(session, day, waiting, A.START)
    moved += _take(session, day, back, A.RESUME)
    away = [*_rows(session, State.ACTIVE, paused), *_rows(session, State.AT_RISK, paused)]
    return moved + _take(session, day, away, A.PAUSE)


def watch(session: Session, day: Day) -> int:
    """Silence that has lasted too long. Who was found at risk today is not given up today."""
    running = ClubMembership.planned_end_on > day.on
    silent = _rows(session, State.AT_RISK, running)
    active = _rows(session, State.ACTIVE, running)
    days = club_silence.of(session, [*silent, *active], day.on)
    clubs = {each.id: each for each in session.scalars(sa.select(Club))} if days else {}
    lost = [row for row in silent if days[row.id].days >= 7 * clubs[row.club_id].drop_weeks]
    risky = [row for row in active if days[row.id].days >= 7 * clubs[row.club_id].risk_weeks]
    return _take(session, day, lost, A.DROP_OUT) + _take(session, day, risky, A.RISK)


def _rows(session: Session, state: State, *conditions: sa.ColumnElement[bool]) -> Sequence[ClubMembership]:
    return session.scalars(
        sa.select(ClubMembership)
        .where(ClubMembership.state == state, *conditions)
        .order_by(ClubMembership.id)
        .with_for_update()
    ).all()


def _take(session: Session, day: Day, rows: Sequence[ClubMembership], action: A) -> int:
    step: Callable[[ClubMembership], object] = lambda row: club.change(  # noqa: E731
        session, row, action, actor_id=None, party=Party.CLOCK, on=day.on, at=day.at
    )
    return daily.each(session, rows, step)
