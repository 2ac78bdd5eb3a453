"""One run of the matcher: what changed becomes stale, everybody who can be is proposed, nothing decided is touched.

A run reads, computes, then writes in the caller's transaction: stopped anywhere, the former proposals stand.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import match_inputs, proposals
from .eligibility.days import LAST
from .eligibility.programme import ProgrammeBook
from .errors import Duplicate, NotFound
from .match_inputs import NO_END, Inputs
from .proposal_guards import CAP
from .scoring import batch, reasons, spread
from .scoring.columns import Weights
from .scoring.pair import Pair, explain_pair
from .scoring.referential import Referential
from .store.matches import MatchProposal, MatchRun, ReviewDecision
from .store.organisations import OccupationLabel
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
    pairs_scored: int
    unmatched_offers: list[str]
    candidates_without_offer: list[str]
    without_feasible_offer: int
    not_enough_data: list[str]
    created: int
    stale: int


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
    anew. Raises NotFound("unknown-offer").
    """
    began = time.perf_counter()
    names = match_inputs.offers_names(session)
    inputs = match_inputs.load(session, book, referential, on=on, seed=SEED)
    if offer is not None and offer not in {names.shown[each] for each in inputs.offer_ids.tolist()}:
        raise NotFound("unknown-offer", reference=offer)
    only = None if offer is None else {key for key, name in names.shown.items() if name == offer}
    stale = _set_stale(session, inputs, weights, only=only, full=full, on=on, at=at)
    if stale:
        inputs = match_inputs.load(session, book, referential, on=on, seed=SEED)
    excluded = _excluded(session, inputs)
    found = batch.candidates(
        inputs.people,
        inputs.offers,
        inputs.tables,
        weights,
        excluded=excluded,
        per_offer=PER_OFFER,
        per_person=PER_PERSON,
        workers=workers,
        on_progress=on_progress,
    )
    given = spread.assign(found, k=SLOTS, cap=CAP)
    rows = [
        row for row in range(given.size) if only is None or int(inputs.offer_ids[given.offer[row]]) in only
    ]
    outcome = _outcome(
        session, inputs, found, given, names, created=len(rows), stale=stale, only=only, known=len(excluded)
    )
    made = MatchRun(
        ran_for=on,
        parameters_digest=book.digest,
        data_digest=_digest(inputs),
        weights={part: getattr(weights, part) for part in weights.__dataclass_fields__},
        code_version=version("passerelle"),
        counts={
            "offers": outcome.offers,
            "candidates": outcome.candidates,
            "created": len(rows),
            "stale": stale,
        },
        seconds=round(time.perf_counter() - began, 3),
    )
    session.add(made)
    session.flush()
    _store(session, inputs, given, rows, weights, made.id, on, at)
    _remember(session, inputs)
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

    Raises Duplicate when the two are proposed already, InvalidInput when the person is at the cap.
    """
    inputs = match_inputs.load(session, book, referential, on=on, seed=SEED, pair=(person_id, offer_id))
    made = MatchProposal(
        **evidence(inputs, 0, 0, Weights()),
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
    session.add(ReviewDecision(**_logged(made.id, actions.COMPUTE, None, State.COMPUTED, on, at)))
    proposals.review(
        session, made, actions.SHORTLIST, actor_id=actor_id, party=Party.ADVISOR, on=on, at=at, told=told
    )
    return made


def _digest(inputs: Inputs) -> str:
    """Hash of all columns read: which data a run saw."""
    found = hashlib.sha256()
    for columns in (inputs.people, inputs.offers):
        for name in columns.__dataclass_fields__:
            value = getattr(columns, name)
            parts = (
                [value]
                if isinstance(value, np.ndarray)
                else [getattr(value, n) for n in value.__dataclass_fields__]
            )
            for part in parts:
                found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


def _excluded(session: Session, inputs: Inputs) -> np.ndarray:
    """Pairs proposed once: live, decided or closed, they are not proposed again."""
    person = {key: row for row, key in enumerate(inputs.person_ids.tolist())}
    offer = {key: row for row, key in enumerate(inputs.offer_ids.tolist())}
    pairs = [
        (person[p], offer[o])
        for _, p, o, _, _ in match_inputs.states_of(session)
        if p in person and o in offer
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _set_stale(
    session: Session,
    inputs: Inputs,
    weights: Weights,
    *,
    only: set[int] | None,
    full: bool,
    on: date,
    at: datetime,
) -> int:
    """Proposals of the matcher nobody has looked at, whose person, offer or right changed, are set aside."""
    person = {key: row for row, key in enumerate(inputs.person_ids.tolist())}
    offer = {key: row for row, key in enumerate(inputs.offer_ids.tolist())}
    waiting = session.execute(
        sa.select(
            MatchProposal.id,
            MatchProposal.person_id,
            MatchProposal.offer_id,
            MatchProposal.score,
            MatchProposal.parts,
            MatchProposal.verdict,
            MatchProposal.state,
        )
        .where(
            MatchProposal.state.in_((State.COMPUTED, State.TO_REVIEW)),
            MatchProposal.run_id.is_not(None),
            MatchProposal.id.not_in(
                # Who was put off and woken has been looked at.
                sa.select(ReviewDecision.proposal_id).where(ReviewDecision.actor_id.is_not(None))
            ),
        )
        .order_by(MatchProposal.id)
    ).all()
    gone = []
    for row in waiting:
        if only is not None and row.offer_id not in only:
            continue
        at_person, at_offer = person.get(row.person_id), offer.get(row.offer_id)
        if at_person is None or at_offer is None or full:
            gone.append(row)
            continue
        pair = explain_pair(inputs.people, at_person, inputs.offers, at_offer, inputs.tables, weights)
        same = (
            pair.feasible
            and pair.score == row.score
            and pair.parts == row.parts
            and pair.right == row.verdict
        )
        if not same:
            gone.append(row)
    ids = [row.id for row in gone]
    for start in range(0, len(ids), 500):
        session.execute(
            sa.update(MatchProposal)
            .where(MatchProposal.id.in_(ids[start : start + 500]))
            .values(state=State.STALE, closed_on=on, version=MatchProposal.version + 1)
        )
    if gone:
        session.execute(
            sa.insert(ReviewDecision),
            [_logged(row.id, proposals.ProposalAction.STALE, row.state, State.STALE, on, at) for row in gone],
        )
    session.expire_all()
    return len(gone)


def _logged(
    proposal_id: int,
    action: proposals.ProposalAction,
    before: State | None,
    after: State,
    on: date,
    at: datetime,
) -> dict[str, Any]:
    """A line of the log, by the matcher: the same as `proposals.review` writes, in bulk."""
    starts, leads_to, _ = proposals.TRANSITIONS[action]
    assert before in starts and after is leads_to
    return {
        "proposal_id": proposal_id, "actor_id": None, "action": str(action), "from_state": before, "to_state": after,
        "told": False, "decided_on": on, "decided_at": at,
    }  # fmt: skip


def evidence(
    inputs: Inputs, person: int, offer: int, weights: Weights, pair: Pair | None = None
) -> dict[str, Any]:
    """What a proposal keeps of that day: parts, score, right and its days, reasons, priority (columns of the table)."""
    pair = pair or explain_pair(inputs.people, person, inputs.offers, offer, inputs.tables, weights)
    programmes = _programmes(inputs, person, offer)
    under = int(inputs.offers.programme[offer])
    window = _window(inputs, person, under, int(inputs.offers.contract_day[offer])) if under >= 0 else None
    missing = []
    if pair.right is Verdict.UNKNOWN and under >= 0:
        name = inputs.programmes[under]
        missing = sorted(fact for fact, by in inputs.missing.items() if name in by and by[name][person])
    why, reserves = reasons.statements(
        inputs.people,
        person,
        inputs.offers,
        offer,
        pair,
        weights,
        programmes=inputs.programmes,
        missing=missing,
    )
    left = int(inputs.people.days_left[person])
    return {
        "programmes": programmes,
        "verdict": int(Verdict.UNKNOWN if pair.right is Verdict.UNKNOWN else Verdict.YES),
        "eligible_from": date.fromordinal(window[0]) if window else None,
        "eligible_until": date.fromordinal(window[1] - 1) if window and window[1] < LAST else None,
        "score": pair.score,
        "parts": pair.parts,
        "priority": {
            "days_left": None if left >= NO_END else left,
            "search_days": int(inputs.people.search_days[person]),
            "weeks_without_proposal": int(inputs.people.weeks_without[person]),
        },
        "reasons": [statement.as_json() for statement in why],
        "reservations": [statement.as_json() for statement in reserves],
    }


def _window(inputs: Inputs, person: int, programme: int, day: int) -> tuple[int, int] | None:
    """The person's sure window of that programme that holds the day (half-open day numbers)."""
    rights = inputs.people.rights
    for at in range(rights.indptr[person], rights.indptr[person + 1]):
        if (
            rights.certain[at]
            and rights.programme[at] == programme
            and rights.start[at] <= day < rights.end[at]
        ):
            return int(rights.start[at]), int(rights.end[at])
    return None


def _programmes(inputs: Inputs, person: int, offer: int) -> list[dict[str, Any]]:
    """The offer's programme; for an offer under none, those its terms would allow to this person that day."""
    under, day = int(inputs.offers.programme[offer]), int(inputs.offers.contract_day[offer])
    bits = int(inputs.offers.allowed[offer])
    wanted = [under] if under >= 0 else [p for p in range(len(inputs.programmes)) if bits >> p & 1]
    listed = []
    for programme in wanted:
        window = _window(inputs, person, programme, day)
        if window is None and under < 0:
            continue
        last = date.fromordinal(window[1] - 1).isoformat() if window and window[1] < LAST else None
        listed.append({"id": inputs.programmes[programme], "eligible_until": last})
    return listed


def _store(
    session: Session,
    inputs: Inputs,
    given: spread.Assignment,
    rows: Sequence[int],
    weights: Weights,
    run_id: int,
    on: date,
    at: datetime,
) -> None:
    """New proposals, to be reviewed, each with its two lines of the log."""
    if not rows:
        return
    public = [uuid.uuid4() for _ in rows]
    due = proposals.review_due(on)
    cells = [
        {
            **evidence(inputs, int(given.person[row]), int(given.offer[row]), weights),
            "public_id": public_id,
            "run_id": run_id,
            "person_id": int(inputs.person_ids[given.person[row]]),
            "offer_id": int(inputs.offer_ids[given.offer[row]]),
            "rank": int(given.rank[row]),
            "why": WHYS[given.why[row]],
            "state": State.TO_REVIEW,
            "proposed_on": on,
            "due_on": due,
            "version": 1,
        }
        for row, public_id in zip(rows, public, strict=True)
    ]
    session.execute(sa.insert(MatchProposal), cells)
    ids = session.scalars(
        sa.select(MatchProposal.id).where(MatchProposal.run_id == run_id).order_by(MatchProposal.id)
    ).all()
    actions = proposals.ProposalAction
    session.execute(
        sa.insert(ReviewDecision),
        [
            line
            for key in ids
            for line in (
                _logged(key, actions.COMPUTE, None, State.COMPUTED, on, at),
                _logged(key, actions.SHORTLIST, State.COMPUTED, State.TO_REVIEW, on, at),
            )
        ],
    )


def _remember(session: Session, inputs: Inputs) -> None:
    """Keep the codes of labels seen for the first time."""
    digest = inputs.referential.digest
    fresh = [
        {
            "label": label[:255],
            "referential": digest,
            "codes": [[match.rome, match.score] for match in found],
            "confirmed": None,
        }
        for label, found in sorted(inputs.fresh_labels.items())
        if len(label) <= 255
    ]
    if fresh:
        session.execute(sa.insert(OccupationLabel), fresh)


def _outcome(
    session: Session,
    inputs: Inputs,
    found: batch.Candidates,
    given: spread.Assignment,
    names: match_inputs.Names,
    *,
    created: int,
    stale: int,
    only: set[int] | None,
    known: int,
) -> Outcome:
    people = match_inputs.people_names(session).shown
    kept = [row for row in range(inputs.offers.size) if only is None or int(inputs.offer_ids[row]) in only]
    held = inputs.people.live_proposals > 0
    lone = (found.feasible_offers == 0) & ~held
    return Outcome(
        offers=len(kept),
        candidates=inputs.people.size,
        pairs_scored=int(found.feasible_people.sum()) + known,
        unmatched_offers=sorted(
            names.shown[int(inputs.offer_ids[row])]
            for row in kept
            if not found.feasible_people[row] and not inputs.offers.live_proposals[row]
        ),
        candidates_without_offer=sorted(people[int(inputs.person_ids[row])] for row in given.uncovered),
        without_feasible_offer=int(lone.sum()),
        not_enough_data=sorted(people[int(inputs.person_ids[row])] for row in found.not_enough_data),
        created=created,
        stale=stale,
    )
