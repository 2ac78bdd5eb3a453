"""The standing proposals of the offers open on a day: what `passerelle match` prints and the list of offers shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import match_inputs, offers as offer_flow
from .scoring.columns import stable_key
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation
from .vocabulary import OfferState, ProposalState


@dataclass(frozen=True, slots=True)
class Standing:
    """A live proposal, by what the sources call the two."""

    offer: str
    candidate: str
    rank: int
    proposal: MatchProposal


@dataclass(frozen=True, slots=True)
class Listed:
    """An offer with its standing proposals, best first."""

    reference: str
    offer: Offer
    organisation: Organisation
    proposals: tuple[Standing, ...]


def standing(session: Session, *, on: date, seed: int, reference: str | None = None) -> list[Listed]:
    """Offers open that day in the order of their references, each with its live proposals ranked. Five queries."""
    offers = match_inputs.offers_names(session)
    people = match_inputs.people_names(session)
    rows = session.execute(
        sa.select(Offer, Organisation)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(Offer.state == OfferState.OPEN)
    )
    kept = [
        (offers.shown[offer.id], offer, organisation)
        for offer, organisation in rows
        if offer_flow.open_on(offer, on) and reference in (None, offers.shown[offer.id])
    ]
    by_offer: dict[int, list[MatchProposal]] = {offer.id: [] for _, offer, _ in kept}
    for proposal in session.scalars(
        sa.select(MatchProposal).where(MatchProposal.state.in_(match_inputs.HOLDING))
    ):
        if proposal.offer_id in by_offer:
            by_offer[proposal.offer_id].append(proposal)

    def order(proposal: MatchProposal) -> tuple[Any, ...]:
        pair = f"{people.hashed[proposal.person_id]}|{offers.hashed[proposal.offer_id]}"
        complement = proposal.why == "complement"
        search = (proposal.priority or {}).get("search_days") or 0
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
                    Standing(shown, people.shown[proposal.person_id], rank, proposal)
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


def is_waiting(proposal: MatchProposal) -> bool:
    """Whether an advisor has still to look at it."""
    return proposal.state is ProposalState.TO_REVIEW
