"""What to ask for: a smallest set of missing facts whose every answer leaves nothing more to ask.

On one day the conditions of a programme are a tree over its leaves, and each leaf reads one fact (two for a diploma
within a level). So every missing fact is an axis with a few answers, one on each side of every threshold that its
leaves can tell apart, and "still unknown" before them; the tree is evaluated once over all axes. A set of facts is
enough when each answer to it, the others still unknown, settles the verdict, or leaves it open for a reason that no
further answer can lift (a sector list that is not configured). Person and contract share no fact: two small tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..vocabulary import Verdict
from . import answers
from .answers import ORDER, TERMS, reads
from .cohort import Cohort, Dossier
from .contract import Contract
from .programme import Assessment, Programme
from .schema import Condition
from .spans import Spans, union

Values = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Questions:
    """`facts`: a smallest set that is enough, empty when no answer would change anything; `first`: the one of them
    most likely to settle the verdict alone."""

    facts: tuple[str, ...]
    first: str | None


def open_facts(programme: Programme, cohort: Cohort) -> dict[str, Spans]:
    """fact -> days on which, for whom, it keeps the programme open because nobody has stated it.

    A leaf counts only where every condition above it is open too: a waiver that the law does not know yet, or a route
    that is shut, asks for nothing.
    """
    found: dict[str, list[Spans]] = {}

    def walk(node: Condition, days: Spans) -> None:
        windows = programme.windows_of(node, cohort)
        days = days & (windows.possible - windows.certain)
        if not len(days.owner):
            return
        for part in node.parts():
            walk(part, days)
        if node.parts():
            return
        first, *more = reads(node)
        if first == "diploma_level":
            # A level that is known leaves a rule open only by the years after the bac (C11).
            for fact in more:
                found.setdefault(fact, []).append(days.of_these(~cohort.level_missing))
            days = days.of_these(cohort.level_missing)
        found.setdefault(first, []).append(days)

    for condition in programme.file.conditions.all_of:
        walk(condition, Spans.everywhere(cohort.size))
    joined = {fact: union(cohort.size, sets) for fact, sets in found.items()}
    return {fact: days for fact, days in joined.items() if len(days.owner)}


def questions(assessment: Assessment, row: int, on: date) -> Questions:
    """For a person of the cohort whose verdict on that day is unknown."""
    cohort, day = assessment.cohort, on.toordinal()
    values = tuple(
        int(assessment.leaf(position).verdict_of(row, day))
        for position in range(len(assessment.programme.leaves()))
    )
    level = None if cohort.level_missing[row] else int(cohort.level[row])
    bac_plus = None if cohort.bac_plus_missing[row] else int(cohort.bac_plus[row])
    return _questions(assessment.programme, on, values, level, bac_plus, assessment.given)


@lru_cache(maxsize=4096)
def _questions(
    programme: Programme,
    on: date,
    values: tuple[int, ...],
    level: int | None,
    bac_plus: int | None,
    contract: Contract | None,
) -> Questions:
    """The same for whoever stands alike on that day; `values`: each leaf's own answer."""
    sides = [_person(programme, on, values, level, bac_plus), _contract(programme, contract, on)]
    names = [name for side in sides for name in side.names]
    for size in range(len(names) + 1):
        for chosen in itertools.combinations(names, size):
            if _enough(*(side.states(chosen) for side in sides)):
                return Questions(chosen, _likeliest(chosen, *sides))
    raise AssertionError("all answers together leave nothing to ask")


def _likeliest(chosen: Sequence[str], person: _Side, contract: _Side) -> str | None:
    def settles_alone(name: str) -> float:
        side, other = (person, contract) if name in person.names else (contract, person)
        return side.settled_by(name, other.unanswered)

    return max(chosen, key=lambda name: (settles_alone(name), -chosen.index(name)), default=None)


#: What a set of answers leaves: the verdict so far, and all verdicts that answering the rest can lead to.
State = tuple[int, frozenset[int]]


def _enough(people: frozenset[State], contracts: frozenset[State]) -> bool:
    for (person, persons_later), (contract, contracts_later) in itertools.product(people, contracts):
        if min(person, contract) != Verdict.UNKNOWN:
            continue
        if any(
            min(one, other) != Verdict.UNKNOWN
            for one, other in itertools.product(persons_later, contracts_later)
        ):
            return False
    return True


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Verdicts over every answer of some facts: one axis a fact, position 0 = still unknown. `weights`: how many of
    the answers thought of each position stands for."""

    names: tuple[str, ...]
    table: Values
    weights: tuple[npt.NDArray[np.int64], ...]

    @property
    def unanswered(self) -> int:
        return int(self.table[(0,) * self.table.ndim])

    def states(self, chosen: Sequence[str]) -> frozenset[State]:
        """What the answers to the chosen facts of this side leave."""
        axes = [axis for axis, name in enumerate(self.names) if name in chosen]
        others = tuple(axis for axis in range(self.table.ndim) if axis not in axes)
        now = self.table[tuple(slice(1, None) if axis in axes else 0 for axis in range(self.table.ndim))]
        whole = self.table[(slice(1, None),) * self.table.ndim]
        later = np.bitwise_or.reduce(1 << (whole + 1), axis=others) if others else 1 << (whole + 1)
        codes = np.unique((now.astype(np.int64) + 1) * 8 + later)
        return frozenset(
            (code // 8 - 1, frozenset(value for value in (-1, 0, 1) if code & 1 << value + 1))
            for code in codes.tolist()
        )

    def settled_by(self, name: str, beside: int) -> float:
        """Share of the answers to this fact alone that settle the verdict, the other side being as it is."""
        axis = self.names.index(name)
        alone = self.table[tuple(slice(1, None) if at == axis else 0 for at in range(self.table.ndim))]
        settled = np.minimum(alone, beside) != Verdict.UNKNOWN
        return float(np.average(settled, weights=self.weights[axis]))


# --- the person


def _person(
    programme: Programme, on: date, values: tuple[int, ...], level: int | None, bac_plus: int | None
) -> _Side:
    leaves = programme.leaves()
    open_ = [position for position, value in enumerate(values) if value == Verdict.UNKNOWN]
    given = {"diploma_level": level, "bac_plus": bac_plus}
    facts = {fact for position in open_ for fact in reads(leaves[position]) if given.get(fact) is None}
    names = sorted(facts, key=lambda fact: (ORDER.index(fact) if fact in ORDER else len(ORDER), fact))
    axis = {name: position for position, name in enumerate(names)}
    effects: dict[tuple[str, ...], tuple[list[int], Values]] = {}
    sizes, weights = [1] * len(names), [np.ones(0, np.int64)] * len(names)
    for group in _groups(names):
        read = [position for position in open_ if axis.keys() & set(reads(leaves[position])) & set(group)]
        table = _table(programme, on, group, tuple(read), level, bac_plus)
        for place, name in enumerate(group):
            table, counts = _distinct(table, place)
            sizes[axis[name]], weights[axis[name]] = len(counts) + 1, counts
        effects[group] = (read, table)
    spread: dict[int, Values] = {}
    for group, (read, table) in effects.items():
        shape = [1] * len(names)
        for place, name in enumerate(group):
            shape[axis[name]] = table.shape[place]
        for column, position in enumerate(read):
            spread[position] = table[..., column].reshape(shape)
    found = iter([spread.get(position, np.int8(value)) for position, value in enumerate(values)])
    whole = [_evaluate(node, found) for node in programme.file.conditions.all_of]
    verdicts = np.broadcast_to(_least(whole), sizes)
    return _Side(tuple(names), verdicts, tuple(weights))


def _groups(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Facts that one leaf reads together go together."""
    diploma = tuple(name for name in names if name in ("diploma_level", "bac_plus"))
    if diploma:
        yield diploma
    yield from ((name,) for name in names if name not in diploma)


def _least(parts: Sequence[Values]) -> Values:
    whole = parts[0]
    for part in parts[1:]:
        whole = np.minimum(whole, part)
    return whole


def _evaluate(node: Condition, leaves: Iterator[Any]) -> Values:
    """The tree over the values of its leaves, in their order (Kleene: and = least, or = greatest)."""
    if node.all_of is not None:
        return _least([_evaluate(part, leaves) for part in node.all_of])
    if node.any_of is not None:
        return -_least([-_evaluate(part, leaves) for part in node.any_of])
    if node.not_ is not None:
        return -_evaluate(node.not_, leaves)
    value: Values = np.asarray(next(leaves), np.int8)
    return value


def _table(
    programme: Programme,
    on: date,
    group: tuple[str, ...],
    read: tuple[int, ...],
    level: int | None,
    bac_plus: int | None,
) -> Values:
    """Values of the leaves `read` (last axis) over the answers of the group's facts, 0 = still unknown."""
    options = [(None, *answers.of_fact(programme, fact, on)) for fact in group]
    people = [
        _dossier(dict(zip(group, each, strict=True)), level, bac_plus) for each in itertools.product(*options)
    ]
    cohort = Cohort.build(people, as_known_on=on)
    columns = [
        programme.windows_of(programme.leaves()[position], cohort).verdict(on.toordinal())
        for position in read
    ]
    return np.stack(columns, axis=-1).reshape(*(len(each) for each in options), len(read))


def _distinct(table: Values, axis: int) -> tuple[Values, npt.NDArray[np.int64]]:
    """Answers (past position 0) that no leaf tells apart become one; with how many each stands for."""
    rows = np.moveaxis(table, axis, 0)
    flat = rows[1:].reshape(len(rows) - 1, -1)
    _, first, counts = np.unique(flat, axis=0, return_index=True, return_counts=True)
    order = np.argsort(first)
    kept = np.concatenate([[0], first[order] + 1])
    return np.moveaxis(rows[kept], 0, axis), counts[order]


def _dossier(stated: dict[str, Any], level: int | None, bac_plus: int | None) -> Dossier:
    """Somebody of whom nothing else is known."""
    known: dict[str, Any] = {"diploma_level": level, "bac_plus": bac_plus}
    known |= {name: value for name, value in stated.items() if value is not None}
    facts = {name: known.pop(name) for name in list(known) if name not in Dossier.__dataclass_fields__}
    return Dossier(**known, facts=facts)


# --- the contract


@lru_cache(maxsize=1024)
def _contract(programme: Programme, contract: Contract | None, on: date) -> _Side:
    """The terms over every answer to those that are missing; without a contract nothing stands in the way."""
    if contract is None:
        return _Side((), np.array(1, np.int8), ())
    missing = answers.of_terms(programme, contract, on)
    options = [(None, *each) for each in missing.values()]
    verdicts = [
        programme.judge(
            replace(
                contract,
                **{
                    TERMS[name]: value for name, value in zip(missing, each, strict=True) if value is not None
                },
            ),
            on,
        )
        for each in itertools.product(*options)
    ]
    table = np.array(verdicts, np.int8).reshape([len(each) for each in options])
    return _Side(tuple(missing), table, tuple(np.ones(len(each) - 1, np.int64) for each in options))
