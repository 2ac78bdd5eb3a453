"""Milestones of an aid: each a row with its own small machine, logged among the events of its placement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.placements import AidMilestone, Placement, PlacementEvent
from .transitions import Step, flush, refuse, step, target
from .vocabulary import MilestoneState as State, Party


class MilestoneAction(StrEnum):
    FALL_DUE = "fall_due"
    RECEIVE = "receive"
    ASK = "ask"
    PAY = "pay"
    REFUSE = "refuse"
    LAPSE = "lapse"
    CLAIM_BACK = "claim_back"
    REPAY = "repay"
    CANCEL = "cancel"


A = MilestoneAction
ADVISOR, LOCAL, EMPLOYER, CLOCK, SYSTEM = (
    Party.ADVISOR,
    Party.MISSION_LOCALE,
    Party.EMPLOYER,
    Party.CLOCK,
    Party.SYSTEM,
)

#: States in which nothing was paid yet and something still may be.
OUTSTANDING = (State.UPCOMING, State.DUE, State.DOCUMENT_RECEIVED, State.ASKED)
#: States in which the paper has not come yet: past its window, the row is lost.
WITHOUT_PAPER = (State.UPCOMING, State.DUE)

TRANSITIONS: dict[MilestoneAction, Step[State]] = {
    A.FALL_DUE: step({State.UPCOMING}, State.DUE, CLOCK),
    A.RECEIVE: step({State.UPCOMING, State.DUE}, State.DOCUMENT_RECEIVED, ADVISOR, LOCAL, EMPLOYER),
    A.ASK: step({State.DOCUMENT_RECEIVED}, State.ASKED, ADVISOR, LOCAL),
    A.PAY: step({State.ASKED}, State.PAID, ADVISOR, LOCAL),
    A.REFUSE: step({State.DOCUMENT_RECEIVED, State.ASKED}, State.REFUSED, ADVISOR, LOCAL),
    A.LAPSE: step({State.UPCOMING, State.DUE}, State.LAPSED, CLOCK),
    A.CLAIM_BACK: step({State.PAID}, State.TO_REPAY, SYSTEM),
    A.REPAY: step({State.TO_REPAY}, State.REPAID, ADVISOR, LOCAL),
    A.CANCEL: step(OUTSTANDING, State.CANCELLED, SYSTEM),
}


def settle(
    session: Session,
    milestone: AidMilestone,
    action: MilestoneAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    reason: str | None = None,
    told: bool = False,
) -> PlacementEvent:
    """Take one step of a milestone and log it among the events of its placement. Flushes, never commits.

    A milestone without money ends with its paper (`receive`). Raises IllegalTransition, NotAllowed, InvalidInput.
    """
    leads_to = target("milestone", TRANSITIONS, action, milestone.state, party)
    match action:
        case A.FALL_DUE if milestone.due_on > on:
            refuse("not-yet", day=milestone.due_on)
        case A.RECEIVE if milestone.window_opens_on is not None and on < milestone.window_opens_on:
            refuse("not-yet", day=milestone.window_opens_on)
        case A.RECEIVE if milestone.window_closes_on is not None and on > milestone.window_closes_on:
            refuse("milestone-window-closed", day=milestone.window_closes_on)
        case A.ASK | A.PAY if not milestone.amount_cents:
            refuse("milestone-without-money")
        case A.PAY if milestone.asked_on is not None and on < milestone.asked_on:
            refuse("before-last-step", day=milestone.asked_on)
        case A.REPAY if milestone.paid_on is not None and on < milestone.paid_on:
            refuse("before-last-step", day=milestone.paid_on)
        case A.LAPSE if milestone.window_closes_on is None or milestone.window_closes_on >= on:
            refuse("not-yet", day=milestone.window_closes_on or milestone.due_on)
        case A.REFUSE if not (reason or "").strip():
            refuse("reason-needed", machine="milestone", action=str(action))
        case _:
            pass
    placement = session.get_one(Placement, milestone.placement_id)
    milestone.state = leads_to
    if action is A.ASK:
        milestone.asked_on = on
    elif action is A.PAY:
        milestone.paid_on = on
    event = PlacementEvent(
        placement_id=placement.id,
        actor_id=actor_id,
        action=f"milestone_{action}",
        from_state=placement.state,
        to_state=placement.state,
        reason=" · ".join(filter(None, (f"{milestone.kind} {milestone.number}", reason)))[:255],
        told=told,
        done_on=on,
    )
    session.add(event)
    flush(session, "milestone")
    return event


def shorten(
    session: Session,
    milestone: AidMilestone,
    *,
    due_on: date,
    opens_on: date | None,
    closes_on: date | None,
    amount_cents: int,
    actor_id: int | None,
    on: date,
    told: bool = False,
) -> None:
    """The contract ended within what the row pays for: it stays owed for the days worked, its state as it is."""
    placement = session.get_one(Placement, milestone.placement_id)
    milestone.due_on, milestone.amount_cents = due_on, amount_cents
    milestone.window_opens_on, milestone.window_closes_on = opens_on, closes_on
    session.add(
        PlacementEvent(
            placement_id=placement.id,
            actor_id=actor_id,
            action="milestone_shorten",
            from_state=placement.state,
            to_state=placement.state,
            reason=f"{milestone.kind} {milestone.number}",
            told=told,
            done_on=on,
        )
    )
    flush(session, "milestone")


class Standing(StrEnum):
    """Where a row that waits for its paper stands in time: read from its days, the clock may not have run."""

    TO_COME = "to_come"
    OPEN = "open"
    LATE = "late"
    LOST = "lost"


def standing(milestone: AidMilestone, on: date) -> Standing | None:
    """On that day; None for a row that does not wait for its paper any more."""
    if milestone.state not in WITHOUT_PAPER:
        return None
    if milestone.window_closes_on is not None and milestone.window_closes_on < on:
        return Standing.LOST
    opens = milestone.window_opens_on or milestone.due_on
    if on < opens:
        return Standing.TO_COME
    return Standing.LATE if milestone.window_closes_on is None and milestone.due_on < on else Standing.OPEN


def last_day() -> sa.ColumnElement[date]:
    """The last day on which a row is in time: its window's, else the day it falls due."""
    return sa.func.coalesce(AidMilestone.window_closes_on, AidMilestone.due_on)


def waiting(on: date) -> sa.ColumnElement[bool]:
    """Rows that wait for an advisor: a paper to receive in time, or money to ask for now that it is there."""
    in_time = sa.or_(AidMilestone.window_closes_on.is_(None), AidMilestone.window_closes_on >= on)
    return sa.or_(
        sa.and_(AidMilestone.state.in_(WITHOUT_PAPER), in_time),
        sa.and_(AidMilestone.state == State.DOCUMENT_RECEIVED, AidMilestone.amount_cents > 0),
    )


def of(session: Session, placement_id: int) -> Sequence[AidMilestone]:
    """The milestones of a placement in the order of their days."""
    return session.scalars(
        sa.select(AidMilestone)
        .where(AidMilestone.placement_id == placement_id)
        .order_by(AidMilestone.due_on, AidMilestone.kind, AidMilestone.number)
    ).all()


def due(session: Session, until: date) -> Sequence[AidMilestone]:
    """Milestones that fall due by `until` and wait for somebody, oldest first."""
    return session.scalars(
        sa.select(AidMilestone)
        .where(AidMilestone.due_on <= until, AidMilestone.state.in_(OUTSTANDING))
        .order_by(AidMilestone.due_on, AidMilestone.id)
    ).all()


def cancel_outstanding(session: Session, placement_id: int, *, actor_id: int | None, on: date) -> None:
    """Nothing more is owed for this contract: rows that were not paid are cancelled."""
    for milestone in of(session, placement_id):
        if milestone.state in OUTSTANDING:
            settle(session, milestone, A.CANCEL, actor_id=actor_id, party=SYSTEM, on=on)
