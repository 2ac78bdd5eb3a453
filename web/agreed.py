"""The agreements of an aided contract, as the page of a hire and their own page show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matching import agreement_guards, agreements, placement_guards
from matching.eligibility.programme import ProgrammeBook
from matching.store.follow_up import AidAgreement
from matching.store.placements import Placement


@dataclass(frozen=True, slots=True)
class Card:
    """The agreements of a contract: what the next one is, whether one may be noted, and what each still waits for."""

    agreements: tuple[AidAgreement, ...]
    open: bool
    number: int

    @property
    def last(self) -> AidAgreement | None:
        return self.agreements[-1] if self.agreements else None


def card_of(session: Session, placement: Placement, book: ProgrammeBook) -> Card | None:
    """None for a contract whose aid no agreement decides."""
    if agreement_guards.share_of(placement, book) is None:
        return None
    held = tuple(agreements.of(session, placement.id))
    return Card(held, placement.state in placement_guards.UNDER_CONTRACT, len(held) + 1)
