"""The shape of a programme file, checked on loading. Field names are the keys of the YAML."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from . import criteria
from .aid import AidRules
from .contract import RULES, Contract, TermVerdict
from .employer import Employers

Text = str


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class DatedValue(Strict):
    value: Any
    reference: str = Field(min_length=3)


class FigureTable(Strict):
    """A figure over time: unit, meaning, and from which day which value by which text."""

    unit: str = Field(min_length=1)
    means: str | None = None
    values: dict[date, DatedValue] = Field(min_length=1)


class FigureFile(Strict):
    """Figures that several programmes share."""

    figures: dict[str, FigureTable]


class InForce(Strict):
    from_: date = Field(alias="from")
    to: date | None = None
    reference: str = Field(min_length=3)


def _one_rule(extra: Mapping[str, Any], known: Mapping[str, Callable[..., Any]], skip: int) -> None:
    """Exactly one key of the vocabulary, with the arguments that its function takes."""
    if len(extra) != 1:
        raise ValueError(f"il faut une seule condition ici, prise parmi : {', '.join(sorted(known))}")
    name, arguments = next(iter(extra.items()))
    if name not in known:
        raise ValueError(f"« {name} » n'est pas une condition connue : {', '.join(sorted(known))}")
    if not isinstance(arguments, dict):
        raise ValueError(f"« {name} » attend ses arguments entre accolades")
    parameters = list(inspect.signature(known[name]).parameters.values())[skip:]
    names = {parameter.name for parameter in parameters}
    needed = {parameter.name for parameter in parameters if parameter.default is parameter.empty}
    if unknown := set(arguments) - names:
        raise ValueError(
            f"« {name} » ne prend pas « {min(unknown)} » (il prend : {', '.join(sorted(names))})"
        )
    if missing := needed - set(arguments):
        raise ValueError(f"il manque « {min(missing)} » à « {name} »")


def _when(_cohort: Any, *, figure: str) -> None:
    """Stands for the days on which a yes/no figure says yes (composed by programme.py)."""


LEAVES: dict[str, Callable[..., Any]] = {**criteria.VOCABULARY, "when": _when}


class Condition(BaseModel):
    """A node of the tree: all_of, any_of, not, or one criterion with its arguments."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    id: str | None = None
    label: str | None = None
    requires: str | None = None
    source: str | None = None
    all_of: list[Condition] | None = Field(default=None, min_length=1)
    any_of: list[Condition] | None = Field(default=None, min_length=1)
    not_: Condition | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_meaning(self) -> Condition:
        groups = [group for group in (self.all_of, self.any_of, self.not_) if group is not None]
        if groups and (len(groups) > 1 or self.model_extra):
            raise ValueError("un nœud est all_of, any_of, not ou une condition, pas deux à la fois")
        if not groups:
            _one_rule(self.model_extra or {}, LEAVES, 1)
        return self

    def leaf(self) -> tuple[str, Mapping[str, Any]]:
        """(name, arguments) of the criterion; only for a node without children."""
        return next(iter((self.model_extra or {}).items()))

    def is_leaf(self, name: str) -> bool:
        return not self.parts() and self.leaf()[0] == name

    def parts(self) -> tuple[Condition, ...]:
        """The nodes right below; none for a criterion."""
        return (*(self.all_of or ()), *(self.any_of or ()), *((self.not_,) if self.not_ else ()))

    def below(self) -> Iterator[Condition]:
        """Every node without children below this one, in the order written; itself when it has none."""
        if not self.parts():
            yield self
        for part in self.parts():
            yield from part.below()

    def leaves(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(name, arguments) of every criterion below, in the order written."""
        return (node.leaf() for node in self.below())


class Top(Strict):
    """The conditions of a programme: all of them must hold, each has an id, words and a source."""

    all_of: list[Condition] = Field(min_length=1)

    @model_validator(mode="after")
    def _named(self) -> Top:
        ids = [condition.id for condition in self.all_of]
        for condition in self.all_of:
            if not (condition.id and condition.requires and condition.source):
                raise ValueError("chaque condition de premier rang porte id, requires et source")
        if len(set(ids)) != len(ids):
            raise ValueError("deux conditions portent le même id")
        return self


class Term(BaseModel):
    """A rule about the contract."""

    model_config = ConfigDict(extra="allow")

    id: str
    requires: str
    source: str

    @model_validator(mode="after")
    def _one_rule(self) -> Term:
        _one_rule(self.model_extra or {}, RULES, 1)
        return self

    def rule(self) -> tuple[str, Mapping[str, Any]]:
        return next(iter((self.model_extra or {}).items()))


class Reservation(Strict):
    """Words to say beside a yes when a term, although accepted, asks for somebody's agreement."""

    id: str
    text: str
    hours_below: Any = None
    months_below: Any = None
    sector_is: str | None = None
    born_on_29_february: bool = False


class Case(Strict):
    """A law case: the person and contract of `passerelle check`, and what must come out."""

    id: str
    because: str = Field(min_length=3)
    day: date
    person: dict[str, Any]
    contract: dict[str, Any] | None = None
    verdict: Literal["eligible", "not-eligible", "unknown"]
    windows: list[list[date | None]] | None = None
    missing_facts: list[str] | None = None


class ProgrammeFile(Strict):
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    label: str
    scheme: str | None = None
    in_force: InForce
    judged_on: str
    target: str | None = None
    #: The stated fact that opens the right. Until somebody states it the programme is one person's judgement away for
    #: everybody: lists and the matcher leave it out, a person's page and `passerelle check` ask for it.
    opened_by: str | None = None
    figures: dict[str, FigureTable] = Field(default_factory=dict)
    conditions: Top
    employers: Employers | None = None
    contract: list[Term] = Field(default_factory=list)
    reservations: list[Reservation] = Field(default_factory=list)
    offer: dict[str, Any] = Field(default_factory=dict)
    aid: AidRules | None = None
    cases: list[Case] = Field(min_length=1)

    @model_validator(mode="after")
    def _opened_by_a_condition(self) -> ProgrammeFile:
        asked = [
            leaf.leaf()[1]["fact"]
            for condition in self.conditions.all_of
            for leaf in condition.below()
            if leaf.is_leaf("stated")
        ]
        if self.opened_by is not None and self.opened_by not in asked:
            raise ValueError(f"opened_by : aucune condition ne demande le fait « {self.opened_by} »")
        return self

    def named_figures(self) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
        """(place in the file, name, whether it must say yes or no) of each figure that the rules name."""
        for at, condition in enumerate(self.conditions.all_of):
            for leaf, arguments in condition.leaves():
                named = (
                    value for key, value in arguments.items() if key != "fact" and isinstance(value, str)
                )
                yield from ((("conditions", "all_of", at), name, leaf == "when") for name in named)
        for at, term in enumerate(self.contract):
            rule, arguments = term.rule()
            if rule != "sector":  # its words are sectors
                yield from ((("contract", at, rule), name, False) for name in _words(arguments))
        for at, reservation in enumerate(self.reservations):
            limits = (reservation.hours_below, reservation.months_below)
            yield from ((("reservations", at), name, False) for name in limits if isinstance(name, str))
        if self.aid is not None:
            yield from ((("aid", *where), name, yes_no) for where, name, yes_no in self.aid.named_figures())


def _words(value: Any) -> Iterator[str]:
    """Every text among the values of nested mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _words(part)


__all__ = [
    "Case",
    "Condition",
    "Contract",
    "FigureFile",
    "FigureTable",
    "ProgrammeFile",
    "Term",
    "TermVerdict",
]
