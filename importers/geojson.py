"""Perimeters of zones as GeoJSON (imports.md §4): one feature a row, known by `local_id` or `code_qp`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from matching.errors import UnreadableFile

from . import messages
from .columns import CheckedRow
from .json_offers import BadJson, parse
from .report import Finding


def looks_like_it(data: bytes) -> bool:
    """Whether the JSON is a FeatureCollection; what is broken JSON counts as one, to be refused as such."""
    try:
        document, _ = parse(data)
    except BadJson:
        return True
    return isinstance(document, dict) and document.get("type") == "FeatureCollection"


def perimeters(data: bytes) -> tuple[str, Iterator[CheckedRow]]:
    """(encoding, rows). Each row's facts: `zone` (local_id or official code) and `geometry`."""
    try:
        document, encoding = parse(data)
    except BadJson as wrong:
        raise UnreadableFile("bad-json", message=messages.refusal("bad-json")) from wrong
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise UnreadableFile("bad-json", message=messages.refusal("bad-json"))
    return encoding, (_row(number, feature) for number, feature in enumerate(features, 1))


def _row(number: int, feature: Any) -> CheckedRow:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping) or not _is_area(geometry):
        return CheckedRow(number, {}, (_finding(number, None, "bad-record"),), ())
    zone = properties.get("local_id") or properties.get("code_qp")
    if not isinstance(zone, str) or not zone:
        return CheckedRow(number, {}, (_finding(number, "local_id", "missing-required"),), ())
    readable = zone.encode("utf-8", "replace").decode()  # JSON can spell halves of characters
    return CheckedRow(number, {"zone": readable, "geometry": geometry}, (), ())


def _is_area(geometry: Any) -> bool:
    """A polygon, or several, whose rings are closed lists of positions."""
    if not isinstance(geometry, Mapping):
        return False
    rings = geometry.get("coordinates")
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return False
    polygons: Any = [rings] if geometry["type"] == "Polygon" else rings
    return isinstance(polygons, list) and bool(polygons) and all(_is_polygon(polygon) for polygon in polygons)


def _is_polygon(polygon: Any) -> bool:
    return isinstance(polygon, list) and bool(polygon) and all(_is_ring(ring) for ring in polygon)


def _is_ring(ring: Any) -> bool:
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        return False
    return all(
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(value, int | float) for value in point[:2])
        and -180 <= point[0] <= 180
        and -90 <= point[1] <= 90
        for point in ring
    )


def _finding(number: int, column: str | None, code: str) -> Finding:
    return Finding(number, column, code, messages.cell(code), None)
