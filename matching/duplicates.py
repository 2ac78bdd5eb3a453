"""Pairs of records that may be one person, or one organisation: listed for somebody to decide, never merged.

The rules are those of imports.md §6. Who has the same birth date is compared in blocks by rapidfuzz, so that twenty
thousand people born on one day (a badly filled column) take seconds and not hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from . import names

#: Below this a pair is not even looked at; a little under the rule's 85 so that rounding never decides.
SHORTLIST = names.NEAR - 0.01

#: Cells of one block of comparisons: 4 million scores of one byte... of four, 16 MB.
BLOCK = 4_000_000

#: Of more records than CROWD to compare, so many pairs of one new record at most: twenty look-alikes among thousands
#: born on one day are a badly made file, not people, and all their pairs would be millions.
MOST, CROWD = 20, 50

#: Up to so many comparisons, plain calls are quicker than a block.
FEW = 64


@dataclass(frozen=True, slots=True)
class Named:
    """A record as far as names go, folded. `key` says which record; `first` is the family name of a person, the name
    of an organisation; `second` the given names ("" for an organisation)."""

    key: Any
    first: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """`new` is about to be created; `other` is in the base or was kept earlier in the file."""

    new: Any
    other: Any
    reason: str
    score: float


def people(new: Sequence[Named], known: Sequence[Named]) -> Iterator[Pair]:
    """Pairs among people of one birth date: each of `new` with those before it in `new`, and with all of `known`."""
    return _pairs(new, known, _person_candidates, _person_pair)


def organisations(new: Sequence[Named], known: Sequence[Named]) -> Iterator[Pair]:
    """Pairs among organisations of one postcode whose folded names are near."""
    return _pairs(new, known, _organisation_candidates, _organisation_pair)


def _pairs(
    new: Sequence[Named],
    known: Sequence[Named],
    candidates: Any,
    pair_of: Callable[[Named, Named], Pair | None],
) -> Iterator[Pair]:
    most = MOST if len(new) + len(known) > CROWD else None
    for row, others in _shortlist(new, known, candidates):
        pairs = (pair_of(row, other) for other in others)
        yield from islice((pair for pair in pairs if pair is not None), most)


def _person_pair(row: Named, other: Named) -> Pair | None:
    alike = names.alike((row.first, row.second), (other.first, other.second))
    return Pair(row.key, other.key, alike.reason, alike.score) if alike is not None else None


def _organisation_pair(row: Named, other: Named) -> Pair | None:
    score = fuzz.ratio(row.first, other.first)
    return Pair(row.key, other.key, "near-name", score) if score >= names.NEAR else None


def _shortlist(
    new: Sequence[Named], known: Sequence[Named], candidates: Any
) -> Iterator[tuple[Named, Iterator[Named]]]:
    """Each new record with every earlier one that can be alike, and some that are not."""
    others = [*known, *new]
    if len(new) * len(others) <= FEW:
        for position, row in enumerate(new):
            yield row, iter(others[: len(known) + position])
        return
    height = max(1, BLOCK // len(others))
    for start in range(0, len(new), height):
        rows = new[start : start + height]
        hits = candidates(rows, others)
        for position, row in enumerate(rows):
            before = len(known) + start + position
            yield row, (others[place] for place in np.flatnonzero(hits[position, :before]))


def _person_candidates(rows: Sequence[Named], others: Sequence[Named]) -> Any:
    """The family names are near, straight or crosswise, or both names hold the same words."""
    firsts, words = [o.first for o in others], [_words(o) for o in others]
    hits = _scores([row.first for row in rows], firsts)
    hits |= _scores([row.first for row in rows], [o.second for o in others])
    numbered = {key: number for number, key in enumerate(dict.fromkeys(words))}
    theirs = np.array([numbered[key] for key in words])
    ours = np.array([numbered.get(_words(row), -1) for row in rows])
    return hits | (ours[:, None] == theirs[None, :])


def _organisation_candidates(rows: Sequence[Named], others: Sequence[Named]) -> Any:
    return _scores([row.first for row in rows], [o.first for o in others])


def _scores(ours: list[str], theirs: list[str]) -> Any:
    return process.cdist(ours, theirs, scorer=fuzz.ratio, score_cutoff=SHORTLIST, dtype=np.float32) > 0


def _words(named: Named) -> str:
    return " ".join(sorted(f"{named.first} {named.second}".split()))
