"""Sets of dates in columns: for each owner of a cohort, sorted disjoint half-open spans of days.

Every boolean operation is one sweep: pack (owner, day, opens|closes) in one int64, sort, cumulative sum, keep the days
where the depth crosses the threshold. Cost: one sort of the ends, no Python loop over owners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .days import FIRST, LAST, Days

#: Bits of a packed event below the owner: 20 for the day (up to the year 2870), one for opens/closes.
_DAY_BITS = 20
Triple = tuple[Days, Days, Days]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """`owner`, `start`, `end`: int64 columns sorted by owner then start; spans of one owner never touch."""

    size: int
    owner: Days
    start: Days
    end: Days

    @classmethod
    def of(cls, size: int, owner: npt.ArrayLike, start: npt.ArrayLike, end: npt.ArrayLike) -> Spans:
        """Spans [start, end) of their owners, in any order, overlapping or not; empty ones are dropped."""
        owners = np.asarray(owner, np.int64)
        starts = np.maximum(np.broadcast_to(np.asarray(start, np.int64), owners.shape), FIRST)
        ends = np.minimum(np.broadcast_to(np.asarray(end, np.int64), owners.shape), LAST)
        keep = starts < ends
        return _sweep(size, [(owners[keep], starts[keep], ends[keep])], 1)

    @classmethod
    def nowhere(cls, size: int) -> Spans:
        nothing = np.empty(0, np.int64)
        return cls(size, nothing, nothing, nothing)

    @classmethod
    def everywhere(cls, size: int) -> Spans:
        return cls(
            size,
            np.arange(size, dtype=np.int64),
            np.full(size, FIRST, np.int64),
            np.full(size, LAST, np.int64),
        )

    @classmethod
    def between(cls, size: int, start: int, end: int) -> Spans:
        """The same days [start, end) for everybody."""
        return cls.of(size, np.arange(size, dtype=np.int64), start, end)

    def columns(self) -> Triple:
        return self.owner, self.start, self.end

    def __and__(self, other: Spans) -> Spans:
        return _sweep(self.size, [self.columns(), other.columns()], 2)

    def __or__(self, other: Spans) -> Spans:
        return _sweep(self.size, [self.columns(), other.columns()], 1)

    def __invert__(self) -> Spans:
        """Gaps between the spans, over the whole axis."""
        every = np.arange(self.size, dtype=np.int64)
        owner = np.concatenate([every, self.owner])
        start = np.concatenate([np.full(self.size, FIRST, np.int64), self.end])
        order = np.lexsort((start, owner))
        owner, start = owner[order], start[order]
        stop_owner = np.concatenate([self.owner, every])
        stop = np.concatenate([self.start, np.full(self.size, LAST, np.int64)])
        stop = stop[np.lexsort((stop, stop_owner))]
        keep = start < stop
        return Spans(self.size, owner[keep], start[keep], stop[keep])

    def __sub__(self, other: Spans) -> Spans:
        return self & ~other

    def clip(self, start: int, end: int) -> Spans:
        """What lies within [start, end), the same days for everybody: no sweep needed."""
        starts, ends = np.maximum(self.start, start), np.minimum(self.end, end)
        keep = starts < ends
        return Spans(self.size, self.owner[keep], starts[keep], ends[keep])

    def of_these(self, mask: npt.NDArray[np.bool_]) -> Spans:
        """The spans of the owners in `mask` (bool[size]); the others have none."""
        keep = mask[self.owner]
        return Spans(self.size, self.owner[keep], self.start[keep], self.end[keep])

    def at(self, day: int | Days) -> npt.NDArray[np.bool_]:
        """Whether each owner's set holds `day` (one day, or one each)."""
        inside = np.zeros(self.size, np.bool_)
        wanted = np.broadcast_to(np.asarray(day, np.int64), (self.size,))[self.owner]
        inside[self.owner[(self.start <= wanted) & (wanted < self.end)]] = True
        return inside

    def of_owner(self, owner: int) -> list[tuple[int, int]]:
        first, last = np.searchsorted(self.owner, [owner, owner + 1])
        return [(int(self.start[i]), int(self.end[i])) for i in range(first, last)]


def union(size: int, sets: Sequence[Spans]) -> Spans:
    """Days that lie in any of the sets, in one sweep."""
    return _sweep(size, [spans.columns() for spans in sets], 1) if sets else Spans.nowhere(size)


def intersection(size: int, sets: Sequence[Spans]) -> Spans:
    """Days that lie in all of the sets, in one sweep."""
    return _sweep(size, [spans.columns() for spans in sets], len(sets)) if sets else Spans.everywhere(size)


def _sweep(size: int, triples: Sequence[Triple], threshold: int) -> Spans:
    """Days covered at least `threshold` times.

    At equal days openings sort before closings, so spans that touch become one; a depth that dips below the
    threshold between two events of one day leaves an empty span, which is dropped.
    """
    owner = np.concatenate([triple[0] for triple in triples])
    if not len(owner):
        return Spans.nowhere(size)
    start = np.concatenate([triple[1] for triple in triples])
    end = np.concatenate([triple[2] for triple in triples])
    base = owner << (_DAY_BITS + 1)
    events = np.concatenate([base | (start << 1), base | (end << 1) | 1])
    # Each operand comes in order, so this merges a few runs: far less than a sort of their sum.
    events.sort(kind="stable")
    depth = np.cumsum(1 - 2 * (events & 1))
    before = np.empty_like(depth)
    before[0] = 0
    before[1:] = depth[:-1]
    opens = events[(before < threshold) & (depth >= threshold)]
    closes = events[(before >= threshold) & (depth < threshold)]
    day_mask = (1 << _DAY_BITS) - 1
    starts, ends = (opens >> 1) & day_mask, (closes >> 1) & day_mask
    keep = starts < ends
    return Spans(size, (opens >> (_DAY_BITS + 1))[keep], starts[keep], ends[keep])
