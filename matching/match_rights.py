"""Rights of everybody as the matcher reads them: windows, the priority they give, and which facts keep them open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import rights
from .eligibility.cohort import Cohort
from .eligibility.days import LAST
from .eligibility.missing import open_facts as open_facts_of
from .eligibility.programme import ProgrammeBook
from .eligibility.spans import Spans
from .scoring.columns import UNKNOWN, Rights

#: Days left when no right is open, or the open one never ends.
NO_END = 32_000
Days = NDArray[np.int64]


class Assessed(NamedTuple):
    """By row of `ids`; what is past is left out of the rights."""

    rights: Rights
    level: NDArray[np.int8]
    bac_plus: NDArray[np.int8]
    #: in the right that ends first, read without RQTH (M4)
    days_left: NDArray[np.int32]
    search_days: NDArray[np.int32]
    open_facts: OpenFacts


@dataclass(frozen=True)
class OpenFacts:
    """Days on which a fact that nobody has given keeps a right open: spans of people by (programme, fact)."""

    spans: Mapping[tuple[str, str], tuple[Days, Days, Days]]

    def of(self, programme: str, person: int, day: int) -> list[str]:
        """Facts to ask this person for, so that the programme's right is known on that day."""
        found = []
        for (name, fact), (owner, start, end) in self.spans.items():
            if name != programme:
                continue
            first, last = np.searchsorted(owner, (person, person + 1))
            if ((start[first:last] <= day) & (day < end[first:last])).any():
                found.append(fact)
        return sorted(found)


def assess(
    session: Session,
    ids: NDArray[np.int64],
    book: ProgrammeBook,
    names: Sequence[str],
    on: date,
    asked: Container[str],
) -> Assessed:
    """Assess everybody, cohort by cohort: nine queries for each.

    A right that a person's own statement opens (`opened_by`) is open to who was not asked yet only where an offer
    stands under its programme, one of `asked`.
    """
    day = on.toordinal()
    windows: list[tuple[Days, ...]] = []
    open_facts: dict[tuple[str, str], list[tuple[Days, Days, Days]]] = defaultdict(list)
    level, bac_plus, left, searched = [], [], [], []
    first = 0
    for _, cohort in rights.load_cohort(session, ids.tolist()):
        soonest = np.full(cohort.size, NO_END, np.int64)
        blind = cohort.without_recognition()
        for number, name in enumerate(names):
            found = book[name].assess(cohort).windows
            windows += _rows(found.certain, first, day, number, certain=1)
            unsure = found.possible - found.certain
            if name not in asked:
                unsure = unsure.of_these(book[name].opened_for(cohort))
            windows += _rows(unsure, first, day, number, certain=0)
            open_now = book[name].assess(blind).windows.certain.clip(day, LAST)
            holding = (open_now.start == day) & (open_now.end < LAST)
            np.minimum.at(soonest, open_now.owner[holding], open_now.end[holding] - day)
            if name not in asked and book[name].file.opened_by is not None:
                continue
            for fact, spans in open_facts_of(book[name], cohort).items():
                open_facts[name, fact].append((spans.owner + first, spans.start, spans.end))
        level.append(np.where(cohort.level_missing, UNKNOWN, cohort.level))
        bac_plus.append(np.where(cohort.bac_plus_missing, UNKNOWN, cohort.bac_plus))
        left.append(np.minimum(soonest, NO_END))
        searched.append(days_searched(cohort, day))
        first += cohort.size
    return Assessed(
        _columns(windows, first),
        _joined(level, np.int8),
        _joined(bac_plus, np.int8),
        _joined(left, np.int32),
        _joined(searched, np.int32),
        OpenFacts(
            {
                key: (_joined(owners), _joined(starts), _joined(ends))
                for key, pieces in sorted(open_facts.items())
                for owners, starts, ends in [zip(*pieces, strict=True)]
            }
        ),
    )


def _rows(spans: Spans, first: int, day: int, programme: int, *, certain: int) -> list[tuple[Days, ...]]:
    """Spans that are not over, whole, as columns: owner, programme, start, end, certain."""
    kept = spans.end > day
    owner, start, end = spans.owner[kept] + first, spans.start[kept], spans.end[kept]
    return [(owner, np.full(len(owner), programme), start, end, np.full(len(owner), certain))]


def _columns(windows: Sequence[tuple[Days, ...]], size: int) -> Rights:
    owner, programme, start, end, certain = (
        _joined([piece[at] for piece in windows], np.int64) for at in range(5)
    )
    order = np.lexsort((start, 1 - certain, programme, owner))
    indptr = np.searchsorted(owner[order], np.arange(size + 1)).astype(np.int64)
    return Rights(
        indptr,
        programme[order].astype(np.int16),
        start[order].astype(np.int32),
        end[order].astype(np.int32),
        certain[order].astype(np.bool_),
    )


def _joined(pieces: Sequence[Any], dtype: Any = np.int64) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *pieces]).astype(dtype)


def days_searched(cohort: Cohort, day: int) -> Days:
    """Days registered before that day."""
    spans = cohort.registered
    days = np.maximum(np.minimum(spans.end, day) - np.minimum(spans.start, day), 0)
    total = np.zeros(cohort.size, np.int64)
    np.add.at(total, spans.owner, days)
    return total
