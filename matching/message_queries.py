"""Messages on screen: the list, what did not leave, what became of those about a proposal. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from . import contacts, outbox, telling
from .store import scope
from .store.accounts import User
from .store.matches import MatchProposal, Release
from .store.messages import OutgoingMessage
from .store.organisations import Offer, Organisation
from .store.people import Person
from .store.placements import AidMilestone, Placement
from .vocabulary import MessageState as State

#: The account a message is for; another may have signed it.
RECIPIENT = aliased(User)


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that did not leave and waits for somebody; `name`: whom it is for."""

    public_id: uuid.UUID
    kind: str
    name: str | None
    error_code: str | None
    due_at: datetime


def listed(actor: scope.Actor) -> sa.Select[Any]:
    """Messages of the scope, each with the person, the organisation and the account it is for."""
    return (
        scope.messages(actor)
        .outerjoin(Person, Person.id == OutgoingMessage.person_id)
        .outerjoin(Organisation, Organisation.id == OutgoingMessage.organisation_id)
        .outerjoin(RECIPIENT, RECIPIENT.id == OutgoingMessage.user_id)
        .add_columns(Person, Organisation.name.label("organisation"), RECIPIENT.name.label("recipient"))
    )


#: Lists people by name.
NAMING = frozenset({"candidates", "remind_employer"})
#: About a person, read by the employer.
TO_EMPLOYER = frozenset({"candidate_gone", "aid_notice"})


def recipient(
    message: OutgoingMessage, person: Person | None, organisation: str | None, account: str | None
) -> str | None:
    """Whom a message is for, by name."""
    if person is not None and message.kind not in TO_EMPLOYER and account is None:
        return f"{person.given_names} {person.family_name}".strip()
    return organisation or account


def failures(session: Session, actor: scope.Actor, *, limit: int) -> Sequence[Failure]:
    """Messages that failed for good, latest first. One query."""
    rows = session.execute(
        listed(actor)
        .where(OutgoingMessage.state == State.FAILED)
        .order_by(OutgoingMessage.due_at.desc(), OutgoingMessage.id.desc())
        .limit(limit)
    )
    return [
        Failure(
            message.public_id,
            message.kind,
            recipient(message, person, organisation, account),
            message.error_code,
            message.due_at,
        )
        for message, person, organisation, account in rows
    ]


def counts(session: Session, actor: scope.Actor) -> Mapping[State, int]:
    """How many messages of the scope are in each state. One query."""
    mine = scope.messages(actor).with_only_columns(OutgoingMessage.state).subquery()
    return {
        State(row[0]): row[1]
        for row in session.execute(sa.select(mine.c.state, sa.func.count()).group_by(mine.c.state))
    }


def of_proposals(session: Session, proposal_ids: Sequence[int]) -> dict[int, OutgoingMessage]:
    """The last question that was, or is to be, asked of the person of each proposal. One query."""
    return outbox.last_of(session, telling.QUESTIONS, "proposal", proposal_ids)


def address_now(session: Session, message: OutgoingMessage) -> str | None:
    """Where that message would go today: the address may have been corrected since it was written."""
    if message.user_id is not None:
        return session.scalar(sa.select(User.email).where(User.id == message.user_id, User.active))
    if message.person_id is not None and message.kind not in TO_EMPLOYER:
        return session.get_one(Person, message.person_id).email
    offer_id = message.subject_id if message.subject_kind == "offer" else None
    if message.subject_kind == "proposal":
        offer_id = session.get_one(MatchProposal, message.subject_id).offer_id
    elif message.subject_kind == "milestone":
        row = session.get_one(AidMilestone, message.subject_id)
        offer_id = session.get_one(Placement, row.placement_id).offer_id
    if offer_id is not None:
        found = contacts.employer_address(session, session.get_one(Offer, offer_id))
        if found is not None:
            return found
    if message.organisation_id is not None and message.subject_kind != "invitation":
        return contacts.house_addresses(session, [message.organisation_id]).get(message.organisation_id)
    return message.address


def names_others(session: Session, actor: scope.Actor, message: OutgoingMessage) -> bool:
    """Whether its words may name people of another caseload: one message lists all who were sent for an offer."""
    if message.kind not in NAMING:
        return False
    own = scope.people(actor).with_only_columns(Person.id)
    sent = sa.exists().where(
        MatchProposal.offer_id == message.subject_id,
        MatchProposal.id == Release.proposal_id,
        MatchProposal.person_id.not_in(own),
    )
    return bool(session.scalar(sa.select(sent)))


def signer(session: Session, message: OutgoingMessage) -> str | None:
    """Who signs it, by name; None: the house."""
    return session.scalar(sa.select(User.name).where(User.id == message.sender_id))
