"""The agreements of an aided contract: the first one, its renewals, the bilan that each renewal needs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from flask import abort, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import agreement_guards, agreements, audit, clock, placement_queries
from matching.errors import Conflict, InvalidInput
from matching.placement_queries import Hire

from .. import agreed
from ..agreed import Card
from ..db import book, note_read, reading, today, transaction
from ..forms.aided import AgreementForm, ReviewForm
from ..notices import done
from ..security import actor, requires
from ..wording import aided as words, placements as hires, sentence_for
from .aided import pages as pages


@pages.get("/placements/<uuid:ref>/conventions")
@requires("placements.read")
def show(ref: uuid.UUID) -> str:
    page = _page(ref)
    note_read("placement.read", "placement", ref)
    return page


def _page(
    ref: uuid.UUID,
    *,
    form: AgreementForm | None = None,
    review: ReviewForm | None = None,
    conflict: str | None = None,
) -> str:
    on = today()
    with reading() as session:
        hire = placement_queries.hire(session, actor(), ref)
        card = agreed.card_of(session, hire.placement, book())
        if card is None:
            abort(404)
        bounds = agreement_guards.bounds_of(session, hire.placement, book(), on) if card.open else None
    if card.open and form is None:
        form = _blank(card, hire)
    return render_template(
        "aided/show.html",
        hire=hire,
        card=card,
        bounds=bounds,
        form=form if card.open else None,
        review=review or ReviewForm(formdata=None, data={"held_on": on}),
        conflict=conflict,
        waits=_waits(card),
        on=on,
        words=words,
        hires=hires,
    )


def _waits(card: Card) -> bool:
    """Whether the last agreement's bilan is still to be noted."""
    return card.open and card.last is not None and card.last.review_on is None


def _blank(card: Card, hire: Hire) -> AgreementForm:
    """What is known already is not asked again: the first one follows the contract, a renewal the one before it."""
    last, placement = card.last, hire.placement
    data: dict[str, object] = {"number": str(card.number)}
    if last is not None:
        data |= {
            "agreement_starts_on": last.ends_on + timedelta(days=1),
            "aided_hours": _decimal(last.weekly_hours),
            "rate": _decimal(last.rate_bp / 100),
            "rate_source": last.rate_source,
        }
    else:
        data |= {
            "reference": placement.aid_number,
            "decided_on": placement.aid_decision_on,
            "agreement_starts_on": placement.starts_on,
            "aided_hours": _decimal(placement.weekly_hours) if placement.weekly_hours else None,
        }
    form = AgreementForm(formdata=None, data=data)
    if last is None or placement.planned_end_on is None:
        del form.contract_ends_on
    return form


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:g}")


@pages.post("/placements/<uuid:ref>/conventions")
@requires("placements.edit")
def add(ref: uuid.UUID) -> str | Response | tuple[str, int]:
    form = AgreementForm()
    with reading() as session:
        hire = placement_queries.hire(session, actor(), ref)
        card = agreed.card_of(session, hire.placement, book())
    if card is None:
        abort(404)
    if card.last is None or hire.placement.planned_end_on is None:
        del form.contract_ends_on
    if not form.validate():
        return _page(ref, form=form), 422
    number = _number(form.number.data, card.number)
    try:
        with transaction() as session:
            hire = placement_queries.hire(session, actor(), ref)
            agreements.add(
                session,
                hire.placement,
                form.terms(),
                number=number,
                actor_id=actor().id,
                party=actor().party,
                on=today(),
                book=book(),
            )
            _trail(session, ref, "first" if number == 1 else "renew", number)
    except Conflict as fault:
        return _page(ref, form=form, conflict=sentence_for(fault)), 409
    except InvalidInput as fault:
        form.refused(fault)
        return _page(ref, form=form), 422
    said = "agreement-first" if number == 1 else "agreement-renew"
    return redirect(done(url_for(".show", ref=ref), said), 303)


@pages.post("/placements/<uuid:ref>/conventions/bilan")
@requires("placements.edit")
def review(ref: uuid.UUID) -> str | Response | tuple[str, int]:
    form = ReviewForm()
    with reading() as session:
        hire = placement_queries.hire(session, actor(), ref)
        card = agreed.card_of(session, hire.placement, book())
    if card is None:
        abort(404)
    if not form.validate():
        return _page(ref, review=form), 422
    number = _number(form.number.data, card.number - 1)
    try:
        with transaction() as session:
            hire = placement_queries.hire(session, actor(), ref)
            agreements.note_review(
                session,
                hire.placement,
                number,
                held_on=form.held_on.data,  # type: ignore[arg-type]  # asked for by the form
                actor_id=actor().id,
                party=actor().party,
                on=today(),
                book=book(),
            )
            _trail(session, ref, "review", number)
    except Conflict as fault:
        return _page(ref, conflict=sentence_for(fault)), 409
    except InvalidInput as fault:
        form.held_on.errors = [hires.refusal(fault)]
        return _page(ref, review=form), 422
    return redirect(done(url_for(".show", ref=ref), "agreement-review"), 303)


def _number(typed: str | None, else_: int) -> int:
    """The agreement that a form was opened for; the one at hand when it does not say."""
    return int(typed) if typed and typed.isascii() and typed.isdecimal() and len(typed) < 4 else else_


def _trail(session: Session, ref: uuid.UUID, action: str, number: int) -> None:
    audit.append(
        session,
        at=clock.now(),
        actor_id=actor().id,
        action=f"agreement.{action}",
        subject_kind="placement",
        subject_id=str(ref),
        details={"number": number},
    )
