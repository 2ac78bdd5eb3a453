"""Contracts and the payments of their aid."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import CONTRACT_KINDS, ENGAGED_PLACEMENTS, MilestoneState, PlacementState
from .base import KEEP_PLACEMENT, Row, code, one_of, owns, personal, plain, public_id, refers

ENGAGED = one_of("state", ENGAGED_PLACEMENTS)
FOLLOW = "to follow the contract to the last payment of its aid"


class Placement(Row):
    """From the promise of a post to the end of the contract. `snapshot`: the rights as judged that day, frozen."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.CheckConstraint("ended_on IS NULL OR starts_on IS NULL OR ended_on >= starts_on", name="order"),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="end"),
        sa.CheckConstraint(one_of("contract_kind", CONTRACT_KINDS), name="contract_kind"),
        sa.CheckConstraint("months IS NULL OR months > 0", name="months"),
        sa.CheckConstraint("weekly_hours IS NULL OR weekly_hours > 0", name="weekly_hours"),
        sa.CheckConstraint(
            "trial_end_on IS NULL OR starts_on IS NULL OR trial_end_on >= starts_on", name="trial"
        ),
        sa.Index(
            "uq_placement_engaged",
            "person_id",
            unique=True,
            sqlite_where=sa.text(ENGAGED),
            postgresql_where=sa.text(ENGAGED),
        ),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    proposal_id: Mapped[int | None] = refers("match_proposal.id", optional=True, index=False, unique=True)
    person_id: Mapped[int] = owns("person.id", purpose=FOLLOW, keep=KEEP_PLACEMENT)
    organisation_id: Mapped[int] = refers("organisation.id")
    offer_id: Mapped[int | None] = refers("offer.id", optional=True)
    programme: Mapped[str | None] = plain(sa.String(60))
    contract_kind: Mapped[str] = plain(sa.String(3))
    months: Mapped[int | None] = plain(sa.SmallInteger)
    weekly_hours: Mapped[float | None] = plain(sa.Float)
    state: Mapped[PlacementState] = plain(code(PlacementState), index=True)
    proposed_on: Mapped[date] = plain(sa.Date)
    promised_on: Mapped[date | None] = plain(sa.Date)
    aid_requested_on: Mapped[date | None] = plain(sa.Date)
    aid_decision_on: Mapped[date | None] = plain(sa.Date)
    aid_number: Mapped[str | None] = plain(sa.String(40))
    signed_on: Mapped[date | None] = plain(sa.Date, index=True)
    starts_on: Mapped[date | None] = plain(sa.Date)
    trial_end_on: Mapped[date | None] = plain(sa.Date)
    planned_end_on: Mapped[date | None] = plain(sa.Date)
    ended_on: Mapped[date | None] = plain(sa.Date)
    end_reason: Mapped[str | None] = personal(sa.String(40), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    #: Why an employer ended it (placement_guards.MOTIVES); decides what becomes of the aid.
    end_motive: Mapped[str | None] = personal(sa.String(24), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    end_situation: Mapped[str | None] = personal(sa.String(24), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    #: Who accompanies the person in the post; as in the offer unless it changed.
    tutor: Mapped[str | None] = personal(sa.String(255), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    snapshot: Mapped[dict[str, Any]] = personal(sa.JSON, purpose=FOLLOW, keep=KEEP_PLACEMENT, default=dict)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class PlacementEvent(Row):
    """One row a transition of a placement (workflow.md iii)."""

    __tablename__ = "placement_event"

    placement_id: Mapped[int] = refers("placement.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    from_state: Mapped[PlacementState | None] = plain(code(PlacementState, "from_state"))
    to_state: Mapped[PlacementState] = plain(code(PlacementState, "to_state"))
    reason: Mapped[str | None] = personal(sa.String(255), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    #: As whom (Party): who answers by a link has no account.
    party: Mapped[str | None] = plain(sa.String(16))
    told: Mapped[bool] = plain(sa.Boolean, default=False, purpose="the outside knows: no undo")
    done_on: Mapped[date] = plain(sa.Date)


class AidMilestone(Row):
    """A payment or a paper of the aid, due on a day; amount in cents (0: a paper only)."""

    __tablename__ = "aid_milestone"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "kind", "number"),
        sa.CheckConstraint("amount_cents >= 0", name="amount"),
        sa.CheckConstraint(
            "window_closes_on IS NULL OR window_opens_on IS NULL OR window_closes_on >= window_opens_on",
            name="window",
        ),
    )

    placement_id: Mapped[int] = refers("placement.id", index=False)
    kind: Mapped[str] = plain(sa.String(40))
    number: Mapped[int] = plain(sa.SmallInteger)
    due_on: Mapped[date] = plain(sa.Date, index=True)
    window_opens_on: Mapped[date | None] = plain(sa.Date)
    window_closes_on: Mapped[date | None] = plain(sa.Date)
    amount_cents: Mapped[int] = plain(sa.Integer)
    paper: Mapped[str | None] = plain(sa.String(255))
    state: Mapped[MilestoneState] = plain(code(MilestoneState))
    asked_on: Mapped[date | None] = plain(sa.Date)
    paid_on: Mapped[date | None] = plain(sa.Date)
