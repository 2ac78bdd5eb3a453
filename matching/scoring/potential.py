"""Employers to approach where no offer is: every person against every employer, five each, spread over employers.

Three parts: what the employer's like take on, how far it is, how many work there. All in whole numbers, so that one
pair scored alone and a block of them agree to the last digit. No sex, name, origin or place inside the commune (M4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import factors
from .columns import UNKNOWN, Affinity, Occupations
from .places import Places, arc_metres
from .spread import WHYS, Why

#: Parts of a score, in the order of `Suggestions.parts`, and what each weighs in ten-thousandths: conventions of ours.
PARTS = ("occupation", "distance", "workforce")
WEIGHTS = (6_000, 2_500, 1_500)
#: Share of an employer's posts that a person could hold from which the occupation counts in full; the least share: one
#: post in a hundred, for graduates' occupations are rare where few of them work.
IN_FULL, LEAST = 0.25, 0.01
#: Employers looked at for each person, the best first, and how many are kept.
LOOKED_AT, KEPT = 40, 5
#: An employer is suggested to so many times its even share of people, and to so many at least.
EVEN_SHARES, AT_LEAST = 1.5, 5
#: How likely a workforce makes a post, by its SIRENE band, in ten-thousandths; NN and none: not known.
WORKFORCE = {
    "00": 1_000, "01": 2_500, "02": 3_500, "03": 4_500, "11": 5_500, "12": 7_000, "21": 8_500, "22": 9_500,
    **dict.fromkeys(("31", "32", "41", "42", "51", "52", "53"), 10_000),
}  # fmt: skip

Rows = NDArray[np.int64]
_SHARE, _NEED = 1_000_000, 10_000
#: People scored at once: their block stays in the processor's cache.
_BLOCK = 256
_WHY = {why: at for at, why in enumerate(WHYS)}


@dataclass(frozen=True)
class Seekers:
    """People who are put forward. `room`: employers that each still lacks; `wanted` counts in rows of `Firms.share`."""

    key: NDArray[np.uint64]
    wanted: Occupations
    place: NDArray[np.int32]
    radius_km: NDArray[np.float32]
    room: Rows


@dataclass(frozen=True)
class Firms:
    """Employers. `kind`: the row of `share` (float64[kinds, codes]) that says what its like take on; `workforce`: a
    value of WORKFORCE, or UNKNOWN; `held`: people already put forward there."""

    key: NDArray[np.uint64]
    kind: Rows
    share: NDArray[np.float64]
    place: NDArray[np.int32]
    workforce: NDArray[np.int32]
    held: Rows

    @property
    def size(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class Suggestions:
    """Pairs by person, then rank. `score` and `parts` in millionths, parts adding up to the score."""

    person: Rows
    firm: Rows
    score: Rows
    parts: Rows
    #: index into `spread.WHYS`
    why: NDArray[np.int8]


class Field:
    """Who could be put forward where: the parts of any pair, and the whole table in blocks."""

    def __init__(self, people: Seekers, firms: Firms, affinity: Affinity, places: Places) -> None:
        self.people, self.firms = people, firms
        self._needs, self._of = _needs(people.wanted, affinity, firms.share.shape[1])
        # Whole numbers held as floats: sums are exact below 2^53, hence the same in any order.
        self._fit = self._needs @ np.rint(firms.share * _SHARE).T
        self._metres, self._near_to, self._near_at = _table(people.place, firms.place, places)

    def parts(self, rows: Rows, columns: Rows) -> tuple[Rows, NDArray[np.bool_]]:
        """(parts along the last axis, whether the pair may be suggested: near enough, and plausible there) of pairs;
        `rows` and `columns` broadcast against each other."""
        people, firms = self.people, self.firms
        fit = self._fit[self._of[rows], firms.kind[columns]].astype(np.int64)
        metres = self._metres[self._near_to[rows], self._near_at[columns]]
        known = (people.place[rows] != UNKNOWN) & (firms.place[columns] != UNKNOWN)
        radius = np.rint(people.radius_km[rows] * 1_000).astype(np.int64)
        sized = np.broadcast_to(firms.workforce[columns] != UNKNOWN, fit.shape)
        value = np.zeros((*fit.shape, len(PARTS)), np.int64)
        value[..., 0] = np.minimum(factors.FULL, fit * factors.FULL // round(IN_FULL * _SHARE * _NEED))
        value[..., 1] = np.where(known, factors.distance(metres, radius), 0)
        value[..., 2] = np.where(sized, firms.workforce[columns], 0)
        weight = WEIGHTS[0] + WEIGHTS[1] * known + WEIGHTS[2] * sized
        made = value * np.array(WEIGHTS) * (factors.ONE // factors.FULL) // weight[..., None]
        return made, (fit >= round(LEAST * _SHARE * _NEED)) & (~known | (metres <= radius))

    def kilometres(self, row: int, column: int) -> float | None:
        """From commune to commune; None when either is not known."""
        if self.people.place[row] == UNKNOWN or self.firms.place[column] == UNKNOWN:
            return None
        return int(self._metres[self._near_to[row], self._near_at[column]]) / 1_000

    def plausible(self, firm: int) -> NDArray[np.bool_]:
        """bool[people]: whom the like of this employer may take on, however far they live."""
        fit = self._fit[self._of, self.firms.kind[firm]]
        return np.asarray(fit >= round(LEAST * _SHARE * _NEED))

    def best(self, excluded: Collection[tuple[int, int]]) -> Iterator[tuple[Rows, Rows, NDArray[np.uint64]]]:
        """(person, firm, ranking) of the LOOKED_AT best of each person, block by block, without those excluded."""
        apart: dict[int, list[int]] = {}
        for person, firm in excluded:
            apart.setdefault(person, []).append(firm)
        columns = np.arange(self.firms.size)
        wanting = np.flatnonzero(self.people.room > 0)
        for start in range(0, len(wanting), _BLOCK):
            rows = wanting[start : start + _BLOCK]
            made, may = self.parts(rows[:, None], columns[None, :])
            for at, row in enumerate(rows.tolist()):
                may[at, apart.get(row, [])] = False
            hashed = factors.pair_hash(self.people.key[rows][:, None], self.firms.key[None, :])
            ranked = factors.ranking(made.sum(axis=-1).astype(np.uint64), np.uint64(0), hashed)
            ranked = np.where(may, ranked, np.uint64(0))
            if len(columns) > LOOKED_AT:
                cut = np.partition(ranked, -LOOKED_AT, axis=1)[:, -LOOKED_AT]
                ranked = np.where(ranked >= cut[:, None], ranked, np.uint64(0))
            who, where = np.nonzero(ranked)
            yield rows[who], where.astype(np.int64), ranked[who, where]


def suggest(field: Field, excluded: Collection[tuple[int, int]] = ()) -> Suggestions:
    """Up to `room` employers for each person: everybody's first before anybody's second, an employer to so many people
    at most; whoever finds only full ones still gets their best, flagged (Why.COMPLEMENT). The same whatever the order
    of rows."""
    blocks = list(field.best(excluded))
    person, firm, ranked = (
        (np.concatenate([block[part] for block in blocks]) for part in range(3))
        if blocks
        else (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64))
    )
    order = np.lexsort((field.firms.key[firm], field.people.key[person], ~ranked))
    person, firm = person[order], firm[order]
    chosen, why = _spread(person.tolist(), firm.tolist(), field.people.room.tolist(), field.firms.held)
    person, firm, rank = person[chosen], firm[chosen], np.array(chosen, np.int64)
    parts, _ = field.parts(person, firm)
    by = np.lexsort((rank, person))
    return Suggestions(person[by], firm[by], parts.sum(axis=1)[by], parts[by], np.array(why, np.int8)[by])


def _spread(person: list[int], firm: list[int], room: list[int], held: Rows) -> tuple[list[int], list[int]]:
    """(edges kept, why each) of edges that come best first."""
    reached = len(set(firm))
    cap = max(AT_LEAST, int(np.ceil(EVEN_SHARES * sum(room) / reached))) if reached else 0
    load = held.tolist()
    given = [0] * len(room)
    passed = [False] * len(room)
    left = list(range(len(person)))
    chosen: list[int] = []
    why: list[int] = []
    for turn in range(max(room, default=0)):
        later = []
        for edge in left:
            who, where = person[edge], firm[edge]
            if given[who] >= room[who]:
                continue
            if load[where] >= cap:
                passed[who] = True
                later.append(edge)
            elif given[who] > turn:
                later.append(edge)
            else:
                load[where] += 1
                given[who] += 1
                chosen.append(edge)
                why.append(_WHY[Why.COVERAGE if passed[who] else Why.BEST])
        left = later
    for edge in left:
        who = person[edge]
        if given[who] < room[who]:
            given[who] += 1
            chosen.append(edge)
            why.append(_WHY[Why.COMPLEMENT])
    return chosen, why


def _needs(wanted: Occupations, affinity: Affinity, codes: int) -> tuple[NDArray[np.float64], Rows]:
    """(one row for each set of wanted occupations: how near each occupation is to it; the row of each person)."""
    rows: dict[tuple[Any, ...], int] = {}
    of = np.zeros(wanted.size, np.int64)
    made: list[NDArray[np.float64]] = []
    for at in range(wanted.size):
        some = slice(wanted.indptr[at], wanted.indptr[at + 1])
        pairs = tuple(zip(wanted.code[some].tolist(), wanted.confidence[some].tolist(), strict=True))
        if pairs not in rows:
            need = np.zeros(codes)
            for code, sure in pairs:
                near = slice(affinity.indptr[code], affinity.indptr[code + 1])
                here = np.rint(affinity.affinity[near] * np.float64(sure) * _NEED)
                need[affinity.code[near]] = np.maximum(need[affinity.code[near]], here)
            rows[pairs] = len(made)
            made.append(need)
        of[at] = rows[pairs]
    return (np.array(made) if made else np.zeros((0, codes))), of


def _table(one: NDArray[np.int32], other: NDArray[np.int32], places: Places) -> tuple[Rows, Rows, Rows]:
    """(metres between the places that occur on either side; the row of each; the column of each). Unknown: 0."""
    ones, row = np.unique(one, return_inverse=True)
    others, column = np.unique(other, return_inverse=True)
    if not places.size:
        return np.zeros((len(ones), len(others)), np.int64), row, column
    between = places.point[ones][:, None, :].astype(np.int64) - places.point[others][None, :, :]
    metres = arc_metres((between**2).sum(axis=-1)).astype(np.int64)
    metres[ones == UNKNOWN, :] = 0
    metres[:, others == UNKNOWN] = 0
    return metres, row, column
