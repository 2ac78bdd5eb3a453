"""For how long nobody has spoken with a member: counted from the last two-way contact, days of pause left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .club_weeks import Span, silent_days
from .store.club import ClubContact, ClubMembership, ClubPause


@dataclass(frozen=True, slots=True)
class Silence:
    """`last`: the day of the last two-way contact; None: none since the first day, from which it is then counted."""

    last: date | None
    days: int


def of(session: Session, rows: Iterable[ClubMembership], on: date) -> dict[int, Silence]:
    """The silence of each of those who began, on that day. Two queries."""
    begun = [row for row in rows if row.joined_on is not None]
    ids = [row.id for row in begun]
    last = last_contacts(session, ids, on)
    return silences(begun, last, pauses(session, ids), on)


def silences(
    rows: Iterable[ClubMembership],
    last: Mapping[int, date],
    paused: Mapping[int, Sequence[Span]],
    on: date,
) -> dict[int, Silence]:
    """The same of facts at hand."""
    found = {}
    for row in rows:
        assert row.joined_on is not None
        since = max(last.get(row.id, row.joined_on), row.joined_on)
        found[row.id] = Silence(last.get(row.id), silent_days(since, on, paused.get(row.id, ())))
    return found


def last_contacts(session: Session, ids: Sequence[int], on: date) -> dict[int, date]:
    """The day of the last two-way contact of each, up to that day. One query."""
    rows: Any = session.execute(
        sa.select(ClubContact.membership_id, sa.func.max(ClubContact.done_on))
        .where(ClubContact.membership_id.in_(ids), ClubContact.two_way, ClubContact.done_on <= on)
        .group_by(ClubContact.membership_id)
    )
    return dict(rows.all())


def pauses(session: Session, ids: Sequence[int]) -> dict[int, list[Span]]:
    """The pauses of each, in order. One query."""
    found: dict[int, list[Span]] = defaultdict(list)
    rows = session.execute(
        sa.select(ClubPause.membership_id, ClubPause.starts_on, ClubPause.ends_on)
        .where(ClubPause.membership_id.in_(ids))
        .order_by(ClubPause.starts_on)
    )
    for membership_id, starts_on, ends_on in rows:
        found[membership_id].append(Span(starts_on, ends_on))
    return found
