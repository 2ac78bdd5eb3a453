"""The rules in force on a day, as the programme files say them: conditions, figures with their text, history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from importers.cells import Bad
from importers.values import Context, day
from matching.eligibility.aid_rules import AgreementShare, Event, MonthlyShare, Periods, Repeated
from matching.eligibility.programme import Programme
from matching.eligibility.schema import FigureTable

from ..db import book, today
from ..security import requires
from ..wording import rules as words

pages = Blueprint("rules", __name__)


@dataclass(frozen=True, slots=True)
class Past:
    """One value of a figure: from when, in words, under which text."""

    since: date
    value: str
    reference: str
    to_come: bool


@dataclass(frozen=True, slots=True)
class FigureShown:
    """A figure on the day: its value (None before its first), since when, its text, and every value it had."""

    name: str
    label: str
    means: str | None
    now: Past | None
    past: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A condition or a term of the contract, with the figures that it reads."""

    id: str
    requires: str
    source: str
    figures: tuple[FigureShown, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeShown:
    """A programme on the day."""

    id: str
    label: str
    in_force: bool
    since: date
    until: date | None
    reference: str
    judged_on: str
    target: str | None
    conditions: tuple[RuleShown, ...]
    terms: tuple[RuleShown, ...]
    reservations: tuple[str, ...]
    papers: tuple[tuple[str, str], ...]
    aid_figures: tuple[FigureShown, ...]
    aid_reference: str | None
    figures: tuple[FigureShown, ...]


@pages.get("/regles")
@requires("signed_in")
def index() -> str:
    on, wrong = _asked_day()
    shown = [_programme(programme, on) for programme in book().values()]
    shared = {name: table for programme in book().values() for name, table in programme.shared.items()}
    return render_template(
        "rules/index.html",
        on=on,
        typed=request.args.get("date", "")[:20],
        wrong=wrong,
        programmes=sorted(shown, key=lambda each: (not each.in_force, each.since)),
        shared=[_figure(name, table, on) for name, table in shared.items()],
        anchor=words.anchor,
        today=today(),
    )


def _asked_day() -> tuple[date, bool]:
    """The day of the address, or today; and whether it could not be read."""
    said = request.args.get("date", "").strip()[:20]
    if not said:
        return today(), False
    try:
        return day(said, Context(today=today())), said.isdecimal()
    except Bad:
        return today(), True


def _programme(programme: Programme, on: date) -> ProgrammeShown:
    file = programme.file
    aid = file.aid
    read_by_aid = [name for _, name, _ in aid.named_figures()] if aid else []
    papers: list[Event | Repeated | MonthlyShare | Periods | AgreementShare] = []
    if aid is not None:
        papers = [each for each in (aid.monthly, aid.periods, aid.agreement) if each is not None]
        papers += [*aid.events, *aid.repeated]
    return ProgrammeShown(
        programme.id,
        file.label,
        programme.in_force()[0] <= on.toordinal() < programme.in_force()[1],
        file.in_force.from_,
        file.in_force.to,
        file.in_force.reference,
        words.JUDGED_ON.get(file.judged_on, ""),
        file.target,
        tuple(
            RuleShown(
                str(each.id),
                str(each.requires),
                str(each.source),
                _figures(programme, (name for leaf in each.below() for name in _named(leaf.leaf()[1])), on),
            )
            for each in file.conditions.all_of
        ),
        tuple(
            RuleShown(each.id, each.requires, each.source, _figures(programme, _named(each.rule()[1]), on))
            for each in file.contract
        ),
        tuple(each.text for each in file.reservations),
        tuple((each.paper, each.reference) for each in papers),
        _figures(programme, read_by_aid, on),
        aid.reference if aid else None,
        tuple(_figure(name, table, on) for name, table in file.figures.items()),
    )


def _named(arguments: Mapping[str, Any]) -> Iterator[str]:
    """Every text among the arguments of a rule: names of figures, and words that are none."""
    for value in arguments.values():
        if isinstance(value, Mapping):
            yield from _named(value)
        elif isinstance(value, str):
            yield value


def _figures(programme: Programme, names: Any, on: date) -> tuple[FigureShown, ...]:
    """Each figure once, in the order named."""
    tables = {**programme.shared, **programme.file.figures}
    return tuple(_figure(name, tables[name], on) for name in dict.fromkeys(names) if name in tables)


def _figure(name: str, table: FigureTable, on: date) -> FigureShown:
    values = [
        Past(since, words.value(dated.value, table.unit, name), dated.reference, since > on)
        for since, dated in sorted(table.values.items())
    ]
    now = next((each for each in reversed(values) if not each.to_come), None)
    return FigureShown(name, words.figure_name(name), words.MEANS.get(name), now, tuple(values))
