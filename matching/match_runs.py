"""One run of the matcher: what changed becomes stale, everybody who can be is proposed, nothing decided is touched.

A run reads, computes, then writes in the caller's transaction: stopped anywhere, the former proposals stand. Run again
where nothing changed, it proposes nothing more.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import (
    match_evidence,
    match_history,
    match_inputs,
    match_names,
    match_store,
    offer_terms,
    offers as offer_flow,
    proposals,
)
from .eligibility.programme import ProgrammeBook
from .errors import Duplicate
from .match_inputs import Inputs
from .proposal_guards import CAP
from .scoring import batch, explained, spread
from .scoring.columns import Weights
from .scoring.referential import Referential
from .store.matches import MatchProposal, MatchRun, ReviewDecision
from .store.organisations import Offer
from .transitions import refuse
from .vocabulary import Party, ProposalState as State, Verdict

#: Slots of an offer (matching.md §4).
SLOTS = 10
#: Candidates kept for each side before slots are given.
PER_OFFER, PER_PERSON = 40, 8
#: Of the hash that breaks ties (M4).
SEED = 2013
WHYS = tuple(str(why) for why in spread.WHYS)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, by what the sources call people and offers."""

    offers: int
    candidates: int
    #: feasible pairs, those proposed or decided before included
    pairs_scored: int
    #: offers nobody can feasibly take
    unmatched_offers: list[str]
    #: people who have a feasible offer, not decided yet, and no proposal: empty
    candidates_without_offer: list[str]
    without_feasible_offer: int
    #: people all of whose feasible offers were decided on: nothing is left to propose to them
    every_offer_decided: int
    not_enough_data: list[str]
    created: int
    stale: int
    #: the only offer asked for
    offer_id: int | None
    names: tuple[match_names.Names, match_names.Names]
    #: by person: days left and length of search on the run's day
    priorities: Mapping[int, Mapping[str, Any]]


def run(
    session: Session,
    book: ProgrammeBook,
    referential: Referential,
    *,
    on: date,
    at: datetime,
    offer: str | None = None,
    full: bool = False,
    workers: int = 1,
    weights: Weights = Weights(),  # noqa: B008 - frozen
    on_progress: Progress | None = None,
) -> Outcome:
    """Propose candidates for the offers open that day, or for one of them. Flushes, never commits.

    Incremental: proposals still to be reviewed stay as long as what they rest on did not change; `full` computes them
    anew. Raises NotFound("unknown-offer"), InvalidInput("ambiguous-offer").
    """
    began = time.perf_counter()
    inputs = match_inputs.load(session, book, referential, on=on, seed=SEED)
    open_ids = set(inputs.offer_ids.tolist())
    only = None if offer is None else match_names.open_offer(session, offer, inputs.offer_names, open_ids)
    known = match_history.known(session)
    last = session.scalar(sa.select(MatchRun.data_digest).order_by(MatchRun.id.desc()).limit(1))
    unchanged = not full and last == _digest(inputs, weights, known, only)
    evidence = match_evidence.Evidence(inputs, weights)
    stale = 0
    if not unchanged:
        stale = match_store.set_stale(session, inputs, evidence, only=only, full=full, on=on, at=at)
    if stale:
        inputs = inputs.with_history(match_history.held(session))
        evidence = match_evidence.Evidence(inputs, weights)
        known = match_history.known(session)
    pairs = _pairs(inputs, known)
    found = batch.candidates(
        inputs.people,
        inputs.offers,
        inputs.tables,
        weights,
        excluded=pairs,
        per_offer=PER_OFFER,
        per_person=PER_PERSON,
        workers=workers,
        on_progress=on_progress,
    )
    live_here = _live_here(inputs, known)
    given = _nothing() if unchanged else _assign(found, inputs, live_here)
    if only is not None:
        given = given.those(inputs.offer_ids[given.offer] == only)
    outcome = _outcome(inputs, evidence, found, given, pairs, live_here, only=only, stale=stale)
    made = MatchRun(
        ran_for=on,
        parameters_digest=book.digest,
        weights={part: getattr(weights, part) for part in weights.__dataclass_fields__},
        code_version=version("passerelle"),
        counts={
            "offers": outcome.offers,
            "candidates": outcome.candidates,
            "created": outcome.created,
            "stale": stale,
        },
        seconds=0.0,
    )
    session.add(made)
    session.flush()
    match_store.store(session, _rows(inputs, evidence, given), made.id, on, at)
    match_store.remember(session, inputs)
    made.data_digest = _digest(inputs, weights, match_history.known(session), only)
    made.seconds = round(time.perf_counter() - began, 3)
    session.flush()
    return outcome


def add_by_hand(
    session: Session,
    book: ProgrammeBook,
    referential: Referential,
    person_id: int,
    offer_id: int,
    *,
    actor_id: int,
    on: date,
    at: datetime,
    told: bool = False,
) -> MatchProposal:
    """A proposal that an advisor adds: explained like the others, without a number when the pair is not feasible.

    Rules first here too (workflow.md ii). Raises InvalidInput when the offer is not open, the person is engaged
    elsewhere, at the cap, or surely without the right that the offer asks for; Duplicate when the two are proposed
    already.
    """
    offer = session.get_one(Offer, offer_id)
    if not offer_flow.open_on(offer, on):
        refuse("offer-not-live", state=str(offer.state))
    if match_history.is_engaged(session, person_id):
        refuse("person-engaged")
    inputs = match_inputs.load(session, book, referential, on=on, seed=SEED, pair=(person_id, offer_id))
    said = match_evidence.one(inputs, 0, 0, Weights())
    if said["verdict"] == Verdict.NO:
        day = offer_terms.contract_day(offer, on)
        refuse("no-right-then", programme=offer_terms.programme_on(offer, book, day) or offer.scheme, day=day)
    made = MatchProposal(
        **said,
        person_id=person_id,
        offer_id=offer_id,
        why=WHYS[0],
        state=State.COMPUTED,
        proposed_on=on,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as clash:
        raise Duplicate("already-proposed") from clash
    actions = proposals.ProposalAction
    session.add(ReviewDecision(**match_store.logged(made.id, actions.COMPUTE, None, State.COMPUTED, on, at)))
    proposals.review(
        session, made, actions.SHORTLIST, actor_id=actor_id, party=Party.ADVISOR, on=on, at=at, told=told
    )
    return made


@dataclass(frozen=True, slots=True)
class _Given:
    """Proposals to make, by row of the columns, in the order of offers and ranks."""

    person: np.ndarray
    offer: np.ndarray
    rank: np.ndarray
    why: np.ndarray

    def those(self, mask: np.ndarray) -> _Given:
        return _Given(self.person[mask], self.offer[mask], self.rank[mask], self.why[mask])


def _nothing() -> _Given:
    none = np.zeros(0, np.int64)
    return _Given(none, none, none, none)


def _assign(found: batch.Candidates, inputs: Inputs, live_here: np.ndarray) -> _Given:
    """Slots of the open offers. Whoever only waits for an offer that rests is served too, after the others."""
    first = spread.assign(found, k=SLOTS, cap=CAP)
    given = _Given(first.person, first.offer, first.rank, first.why)
    live = inputs.people.live_proposals
    served = np.bincount(given.person, minlength=inputs.people.size) > 0
    left = (live > 0) & (live < CAP) & (live_here == 0) & ~served & (found.feasible_offers > 0)
    if not left.any():
        return given
    taken = np.bincount(given.offer, minlength=inputs.offers.size)
    posts = (inputs.offers.live_proposals + taken).astype(np.int16)
    some = left[found.person]
    again = spread.assign(
        replace(
            found,
            person=found.person[some],
            offer=found.offer[some],
            rank=found.rank[some],
            score=found.score[some],
            ranking=found.ranking[some],
            problem=replace(
                found.problem,
                people=replace(inputs.people, live_proposals=np.where(left, 0, live).astype(np.int16)),
                offers=replace(inputs.offers, live_proposals=posts),
            ),
        ),
        k=SLOTS,
        cap=1,
    )
    person = np.concatenate([given.person, again.person])
    offer = np.concatenate([given.offer, again.offer])
    rank = np.concatenate([given.rank, again.rank + taken[again.offer]])
    why = np.concatenate([given.why, again.why])
    order = np.lexsort((rank, offer))
    return _Given(person[order], offer[order], rank[order], why[order])


def _pairs(inputs: Inputs, known: Iterable[match_history.Known]) -> np.ndarray:
    """Rows of the pairs proposed once: live, decided or closed, they are not proposed again."""
    listed = list(known)
    person = inputs.person_rows([row.person_id for row in listed])
    offer = inputs.offer_rows([row.offer_id for row in listed])
    here = (person >= 0) & (offer >= 0)
    return np.unique(np.stack([person[here], offer[here]], axis=1), axis=0)


def _live_here(inputs: Inputs, known: Iterable[match_history.Known]) -> np.ndarray:
    """int64[people]: live proposals for offers open that day."""
    person = _pairs(inputs, (row for row in known if row.state in match_history.HOLDING))[:, 0]
    return np.bincount(person, minlength=inputs.people.size)


def _rows(inputs: Inputs, evidence: match_evidence.Evidence, given: _Given) -> list[dict[str, Any]]:
    person, offer = inputs.person_ids[given.person].tolist(), inputs.offer_ids[given.offer].tolist()
    return [
        {**said, "person_id": person[at], "offer_id": offer[at], "rank": rank, "why": WHYS[why]}
        for at, (said, rank, why) in enumerate(
            zip(evidence.of(given.person, given.offer), given.rank.tolist(), given.why.tolist(), strict=True)
        )
    ]


def _digest(inputs: Inputs, weights: Weights, known: Iterable[match_history.Known], only: int | None) -> str:
    """Of all that decides the answer: columns, tables, rules, weights, code, what was proposed, what was asked for."""
    found = hashlib.sha256()
    since = (version("passerelle"), SEED, inputs.on, inputs.book.digest, inputs.referential.digest, only)
    found.update(repr((since, weights.as_points(), inputs.programmes)).encode())
    # How many are live and who waits since when follow from the proposals themselves.
    people = replace(
        inputs.people,
        live_proposals=np.zeros(inputs.people.size, np.int16),
        weeks_without=np.zeros(inputs.people.size, np.int16),
    )
    offers = replace(inputs.offers, live_proposals=np.zeros(inputs.offers.size, np.int16))
    for part in _arrays(
        (inputs.person_ids, inputs.offer_ids, inputs.known_since, people, offers, inputs.tables)
    ):
        found.update(np.ascontiguousarray(part).tobytes())
    for key, spans in inputs.open_facts.spans.items():
        found.update(repr(key).encode() + b"".join(column.tobytes() for column in spans))
    for row in known:
        found.update(f"{row.id},{row.person_id},{row.offer_id},{row.state};".encode())
    return found.hexdigest()


def _arrays(value: Any) -> Iterable[np.ndarray]:
    """All columns within, in a fixed order."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _arrays(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _arrays(getattr(value, field.name))


def _outcome(
    inputs: Inputs,
    evidence: match_evidence.Evidence,
    found: batch.Candidates,
    given: _Given,
    pairs: np.ndarray,
    live_here: np.ndarray,
    *,
    only: int | None,
    stale: int,
) -> Outcome:
    """Counts of all feasible pairs: those that the batch saw, and those proposed before."""
    people, offers = inputs.person_names.shown, inputs.offer_names.shown
    before = pairs[explained.feasible(evidence.problem, pairs[:, 0], pairs[:, 1])]
    by_offer = found.feasible_people + np.bincount(before[:, 1], minlength=inputs.offers.size)
    by_person = found.feasible_offers + np.bincount(before[:, 0], minlength=inputs.people.size)
    kept = np.flatnonzero(inputs.offer_ids == only) if only is not None else np.arange(inputs.offers.size)
    live = inputs.people.live_proposals
    without = (live_here == 0) & (np.bincount(given.person, minlength=inputs.people.size) == 0)
    left_out = without & (found.feasible_offers > 0) & (live < CAP)
    if only is not None:  # the other offers were not asked about
        left_out[:] = False
    return Outcome(
        offers=len(kept),
        candidates=inputs.people.size,
        pairs_scored=int(by_offer[kept].sum()),
        unmatched_offers=sorted(
            offers[int(inputs.offer_ids[row])]
            for row in kept
            if not by_offer[row] and not inputs.offers.live_proposals[row]
        ),
        candidates_without_offer=sorted(
            people[int(inputs.person_ids[row])] for row in np.flatnonzero(left_out)
        ),
        without_feasible_offer=int((by_person == 0).sum()),
        every_offer_decided=int(((by_person > 0) & (found.feasible_offers == 0) & without).sum()),
        not_enough_data=sorted(people[int(inputs.person_ids[row])] for row in found.not_enough_data),
        created=len(given.person),
        stale=stale,
        offer_id=only,
        names=(inputs.person_names, inputs.offer_names),
        priorities={
            int(key): match_evidence.priority(inputs, row) for row, key in enumerate(inputs.person_ids)
        },
    )
