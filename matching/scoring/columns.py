"""What the matcher reads of N people and M offers: plain columns, no database, no objects.

Sex, name, birth date and place, nationality, zone, address inside the commune and RQTH have no column here
(security.md M4): what is absent cannot move a score. Days are proleptic ordinals (`date.toordinal()`), spans are
half-open, kilometres are kilometres. Row numbers mean nothing outside one call; `key` is what stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .places import Places
    from .skills import SkillTable

#: parts of a score, in the order of every `parts` array
PARTS = ("occupation", "skills", "distance", "level", "availability", "wish")
#: kilometres a person is taken to travel when nobody has said (matching.md §2)
DEFAULT_RADIUS_KM = 20.0
#: `level` and `place` when not known
UNKNOWN = -1


def stable_key(text: str, seed: int = 0) -> int:
    """64 bits that depend on what the source calls somebody or something, and on the seed; never on a row number."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8, salt=seed.to_bytes(8, "big")).digest(), "big")


def stable_keys(texts: Iterable[str], seed: int = 0) -> NDArray[np.uint64]:
    """`stable_key` of each text: uint64[n]."""
    return np.array([stable_key(text, seed) for text in texts], dtype=np.uint64)


def _pointers(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64))]).astype(np.int64)


@dataclass(frozen=True)
class Occupations:
    """Up to a few occupation codes for each row (CSR).

    `code[indptr[i]:indptr[i+1]]` are indices into the affinity table, each once; `confidence` in (0, 1] is relative
    to the best of the row: 1 for a stated or confirmed code and for the coder's first answer, less for the
    others (their score over the first one's).
    """

    indptr: NDArray[np.int64]
    code: NDArray[np.int32]
    confidence: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Iterable[Iterable[tuple[int, float]]]) -> Occupations:
        """From lists of (occupation index, confidence); a code given twice keeps its highest confidence."""
        kept: list[dict[int, float]] = []
        for row in rows:
            best: dict[int, float] = {}
            for code, confidence in row:
                best[code] = max(confidence, best.get(code, 0.0))
            kept.append(best)
        return cls(
            _pointers([len(row) for row in kept]),
            np.array([code for row in kept for code in row], dtype=np.int32),
            np.array([sure for row in kept for sure in row.values()], dtype=np.float32),
        )

    @property
    def size(self) -> int:
        return len(self.indptr) - 1


@dataclass(frozen=True)
class SkillLists:
    """Skills of each row (CSR): ids of `SkillTable`, in any order; a repeated one counts once."""

    indptr: NDArray[np.int64]
    skill: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Iterable[Iterable[int]]) -> SkillLists:
        kept = [sorted(set(row)) for row in rows]
        return cls(
            _pointers([len(row) for row in kept]), np.array([s for row in kept for s in row], dtype=np.int32)
        )

    @property
    def size(self) -> int:
        return len(self.indptr) - 1


@dataclass(frozen=True)
class Rights:
    """Spans [start, end) in which a person has a programme's right (CSR), certain or only possible (fact missing).

    `programme` is the caller's index of the programme. The terms of a contract are no part of it.
    """

    indptr: NDArray[np.int64]
    programme: NDArray[np.int16]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    certain: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Iterable[Iterable[tuple[int, int, int, bool]]]) -> Rights:
        """From lists of (programme, first day, day after the last, certain)."""
        kept = [list(row) for row in rows]
        flat = [span for row in kept for span in row]
        return cls(
            _pointers([len(row) for row in kept]),
            np.array([span[0] for span in flat], dtype=np.int16),
            np.array([span[1] for span in flat], dtype=np.int32),
            np.array([span[2] for span in flat], dtype=np.int32),
            np.array([span[3] for span in flat], dtype=np.bool_),
        )

    @property
    def size(self) -> int:
        return len(self.indptr) - 1


def _same_size(columns: object, size: int) -> None:
    for field in fields(columns):  # type: ignore[arg-type]
        column = getattr(columns, field.name)
        length = column.size if isinstance(column, Occupations | SkillLists | Rights) else len(column)
        if length != size:
            raise ValueError(f"{type(columns).__name__}.{field.name} has {length} rows, expected {size}")


@dataclass(frozen=True)
class PeopleColumns:
    """N people. The last four columns order who is served first; they are no part of any score (M4)."""

    #: uint64[n], `stable_keys` of the source's identifiers; all different
    key: NDArray[np.uint64]
    #: occupations looked for, the person's own first; none known = not enough data for any score
    wanted: Occupations
    #: skills the person has
    skills: SkillLists
    #: int8[n]: 0 none, 3..8 RNCP, -1 not known
    level: NDArray[np.int8]
    #: int8[n]: years after the bac, -1 not known
    bac_plus: NDArray[np.int8]
    #: int32[n]: index of the commune in `Tables.places`, -1 not known
    place: NDArray[np.int32]
    #: float32[n]: how far the person goes; DEFAULT_RADIUS_KM when nobody has said
    radius_km: NDArray[np.float32]
    #: int32[n]: first day the person can start, read where `available_known`
    available_from: NDArray[np.int32]
    available_known: NDArray[np.bool_]
    #: int8[n]: 1 has the licence, 0 has none, -1 not known
    licence: NDArray[np.int8]
    #: rights under the programmes
    rights: Rights
    #: int16[n]: live proposals already held; they count against the cap
    live_proposals: NDArray[np.int16]
    #: int32[n]: days left in the right that ends first, read without RQTH (M4); large when none is open or none ends
    days_left: NDArray[np.int32]
    #: int32[n]: days of search
    search_days: NDArray[np.int32]
    #: int16[n]: whole weeks without a proposal
    weeks_without: NDArray[np.int16]
    #: bool[n]: a contract of theirs broke, and they were proposed nothing since
    returned: NDArray[np.bool_]

    def __post_init__(self) -> None:
        _same_size(self, self.size)

    @property
    def size(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class OfferColumns:
    """M offers open on the day."""

    #: uint64[m], `stable_keys` of the offers' references; all different
    key: NDArray[np.uint64]
    #: occupations of the post
    occupations: Occupations
    #: skills asked; none = the score has no `skills` part
    skills: SkillLists
    #: int8[m]: level asked, 0 or -1 = none asked or not known
    level_min: NDArray[np.int8]
    #: int8[m]: years after the bac asked within level 6, -1 = none
    bac_plus_min: NDArray[np.int8]
    #: int32[m]: index of the commune, -1 not known
    place: NDArray[np.int32]
    #: int16[m]: programme the offer stands under, -1 = none (it excludes nobody by right)
    programme: NDArray[np.int16]
    #: uint32[m]: bit p set = the contract's terms would allow programme p (shown, never required)
    allowed: NDArray[np.uint32]
    #: int32[m]: day rights are read on: the start date, or the run's day if there is none or it is past
    contract_day: NDArray[np.int32]
    #: bool[m]: a driving licence is asked
    needs_licence: NDArray[np.bool_]
    #: int16[m]: slots already taken by live proposals; they count against the slots of an offer
    live_proposals: NDArray[np.int16]

    def __post_init__(self) -> None:
        _same_size(self, self.size)

    @property
    def size(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class Affinity:
    """How close two occupations are (CSR over wanted codes): offered codes by decreasing affinity, in (0, 1].

    A code is always close to itself (1), whether its row says so or not.
    """

    indptr: NDArray[np.int64]
    code: NDArray[np.int32]
    affinity: NDArray[np.float32]

    @property
    def size(self) -> int:
        return len(self.indptr) - 1


@dataclass(frozen=True)
class Tables:
    """What both sides refer to by index."""

    affinity: Affinity
    places: Places
    skills: SkillTable


@dataclass(frozen=True)
class Weights:
    """Published weights of the parts; those of the parts that apply to a pair are brought to sum 1."""

    occupation: float = 0.35
    skills: float = 0.20
    distance: float = 0.15
    level: float = 0.10
    availability: float = 0.10
    wish: float = 0.10

    def as_points(self) -> tuple[int, ...]:
        """Whole ten-thousandths in the order of PARTS. Raises ValueError below 0 or when occupation has none."""
        points = tuple(round(getattr(self, part) * 10_000) for part in PARTS)
        if min(points) < 0 or points[0] == 0:
            raise ValueError("weights are never negative, and the occupation always counts")
        return points
