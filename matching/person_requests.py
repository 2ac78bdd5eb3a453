"""What young people ask: a question, a correction, the erasure of their file; an advisor answers within a delay (P5).

Each request is open, then done or refused with words. The answer leaves by e-mail where the person agreed to be
written to; else an advisor calls. Flows flush, never commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, contacts, outbox, workdays
from .errors import Conflict
from .store import scope
from .store.accounts import User
from .store.matches import MatchProposal, Release
from .store.messages import PersonRequest
from .store.organisations import Offer, Organisation
from .store.people import Person, full_name
from .transitions import refuse
from .vocabulary import RequestKind as Kind, RequestState as State

#: Days within which a correction or an erasure is decided (P5; GDPR, art. 12); working days for a question.
DECIDED_WITHIN, ANSWERED_WITHIN = timedelta(days=30), 2
#: Open requests of one person: more are a mistake, or somebody's game.
OPEN_AT_MOST = 10
#: Facts that a correction may be about, in the order of the person's page.
FACTS = (
    "name", "birth_date", "phone", "email", "address", "situation", "registration", "diploma", "home", "wanted_title",
    "skills", "mobility_km", "driving_licence", "available_from", "recognition", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A request in a list; `title`: of the offer that it is about, `by`: who closed it."""

    request: PersonRequest
    person: uuid.UUID
    name: str
    title: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """An employer who received something of the person, to be told of a correction (P5)."""

    employer: str
    title: str
    on: date


def due(kind: Kind, on: date) -> date:
    """The day by which a request made that day is answered."""
    return workdays.after(on, ANSWERED_WITHIN) if kind is Kind.QUESTION else on + DECIDED_WITHIN


def ask(
    session: Session,
    person: Person,
    kind: Kind,
    words: str,
    *,
    fact: str | None = None,
    proposal: MatchProposal | None = None,
    actor_id: int | None = None,
    on: date,
    at: datetime,
) -> PersonRequest:
    """A new request; the one that is open already when the very same was made before (a button pressed twice).

    `actor_id`: the advisor who noted it on the phone; None: the person, by their link. Raises InvalidInput.
    """
    words = words.strip()
    if kind is not Kind.ERASURE and not words:
        refuse("words-needed")
    if (kind is Kind.CORRECTION) != (fact is not None) or (fact is not None and fact not in FACTS):
        refuse("bad-choice", field="fact")
    # The person's row is the lock: two presses of a button are looked at one after the other.
    session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
    mine = session.scalars(
        sa.select(PersonRequest).where(
            PersonRequest.person_id == person.id, PersonRequest.state == State.OPEN
        )
    ).all()
    proposal_id = proposal.id if proposal is not None else None
    for each in mine:
        same = (each.kind, each.fact, each.proposal_id) == (kind, fact, proposal_id)
        if same and (kind is Kind.ERASURE or each.words == words):
            return each
    if len(mine) >= OPEN_AT_MOST:
        refuse("too-many-requests", limit=OPEN_AT_MOST)
    made = PersonRequest(
        person_id=person.id,
        proposal_id=proposal_id,
        kind=kind,
        fact=fact,
        words=words,
        state=State.OPEN,
        made_on=on,
        due_on=due(kind, on),
    )
    session.add(made)
    session.flush()
    _note(session, person, f"{'own' if actor_id is None else 'request'}.{kind}", actor_id, at, fact=fact)
    return made


def close(
    session: Session,
    actor: scope.Actor,
    request: PersonRequest,
    state: State,
    answer: str,
    *,
    on: date,
    at: datetime,
) -> bool:
    """Answer a request, done or refused; whether a message tells the person (else somebody has to call).

    Raises Conflict("request-closed") when somebody was faster, InvalidInput: words are missing, or a file that still
    exists is said to be erased.
    """
    answer = answer.strip()
    if not answer and (state is State.REFUSED or request.kind is Kind.QUESTION):
        refuse("words-needed")
    if request.kind is Kind.ERASURE and state is State.DONE:
        refuse("erasure-not-made")
    taken = session.execute(
        sa.update(PersonRequest)
        .where(PersonRequest.id == request.id, PersonRequest.state == State.OPEN)
        .values(state=state, closed_on=on, closed_by_id=actor.id, answer=answer or None)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("request-closed")
    session.refresh(request)
    person = session.get_one(Person, request.person_id)
    message = outbox.queue(
        session,
        "request_answered",
        subject=("person_request", request.id),
        address=contacts.person_address(person),
        on=on,
        at=at,
        person_id=person.id,
        sender_id=actor.id,
        arguments={"kind": str(request.kind), "state": str(state)},
    )
    _note(session, person, f"request.{state}", actor.id, at, kind=str(request.kind))
    return message is not None


def lines(actor: scope.Actor) -> sa.Select[Any]:
    """Rows of `line`: requests of the caseload."""
    return _with_names(scope.requests(actor))


def line(row: Any) -> Line:
    request, person, title, by = row
    return Line(request, person.public_id, full_name(person), title, by)


def open_requests(session: Session, actor: scope.Actor, *, limit: int) -> tuple[int, Sequence[Line]]:
    """How many wait for an answer, and those due first. Two queries."""
    mine = scope.requests(actor).where(PersonRequest.state == State.OPEN)
    count = session.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
    found = session.execute(_with_names(mine).order_by(PersonRequest.due_on, PersonRequest.id).limit(limit))
    return count, [line(row) for row in found]


def of_person(session: Session, person_id: int) -> Sequence[Line]:
    """Every request of a person, the open ones first, then the latest. One query."""
    query = _with_names(sa.select(PersonRequest).where(PersonRequest.person_id == person_id))
    waits = PersonRequest.state == State.OPEN
    return [line(row) for row in session.execute(query.order_by(waits.desc(), PersonRequest.id.desc()))]


def recipients(session: Session, person_id: int) -> Sequence[Recipient]:
    """Employers who received something of the person, the latest first. One query."""
    rows = session.execute(
        sa.select(Organisation.name, Offer.title, Release.released_on)
        .join(Offer, Offer.organisation_id == Organisation.id)
        .join(MatchProposal, MatchProposal.offer_id == Offer.id)
        .join(Release, Release.proposal_id == MatchProposal.id)
        .where(MatchProposal.person_id == person_id)
        .order_by(Release.released_on.desc(), Release.id.desc())
    )
    return [Recipient(*row) for row in rows]


def _with_names(query: sa.Select[Any]) -> sa.Select[Any]:
    return (
        query.join(Person, Person.id == PersonRequest.person_id)
        .outerjoin(MatchProposal, MatchProposal.id == PersonRequest.proposal_id)
        .outerjoin(Offer, Offer.id == MatchProposal.offer_id)
        .outerjoin(User, User.id == PersonRequest.closed_by_id)
        .add_columns(Person, Offer.title, User.name)
    )


def _note(
    session: Session, person: Person, action: str, actor_id: int | None, at: datetime, **details: Any
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind="person",
        subject_id=str(person.public_id),
        details={name: value for name, value in details.items() if value is not None},
    )
