"""What became of the contracts: the counts behind the figures E and H3 of the report (report.md §2).

As in `report_figures`, each fact stands in the month of its own day and is read from the rows, one query a figure. A
contract taken back or whose person never came (`abandoned`) was none: it is in no cohort.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import workdays
from .eligibility.aid import after
from .report_figures import kept
from .report_model import NO_PROGRAMME, Month
from .store.follow_up import SITUATIONS as ASKED, CheckIn, Training
from .store.matches import ReviewDecision
from .store.placements import Placement
from .vocabulary import CheckInKind, CheckInState, ProposalState

#: Months of a contract at which one looks whether it still runs (E2).
ANNIVERSARIES = (3, 6, 10, 12)
#: A check-in is on time within so many days of the day it was due.
ON_TIME = 15
#: Working days after which a person, an employer or an advisor should have answered (H3).
ANSWER_WITHIN = 15
#: Contracts that ended in so many months make a rate of breaks (E3).
BREAK_MONTHS = 12
#: Months after the end of a contract at which one asks what became of the person (E5).
AFTER_EXIT = 6

#: Who broke a contract -> the reasons that say so (`placement_guards.EXIT_REASONS`); the employer's go by motive.
BROKEN_BY: dict[str, tuple[str, ...]] = {
    "employer": ("serious_fault", "unfitness", "economic", "other_dismissal", "employer_ended"),
    "employee": ("resigned", "abandoned_post", "better_job", "training", "moved"),
    "both": ("mutual",),
    "neither": ("other",),
}
#: Month of the contract in which it broke: up to and not including.
LIVES = (("under-3", 3), ("3-6", 6), ("6-12", 12), ("over-12", 1_200))
SITUATIONS = tuple(code for code in ASKED if code != "unknown")
#: Whose answer a proposal waits for, from the state its last step left it in.
AWAITED = {
    ProposalState.TO_REVIEW: "advisor",
    ProposalState.APPROVED: "advisor",
    ProposalState.AGREED: "advisor",
    ProposalState.PERSON_ASKED: "person",
    ProposalState.SENT: "employer",
    ProposalState.INTERVIEW: "employer",
}
WHOSE = ("advisor", "person", "employer")


class Part(NamedTuple):
    """So many of so many."""

    yes: int
    all: int


ByProgramme = dict[str, Part]


class Breaks(NamedTuple):
    """Contracts that ended in the last twelve months: at their term, or broken, by reason and by age."""

    at_term: int
    by_reason: Mapping[str, int]
    by_life: Mapping[str, int]


def _parts(session: Session, holds: sa.ColumnElement[bool], *among: sa.ColumnElement[bool]) -> ByProgramme:
    rows = session.execute(
        sa.select(Placement.programme, sa.func.count(sa.case((holds, Placement.id))), sa.func.count())
        .where(kept(), *among)
        .group_by(Placement.programme)
    )
    return {programme or NO_PROGRAMME: Part(yes, total) for programme, yes, total in rows}


def trials(session: Session, month: Month) -> ByProgramme:
    """Trials due to end in the month: how many contracts ran on the day after."""
    # Broken in trial, the contract keeps the day on which the trial would have ended.
    still = sa.or_(Placement.ended_on.is_(None), Placement.ended_on > Placement.trial_end_on)
    return _parts(session, still, Placement.trial_end_on.between(month.first, month.last))


def still_there(session: Session, month: Month) -> dict[int, ByProgramme]:
    """For each of ANNIVERSARIES, contracts that come to that age in the month: how many run on the day. None younger.

    A contract comes to an age of whole months in the month so many after that of its start, whatever its day (C1).
    """
    begun = {months: month.plus(-months) for months in ANNIVERSARIES}
    rows = session.execute(
        sa.select(Placement.programme, Placement.starts_on, Placement.ended_on).where(
            kept(), sa.or_(*(Placement.starts_on.between(each.first, each.last) for each in begun.values()))
        )
    )
    ages = {each: months for months, each in begun.items()}
    found: dict[int, ByProgramme] = {months: {} for months in ANNIVERSARIES}
    for programme, starts_on, ended_on in rows:
        assert starts_on is not None  # between two days
        months = ages[Month.of(starts_on)]
        yes, total = found[months].get(programme or NO_PROGRAMME, Part(0, 0))
        runs = ended_on is None or ended_on >= after(starts_on, months)
        found[months][programme or NO_PROGRAMME] = Part(yes + runs, total + 1)
    return found


def breaks(session: Session, month: Month) -> Breaks:
    """Contracts that ended in the twelve months up to the end of the month. Those that run are not in the count: a rate
    over all contracts would be low because most had no time to break."""
    first = month.plus(1 - BREAK_MONTHS).first
    rows = session.execute(
        sa.select(
            Placement.starts_on,
            Placement.ended_on,
            Placement.planned_end_on,
            Placement.end_reason,
            Placement.end_motive,
        ).where(kept(), Placement.ended_on.between(first, month.last))
    )
    at_term, by_reason, by_life = 0, dict[str, int](), dict[str, int]()
    for row in rows:
        assert row.ended_on is not None  # the condition of the query
        if row.end_reason == "end_of_term" or (row.planned_end_on and row.ended_on >= row.planned_end_on):
            at_term += 1
            continue
        reason = _reason(row.end_reason, row.end_motive)
        by_reason[reason] = by_reason.get(reason, 0) + 1
        life = _life(row.starts_on, row.ended_on)
        by_life[life] = by_life.get(life, 0) + 1
    return Breaks(at_term, by_reason, by_life)


def _reason(reason: str, motive: str | None) -> str:
    known = {each for group in BROKEN_BY.values() for each in group}
    if reason == "employer_ended" and motive in known:
        return motive
    return reason if reason in known else "other"


def _life(starts_on: date | None, ended_on: date) -> str:
    if starts_on is None:
        return LIVES[0][0]
    return next(key for key, months in LIVES if ended_on < after(starts_on, months))


def after_exit(session: Session, month: Month) -> tuple[dict[str, int], int]:
    """Of those whose contract ended six months before: the situations known, and how many are not known."""
    then = month.plus(-AFTER_EXIT)
    rows = session.execute(
        sa.select(CheckIn.situation, sa.func.count())
        .select_from(Placement)
        .outerjoin(
            CheckIn,
            sa.and_(
                CheckIn.placement_id == Placement.id,
                CheckIn.kind == CheckInKind.EXIT,
                CheckIn.month == AFTER_EXIT,
                CheckIn.state == CheckInState.HELD,
                CheckIn.held_on <= month.last,
            ),
        )
        .where(kept(), Placement.ended_on.between(then.first, then.last))
        .group_by(CheckIn.situation)
    )
    counts = {situation or "unknown": number for situation, number in rows}
    unknown = sum(number for key, number in counts.items() if key not in SITUATIONS)
    return {key: counts.get(key, 0) for key in SITUATIONS}, unknown


def check_ins(session: Session, month: Month) -> Part:
    """Check-ins of running contracts due in the month: how many were held in time."""
    held = sa.case((CheckIn.held_on <= _later(session, CheckIn.due_on, ON_TIME), CheckIn.id))
    row = session.execute(
        sa.select(sa.func.count(held), sa.func.count()).where(
            CheckIn.kind == CheckInKind.JOB,
            CheckIn.due_on.between(month.first, month.last),
            CheckIn.state != CheckInState.CANCELLED,
        )
    ).one()
    return Part(*row)


def _later(session: Session, day: Any, days: int) -> sa.ColumnElement[Any]:
    """That day and so many more, in the words of either database."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.date(day, f"+{days} days")
    return sa.cast(day + timedelta(days=days), sa.Date)


def trainings(session: Session, month: Month) -> dict[str, int]:
    """Trainings of contracts that began in the month, and those that ended in it with a certificate."""
    began = sa.case((Training.started_on.between(month.first, month.last), Training.id))
    certified = sa.case(
        (
            sa.and_(Training.ended_on.between(month.first, month.last), Training.certified.is_(True)),
            Training.id,
        )
    )
    row = session.execute(sa.select(sa.func.count(began), sa.func.count(certified))).one()
    return {"started": row[0], "certified": row[1]}


def overdue(session: Session, day: date) -> dict[str, int]:
    """Proposals that, at the end of that day, had waited more than fifteen working days for somebody's answer."""
    latest = (
        sa.select(sa.func.max(ReviewDecision.id).label("id"))
        .where(ReviewDecision.decided_on <= day)
        .group_by(ReviewDecision.proposal_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(ReviewDecision.to_state, sa.func.count())
        .join(latest, latest.c.id == ReviewDecision.id)
        .where(
            ReviewDecision.to_state.in_(list(AWAITED)),
            ReviewDecision.decided_on < workdays.before(day, ANSWER_WITHIN),
        )
        .group_by(ReviewDecision.to_state)
    )
    found = dict.fromkeys(WHOSE, 0)
    for state, number in rows:
        found[AWAITED[state]] += number
    return found
