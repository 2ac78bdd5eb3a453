"""What was proposed before a run: it counts against caps and slots, and no pair is proposed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from .placement_terms import BROKEN
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer
from .store.placements import Placement
from .vocabulary import ENGAGED_PLACEMENTS, LIVE_PROPOSALS, OfferState, PlacementState, ProposalState as State

#: Live proposals that hold a slot: those a person or an advisor can see.
HOLDING = tuple(state for state in LIVE_PROPOSALS if state is not State.COMPUTED)
#: An offer in one of these may open again: its proposals are kept (workflow.md i, lapse).
RESTING = (OfferState.OPEN, OfferState.ON_HOLD, OfferState.LAPSED)


class Known(NamedTuple):
    """A proposal that was not set aside as stale."""

    id: int
    person_id: int
    offer_id: int
    state: State


class Held(NamedTuple):
    """Live proposals by person and by offer, each person's last day of proposal, and who is back.

    `returned`: whose contract broke, and who was proposed nothing since (workflow.md iii: first in line again).
    """

    people: Mapping[int, int]
    offers: Mapping[int, int]
    last: Mapping[int, date]
    returned: frozenset[int] = frozenset()


def known(session: Session) -> list[Known]:
    """Every proposal that was not set aside as stale, oldest first."""
    table = MatchProposal
    rows = session.execute(
        sa.select(table.id, table.person_id, table.offer_id, table.state)
        .where(table.state != State.STALE)
        .order_by(table.id)
    )
    return [Known(*row) for row in rows]


def last_proposed(session: Session) -> dict[int, date]:
    """The last day on which something was proposed to each, what was set aside as stale not counted."""
    table = MatchProposal
    return dict(
        session.execute(
            sa.select(table.person_id, sa.func.max(table.proposed_on))
            .where(table.state != State.STALE)
            .group_by(table.person_id)
        ).all()
    )


def held(session: Session) -> Held:
    """Four queries, whatever their number."""
    table = MatchProposal
    counts: list[Mapping[int, int]] = []
    for side in (table.person_id, table.offer_id):
        found = session.execute(
            sa.select(side, sa.func.count()).where(table.state.in_(HOLDING)).group_by(side)
        )
        counts.append(Counter(dict(found.all())))
    days = last_proposed(session)
    broken = session.execute(
        sa.select(Placement.person_id, sa.func.max(Placement.ended_on))
        .where(
            Placement.state == PlacementState.EXITED,
            Placement.ended_on.is_not(None),
            Placement.end_reason.in_(BROKEN),
            sa.or_(Placement.end_situation.is_(None), Placement.end_situation.in_(("unemployed", "unknown"))),
        )
        .group_by(Placement.person_id)
    )
    returned = frozenset(
        person for person, ended in broken if ended is not None and days.get(person, date.min) <= ended
    )
    return Held(counts[0], counts[1], days, returned)


def is_engaged(session: Session, person_id: int) -> bool:
    """Whether the person has a promise or a contract that runs."""
    query = sa.select(Placement.id).where(
        Placement.person_id == person_id, Placement.state.in_(ENGAGED_PLACEMENTS)
    )
    return session.scalar(query.limit(1)) is not None


def untouched(session: Session, columns: Iterable[str]) -> list[Any]:
    """Proposals of the matcher that nobody has looked at: these columns of theirs, and the state of their offer."""
    table = MatchProposal
    named = ("id", "person_id", "offer_id", "state", *columns)
    # Who was put off and woken has been looked at.
    seen = sa.select(ReviewDecision.proposal_id).where(ReviewDecision.actor_id.is_not(None))
    query = (
        sa.select(*(getattr(table, name) for name in named), Offer.state.label("offer_state"))
        .join(Offer, Offer.id == table.offer_id)
        .where(
            table.state.in_((State.COMPUTED, State.TO_REVIEW)),
            table.run_id.is_not(None),
            table.id.not_in(seen),
        )
        .order_by(table.id)
    )
    return list(session.execute(query))


def weeks_without(known_since: NDArray[np.int64], last: NDArray[np.int64], day: int) -> NDArray[np.int16]:
    """Whole weeks since the last proposal, else since the person is known; days are ordinals."""
    waited = np.maximum(day - np.maximum(known_since, last), 0) // 7
    made: NDArray[np.int16] = np.minimum(waited, 32_000).astype(np.int16)
    return made
