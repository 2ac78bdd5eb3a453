"""The facts that decide a condition on one day: those of the leaves that its answer hangs on, and no others.

A yes of alternatives hangs on the first that holds, a no or an unknown on all of them; of conditions that must all
hold, a no hangs on the first that fails, an unknown on those that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ..vocabulary import Verdict
from .cohort import ZONE_KINDS
from .days import FIRST, LAST, add_months
from .programme import Assessment
from .schema import Condition


@dataclass(frozen=True, slots=True)
class Fact:
    """A deciding fact: a code and what the words need (`age`: years…)."""

    code: str
    values: dict[str, Any]


def facts(assessment: Assessment, row: int, on: date) -> dict[str, tuple[Fact, ...]]:
    """id of each condition -> its deciding facts on that day, once each."""
    day, places = on.toordinal(), _Places(assessment, row)
    return {
        str(condition.id): _told(assessment, places.deciding(condition, day)[1], row, on)
        for condition in assessment.programme.file.conditions.all_of
    }


def turning(assessment: Assessment, row: int, on: date) -> Iterator[Fact]:
    """Facts of the conditions whose own answer differs from the eve's: what turned first, then what decides now."""
    day, places, eves = on.toordinal(), _Places(assessment, row), _Places(assessment, row)
    for condition in assessment.programme.file.conditions.all_of:
        began = places.at
        now, deciding = places.deciding(condition, day)
        before, _ = eves.deciding(condition, day - 1)
        if now is before:
            continue
        turned = [
            position
            for position in range(began, places.at)
            if assessment.leaf(position).verdict_of(row, day)
            is not assessment.leaf(position).verdict_of(row, day - 1)
        ]
        yield from _told(assessment, [*turned, *deciding], row, on)


class _Places:
    """Walks the conditions of a programme, giving each leaf its position in the order written."""

    def __init__(self, assessment: Assessment, row: int) -> None:
        self.assessment, self.row, self.at = assessment, row, 0

    def deciding(self, node: Condition, day: int) -> tuple[Verdict, list[int]]:
        """The node's answer on that day and the positions of the leaves it hangs on."""
        if node.all_of is not None:
            parts = [self.deciding(part, day) for part in node.all_of]
            value = min(part[0] for part in parts)
            alone = value is Verdict.NO
        elif node.any_of is not None:
            parts = [self.deciding(part, day) for part in node.any_of]
            value = max(part[0] for part in parts)
            if value is Verdict.UNKNOWN:  # open, and the other ways are shut
                return value, [position for _, below in parts for position in below]
            alone = value is Verdict.YES
        elif node.not_ is not None:
            value, below = self.deciding(node.not_, day)
            return Verdict(-value), below
        else:
            position, self.at = self.at, self.at + 1
            return self.assessment.leaf(position).verdict_of(self.row, day), [position]
        same = [below for answer, below in parts if answer is value]
        return value, same[0] if alone else [position for below in same for position in below]


def _told(assessment: Assessment, positions: Iterable[int], row: int, on: date) -> tuple[Fact, ...]:
    """What these leaves read, once each."""
    told: dict[str, Fact] = {}
    for position in positions:
        name, arguments = assessment.programme.leaves()[position].leaf()
        for fact in _leaf(assessment, name, assessment.programme.values(arguments, on), row, on):
            unknown = fact.code == "search" and fact.values["days"] is None
            within = "" if unknown else fact.values.get("within", "")
            told.setdefault(f"{fact.code}{within}{fact.values.get('fact', '')}", fact)
    return tuple(told.values())


def _leaf(assessment: Assessment, name: str, arguments: dict[str, Any], row: int, on: date) -> Iterator[Fact]:
    cohort, day = assessment.cohort, on.toordinal()
    if name == "aged":
        born = None if cohort.birth_missing[row] else date.fromordinal(int(cohort.birth[row]))
        signed = assessment.given is not None and assessment.given.signature_date == on
        yield Fact("age", {"born": born, "on": on, "signed": signed})
    elif name == "recognised":
        if cohort.rqth.missing[row]:
            yield Fact("rqth", {"value": None})
        elif cohort.rqth.value[row]:
            until = int(cohort.rqth_until[row])
            last = None if until >= LAST else date.fromordinal(until - 1)
            yield Fact("rqth", {"value": day < until, "until": last})
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
    elif name == "stated":
        column = cohort.facts.get(arguments["fact"])
        value = None if column is None or column.missing[row] else bool(column.value[row])
        yield Fact("stated", {"fact": arguments["fact"], "value": value})


def _search(assessment: Assessment, row: int, on: date, arguments: dict[str, Any]) -> dict[str, Any]:
    """Days of search in the window that the rule looks at."""
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
