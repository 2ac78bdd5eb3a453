"""One file outside the caseload, opened to read for half an hour with a written reason (security.md §2).

There is no search: one names exactly one person, by what the person says of themselves or by the address of the file,
and gives the reason in the same act. Nothing is told but by opening, and opening tells who follows the person.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, names, outbox
from .store import scope
from .store.accounts import User
from .store.follow_up import BreakGlass, HandOver
from .store.people import Agency, Person, SourceRecord
from .store.upkeep import AuditEvent
from .transitions import refuse
from .vocabulary import HandOverState, Role

#: How long a file stays open, and how much is to be written to open it.
WINDOW = timedelta(minutes=30)
LETTERS = 20
#: So many vain attempts of one account in a day, and no more is tried: who guesses gets nowhere.
VAIN, DAY = 10, timedelta(days=1)
#: Days of openings that a page tells of.
TOLD = timedelta(days=90)
#: The act of the trail that says a name was given in vain.
MISS = "break_glass.miss"


@dataclass(frozen=True, slots=True)
class Named:
    """Who is meant: the key of the file, an identifier, or the names and the birth date together."""

    ref: uuid.UUID | None = None
    identifier: str = ""
    family_name: str = ""
    given_names: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening as a page tells it: whose file, of which agency, who opened it, why, until when."""

    row: BreakGlass
    person: uuid.UUID
    given_names: str
    family_name: str
    agency: str | None
    who: str
    of: str | None


def find(session: Session, actor: scope.Actor, named: Named, *, at: datetime) -> Person:
    """The one person meant, of any agency. The caller writes the reason's row or a miss, and shows nothing else.

    Raises InvalidInput: nobody, several, or too many vain attempts of this account.
    """
    tried = session.scalar(
        sa.select(sa.func.count())
        .select_from(AuditEvent)
        .where(AuditEvent.actor_id == actor.id, AuditEvent.action == MISS, AuditEvent.at > at - DAY)
    )
    if (tried or 0) >= VAIN:
        refuse("too-many-misses", most=VAIN)
    condition = _meant(named)
    found = (
        session.scalars(sa.select(Person).where(condition).limit(2)).all() if condition is not None else []
    )
    if not found:
        refuse("no-match")
    if len(found) > 1:
        refuse("several-match")
    return found[0]


def _meant(named: Named) -> sa.ColumnElement[bool] | None:
    """Exactly what was given, never part of it; None when too little was."""
    if named.ref is not None:
        return Person.public_id == named.ref
    bare = "".join(named.identifier.split()).upper()
    if bare:
        return Person.id.in_(
            sa.select(SourceRecord.person_id).where(SourceRecord.identifier.in_((bare, f"0{bare}")))
        )
    if not (named.family_name.strip() and named.given_names.strip() and named.birth_date):
        return None
    key = f"{names.fold(named.family_name)} {names.fold(named.given_names)}"[:210]
    return sa.and_(Person.name_key == key, Person.birth_date == named.birth_date)


def miss(session: Session, actor: scope.Actor, *, at: datetime) -> None:
    """Note that nobody was found: what was typed is not kept."""
    audit.append(session, at=at, actor_id=actor.id, action=MISS, subject_kind="person")


def is_own(session: Session, actor: scope.Actor, person: Person) -> bool:
    """Whether the file is open to this advisor as it is."""
    return session.scalar(scope.people(actor).where(Person.id == person.id)) is not None


def open_file(
    session: Session, actor: scope.Actor, person: Person, reason: str, *, on: date, at: datetime
) -> BreakGlass:
    """Open the file for half an hour and tell who follows the person, and the administrators. Flushes.

    Raises InvalidInput when the reason is too short. A file that is open already stays open as long as it was.
    """
    words = " ".join(reason.split())
    if len(words) < LETTERS:
        refuse("bad-break-glass-reason", letters=LETTERS)
    open_already = session.scalar(
        sa.select(BreakGlass).where(
            BreakGlass.actor_id == actor.id, BreakGlass.person_id == person.id, BreakGlass.until_at > at
        )
    )
    if open_already is not None:
        return open_already
    row = BreakGlass(
        actor_id=actor.id, person_id=person.id, reason=words[:400], opened_at=at, until_at=at + WINDOW
    )
    session.add(row)
    session.flush()
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action="break_glass.open",
        subject_kind="person",
        subject_id=str(person.public_id),
        details={"minutes": int(WINDOW.total_seconds() // 60)},
    )
    for user, audience in _told(session, person):
        outbox.queue(
            session,
            "break_glass_notice",
            subject=("break_glass", row.id),
            address=user.email,
            on=on,
            at=at,
            person_id=person.id,
            user_id=user.id,
            arguments={"audience": audience},
            hold=timedelta(0),
        )
    return row


def _told(session: Session, person: Person) -> Sequence[tuple[User, str]]:
    """The named advisor and the supervisors of the agencies that follow the person, or all their advisors when there
    is none of these; and the administrators, who are not told whose file it is.
    """
    taken = session.scalars(
        sa.select(HandOver.to_agency_id).where(
            HandOver.person_id == person.id, HandOver.state == HandOverState.ACCEPTED
        )
    )
    agencies = {*taken, *([person.agency_id] if person.agency_id is not None else [])}
    users = session.scalars(
        sa.select(User)
        .where(User.active, sa.or_(User.agency_id.in_(agencies), User.role == Role.ADMIN))
        .order_by(User.id)
    ).all()
    found: list[tuple[User, str]] = []
    for agency in sorted(agencies):
        advisors = [each for each in users if each.role is Role.ADVISOR and each.agency_id == agency]
        chosen = [
            each
            for each in advisors
            if scope.SUPERVISE in each.permissions or each.id == person.caseload_user_id
        ]
        found += [(each, "caseload") for each in chosen or advisors]
    return found + [(each, "admin") for each in users if each.role is Role.ADMIN]


def until(session: Session, actor: scope.Actor, person: Person, *, at: datetime) -> datetime | None:
    """When the file closes again; None: it is not open to this advisor."""
    closes: datetime | None = session.scalar(
        sa.select(sa.func.max(BreakGlass.until_at)).where(
            BreakGlass.actor_id == actor.id, BreakGlass.person_id == person.id, BreakGlass.until_at > at
        )
    )
    return closes


def as_read(actor: scope.Actor, person: Person) -> scope.Actor:
    """Who reads an opened file reads what its own agency reads, without any permission besides."""
    return replace(actor, agency_id=person.agency_id, permissions=frozenset())


def mine(session: Session, actor: scope.Actor, *, at: datetime) -> Sequence[Opening]:
    """Files that this advisor has open now. One query."""
    return _openings(session, BreakGlass.actor_id == actor.id, BreakGlass.until_at > at)


def of_caseload(session: Session, actor: scope.Actor, *, at: datetime) -> Sequence[Opening]:
    """Files of the caseload that others opened lately, the latest first. One query."""
    own = sa.select(scope.people(actor).subquery().c.id)
    return _openings(
        session,
        BreakGlass.person_id.in_(own),
        BreakGlass.actor_id != actor.id,
        BreakGlass.opened_at > at - TOLD,
    )


def _openings(session: Session, *conditions: sa.ColumnElement[bool]) -> Sequence[Opening]:
    theirs = sa.orm.aliased(Agency)
    rows: Any = session.execute(
        sa.select(
            BreakGlass, Person.public_id, Person.given_names, Person.family_name, Agency.name, User.name, theirs.name
        )
        .join(Person, Person.id == BreakGlass.person_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .join(User, User.id == BreakGlass.actor_id)
        .outerjoin(theirs, theirs.id == User.agency_id)
        .where(*conditions)
        .order_by(BreakGlass.id.desc())
        .limit(100)
    )  # fmt: skip
    return [Opening(*row) for row in rows]
