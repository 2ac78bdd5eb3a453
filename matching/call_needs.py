"""Who is entitled and has no offer, and whom one more post at an employer would serve (occupation × place).

An offer fits somebody when the matcher's rules allow the pair (right, distance, licence) and it is what they look for
or its near sibling: a wish above zero, not a mere neighbouring field. Without an offer is who has none open that fits,
with a post still free, that they were not already turned away from; and whom no advisor has put forward. Who has some,
but stands on no first list of ten, waits for a seat. Only sure rights count. Sex, name, origin, quarter are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import match_history
from .employs import PLAUSIBLE, Employs, learn
from .offer_estimate import Pool
from .outreach_offers import PURPOSES
from .postal import Communes
from .scoring import columnwise
from .scoring.columns import PARTS, UNKNOWN, Occupations, OfferColumns, SkillLists, Weights, stable_keys
from .scoring.prepare import Problem
from .scoring.reach import NOTHING, OFFER, SEAT, Posts, Rows
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation
from .store.placements import Placement
from .vocabulary import (
    LIVE_PROPOSALS,
    PROMISED_PLACEMENTS,
    PURSUED_PROPOSALS,
    SCHEMES,
    OutreachPurpose,
)

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: Purpose of a call -> the dispositif that it speaks of.
SCHEME = {purpose: scheme for scheme, purpose in PURPOSES.items()}
#: People on the first list of a post (matching.md §4).
SEATS = 10
WISH = PARTS.index("wish")
#: Pairs looked at at a time.
CHUNK = 1_000_000
#: An occupation and a place, by their rows in the referential and in the places of the pool.
Key = tuple[int, int]


@dataclass(frozen=True)
class Need:
    """By row of the pool: who is entitled, and what they lack. `programme` None: none is in force that day."""

    pool: Pool
    purpose: OutreachPurpose
    programme: str | None
    #: rows, in order
    entitled: Rows
    #: int8[people]: OFFER, SEAT or NOTHING
    lack: NDArray[np.int8]
    employs: Employs
    communes: Communes
    #: the answer of `fitting` for the posts last asked about: those of a register change little from call to call
    fitted: dict[tuple[Key, ...], tuple[Posts, Rows]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def without(self) -> Rows:
        """Rows of who is entitled and has no offer."""
        return np.flatnonzero(self.lack == OFFER)

    def asked_for(self, organisation: Organisation, at_least: float = PLAUSIBLE) -> list[tuple[Key, float]]:
        """The posts that this employer may plausibly be asked for, each with how likely it is, the likeliest first."""
        index = self.pool.inputs.referential.index
        insee_code = self.communes.only(organisation.postcode, organisation.commune)
        place = self.pool.place_of.get(insee_code, UNKNOWN)
        return [
            ((index[rome], place), share)
            for rome, share in self.employs.plausible(organisation, at_least)
            if rome in index
        ]

    def fitting(self, keys: Iterable[Key]) -> tuple[Posts, Rows]:
        """Whom each of these posts fits among the entitled, in the order in which the matcher would list them; and by
        post how much it is what those without an offer look for, the occupation itself before its sibling."""
        wanted = tuple(keys)
        known = self.fitted.get(wanted)
        if known is None:
            known = self._fit(wanted)
            self.fitted.clear()
            self.fitted[wanted] = known
        return known

    def _fit(self, keys: Sequence[Key]) -> tuple[Posts, Rows]:
        problem = self._problem(keys)
        person, post = _pairs(problem, self.entitled, _nobody())
        parts = columnwise.parts(problem, person, post)
        rank = columnwise.rankings(problem, person, post, columnwise.scores(problem, parts))
        order = np.lexsort((np.iinfo(np.uint64).max - rank, post))
        indptr = np.searchsorted(post[order], np.arange(len(keys) + 1)).astype(np.int64)
        wished = np.zeros(len(keys), np.int64)
        lacking = self.lack[person] == OFFER
        np.add.at(wished, post[lacking], parts[lacking, WISH])
        return Posts(indptr, person[order]), wished

    def _problem(self, keys: Sequence[Key]) -> Problem:
        """These posts as offers of the programme that start that day and ask for what such offers usually ask."""
        inputs, count = self.pool.inputs, len(keys)
        codes = inputs.referential.codes
        licensed = [codes[code] in self.employs.licensed for code, _ in keys]
        programme = (
            len(inputs.programmes) if self.programme is None else inputs.programmes.index(self.programme)
        )
        offers = OfferColumns(
            key=stable_keys(f"{codes[code]} {place}" for code, place in keys),
            occupations=Occupations.of([[(code, 1.0)] for code, _ in keys]),
            skills=SkillLists.of([[] for _ in keys]),
            level_min=np.full(count, UNKNOWN, np.int8),
            bac_plus_min=np.full(count, UNKNOWN, np.int8),
            place=np.array([place for _, place in keys], np.int32),
            programme=np.full(count, programme, np.int16),
            allowed=np.zeros(count, np.uint32),
            contract_day=np.full(count, self.pool.on.toordinal(), np.int32),
            needs_licence=np.array(licensed, np.bool_),
            live_proposals=np.zeros(count, np.int16),
        )
        return Problem(inputs.people, offers, inputs.tables, Weights())


def need(session: Session, pool: Pool, purpose: OutreachPurpose, book: ProgrammeBook) -> Need:
    """From the pool and what was proposed and promised: six queries, whatever the number of people and offers."""
    programme = _programme(book, purpose, pool.on.toordinal())
    entitled = _entitled(pool, programme)
    lack = np.full(pool.size, NOTHING, np.int8)
    pursued, listed = _proposed(session, pool)
    missing = entitled[~_has_offer(session, pool, entitled)[entitled] & ~pursued[entitled]]
    lack[entitled[~listed[entitled]]] = SEAT
    lack[missing] = OFFER
    learnt = learn(session, pool.coder)
    return Need(pool, purpose, programme, entitled, lack, learnt, Communes.load(session))


def _programme(book: ProgrammeBook, purpose: OutreachPurpose, day: int) -> str | None:
    for name in SCHEMES[SCHEME[purpose]]:
        if name in book and book[name].in_force()[0] <= day < book[name].in_force()[1]:
            return name
    return None


def _entitled(pool: Pool, programme: str | None) -> Rows:
    """Who surely has that right that day, of those nobody employs or was promised to."""
    if programme is None:
        return np.zeros(0, np.int64)
    held, day = pool.inputs.people.rights, pool.on.toordinal()
    owner = np.repeat(np.arange(pool.size), np.diff(held.indptr))
    sure = (
        (held.programme == pool.inputs.programmes.index(programme))
        & held.certain
        & (held.start <= day)
        & (day < held.end)
    )
    return np.unique(owner[sure]).astype(np.int64)


def _proposed(session: Session, pool: Pool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """By row: (an advisor put them forward, they stand on a first list or were put forward). One query."""
    rows = session.execute(
        sa.select(MatchProposal.person_id, MatchProposal.state, MatchProposal.why).where(
            MatchProposal.state.in_(LIVE_PROPOSALS)
        )
    ).all()
    found = np.zeros((2, pool.size), np.bool_)
    at = pool.inputs.person_rows([row.person_id for row in rows])
    for row, place in zip(rows, at.tolist(), strict=True):
        if place >= 0:
            found[0, place] |= row.state in PURSUED_PROPOSALS
            found[1, place] |= row.state in PURSUED_PROPOSALS or row.why != "complement"
    return found[0], found[1]


def _has_offer(session: Session, pool: Pool, entitled: Rows) -> NDArray[np.bool_]:
    """By row: an open offer with a free post fits them, and they were not turned away from it. Three queries."""
    inputs = pool.inputs
    problem = Problem(inputs.people, inputs.offers, inputs.tables, Weights())
    free = _free(session, pool)
    over = [each for each in match_history.known(session) if each.state not in LIVE_PROPOSALS]
    person = inputs.person_rows([each.person_id for each in over])
    offer = inputs.offer_rows([each.offer_id for each in over])
    both = (person >= 0) & (offer >= 0)
    excluded = np.unique(person[both] << 32 | offer[both])
    found = np.zeros(pool.size, np.bool_)
    kept, _ = _pairs(problem, entitled, excluded, np.flatnonzero(free))
    found[kept] = True
    return found


def _free(session: Session, pool: Pool) -> NDArray[np.bool_]:
    """By row of the open offers of the pool: a post is neither filled nor promised (the counter counts signatures)."""
    promised = dict(
        session.execute(
            sa.select(Placement.offer_id, sa.func.count())
            .where(Placement.state.in_(PROMISED_PLACEMENTS), Placement.offer_id.is_not(None))
            .group_by(Placement.offer_id)
        ).all()
    )
    left = {
        row.id: row.positions - row.posts_filled - promised.get(row.id, 0)
        for row in session.execute(sa.select(Offer.id, Offer.positions, Offer.posts_filled))
    }
    return np.array([left.get(each, 0) > 0 for each in pool.inputs.offer_ids.tolist()], np.bool_)


def _pairs(problem: Problem, people: Rows, excluded: Rows, offers: Rows | None = None) -> tuple[Rows, Rows]:
    """(person, offer) of the pairs that fit, a chunk at a time."""
    offers = np.arange(problem.offers.size, dtype=np.int64) if offers is None else offers
    found = [(_nobody(), _nobody())]
    for some in _chunks(offers, max(CHUNK // max(len(people), 1), 1)):
        person, offer = np.tile(people, len(some)), np.repeat(some, len(people))
        person, offer = columnwise.keep_feasible(problem, person, offer, excluded)
        wished = columnwise.occupations(problem, person, offer)[1] > 0
        found.append((person[wished], offer[wished]))
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _chunks(rows: Rows, size: int) -> Iterator[Rows]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def _nobody() -> Rows:
    return np.zeros(0, np.int64)
