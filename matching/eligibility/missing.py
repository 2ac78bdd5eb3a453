"""What to ask for: a smallest set of missing facts whose every possible answer settles the verdict.

Every missing fact has a few representative answers, one on each side of every threshold of the programme. All
combinations, "still unknown" included, are assessed at once as a cohort: a set of facts settles when no combination
that answers them, and leaves the others unknown, is left open.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ..vocabulary import Verdict
from .cohort import Cohort, Dossier, Period, Registration, Residence
from .contract import Contract
from .days import add_months
from .programme import Programme

#: More combinations than this are not tried: the facts then come in the order below, all of them.
MOST = 60_000

_CONTRACT = {"contract.kind": "kind", "contract.months": "months", "contract.weekly_hours": "weekly_hours",
             "contract.sector": "sector"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Questions:
    """`facts`: a smallest settling set, empty when none would settle; `first`: the one most likely to settle alone."""

    facts: tuple[str, ...]
    first: str | None


def questions(programme: Programme, person: Dossier, contract: Contract | None, on: date) -> Questions:
    """For a person whose verdict on that day is unknown. Facts are named as in `passerelle check`."""
    answers = _answers(programme, person, contract, on)
    names = list(answers)
    options = [[None, *answers[name]] for name in names]
    combinations = np.array(
        list(itertools.product(*(range(len(option)) for option in options))), np.int16
    ).reshape(-1, len(names))
    if len(combinations) > MOST:
        return Questions(tuple(names), names[0] if names else None)
    settled = _settled(programme, person, contract, on, names, options, combinations)
    alone = {
        name: float(settled[_answering(combinations, [index])].mean()) for index, name in enumerate(names)
    }
    best = max(names, key=lambda name: (alone[name], -names.index(name)), default=None)
    first = best if best is not None and alone[best] > 0 else None
    for size in range(1, len(names) + 1):
        for chosen in itertools.combinations(range(len(names)), size):
            if settled[_answering(combinations, chosen)].all():
                return Questions(tuple(names[index] for index in chosen), first)
    return Questions((), first)


def _answering(combinations: npt.NDArray[np.int16], chosen: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Rows that answer exactly the chosen facts (0 = still unknown)."""
    wanted = np.zeros(combinations.shape[1], np.bool_)
    wanted[list(chosen)] = True
    answering: npt.NDArray[np.bool_] = ((combinations > 0) == wanted).all(axis=1)
    return answering


def _settled(
    programme: Programme,
    person: Dossier,
    contract: Contract | None,
    on: date,
    names: list[str],
    options: list[list[Any]],
    combinations: npt.NDArray[np.int16],
) -> npt.NDArray[np.bool_]:
    """Whether each combination leaves nothing open: a sure no on either side, or a sure yes on both."""
    people_names = [name for name in names if name not in _CONTRACT]
    columns = [names.index(name) for name in people_names]
    kinds, row_of = np.unique(combinations[:, columns], axis=0, return_inverse=True)
    people = [
        _with(
            person,
            {name: options[names.index(name)][pick] for name, pick in zip(people_names, kind, strict=True)},
        )
        for kind in kinds
    ]
    assessment = programme.assess(Cohort.build(people, as_known_on=on))
    verdict = assessment.windows.verdict(on.toordinal())[row_of.reshape(-1)]
    if contract is None:
        alone: npt.NDArray[np.bool_] = verdict != Verdict.UNKNOWN
        return alone
    terms = np.array(
        [
            programme.judge(
                replace(
                    contract,
                    **{
                        _CONTRACT[name]: options[index][pick]
                        for index, (name, pick) in enumerate(zip(names, combination, strict=True))
                        if name in _CONTRACT and pick
                    },
                ),
                on,
            )
            for combination in combinations
        ],
        np.int8,
    )
    both: npt.NDArray[np.bool_] = np.minimum(verdict, terms) != Verdict.UNKNOWN
    return both


def _with(person: Dossier, answers: dict[str, Any]) -> Dossier:
    given = {name: value for name, value in answers.items() if value is not None}
    facts = {name: value for name, value in given.items() if name not in Dossier.__dataclass_fields__}
    fields = {name: value for name, value in given.items() if name not in facts}
    for name in ("employment", "residence"):
        if name in fields:
            fields[f"{name}_known"] = None
    return replace(person, **fields, facts={**person.facts, **facts})


def _answers(
    programme: Programme, person: Dossier, contract: Contract | None, on: date
) -> dict[str, list[Any]]:
    """Missing facts that the programme reads, each with its representative answers."""
    read: dict[str, list[dict[str, Any]]] = {}
    for condition in programme.file.conditions.all_of:
        for name, arguments in condition.leaves():
            read.setdefault(name, []).append(programme.values(arguments, on))
    answers: dict[str, list[Any]] = {}
    if person.birth_date is None and "aged" in read:
        ages = sorted({age for leaf in read["aged"] for age in (leaf["at_least"], leaf["below"])})
        answers["birth_date"] = [_ago(on, 12 * age) for age in ages] + [_ago(on, 12 * max(ages[0] - 1, 0))]
    if person.rqth is None and "recognised" in read:
        answers["rqth"] = [True, False]
    if {"without_diploma", "level_is", "at_most_level"} & set(read):
        if person.diploma_level is None:
            answers["diploma_level"] = [0, 3, 4, 5, 6, 7, 8]
        splits = {leaf["level"]: leaf["bac_plus"] for leaf in read.get("at_most_level", [])}
        if person.bac_plus is None and (person.diploma_level is None or person.diploma_level in splits):
            answers["bac_plus"] = sorted({years + more for years in splits.values() for more in (0, 1)})
    if person.registrations is None and {"searching", "registered"} & set(read):
        answers["registrations"] = list(_registrations(read, on))
    if _open_on(person.employment, person.employment_known, on) and "out_of_work" in read:
        answers["employment"] = [(), (Period(on, on),)]
    if _open_on(person.residence, person.residence_known, on) and "lives_in" in read:
        answers["residence"] = list(_residences(read["lives_in"], on))
    for leaf in read.get("stated", []):
        if leaf["fact"] not in person.facts:
            answers[leaf["fact"]] = [True, False]
    if contract is not None:
        answers |= _terms(programme, contract, on)
    return answers


def _open_on(stated: object | None, known: Sequence[Period] | None, on: date) -> bool:
    if stated is None:
        return True
    return known is not None and not any(
        period.start <= on and (period.end is None or on <= period.end) for period in known
    )


def _ago(on: date, months: int) -> date:
    return date.fromordinal(max(int(add_months(np.array([on.toordinal()]), -months)[0]), 1))


def _registrations(read: dict[str, list[dict[str, Any]]], on: date) -> Any:
    """None at all; since long; since each needed duration; long but ended; in a category that may not count."""
    yield ()
    yield (Registration(_ago(on, 120)),)
    for leaf in read.get("searching", []):
        yield (Registration(_ago(on, leaf["months"])),)
        begun = _ago(on, leaf["within"])
        yield (Registration(begun, _ago(on, leaf["within"] - leaf["months"])),)
    eve = date.fromordinal(on.toordinal() - 1)
    yield (Registration(_ago(on, 120), eve),)
    for category in (4, 5) if "registered" in read else ():
        yield (Registration(_ago(on, 120), None, category),)


def _residences(leaves: list[dict[str, Any]], on: date) -> Any:
    """In no zone; in each kind that counts, since long and since today, in a listed commune and elsewhere."""
    yield (Residence(_ago(on, 240), None, "none"),)
    for kind in sorted({kind for leaf in leaves for kind in leaf["kinds"]}):
        yield (Residence(_ago(on, 240), None, kind),)
        if any(leaf.get("since_months") for leaf in leaves):
            yield (Residence(on, None, kind),)
        for leaf in leaves:
            for commune in tuple(leaf.get("communes") or ())[:1]:
                yield (Residence(_ago(on, 240), None, kind, commune.ljust(5, "0")),)


def _terms(programme: Programme, contract: Contract, on: date) -> dict[str, list[Any]]:
    """Missing terms that a rule asks about, with an answer inside and outside what it allows."""
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
    return answers
