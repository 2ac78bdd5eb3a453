"""What a dated statement of a file changes among the facts already held: home, situation, registration, diploma, RQTH.

The rules are those of imports.md §3: a blank never erases; the same home or situation stated again without a date
leaves its known start; another one closes the former on the eve; registrations are only ever added or closed.
Nothing here reads or writes the base: `Held` goes in, `Edits` come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from .edits import Cells, Edits, table_of
from .store.people import (
    Diploma,
    DisabilityRecognition,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
)
from .store.seal import Seal
from .vocabulary import ResidenceKind, ResidenceMethod, SituationValue

EVE = timedelta(days=1)


HOMES, SITUATIONS = table_of(ResidenceSpell), table_of(Situation)
REGISTRATIONS, DIPLOMAS = table_of(RegistrationSpell), table_of(Diploma)
RECOGNITIONS = table_of(DisabilityRecognition)


@dataclass(slots=True, eq=False)
class Held:
    """What the base holds of one person: their own cells and the rows that hang on them."""

    person: Cells
    homes: list[Cells] = field(default_factory=list)
    situations: list[Cells] = field(default_factory=list)
    registrations: list[Cells] = field(default_factory=list)
    diplomas: list[Cells] = field(default_factory=list)
    recognition: Cells | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """By which source, and on which business day, the statement was made."""

    source: str
    on: date


def home(
    held: Held,
    edits: Edits,
    said: Said,
    *,
    moved: bool,
    place: str | None,
    insee_code: str | None,
    since: date | None,
) -> None:
    """A declared home: a new spell when the person moved or none is known, else at most a better known start.

    A home that somebody confirmed ends on the eve of a move stated later than it; it is never changed otherwise.
    """
    start = since or said.on
    horizon = max(start, said.on)
    declared = [spell for spell in held.homes if spell["kind"] == ResidenceKind.DECLARED]
    # A move still to come ends the home of now without making it another.
    current = max(
        (
            spell
            for spell in declared
            if spell["start_on"] <= horizon and (spell["end_on"] is None or spell["end_on"] >= horizon)
        ),
        key=lambda spell: spell["start_on"],
        default=None,
    )
    confirmed = [
        spell for spell in held.homes if spell["kind"] == ResidenceKind.CONFIRMED and spell["end_on"] is None
    ]
    if current is not None and not moved:
        better: Cells = {}
        if place is not None:
            better["declared_place"] = place
        if insee_code is not None:
            better["insee_code"] = insee_code
        if since is not None and since != current["start_on"]:
            _give_way(held, edits, declared, start, said.on, keep=current)
            better["start_on"] = since
        edits.change(HOMES, f"declared@{current['start_on']}", current, **better)
        return
    if not moved and confirmed:
        return
    _give_way(held, edits, declared, start, said.on, keep=None)
    for spell in confirmed:
        if spell["start_on"] < start:
            edits.change(HOMES, f"confirmed@{spell['start_on']}", spell, end_on=start - EVE)
    later = [spell["start_on"] for spell in declared if spell["start_on"] > horizon]
    held.homes.append(
        edits.add(
            HOMES,
            f"declared@{start}",
            kind=ResidenceKind.DECLARED,
            zone_id=None,
            declared_place=place,
            insee_code=insee_code,
            start_on=start,
            end_on=min(later) - EVE if later else None,
            source=said.source,
            method=ResidenceMethod.DECLARED,
        )
    )


def _give_way(
    held: Held, edits: Edits, declared: list[Cells], start: date, stated_on: date, *, keep: Cells | None
) -> None:
    """Former declared homes end on the eve of `start`; those that began since, and before the statement, go."""
    for spell in declared:
        if spell is keep:
            continue
        key = f"declared@{spell['start_on']}"
        if spell["start_on"] < start:
            if spell["end_on"] is None or spell["end_on"] >= start:
                edits.change(HOMES, key, spell, end_on=start - EVE)
        elif spell["start_on"] <= max(start, stated_on):
            edits.drop(HOMES, key, spell)
            held.homes.remove(spell)


def situation(held: Held, edits: Edits, said: Said, *, value: SituationValue, since: date | None) -> None:
    """A situation holds from `since`, else from the day it was stated, to the next statement."""
    start = since or said.on
    horizon = max(start, said.on)
    known = [statement for statement in held.situations if _effective(statement) <= horizon]
    in_force = max(known, key=lambda s: (_effective(s), s["stated_on"]), default=None)
    if in_force is not None and in_force["value"] == value:
        if since is None or since == _effective(in_force):
            return
        _supersede(held, edits, known, start, keep=in_force)
        key = f"{in_force['value']}@{_effective(in_force)}"
        edits.change(SITUATIONS, key, in_force, since_on=since)
        return
    _supersede(held, edits, known, start, keep=None)
    held.situations.append(
        edits.add(
            SITUATIONS, f"{value}@{start}", value=value, since_on=since, stated_on=said.on, source=said.source
        )
    )


def _effective(statement: Cells) -> date:
    since: date | None = statement["since_on"]
    stated: date = statement["stated_on"]
    return since or stated


def _supersede(held: Held, edits: Edits, known: list[Cells], start: date, *, keep: Cells | None) -> None:
    """What was said to hold from `start` or later gives way to the newest statement."""
    for statement in known:
        if statement is not keep and _effective(statement) >= start:
            edits.drop(SITUATIONS, f"{statement['value']}@{_effective(statement)}", statement)
            held.situations.remove(statement)


def registration(
    held: Held, edits: Edits, said: Said, *, start: date, end: date | None, category: int | None
) -> None:
    """A period is added to those known; the one of the same first day is closed, or corrected by its own source."""
    same_day = [spell for spell in held.registrations if spell["start_on"] == start]
    own = next((spell for spell in same_day if spell["source"] == said.source), None)
    found = own or next(
        (s for s in same_day if s["end_on"] is None or s["end_on"] == end or end is None), None
    )
    key = f"{start}"
    if found is None:
        held.registrations.append(
            edits.add(REGISTRATIONS, key, category=category, start_on=start, end_on=end, source=said.source)
        )
        return
    better: Cells = {}
    if end is not None:
        better["end_on"] = end
    if category is not None:
        better["category"] = category
    edits.change(REGISTRATIONS, key, found, **better)


def diploma(held: Held, edits: Edits, said: Said, *, level: int | None, bac_plus: int | None) -> None:
    """`level` None states that there is no diploma; 3 to 8 replaces what the same source stated before."""
    own = next((row for row in held.diplomas if row["source"] == said.source), None)
    if level is None:
        if own is not None:
            edits.drop(DIPLOMAS, said.source, own)
            held.diplomas.remove(own)
        if held.person.get("no_diploma_stated_on") is None:
            edits.own(no_diploma_stated_on=said.on)
        return
    edits.own(no_diploma_stated_on=None)
    if own is None:
        held.diplomas.append(
            edits.add(DIPLOMAS, said.source, level=level, bac_plus=bac_plus, source=said.source)
        )
    elif own["level"] != level:
        edits.change(DIPLOMAS, said.source, own, level=level, bac_plus=bac_plus)
    elif bac_plus is not None and own["bac_plus"] != bac_plus:
        edits.change(DIPLOMAS, said.source, own, bac_plus=bac_plus)


#: What the sealed value of a recognition reads.
RECOGNISED, NOT_RECOGNISED = "yes", "no"


def recognition(
    held: Held, edits: Edits, said: Said, seal: Seal, *, recognised: bool | None, until: date | None
) -> None:
    """The RQTH, sealed both ways (security.md P2). `recognised` None with a last day completes what is held."""
    row = held.recognition
    before = opened(seal, row) if row is not None else (None, None)
    value = before[0] if recognised is None else recognised
    if value is None:
        return
    last = (until or (before[1] if before[0] else None)) if value else None
    if (value, last) == before:
        return
    cells: Cells = {
        "value": seal.close(RECOGNISED if value else NOT_RECOGNISED),
        "valid_until": seal.close(last.isoformat()) if last else None,
        "stated_on": said.on,
        "source": said.source,
    }
    if row is None:
        held.recognition = edits.add(RECOGNITIONS, "rqth", **cells)
    else:
        edits.change(RECOGNITIONS, "rqth", row, **cells)


def opened(seal: Seal, row: Any) -> tuple[bool | None, date | None]:
    """(recognised, last day) of a row of disability_recognition, as cells or as object."""
    value, until = (
        (row["value"], row["valid_until"]) if isinstance(row, dict) else (row.value, row.valid_until)
    )
    return seal.open(value) == RECOGNISED, date.fromisoformat(seal.open(until)) if until else None
