"""What pages of advisors and employers both say of an offer: its deadline, its occupation, who was faster."""

from __future__ import annotations

from datetime import date
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import offer_queries
from matching.errors import PasserelleError
from matching.store.organisations import Occupation, Offer
from matching.vocabulary import OfferState

from ..wording import offers as words, sentence_for


def deadline_of(offer: Offer) -> date | None:
    """The day an offer that runs closes or is looked at again."""
    if offer.state not in (*offer_queries.RUNNING, OfferState.LAPSED):
        return None
    return min((day for day in (offer.apply_before, offer.review_by) if day), default=None)


def occupation(session: Session, rome: str) -> str | None:
    """The name of an occupation: as imported, else as the starter table has it."""
    label = session.scalar(sa.select(Occupation.label).where(Occupation.rome == rome))
    return label or _starter_labels().get(rome)


@cache
def _starter_labels() -> dict[str, str]:
    from matching.scoring.referential import Referential

    starter = Referential.starter()
    return dict(zip(starter.codes, starter.labels, strict=True))


def who_was_faster(session: Session, ref: UUID, fault: PasserelleError) -> str:
    """« Hugo Lenoir a mis cette offre en attente à 10 h 41. »"""
    last = offer_queries.last_act(session, "offer", ref)
    if last is None or last[0].action not in words.ACTS:
        return sentence_for(fault)
    event, who = last
    return f"{who or 'Passerelle'} {words.ACTS[event.action]} à {words.clock_time(event.at)}."
