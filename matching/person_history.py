"""What happened to a dossier, in one dated list: imports with old and new values, homes confirmed, decisions, steps of
contracts, what advisors wrote, and who read it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.accounts import User
from .store.intake import ImportBatch, ImportRow
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer, Organisation, Zone
from .store.people import DisabilityRecognition, Person, ResidenceSpell
from .store.placements import Placement, PlacementEvent
from .store.upkeep import AuditEvent
from .vocabulary import BatchState, ResidenceKind

#: Entries of each kind that are read, the latest.
AT_MOST = 200
#: Acts of advisors on a dossier, as the trail names them.
ACTS = ("person.state", "person.edit", "person.contact", "person.home", "person.wishes")
READS = ("person.read", "recognition.read")
#: Said nowhere but on its own line of the page (security.md P2).
_RECOGNITION = DisabilityRecognition.__tablename__


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind`: import, home, decision, placement or act; `changes`: field -> what it was, what it became."""

    on: date
    kind: str
    code: str
    who: str | None = None
    at: datetime | None = None
    about: str | None = None
    reason: str | None = None
    note: str | None = None
    fields: tuple[str, ...] = ()
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who opened the dossier, how often, and when last."""

    name: str
    times: int
    last: datetime


def entries(session: Session, person: Person) -> list[Entry]:
    """The latest first. Five queries."""
    found = [
        *_imports(session, person.id),
        *_homes(session, person.id),
        *_decisions(session, person.id),
        *_placements(session, person.id),
        *_acts(session, person.public_id),
    ]
    return sorted(
        found, key=lambda entry: (entry.on, entry.at.timestamp() if entry.at else 0.0), reverse=True
    )


def readers(session: Session, ref: uuid.UUID) -> list[Reader]:
    """Who opened the dossier, the latest first. One query."""
    last = sa.func.max(AuditEvent.at)
    query = (
        sa.select(User.name, sa.func.count(), last)
        .join(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject_kind == "person",
            AuditEvent.subject_id == str(ref),
            AuditEvent.action == READS[0],
        )
        .group_by(User.id, User.name)
        .order_by(last.desc())
    )
    return [Reader(name, times, at) for name, times, at in session.execute(query)]


def changed_since(session: Session, ref: uuid.UUID, version: int) -> list[Entry]:
    """What advisors wrote after that version was shown, the latest first."""
    return [
        entry
        for entry, details in _written(session, ref)
        if isinstance(details.get("version"), int) and details["version"] > version
    ]


def _imports(session: Session, person_id: int) -> Iterator[Entry]:
    query = (
        sa.select(ImportRow, ImportBatch, User.name)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .outerjoin(User, User.id == ImportBatch.actor_id)
        .where(
            ImportRow.person_id == person_id,
            ImportBatch.state.in_((BatchState.APPLIED, BatchState.UNDONE)),
        )
        .order_by(ImportRow.id.desc())
        .limit(AT_MOST)
    )
    for row, batch, who in session.execute(query):
        if batch.applied_on is None:
            continue
        yield Entry(
            batch.applied_on,
            "import",
            "undone" if batch.state is BatchState.UNDONE else str(row.outcome),
            who,
            batch.applied_at,
            about=str(batch.source),
            changes={
                name: (before, after)
                for name, (before, after) in row.changes.items()
                if not name.startswith(_RECOGNITION)
            },
        )


def _homes(session: Session, person_id: int) -> Iterator[Entry]:
    table = ResidenceSpell
    query = (
        sa.select(table, Zone.name, User.name)
        .outerjoin(Zone, Zone.id == table.zone_id)
        .outerjoin(User, User.id == table.confirmed_by_id)
        .where(table.person_id == person_id, table.kind == ResidenceKind.CONFIRMED)
        .order_by(table.id.desc())
        .limit(AT_MOST)
    )
    for spell, zone, who in session.execute(query):
        yield Entry(
            spell.confirmed_on or spell.start_on,
            "home",
            "inside" if spell.zone_id is not None else "outside",
            who,
            about=zone,
            note=spell.proof,
        )


def _decisions(session: Session, person_id: int) -> Iterator[Entry]:
    query = (
        sa.select(ReviewDecision, Offer.title, User.name)
        .join(MatchProposal, MatchProposal.id == ReviewDecision.proposal_id)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .outerjoin(User, User.id == ReviewDecision.actor_id)
        .where(MatchProposal.person_id == person_id, ReviewDecision.action.not_in(("compute", "stale")))
        .order_by(ReviewDecision.id.desc())
        .limit(AT_MOST)
    )
    for decision, title, who in session.execute(query):
        yield Entry(
            decision.decided_on,
            "decision",
            decision.action,
            who,
            decision.decided_at,
            about=title,
            reason=decision.reason_code,
            note=decision.note,
        )


def _placements(session: Session, person_id: int) -> Iterator[Entry]:
    """Steps of the contracts; payments of the aid are told on the contract's own page."""
    query = (
        sa.select(PlacementEvent, Organisation.name, User.name)
        .join(Placement, Placement.id == PlacementEvent.placement_id)
        .join(Organisation, Organisation.id == Placement.organisation_id)
        .outerjoin(User, User.id == PlacementEvent.actor_id)
        .where(Placement.person_id == person_id, PlacementEvent.action.not_like("milestone%"))
        .order_by(PlacementEvent.id.desc())
        .limit(AT_MOST)
    )
    for event, employer, who in session.execute(query):
        yield Entry(event.done_on, "placement", event.action, who, about=employer)


def _acts(session: Session, ref: uuid.UUID) -> Iterator[Entry]:
    """Homes are told from their own rows, with zone and proof."""
    return (entry for entry, _ in _written(session, ref) if entry.code != "person.home")


def _written(session: Session, ref: uuid.UUID) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    query = (
        sa.select(AuditEvent, User.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject_kind == "person",
            AuditEvent.subject_id == str(ref),
            AuditEvent.action.in_(ACTS),
        )
        .order_by(AuditEvent.id.desc())
        .limit(AT_MOST)
    )
    for event, who in session.execute(query):
        details = event.details
        yield (
            Entry(
                date.fromisoformat(details["on"]),
                "act",
                event.action,
                who,
                event.at,
                about=details.get("channel"),
                fields=tuple(name for name in details.get("fields", ()) if name != _RECOGNITION),
            ),
            details,
        )
