"""One line a step of an approach, and of letters and steps taken back; the trail beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit
from .store.campaign import ApproachEvent, PotentialApproach
from .store.people import Person
from .vocabulary import ApproachState as State, Party

#: Lines beside the machine.
UNDO, LETTER = "undo", "letter"


def standing(events: Sequence[ApproachEvent]) -> list[ApproachEvent]:
    """The steps that hold, in order: what was taken back and lines beside the machine left out."""
    held: list[ApproachEvent] = []
    for event in events:
        if event.action == UNDO:
            held.pop()
        elif event.action != LETTER:
            held.append(event)
    return held


def events(session: Session, approach_id: int) -> Sequence[ApproachEvent]:
    return session.scalars(
        sa.select(ApproachEvent).where(ApproachEvent.approach_id == approach_id).order_by(ApproachEvent.id)
    ).all()


def log(
    session: Session,
    row: PotentialApproach,
    action: str,
    before: State | None,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    code: str | None = None,
    note: str = "",
) -> ApproachEvent:
    event = ApproachEvent(
        approach_id=row.id,
        actor_id=actor_id,
        action=str(action),
        party=str(party),
        from_state=before,
        to_state=row.state,
        reason_code=code,
        reason=note or None,
        done_on=on,
        noted_at=at,
    )
    session.add(event)
    session.flush()
    details: dict[str, Any] = {"to": str(row.state), **({"reason": code} if code else {})}
    person = session.get_one(Person, row.person_id)
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=f"approach.{action}",
        subject_kind="person",
        subject_id=str(person.public_id),
        details=details,
    )
    return event
