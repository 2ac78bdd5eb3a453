"""What the pages of hires read: the list, one dossier with its steps and milestones."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import check_ins, commitments, milestones, placement_effects as effects, proposals, suspensions
from .errors import NotFound
from .store import scope
from .store.accounts import User
from .store.follow_up import CheckIn, Suspension, Training
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation
from .store.people import Person
from .store.placements import AidMilestone, Placement, PlacementEvent
from .vocabulary import PROMISED_PLACEMENTS, MilestoneState, PlacementState

#: Before the signature.
BEFORE = (PlacementState.PROPOSED, *PROMISED_PLACEMENTS)


@dataclass(frozen=True, slots=True)
class Line:
    """A step that was taken, and by whom (None: the clock or the matcher)."""

    event: PlacementEvent
    who: str | None


@dataclass(frozen=True, slots=True)
class Hire:
    """A placement with all that its page shows."""

    placement: Placement
    person: Person
    organisation: Organisation
    offer: Offer | None
    events: tuple[Line, ...]
    milestones: tuple[AidMilestone, ...]
    check_ins: tuple[CheckIn, ...]
    trainings: tuple[Training, ...]
    suspensions: tuple[Suspension, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selected proposal, ready for its hire. `rivals`: others live for the offer; `elsewhere`: for the person."""

    proposal: MatchProposal
    person: Person
    offer: Offer
    organisation: Organisation
    rivals: int
    elsewhere: int
    placement_id: uuid.UUID | None

    @property
    def posts_left(self) -> int:
        return self.offer.positions - self.offer.posts_filled


@dataclass(frozen=True, slots=True)
class Columns:
    """Expressions of the list on a day, to show and to sort by."""

    next_day: sa.ColumnElement[date]
    due_cents: sa.ColumnElement[int]
    asked_cents: sa.ColumnElement[int]
    repay_cents: sa.ColumnElement[int]


def columns(on: date) -> Columns:
    """`next_day`: of the milestone or the step of the contract that comes first; `due_cents`: due by then, not paid."""
    first = _of_milestones(sa.func.min(milestones.last_day()), milestones.waiting(on))
    step = sa.case(
        (Placement.state.in_((*BEFORE[1:], PlacementState.SIGNED)), Placement.starts_on),
        (Placement.state == PlacementState.STARTED, Placement.trial_end_on),
        (Placement.state == PlacementState.RUNNING, Placement.planned_end_on),
    )
    total = sa.func.coalesce(sa.func.sum(AidMilestone.amount_cents), 0)
    return Columns(
        next_day=sa.case((first.is_(None), step), (step.is_(None), first), (step < first, step), else_=first),
        due_cents=_of_milestones(
            total,
            AidMilestone.due_on <= on,
            sa.or_(milestones.waiting(on), AidMilestone.state == MilestoneState.ASKED),
        ),
        asked_cents=_of_milestones(total, AidMilestone.state == MilestoneState.ASKED),
        repay_cents=_of_milestones(total, AidMilestone.state == MilestoneState.TO_REPAY),
    )


def with_names(actor: scope.Actor) -> sa.Select[Any]:
    """Placements of the caseload with whom, where and for which offer."""
    return (
        scope.placements(actor)
        .join(Person, Person.id == Placement.person_id)
        .join(Organisation, Organisation.id == Placement.organisation_id)
        .outerjoin(Offer, Offer.id == Placement.offer_id)
        .add_columns(
            Person.public_id.label("person_id"),
            Person.given_names,
            Person.family_name,
            Organisation.name.label("organisation"),
            Offer.title,
        )
    )


def listed(actor: scope.Actor, shown: Columns) -> sa.Select[Any]:
    """The hires of the caseload, a row each."""
    return with_names(actor).add_columns(
        shown.next_day.label("next_day"),
        shown.due_cents.label("due_cents"),
        shown.asked_cents.label("asked_cents"),
        shown.repay_cents.label("repay_cents"),
    )


def hire(session: Session, actor: scope.Actor, public_id: uuid.UUID) -> Hire:
    """One hire of the caseload with its steps, latest first, its aid and what follows it. Eight queries.

    Raises NotFound.
    """
    placement = scope.one(session, scope.placements(actor), Placement.public_id == public_id)
    return _whole(session, placement)


def _whole(session: Session, placement: Placement) -> Hire:
    found = session.execute(
        sa.select(Person, Organisation, Offer)
        .select_from(Placement)
        .join(Person, Person.id == Placement.person_id)
        .join(Organisation, Organisation.id == Placement.organisation_id)
        .outerjoin(Offer, Offer.id == Placement.offer_id)
        .where(Placement.id == placement.id)
    ).one()
    events = session.execute(
        sa.select(PlacementEvent, User.name)
        .outerjoin(User, User.id == PlacementEvent.actor_id)
        .where(PlacementEvent.placement_id == placement.id)
        .order_by(PlacementEvent.id.desc())
    )
    return Hire(
        placement,
        found.Person,
        found.Organisation,
        found.Offer,
        tuple(Line(event, who) for event, who in events),
        tuple(milestones.of(session, placement.id)),
        tuple(check_ins.of(session, placement.id)),
        tuple(commitments.trainings(session, placement.id)),
        tuple(suspensions.of(session, placement.id)),
    )


def proposal_of(session: Session, placement: Placement) -> uuid.UUID | None:
    """The public id of the proposal that led there."""
    return session.scalar(sa.select(MatchProposal.public_id).where(MatchProposal.id == placement.proposal_id))


def chosen(session: Session, actor: scope.Actor, public_id: uuid.UUID) -> Chosen:
    """A proposal of the caseload with whom and what it is about. Raises NotFound."""
    query = scope.proposals(actor).where(MatchProposal.public_id == public_id)
    found = session.execute(
        query.join(Person, Person.id == MatchProposal.person_id)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .outerjoin(Placement, Placement.proposal_id == MatchProposal.id)
        .add_columns(Person, Offer, Organisation, Placement.public_id.label("placement_id"))
    ).one_or_none()
    if found is None:
        raise NotFound("not-found")
    proposal = found.MatchProposal
    return Chosen(
        proposal,
        found.Person,
        found.Offer,
        found.Organisation,
        rivals=len(effects.rivals(session, found.Offer.id, proposal.id)),
        elsewhere=sum(row.id != proposal.id for row in proposals.live_of(session, person_id=found.Person.id)),
        placement_id=found.placement_id,
    )


def _of_milestones(what: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return (
        sa.select(what)
        .where(AidMilestone.placement_id == Placement.id, *conditions)
        .correlate(Placement)
        .scalar_subquery()
    )
