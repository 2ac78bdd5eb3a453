"""Many pairs explained at once: the very `Pair` that `pair.explain_pair` makes of each, from columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..vocabulary import Verdict
from . import columnwise, factors
from .best import Rows
from .columns import PARTS
from .pair import Pair, WhyNot
from .prepare import Problem

VERDICTS = {int(verdict): verdict for verdict in Verdict}
#: the parts in the order of PARTS that a pair of unrelated occupations has not
OF_THE_LINK = (PARTS.index("occupation"), PARTS.index("wish"))


def feasible(problem: Problem, person: Rows, offer: Rows) -> np.ndarray:
    """bool[k]: whether the rules apart from the score allow each of these pairs, whatever their history."""
    kept = np.zeros(len(person), dtype=np.bool_)
    for first in range(0, len(person), columnwise.CHUNK):
        some = slice(first, first + columnwise.CHUNK)
        kept[some] = ~np.any(_barriers(problem, person[some], offer[some]), axis=0)
    return kept


def pairs(problem: Problem, person: Rows, offer: Rows) -> list[Pair]:
    """Explain these pairs, feasible or not, in their order."""
    made: list[Pair] = []
    for first in range(0, len(person), columnwise.CHUNK):
        some = slice(first, first + columnwise.CHUNK)
        made += _block(problem, person[some], offer[some])
    return made


def _barriers(problem: Problem, person: Rows, offer: Rows) -> np.ndarray:
    """bool[6, k] in the order of WhyNot; of the first three at most one holds."""
    related = columnwise.occupations(problem, person, offer)[0] > 0
    unknown = ~problem.computable[person]
    nameless = np.diff(problem.offers.occupations.indptr)[offer] == 0
    return np.stack(
        [
            ~related & unknown,
            ~related & ~unknown & nameless,
            ~related & ~unknown & ~nameless,
            columnwise.metres(problem, person, offer) > problem.radius[person],
            problem.offers.needs_licence[offer] & (problem.people.licence[person] == 0),
            columnwise.rights(problem, person, offer) < 0,
        ]
    )


def _block(problem: Problem, person: Rows, offer: Rows) -> list[Pair]:
    found = columnwise.links(problem, person, offer)
    points = columnwise.parts(problem, person, offer)
    points[np.ix_(found.occupation == 0, OF_THE_LINK)] = -1
    barriers = _barriers(problem, person, offer)
    able = ~barriers.any(axis=0)
    score = np.zeros(len(person), dtype=np.int64)
    score[able] = columnwise.scores(problem, points[able])
    asked, held = columnwise.skills_held(problem, person, offer)
    columns: tuple[Any, ...] = (
        able, barriers.T, columnwise.rights(problem, person, offer), points, score,
        columnwise.metres(problem, person, offer), asked, held, *found[:1], *found[2:],
    )  # fmt: skip
    return [_pair(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _pair(
    able: bool, barriers: list[bool], right: int, points: list[int], score: int, metres: int, asked: int, held: int,
    occupation: int, wanted: int, offered: int, affinity: int,
) -> Pair:  # fmt: skip
    return Pair(
        () if able else tuple(why for why, holds in zip(WhyNot, barriers, strict=True) if holds),
        VERDICTS[right],
        {part: value / factors.FULL for part, value in zip(PARTS, points, strict=True) if value >= 0},
        score / factors.ONE if able else None,
        None if metres < 0 else metres / 1000,
        asked,
        held,
        wanted if occupation else None,
        offered if occupation else None,
        affinity / factors.FULL if occupation else None,
    )
