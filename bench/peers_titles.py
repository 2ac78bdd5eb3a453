"""Peers that compare titles as text: thefuzz and rapidfuzz, pair by pair or as a matrix, then the same rules.

A pair counts from a likeness of NEAR; then distance, licence and right decide as ours do, and the best of both sides
are kept by our weights with the likeness in place of occupation and wish (a part not known counts half). Titles are
handed to them normalised, which they are not charged for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from bench.match_flat import Columns, Flat
from bench.match_timing import Peer
from matching.scoring import factors
from matching.scoring.places import arc_metres

#: likeness from which two titles may be one trade
NEAR = 60.0
#: pairs that a run of the loops, and of the matrices, looks at
PAIRS_IN_LOOPS, PAIRS_AT_ONCE = 250_000, 2_500_000
#: offers of one matrix
BLOCK = 40
PER_OFFER, PER_PERSON = 10, 5
#: (offer, person) of the best of each offer, best first; the offers that were asked for
Answer = tuple[np.ndarray, np.ndarray, np.ndarray]


class Titles:
    """Normalised titles of both sides beside their flat columns."""

    def __init__(self, flat: Flat, people: Sequence[str], offers: Sequence[str], seed: int) -> None:
        self.flat, self.people, self.offers = flat, list(people), list(offers)
        self.turns = np.random.default_rng(seed).permutation(len(offers))

    def sample(self, pairs: int) -> np.ndarray:
        """Some offers, to be met by everybody."""
        return np.sort(self.turns[: max(pairs // len(self.people), 1)])

    @cached_property
    def person_rows(self) -> list[tuple[int, ...]]:
        return _rows(self.flat.people)

    @cached_property
    def offer_rows(self) -> list[tuple[int, ...]]:
        return _rows(self.flat.offers)

    def peer(self, name: str, run: Callable[[np.ndarray], object], pairs: int) -> Peer:
        some = self.sample(pairs)
        whole = len(some) == len(self.offers)
        return Peer(
            name, lambda: run(some), "cold", len(self.offers) / len(some),
            None if whole else f"{len(some)} offers of {len(self.offers)}, each with all people",
        )  # fmt: skip


def _rows(columns: Columns) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in columns.values()), strict=True))


def loops(titles: Titles) -> list[Peer]:
    """Every pair by itself, as a script would."""
    from rapidfuzz import fuzz as rapid
    from thefuzz import fuzz

    return [
        titles.peer("thefuzz", lambda some: double_loop(titles, fuzz.token_set_ratio, some), PAIRS_IN_LOOPS),
        titles.peer("rapidfuzz_loop", lambda some: double_loop(titles, rapid.WRatio, some), PAIRS_IN_LOOPS),
    ]


def double_loop(titles: Titles, scorer: Callable[[str, str], float], some: np.ndarray) -> Answer:
    """The best of each offer; each person's best offers are kept as well."""
    people, offers = list(titles.flat.people), list(titles.flat.offers)
    of_person, of_offer = titles.person_rows, titles.offer_rows
    found: list[tuple[int, int]] = []
    by_person: list[list[Any]] = [[] for _ in titles.people]
    for j in some.tolist():
        wanted, best = titles.offers[j], []
        offer = dict(zip(offers, of_offer[j], strict=True))
        for i, title in enumerate(titles.people):
            near = scorer(wanted, title)
            if near < NEAR:
                continue
            score = judged(dict(zip(people, of_person[i], strict=True)), offer, near / 100, titles.flat.words)
            if score is None:
                continue
            for heap, entry, most in (
                (best, (score, -i), PER_OFFER),
                (by_person[i], (score, -j), PER_PERSON),
            ):
                if len(heap) < most:
                    heapq.heappush(heap, entry)
                elif entry > heap[0]:
                    heapq.heapreplace(heap, entry)
        found += [(j, -minus) for _, minus in sorted(best, reverse=True)]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], some


def judged(p: dict[str, int], o: dict[str, int], near: float, words: int) -> float | None:
    """The score of one pair, None when a rule keeps it apart."""
    if o["licence"] and p["licence"] == 0:
        return None
    under = o["programme"]
    if under >= 0 and not p[f"start{under}"] <= o["day"] < p[f"stop{under}"]:
        return None
    close = 0.5
    if p["known"] and o["known"]:
        apart = ((p["x"] - o["x"]) ** 2 + (p["y"] - o["y"]) ** 2 + (p["z"] - o["z"]) ** 2) ** 0.5
        if apart > p["radius"]:
            return None
        close = 1 - max(apart - 2_000, 0) / max(p["radius"] - 2_000, 1)
    held = sum((p[f"skills{n}"] & o[f"skills{n}"]).bit_count() for n in range(words))
    skilled = held / o["asks"] if o["asks"] else 0.5
    level = max(1 - max(o["rung"] - p["rung"], 0) / 4, 0) if o["rung"] and p["rung"] >= 0 else 0.5
    free = 1 - min(max(p["free"] - o["day"], 0), 90) / 90 if p["free"] >= 0 else 0.5
    return 0.45 * near + 0.20 * skilled + 0.15 * close + 0.10 * level + 0.10 * free


def matrices(titles: Titles, workers: int) -> list[Peer]:
    """rapidfuzz's cdist, a block of offers at a time: rows as they come, then each different title once."""
    return [
        titles.peer("rapidfuzz_cdist", lambda some: by_matrix(titles, some, workers, once=False), PAIRS_AT_ONCE),
        titles.peer(
            "rapidfuzz_cdist_unique", lambda some: by_matrix(titles, some, workers, once=True), 4 * PAIRS_AT_ONCE
        ),
    ]  # fmt: skip


def by_matrix(titles: Titles, some: np.ndarray, workers: int, *, once: bool) -> Answer:
    """The best of each offer; each person's best offers are kept as well."""
    from rapidfuzz import fuzz, process

    labels, back = np.unique(titles.people, return_inverse=True) if once else (titles.people, None)
    labels = list(labels)
    mine = np.full((len(titles.people), PER_PERSON), -1.0, np.float32)
    offers, people = [], []
    for first in range(0, len(some), BLOCK):
        block = some[first : first + BLOCK]
        wanted, rows = np.unique([titles.offers[j] for j in block], return_inverse=True)
        if not once:
            wanted, rows = [titles.offers[j] for j in block], None
        near = process.cdist(
            list(wanted), labels, scorer=fuzz.WRatio, score_cutoff=NEAR, workers=workers, dtype=np.float32
        )
        if rows is not None and back is not None:
            near = near[rows][:, back]
        score = dense(titles.flat, block, near)
        many = min(PER_OFFER, score.shape[1])
        best = np.argpartition(-score, many - 1, axis=1)[:, :many]
        worth = np.take_along_axis(score, best, axis=1)
        order = np.argsort(-worth, axis=1, kind="stable")
        kept = np.take_along_axis(worth, order, axis=1) > 0
        offers.append(np.repeat(block, many).reshape(best.shape)[kept])
        people.append(np.take_along_axis(best, order, axis=1)[kept])
        both = np.concatenate([mine, score.T], axis=1)
        mine = -np.partition(-both, PER_PERSON - 1, axis=1)[:, :PER_PERSON]
    return np.concatenate(offers), np.concatenate(people), some


def dense(flat: Flat, block: np.ndarray, near: np.ndarray) -> np.ndarray:
    """float32[offers of the block, people]: the score of every pair, -1 where a rule keeps it apart."""
    p, o = flat.people, {name: column[block][:, None] for name, column in flat.offers.items()}
    apart = arc_metres(sum((p[axis] - o[axis]) ** 2 for axis in ("x", "y", "z")))
    placed = p["known"] & o["known"]
    allowed = (near >= NEAR) & ~(o["licence"] & (p["licence"] == 0)) & (~placed | (apart <= p["radius"]))
    right = o["programme"] < 0
    for n in range(3):
        right = right | ((o["programme"] == n) & (p[f"start{n}"] <= o["day"]) & (o["day"] < p[f"stop{n}"]))
    close = np.where(placed, factors.distance(apart, p["radius"]) / factors.FULL, 0.5)
    held = sum(np.bitwise_count(p[f"skills{n}"] & o[f"skills{n}"]) for n in range(flat.words))
    skilled = np.where(o["asks"] > 0, held / np.maximum(o["asks"], 1), 0.5)
    level = np.where(
        (o["rung"] > 0) & (p["rung"] >= 0), factors.level(p["rung"], o["rung"]) / factors.FULL, 0.5
    )
    free = np.where(p["free"] >= 0, factors.availability(p["free"], o["day"]) / factors.FULL, 0.5)
    score = 0.45 * near / 100 + 0.20 * skilled + 0.15 * close + 0.10 * level + 0.10 * free
    return np.where(allowed & right, score, -1.0).astype(np.float32)
