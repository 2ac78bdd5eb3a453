"""The weeks of a member and the pauses that push them (workflow.md iv).

A contact day is a day from the first one on that no pause covers. Week n is made of the contact days 7(n-1) to 7n-1: a
pause between two weeks pushes those after it, one inside a week lengthens that week, and no contact day is ever lost.
The planned end is the day after the last contact day: first day + 7 × weeks + days of pause + extension.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.club import Club, ClubMembership, ClubPause, ClubWeek
from .transitions import refuse

DAY, WEEK = timedelta(days=1), timedelta(days=7)
PAUSE_REASONS = ("sickness", "short_job", "family", "other")
#: A number of weeks that the table holds.
WEEKS_MOST = 60


class Span(NamedTuple):
    """Days, both included."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


def laid(joined_on: date, weeks: int, pauses: Iterable[Span]) -> list[Span]:
    """The first and the last contact day of each week. Pauses do not overlap."""
    known = sorted(pauses)
    edges = [joined_on + WEEK * number for number in range(weeks)]
    return [Span(_pushed(edge, known), _pushed(edge + WEEK - DAY, known)) for edge in edges]


def _pushed(day: date, pauses: Iterable[Span]) -> date:
    """That day, with the days of the pauses that come before or on it added."""
    for pause in pauses:
        if pause.starts_on <= day:
            day += DAY * pause.days
    return day


def lay_out(session: Session, membership: ClubMembership, club: Club) -> None:
    """The weeks of somebody who starts, and the planned end. Added, not flushed."""
    assert membership.joined_on is not None  # the step `start` says it
    spans = laid(membership.joined_on, club.weeks, ())
    session.add_all(
        ClubWeek(membership_id=membership.id, number=number, starts_on=span.starts_on, ends_on=span.ends_on)
        for number, span in enumerate(spans, start=1)
    )
    membership.planned_end_on = spans[-1].ends_on + DAY


def lay_again(session: Session, membership: ClubMembership) -> None:
    """Move the weeks and the planned end to where the pauses and the extension put them. Flushes."""
    assert membership.joined_on is not None
    session.flush()
    rows = weeks_of(session, membership.id)
    spans = laid(membership.joined_on, len(rows), map(span_of, pauses_of(session, membership.id)))
    for row, span in zip(rows, spans, strict=True):
        row.starts_on, row.ends_on = span
    membership.planned_end_on = spans[-1].ends_on + DAY
    session.flush()


def add_weeks(session: Session, membership: ClubMembership, weeks: int) -> None:
    """Weeks more at the end. Raises InvalidInput when they are too many or none. Flushes."""
    rows = weeks_of(session, membership.id)
    if weeks < 1 or len(rows) + weeks > WEEKS_MOST:
        refuse("extension-length", most=WEEKS_MOST - len(rows))
    last = rows[-1]
    session.add_all(
        ClubWeek(
            membership_id=membership.id,
            number=last.number + more,
            starts_on=last.starts_on + WEEK * more,
            ends_on=last.ends_on + WEEK * more,
        )
        for more in range(1, weeks + 1)
    )
    membership.extended_days += 7 * weeks
    lay_again(session, membership)


def add_pause(
    session: Session,
    membership: ClubMembership,
    club: Club,
    span: Span,
    *,
    reason: str | None,
    note: str | None,
    actor_id: int | None,
) -> ClubPause:
    """A pause, and the weeks after it pushed. Flushes.

    Raises InvalidInput: its reason, its order, its length (club.pause_days_most), outside the time of the club, over
    another pause, which is named. Pauses that touch count as one: two in a row are not a way around the length.
    """
    assert membership.joined_on is not None and membership.planned_end_on is not None
    if reason not in PAUSE_REASONS:
        refuse("bad-reason", reason=reason or "", allowed=", ".join(PAUSE_REASONS))
    if span.ends_on < span.starts_on:
        refuse("pause-order")
    if span.starts_on < membership.joined_on or span.starts_on >= membership.planned_end_on:
        refuse("pause-outside", first=membership.joined_on, last=membership.planned_end_on - DAY)
    known = [*map(span_of, pauses_of(session, membership.id))]
    for other in known:
        if other.starts_on <= span.ends_on and span.starts_on <= other.ends_on:
            refuse("pause-overlaps", starts_on=other.starts_on, ends_on=other.ends_on)
    if _in_a_row(span, known) > club.pause_days_most:
        refuse("pause-too-long", most=club.pause_days_most)
    made = ClubPause(
        membership_id=membership.id,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        reason=reason,
        note=(note or "").strip()[:400] or None,
        noted_by_id=actor_id,
    )
    session.add(made)
    lay_again(session, membership)
    return made


def _in_a_row(span: Span, known: Sequence[Span]) -> int:
    """Days without a contact day between them that the pause would make, those it touches included."""
    rows = sorted([span, *known])
    place = rows.index(span)
    first = last = place
    gaps = [later.starts_on - earlier.ends_on for earlier, later in pairwise(rows)]
    while first > 0 and gaps[first - 1] == DAY:
        first -= 1
    while last < len(gaps) and gaps[last] == DAY:
        last += 1
    return (rows[last].ends_on - rows[first].starts_on).days + 1


def end_pause(session: Session, membership: ClubMembership, on: date) -> None:
    """The person is back on that day: the pause that covers it ends on the eve. One noted ahead stands. Flushes."""
    for pause in pauses_of(session, membership.id):
        if pause.starts_on <= on <= pause.ends_on:
            if pause.starts_on == on:
                session.delete(pause)
            else:
                pause.ends_on = on - DAY
    lay_again(session, membership)


def drop_pauses(session: Session, membership: ClubMembership, on: date) -> None:
    """The person is out from that day on: no pause runs or begins any more. Flushes."""
    for pause in pauses_of(session, membership.id):
        if pause.starts_on > on:
            session.delete(pause)
    end_pause(session, membership, on)


def weeks_of(session: Session, membership_id: int) -> Sequence[ClubWeek]:
    """The weeks of a member in order. One query."""
    return session.scalars(
        sa.select(ClubWeek).where(ClubWeek.membership_id == membership_id).order_by(ClubWeek.number)
    ).all()


def pauses_of(session: Session, membership_id: int) -> Sequence[ClubPause]:
    """The pauses of a member in order. One query."""
    return session.scalars(
        sa.select(ClubPause).where(ClubPause.membership_id == membership_id).order_by(ClubPause.starts_on)
    ).all()


def span_of(row: ClubPause | ClubWeek) -> Span:
    return Span(row.starts_on, row.ends_on)


def paused_on(pauses: Iterable[Span], day: date) -> bool:
    return any(pause.starts_on <= day <= pause.ends_on for pause in pauses)


def silent_days(since: date, on: date, pauses: Iterable[Span]) -> int:
    """Days from `since`, the last two-way contact or the first day, to `on`: pauses do not count as silence."""
    paused = sum(
        max(0, (min(pause.ends_on, on) - max(pause.starts_on, since + DAY)).days + 1) for pause in pauses
    )
    return max(0, (on - since).days - paused)
