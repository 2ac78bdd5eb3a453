"""A programme is one YAML file: dates in force, dated figures, a tree of conditions, contract terms, aid, law cases.

`load` checks the files and composes their conditions into `assess`; no programme has code of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pydantic

from ..errors import MissingParameter
from ..vocabulary import Verdict
from . import criteria, yaml_lines
from .cohort import Cohort, Mask
from .contract import RULES, Contract, TermVerdict
from .days import FIRST, LAST
from .schema import Condition, FigureFile, FigureTable, ProgrammeFile, Strict
from .spans import Spans
from .windows import Windows, all_of, any_of, clipped, known, negate

T = TypeVar("T", bound=Strict)
SHIPPED = Path(str(files(__package__) / "programmes"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A dated value with its unit and legal reference."""

    value: Any
    unit: str
    reference: str


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What one programme says of a cohort.

    `windows`: the person's own criteria within the days in force; `criteria`: each by its id, not clipped;
    `contract`: the verdict of the terms (None without a contract), `terms`: each of them.
    """

    programme: Programme
    cohort: Cohort
    windows: Windows
    criteria: Mapping[str, Windows]
    contract: Verdict | None
    terms: tuple[TermVerdict, ...]
    given: Contract | None
    _leaves: dict[int, Windows] = field(default_factory=dict, repr=False)

    def leaf(self, position: int) -> Windows:
        """Windows of one leaf of the conditions (its place in `Programme.leaves`) over the whole cohort; kept."""
        if position not in self._leaves:
            self._leaves[position] = self.programme.windows_of(self.programme.leaves()[position], self.cohort)
        return self._leaves[position]

    def with_contract(self, contract: Contract | None, on: date | None) -> Assessment:
        """The same people with the terms of this contract judged at its signature, else on `on`."""
        if contract is None:
            return self
        signed = contract.signature_date or on or self.programme.file.in_force.from_
        terms = tuple(self.programme.terms(contract, signed))
        verdict = min((term.holds for term in terms), default=Verdict.YES)
        return replace(self, contract=verdict, terms=terms, given=contract)


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """A checked programme file and the shared figures beside it."""

    file: ProgrammeFile
    shared: Mapping[str, FigureTable]
    path: Path
    digest: str

    @property
    def id(self) -> str:
        return self.file.id

    def figure(self, name: str, day: date) -> Figure:
        """What was in force that day. Raises MissingParameter for an unknown name or a day before its first value."""
        table = self.file.figures.get(name) or self.shared.get(name)
        if table is None:
            raise MissingParameter("unknown-figure", programme=self.id, name=name)
        began = max((start for start in table.values if start <= day), default=None)
        if began is None:
            raise MissingParameter("figure-not-in-force", programme=self.id, name=name, day=day)
        return Figure(table.values[began].value, table.unit, table.values[began].reference)

    def leaves(self) -> tuple[Condition, ...]:
        """Every criterion of the conditions, in the order written."""
        return _leaves_of(self)

    def opened_for(self, cohort: Cohort) -> Mask:
        """Who may hold the right, as far as the fact that opens it goes: everybody, or those for whom it was stated."""
        if self.file.opened_by is None:
            return np.ones(cohort.size, np.bool_)
        stated = cohort.facts.get(self.file.opened_by)
        return np.zeros(cohort.size, np.bool_) if stated is None else ~stated.missing

    def in_force(self) -> tuple[int, int]:
        """Half-open days of the programme."""
        last = self.file.in_force.to
        return self.file.in_force.from_.toordinal(), last.toordinal() + 1 if last else LAST

    def assess(self, cohort: Cohort, contract: Contract | None = None, on: date | None = None) -> Assessment:
        """Windows of everybody in the cohort; with a contract, its terms judged at its signature (else `on`)."""
        conditions = {
            str(condition.id): self.windows_of(condition, cohort) for condition in self.file.conditions.all_of
        }
        start, end = self.in_force()
        whole = all_of([clipped(windows, start, end) for windows in conditions.values()])
        return Assessment(self, cohort, whole, conditions, None, (), None).with_contract(contract, on)

    def windows_of(self, node: Condition, cohort: Cohort) -> Windows:
        if node.all_of is not None:
            return self._together(node.all_of, cohort)
        if node.any_of is not None:
            return any_of([self.windows_of(part, cohort) for part in node.any_of])
        if node.not_ is not None:
            return negate(self.windows_of(node.not_, cohort))
        name, arguments = node.leaf()
        if name == "when":
            return known(self._days_when(cohort.size, arguments["figure"]))
        parts = []
        for start, end, values in self._segments(arguments):
            whole = criteria.VOCABULARY[name](cohort, **values)
            if (start, end) == (FIRST, LAST):
                return whole
            parts.append(clipped(whole, start, end))
        return any_of(parts)

    def _together(self, nodes: Sequence[Condition], cohort: Cohort) -> Windows:
        """All of the conditions; those that only say when they count cut the others instead of being intersected."""
        told = [node.leaf()[1]["figure"] for node in nodes if node.is_leaf("when")]
        others = [self.windows_of(node, cohort) for node in nodes if not node.is_leaf("when")]
        whole = all_of(others) if others else known(Spans.everywhere(cohort.size))
        if not told:
            return whole
        days = self._days_when(1, told[0])
        for name in told[1:]:
            days = days & self._days_when(1, name)
        return any_of(
            [clipped(whole, start, end) for start, end in days.of_owner(0)] or [clipped(whole, LAST, LAST)]
        )

    def _table(self, value: Any) -> FigureTable | None:
        """The figure that an argument names; an argument that names none is the value itself."""
        return (self.file.figures.get(value) or self.shared.get(value)) if isinstance(value, str) else None

    def _segments(self, arguments: Mapping[str, Any]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(start, end, values) between the days on which a figure changes; the first value reaches back for ever."""
        tables = {key: table for key, value in arguments.items() if (table := self._table(value)) is not None}
        changes = sorted({day for table in tables.values() for day in sorted(table.values)[1:]})
        edges = [date.min, *changes]
        for index, edge in enumerate(edges):
            values = dict(arguments)
            for key, table in tables.items():
                began = max((day for day in table.values if day <= edge), default=min(table.values))
                values[key] = table.values[began].value
            end = edges[index + 1].toordinal() if index + 1 < len(edges) else LAST
            yield max(edge.toordinal(), FIRST), end, values

    def _days_when(self, size: int, name: str) -> Spans:
        """Days on which a yes/no figure says yes."""
        table = self._table(name)
        assert table is not None  # checked on loading
        days = sorted(table.values)
        ends = [day.toordinal() for day in days[1:]] + [LAST]
        spans = Spans.nowhere(size)
        for day, end in zip(days, ends, strict=True):
            if table.values[day].value:
                spans = spans | Spans.between(size, day.toordinal(), end)
        return spans

    def judge(self, contract: Contract, day: date) -> Verdict:
        """The terms of a contract signed that day, as one verdict."""
        return min((term.holds for term in self.terms(contract, day)), default=Verdict.YES)

    def terms(self, contract: Contract, day: date) -> Iterator[TermVerdict]:
        """Each rule about the contract, as in force that day."""
        for term in self.file.contract:
            name, arguments = term.rule()
            judged = RULES[name](contract, **self.values(arguments, day))
            yield replace(judged, id=term.id)

    def values(self, arguments: Mapping[str, Any], day: date) -> dict[str, Any]:
        """The arguments with the figures they name as in force that day (the first one before its time)."""
        found = {}
        for key, value in arguments.items():
            if isinstance(value, dict):
                found[key] = self.values(value, day)
            elif (table := self._table(value)) is not None:
                found[key] = self.figure(value, max(day, min(table.values))).value
            else:
                found[key] = value
        return found


@lru_cache(maxsize=64)
def _leaves_of(programme: Programme) -> tuple[Condition, ...]:
    return tuple(leaf for condition in programme.file.conditions.all_of for leaf in condition.below())


class ProgrammeBook(dict[str, Programme]):
    """Programmes by id."""

    @property
    def digest(self) -> str:
        """Hash of every file: which rules were applied (kept with each match run and snapshot)."""
        return hashlib.sha256("".join(sorted(p.digest for p in self.values())).encode()).hexdigest()


def load(*folders: Path) -> ProgrammeBook:
    """The shipped programmes, then those of `folders`; a later file of the same id replaces the former.

    Raises CorruptReference naming file, line and key.
    """
    shared: dict[str, FigureTable] = {}
    read: dict[str, tuple[ProgrammeFile, Path]] = {}
    figures = hashlib.sha256()
    for folder in (SHIPPED, *folders):
        for path in sorted((folder / "figures").glob("*.yaml")):
            shared.update(_checked(path, FigureFile)[0].figures)
            figures.update(path.read_bytes())
        for path in sorted(folder.glob("*.yaml")):
            made, lines = _checked(path, ProgrammeFile)
            read[made.id] = made, path
            _check_figures(made, shared, path, lines)
    book = ProgrammeBook()
    for name, (made, path) in read.items():
        # A shared figure that changes changes what the rules say: it is part of which rules they are.
        digest = hashlib.sha256(path.read_bytes() + figures.digest()).hexdigest()
        book[name] = Programme(made, shared, path, digest)
    return book


def _checked(path: Path, shape: type[T]) -> tuple[T, yaml_lines.Lines]:
    document, lines = yaml_lines.read(path)
    try:
        return shape.model_validate(document), lines
    except pydantic.ValidationError as wrong:
        first = wrong.errors()[0]
        line, key = yaml_lines.line_of(lines, first["loc"])
        raise yaml_lines.fault(path, line, key, _in_french(first)) from wrong


def _in_french(error: Any) -> str:
    """pydantic's finding as a sentence for who writes programme files."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"il manque « {error['loc'][-1]} »"
    if kind == "extra_forbidden":
        return f"« {error['loc'][-1]} » n'est pas une clé connue"
    if kind == "value_error":
        return str(context["error"])
    if kind.startswith("date"):
        return f"« {error['input']} » n'est pas une date (AAAA-MM-JJ)"
    return f"la valeur ne convient pas ({kind})"


def _check_figures(
    made: ProgrammeFile, shared: Mapping[str, FigureTable], path: Path, lines: yaml_lines.Lines
) -> None:
    """Every figure that a condition, a term, a reservation or the aid names is defined; `when` asks a yes/no one."""
    for where, name, yes_no in made.named_figures():
        table = made.figures.get(name) or shared.get(name)
        if table is not None and not (
            yes_no and any(v.value not in (True, False) for v in table.values.values())
        ):
            continue
        line, key = yaml_lines.line_of(lines, where)
        raise yaml_lines.fault(
            path,
            line,
            key,
            f"la grandeur « {name} » n'est pas définie : ajoutez-la sous « figures », ou corrigez son nom"
            if table is None
            else f"la grandeur « {name} » doit dire oui ou non (true ou false)",
        )
