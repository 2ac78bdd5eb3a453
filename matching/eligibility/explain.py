"""Why: each condition with its days and deciding facts, what would change next, what to ask for.

Gives codes and facts; the French words are made by `web/wording/rights.py`. Dates leave here inclusive; an open end is
None. The conversion from half-open day numbers is made in this module and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ..vocabulary import Verdict
from .cohort import ZONE_KINDS
from .days import FIRST, LAST
from .programme import Assessment
from .schema import Condition

#: A window as people read it: first and last day, None = no end.
Window = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Fact:
    """A deciding fact: a code and what the words need (`age`: years…)."""

    code: str
    values: dict[str, Any]


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
    for condition in programme.file.conditions.all_of:
        windows = assessment.criteria[str(condition.id)]
        criteria.append(
            Criterion(
                str(condition.id),
                windows.verdict_of(row, day),
                tuple(inclusive(a, b) for a, b in windows.certain.of_owner(row)),
                tuple(facts_of(assessment, condition, row, on)),
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
    """Facts of the conditions whose own answer differs from the eve's."""
    day = on.toordinal()
    start, end = assessment.programme.in_force()
    if day == end:
        yield Fact("programme-ends", {})
    if day == start:
        yield Fact("programme-begins", {})
    for condition in assessment.programme.file.conditions.all_of:
        windows = assessment.criteria[str(condition.id)]
        if windows.verdict_of(row, day) is not windows.verdict_of(row, day - 1):
            yield from facts_of(assessment, condition, row, on)


def facts_of(assessment: Assessment, condition: Condition, row: int, on: date) -> Iterator[Fact]:
    """The facts that the criteria below this condition read, once each, as they stand on that day."""
    said: set[str] = set()
    for name, arguments in condition.leaves():
        for fact in _leaf(assessment, name, assessment.programme.values(arguments, on), row, on):
            key = f"{fact.code}{fact.values.get('within', '')}{fact.values.get('fact', '')}"
            if key not in said:
                said.add(key)
                yield fact


def _leaf(assessment: Assessment, name: str, arguments: dict[str, Any], row: int, on: date) -> Iterator[Fact]:
    cohort, day = assessment.cohort, on.toordinal()
    if name == "aged":
        born = None if cohort.birth_missing[row] else date.fromordinal(int(cohort.birth[row]))
        yield Fact("age", {"born": born, "on": on})
    elif name == "recognised":
        if cohort.rqth.missing[row]:
            yield Fact("rqth", {"value": None})
        elif cohort.rqth.value[row]:
            until = int(cohort.rqth_until[row])
            yield Fact("rqth", {"value": day < until, "until": inclusive(FIRST, until)[1]})
    elif name == "out_of_work":
        working = any(a <= day < b for a, b in cohort.in_job.of_owner(row))
        unsure = any(a <= day < b for a, b in cohort.job_unknown.of_owner(row))
        yield Fact("work", {"value": True if working else None if unsure else False})
    elif name in ("without_diploma", "level_is", "at_most_level"):
        yield Fact(
            "level",
            {
                "level": None if cohort.level_missing[row] else int(cohort.level[row]),
                "bac_plus": None if cohort.bac_plus_missing[row] else int(cohort.bac_plus[row]),
            },
        )
    elif name == "searching":
        yield Fact("search", _search(assessment, row, on, arguments))
    elif name == "registered":
        counted = [0, *arguments["categories"]]
        current = [
            code
            for code, spans in cohort.registered_by_category.items()
            if any(a <= day < b for a, b in spans.of_owner(row))
        ]
        unsure = bool(cohort.registrations_missing[row])
        yield Fact(
            "registered",
            {"categories": current, "counts": None if unsure else any(c in counted for c in current)},
        )
    elif name == "lives_in":
        yield Fact("home", {**_home(assessment, row, day), "since_months": arguments.get("since_months", 0)})
    elif name == "stated" and _open(assessment, arguments["fact"], on):
        column = cohort.facts.get(arguments["fact"])
        value = None if column is None or column.missing[row] else bool(column.value[row])
        yield Fact("stated", {"fact": arguments["fact"], "value": value})


def _open(assessment: Assessment, fact: str, on: date) -> bool:
    """Whether the law asks about the fact on that day: its `when` says yes, or it has none."""
    for condition in assessment.programme.file.conditions.all_of:
        for group in _groups(condition):
            leaves = [part.leaf() for part in group if not (part.all_of or part.any_of or part.not_)]
            if ("stated", {"fact": fact}) in leaves:
                figures = [arguments["figure"] for name, arguments in leaves if name == "when"]
                values = assessment.programme.values({"x": figures[0]}, on) if figures else {"x": True}
                return bool(values["x"])
    return True


def _groups(condition: Condition) -> Iterator[list[Condition]]:
    for parts in (condition.all_of, condition.any_of):
        if parts:
            yield parts
            for part in parts:
                yield from _groups(part)


def _search(assessment: Assessment, row: int, on: date, arguments: dict[str, Any]) -> dict[str, Any]:
    """Days of search in the window that the rule looks at."""
    from .days import add_months

    cohort = assessment.cohort
    day = on.toordinal()
    begins = int(add_months(np.array([day]), -arguments["within"])[0])
    days = sum(
        max(0, min(b, day) - max(a, begins))
        for a, b in cohort.registered.of_owner(row)
        if a < day and b > begins
    )
    return {
        "days": None if cohort.registrations_missing[row] else days,
        "months": arguments["months"],
        "within": arguments["within"],
    }


def _home(assessment: Assessment, row: int, day: int) -> dict[str, Any]:
    """Kinds of zone of that day's homes and since when each kind has run; empty when none is known."""
    homes = assessment.cohort.homes
    here = np.flatnonzero((homes.owner == row) & (homes.start <= day) & (day < homes.end))
    kinds = sorted({ZONE_KINDS[int(homes.kind[index])] for index in here})
    since = min((int(homes.start[index]) for index in here), default=None)
    return {"kinds": kinds, "since": date.fromordinal(since) if since and since > FIRST else None}


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
