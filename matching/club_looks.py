"""How each week of a member looks on a day: covered, missed, excused, this one, to come (ux.md §9).

A week is covered by one two-way contact. A contact in a pause between two weeks counts for the week after it. After the
exit nothing turns red: contacts may still be noted until the planned end, and fill their week.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_silence
from .club_weeks import Span, paused_on
from .store.club import ClubContact, ClubMembership, ClubWeek


class Look(StrEnum):
    COVERED = "covered"
    MISSED = "missed"
    #: Missed with a reason.
    EXCUSED = "excused"
    #: This week, nothing yet.
    CURRENT = "current"
    #: This week, in a pause.
    PAUSED = "paused"
    TO_COME = "to_come"
    #: After the exit: none is owed.
    AFTER = "after"


#: A week that was owed and is over or filled.
OWED = (Look.COVERED, Look.MISSED, Look.EXCUSED)


@dataclass(frozen=True, slots=True)
class Square:
    """A week as it looks that day; `current`: the day is in it, or waits for it in a pause."""

    number: int
    starts_on: date
    ends_on: date
    look: Look
    current: bool
    excused: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Weeks with a contact, of those that were owed so far."""

    covered: int
    excused: int
    owed: int


def coverage(squares: Iterable[Square]) -> Coverage:
    looks = [square.look for square in squares]
    return Coverage(looks.count(Look.COVERED), looks.count(Look.EXCUSED), sum(look in OWED for look in looks))


def of(session: Session, rows: Sequence[ClubMembership], on: date) -> dict[int, list[Square]]:
    """The weeks of each member as they look that day, in order. Three queries."""
    ids = [row.id for row in rows if row.joined_on is not None]
    weeks: dict[int, list[ClubWeek]] = defaultdict(list)
    for week in session.scalars(
        sa.select(ClubWeek)
        .where(ClubWeek.membership_id.in_(ids))
        .order_by(ClubWeek.membership_id, ClubWeek.number)
    ):
        weeks[week.membership_id].append(week)
    days: dict[int, list[date]] = defaultdict(list)
    for membership_id, day in session.execute(
        sa.select(ClubContact.membership_id, ClubContact.done_on).where(
            ClubContact.membership_id.in_(ids), ClubContact.two_way, ClubContact.done_on <= on
        )
    ):
        days[membership_id].append(day)
    pauses = club_silence.pauses(session, ids)
    return {
        row.id: look(row, weeks[row.id], days.get(row.id, ()), pauses.get(row.id, ()), on)
        for row in rows
        if row.id in weeks
    }


def look(
    row: ClubMembership, weeks: Sequence[ClubWeek], contacts: Iterable[date], pauses: Iterable[Span], on: date
) -> list[Square]:
    """The same of one member, of facts at hand."""
    ends = [week.ends_on for week in weeks]
    covered = {place_of(ends, day) for day in contacts}
    here = place_of(ends, on) if row.joined_on is not None and on >= row.joined_on else None
    paused = paused_on(pauses, on)
    return [
        Square(
            week.number,
            week.starts_on,
            week.ends_on,
            _look(row, week, place in covered, place == here, paused, on),
            place == here,
            week.excused,
        )
        for place, week in enumerate(weeks)
    ]


def place_of(ends: Sequence[date], day: date) -> int:
    """In which week a day falls, from 0: the first that ends that day or later; as many as there are when none does."""
    return bisect_left(ends, day)


def _look(row: ClubMembership, week: ClubWeek, covered: bool, current: bool, paused: bool, on: date) -> Look:
    if covered:
        return Look.COVERED
    if row.left_on is not None and week.ends_on >= row.left_on:
        return Look.AFTER
    if week.excused is not None:
        return Look.EXCUSED
    if current:
        return Look.PAUSED if paused else Look.CURRENT
    return Look.MISSED if week.ends_on < on else Look.TO_COME
