"""An employer's own offers: the list, the sheet in plain words, the steps taken there.

The addresses that an advisor shares (`/offres`, `/offres/<ref>`) come here from the pages of offers.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from matching import audit, clock, offer_aid, offer_drafts, offer_queries, offers, workdays
from matching.errors import Conflict, InvalidInput, NotFound
from matching.offers import OfferAction
from matching.store import scope
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import OfferState, Role

from ..db import book, reading, today, transaction
from ..forms.offer_steps import StepForm
from ..notices import done
from ..security import actor
from ..wording import offers as words, own_offers as own, sentence_for
from .offer_shown import deadline_of, occupation, who_was_faster

#: An offer is read within so many working days.
READ_IN = 2
#: Offers that are over: shown apart, no longer changed.
OVER = (OfferState.FILLED, OfferState.WITHDRAWN)
#: In the order in which they want something of the employer.
ORDER = (
    OfferState.TO_COMPLETE,
    OfferState.LAPSED,
    OfferState.SUBMITTED,
    OfferState.OPEN,
    OfferState.ON_HOLD,
    OfferState.DRAFT,
)
#: Steps that an employer may take on its own page; sending is the form's business.
STEPS = tuple(own.STEPS)


def is_employer() -> bool:
    return actor().role is Role.EMPLOYER


# --- the list and the sheet


def index() -> str:
    with reading() as session:
        me = actor()
        house = house_of(session)
        rows = sorted(
            session.scalars(scope.offers(me)),
            key=lambda offer: (
                ORDER.index(offer.state) if offer.state in ORDER else len(ORDER),
                offer.title_key,
                offer.id,
            ),
        )
        drafts = offer_drafts.listed(session, me)
    return render_template(
        "employer/offers.html",
        house=house,
        running=[offer for offer in rows if offer.state not in OVER],
        over=[offer for offer in rows if offer.state in OVER],
        drafts=drafts,
        deadline_of=deadline_of,
        on=today(),
        words=words,
        plain=own,
    )


def show(ref: UUID) -> str:
    with reading() as session:
        return _sheet(session, ref)


def _sheet(
    session: Session,
    ref: UUID,
    *,
    form: StepForm | None = None,
    action: OfferAction | None = None,
    conflict: str | None = None,
) -> str:
    offer = scope.one(session, scope.offers(actor()), Offer.public_id == ref)
    house = house_of(session)
    terms, _ = words.terms(offer)
    possible = [each for each in offers.steps(offer, actor().party) if each in STEPS]
    reader = offer_drafts.reader(session, house)
    return render_template(
        "employer/offer.html",
        offer=offer,
        house=house,
        terms=terms,
        occupation=offer.rome and occupation(session, offer.rome),
        aid=offer_aid.estimate(offer, house, book(), today()),
        history=offer_queries.history(session, offer),
        drafted=offer_drafts.find(session, actor(), ref),
        deadline_day=deadline_of(offer),
        over=offer.state in OVER,
        steps=[
            (each, StepForm.of(each, offer.version, form if each is action else None)) for each in possible
        ],
        form=form if form is not None and action in possible else None,
        refused=action,
        conflict=conflict,
        who=own.who_reads(reader.name, reader.agency),
        read_by=read_by(offer.submitted_on),
        on=today(),
        words=words,
        plain=own,
    )


def withdraw(ref: UUID) -> str:
    with reading() as session:
        return _withdrawal(session, ref, None)


def _withdrawal(session: Session, ref: UUID, form: StepForm | None) -> str:
    offer = scope.one(session, scope.offers(actor()), Offer.public_id == ref)
    if OfferAction.WITHDRAW not in offers.steps(offer, actor().party):
        raise NotFound("not-found")
    return render_template(
        "employer/withdraw.html",
        offer=offer,
        form=_asking(StepForm.of(OfferAction.WITHDRAW, offer.version, form), OfferAction.WITHDRAW),
        plain=own,
    )


def _asking(form: StepForm, action: OfferAction) -> StepForm:
    if action in own.REASONS:
        form.reason.label.text = own.REASONS[action]
    return form


def step(ref: UUID, action: OfferAction) -> Any:
    """Hold, resume, confirm or withdraw an offer of one's own, on the version that was shown."""
    if action not in STEPS:
        raise NotFound("not-found")
    form = StepForm()
    if form.validate():
        try:
            with transaction() as session:
                _take(session, ref, action, form)
            return redirect(done(url_for("offers.show", ref=ref), f"own-{action}"), 303)
        except InvalidInput as fault:
            form.reason.errors = [sentence_for(fault)]
        except Conflict as fault:
            with reading() as session:
                return _sheet(
                    session, ref, form=form, action=action, conflict=who_was_faster(session, ref, fault)
                ), 409
    with reading() as session:
        if action is OfferAction.WITHDRAW:
            return _withdrawal(session, ref, form), 422
        return _sheet(session, ref, form=form, action=action), 422


def _take(session: Session, ref: UUID, action: OfferAction, form: StepForm) -> None:
    me, at = actor(), clock.now()
    offer = scope.one(session, scope.offers(me), Offer.public_id == ref)
    offers.expect(offer, form.version.data or 0)
    offers.change(
        session, offer, action, actor_id=me.id, party=me.party, on=today(), reason=form.reason.data or None, at=at
    )  # fmt: skip
    audit.append(
        session,
        at=at,
        actor_id=me.id,
        action=f"offer.{action}",
        subject_kind="offer",
        subject_id=str(ref),
        details={"version": offer.version},
    )


def house_of(session: Session) -> Organisation:
    """The organisation that is signed in."""
    return scope.one(session, scope.organisations(actor()))


def read_by(sent_on: date | None) -> date:
    return workdays.after(sent_on or today(), READ_IN)
