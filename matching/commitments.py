"""What an employer is committed to beside the pay: somebody who accompanies the person, and training."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import milestones, placement_log
from .errors import NotAllowed
from .placement_guards import UNDER_CONTRACT
from .store.follow_up import Training
from .store.placements import Placement, PlacementEvent
from .transitions import flush, refuse
from .vocabulary import Party

PARTIES = frozenset({Party.ADVISOR, Party.SUPERVISOR, Party.MISSION_LOCALE})
#: The row of an aid that waits for a tutor's name.
TUTOR_ROW = ("tutor", 1)


def name_tutor(
    session: Session, placement: Placement, name: str, *, actor_id: int | None, party: Party, on: date
) -> PlacementEvent:
    """Who accompanies the person from that day on; the row of the aid that asks for it has its paper then.

    Raises NotAllowed, InvalidInput, StaleVersion. Flushes, never commits.
    """
    _may(placement, party, "tutor")
    name = " ".join(name.split())[:255]
    if not name:
        refuse("tutor-needed")
    if placement.signed_on is not None and on < placement.signed_on:
        refuse("before-last-step", day=placement.signed_on)
    placement.tutor = name
    event = placement_log.beside(
        session, placement, "tutor", actor_id=actor_id, party=party, on=on, reason=name
    )
    flush(session, "placement")
    row = milestones.held(session, placement.id).get(TUTOR_ROW)
    if row is not None and row.state in milestones.WITHOUT_PAPER and row.window_opens_on is None:
        milestones.settle(
            session, row, milestones.MilestoneAction.RECEIVE, actor_id=actor_id, party=party, on=on
        )
    return event


def trainings(session: Session, placement_id: int) -> Sequence[Training]:
    """Those of a contract, in the order they were written."""
    return session.scalars(
        sa.select(Training).where(Training.placement_id == placement_id).order_by(Training.id)
    ).all()


def plan_training(
    session: Session,
    placement: Placement,
    title: str,
    *,
    hours: int | None,
    planned_on: date | None,
    actor_id: int | None,
    party: Party,
    on: date,
) -> Training:
    """A training that the employer promises. Raises NotAllowed, InvalidInput."""
    _may(placement, party, "training")
    title = " ".join(title.split())[:255]
    if not title:
        refuse("training-title-needed")
    if hours is not None and not 0 < hours <= 5000:
        refuse("training-hours")
    _within(placement, planned_on)
    made = Training(placement_id=placement.id, title=title, hours=hours, planned_on=planned_on)
    session.add(made)
    placement_log.beside(
        session, placement, "training_planned", actor_id=actor_id, party=party, on=on, reason=title
    )
    session.flush()
    return made


def follow_training(
    session: Session,
    placement: Placement,
    training: Training,
    *,
    started_on: date | None,
    ended_on: date | None,
    certified: bool | None,
    actor_id: int | None,
    party: Party,
    on: date,
) -> Training:
    """How far it has come: its days, and whether a recognised certificate was obtained.

    Raises NotAllowed, InvalidInput: out of the contract, out of order, a certificate before the end.
    """
    _may(placement, party, "training", after_the_end=True)
    if ended_on is not None and started_on is None:
        refuse("training-not-started")
    if ended_on is not None and started_on is not None and ended_on < started_on:
        refuse("ends-before-it-starts", start=started_on, end=ended_on)
    if certified and ended_on is None:
        refuse("training-not-ended")
    _within(placement, started_on)
    training.started_on, training.ended_on, training.certified = started_on, ended_on, certified
    placement_log.beside(
        session, placement, "training_followed", actor_id=actor_id, party=party, on=on, reason=training.title
    )
    session.flush()
    return training


def _may(placement: Placement, party: Party, action: str, *, after_the_end: bool = False) -> None:
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="placement", action=action, party=str(party))
    if placement.state not in UNDER_CONTRACT and not (after_the_end and placement.ended_on is not None):
        refuse("no-contract")


def _within(placement: Placement, day: date | None) -> None:
    """A training of the contract begins while it runs."""
    if day is None:
        return
    if placement.starts_on is not None and day < placement.starts_on:
        refuse("training-before-start", day=placement.starts_on)
    last = placement.ended_on or placement.planned_end_on
    if last is not None and day > last:
        refuse("training-after-end", day=last)
