"""Three-valued truth over time: the days on which something surely holds, and those on which it may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..vocabulary import Verdict
from .spans import Spans, intersection, union


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """`certain` lies within `possible`; unknown = possible - certain (Kleene)."""

    certain: Spans
    possible: Spans

    @property
    def size(self) -> int:
        return self.certain.size

    def verdict(self, day: int) -> npt.NDArray[np.int8]:
        """int8[size]: 1 holds, 0 unknown, -1 does not hold on that day."""
        return self.certain.at(day).astype(np.int8) + self.possible.at(day).astype(np.int8) - np.int8(1)

    def verdict_of(self, owner: int, day: int) -> Verdict:
        """The same of one owner."""
        if any(start <= day < end for start, end in self.certain.of_owner(owner)):
            return Verdict.YES
        doubtful = any(start <= day < end for start, end in self.possible.of_owner(owner))
        return Verdict.UNKNOWN if doubtful else Verdict.NO


def known(days: Spans) -> Windows:
    """Truth without doubt."""
    return Windows(days, days)


def unknown_for(windows: Windows, mask: npt.NDArray[np.bool_]) -> Windows:
    """The same, but for the owners in `mask` nothing is certain and everything possible."""
    if not mask.any():
        return windows
    return Windows(
        windows.certain.of_these(~mask),
        union(windows.size, [windows.possible, Spans.everywhere(windows.size).of_these(mask)]),
    )


def clipped(windows: Windows, start: int, end: int) -> Windows:
    """The same, within the days [start, end) only."""
    certain = windows.certain.clip(start, end)
    if windows.possible is windows.certain:
        return known(certain)
    return Windows(certain, windows.possible.clip(start, end))


def _without_doubt(parts: Sequence[Windows]) -> bool:
    return all(part.certain is part.possible for part in parts)


def all_of(parts: Sequence[Windows]) -> Windows:
    size = parts[0].size
    if len(parts) == 1:
        return parts[0]
    if _without_doubt(parts):
        return known(intersection(size, [part.certain for part in parts]))
    return Windows(
        intersection(size, [part.certain for part in parts]),
        intersection(size, [part.possible for part in parts]),
    )


def any_of(parts: Sequence[Windows]) -> Windows:
    size = parts[0].size
    if len(parts) == 1:
        return parts[0]
    if _without_doubt(parts):
        return known(union(size, [part.certain for part in parts]))
    return Windows(
        union(size, [part.certain for part in parts]), union(size, [part.possible for part in parts])
    )


def negate(windows: Windows) -> Windows:
    return Windows(~windows.possible, ~windows.certain)
