"""Why: each condition with its days and deciding facts, what would change next, what to ask for.

Gives codes and facts; the French words are made by `web/wording/rights.py`. Dates leave here inclusive; an open end is
None. The conversion from half-open day numbers is made in this module and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ..vocabulary import Verdict
from .days import LAST
from .deciding import Fact, facts, turning
from .programme import Assessment

#: A window as people read it: first and last day, None = no end.
Window = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition, or one term of the contract, on the day asked about."""

    id: str
    holds: Verdict
    windows: tuple[Window, ...]
    facts: tuple[Fact, ...]
    requires: str
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """The next day with another verdict, and the facts of the condition that turns."""

    on: date
    verdict: Verdict
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything `passerelle check` and a person's page say of one programme on one day."""

    programme: str
    on: date
    verdict: Verdict
    windows: tuple[Window, ...]
    first_eligible_on: date | None
    eligible_until: date | None
    criteria: tuple[Criterion, ...]
    reservations: tuple[str, ...]
    nearest_change: Change | None


def explain(assessment: Assessment, row: int, on: date) -> Explanation:
    """One person of the cohort on one day. Dates as `date`; see Explanation."""
    programme, day = assessment.programme, on.toordinal()
    start, end = programme.in_force()
    certain = assessment.windows.certain.of_owner(row)
    verdict = _verdict(assessment, row, day)
    criteria = [
        Criterion(
            "in-force",
            Verdict.YES if start <= day < end else Verdict.NO,
            (inclusive(start, end),),
            (Fact("in-force", {"from": inclusive(start, end)[0], "to": inclusive(start, end)[1]}),),
            "être dans les dates du dispositif",
            programme.file.in_force.reference,
        )
    ]
    deciding = facts(assessment, row, on)
    for condition in programme.file.conditions.all_of:
        windows = assessment.criteria[str(condition.id)]
        criteria.append(
            Criterion(
                str(condition.id),
                windows.verdict_of(row, day),
                tuple(inclusive(a, b) for a, b in windows.certain.of_owner(row)),
                deciding[str(condition.id)],
                str(condition.requires),
                str(condition.source),
            )
        )
    for judged, term in zip(assessment.terms, programme.file.contract, strict=bool(assessment.terms)):
        criteria.append(
            Criterion(
                term.id,
                judged.holds,
                (inclusive(start, end),) if judged.holds is Verdict.YES else (),
                (
                    Fact(
                        "term",
                        {"rule": term.rule()[0], "missing": judged.missing, "contract": assessment.given},
                    ),
                ),
                term.requires,
                term.source,
            )
        )
    holding = next(((a, b) for a, b in certain if a <= day < b), None)
    return Explanation(
        programme=programme.id,
        on=on,
        verdict=verdict,
        windows=tuple(inclusive(a, b) for a, b in certain),
        first_eligible_on=date.fromordinal(certain[0][0]) if certain else None,
        eligible_until=inclusive(*holding)[1] if holding else None,
        criteria=tuple(criteria),
        reservations=tuple(_reservations(assessment, row, verdict)),
        nearest_change=_nearest(assessment, row, day, verdict),
    )


def inclusive(start: int, end: int) -> Window:
    """Half-open day numbers as first and last day; an end at LAST is no end."""
    return date.fromordinal(start), None if end >= LAST else date.fromordinal(end - 1)


def _verdict(assessment: Assessment, row: int, day: int) -> Verdict:
    person = assessment.windows.verdict_of(row, day)
    return person if assessment.contract is None else min(person, assessment.contract)


def _nearest(assessment: Assessment, row: int, day: int, present: Verdict) -> Change | None:
    """First later day on which the verdict is another: only ends of windows can be one."""
    edges = {
        edge
        for spans in (assessment.windows.certain, assessment.windows.possible)
        for span in spans.of_owner(row)
        for edge in span
        if day < edge < LAST
    }
    for edge in sorted(edges):
        then = _verdict(assessment, row, edge)
        if then is not present:
            on = date.fromordinal(edge)
            return Change(on, then, tuple(_turning(assessment, row, on)))
    return None


def _turning(assessment: Assessment, row: int, on: date) -> Iterator[Fact]:
    """What turns on that day: the programme itself, or conditions with their facts."""
    day = on.toordinal()
    start, end = assessment.programme.in_force()
    if day == end:
        yield Fact("programme-ends", {})
    if day == start:
        yield Fact("programme-begins", {})
    yield from turning(assessment, row, on)


def _reservations(assessment: Assessment, row: int, verdict: Verdict) -> Iterator[str]:
    """Words to say beside the verdict, as the programme file writes them; none beside a no."""
    if verdict is Verdict.NO:
        return
    contract = assessment.given
    cohort = assessment.cohort
    day = (
        contract.signature_date
        if contract and contract.signature_date
        else assessment.programme.file.in_force.from_
    )
    for reservation in assessment.programme.file.reservations:
        limits = assessment.programme.values(
            {"hours": reservation.hours_below, "months": reservation.months_below}, day
        )
        if reservation.born_on_29_february:
            if not cohort.birth_missing[row]:
                born = date.fromordinal(int(cohort.birth[row]))
                if (born.month, born.day) == (2, 29):
                    yield reservation.text
        elif contract is None:
            continue
        elif limits["hours"] is not None and contract.weekly_hours is not None:
            if contract.weekly_hours < limits["hours"]:
                yield reservation.text
        elif limits["months"] is not None and contract.kind == "CDD" and contract.months is not None:
            if contract.months < limits["months"]:
                yield reservation.text
        elif reservation.sector_is is not None and contract.sector == reservation.sector_is:
            yield reservation.text
