"""A file changes hands in the demo: asked by its agency, accepted by the mission locale. Nothing of it is to be sent."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import hand_overs
from matching.hand_overs import HandOverAction
from matching.store import scope
from matching.store.accounts import User
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency
from matching.store.placements import Placement

#: What the advisor of the demo writes with the request.
NOTE = "D’accord avec l’employeur et la personne. Tout est prêt pour la suite."


def take(
    session: Session, user: User, placement: Placement, step: str, local: Agency, *, on: date, at: datetime
) -> None:
    """`ask` or `accept` as that account; the mail of that day left long ago."""
    agency = session.get_one(Agency, user.agency_id)
    actor = scope.Actor(
        id=user.id,
        public_id=user.public_id,
        name=user.name,
        role=user.role,
        permissions=frozenset(user.permissions),
        agency_id=agency.id,
        agency_name=agency.name,
        agency_kind=agency.kind,
    )
    if step == "ask":
        hand_overs.ask(session, actor, placement, local, note=NOTE, on=on, at=at)
    else:
        row = hand_overs.live_of(session, placement.person_id)
        assert row is not None  # the journal asks first
        hand_overs.change(session, actor, row, HandOverAction(step), version=row.version, on=on, at=at)
    session.execute(sa.delete(OutgoingMessage).where(OutgoingMessage.subject_kind == "hand_over"))
