"""The compiled scan over slices of offers, in as many threads as asked. Who takes which slice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import kernel
from .best import Kept, Rows, joined
from .compiled import compiled
from .index import Index, related
from .prepare import Problem, points

#: slices of a run, at least this many offers each
SLICES, FEWEST = 32, 64


@dataclass(frozen=True)
class _Seats:
    """The best offers of each seat, as one worker sees them."""

    rank: NDArray[np.uint64]
    offer: NDArray[np.int32]
    count: NDArray[np.int32]
    feasible: NDArray[np.int32]

    @classmethod
    def of(cls, seats: int, per_person: int) -> _Seats:
        return cls(
            np.zeros((seats, per_person), dtype=np.uint64),
            np.zeros((seats, per_person), dtype=np.int32),
            np.zeros(seats, dtype=np.int32),
            np.zeros(seats, dtype=np.int32),
        )


def run(
    problem: Problem,
    index: Index,
    turns: Rows,
    excluded: Rows,
    *,
    per_offer: int,
    per_person: int,
    workers: int,
    report: Callable[[int, int], None],
) -> Kept:
    """Scan the offers `turns`; `excluded` is int64[k, 2] of (person row, offer row).

    `report` is called by the caller's thread; what it raises stops the run after the slices under way.
    """
    scan, merge = compiled(kernel.scan), compiled(kernel.merge)
    offers = problem.offers
    inputs = (*_offer_inputs(problem, index, excluded), *_people_inputs(problem, index))
    offer_rank = np.zeros((offers.size, per_offer), dtype=np.uint64)
    offer_seat = np.zeros((offers.size, per_offer), dtype=np.int32)
    offer_count = np.zeros(offers.size, dtype=np.int32)
    feasible_people = np.zeros(offers.size, dtype=np.int64)
    free: SimpleQueue[_Seats] = SimpleQueue()
    made = [_Seats.of(index.size, per_person) for _ in range(max(workers, 1))]
    for seats in made:
        free.put(seats)

    def work(share: Rows) -> tuple[int, int]:
        seats = free.get()
        try:
            read = scan(
                share, *inputs, offer_rank, offer_seat, offer_count, seats.rank, seats.offer, seats.count,
                feasible_people, seats.feasible,
            )  # fmt: skip
        finally:
            free.put(seats)
        return len(share), read

    step = max(FEWEST, -(-len(turns) // SLICES))
    scanned = done = 0
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        waiting = [pool.submit(work, turns[first : first + step]) for first in range(0, len(turns), step)]
        try:
            for finished in as_completed(waiting):
                count, read = finished.result()
                done, scanned = done + count, scanned + read
                report(done, len(turns))
        finally:
            for slice_ in waiting:
                slice_.cancel()
    ours = made[0]
    feasible_offers = np.zeros(problem.people.size, dtype=np.int64)
    for other in made[1:]:
        merge(ours.rank, ours.offer, ours.count, other.rank, other.offer, other.count, offers.key)
    for seats in made:
        feasible_offers[index.order] += seats.feasible

    offer, slot = np.nonzero(np.arange(per_offer) < offer_count[:, None])
    by_offer = (index.order[offer_seat[offer, slot]], offer, offer_rank[offer, slot])
    seat, slot = np.nonzero(np.arange(per_person) < ours.count[:, None])
    theirs, ranking = ours.offer[seat, slot].astype(np.int64), ours.rank[seat, slot]
    # Not what stands in the offer's list already: a list that is not full, or whose worst (its head) is no better.
    worst, key = offer_rank[theirs, 0], index.key
    new = (offer_count[theirs] == per_offer) & (
        (ranking < worst) | ((ranking == worst) & (key[seat] < key[offer_seat[theirs, 0]]))
    )
    by_person = (index.order[seat[new]], theirs[new], ranking[new])
    return Kept(joined([by_offer, by_person]), feasible_people, feasible_offers, scanned)


def _offer_inputs(problem: Problem, index: Index, excluded: Rows) -> tuple[Any, ...]:
    """The arguments of `kernel.scan` about offers, in its order."""
    offers, places = problem.offers, problem.tables.places
    known = offers.place >= 0
    point = np.zeros((offers.size, 3), dtype=np.int64)
    row = np.full(offers.size, -1, dtype=np.int64)
    x = np.zeros(offers.size, dtype=np.int64)
    place = offers.place[known]
    point[known], row[known], x[known] = places.point[place], index.place_row[place], index.place_x[place]
    related_indptr, wanted, close = related(problem.tables.affinity)
    seat_of = np.full(problem.people.size, -1, dtype=np.int64)
    seat_of[index.order] = np.arange(index.size)
    seat, offer = seat_of[excluded[:, 0]], excluded[:, 1]
    seat, offer = seat[seat >= 0], offer[seat >= 0]
    by_offer = np.lexsort((seat, offer))
    return (
        offers.occupations.indptr.astype(np.int64),
        offers.occupations.code.astype(np.int32),
        points(offers.occupations.confidence).astype(np.int64),
        related_indptr,
        wanted,
        close,
        point,
        row,
        x,
        problem.offer_rung.astype(np.int64),
        offers.contract_day.astype(np.int64),
        offers.programme.astype(np.int64),
        offers.needs_licence.astype(np.bool_),
        offers.key.astype(np.uint64),
        problem.asked.indptr,
        problem.asked.skill,
        np.searchsorted(offer[by_offer], np.arange(offers.size + 1)).astype(np.int64),
        seat[by_offer].astype(np.int32),
    )


def _people_inputs(problem: Problem, index: Index) -> tuple[Any, ...]:
    """The arguments of `kernel.scan` about people, in its order."""
    return (
        index.record,
        index.key,
        index.row_start,
        index.x,
        index.pointer,
        index.posting_seat,
        index.posting_confidence,
        index.class_rows.astype(np.int64),
        index.class_x.astype(np.int64),
        index.serves_indptr,
        index.serves,
        index.rights_indptr,
        index.rights,
        problem.tables.skills.size,
        np.array(problem.weight_points, dtype=np.int64),
    )
