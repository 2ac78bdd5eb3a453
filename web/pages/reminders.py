"""« Relancer »: an advisor reminds whoever a proposal waits for, in the place of the clock's next reminder."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from matching import clock, reminders, review_acts
from matching.store import scope
from matching.store.organisations import Offer

from ..db import today, transaction
from ..notices import done
from ..security import actor, requires

pages = Blueprint("reminders", __name__)


@pages.post("/propositions/<uuid:ref>/relance")
@requires("proposals.review")
def send(ref: UUID) -> Response:
    """The reminder waits like any message: ten minutes, and for the morning."""
    with transaction() as session:
        proposal = review_acts.locked(session, actor(), ref)
        offer = scope.one(session, scope.offers(actor()), Offer.id == proposal.offer_id).public_id
        reminders.by_hand(session, proposal, actor_id=actor().id, on=today(), at=clock.now())
    return redirect(done(url_for("proposals.show", ref=offer, proposal=ref), "reminder-queued"), 303)
