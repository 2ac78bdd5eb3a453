"""Offers as France Travail writes them in JSON (imports.md §5): checked shape, then the same values as a table's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from matching.errors import UnreadableFile
from matching.facts import OfferFacts

from . import messages
from .cells import Bad
from .columns import CheckedRow, Column, Layout, check_row
from .diploma import diploma
from .offers import COLUMNS, finish
from .report import Finding
from .values import Context, insee

DEEPEST = 50
#: Characters of all the skills of one offer together.
LONGEST_LIST = 10_000
CONFIDENTIAL = "Employeur non communiqué"
_MONTHS = re.compile(r"- ([0-9]{1,9}) Mois\s*$", re.IGNORECASE)
#: « 80 - AMIENS », « 2A - AJACCIO », « 974 - SAINT DENIS »
_DEPARTMENT = re.compile(r"^[0-9][0-9AB][0-9]? - ")


class BadJson(ValueError):
    """Not one JSON document of UTF-8 text with each key once."""


def parse(data: bytes) -> tuple[Any, str]:
    """(document, encoding). Raises BadJson: truncated, text after the end, a key twice, NaN, too deep, not UTF-8."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise BadJson("duplicate key")
        return made

    def no_number(text: str) -> Any:
        raise BadJson(text)

    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        document = json.loads(data.decode(encoding), object_pairs_hook=once, parse_constant=no_number)
    except (ValueError, RecursionError) as wrong:
        raise BadJson(str(wrong)) from wrong
    if _depth(document) > DEEPEST:
        raise BadJson("too deep")
    return document, encoding


def _depth(document: Any) -> int:
    """Nesting, counted level by level: no recursion to overflow."""
    depth, level = 0, [document]
    while level:
        inside = [part for part in level if isinstance(part, dict | list)]
        if not inside:
            break
        depth += 1
        level = [child for part in inside for child in (part.values() if isinstance(part, dict) else part)]
    return depth


def offers(data: bytes, context: Context) -> tuple[str, Iterator[CheckedRow]]:
    """(encoding, rows). Raises UnreadableFile("bad-json")."""
    try:
        document, encoding = parse(data)
    except BadJson as wrong:
        raise UnreadableFile("bad-json", message=messages.refusal("bad-json")) from wrong
    if isinstance(document, dict) and isinstance(document.get("resultats"), list):
        elements = document["resultats"]
    elif isinstance(document, list):
        elements = document
    elif isinstance(document, dict) and "id" in document:
        elements = [document]
    else:
        raise UnreadableFile("bad-json", message=messages.refusal("bad-json"))
    return encoding, (_offer(number, element, context) for number, element in enumerate(elements, 1))


class _Shape(Exception):
    """A mapped key holds something of another type."""


def _at(element: Any, *path: str, kind: type | tuple[type, ...] = str) -> Any:
    """The value at a path of keys; None when absent or null. Raises _Shape for a wrong type on the way."""
    for key in path:
        if element is None:
            return None
        if not isinstance(element, Mapping):
            raise _Shape(key)
        element = element.get(key)
    if element is not None and (
        not isinstance(element, kind) or (isinstance(element, bool) and kind is not bool)
    ):
        raise _Shape(path[-1])
    return element


def _many(element: Any, key: str, inner: str) -> list[tuple[Mapping[str, Any], str | None]]:
    """(object, its inner text) of a list of objects."""
    return [(each, _at(each, inner)) for each in _at(element, key, kind=list) or ()]


def _instant(value: str, _: Context) -> date:
    """The day of `2026-09-01T08:30:00.000Z`, or of the date alone."""
    if not re.match(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|$)", value):
        raise Bad("bad-date")
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise Bad("bad-date") from None


def _in_json(column: Column) -> Column:
    """Required are those the API always fills (confidential offers have no employer); skills are a list there, not
    one cell."""
    longest = LONGEST_LIST if column.name == "competences" else column.longest
    return replace(column, required=column.name in ("reference", "intitule", "type_contrat"), longest=longest)


_LAYOUT = Layout(
    (
        *(_in_json(column) for column in COLUMNS),
        Column("code_insee", None, parse=insee),
        Column("date_actualisation", "updated_at_source_on", parse=_instant),
        Column("date_creation", "created_at_source_on", parse=_instant),
        Column("url_origine", "origin_url", longest=1000),
    ),
    dict,
    finish,
)


def _offer(number: int, element: Any, context: Context) -> CheckedRow:
    try:
        if not isinstance(element, Mapping):
            raise _Shape("element")
        said, extra = _cells(element)
    except _Shape:
        finding = Finding(number, None, "bad-record", messages.cell("bad-record"), None)
        return CheckedRow(number, OfferFacts(), (finding,), ())
    checked = check_row(number, said, _LAYOUT, context, formulas=False)
    facts = OfferFacts(**{**checked.facts, **extra})
    return CheckedRow(number, facts, checked.errors, checked.warnings)


def _cells(element: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Texts by canonical column, and values that need no parser. Raises _Shape."""
    said: dict[str, str | None] = {
        "reference": _at(element, "id"),
        "intitule": _at(element, "intitule"),
        "description": _at(element, "description"),
        "employeur": _at(element, "entreprise", "nom") or CONFIDENTIAL,
        "type_contrat": _at(element, "typeContrat"),
        "code_postal": _at(element, "lieuTravail", "codePostal"),
        "code_insee": _at(element, "lieuTravail", "commune"),
        "commune": _DEPARTMENT.sub("", _at(element, "lieuTravail", "libelle") or "") or None,
        "code_rome": _at(element, "romeCode"),
        "salaire": _at(element, "salaire", "libelle"),
        "date_actualisation": _at(element, "dateActualisation"),
        "date_creation": _at(element, "dateCreation"),
        "url_origine": _at(element, "origineOffre", "urlOrigine"),
        "competences": "\n".join(text for _, text in _many(element, "competences", "libelle") if text)
        or None,
    }
    if found := _MONTHS.search(_at(element, "typeContratLibelle") or ""):
        said["duree_contrat"] = found.group(1)
    positions = _at(element, "nombrePostes", kind=int)
    if positions is not None:
        said["nombre_postes"] = str(positions)
    extra: dict[str, Any] = {}
    if any((text or "").strip().upper().startswith("B -") for _, text in _many(element, "permis", "libelle")):
        extra["needs_licence"] = True
    extra["apprenticeship"] = _at(element, "alternance", kind=bool)
    required = []
    for training, text in _many(element, "formations", "niveauLibelle"):
        if _at(training, "exigence") == "E" and text:
            try:
                required.append(diploma(text))
            except Bad:
                continue
    if required:
        lowest = min(required, key=lambda fact: (fact.level, fact.bac_plus or 0))
        extra["level_min"], extra["bac_plus_min"] = lowest.level, lowest.bac_plus
    return (
        {name: text for name, text in said.items() if text is not None},
        {name: value for name, value in extra.items() if value is not None},
    )
