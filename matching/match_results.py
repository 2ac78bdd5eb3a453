"""The standing proposals of the offers open on a day: what `passerelle match` prints and the list of offers shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import match_history, match_names, offers as offer_flow
from .scoring.columns import stable_key
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation
from .vocabulary import OfferState


@dataclass(frozen=True, slots=True)
class Standing:
    """A live proposal, by what the sources call the two."""

    offer: str
    candidate: str
    rank: int
    proposal: MatchProposal
    #: days left and length of search on the day, weeks without a proposal when it was made
    priority: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """An offer with its standing proposals, best first."""

    reference: str
    offer: Offer
    organisation: Organisation
    proposals: tuple[Standing, ...]


def standing(
    session: Session,
    *,
    on: date,
    seed: int,
    only: int | None = None,
    priorities: Mapping[int, Mapping[str, Any]] | None = None,
    names: tuple[match_names.Names, match_names.Names] | None = None,
) -> list[Listed]:
    """Offers open that day in the order of their references, each with its live proposals ranked. Five queries.

    `priorities`: of people on that day, as a run has just read them; without, those of the day of each proposal.
    `names` of people and offers, when they were read already.
    """
    people, offers = names or (match_names.of_people(session), match_names.of_offers(session))
    rows = session.execute(
        sa.select(Offer, Organisation)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(Offer.state == OfferState.OPEN)
    )
    kept = [
        (offers.shown[offer.id], offer, organisation)
        for offer, organisation in rows
        if offer_flow.open_on(offer, on) and only in (None, offer.id)
    ]
    by_offer: dict[int, list[MatchProposal]] = {offer.id: [] for _, offer, _ in kept}
    for proposal in session.scalars(
        sa.select(MatchProposal).where(MatchProposal.state.in_(match_history.HOLDING))
    ):
        if proposal.offer_id in by_offer:
            by_offer[proposal.offer_id].append(proposal)

    def priority(proposal: MatchProposal) -> Mapping[str, Any]:
        now = (priorities or {}).get(proposal.person_id, {})
        today = {name: now[name] for name in ("days_left", "search_days") if name in now}
        return {**proposal.priority, **today}

    def order(proposal: MatchProposal) -> tuple[Any, ...]:
        pair = f"{people.hashed[proposal.person_id]}|{offers.hashed[proposal.offer_id]}"
        complement = proposal.why == "complement"
        search = priority(proposal).get("search_days") or 0
        return complement, -(proposal.score or 0.0), -search, stable_key(pair, seed)

    listed = []
    for shown, offer, organisation in sorted(kept, key=lambda row: _natural(row[0])):
        ranked: Sequence[MatchProposal] = sorted(by_offer[offer.id], key=order)
        listed.append(
            Listed(
                shown,
                offer,
                organisation,
                tuple(
                    Standing(shown, people.shown[proposal.person_id], rank, proposal, priority(proposal))
                    for rank, proposal in enumerate(ranked, 1)
                ),
            )
        )
    return listed


def _natural(reference: str) -> tuple[Any, ...]:
    """O-2 before O-10."""
    parts: list[tuple[int, int, str]] = []
    for piece in reference.replace("-", " - ").split():
        parts.append((0, int(piece), "") if piece.isdigit() else (1, 0, piece))
    return tuple(parts)
