"""The link of a notice: an offer about to lapse, or lapsed, goes on with one button. Opening it changes nothing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session

from matching import audit, clock, links, offers
from matching.errors import Conflict, InvalidInput, NotFound, PasserelleError
from matching.offers import OfferAction
from matching.store.messages import AccessLink
from matching.store.organisations import Offer
from matching.vocabulary import LinkKind, Party

from ..db import reading, today, transaction
from ..security import public
from ..wording import offers as words, own_offers as own, sentence_for

pages = Blueprint("offer_link", __name__)


@pages.get("/reponse/offre/<token>")
@public
def show(token: str) -> Any:
    """No more than the message said: the post, until when, and the button."""
    with reading() as session:
        try:
            link = links.find(session, token, LinkKind.REFRESH, at=clock.now())
        except (NotFound, Conflict) as fault:
            return _over(fault)
        offer = _offer(session, link)
        return render_template(
            "employer/refresh.html",
            token=token,
            offer=offer,
            used=link.used_at is not None,
            possible=_possible(offer),
            words=words,
            plain=own,
            on=today(),
        )


@pages.post("/reponse/offre/<token>")
@public
def confirm(token: str) -> Any:
    """The offer goes on; pressed twice, it is confirmed once."""
    at = clock.now()
    try:
        with transaction() as session:
            link = links.find(session, token, LinkKind.REFRESH, at=at)
            offer = _offer(session, link, hold=True)
            if links.use(session, link, at=at):
                offers.change(
                    session, offer, OfferAction.REFRESH, actor_id=None, party=Party.EMPLOYER, on=today(), at=at
                )  # fmt: skip
                audit.append(
                    session, at=at, actor_id=None, action="offer.refresh", subject_kind="offer",
                    subject_id=str(offer.public_id), details={"by": "link", "version": offer.version},
                )  # fmt: skip
    except (NotFound, Conflict, InvalidInput) as fault:
        return _over(fault)
    return redirect(url_for(".show", token=token), 303)


def _possible(offer: Offer) -> bool:
    """Whether a confirmation means something: not of an offer that is over, or past its own closing date."""
    steps = offers.steps(offer, Party.EMPLOYER)
    return OfferAction.REFRESH in steps and (offer.apply_before is None or offer.apply_before >= today())


def _offer(session: Session, link: AccessLink, *, hold: bool = False) -> Offer:
    query = sa.select(Offer).where(Offer.id == link.offer_id)
    found = session.scalar(query.with_for_update() if hold else query)
    if found is None:
        raise NotFound("link-unknown")
    return found


def _over(fault: PasserelleError) -> Any:
    page = render_template("employer/refresh_over.html", sentence=sentence_for(fault))
    return page, 404 if isinstance(fault, NotFound) else 410 if fault.code.startswith("link-") else 409
