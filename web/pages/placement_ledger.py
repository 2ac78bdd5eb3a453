"""The ledger of a hire's aid: its rows as they are shown, and what becomes of those that are settled."""

from __future__ import annotations

import uuid
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort
from sqlalchemy.orm import Session

from matching import audit, clock, milestones, placement_queries
from matching.errors import Conflict, InvalidInput, StaleVersion
from matching.milestones import MilestoneAction
from matching.store.placements import AidMilestone
from matching.vocabulary import MilestoneState

from ..db import transaction
from ..security import actor
from ..wording import placements as words

#: Days ahead of which a row of the aid, or a deadline of the list, is near.
NEAR = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger, as shown; `key`: what a box that is ticked sends, the state seen included."""

    milestone: AidMilestone
    key: str
    name: str
    said: str
    kind: str
    actions: tuple[MilestoneAction, ...]
    open: bool
    to_come: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """`now`: what somebody should do or waits for; then what comes, and what is over. Sums in cents."""

    now: tuple[Row, ...]
    later: tuple[Row, ...]
    over: tuple[Row, ...]
    paid: int
    asked: int
    to_come: int
    to_repay: int
    lost: int

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.now, *self.later, *self.over)


def ledger(
    rows: Sequence[AidMilestone], on: date, declared: Container[tuple[str, int]] = frozenset()
) -> Ledger:
    """`declared`: (kind, number) of the papers that the employer says it sent; nobody has confirmed them yet."""
    now: list[Row] = []
    later: list[Row] = []
    over: list[Row] = []
    for milestone in rows:
        row = _row(milestone, on, (milestone.kind, milestone.number) in declared)
        (now if row.open else later if row.to_come else over).append(row)

    def cents(*states: MilestoneState) -> int:
        return sum(row.amount_cents for row in rows if row.state in states)

    lost = sum(row.amount_cents for row in rows if milestones.standing(row, on) is milestones.Standing.LOST)
    state = MilestoneState
    return Ledger(
        tuple(now),
        tuple(later),
        tuple(over),
        paid=cents(state.PAID),
        asked=cents(state.ASKED),
        to_come=cents(state.UPCOMING, state.DUE, state.DOCUMENT_RECEIVED) - lost,
        to_repay=cents(state.TO_REPAY),
        lost=cents(state.LAPSED) + lost,
    )


def _row(milestone: AidMilestone, on: date, declared: bool) -> Row:
    standing = milestones.standing(milestone, on)
    said, kind = words.STANDINGS[standing] if standing else words.MILESTONE_STATES[milestone.state]
    if declared and milestone.state is MilestoneState.DOCUMENT_RECEIVED:
        said, kind = words.SAID_SENT
    actions = milestones.offered(milestone, actor().party, on)
    to_come = standing is milestones.Standing.TO_COME
    near = milestone.due_on <= on + timedelta(days=NEAR)
    return Row(
        milestone,
        f"{milestone.kind}:{milestone.number}:{milestone.state}",
        words.milestone(milestone.kind, milestone.number, milestone.due_on, milestone.paper),
        said,
        kind,
        actions,
        near if to_come else bool(actions),
        to_come,
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one line of the ledger."""

    name: str
    ok: bool
    sentence: str


def settle(
    ref: uuid.UUID, action: MilestoneAction, keys: Sequence[str], *, on: date, reason: str | None
) -> tuple[list[Settled], list[int]]:
    results, statuses = [], [200]
    with transaction() as session:
        hire = placement_queries.hire(session, actor(), ref)
        held = milestones.held(session, hire.placement.id)
        for key in keys:
            kind, _, rest = key.partition(":")
            number, _, seen = rest.partition(":")
            row = held.get((kind, int(number) if number.isdecimal() and len(number) < 6 else 0))
            if row is None:
                abort(404)
            name = words.milestone(row.kind, row.number, row.due_on, row.paper)
            try:
                if row.kind in milestones.BY_AGREEMENTS:
                    raise InvalidInput("agreement-row")
                if seen != row.state:
                    raise StaleVersion("stale-version", machine="milestone")
                with session.begin_nested():
                    milestones.settle(
                        session,
                        row,
                        action,
                        actor_id=actor().id,
                        party=actor().party,
                        on=on,
                        reason=reason,
                    )
            except InvalidInput as fault:
                results.append(Settled(name, False, words.refusal(fault)))
                statuses.append(422)
            except StaleVersion:
                results.append(Settled(name, False, words.meanwhile(row, hire.events)))
                statuses.append(409)
            except Conflict:
                said = words.MILESTONE_STATES[row.state][0].lower()
                results.append(
                    Settled(name, False, f"Ce n'est pas possible ici : {said}. Rien n'a été changé.")
                )
                statuses.append(409)
            else:
                results.append(Settled(name, True, f"Noté : {words.SETTLING[action][1]}."))
                trail(session, f"milestone.{action}", ref, {"kind": row.kind, "number": row.number})
    return results, statuses


def trail(session: Session, action: str, ref: uuid.UUID, details: dict[str, Any]) -> None:
    audit.append(
        session,
        at=clock.now(),
        actor_id=actor().id,
        action=action,
        subject_kind="placement",
        subject_id=str(ref),
        details=details,
    )
