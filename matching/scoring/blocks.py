"""The same scan in numpy, blocks of offers at a time: what runs without numba, on small days, and the second oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from . import columnwise
from .best import NOTHING, Kept, Pairs, Rows, best_of, joined, once
from .index import Index
from .prepare import Problem

#: offers handled together
BLOCK = 64
#: pairs gathered before each person's best are drawn from them
GATHERED = 1_000_000


def run(
    problem: Problem,
    index: Index,
    turns: Rows,
    excluded: Rows,
    *,
    per_offer: int,
    per_person: int,
    report: Callable[[int, int], None],
) -> Kept:
    """Scan the offers `turns`; `excluded` is int64[k, 2] of (person row, offer row)."""
    people, offers = problem.people, problem.offers
    packed = np.sort(excluded[:, 0] << 32 | excluded[:, 1])
    feasible_people = np.zeros(offers.size, dtype=np.int64)
    feasible_offers = np.zeros(people.size, dtype=np.int64)
    by_offer, by_person = [NOTHING], [NOTHING]
    waiting = scanned = done = 0

    def best_offers() -> Pairs:
        person, offer, ranking = joined(by_person)
        top = best_of(person, ranking, offers.key[offer], per_person)
        return person[top], offer[top], ranking[top]

    for finished, read, person, offer, ranking in scan(problem, index, turns, packed):
        scanned, done = scanned + read, done + finished
        feasible_people += np.bincount(offer, minlength=offers.size)
        feasible_offers += np.bincount(person, minlength=people.size)
        top = best_of(offer, ranking, people.key[person], per_offer)
        by_offer.append((person[top], offer[top], ranking[top]))
        by_person.append((person, offer, ranking))
        waiting += len(person)
        if waiting > GATHERED:
            by_person, waiting = [best_offers()], 0
        report(done, len(turns))
    return Kept(once([*by_offer, best_offers()]), feasible_people, feasible_offers, scanned)


def scan(
    problem: Problem, index: Index, turns: Rows, excluded: Rows
) -> Iterator[tuple[int, int, Rows, Rows, NDArray[np.uint64]]]:
    """For each block of `turns` (offer rows): (offers done, postings read, person, offer, ranking) of feasible pairs.

    `excluded`: sorted `person << 32 | offer`.
    """
    for first in range(0, len(turns), BLOCK):
        block = turns[first : first + BLOCK]
        read, person, offer = _related(problem, index, block)
        person, offer = columnwise.keep_feasible(problem, person, offer, excluded)
        score = columnwise.scores(problem, columnwise.parts(problem, person, offer))
        ranking = columnwise.rankings(problem, person, offer, score)
        yield len(block), read, person, offer, ranking


def _related(problem: Problem, index: Index, block: Rows) -> tuple[int, Rows, Rows]:
    """(postings read, person, offer): pairs of related occupations whose rows of places are within reach, once each."""
    close = np.zeros((len(block), problem.affinity.shape[0]), dtype=np.int32)
    for slot in range(problem.offered.code.shape[1]):
        code = problem.offered.code[block, slot]
        close = np.maximum(close, np.where(code[:, None] >= 0, problem.affinity.T[code], 0))
    at, code = np.nonzero(close)
    place = problem.offers.place[block][at]
    row = index.place_row[place] if len(index.place_row) else np.zeros(len(at), dtype=np.int32)
    last = index.rows - 1
    known = place >= 0
    firsts, ends, owners = [], [], []
    for c in range(index.classes):
        low = np.where(known, np.maximum(row - index.class_rows[c], 0), 0)
        high = np.where(known, np.minimum(row + index.class_rows[c], last - 1), last)
        box = (code * index.classes + c) * index.rows
        firsts.append(index.pointer[box + low])
        ends.append(index.pointer[box + high + 1])
        owners.append(at)
        if c == 0:  # unknown communes stand in class 0, in the last row
            firsts.append(index.pointer[box + last][known])
            ends.append(index.pointer[box + last + 1][known])
            owners.append(at[known])
    first, end = np.concatenate(firsts).astype(np.int64), np.concatenate(ends).astype(np.int64)
    lengths = end - first
    entry = np.repeat(np.arange(len(first)), lengths)
    posting = np.arange(len(entry)) - (np.cumsum(lengths) - lengths)[entry] + first[entry]
    person = index.order[index.posting_seat[posting]]
    packed = np.unique(block[np.concatenate(owners)[entry]] << 32 | person)
    return len(entry), packed & 0xFFFFFFFF, packed >> 32
