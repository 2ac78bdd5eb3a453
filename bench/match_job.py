"""Our matching job in the parts that bench/match.py times: titles, codes, columns, index, scan, spread."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bench import match_market
from bench.match_market import Market
from bench.match_timing import clock, stage
from matching.scoring import batch, index as indexes, spread
from matching.scoring.columns import Occupations, OfferColumns, PeopleColumns, Weights
from matching.scoring.normalise import normalise
from matching.scoring.pair import explain_pair
from matching.scoring.prepare import Problem
from matching.scoring.titles import Coder, LabelCache, Match

#: as the product matches (matching.md §4): candidates kept of either side, slots of an offer, proposals of a person
PER_OFFER, PER_PERSON, SLOTS, CAP = 40, 8, 10, 5
#: codes of a title that count
CODES = 3
WEIGHTS = Weights()


class Ours:
    """The job in the parts that are timed."""

    def __init__(self, market: Market, workers: int) -> None:
        self.market, self.workers = market, workers
        self.coder = Coder(market.referential)
        self.remembered: dict[str, tuple[Match, ...]] = {}

    def prepare(self) -> None:
        """Read every label of the referential: once for all titles."""
        self.coder = Coder(self.market.referential)
        self.coder.code(["un intitulé que rien ne connaît"])

    def normalise(self) -> tuple[list[str], list[str]]:
        market = self.market
        return [normalise(title) for title in market.person_titles], [
            normalise(title) for title in market.offer_titles
        ]

    def code(self) -> tuple[Occupations, Occupations]:
        """No label remembered."""
        self.coder.cache = LabelCache(self.market.referential.digest)
        return self._coded()

    def recall(self) -> tuple[Occupations, Occupations]:
        """Every label remembered."""
        self.coder.cache = LabelCache(self.market.referential.digest)
        for label, found in self.remembered.items():
            self.coder.cache.add(label, found)
        return self._coded()

    def _coded(self) -> tuple[Occupations, Occupations]:
        index = self.market.referential.index

        def codes(titles: Sequence[str]) -> Occupations:
            return Occupations.of(
                [
                    (index[match.rome], match.score / matches[0].score)
                    for match in matches[:CODES]
                ]
                for matches in self.coder.code(titles)
            )  # fmt: skip

        return codes(self.market.person_titles), codes(self.market.offer_titles)

    def columns(self, coded: tuple[Occupations, Occupations]) -> tuple[PeopleColumns, OfferColumns]:
        market = self.market
        return replace(market.people, wanted=coded[0]), replace(market.offers, occupations=coded[1])

    def core(
        self, sides: tuple[PeopleColumns, OfferColumns], engine: batch.Engine = "compiled", **more: Any
    ) -> batch.Candidates:
        return batch.candidates(
            *sides, self.market.tables, WEIGHTS, per_offer=PER_OFFER, per_person=PER_PERSON,
            workers=self.workers, engine=engine, **more,
        )  # fmt: skip

    def cold(self) -> batch.Candidates:
        return self.core(self.columns(self.code()))

    def cached(self) -> batch.Candidates:
        return self.core(self.columns(self.recall()))


def warmed_up(ours: Ours) -> float:
    """Compiles everything on a small market; seconds it took."""

    def compile_all() -> None:
        small = match_market.make("amiens", 1, None, people=200, offers=20)
        crowd = Ours(small, ours.workers)
        found = crowd.core((small.people, small.offers))
        before, spread.LARGE = spread.LARGE, 0
        spread.assign(found, k=SLOTS, cap=CAP)
        spread.LARGE = before

    return clock(compile_all)[0]


def checksum(found: batch.Candidates, given: spread.Assignment) -> str:
    """Of the proposals by stable keys: the same whatever the order of input, engine, workers."""
    people, offers = found.problem.people.key, found.problem.offers.key
    rows = np.stack(
        [
            offers[given.offer],
            given.rank.astype(np.uint64),
            people[given.person],
            given.why.astype(np.uint64),
        ],
        axis=1,
    )
    rows = np.column_stack([rows, np.rint(found.score[given.candidate] * 1_000_000).astype(np.uint64)])
    return hashlib.sha256(rows[np.lexsort((rows[:, 1], rows[:, 0]))].tobytes()).hexdigest()[:32]


def measured(ours: Ours, rounds: int) -> tuple[dict[str, Any], batch.Candidates, spread.Assignment]:
    """Every stage by median; the lists and proposals of the last run."""
    stages: dict[str, Any] = {"prepare": stage(ours.prepare, rounds)}
    stages["normalise"] = stage(ours.normalise, rounds)
    stages["code"] = stage(ours.code, rounds) | {"holds": "normalise"}
    coded = ours.code()
    ours.remembered = dict(ours.coder.cache.fresh)
    stages["code_labels_remembered"] = stage(ours.recall, rounds) | {"holds": "normalise"}
    sides = ours.columns(coded)
    problem = Problem(*sides, ours.market.tables, WEIGHTS)
    built = indexes.build(problem)
    stages["index"] = stage(lambda: indexes.build(Problem(*sides, ours.market.tables, WEIGHTS)), rounds)
    stages["scan"] = stage(lambda: ours.core(sides, index=built), rounds) | {
        "holds": "columns of both sides again"
    }
    stages["core"] = stage(lambda: ours.core(sides), rounds) | {"holds": "index and scan"}
    found = ours.core(sides)
    stages["spread"] = stage(lambda: spread.assign(found, k=SLOTS, cap=CAP), rounds)
    return stages, found, spread.assign(found, k=SLOTS, cap=CAP)


def against_explain(found: batch.Candidates, pairs: int) -> dict[str, Any]:
    """The lists of some offers against the explanation of one pair, asked of everybody: the reference."""
    people, offers = found.problem.people, found.problem.offers
    some = np.linspace(0, offers.size - 1, max(pairs // people.size, 1)).astype(int).tolist()
    identical = True
    for offer in some:
        said = (
            explain_pair(people, person, offers, offer, found.problem.tables, WEIGHTS).score
            for person in range(people.size)
        )
        scores = sorted((score for score in said if score is not None), reverse=True)
        mine = np.sort(found.score[(found.offer == offer) & (found.rank <= PER_OFFER)])[::-1]
        identical &= len(scores) == found.feasible_people[offer] and scores[:PER_OFFER] == mine.tolist()
    return {"offers": len(some), "pairs": len(some) * people.size, "identical": identical}
