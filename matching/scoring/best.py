"""Pairs kept by a scan, and the best of each owner: the part that both ways of scanning share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
#: (person, offer, ranking) of some pairs
Pairs = tuple[Rows, Rows, NDArray[np.uint64]]
NOTHING: Pairs = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64))


@dataclass(frozen=True)
class Kept:
    """What a scan leaves: the best pairs of either side, each once, and exact counts of all feasible ones."""

    pairs: Pairs
    feasible_people: Rows
    feasible_offers: Rows
    scanned: int


def joined(some: list[Pairs]) -> Pairs:
    return (
        np.concatenate([pairs[0] for pairs in some]),
        np.concatenate([pairs[1] for pairs in some]),
        np.concatenate([pairs[2] for pairs in some]),
    )


def once(some: list[Pairs]) -> Pairs:
    """All of them, a pair that comes twice once."""
    person, offer, ranking = joined(some)
    _, first = np.unique(offer << 32 | person, return_index=True)
    return person[first], offer[first], ranking[first]


def best_first(owner: Rows, ranking: NDArray[np.uint64], key: NDArray[np.uint64]) -> tuple[Rows, Rows]:
    """(positions by owner, best first; place of each within its owner, from 0). Equal rankings: the greater key."""
    order = np.argsort(~ranking)
    ranked = ranking[order]
    if (ranked[1:] == ranked[:-1]).any():
        order = np.lexsort((~key, ~ranking))
    order = order[np.argsort(owner[order], kind="stable")]
    owner = owner[order]
    return order, np.arange(len(order)) - np.searchsorted(owner, owner)


def best_of(owner: Rows, ranking: NDArray[np.uint64], key: NDArray[np.uint64], most: int) -> Rows:
    """Positions of the `most` best of each owner."""
    order, place = best_first(owner, ranking, key)
    return order[place < most]
