"""Which offers, one after the other, so that as many people as can be have one: greedy maximum coverage in columns.

Greedy reaches at least 1 - 1/e of what the best choice of as many would (Nemhauser, Wolsey and Fisher, 1978).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from . import factors

Fits = NDArray[np.bool_]
#: Mean scores closer than this are alike: an offer is not chosen over another by a hair.
ALIKE = factors.ONE // 10


def choose(
    fits: Fits,
    score: NDArray[np.int64],
    weight: NDArray[np.int64],
    turn: NDArray[np.int64],
    preferred: NDArray[np.bool_],
    *,
    kept: Sequence[int] = (),
    most: int,
) -> list[int]:
    """Rows of offers in the order of their choice, `kept` first, `most` in all.

    `fits`: bool[offers, people]; `score`: millionths, of pairs that fit; `weight`: what it is worth to reach each
    person. Each next offer reaches most of those that none before it fits; of equals the `preferred`, then the
    better fitting, then the least `turn`. Once nobody is left to reach, a second offer for each is sought, and so on.
    An offer that fits nobody who counts is never chosen. The same input gives the same choice.
    """
    chosen = list(kept)
    left: Fits = np.asarray(fits[:, weight > 0].any(axis=1))
    left[chosen] = False
    waiting = ~fits[chosen].any(axis=0)
    while len(chosen) < most and left.any():
        new = fits & waiting
        gain = np.where(left, new @ weight, 0)
        if not gain.max():
            waiting = np.ones(
                fits.shape[1], np.bool_
            )  # some offer left fits somebody: this round chooses one
            continue
        best = np.flatnonzero(gain == gain.max())
        how = (score[best] * new[best]).sum(axis=1) // np.maximum(new[best].sum(axis=1), 1) // ALIKE
        first = best[np.lexsort((turn[best], -how, ~preferred[best]))[0]]
        chosen.append(int(first))
        left[first] = False
        waiting &= ~fits[first]
    return chosen


def told(fits: Fits, order: Sequence[int]) -> list[tuple[int, int]]:
    """(people whom it fits, those of them whom no offer before it fits) of each offer of that order."""
    reach = fits[list(order)]
    so_far = np.logical_or.accumulate(reach, axis=0)
    new: Fits = np.array(reach)
    new[1:] &= ~so_far[:-1]
    return list(zip(reach.sum(axis=1).tolist(), new.sum(axis=1).tolist(), strict=True))
