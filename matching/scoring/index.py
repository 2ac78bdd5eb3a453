"""People sorted so that one offer meets only those of related occupations within reach: exact, no approximation.

People stand in rows of 20 km from south to north, from west to east within a row, those of unknown commune in a last
row. Postings (wanted code, person) are sorted by code, radius class and that order, so one code's people within a
few rows are one stretch of memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import Affinity
from .factors import FULL
from .places import EARTH_METRES
from .prepare import Problem, points, rows_of

ROW_METRES = 20_000
#: upper bounds of the radius classes, metres; the last class has none
CLASS_BOUNDS = np.array([10_000, 20_000, 50_000, 100_000], dtype=np.int32)
#: whole metres and micro-degrees: what rounding may hide, and a bit more
SLACK_METRES, SLACK_X = 10, 100
#: columns of `record`
POINT, RADIUS, RUNG, FREE_FROM, LICENCE, SEARCH = 0, 3, 4, 5, 6, 7


@dataclass(frozen=True)
class Index:
    """People with an occupation, in their sorted order ("seats"); rows of the input are `order[seat]`."""

    order: NDArray[np.int64]
    #: int32[k, 8]: x, y, z in metres, radius in metres (-1 commune unknown), rung, free from, licence, search
    record: NDArray[np.int32]
    key: NDArray[np.uint64]
    #: seats of row r: row_start[r] .. row_start[r+1]; the last row holds unknown communes
    row_start: NDArray[np.int64]
    #: longitude in micro-degrees by seat
    x: NDArray[np.int32]
    #: postings of (code, class, row): pointer[(code * classes + class) * rows + row], rows counting the last one
    pointer: NDArray[np.int32]
    posting_seat: NDArray[np.int32]
    posting_confidence: NDArray[np.int16]
    #: by class: how many rows away, and how far in micro-degrees, somebody can live at most
    class_rows: NDArray[np.int32]
    class_x: NDArray[np.int32]
    serves_indptr: NDArray[np.int64]
    serves: NDArray[np.int32]
    rights_indptr: NDArray[np.int64]
    #: int32[r, 3]: programme, start, end
    rights: NDArray[np.int32]
    place_row: NDArray[np.int32]
    place_x: NDArray[np.int32]

    @property
    def size(self) -> int:
        return len(self.order)

    @property
    def rows(self) -> int:
        """Rows of places, the last one (unknown communes) included."""
        return len(self.row_start) - 1

    @property
    def classes(self) -> int:
        return len(self.class_rows)


def build(problem: Problem) -> Index:
    """Sort the people of the problem; its offers are not read, so that later offers can meet the same index."""
    people, places = problem.people, problem.tables.places
    place_row, place_x = _grid(places.latitude, places.longitude)
    rows = int(place_row.max(initial=-1)) + 2
    active = np.flatnonzero(problem.computable)
    place = people.place[active]
    known = place >= 0
    row = np.full(len(active), rows - 1, dtype=np.int32)
    x = np.zeros(len(active), dtype=np.int32)
    row[known], x[known] = place_row[place[known]], place_x[place[known]]
    sort = np.lexsort((people.key[active], x, row))
    order, row, x, place, known = active[sort], row[sort], x[sort], place[sort], known[sort]

    record = np.empty((len(order), 8), dtype=np.int32)
    record[:, : POINT + 3] = 0
    record[known, : POINT + 3] = places.point[place[known]]
    radius = problem.radius[order]
    record[:, RADIUS] = np.where(known, radius, -1)
    record[:, RUNG] = problem.person_rung[order]
    record[:, FREE_FROM] = problem.free_from[order]
    record[:, LICENCE] = people.licence[order]
    record[:, SEARCH] = problem.search[order]

    radius_class = np.where(known, np.searchsorted(CLASS_BOUNDS, radius), 0)
    classes = len(CLASS_BOUNDS) + 1
    reach = np.zeros(classes, dtype=np.int64)
    np.maximum.at(reach, radius_class[known], radius[known])
    class_rows = ((reach + SLACK_METRES) // ROW_METRES + 1).astype(np.int32)

    width = problem.wanted.code.shape[1]
    seat = np.repeat(np.arange(len(order)), width)
    code, sure = problem.wanted.code[order].ravel(), problem.wanted.confidence[order].ravel()
    filled = np.flatnonzero(code >= 0)
    seat, code, sure = seat[filled], code[filled], sure[filled]
    box = (code.astype(np.int64) * classes + radius_class[seat]) * rows + row[seat]
    by_box = np.lexsort((seat, box))
    boxes = problem.tables.affinity.size * classes * rows
    pointer = np.searchsorted(box[by_box], np.arange(boxes + 1)).astype(np.int32)

    serves_indptr, serves = _reorder(problem.serves.indptr, order)
    rights_indptr, rights = _reorder(people.rights.indptr, order)
    spans = np.stack([people.rights.programme, people.rights.start, people.rights.end], axis=1)
    return Index(
        order=order,
        record=record,
        key=people.key[order],
        row_start=np.searchsorted(row, np.arange(rows + 1)).astype(np.int64),
        x=x,
        pointer=pointer,
        posting_seat=seat[by_box].astype(np.int32),
        posting_confidence=sure[by_box].astype(np.int16),
        class_rows=class_rows,
        class_x=_half_widths(reach, places.latitude),
        serves_indptr=serves_indptr,
        serves=problem.serves.skill[serves],
        rights_indptr=rights_indptr,
        rights=spans[rights].astype(np.int32).reshape(-1, 3),
        place_row=place_row,
        place_x=place_x,
    )


def related(affinity: Affinity) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """By offered code the wanted codes near it, itself among them: (pointers, wanted codes, affinity in points)."""
    own = np.arange(affinity.size)
    wanted = np.concatenate([rows_of(affinity.indptr), own])
    offered = np.concatenate([affinity.code, own])
    close = np.concatenate([points(affinity.affinity), np.full(affinity.size, FULL)]).astype(np.int64)
    order = np.lexsort((-close, wanted, offered))
    wanted, offered, close = wanted[order], offered[order], close[order]
    first = (np.diff(wanted, prepend=-1) != 0) | (np.diff(offered, prepend=-1) != 0)
    kept = np.flatnonzero(first & (close > 0))
    indptr = np.searchsorted(offered[kept], np.arange(affinity.size + 1)).astype(np.int64)
    return indptr, wanted[kept].astype(np.int32), close[kept]


def _grid(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(row, micro-degrees of longitude) of each commune."""
    if not len(latitude):
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    north = np.radians(latitude - latitude.min()) * EARTH_METRES
    return (north // ROW_METRES).astype(np.int32), np.rint(longitude * 1e6).astype(np.int32)


def _half_widths(reach: NDArray[np.int64], latitude: NDArray[np.float64]) -> NDArray[np.int32]:
    """Micro-degrees of longitude that hold every commune within `reach`, at the latitude where they are narrowest.

    The date line is not crossed: no commune of the table lies within 200 km of both its sides.
    """
    narrowest = np.cos(np.radians(np.abs(latitude).max(initial=0.0)))
    half = np.sin((reach + SLACK_METRES) / (2 * EARTH_METRES)) / max(narrowest, 1e-9)
    degrees = np.degrees(2 * np.arcsin(np.minimum(half, 1.0)))
    return np.asarray(np.minimum(degrees, 360.0) * 1e6 + SLACK_X, dtype=np.int32)


def _reorder(
    indptr: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """CSR rows in another order: (new pointers, positions of the entries in the old one)."""
    lengths = (indptr[1:] - indptr[:-1])[order]
    made = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    row = rows_of(made)
    return made, np.arange(len(row)) - made[row] + indptr[order][row]
