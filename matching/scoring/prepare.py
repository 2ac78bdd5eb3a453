"""Both sides as whole numbers, once a run: what the scan, the columns and the explanation of one pair all read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import factors
from .columns import Affinity, Occupations, OfferColumns, PeopleColumns, SkillLists, Tables, Weights

#: `free_from` of somebody who has not said when
NOT_SAID = np.iinfo(np.int32).min


def points(shares: NDArray[np.float32]) -> NDArray[np.int32]:
    """Shares in [0, 1] as whole ten-thousandths; ValueError outside."""
    made = np.rint(np.asarray(shares, dtype=np.float64) * factors.FULL).astype(np.int32)
    if made.size and (made.min() < 0 or made.max() > factors.FULL):
        raise ValueError("an affinity or a confidence lies in [0, 1]")
    return made


def rows_of(indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of each entry of a CSR."""
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


@dataclass(frozen=True)
class Slots:
    """Occupations side by side: code[n, width] (-1 = empty slot) and confidence[n, width] in points."""

    code: NDArray[np.int32]
    confidence: NDArray[np.int32]

    @classmethod
    def of(cls, lists: Occupations) -> Slots:
        lengths = np.diff(lists.indptr)
        width = int(lengths.max(initial=0))
        code = np.full((lists.size, width), -1, dtype=np.int32)
        confidence = np.zeros((lists.size, width), dtype=np.int32)
        row = rows_of(lists.indptr)
        slot = np.arange(len(row)) - lists.indptr[row]
        code[row, slot] = lists.code
        confidence[row, slot] = points(lists.confidence)
        return cls(code, confidence)


def affinity_matrix(affinity: Affinity) -> NDArray[np.int32]:
    """Points by [wanted, offered]; 0 = not related, FULL on the diagonal."""
    matrix = np.zeros((affinity.size, affinity.size), dtype=np.int32)
    np.maximum.at(matrix, (rows_of(affinity.indptr), affinity.code), points(affinity.affinity))
    np.fill_diagonal(matrix, factors.FULL)
    return matrix


@dataclass(frozen=True)
class Problem:
    """One run: people, offers, tables, weights. Everything derived is made once and shared."""

    people: PeopleColumns
    offers: OfferColumns
    tables: Tables
    weights: Weights

    @cached_property
    def weight_points(self) -> tuple[int, ...]:
        return self.weights.as_points()

    @cached_property
    def affinity(self) -> NDArray[np.int32]:
        return affinity_matrix(self.tables.affinity)

    @cached_property
    def wanted(self) -> Slots:
        return Slots.of(self.people.wanted)

    @cached_property
    def offered(self) -> Slots:
        return Slots.of(self.offers.occupations)

    @cached_property
    def computable(self) -> NDArray[np.bool_]:
        """bool[n]: an occupation is known; without one there is not enough data for any score (workflow case 7)."""
        return np.diff(self.people.wanted.indptr) > 0

    @cached_property
    def radius(self) -> NDArray[np.int32]:
        """Metres; whole, rounded to the nearest."""
        return np.rint(self.people.radius_km.astype(np.float64) * 1000).astype(np.int32)

    @cached_property
    def person_rung(self) -> NDArray[np.int32]:
        return _rung(self.people.level, self.people.bac_plus)

    @cached_property
    def offer_rung(self) -> NDArray[np.int32]:
        """Steps asked; 0 = none asked."""
        return np.maximum(_rung(self.offers.level_min, self.offers.bac_plus_min), 0)

    @cached_property
    def free_from(self) -> NDArray[np.int32]:
        return np.where(self.people.available_known, self.people.available_from, NOT_SAID).astype(np.int32)

    @cached_property
    def search(self) -> NDArray[np.int32]:
        return np.clip(self.people.search_days, 0, factors.LONGEST_SEARCH).astype(np.int32)

    @cached_property
    def asked(self) -> SkillLists:
        """Distinct skills asked by each offer."""
        return _distinct(self.offers.skills)

    @cached_property
    def serves(self) -> SkillLists:
        """For each person every skill that theirs stand for, distinct: the similarity is spent here, once."""
        table, held = self.tables.skills, self.people.skills
        entry, position = spread_rows(table.indptr, held.skill)
        reached = table.similar[position]
        counts = np.bincount(rows_of(held.indptr)[entry], minlength=held.size)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return _distinct(SkillLists(indptr, reached))


def spread_rows(indptr: NDArray[np.int64], rows: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All entries of these CSR rows, one after the other: (index into `rows`, position in the CSR) of each."""
    first, lengths = indptr[rows], indptr[rows + 1] - indptr[rows]
    entry = np.repeat(np.arange(len(rows)), lengths)
    return entry, np.arange(len(entry)) - (np.cumsum(lengths) - lengths)[entry] + first[entry]


def _rung(level: NDArray[np.int8], bac_plus: NDArray[np.int8]) -> NDArray[np.int32]:
    made = factors.rung(level.astype(np.int32), bac_plus.astype(np.int32))
    return np.asarray(made, dtype=np.int32)


def _distinct(lists: SkillLists) -> SkillLists:
    """Each row sorted, without repeats."""
    row = rows_of(lists.indptr)
    packed = np.sort(row.astype(np.int64) << 32 | lists.skill.astype(np.int64))
    packed = packed[np.diff(packed, prepend=-1) != 0]
    counts = np.bincount(packed >> 32, minlength=lists.size)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return SkillLists(indptr, (packed & 0xFFFFFFFF).astype(np.int32))
