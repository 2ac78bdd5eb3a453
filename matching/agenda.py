"""What waits for an advisor today, each line with its deadline: the answers of the people, the employers, the offers.

Rights that close, contracts and milestones are in `deadlines`. Deadlines of proposals are computed from their dates and
the delays of `proposal_guards`, never stored.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import proposals, workdays
from .proposal_guards import EMPLOYER_SILENCE, PERSON_SILENCE
from .store import scope
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.organisations import Offer, Organisation
from .store.people import Person, full_name
from .store.placements import Placement
from .vocabulary import OfferState, ProposalState

#: Working days within which the next step of a proposal is taken once the former one is.
NEXT_STEP_DAYS = 2


class Waiting(StrEnum):
    """What a proposal waits for, in the order of its life."""

    CONTACT = "contact"
    PERSON = "person"
    SEND = "send"
    EMPLOYER = "employer"
    OPEN = "open"
    WAKE = "wake"


@dataclass(frozen=True, slots=True)
class ToExamine:
    """Proposals of one offer that nobody has looked at yet."""

    offer: uuid.UUID
    title: str
    organisation: str
    count: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of one proposal."""

    proposal: uuid.UUID
    offer: uuid.UUID
    person: uuid.UUID
    name: str
    title: str
    organisation: str
    waiting: Waiting
    since_on: date
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


def steps(session: Session, actor: scope.Actor, *, on: date) -> Sequence[Step]:
    """The next step of every proposal decided on, soonest deadline first. Two queries, whatever their number."""
    live = (
        ProposalState.APPROVED,
        ProposalState.PERSON_ASKED,
        ProposalState.AGREED,
        ProposalState.SENT,
        ProposalState.INTERVIEW,
        ProposalState.SELECTED,
        ProposalState.DEFERRED,
    )
    mine = scope.proposals(actor).where(MatchProposal.state.in_(live)).subquery()
    proposal = sa.orm.aliased(MatchProposal, mine)
    decided = (
        sa.select(ReviewDecision.proposal_id, sa.func.max(ReviewDecision.decided_on).label("on"))
        .where(ReviewDecision.proposal_id.in_(sa.select(mine.c.id)))
        .group_by(ReviewDecision.proposal_id)
        .subquery()
    )
    query = (
        sa.select(proposal, Offer, Organisation.name, Person, decided.c.on, Release.released_on)
        .join(Offer, Offer.id == proposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .join(Person, Person.id == proposal.person_id)
        .outerjoin(decided, decided.c.proposal_id == proposal.id)
        .outerjoin(Release, Release.proposal_id == proposal.id)
        # A placement takes over from its proposal.
        .where(~sa.exists().where(Placement.proposal_id == proposal.id))
    )
    found = []
    for row, offer, organisation, person, decided_on, released_on in session.execute(query):
        since = decided_on or row.proposed_on
        waiting, due = _deadline(row, since, released_on)
        if waiting is Waiting.WAKE and due > on:
            continue
        found.append(
            Step(
                row.public_id,
                offer.public_id,
                person.public_id,
                full_name(person),
                offer.title,
                organisation,
                waiting,
                since,
                due,
            )
        )
    return sorted(found, key=lambda step: (step.due_on, step.name, str(step.proposal)))


def _deadline(proposal: MatchProposal, since: date, released_on: date | None) -> tuple[Waiting, date]:
    match proposal.state:
        case ProposalState.APPROVED:
            return Waiting.CONTACT, workdays.after(since, NEXT_STEP_DAYS)
        case ProposalState.PERSON_ASKED:
            return Waiting.PERSON, workdays.after(proposal.asked_on or since, PERSON_SILENCE)
        case ProposalState.AGREED:
            return Waiting.SEND, workdays.after(proposal.answered_on or since, NEXT_STEP_DAYS)
        case ProposalState.SELECTED:
            return Waiting.OPEN, proposal.expected_start_on or workdays.after(since, NEXT_STEP_DAYS)
        case ProposalState.DEFERRED:
            return Waiting.WAKE, proposal.wake_on or since
        case _:
            return Waiting.EMPLOYER, workdays.after(released_on or since, EMPLOYER_SILENCE)


def incomplete_offers(session: Session, actor: scope.Actor) -> Sequence[Incomplete]:
    """Offers that wait in `to_complete`, longest first. One query."""
    mine = scope.offers_to_edit(actor).where(Offer.state == OfferState.TO_COMPLETE).subquery()
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
