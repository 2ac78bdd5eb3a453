"""How many people could take a post, from its terms alone: rounded, never a name, a quarter or an exact count.

The people are read once and kept by whoever asks (`Pool`), so that a change of one criterion costs milliseconds. Who
is under contract is not counted. What an offer asks for costs candidates, which is told criterion by criterion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import match_inputs
from .eligibility.programme import ProgrammeBook
from .offer_terms import contract_day, programme_on
from .scoring import columnwise
from .scoring.columns import UNKNOWN, Occupations, OfferColumns, SkillLists, Weights
from .scoring.prepare import Problem
from .scoring.titles import Coder
from .store.organisations import Offer

if TYPE_CHECKING:
    from .scoring.referential import Referential

#: Counts are told to the nearest five; below ten only that they are.
STEP, LEAST = 5, 10
#: What costs candidates when it is asked for, in the order of the form.
CRITERIA = ("level", "licence")


@dataclass(frozen=True)
class Pool:
    """Everybody who could be proposed that day, in columns, with what titles and places mean."""

    on: date
    inputs: match_inputs.Inputs
    coder: Coder
    place_of: dict[str | None, int]

    @property
    def size(self) -> int:
        return self.inputs.people.size


@dataclass(frozen=True, slots=True)
class Cost:
    """One criterion: how many are left with it, and without it; None = fewer than LEAST."""

    criterion: str
    asked: bool
    with_it: int | None
    without: int | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many people could take the post, to the nearest STEP; None = fewer than LEAST."""

    about: int | None
    costs: tuple[Cost, ...]


def pool(session: Session, book: ProgrammeBook, referential: Referential, *, on: date) -> Pool:
    """Read the people of the base as the matcher does. A fixed number of queries."""
    inputs = match_inputs.load(session, book, referential, on=on, seed=0)
    return Pool(
        on, inputs, match_inputs.coder_of(session, inputs.referential), match_inputs.places_of(session)[1]
    )


def rounded(count: int) -> int | None:
    """To the nearest five; None below ten."""
    return None if count < LEAST else STEP * round(count / STEP)


def estimate(pool: Pool, offer: Offer) -> Estimate:
    """How many could take that post, and what each demanding criterion costs. Reads no database."""
    asked = {"level": (offer.level_min or 0) > 0, "licence": bool(offer.needs_licence)}
    possible, barred = _people(pool, offer)
    everybody = possible.copy()
    for criterion in CRITERIA:
        if asked[criterion]:
            everybody &= ~barred[criterion]
    costs = []
    for criterion in CRITERIA:
        others = possible.copy()
        for other in CRITERIA:
            if other != criterion and asked[other]:
                others &= ~barred[other]
        with_it = _count(others & ~barred[criterion])
        costs.append(Cost(criterion, asked[criterion], rounded(with_it), rounded(_count(others))))
    return Estimate(rounded(_count(everybody)), tuple(costs))


def candidates(pool: Pool, offer: Offer) -> int:
    """How many could take that post were nothing but the rules asked: to compare posts, not to be told as it is."""
    return _count(_people(pool, offer)[0])


def _count(rows: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(rows))


def _people(pool: Pool, offer: Offer) -> tuple[NDArray[np.bool_], dict[str, NDArray[np.bool_]]]:
    """(who could take the post were nothing asked for, who lacks each criterion): by row of the pool.

    A level that nobody knows bars no one: it is asked for. A level is judged by what the offer asks, whatever it says.
    """
    problem = Problem(pool.inputs.people, _columns(pool, offer), pool.inputs.tables, Weights())
    everybody = np.arange(pool.size, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64)
    feasible, _ = columnwise.keep_feasible(problem, everybody, np.zeros_like(everybody), nothing)
    possible = np.zeros(pool.size, dtype=np.bool_)
    possible[feasible] = True
    # Where no level is asked for, its cost is told for the least there is: a CAP.
    asking = problem if (offer.level_min or 0) > 0 else replace(problem, offers=_least(problem.offers))
    minimum, reached = int(asking.offer_rung[0]), asking.person_rung
    return possible, {
        "level": (reached >= 0) & (reached < minimum),
        "licence": pool.inputs.people.licence == 0,
    }


def _least(offers: OfferColumns) -> OfferColumns:
    return replace(offers, level_min=np.array([3], np.int8), bac_plus_min=np.array([UNKNOWN], np.int8))


def _columns(pool: Pool, offer: Offer) -> OfferColumns:
    """The offer as one row, its licence left aside: it is counted apart."""
    inputs = pool.inputs
    index = inputs.referential.index
    if offer.rome is not None:
        codes = [(index[offer.rome], 1.0)] if offer.rome in index else []
    else:
        found = pool.coder.code([offer.title or ""])[0][: match_inputs.CODES]
        codes = [(index[match.rome], match.score / found[0].score) for match in found]
    day = contract_day(offer, pool.on)
    name = programme_on(offer, inputs.book, day)
    if name is not None:
        programme = inputs.programmes.index(name)
    else:
        programme = UNKNOWN if offer.scheme is None else len(inputs.programmes)
    return OfferColumns(
        key=np.zeros(1, np.uint64),
        occupations=Occupations.of([codes]),
        skills=SkillLists.of([[]]),
        level_min=np.array([UNKNOWN if offer.level_min is None else offer.level_min], np.int8),
        bac_plus_min=np.array([UNKNOWN if offer.bac_plus_min is None else offer.bac_plus_min], np.int8),
        place=np.array([pool.place_of.get(offer.insee_code, UNKNOWN)], np.int32),
        programme=np.array([programme], np.int16),
        allowed=np.zeros(1, np.uint32),
        contract_day=np.array([day.toordinal()], np.int32),
        needs_licence=np.zeros(1, np.bool_),
        live_proposals=np.zeros(1, np.int16),
    )
