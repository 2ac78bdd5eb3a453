"""Rules of time of offers (workflow.md i): notice before an open offer lapses, and its lapse.

An employer that nobody can write to gets no notice; its offer lapses all the same and stands in the advisors' list. The
live proposals of a lapsed offer are kept: they wait with it.
"""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, contacts, offers, outbox, reminders
from .daily import Day, each
from .offers import OfferAction
from .store.organisations import Offer
from .vocabulary import OfferState, Party

LAPSING, LAPSED = "offer_lapsing", "offer_lapsed"
#: Days before the last one on which the employer is told that its offer is about to lapse.
NOTICES = (14, 3)


def give_notice(session: Session, day: Day) -> int:
    """Notices of open offers about to lapse, the latest that is due; none of a day before the offer was opened."""
    due = {}
    for offer in session.scalars(
        sa.select(Offer)
        .where(
            Offer.state == OfferState.OPEN,
            Offer.review_by.between(day.on, day.on + timedelta(days=NOTICES[0])),
        )
        .order_by(Offer.id)
    ):
        last: date = offer.review_by  # type: ignore[assignment] # the query asked for one
        notice = min(days for days in NOTICES if days >= (last - day.on).days)
        told_on = last - timedelta(days=notice)
        if offer.opened_on is None or offer.opened_on <= told_on:
            due[offer.id] = offer, f"{notice}:{last}"
    return _tell(session, day, LAPSING, due)


def lapse(session: Session, day: Day) -> int:
    """Open offers whose last day is past lapse; their employers are told how to open them again."""
    over = session.scalars(
        sa.select(Offer).where(Offer.state == OfferState.OPEN, Offer.review_by < day.on).order_by(Offer.id)
    ).all()
    gone = {}

    def act(offer: Offer) -> None:
        offers.change(
            session, offer, OfferAction.LAPSE, actor_id=None, party=Party.CLOCK, on=day.on, at=day.at
        )
        audit.append(
            session,
            at=day.at,
            actor_id=None,
            action="offer.lapse",
            subject_kind="offer",
            subject_id=str(offer.public_id),
        )
        gone[offer.id] = offer, str(offer.review_by)

    done = each(session, over, act)
    _tell(session, day, LAPSED, gone)
    return done


def _tell(session: Session, day: Day, kind: str, due: dict[int, tuple[Offer, str]]) -> int:
    """Queue it to each employer that can be written to, once for each occasion. Returns how many."""
    if not due:
        return 0
    before = reminders.known(session, [kind], "offer", due)
    new = {key: told for key, told in due.items() if (kind, key, told[1]) not in before}
    if not new:
        return 0
    addresses = contacts.employer_addresses(session, (offer for offer, _ in new.values()))
    signers = contacts.signers_of_offers(session, new)
    reminders.replace_waiting(session, LAPSING, "offer", addresses)
    return outbox.queue_all(
        session,
        [
            outbox.waiting(
                kind,
                subject=("offer", key),
                address=addresses[key],
                on=day.on,
                at=day.at,
                occasion=occasion,
                organisation_id=offer.organisation_id,
                sender_id=signers.get(key),
            )
            for key, (offer, occasion) in new.items()
            if key in addresses
        ],
    )
