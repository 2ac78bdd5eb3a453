"""Where a message goes: the address of an employer for an offer, of a person who agreed to be written to; who signs it.

None: nobody can be written to, and an advisor is told instead. Nothing here is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.accounts import User
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.organisations import Offer, OfferEvent, Organisation
from .store.people import Person
from .vocabulary import Role


def employer_address(session: Session, offer: Offer) -> str | None:
    """Where the employer of an offer reads its messages: the offer's contact, else the house's, else an account."""
    return employer_addresses(session, [offer]).get(offer.id)


def employer_addresses(session: Session, offers: Iterable[Offer]) -> dict[int, str]:
    """The same by key of the offer; no line for an employer that cannot be written to. Two queries at most."""
    listed = list(offers)
    houses = house_addresses(session, {offer.organisation_id for offer in listed if not offer.contact_email})
    found = {offer.id: offer.contact_email or houses.get(offer.organisation_id) for offer in listed}
    return {key: address for key, address in found.items() if address}


def house_addresses(session: Session, organisation_ids: Iterable[int]) -> dict[int, str]:
    """The address of each organisation that has one: its contact's, else that of its oldest open account."""
    ids = set(organisation_ids)
    if not ids:
        return {}
    accounts = session.execute(
        sa.select(User.organisation_id, User.email)
        .where(User.organisation_id.in_(ids), User.role == Role.EMPLOYER, User.active)
        .order_by(User.id.desc())
    )
    found = {row.organisation_id: row.email for row in accounts}
    contacts = session.execute(
        sa.select(Organisation.id, Organisation.contact_email).where(Organisation.id.in_(ids))
    )
    return found | {row.id: row.contact_email for row in contacts if row.contact_email}


def person_address(person: Person) -> str | None:
    """The e-mail of a person who agreed to be written to; None otherwise."""
    return person.email if person.contact_agreed and person.email else None


def signers_of_proposals(session: Session, proposal_ids: Iterable[int]) -> dict[int, int]:
    """The advisor who took the last step of each proposal, else the one who follows the person. Two queries."""
    ids = list(proposal_ids)
    caseload = session.execute(
        sa.select(MatchProposal.id, Person.caseload_user_id)
        .join(Person, Person.id == MatchProposal.person_id)
        .where(MatchProposal.id.in_(ids), Person.caseload_user_id.is_not(None))
    )
    steps = session.execute(
        sa.select(ReviewDecision.proposal_id, ReviewDecision.actor_id)
        .join(User, User.id == ReviewDecision.actor_id)
        .where(ReviewDecision.proposal_id.in_(ids), User.role == Role.ADVISOR)
        .order_by(ReviewDecision.id)
    )
    return _latest(caseload, steps)


def signers_of_offers(session: Session, offer_ids: Iterable[int]) -> dict[int, int]:
    """The advisor who answers for each offer: who sent its employer somebody last, else who dealt with it last.

    No line for an offer that no advisor ever touched. Two queries.
    """
    ids = list(offer_ids)
    dealt = session.execute(
        sa.select(OfferEvent.offer_id, OfferEvent.actor_id)
        .join(User, User.id == OfferEvent.actor_id)
        .where(OfferEvent.offer_id.in_(ids), User.role == Role.ADVISOR)
        .order_by(OfferEvent.id)
    )
    sent = session.execute(
        sa.select(MatchProposal.offer_id, Release.decided_by_id)
        .join(Release, Release.proposal_id == MatchProposal.id)
        .where(MatchProposal.offer_id.in_(ids))
        .order_by(Release.id)
    )
    return _latest(dealt, sent)


def _latest(*found: Iterable[Any]) -> dict[int, int]:
    """The last account named for each key."""
    return {key: user for rows in found for key, user in rows}
