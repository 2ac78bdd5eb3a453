"""`zones`: zone versions, street lists and perimeters (imports.md §4). A row's facts are the cells of its table."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from matching.vocabulary import ZoneKind

from . import values as v
from .cells import Bad
from .columns import Column, Layout, Row
from .folding import folded

SIDES = {
    "": "both",
    "pair": "even",
    "pairs": "even",
    "impair": "odd",
    "impairs": "odd",
    "both": "both",
    "tous": "both",
}


def _kind(value: str, _: v.Context) -> ZoneKind:
    try:
        return ZoneKind(value.upper())
    except ValueError:
        raise Bad("bad-choice", choices=", ".join(ZoneKind)) from None


def _iso(value: str, _: v.Context) -> date:
    if not re.fullmatch(
        "[0-9]{4}-[0-9]{2}-[0-9]{2}", value
    ):  # Python knows other forms: 20240101, 2024-W01-1
        raise Bad("bad-date")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Bad("bad-date") from None


def _degrees(value: str, _: v.Context) -> float:
    try:
        read = float(value.replace(",", "."))
    except ValueError:
        raise Bad("bad-number") from None
    if not -180 <= read <= 180:
        raise Bad("bad-number")
    return read


def _local_id(value: str, _: v.Context) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9\-_]{0,59}", value):
        raise Bad("bad-identifier")
    return value


def _communes(value: str, context: v.Context) -> list[str]:
    return [v.insee(part, context) for part in re.split(r"[;, ]+", value) if part]


def _side(value: str, _: v.Context) -> str:
    if (found := SIDES.get(folded(value))) is None:
        raise Bad("bad-choice", choices="pair, impair, ou vide pour les deux côtés")
    return found


def _street_number(value: str, _: v.Context) -> int:
    return v.whole(value, least=0, most=99_999)


ZONES = (
    Column("zone_kind", "kind", parse=_kind, required=True),
    Column("local_id", "local_id", parse=_local_id, required=True),
    Column("official_code", "official_code", longest=12),
    Column("name", "name", required=True, longest=200),
    Column("commune_insee", "insee_codes", parse=_communes, required=True),
    Column("valid_from", "valid_from", parse=_iso, required=True),
    Column("valid_to", "valid_to", parse=_iso),
    Column("latitude_approx", "latitude", parse=_degrees),
    Column("longitude_approx", "longitude", parse=_degrees),
    Column("confidence", "confidence"),
    Column("source", "source"),
)

STREETS = (
    Column("local_id", "zone", parse=_local_id, required=True),
    Column("commune_insee", "insee_code", parse=v.insee, required=True),
    Column("voie", "street", required=True),
    Column("cote", "side", parse=_side),
    Column("numero_debut", "first_number", parse=_street_number),
    Column("numero_fin", "last_number", parse=_street_number),
)


def _in_order(row: Row) -> None:
    start, end = row.values.get("valid_from"), row.values.get("valid_to")
    if start and end and end < start:
        row.fail("valid_to", "bad-date", row.said["valid_to"])


def _numbers_in_order(row: Row) -> None:
    first, last = row.values.get("numero_debut"), row.values.get("numero_fin")
    if first is not None and last is not None and last < first:
        row.fail("numero_fin", "bad-number", row.said["numero_fin"])


def _street(values: dict[str, Any]) -> dict[str, Any]:
    """Blank side = both, blank numbers = the whole street; `zone` is resolved by the flow."""
    return {"side": "both", "first_number": 0, "last_number": 99_999, **values}


ZONE_LAYOUT = Layout(ZONES, dict, _in_order)
STREET_LAYOUT = Layout(STREETS, _street, _numbers_in_order)
LAYOUTS = (ZONE_LAYOUT, STREET_LAYOUT)
