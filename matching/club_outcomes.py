"""How the club ends for somebody, one list for the exit and for the situation asked again later (workflow.md iv).

Programmes.md c adds some to those of workflow.md: aided contracts by their own name, interim work, health, still
searching. « Lasting » is a permanent contract or six months and more, the line of the public employment service.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.club import Approach, ClubMembership
from .store.placements import Placement
from .vocabulary import MembershipState, PlacementState

#: In the order in which they are offered.
OUTCOMES = (
    "lasting_job",
    "emploi_franc",
    "emploi_avenir",
    "other_aided",
    "short_job",
    "interim",
    "apprenticeship",
    "training",
    "civic_service",
    "business",
    "continues",
    "dropped_out",
    "moved",
    "health",
    "unknown",
)
#: In work, whatever the contract.
EMPLOYED = frozenset(
    {
        "lasting_job",
        "emploi_franc",
        "emploi_avenir",
        "other_aided",
        "short_job",
        "interim",
        "apprenticeship",
        "business",
    }
)
#: Months of a fixed term from which a job is lasting.
LASTING_MONTHS = 6
#: Said with a word of why.
EXPLAINED = frozenset({"dropped_out", "health"})


def of_placement(placement: Placement) -> str:
    """The outcome that a contract stands for."""
    programme = placement.programme or ""
    if programme.startswith("emplois-francs"):
        return "emploi_franc"
    if programme == "emplois-avenir":
        return "emploi_avenir"
    if programme:
        return "other_aided"
    if placement.contract_kind in ("APP", "PRO"):
        return "apprenticeship"
    if placement.contract_kind in ("MIS", "TTI", "SAI"):
        return "interim"
    if placement.contract_kind == "CDI" or (placement.months or 0) >= LASTING_MONTHS:
        return "lasting_job"
    return "short_job"


@dataclass(frozen=True, slots=True)
class Proposed:
    """An outcome that what is known suggests, and the contract that says so."""

    outcome: str
    placement: Placement | None


def propose(session: Session, membership: ClubMembership) -> Proposed | None:
    """The outcome of a contract signed since the first day, of an approach that led to a job, of a silence; else None.

    Two queries at most.
    """
    if membership.joined_on is None:
        return None
    signed = session.scalar(
        sa.select(Placement)
        .where(
            Placement.person_id == membership.person_id,
            Placement.signed_on >= membership.joined_on,
            Placement.state.not_in((PlacementState.ABANDONED, PlacementState.EXITED)),
        )
        .order_by(Placement.signed_on.desc(), Placement.id.desc())
        .limit(1)
    )
    if signed is not None:
        return Proposed(of_placement(signed), signed)
    if membership.state is MembershipState.DROPPED_OUT:
        return Proposed("dropped_out", None)
    hired = session.scalar(
        sa.select(Approach.id)
        .where(Approach.membership_id == membership.id, Approach.result == "hired")
        .limit(1)
    )
    return Proposed("short_job", None) if hired is not None else None
