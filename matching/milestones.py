"""Milestones of an aid: each a row with its own small machine, logged among the events of its placement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import placement_log
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
#: Rows that agreements answer, with what they know besides (`agreements`): never noted by hand.
BY_AGREEMENTS = frozenset({"agreement-review", "renewal"})
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
    if (code_and_day := _too_soon_or_late(milestone, action, on)) is not None:
        code, day = code_and_day
        refuse(code, **({} if day is None else {"day": day}))
    if action is A.REFUSE and not (reason or "").strip():
        refuse("reason-needed", machine="milestone", action=str(action))
    placement = session.get_one(Placement, milestone.placement_id)
    milestone.state = leads_to
    if action is A.ASK:
        milestone.asked_on = on
    elif action is A.PAY:
        milestone.paid_on = on
    event = placement_log.beside(
        session,
        placement,
        f"milestone_{action}",
        actor_id=actor_id,
        party=party,
        on=on,
        reason=" · ".join(filter(None, (f"{milestone.kind} {milestone.number}", reason))),
        told=told,
    )
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
    placement_log.beside(
        session,
        placement,
        "milestone_shorten",
        actor_id=actor_id,
        party=SYSTEM,
        on=on,
        reason=f"{milestone.kind} {milestone.number}",
        told=told,
    )
    flush(session, "milestone")


def _too_soon_or_late(
    milestone: AidMilestone, action: MilestoneAction, on: date
) -> tuple[str, date | None] | None:
    """Code and day of the guard that the row does not meet on that day; None when it meets all."""
    opens, closes = milestone.window_opens_on, milestone.window_closes_on
    match action:
        case A.FALL_DUE if milestone.due_on > on:
            return "not-yet", milestone.due_on
        case A.RECEIVE if opens is not None and on < opens:
            return "not-yet", opens
        case A.RECEIVE if closes is not None and on > closes:
            return "milestone-window-closed", closes
        case A.ASK | A.PAY if not milestone.amount_cents:
            return "milestone-without-money", None
        case A.PAY if milestone.asked_on is not None and on < milestone.asked_on:
            return "before-last-step", milestone.asked_on
        case A.REPAY if milestone.paid_on is not None and on < milestone.paid_on:
            return "before-last-step", milestone.paid_on
        case A.LAPSE if closes is None or closes >= on:
            return "not-yet", closes or milestone.due_on
    return None


def offered(milestone: AidMilestone, party: Party, on: date) -> tuple[MilestoneAction, ...]:
    """Steps that this party may note of the row on that day, in the order of the table."""
    if milestone.state is State.DOCUMENT_RECEIVED and not milestone.amount_cents:
        return ()  # ends with its paper
    if milestone.kind in BY_AGREEMENTS:
        return ()
    return tuple(
        action
        for action, line in TRANSITIONS.items()
        if milestone.state in line.starts
        and party in line.parties
        and _too_soon_or_late(milestone, action, on) is None
    )


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


def in_time(on: date) -> sa.ColumnElement[bool]:
    """Rows whose paper may still come: without a window, or before it closes."""
    return sa.or_(AidMilestone.window_closes_on.is_(None), AidMilestone.window_closes_on >= on)


def waiting(on: date) -> sa.ColumnElement[bool]:
    """Rows that wait for an advisor: a paper to receive in time, or money to ask for now that it is there."""
    return sa.or_(
        sa.and_(AidMilestone.state.in_(WITHOUT_PAPER), in_time(on)),
        sa.and_(AidMilestone.state == State.DOCUMENT_RECEIVED, AidMilestone.amount_cents > 0),
    )


def of(session: Session, placement_id: int) -> Sequence[AidMilestone]:
    """The milestones of a placement in the order of their days."""
    return session.scalars(
        sa.select(AidMilestone)
        .where(AidMilestone.placement_id == placement_id)
        .order_by(AidMilestone.due_on, AidMilestone.kind, AidMilestone.number)
    ).all()


def held(session: Session, placement_id: int) -> dict[tuple[str, int], AidMilestone]:
    """The same by kind and number, as they are now, kept from others until the end of the transaction."""
    rows = session.scalars(
        sa.select(AidMilestone)
        .where(AidMilestone.placement_id == placement_id)
        .order_by(AidMilestone.due_on, AidMilestone.kind, AidMilestone.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.kind, row.number): row for row in rows}


def cancel_outstanding(session: Session, placement_id: int, *, actor_id: int | None, on: date) -> None:
    """Nothing more is owed for this contract: rows that were not paid are cancelled."""
    for milestone in held(session, placement_id).values():
        if milestone.state in OUTSTANDING:
            settle(session, milestone, A.CANCEL, actor_id=actor_id, party=SYSTEM, on=on)
