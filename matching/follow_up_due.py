"""What the follow-up of contracts asks for: check-ins, alerts, requests without an answer, returns, renewals.

Lines of the same list as deadlines.py, computed from the dates in the same way; one query each, whatever the number.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import placement_queries
from .deadlines import Deadline, Kind, common, order
from .eligibility.aid import after
from .eligibility.programme import ProgrammeBook
from .store import scope
from .store.follow_up import CheckIn, Suspension
from .store.placements import Placement
from .vocabulary import CheckInKind, CheckInState, PlacementState


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(Deadline):
    """A check-in to hold, or an alert that one opened; `month`: after the start, or after the end."""

    check_in_id: uuid.UUID
    month: int
    check_in: CheckInKind
    alert: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent(Deadline):
    """A request for the aid without an answer: on `day` the silence became a refusal, by `reference`."""

    reference: str
    asked_on: date


def check_ins_due(session: Session, actor: scope.Actor, *, on: date, within: int = 30) -> list[FollowUp]:
    """Check-ins that nobody has held: late ones first, then those of the coming days."""
    query = _with_check_ins(actor).where(
        CheckIn.state == CheckInState.PLANNED, CheckIn.due_on <= on + timedelta(days=within)
    )
    return _follow_ups(session, query, Kind.CHECK_IN, lambda check_in: check_in.due_on)


def open_alerts(session: Session, actor: scope.Actor) -> list[FollowUp]:
    """Alerts that nobody has answered, by the day they were told."""
    query = _with_check_ins(actor).where(CheckIn.alert.is_not(None), CheckIn.alert_closed_on.is_(None))
    return _follow_ups(session, query, Kind.ALERT, lambda check_in: check_in.held_on or check_in.due_on)


def silent_requests(session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date) -> list[Silent]:
    """Requests for an aid whose programme takes silence for a refusal, once its months have gone by."""
    rules = {
        name: law.file.aid.silence
        for name, law in book.items()
        if law.file.aid is not None and law.file.aid.silence is not None
    }
    if not rules:
        return []
    query = placement_queries.with_names(actor).where(
        Placement.state == PlacementState.AID_REQUESTED,
        Placement.programme.in_(rules),
        Placement.aid_requested_on.is_not(None),
    )
    found = []
    for row in session.execute(query):
        rule = rules[row.Placement.programme]
        day = after(row.Placement.aid_requested_on, rule.months)
        if day < on:
            found.append(
                Silent(
                    **common(row, Kind.SILENCE, day),
                    reference=rule.reference,
                    asked_on=row.Placement.aid_requested_on,
                )
            )
    return sorted(found, key=order)


def returns_due(session: Session, actor: scope.Actor, *, on: date, within: int = 0) -> list[Deadline]:
    """Suspended contracts whose last day of suspension is known and near or gone by: a return to note."""
    query = (
        placement_queries.with_names(actor)
        .join(Suspension, Suspension.placement_id == Placement.id)
        .add_columns(Suspension.ends_on)
        .where(
            Placement.state == PlacementState.SUSPENDED,
            Suspension.ends_on.is_not(None),
            Suspension.ends_on < on + timedelta(days=within),
            Suspension.id
            == sa.select(sa.func.max(Suspension.id))
            .where(Suspension.placement_id == Placement.id)
            .correlate(Placement)
            .scalar_subquery(),
        )
    )
    found = [
        Deadline(**common(row, Kind.RETURN, row.ends_on + timedelta(days=1)))
        for row in session.execute(query)
    ]
    return sorted(found, key=order)


def _with_check_ins(actor: scope.Actor) -> sa.Select[Any]:
    return (
        placement_queries.with_names(actor)
        .join(CheckIn, CheckIn.placement_id == Placement.id)
        .add_columns(CheckIn)
    )


def _follow_ups(session: Session, query: sa.Select[Any], kind: Kind, day_of: Any) -> list[FollowUp]:
    found: Sequence[FollowUp] = [
        FollowUp(
            **common(row, kind, day_of(row.CheckIn)),
            check_in_id=row.CheckIn.public_id,
            month=row.CheckIn.month,
            check_in=row.CheckIn.kind,
            alert=row.CheckIn.alert,
        )
        for row in session.execute(query)
    ]
    return sorted(found, key=order)
