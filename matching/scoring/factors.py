"""The parts of a score, one pure function each, and how they add up. All in whole ten-thousandths.

Whole numbers, so that one pair explained in plain Python, a column of numpy and the compiled kernel agree to the
last digit whatever the order of additions. Every function takes numbers or arrays alike, and the kernel compiles
these very functions: there is no second version of a part.
"""

from __future__ import annotations

from typing import Any

import numpy as np

#: 1 in every part
FULL = 10_000
#: a score in whole millionths: 1
ONE = 1_000_000
#: metres up to which a distance costs nothing (matching.md §2)
NEAR_METRES = 2_000
#: days of waiting that bring availability to 0; a convention of ours, a quarter being what a post can wait at most
WAIT_DAYS = 90
#: what one step of `rung` below the level asked costs: a whole level is two steps, hence half
STEP = FULL // 4


def closeness(affinity: Any, offer_confidence: Any) -> Any:
    """How close an offered occupation is to a wanted one, with how sure the offer's code is."""
    return (affinity * offer_confidence + FULL // 2) // FULL


def occupation(close: Any, wanted_confidence: Any) -> Any:
    """Closeness of the best offered code, with how sure the wanted code is."""
    return (close * wanted_confidence + FULL // 2) // FULL


def wish(close: Any, wanted_confidence: Any) -> Any:
    """Whether the post is what the person asked for: 1 their first choice itself, 0 from half closeness down.

    The occupation part says "could do it", this one "wants it": a neighbouring field is the former only.
    """
    return (wanted_confidence * np.maximum(2 * close - FULL, 0) + FULL // 2) // FULL


def skills(held: Any, asked: Any) -> Any:
    """Share of the skills asked that the person has; `asked` is at least 1 (no skill asked: no part)."""
    return (2 * FULL * held + asked) // (2 * asked)


def distance(metres: Any, radius_metres: Any) -> Any:
    """1 up to 2 km, then linear to 0 at the person's radius; a radius below 2 km is met or not."""
    beyond = np.maximum(np.minimum(metres, radius_metres) - NEAR_METRES, 0)
    return FULL - (beyond * FULL) // np.maximum(radius_metres - NEAR_METRES, 1)


def rung(level: Any, bac_plus: Any) -> Any:
    """Levels as steps of half a level: 0 none, 2 CAP, 4 bac, 6 bac+2, 8 licence, 9 maîtrise, 10 master, 12 doctorate.

    Level 6 is licence unless the years after the bac say more (programmes.md C11). -1 stays -1, not known.
    """
    steps = 2 * (level - 2)
    steps = np.where((level == 6) & (bac_plus >= 4), steps + 1, steps)
    return np.where(level < 0, -1, np.where(level == 0, 0, steps))


def level(has: Any, asked: Any) -> Any:
    """1 at or above the level asked, half one level below, 0 from two levels down; in steps of `rung`.

    A level asked lowers a score and is told as a reservation: it excludes nobody, the advisor decides (M1).
    """
    return np.maximum(FULL - STEP * np.maximum(asked - has, 0), 0)


def availability(free_from: Any, contract_day: Any) -> Any:
    """1 when free on the day, then linear to 0 at WAIT_DAYS later."""
    late = np.minimum(np.maximum(free_from - contract_day, 0), WAIT_DAYS)
    return FULL - (late * FULL) // WAIT_DAYS


def total(weighted: Any, weight: Any) -> Any:
    """The score in millionths: sum of parts × weights, over the weights of the parts that apply (half rounds up)."""
    return (weighted * (2 * ONE // FULL) + weight) // (2 * weight)


# Order of candidates: score, then longest search, then a seeded hash of the pair; one number, greater is better.
SEARCH_BITS = np.uint64(16)
HASH_BITS = np.uint64(28)
_ROTATE, _BACK = np.uint64(25), np.uint64(39)
_SHIFT_30, _SHIFT_27, _SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)
_MULTIPLY_1, _MULTIPLY_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_DROP = np.uint64(36)
LONGEST_SEARCH = 65_535


def pair_hash(person_key: Any, offer_key: Any) -> Any:
    """28 bits of both keys (uint64), well mixed (the finaliser of splitmix64)."""
    mixed = person_key ^ ((offer_key << _ROTATE) | (offer_key >> _BACK))
    mixed = (mixed ^ (mixed >> _SHIFT_30)) * _MULTIPLY_1
    mixed = (mixed ^ (mixed >> _SHIFT_27)) * _MULTIPLY_2
    return (mixed ^ (mixed >> _SHIFT_31)) >> _DROP


def ranking(score: Any, search: Any, hashed: Any) -> Any:
    """score (millionths), search (0..LONGEST_SEARCH) and pair_hash, all uint64, as one uint64."""
    return (((score << SEARCH_BITS) | search) << HASH_BITS) | hashed
