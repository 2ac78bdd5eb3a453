"""What decisions say about us rather than about the person: facts to correct, rules that advisors doubt.

Computed from the decisions and what was written since; nothing is stored, so nothing is left behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import workdays
from .proposals import ProposalAction
from .store import scope
from .store.accounts import User
from .store.intake import ImportBatch, ImportRow
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer
from .store.people import Person
from .store.upkeep import AuditEvent
from .vocabulary import BatchState, ProposalState, RowOutcome, Verdict

#: Working days within which a file said to be wrong is corrected.
CORRECT_DAYS = 5
#: What corrects one: acts of an advisor on the facts, as the trail names them; an import that changed it does too.
EDITS = ("person.state", "person.edit", "person.home")
#: Days of decisions that a doubt about a rule is read from.
DOUBT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Wrong:
    """A file that somebody set aside as wrong, and that nobody has corrected since."""

    person: uuid.UUID
    given_names: str
    family_name: str
    note: str | None
    by: str | None
    said_on: date
    due_on: date


def wrong_files(session: Session, actor: scope.Actor) -> Sequence[Wrong]:
    """The files of the caseload to correct, oldest first. Three queries at most."""
    mine = scope.proposals(actor).where(MatchProposal.state == ProposalState.REJECTED).subquery()
    rows: Any = session.execute(
        sa.select(
            ReviewDecision, Person.id, Person.public_id, Person.given_names, Person.family_name, User.name
        )
        .join(mine, mine.c.id == ReviewDecision.proposal_id)
        .join(Person, Person.id == mine.c.person_id)
        .outerjoin(User, User.id == ReviewDecision.actor_id)
        .where(
            ReviewDecision.action == str(ProposalAction.REJECT), ReviewDecision.reason_code == "data_wrong"
        )
        .order_by(ReviewDecision.id)
    ).all()
    latest = {row[1]: row for row in rows}
    if not latest:
        return []
    corrected = _corrected(session, {row[1]: (str(row[2]), row[0].decided_at) for row in latest.values()})
    return [
        Wrong(
            ref, given, family, decision.note, by, decision.decided_on,
            workdays.after(decision.decided_on, CORRECT_DAYS),
        )
        for decision, key, ref, given, family, by in latest.values()
        if key not in corrected
    ]  # fmt: skip


def _corrected(session: Session, said: dict[int, tuple[str, datetime]]) -> set[int]:
    """Keys of those whose facts were written after it was said that they are wrong."""
    by_ref = {ref: (key, at) for key, (ref, at) in said.items()}
    edits: Any = session.execute(
        sa.select(AuditEvent.subject_id, sa.func.max(AuditEvent.at))
        .where(
            AuditEvent.subject_kind == "person",
            AuditEvent.action.in_(EDITS),
            AuditEvent.subject_id.in_(list(by_ref)),
        )
        .group_by(AuditEvent.subject_id)
    ).all()
    found = {by_ref[ref][0] for ref, at in edits if at > by_ref[ref][1]}
    imported: Any = session.execute(
        sa.select(ImportRow.person_id, sa.func.max(ImportBatch.applied_at))
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(
            ImportRow.person_id.in_(list(said)),
            ImportRow.outcome == RowOutcome.UPDATED,
            ImportBatch.state == BatchState.APPLIED,
        )
        .group_by(ImportRow.person_id)
    ).all()
    return found | {key for key, at in imported if at is not None and at > said[key][1]}


@dataclass(frozen=True, slots=True)
class Doubt:
    """How often advisors said « no right » of people to whom the rule gives it: the rule is to be looked at."""

    programme: str
    times: int


def doubted_rules(session: Session, actor: scope.Actor, *, on: date) -> Sequence[Doubt]:
    """By programme, the most doubted first; for who supervises, nobody else. One query."""
    if scope.SUPERVISE not in actor.permissions:
        return []
    mine = scope.proposals(actor).where(MatchProposal.verdict == Verdict.YES).subquery()
    rows: Any = session.execute(
        sa.select(Offer.scheme, sa.func.count())
        .select_from(ReviewDecision)
        .join(mine, mine.c.id == ReviewDecision.proposal_id)
        .join(Offer, Offer.id == mine.c.offer_id)
        .where(
            ReviewDecision.action == str(ProposalAction.REJECT),
            ReviewDecision.reason_code == "not_eligible",
            ReviewDecision.decided_on > on - timedelta(days=DOUBT_DAYS),
            Offer.scheme.is_not(None),
        )
        .group_by(Offer.scheme)
        .order_by(sa.func.count().desc(), Offer.scheme)
    )
    return [Doubt(scheme, times) for scheme, times in rows]
