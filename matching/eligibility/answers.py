"""Answers that a missing fact may have: one on each side of every threshold that a programme sets on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from .cohort import Period, Registration, Residence
from .contract import Contract
from .days import add_months
from .programme import Programme
from .schema import Condition

#: leaf of a programme file -> the facts it reads, as `passerelle check` names them (`stated` names its own)
READS = {
    "aged": ("birth_date",),
    "recognised": ("rqth",),
    "out_of_work": ("employment",),
    "without_diploma": ("diploma_level",),
    "level_is": ("diploma_level",),
    "at_most_level": ("diploma_level", "bac_plus"),
    "searching": ("registrations",),
    "registered": ("registrations",),
    "lives_in": ("residence",),
    "when": (),
}
#: the order in which facts are asked for
ORDER = ("birth_date", "rqth", "diploma_level", "bac_plus", "registrations", "employment", "residence")
#: a missing term, as it is asked for -> field of the contract
TERMS = {"contract.kind": "kind", "contract.months": "months", "contract.weekly_hours": "weekly_hours",
          "contract.sector": "sector"}  # fmt: skip
_LEVELS = (0, 3, 4, 5, 6, 7, 8)


def reads(leaf: Condition) -> tuple[str, ...]:
    """The facts that a leaf of a programme reads."""
    name, arguments = leaf.leaf()
    return (arguments["fact"],) if name == "stated" else READS[name]


def of_fact(programme: Programme, fact: str, on: date) -> Sequence[Any]:
    """Answers on each side of every threshold that the programme sets on that day."""
    leaves = [
        (name, programme.values(arguments, on))
        for name, arguments in (leaf.leaf() for leaf in programme.leaves())
        if fact in READS.get(name, ())
    ]
    match fact:
        case "birth_date":
            ages = sorted({age for _, leaf in leaves for age in (leaf["at_least"], leaf["below"])})
            return [_ago(on, 12 * age) for age in ages] + [_ago(on, 12 * max(ages[0] - 1, 0))]
        case "diploma_level":
            return _LEVELS
        case "bac_plus":
            return sorted({leaf["bac_plus"] + more for _, leaf in leaves for more in (0, 1)})
        case "registrations":
            return list(_registrations(leaves, on))
        case "employment":
            return [(), (Period(on, on),)]
        case "residence":
            return list(_residences([leaf for _, leaf in leaves], on))
        case _:  # rqth, and every stated fact
            return [True, False]


def _ago(on: date, months: int) -> date:
    return date.fromordinal(max(int(add_months(np.array([on.toordinal()]), -months)[0]), 1))


def _registrations(
    leaves: Sequence[tuple[str, dict[str, Any]]], on: date
) -> Iterator[tuple[Registration, ...]]:
    """None; since long; since each needed duration; long but ended; since today; in a category that may not count."""
    long = _ago(on, 120)
    yield ()
    yield (Registration(long),)
    yield (Registration(long, date.fromordinal(on.toordinal() - 1)),)
    yield (Registration(on),)
    for name, leaf in leaves:
        if name == "searching":
            yield (Registration(_ago(on, leaf["months"])),)
            yield (Registration(_ago(on, leaf["within"]), _ago(on, leaf["within"] - leaf["months"])),)
        else:
            yield from ((Registration(long, None, category),) for category in range(1, 9))


def _residences(leaves: Sequence[dict[str, Any]], on: date) -> Iterator[tuple[Residence, ...]]:
    """In no zone; in each kind that counts, since long and since today, in a listed commune and elsewhere."""
    long = _ago(on, 240)
    yield (Residence(long, None, "none"),)
    for kind in sorted({kind for leaf in leaves for kind in leaf["kinds"]}):
        yield (Residence(long, None, kind),)
        if any(leaf.get("since_months") for leaf in leaves):
            yield (Residence(on, None, kind),)
        for leaf in leaves:
            for commune in tuple(leaf.get("communes") or ())[:1]:
                yield (Residence(long, None, kind, commune.ljust(5, "0")),)


def of_terms(programme: Programme, contract: Contract, on: date) -> dict[str, list[Any]]:
    """Missing terms that a rule asks about, with answers inside and outside what it allows."""
    answers: dict[str, list[Any]] = {}
    for term in programme.file.contract:
        name, raw = term.rule()
        arguments = programme.values(raw, on)
        if name == "kind":
            allowed = arguments["allowed"]
            if contract.kind is None:
                answers["contract.kind"] = [*allowed, "MIS"]
            bounds = allowed.get("CDD")
            if bounds and contract.months is None and contract.kind in (None, "CDD"):
                low, high = bounds.get("months_from", 0), bounds.get("months_to", 60)
                answers["contract.months"] = [low, max(low - 1, 0), high + 1]
        elif name == "hours" and contract.weekly_hours is None:
            low = arguments["at_least"]
            answers["contract.weekly_hours"] = [low, low - 0.5, (arguments.get("at_most") or 35) + 1]
        elif name == "sector" and contract.sector is None:
            answers["contract.sector"] = [*arguments["accepted"], *arguments.get("open", ())]
    return {name: answers[name] for name in TERMS if name in answers}
