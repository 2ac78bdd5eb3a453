"""Lines of a contract's log that are no step of it: a paper of the aid, a check-in, a training, an agreement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.placements import Placement, PlacementEvent
from .vocabulary import Party, PlacementState

#: Longest reason kept with a line.
LONGEST = 255


def beside(
    session: Session,
    placement: Placement,
    action: str,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    reason: str,
    told: bool = False,
) -> PlacementEvent:
    """A line of that day; the contract stays in its state. Added, not flushed."""
    event = PlacementEvent(
        placement_id=placement.id,
        actor_id=actor_id,
        action=action,
        from_state=placement.state,
        to_state=placement.state,
        reason=reason[:LONGEST],
        party=str(party),
        told=told,
        done_on=on,
    )
    session.add(event)
    return event


def of_the_clock(
    session: Session,
    lines: Iterable[tuple[int, str, PlacementState, PlacementState, str | None]],
    on: date,
) -> None:
    """One line a step, as every flow leaves one: (placement, action, state before, after, reason). In bulk."""
    session.execute(
        sa.insert(PlacementEvent),
        [
            {
                "placement_id": placement_id,
                "actor_id": None,
                "action": action,
                "from_state": before,
                "to_state": leads_to,
                "reason": reason,
                "party": str(Party.CLOCK),
                "told": False,
                "done_on": on,
            }
            for placement_id, action, before, leads_to, reason in lines
        ],
    )
