"""The page of a young person behind their link (security.md A8): the proof of the birth date, and what it shows.

The proof is kept on the server, for the browser that gave it and for half an hour: an address that was copied, kept in
a history or read over a shoulder opens nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import answers, audit, links, person_facts, person_requests, person_rights, person_sheet, wishes
from .answers import Asked, Signer
from .eligibility.programme import ProgrammeBook
from .person_facts import Dated
from .person_requests import Line
from .person_rights import Told
from .store.accounts import User
from .store.messages import AccessLink
from .store.people import Agency, Person, SourceRecord
from .transitions import refuse
from .vocabulary import LinkKind
from .wishes import Wished

#: So long after the birth date was given, it is asked for again.
PROOF_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What a person is shown of their own file.

    `recognition`: (recognised, last day, said on); None when nobody said.
    """

    person: Person
    signer: Signer
    sources: tuple[str, ...]
    offers: Sequence[Asked]
    told: Sequence[Told]
    known: Mapping[str, Dated]
    recognition: tuple[bool, date | None, date | None] | None
    wished: Wished
    requests: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Heard:
    """What comes of the link, for the advisor's page: the link given last, what is asked, what is wished."""

    link: AccessLink | None
    requests: Sequence[Line]
    wished: Wished


def issue(session: Session, person: Person, *, actor_id: int, at: datetime) -> str:
    """The token of a new link to the person's page; the former ones open no more.

    Raises InvalidInput without a birth date: nobody could prove who they are. Flushes, never commits.
    """
    if person.birth_date is None:
        refuse("birth-needed")
    links.revoke(session, AccessLink.kind == LinkKind.FILE, AccessLink.person_id == person.id, at=at)
    _, token = links.issue(session, LinkKind.FILE, at=at, issued_by_id=actor_id, person_id=person.id)
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="link.issue",
        subject_kind="person",
        subject_id=str(person.public_id),
    )
    return token


def heard(session: Session, person: Person) -> Heard:
    """Three queries."""
    link = session.scalar(
        sa.select(AccessLink)
        .where(AccessLink.kind == LinkKind.FILE, AccessLink.person_id == person.id)
        .order_by(AccessLink.id.desc())
        .limit(1)
    )
    return Heard(link, person_requests.of_person(session, person.id), wishes.stated(session, person))


def prove(session: Session, link: AccessLink, born: date | None, *, browser: str, at: datetime) -> bool:
    """Whether that is the person's birth date; then the page is open to that browser for a while.

    A try is counted before it is looked at, so that two at once are two. Flushes, never commits.
    """
    counted = session.execute(
        sa.update(AccessLink)
        .where(AccessLink.id == link.id, AccessLink.tries < links.TRIES)
        .values(tries=AccessLink.tries + 1)
        .execution_options(synchronize_session="fetch")
    )
    person = person_of(session, link)
    right = counted.rowcount == 1 and born is not None and born == person.birth_date  # type: ignore[attr-defined]
    if right:
        session.refresh(link)
        link.tries, link.proved_by, link.proved_at = 0, _mark(link, browser), at
        session.flush()
    audit.append(
        session,
        at=at,
        actor_id=None,
        action="own.opened" if right else "own.birth-date-failed",
        subject_kind="person",
        subject_id=str(person.public_id),
    )
    return right


def is_proved(link: AccessLink, *, browser: str, at: datetime, within: timedelta = PROOF_LASTS) -> bool:
    """Whether that browser gave the right birth date lately."""
    return (
        link.proved_at is not None
        and link.proved_by == _mark(link, browser)
        and timedelta(0) <= at - link.proved_at < within
    )


def leave(session: Session, link: AccessLink) -> None:
    """The page asks for the birth date again: somebody else may use this telephone. Flushes."""
    link.proved_by = link.proved_at = None
    session.flush()


def _mark(link: AccessLink, browser: str) -> str:
    return links.hashed(f"{link.token_hash}.{browser}")


def person_of(session: Session, link: AccessLink) -> Person:
    assert link.person_id is not None  # links of that kind are issued for a person
    return session.get_one(Person, link.person_id)


def read(session: Session, link: AccessLink, book: ProgrammeBook, *, on: date) -> OwnFile:
    """Everything the page shows; about twenty-five queries, always the same. Reads, never writes."""
    person = person_of(session, link)
    recognised, until, stated_on = person_sheet.recognition(session, person)
    sources = session.scalars(
        sa.select(SourceRecord.source).where(SourceRecord.person_id == person.id).order_by(SourceRecord.id)
    )
    return OwnFile(
        person=person,
        signer=signer(session, person),
        sources=tuple(dict.fromkeys(str(source) for source in sources)),
        offers=answers.of_person(session, person.id, on=on),
        told=person_rights.told(session, person.id, book, on),
        known=person_facts.dated(session, [person.id], on).get(person.id, {}),
        recognition=None if recognised is None else (recognised, until, stated_on),
        wished=wishes.stated(session, person),
        requests=person_requests.of_person(session, person.id),
    )


def signer(session: Session, person: Person) -> Signer:
    """The advisor of the person, else the agency. One query."""
    agency, name, phone = session.execute(
        sa.select(Agency.name, User.name, User.phone)
        .select_from(Person)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .outerjoin(User, User.id == Person.caseload_user_id)
        .where(Person.id == person.id)
    ).one()
    return Signer(name, phone, agency)


def note_read(session: Session, own: OwnFile, *, at: datetime) -> None:
    """Put on the trail that the page was read, and the recognition with it when there is one (P2)."""
    for action in ("own.read", *(("recognition.read",) if own.recognition else ())):
        audit.append(
            session,
            at=at,
            actor_id=None,
            action=action,
            subject_kind="person",
            subject_id=str(own.person.public_id),
            details={"page": "own"},
        )
