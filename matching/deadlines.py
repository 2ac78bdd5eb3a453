"""What falls due for a caseload: rights that close, papers and payments of the aid, steps of contracts to confirm.

Computed from the dates on the day asked about (workflow.md, convention b); nothing is stored. Each function asks the
same number of queries whatever the number of rows.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import milestones, person_rights, placement_queries
from .eligibility.programme import ProgrammeBook
from .placement_guards import UNDER_CONTRACT
from .store import scope
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation
from .store.people import Person, full_name
from .store.placements import AidMilestone, Placement
from .vocabulary import (
    LIVE_PROPOSALS,
    PROMISED_PLACEMENTS,
    MilestoneState,
    PlacementState,
    ProposalState,
    Verdict,
)


class Kind(StrEnum):
    """What falls due: the end of a right, a paper of the aid, a step of a contract."""

    RIGHT = "right"
    MILESTONE = "milestone"
    SIGNATURE = "signature"
    START = "start"
    TRIAL = "trial"
    TERM = "term"
    #: follow_up_due
    CHECK_IN = "check_in"
    ALERT = "alert"
    SILENCE = "silence"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One line of a list of what to do: `day` is the last one on which it is in time."""

    kind: Kind
    day: date
    person_id: uuid.UUID
    person: str
    programme: str | None
    organisation: str | None = None
    title: str | None = None
    amount_cents: int = 0
    placement_id: uuid.UUID | None = None
    #: Grows with each change of what the line is about (a calendar's SEQUENCE).
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRight(Deadline):
    """`live`: proposals under way; `proposal_id`, `offer_id`, `state`: of the one that has come furthest."""

    live: int = 0
    proposal_id: uuid.UUID | None = None
    offer_id: uuid.UUID | None = None
    state: ProposalState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneDue(Deadline):
    """A paper of the aid to send; `paper` names it where no word of ours does; `opens_on`: not to be sent before."""

    milestone: str
    number: int
    paper: str
    state: MilestoneState
    opens_on: date | None = None


#: How far a live proposal has come, last first.
FURTHEST = tuple(reversed(LIVE_PROPOSALS))

#: A start or an end of trial is asked about so many days after its day (workflow.md iii).
ASKED_AFTER = {Kind.START: timedelta(days=3), Kind.TRIAL: timedelta(days=2)}


def is_asked(line: Deadline, on: date) -> bool:
    """Whether nobody has said for days what became of that start or that trial: somebody is to be asked."""
    wait = ASKED_AFTER.get(line.kind)
    return wait is not None and on >= line.day + wait


#: A step of a contract that somebody should note -> the states it waits in, the day it is about.
STEPS: Mapping[Kind, tuple[tuple[PlacementState, ...], Any]] = {
    Kind.SIGNATURE: (PROMISED_PLACEMENTS, Placement.starts_on),
    Kind.START: ((PlacementState.SIGNED,), Placement.starts_on),
    Kind.TRIAL: ((PlacementState.STARTED,), Placement.trial_end_on),
    Kind.TERM: ((PlacementState.RUNNING,), Placement.planned_end_on),
}


def closing_rights(
    session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date, within: int
) -> list[ClosingRight]:
    """Rights that hold on `on` and end within so many days, soonest first; people under contract are left out."""
    caseload = session.scalars(scope.people(actor).with_only_columns(Person.id)).all()
    hired = set(
        session.scalars(
            scope.placements(actor)
            .where(Placement.state.in_(UNDER_CONTRACT))
            .with_only_columns(Placement.person_id)
        )
    )
    standing = person_rights.kept_standing(session, caseload, book, on)
    latest = (on + timedelta(days=within)).toordinal()
    ending = [
        (person, programme, date.fromordinal(last))
        for programme, column in standing.columns.items()
        for person, last in _holding_until(standing.ids, column, latest)
        if person not in hired
    ]
    concerned = sorted({person for person, _, _ in ending})
    people = _people(session, concerned)
    live = _live(session, concerned)
    found = [
        ClosingRight(
            kind=Kind.RIGHT,
            day=last,
            person_id=people[person].public_id,
            person=full_name(people[person]),
            programme=programme,
            version=people[person].version,
            **live.get(person, {}),
        )
        for person, programme, last in ending
    ]
    return sorted(found, key=order)


def milestones_due(session: Session, actor: scope.Actor, *, on: date, within: int = 30) -> list[MilestoneDue]:
    """Papers and payments that wait for an advisor: late first, then those of the coming days.

    Left out: what was asked for already (the payer's turn), what is lost, its delay being over, and a row without
    money whose paper is there. One query.
    """
    last_day = milestones.last_day()
    query = (
        placement_queries.with_names(actor)
        .add_columns(AidMilestone, last_day.label("day"))
        .join(AidMilestone, AidMilestone.placement_id == Placement.id)
        .where(
            milestones.waiting(on),
            AidMilestone.due_on <= on + timedelta(days=within),
            # A contract that stands still announces no payment to come.
            sa.not_(
                sa.and_(
                    Placement.state == PlacementState.SUSPENDED,
                    AidMilestone.amount_cents > 0,
                    AidMilestone.window_closes_on.is_(None),
                    AidMilestone.due_on > on,
                )
            ),
        )
    )
    found = [
        MilestoneDue(
            **common(row, Kind.MILESTONE, row.day),
            amount_cents=row.AidMilestone.amount_cents,
            milestone=row.AidMilestone.kind,
            number=row.AidMilestone.number,
            paper=row.AidMilestone.paper or "",
            state=row.AidMilestone.state,
            opens_on=row.AidMilestone.window_opens_on,
        )
        for row in session.execute(query)
    ]
    return sorted(found, key=order)


def contract_steps_due(session: Session, actor: scope.Actor, *, on: date, within: int = 0) -> list[Deadline]:
    """Contracts whose signature, start, end of trial or term is on a day gone by and not noted. One query.

    `within`: those of so many coming days too.
    """
    until = on + timedelta(days=within)
    waiting = [sa.and_(Placement.state.in_(states), day <= until) for states, day in STEPS.values()]
    found = []
    for row in session.execute(placement_queries.with_names(actor).where(sa.or_(*waiting))):
        kind = next(kind for kind, (states, _) in STEPS.items() if row.Placement.state in states)
        day = getattr(row.Placement, STEPS[kind][1].key)
        found.append(Deadline(**common(row, kind, day)))
    return sorted(found, key=order)


def common(row: Any, kind: Kind, day: date) -> dict[str, Any]:
    """What every line about a contract says, from a row of `placement_queries.with_names`."""
    return {
        "kind": kind,
        "day": day,
        "person_id": row.person_id,
        "person": full_name(row),
        "programme": row.Placement.programme,
        "organisation": row.organisation,
        "title": row.title,
        "placement_id": row.Placement.public_id,
        "version": row.Placement.version,
    }


def _holding_until(
    ids: person_rights.Ids, column: person_rights.Column, latest: int
) -> Iterator[tuple[int, int]]:
    """(person, last day) of the rights that hold and end by that day."""
    here = (column.verdict == Verdict.YES) & (column.last <= latest)
    return zip(ids[here].tolist(), column.last[here].tolist(), strict=True)


def _people(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    query = sa.select(Person.id, Person.public_id, Person.given_names, Person.family_name, Person.version)
    return {row.id: row for row in session.execute(query.where(Person.id.in_(ids)))}


def _live(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is under way for each of these people: how many live proposals, and the one that has come furthest."""
    rows = session.execute(
        sa.select(MatchProposal, Offer.public_id, Offer.title, Organisation.name)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(MatchProposal.person_id.in_(ids), MatchProposal.state.in_(LIVE_PROPOSALS))
        .order_by(MatchProposal.id)
    )
    held: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        held[row[0].person_id].append(row)
    said = {}
    for person, listed in held.items():
        proposal, offer_id, title, name = min(listed, key=lambda row: FURTHEST.index(row[0].state))
        said[person] = {
            "live": len(listed),
            "proposal_id": proposal.public_id,
            "offer_id": offer_id,
            "state": proposal.state,
            "title": title,
            "organisation": name,
        }
    return said


def order(line: Deadline) -> tuple[Any, ...]:
    """The soonest first, then as lists of people are read."""
    return line.day, line.person, str(line.person_id), str(line.programme), getattr(line, "number", 0)
