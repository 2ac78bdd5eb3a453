"""Lists that reach everybody: each offer's slots given so that all who can be proposed are, then for the best score.

Coverage first, by augmenting paths, the most urgent first; then the slots are given by auction at equal coverage;
whoever finds only full offers goes past the last slot, flagged as a complement. Urgency is no part of a score (M4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import auction, compiled
from .batch import Candidates
from .best import Rows, best_first
from .columns import PeopleColumns

#: edges from which compiling pays; loading what an earlier run compiled pays from a twentieth of them
LARGE = 100_000
#: bids allowed an edge before bids are made coarser
PATIENCE = 100
#: a right that ends within so many days comes before longer ones; a convention of ours
SOON_DAYS = (30, 90, 180)


class Why(StrEnum):
    """Why a person stands in an offer's list."""

    BEST = "best"
    COVERAGE = "coverage"
    COMPLEMENT = "complement"


#: `Assignment.why` holds indices into this
WHYS = (Why.BEST, Why.COVERAGE, Why.COMPLEMENT)


@dataclass(frozen=True)
class Assignment:
    """Proposals by offer row, then rank: by score, complements after the others."""

    #: row of `Candidates` each proposal comes from
    candidate: Rows
    person: Rows
    offer: Rows
    #: 1 is the best; counts the proposals of this assignment only
    rank: NDArray[np.int32]
    why: NDArray[np.int8]
    #: people with a feasible offer, no live proposal and none here: empty, unless their cap is 0
    uncovered: Rows

    @property
    def size(self) -> int:
        return len(self.person)


def urgency(people: PeopleColumns) -> Rows:
    """Rows, the first to be served first: back from a broken contract, then rights that end soon, then weeks without a
    proposal, then length of search.

    Ends of rights count by bands (SOON_DAYS): a day more or less puts nobody before somebody who waits for weeks.
    """
    band = np.searchsorted(np.array(SOON_DAYS), people.days_left)
    return np.lexsort(
        (
            people.key,
            -people.search_days.astype(np.int64),
            -people.weeks_without.astype(np.int64),
            band,
            ~people.returned,
        )
    )


def assign(candidates: Candidates, *, k: int = 10, cap: int = 5) -> Assignment:
    """Give each offer's `k` slots, at most `cap` live proposals a person; live ones already held count in both.

    Whoever holds a live proposal is covered already and only joins for the best score.
    """
    people, offers = candidates.problem.people, candidates.problem.offers
    order = urgency(people)
    turn = np.empty(people.size, dtype=np.int64)
    turn[order] = np.arange(people.size)
    edges, _ = best_first(turn[candidates.person], candidates.ranking, offers.key[candidates.offer])
    indptr = np.searchsorted(turn[candidates.person[edges]], np.arange(people.size + 1)).astype(np.int64)
    offer = candidates.offer[edges]
    free = np.maximum(k - offers.live_proposals.astype(np.int64), 0)
    slots = np.concatenate([[0], np.cumsum(free)]).astype(np.int64)
    room = np.maximum(cap - people.live_proposals[order].astype(np.int64), 0)
    uncovered = (people.live_proposals[order] == 0) & (np.diff(indptr) > 0) & (room > 0)

    served = _cover(indptr, offer, slots, uncovered)
    left_out = uncovered & (served < 0)
    room[left_out] = 0
    value = np.rint(candidates.score[edges] * 1_000_000).astype(np.int64)
    held = _bid(indptr, offer, value, slots, served >= 0, room)
    chosen = edges[np.flatnonzero(held)]
    complement = edges[_complements(indptr, offer, np.flatnonzero(left_out), offers.size, k)]
    return _listed(candidates, chosen, complement, k)


def _pays(edges: int) -> bool:
    return compiled.available() and edges > (LARGE // 20 if compiled.is_kept() else LARGE)


def _space(compile_it: bool, *arrays: NDArray[Any]) -> tuple[Any, ...]:
    """What a loop works on: arrays for numba, lists (faster one number at a time) for plain Python."""
    return arrays if compile_it else tuple(array.tolist() for array in arrays)


def _cover(indptr: Rows, offer: Rows, slots: Rows, eligible: NDArray[np.bool_]) -> Rows:
    offers = len(slots) - 1
    compile_it = _pays(len(offer))
    run = compiled.compiled(auction.cover) if compile_it else auction.cover
    none = np.full(offers, -1, dtype=np.int64)
    space = _space(
        compile_it,
        indptr, offer, slots, eligible,
        np.full(len(eligible), -1, dtype=np.int64),
        np.full(int(slots[-1]), -1, dtype=np.int64),
        np.zeros(offers, dtype=np.int64),
        none, none.copy(), none.copy(), none.copy(),
    )  # fmt: skip
    run(*space)
    return np.asarray(space[4], dtype=np.int64)


def _bid(
    indptr: Rows, offer: Rows, value: Rows, slots: Rows, must: NDArray[np.bool_], room: Rows
) -> NDArray[np.int64]:
    compile_it = _pays(len(offer))
    run: Callable[..., bool] = compiled.compiled(auction.bid) if compile_it else auction.bid
    epsilon, most = auction.EPSILON, int(PATIENCE * (len(offer) + 100))
    while True:
        inputs = _space(compile_it, indptr, offer, value, slots, must, room)
        space = _space(
            compile_it,
            np.zeros(len(offer), dtype=np.int64),
            np.zeros(int(slots[-1]), dtype=np.int64),
            slots[:-1].copy(),
            np.full(int(slots[-1]), -1, dtype=np.int64),
            np.full(int(slots[-1]), -1, dtype=np.int64),
            np.zeros(len(must), dtype=np.int64),
            np.zeros(len(must) + 1, dtype=np.int64),
        )
        if run(*inputs, epsilon, most, *space):
            return np.asarray(space[0], dtype=np.int64)
        epsilon, most = epsilon * 4, most * 2


def _complements(indptr: Rows, offer: Rows, people: Rows, offers: int, k: int) -> Rows:
    """An edge for each of these people: their best offer, `k` complements of one offer filling before any is longer."""
    count = np.zeros(offers, dtype=np.int64)
    made = []
    for person in people.tolist():
        first, last = indptr[person], indptr[person + 1]
        edge = int(first + np.argmin(count[offer[first:last]] // max(k, 1)))
        count[offer[edge]] += 1
        made.append(edge)
    return np.array(made, dtype=np.int64)


def _listed(candidates: Candidates, chosen: Rows, complement: Rows, k: int) -> Assignment:
    people = candidates.problem.people
    rows = np.concatenate([chosen, complement])
    past = np.concatenate([np.zeros(len(chosen), np.int64), np.ones(len(complement), np.int64)])
    person, offer = candidates.person[rows], candidates.offer[rows]
    mine = np.bincount(person, minlength=people.size)
    alone = (mine[person] == 1) & (people.live_proposals[person] == 0)
    why = np.where(past == 1, 2, np.where(alone & (candidates.rank[rows] > k), 1, 0))
    order, _ = best_first(offer * 2 + past, candidates.ranking[rows], people.key[person])
    rows, person, offer, why = rows[order], person[order], offer[order], why[order]
    rank = np.arange(len(rows)) - np.searchsorted(offer, offer) + 1
    reachable = (candidates.feasible_offers > 0) & (people.live_proposals == 0)
    return Assignment(
        candidate=rows,
        person=person,
        offer=offer,
        rank=rank.astype(np.int32),
        why=why.astype(np.int8),
        uncovered=np.flatnonzero(reachable & (mine == 0)),
    )
