"""What the pages of aided contracts read: the list with its current agreement, and what is due."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import milestones, placement_queries
from .agreement_guards import aided
from .placement_guards import UNDER_CONTRACT
from .store import scope
from .store.follow_up import AidAgreement
from .store.organisations import Organisation
from .store.people import Person, full_name
from .store.placements import AidMilestone, Placement

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: What calls for somebody before an agreement ends (the programme files' kinds).
REVIEW, RENEWAL = "agreement-review", "renewal"


@dataclass(frozen=True, slots=True)
class Due:
    """A bilan to hold or a renewal to ask for; `closes_on`: the last day of the agreement."""

    placement_id: uuid.UUID
    person_id: uuid.UUID
    person: str
    organisation: str
    programme: str
    kind: str
    number: int
    due_on: date
    closes_on: date | None


def due(session: Session, actor: scope.Actor, until: date, *, on: date) -> list[Due]:
    """Bilans and renewals of the caseload called by `until` and still in time on `on`, soonest first. One query."""
    rows = session.execute(
        scope.placements(actor)
        .join(AidMilestone, AidMilestone.placement_id == Placement.id)
        .join(Person, Person.id == Placement.person_id)
        .join(Organisation, Organisation.id == Placement.organisation_id)
        .where(_called(until, on))
        .order_by(AidMilestone.due_on, Placement.id, AidMilestone.kind)
        .add_columns(AidMilestone, Person, Organisation.name)
    )
    return [
        Due(
            row.Placement.public_id,
            row.Person.public_id,
            full_name(row.Person),
            row.name,
            row.Placement.programme or "",
            row.AidMilestone.kind,
            row.AidMilestone.number,
            row.AidMilestone.due_on,
            row.AidMilestone.window_closes_on,
        )
        for row in rows
    ]


def listed(actor: scope.Actor, book: ProgrammeBook) -> sa.Select[Any]:
    """The aided contracts of the caseload, a row each: whose, where, the last agreement (None: none yet), how many, the
    last day for what is called."""
    last = (
        sa.select(
            AidAgreement.placement_id,
            sa.func.max(AidAgreement.number).label("number"),
            sa.func.count().label("count"),
        )
        .group_by(AidAgreement.placement_id)
        .subquery()
    )
    current = sa.orm.aliased(AidAgreement)
    return (
        placement_queries.with_names(actor)
        .where(Placement.programme.in_(aided(book)))
        .outerjoin(last, last.c.placement_id == Placement.id)
        .outerjoin(
            current,
            sa.and_(current.placement_id == Placement.id, current.number == last.c.number),
        )
        .add_columns(
            current.number,
            current.starts_on.label("agreement_starts_on"),
            current.ends_on,
            current.rate_bp,
            current.weekly_hours.label("aided_hours"),
            current.reference,
            current.review_on,
            sa.func.coalesce(last.c.count, 0).label("count"),
            next_day().label("next_day"),
        )
    )


def next_day() -> sa.ColumnElement[date]:
    """The last day of the first bilan or renewal that waits."""
    first: sa.ColumnElement[date] = (
        sa.select(sa.func.min(milestones.last_day()))
        .where(
            AidMilestone.placement_id == Placement.id,
            AidMilestone.kind.in_((REVIEW, RENEWAL)),
            AidMilestone.state.in_(milestones.WITHOUT_PAPER),
        )
        .correlate(Placement)
        .scalar_subquery()
    )
    return first


def calls(kind: str, until: date, on: date) -> sa.ColumnElement[bool]:
    """Contracts whose bilan, or renewal, is called by that day."""
    return Placement.id.in_(
        sa.select(AidMilestone.placement_id).where(_called(until, on), AidMilestone.kind == kind)
    )


def without_agreement() -> sa.ColumnElement[bool]:
    """Contracts under way whose first agreement nobody has noted."""
    return sa.and_(
        Placement.state.in_(UNDER_CONTRACT), Placement.id.not_in(sa.select(AidAgreement.placement_id))
    )


def _called(until: date, on: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        AidMilestone.kind.in_((REVIEW, RENEWAL)),
        AidMilestone.state.in_(milestones.WITHOUT_PAPER),
        AidMilestone.due_on <= until,
        milestones.in_time(on),
    )
