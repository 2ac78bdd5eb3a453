"""What a step of a hire would bring with it, told before it is taken: it is taken, looked at, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import milestones, placements, proposals
from .store.organisations import Offer
from .store.placements import AidMilestone, Placement
from .vocabulary import MilestoneState, OfferState, Party

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook


@dataclass(frozen=True, slots=True)
class Rows:
    """So many milestones, for so many cents."""

    count: int
    cents: int

    @classmethod
    def of(cls, rows: Sequence[AidMilestone]) -> Rows:
        return cls(len(rows), sum(row.amount_cents for row in rows))

    def __bool__(self) -> bool:
        return bool(self.count)


@dataclass(frozen=True, slots=True)
class Entailed:
    """What a step brings with it. `elsewhere`, `rivals`: other proposals closed, of the person and of the offer."""

    made: Rows
    cancelled: Rows
    to_repay: Rows
    #: Rows that stay owed for the days worked alone, with what is left of them.
    reduced: Rows
    elsewhere: int
    rivals: int
    own_closed: bool
    offer_filled: bool
    post_freed: bool


def foresee(
    session: Session,
    placement: Placement,
    action: placements.PlacementAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    book: ProgrammeBook,
    details: placements.Details,
) -> Entailed:
    """What the step would entail: it is taken and taken back. Raises what `placements.change` raises."""
    trial = session.begin_nested()
    try:
        before = _state(session, placement)
        placements.change(
            session,
            placement,
            action,
            actor_id=actor_id,
            party=party,
            on=on,
            at=at,
            book=book,
            details=details,
        )
        return _difference(before, _state(session, placement), placement)
    finally:
        trial.rollback()


@dataclass(frozen=True, slots=True)
class _State:
    rows: Mapping[int, MilestoneState]
    cents: Mapping[int, int]
    milestones: Sequence[AidMilestone]
    elsewhere: frozenset[int]
    rivals: frozenset[int]
    filled: int
    offer_state: OfferState | None


def _state(session: Session, placement: Placement) -> _State:
    offer = session.get_one(Offer, placement.offer_id) if placement.offer_id is not None else None
    rows = milestones.of(session, placement.id)
    return _State(
        {row.id: row.state for row in rows},
        {row.id: row.amount_cents for row in rows},
        rows,
        frozenset(row.id for row in proposals.live_of(session, person_id=placement.person_id)),
        frozenset(row.id for row in proposals.live_of(session, offer_id=offer.id)) if offer else frozenset(),
        offer.posts_filled if offer else 0,
        offer.state if offer else None,
    )


def _difference(before: _State, after: _State, placement: Placement) -> Entailed:
    def moved(state: MilestoneState) -> Rows:
        return Rows.of(
            [row for row in after.milestones if row.state is state and before.rows.get(row.id) is not state]
        )

    own = {placement.proposal_id}
    return Entailed(
        made=Rows.of([row for row in after.milestones if row.id not in before.rows]),
        cancelled=moved(MilestoneState.CANCELLED),
        to_repay=moved(MilestoneState.TO_REPAY),
        reduced=Rows.of(
            [row for row in after.milestones if row.amount_cents < before.cents.get(row.id, row.amount_cents)]
        ),
        elsewhere=len(before.elsewhere - after.elsewhere - own),
        rivals=len(before.rivals - after.rivals - own),
        own_closed=bool((before.elsewhere - after.elsewhere) & own),
        offer_filled=after.offer_state is OfferState.FILLED and before.offer_state is not OfferState.FILLED,
        post_freed=after.filled < before.filled,
    )
