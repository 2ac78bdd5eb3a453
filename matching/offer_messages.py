"""What an employer is told of its offer: that it arrived, that something is missing, that it is open."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from . import contacts, outbox
from .store.messages import OutgoingMessage
from .store.organisations import Offer

#: step of an offer -> kind of the message
TOLD = {"submit": "offer_received", "return": "offer_returned", "accept": "offer_opened"}


def tell(
    session: Session, offer: Offer, step: str, *, sender_id: int | None, on: date, at: datetime
) -> OutgoingMessage | None:
    """Queue what that step says to the employer, once a day; None for a step that says nothing, or without an address.

    What is missing is read when the message leaves: an offer completed meanwhile is not asked for more.
    """
    kind = TOLD.get(step)
    if kind is None:
        return None
    return outbox.queue(
        session,
        kind,
        subject=("offer", offer.id),
        address=contacts.employer_address(session, offer),
        on=on,
        at=at,
        occasion=on.isoformat(),
        organisation_id=offer.organisation_id,
        sender_id=sender_id,
        arguments={"missing": list(offer.missing)} if step == "return" else None,
    )
