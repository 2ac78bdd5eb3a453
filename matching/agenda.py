"""What waits for an advisor today, each line with its deadline: offers to examine, files and offers to complete.

The next step of each proposal is in `next_steps`; rights that close, contracts and milestones are in `deadlines`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import contacts, proposals
from .offer_clock import NOTICES
from .store import scope
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer, Organisation
from .store.people import Person
from .store.placements import Placement
from .vocabulary import PURSUED_PROPOSALS, OfferState, ProposalState


@dataclass(frozen=True, slots=True)
class ToExamine:
    """Proposals of one offer that nobody has looked at yet."""

    offer: uuid.UUID
    title: str
    organisation: str
    count: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An offer that waits for something before anybody is proposed for it."""

    offer: uuid.UUID
    title: str
    organisation: str
    missing: tuple[str, ...]
    since_on: date | None


@dataclass(frozen=True, slots=True)
class Resting:
    """An offer past its last day, or about to be and its employer cannot be told; `live`: people who wait with it."""

    offer: uuid.UUID
    title: str
    organisation: str
    last_day: date
    lapsed: bool
    live: int


@dataclass(frozen=True, slots=True)
class Open:
    """A person whose live proposals hang on facts that nobody has given."""

    person: uuid.UUID
    name: str
    proposals: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Last:
    """Where an examination was left: the offer of one's last decision, and what is still to be examined there."""

    offer: uuid.UUID
    title: str
    decided: int
    left: int


@dataclass(frozen=True, slots=True)
class Month:
    """People of the caseload since the first of the month."""

    proposed: int
    met: int
    hired: int


def to_examine(session: Session, actor: scope.Actor) -> Sequence[ToExamine]:
    """Offers with proposals to examine, oldest promise first. One query."""
    listed = scope.proposals(actor).where(MatchProposal.state == ProposalState.TO_REVIEW).subquery()
    due = sa.func.min(sa.func.coalesce(listed.c.due_on, listed.c.proposed_on))
    query = (
        sa.select(Offer.public_id, Offer.title, Organisation.name, sa.func.count(), due)
        .join(listed, listed.c.offer_id == Offer.id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .group_by(Offer.id, Offer.public_id, Offer.title, Organisation.name)
        .order_by(due, Offer.title, Offer.id)
    )
    return [ToExamine(*row) for row in session.execute(query)]


def incomplete_offers(session: Session, actor: scope.Actor) -> Sequence[Incomplete]:
    """Offers that wait in `to_complete`, longest first. One query."""
    return _offers_in(session, actor, OfferState.TO_COMPLETE)


def offers_to_read(session: Session, actor: scope.Actor) -> Sequence[Incomplete]:
    """Offers that an employer sent and nobody has read, longest first. One query."""
    return _offers_in(session, actor, OfferState.SUBMITTED)


def _offers_in(session: Session, actor: scope.Actor, state: OfferState) -> Sequence[Incomplete]:
    mine = scope.offers_to_edit(actor).where(Offer.state == state).subquery()
    offer = sa.orm.aliased(Offer, mine)
    query = (
        sa.select(offer, Organisation.name)
        .join(Organisation, Organisation.id == offer.organisation_id)
        .order_by(offer.submitted_on, offer.id)
    )
    return [
        Incomplete(
            row.public_id, row.title, name, tuple(row.missing), row.submitted_on or row.created_at_source_on
        )
        for row, name in session.execute(query)
    ]


def resting_offers(session: Session, actor: scope.Actor, *, on: date) -> Sequence[Resting]:
    """Lapsed offers that somebody waits for, and open ones about to lapse whose employer nobody can write to.

    Longest first. Three queries at most.
    """
    mine = scope.offers_to_edit(actor).subquery()
    offer = sa.orm.aliased(Offer, mine)
    live = (
        sa.select(sa.func.count())
        .where(MatchProposal.offer_id == offer.id, MatchProposal.state.in_(PURSUED_PROPOSALS))
        .scalar_subquery()
    )
    soon = sa.and_(offer.state == OfferState.OPEN, offer.review_by <= on + timedelta(days=NOTICES[0]))
    query = (
        sa.select(offer, Organisation.name, live.label("live"))
        .join(Organisation, Organisation.id == offer.organisation_id)
        .where(sa.or_(sa.and_(offer.state == OfferState.LAPSED, live > 0), soon))
        .order_by(offer.review_by, offer.id)
    )
    rows = session.execute(query).all()
    addresses = contacts.employer_addresses(
        session, [row[0] for row in rows if row[0].state is OfferState.OPEN]
    )
    return [
        Resting(row.public_id, row.title, name, row.review_by or on, row.state is OfferState.LAPSED, count)
        for row, name, count in rows
        if row.id not in addresses
    ]


def open_rights(session: Session, actor: scope.Actor, *, limit: int) -> tuple[int, Sequence[Open]]:
    """How many people have proposals whose right is not established, and those due first. Two queries."""
    mine = (
        scope.proposals(actor)
        .where(MatchProposal.state == ProposalState.TO_REVIEW, MatchProposal.verdict == 0)
        .subquery()
    )
    due = sa.func.min(sa.func.coalesce(mine.c.due_on, mine.c.proposed_on))
    query = (
        sa.select(Person.public_id, Person.given_names, Person.family_name, sa.func.count(), due)
        .join(mine, mine.c.person_id == Person.id)
        .group_by(Person.id, Person.public_id, Person.given_names, Person.family_name)
    )
    count = session.scalar(sa.select(sa.func.count(sa.distinct(mine.c.person_id)))) or 0
    first = session.execute(query.order_by(due, sa.func.count().desc(), Person.id).limit(limit))
    return count, [Open(row[0], f"{row[1]} {row[2]}".strip(), row[3], row[4]) for row in first]


def left_at(session: Session, actor: scope.Actor) -> Last | None:
    """Where this advisor's last examination stopped; None when nothing is left there. Two queries."""
    last = session.execute(
        sa.select(Offer.id, Offer.public_id, Offer.title)
        .join(MatchProposal, MatchProposal.offer_id == Offer.id)
        .join(ReviewDecision, ReviewDecision.proposal_id == MatchProposal.id)
        .where(
            ReviewDecision.actor_id == actor.id,
            ReviewDecision.from_state.in_((ProposalState.TO_REVIEW, ProposalState.DEFERRED)),
        )
        .order_by(ReviewDecision.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return None
    mine = scope.proposals(actor).where(MatchProposal.offer_id == last.id).subquery()
    waiting = sa.func.coalesce(sa.func.sum(sa.case((mine.c.state == ProposalState.TO_REVIEW, 1), else_=0)), 0)
    counted = session.execute(sa.select(sa.func.count(), waiting).select_from(mine)).one()
    left = int(counted[1])
    return Last(last.public_id, last.title, int(counted[0]) - left, left) if left else None


def month(session: Session, actor: scope.Actor, *, on: date) -> Month:
    """What became of the caseload since the first of the month. Two queries."""
    first = on.replace(day=1)
    actions = (proposals.ProposalAction.APPROVE, proposals.ProposalAction.INTERVIEW)
    mine = scope.proposals(actor).subquery()
    counts = session.execute(
        sa.select(ReviewDecision.action, sa.func.count(sa.distinct(mine.c.person_id)))
        .join(mine, mine.c.id == ReviewDecision.proposal_id)
        .where(ReviewDecision.decided_on.between(first, on), ReviewDecision.action.in_(actions))
        .group_by(ReviewDecision.action)
    )
    counted = {row[0]: row[1] for row in counts}
    placed = scope.placements(actor).where(Placement.signed_on.between(first, on)).subquery()
    hired = session.scalar(sa.select(sa.func.count(sa.distinct(placed.c.person_id)))) or 0
    return Month(counted.get(actions[0], 0), counted.get(actions[1], 0), hired)
