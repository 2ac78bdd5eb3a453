"""The calendar of an account: one address at a time, shown once; who reads it, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import deadlines, follow_up_due, links
from .deadlines import Deadline, Kind
from .eligibility.programme import ProgrammeBook
from .errors import NotFound
from .store import scope
from .store.accounts import User
from .store.messages import AccessLink
from .store.people import Agency
from .vocabulary import LinkKind

#: Days ahead that a calendar shows.
AHEAD = 90


@dataclass(frozen=True, slots=True)
class Entry:
    """A day of the calendar. `uid` stays the same as long as the line is about the same thing."""

    uid: str
    kind: Kind
    day: date
    initials: str
    programme: str | None
    sequence: int


def make(session: Session, user_id: int, *, at: datetime) -> str:
    """The token of a new calendar address; the former one opens no more. Flushes, never commits."""
    withdraw(session, user_id, at=at)
    _, token = links.issue(session, LinkKind.FEED, at=at, issued_by_id=user_id, user_id=user_id)
    return token


def withdraw(session: Session, user_id: int, *, at: datetime) -> int:
    """The calendar address of that account opens no more. Returns how many were closed."""
    return links.revoke(session, AccessLink.kind == LinkKind.FEED, AccessLink.user_id == user_id, at=at)


def current(session: Session, user_id: int, *, at: datetime) -> AccessLink | None:
    """The address that opens now, if there is one."""
    return session.scalar(
        sa.select(AccessLink)
        .where(
            AccessLink.kind == LinkKind.FEED,
            AccessLink.user_id == user_id,
            AccessLink.revoked_at.is_(None),
            AccessLink.expires_at > at,
        )
        .order_by(AccessLink.id.desc())
        .limit(1)
    )


def reader(session: Session, token: str, *, at: datetime) -> scope.Actor:
    """Whose calendar it is. Writes nothing.

    Raises NotFound: no such address, or a closed account; Conflict: an address that was withdrawn or is too old.
    """
    link = links.find(session, token, LinkKind.FEED, at=at)
    found = session.execute(
        sa.select(User, Agency).outerjoin(Agency, Agency.id == User.agency_id).where(User.id == link.user_id)
    ).one_or_none()
    if found is None or not found.User.active:
        raise NotFound("link-unknown")
    user, agency = found
    return scope.Actor.of(user, agency)


def lines(
    session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date, within: int
) -> list[Deadline]:
    """Everything that is due for a caseload, late or within so many days, in the order of its days."""
    found: list[Deadline] = [
        *deadlines.closing_rights(session, actor, book, on=on, within=within),
        *deadlines.milestones_due(session, actor, on=on, within=within),
        *deadlines.contract_steps_due(session, actor, on=on, within=within),
        *follow_up_due.check_ins_due(session, actor, on=on, within=within),
        *follow_up_due.open_alerts(session, actor),
        *follow_up_due.silent_requests(session, actor, book, on=on),
        *follow_up_due.returns_due(session, actor, on=on, within=within),
    ]
    return sorted(found, key=deadlines.order)


def entries(session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date) -> Iterator[Entry]:
    """The lines as days of a calendar: initials and the programme, nothing else of anybody."""
    for line in lines(session, actor, book, on=on, within=AHEAD):
        yield Entry(
            uid=_uid(line),
            kind=line.kind,
            day=line.day,
            initials="".join(f"{part[0]}." for part in line.person.replace("-", " ").split()),
            programme=line.programme,
            sequence=line.version,
        )


def _uid(line: Deadline) -> str:
    """A digest: what it stands for is read from it by nobody."""
    of = line.placement_id or line.person_id
    own = tuple(str(getattr(line, name, "")) for name in ("check_in_id", "milestone", "number"))
    named = (str(line.kind), str(of), str(line.programme), *own)
    return hashlib.sha256("|".join(named).encode()).hexdigest()[:32]
