"""Many pairs at once, in numpy: rows of people and offers in, parts and scores out, bit for bit those of `pair`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import factors
from .places import arc_metres
from .prepare import NOT_SAID, Problem, spread_rows

Rows = NDArray[np.int64]
Numbers = NDArray[Any]
#: pairs handled at a time: a few hundred bytes each
CHUNK = 200_000


def occupations(problem: Problem, person: Rows, offer: Rows) -> tuple[Numbers, Numbers]:
    """(occupation, wish) of each pair in points; occupation 0 = not related."""
    weights = problem.weight_points
    wanted, offered, affinity = problem.wanted, problem.offered, problem.affinity
    best = np.full(len(person), -1, dtype=np.int64)
    occupation, wish = np.zeros((2, len(person)), dtype=np.int64)
    for w in range(wanted.code.shape[1]):
        code, sure = wanted.code[person, w], wanted.confidence[person, w]
        close = np.zeros(len(person), dtype=np.int64)
        for o in range(offered.code.shape[1]):
            found, certain = offered.code[offer, o], offered.confidence[offer, o]
            related = np.where((code >= 0) & (found >= 0), affinity[code, found], 0)
            close = np.maximum(close, factors.closeness(related, certain))
        o_part, w_part = factors.occupation(close, sure), factors.wish(close, sure)
        gain = weights[0] * o_part + weights[5] * w_part
        better = (o_part > 0) & (
            (gain > best)
            | ((gain == best) & ((o_part > occupation) | ((o_part == occupation) & (w_part > wish))))
        )
        best = np.where(better, gain, best)
        occupation, wish = np.where(better, o_part, occupation), np.where(better, w_part, wish)
    return occupation, wish


class Links(NamedTuple):
    """What brings the two of each pair together: points of the parts (0 = not related), codes and their affinity."""

    occupation: Numbers
    wish: Numbers
    wanted: Numbers
    offered: Numbers
    affinity: Numbers


def links(problem: Problem, person: Rows, offer: Rows) -> Links:
    """The wanted occupation that serves each pair best, with the offered one nearest to it."""
    weights, codes = problem.weight_points, max(len(problem.affinity), 1)
    wanted, offered, affinity = problem.wanted, problem.offered, problem.affinity
    best, best_tie = np.full((2, len(person)), -1, dtype=np.int64)
    made = np.zeros((5, len(person)), dtype=np.int64)
    for w in range(wanted.code.shape[1]):
        code, sure = wanted.code[person, w].astype(np.int64), wanted.confidence[person, w]
        close = np.zeros(
            len(person), dtype=np.int64
        )  # closeness, affinity, offered code: one number, in that order
        for o in range(offered.code.shape[1]):
            found, certain = offered.code[offer, o].astype(np.int64), offered.confidence[offer, o]
            related = np.where((code >= 0) & (found >= 0), affinity[code, found], 0).astype(np.int64)
            near = factors.closeness(related, certain)
            close = np.maximum(close, (near * (factors.FULL + 1) + related) * codes + np.maximum(found, 0))
        near, (related, found) = close // codes // (factors.FULL + 1), (close // codes, close % codes)
        related %= factors.FULL + 1
        o_part, w_part = factors.occupation(near, sure), factors.wish(near, sure)
        gain = weights[0] * o_part + weights[5] * w_part
        value = (gain * (factors.FULL + 1) + o_part) * (factors.FULL + 1) + w_part
        tie = (related * codes + np.maximum(code, 0)) * codes + found
        better = (o_part > 0) & ((value > best) | ((value == best) & (tie > best_tie)))
        best, best_tie = np.where(better, value, best), np.where(better, tie, best_tie)
        made = np.where(better, np.stack([o_part, w_part, np.maximum(code, 0), found, related]), made)
    return Links(*made)


def metres(problem: Problem, person: Rows, offer: Rows) -> Numbers:
    """Metres from commune to commune, whole; -1 when one is not known."""
    here, there = problem.people.place[person], problem.offers.place[offer]
    if not problem.tables.places.size:
        return np.full(len(person), -1, dtype=np.int64)
    point = problem.tables.places.point
    apart = point[here].astype(np.int64) - point[there]
    arc = arc_metres((apart * apart).sum(axis=1)).astype(np.int64)
    return np.where((here >= 0) & (there >= 0), arc, -1)


def rights(problem: Problem, person: Rows, offer: Rows) -> NDArray[np.int8]:
    """Of the offer's programme on its contract day: 1 certain (or no programme), 0 possible, -1 none."""
    programme, day = problem.offers.programme[offer], problem.offers.contract_day[offer]
    held = problem.people.rights
    verdict = np.where(programme < 0, 1, -1).astype(np.int8)
    entry, position = spread_rows(held.indptr, person)
    holds = (
        (held.programme[position] == programme[entry])
        & (held.start[position] <= day[entry])
        & (day[entry] < held.end[position])
    )
    verdict[entry[holds]] = np.maximum(verdict[entry[holds]], 0)
    verdict[entry[holds & held.certain[position]]] = 1
    return verdict


def skills_held(problem: Problem, person: Rows, offer: Rows) -> tuple[Numbers, Numbers]:
    """(distinct skills asked, how many the person has or has the like of) of each pair."""
    asked, serves = problem.asked, problem.serves
    count = np.diff(asked.indptr)[offer]
    wanted = np.repeat(np.arange(asked.size), np.diff(asked.indptr)) << 32 | asked.skill.astype(np.int64)
    held = np.zeros(len(person), dtype=np.int64)
    asking = np.flatnonzero(count)
    if not len(wanted) or not len(asking):
        return count, held
    entry, position = spread_rows(serves.indptr, person[asking])
    packed = offer[asking][entry] << 32 | serves.skill[position].astype(np.int64)
    at = np.minimum(np.searchsorted(wanted, packed), len(wanted) - 1)
    held[asking] = np.bincount(entry[wanted[at] == packed], minlength=len(asking))
    return count, held


def keep_feasible(problem: Problem, person: Rows, offer: Rows, excluded: Rows) -> tuple[Rows, Rows]:
    """The pairs that the rules apart from the score allow. `excluded`: sorted `person << 32 | offer`."""
    problem_offers, people = problem.offers, problem.people
    apart = metres(problem, person, offer)
    barred = problem_offers.needs_licence[offer] & (people.licence[person] == 0)
    kept = np.flatnonzero((apart <= problem.radius[person]) & ~barred)
    person, offer = person[kept], offer[kept]
    kept = np.flatnonzero(
        (rights(problem, person, offer) >= 0) & (occupations(problem, person, offer)[0] > 0)
    )
    person, offer = person[kept], offer[kept]
    if len(excluded):
        packed = person << 32 | offer
        at = np.minimum(np.searchsorted(excluded, packed), len(excluded) - 1)
        kept = np.flatnonzero(excluded[at] != packed)
        person, offer = person[kept], offer[kept]
    return person, offer


def parts(problem: Problem, person: Rows, offer: Rows) -> NDArray[np.int32]:
    """Points of each part of each pair: int32[k, 6], -1 where the part does not apply. Pairs must be feasible."""
    made = np.full((len(person), 6), -1, dtype=np.int32)
    made[:, 0], made[:, 5] = occupations(problem, person, offer)
    asked, held = skills_held(problem, person, offer)
    made[:, 1] = np.where(asked > 0, factors.skills(held, np.maximum(asked, 1)), -1)
    apart = metres(problem, person, offer)
    made[:, 2] = np.where(apart >= 0, factors.distance(apart, problem.radius[person].astype(np.int64)), -1)
    minimum, reached = problem.offer_rung[offer], problem.person_rung[person]
    made[:, 3] = np.where((minimum > 0) & (reached >= 0), factors.level(reached, minimum), -1)
    free_from, day = problem.free_from[person].astype(np.int64), problem.offers.contract_day[offer]
    made[:, 4] = np.where(free_from != NOT_SAID, factors.availability(free_from, day), -1)
    return made


def scores(problem: Problem, part_points: NDArray[np.int32]) -> NDArray[np.int64]:
    """Scores in millionths from the points of the parts."""
    weight = np.array(problem.weight_points, dtype=np.int64)
    applies = part_points >= 0
    weighted = np.where(applies, part_points, 0) @ weight
    made: NDArray[np.int64] = factors.total(weighted, applies @ weight)
    return made


def rankings(problem: Problem, person: Rows, offer: Rows, score: NDArray[np.int64]) -> NDArray[np.uint64]:
    """What candidates are ordered by: score, longest search, seeded hash of the pair; greater is better."""
    hashed = factors.pair_hash(problem.people.key[person], problem.offers.key[offer])
    made: NDArray[np.uint64] = factors.ranking(
        score.astype(np.uint64), problem.search[person].astype(np.uint64), hashed
    )
    return made
