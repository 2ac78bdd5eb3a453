"""People and offers in, ranked candidates out; the only place that knows about workers.

The answer is the same whatever does the work: the numpy blocks or the compiled kernel, one worker or several, people
and offers in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from . import blocks, columnwise, compiled, factors, index as indexes
from .best import Rows, best_first
from .columns import OfferColumns, PeopleColumns, Tables, Weights
from .prepare import Problem

Engine = Literal["auto", "compiled", "columns"]
Progress = Callable[[int, int], None]

#: postings up to which numpy is done before a compiler has started
SMALL_DAY = 5_000_000


@dataclass(frozen=True)
class Candidates:
    """The best pairs of both sides: top `per_offer` of each offer with top `per_person` of each person.

    One row a pair, by offer row, then rank (1 = best). A rank up to `per_offer` is the true rank among all feasible
    people of the offer.
    """

    person: Rows
    offer: Rows
    rank: NDArray[np.int32]
    #: in [0, 1], six decimals
    score: NDArray[np.float64]
    #: uint64: score, longest search, seeded hash of the pair; greater is better
    ranking: NDArray[np.uint64]
    #: how many people could take each offer, how many offers each person could take: exact counts of feasible pairs
    feasible_people: Rows
    feasible_offers: Rows
    #: rows of people without any occupation known: not enough data, no number (never left out silently)
    not_enough_data: Rows
    #: postings read, that is, pairs looked at with their repeats
    scanned: int
    problem: Problem = field(repr=False)

    @property
    def pairs_scored(self) -> int:
        """Feasible pairs, each with a score."""
        return int(self.feasible_people.sum())

    @cached_property
    def parts(self) -> NDArray[np.float64]:
        """Parts of each row in the order of PARTS: float64[k, 6], NaN where a part does not apply."""
        made = np.full((len(self.person), 6), np.nan)
        for first in range(0, len(self.person), columnwise.CHUNK):
            some = slice(first, first + columnwise.CHUNK)
            points = columnwise.parts(self.problem, self.person[some], self.offer[some])
            made[some] = np.where(points >= 0, points / factors.FULL, np.nan)
        return made

    @cached_property
    def right(self) -> NDArray[np.int8]:
        """Right of the offer's programme on its contract day: 1 certain or no programme, 0 possible (a fact misses)."""
        return columnwise.rights(self.problem, self.person, self.offer)


def candidates(
    people: PeopleColumns,
    offers: OfferColumns,
    tables: Tables,
    weights: Weights,
    *,
    excluded: Rows | None = None,
    per_offer: int = 40,
    per_person: int = 8,
    workers: int = 1,
    on_progress: Progress | None = None,
    engine: Engine = "auto",
    index: indexes.Index | None = None,
) -> Candidates:
    """Rank people for offers and offers for people.

    `excluded`: int64[k, 2] of (person row, offer row) never to be proposed again, in any order. `on_progress(done,
    offers)` is called now and then; what it raises stops the run. `index`: one built before on the same people and
    tables, when few offers meet many people. ValueError when a key appears twice.
    """
    problem = Problem(people, offers, tables, weights)
    for side in (people, offers):
        if len(np.unique(side.key)) != side.size:
            raise ValueError(f"{type(side).__name__}.key: two rows have one key")
    excluded = np.zeros((0, 2), dtype=np.int64) if excluded is None else np.asarray(excluded, dtype=np.int64)
    index = indexes.build(problem) if index is None else index
    turns = _turns(problem, index)
    report = on_progress or (lambda done, of: None)
    if engine == "auto":
        engine = "compiled" if compiled.available() and _is_large(problem, index) else "columns"
    most = {"per_offer": per_offer, "per_person": per_person}
    if engine == "compiled":
        from . import threads  # brings numba: only when there is work for it

        kept = threads.run(problem, index, turns, excluded, workers=workers, report=report, **most)
    else:
        kept = blocks.run(problem, index, turns, excluded, report=report, **most)
    person, offer, ranking = kept.pairs
    order, place = best_first(offer, ranking, people.key[person])
    person, offer, ranking = person[order], offer[order], ranking[order]
    return Candidates(
        person=person,
        offer=offer,
        rank=(place + 1).astype(np.int32),
        score=(ranking >> (factors.SEARCH_BITS + factors.HASH_BITS)) / factors.ONE,
        ranking=ranking,
        feasible_people=kept.feasible_people,
        feasible_offers=kept.feasible_offers,
        not_enough_data=np.flatnonzero(~problem.computable),
        scanned=kept.scanned,
        problem=problem,
    )


def _turns(problem: Problem, index: indexes.Index) -> Rows:
    """Offers with an occupation, neighbours in space one after the other: they meet the same stretch of memory."""
    able = np.flatnonzero(np.diff(problem.offers.occupations.indptr) > 0)
    place = problem.offers.place[able]
    if not len(index.place_row):
        return able
    row = np.where(place >= 0, index.place_row[place], -1)
    x = np.where(place >= 0, index.place_x[place], 0)
    return able[np.lexsort((x, row))]


def _is_large(problem: Problem, index: indexes.Index) -> bool:
    """Whether starting the compiled kernel pays: it costs a compilation, or its loading when it was kept."""
    limit = SMALL_DAY // 20 if compiled.is_kept() else SMALL_DAY
    if problem.people.size * problem.offers.size < limit:
        return False
    by_code = np.diff(index.pointer[:: index.classes * index.rows]).astype(np.int64)
    indptr, wanted, _ = indexes.related(problem.tables.affinity)
    near = np.concatenate([[0], np.cumsum(by_code[wanted])])[indptr]
    return int(np.diff(near)[problem.offers.occupations.code].sum()) > limit
