"""Fragments for an offer being typed: its figures, and the occupations that its title may stand for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from matching.errors import NotFound
from matching.store import scope
from matching.store.organisations import Organisation

from .. import estimates, occupations
from ..db import reading, today
from ..forms.employer_offers import EmployerOfferForm
from ..forms.offers import OfferForm
from ..security import actor, requires
from ..wording import offers as words, own_offers as own
from . import employer_offer_form, employer_offers

pages = Blueprint("estimates", __name__)


@pages.post("/offres/estimation")
@requires("offers.any")
def show() -> Any:
    """The figures of what was typed. Without a script an employer's form comes back whole, and is kept."""
    if employer_offers.is_employer() and "X-Fragment" not in request.headers:
        return employer_offer_form.recalculate(_ref("ref"), estimates.of_all)
    with reading() as session:
        query = scope.organisations(actor())
        if employer_offers.is_employer():
            form: OfferForm = EmployerOfferForm()
        else:
            form, query = OfferForm(), query.where(Organisation.public_id == _ref("organisation"))
        house = scope.one(session, query)
        form.holds(today())
        figures = estimates.of_all(session, form, house)
    page = render_template("employer/estimate.html", figures=figures, words=words, plain=own)
    return page, 429 if figures.refused else 200


@pages.get("/offres/metiers")
@requires("offers.any")
def titles() -> str:
    """Up to three occupations for a title."""
    with reading() as session:
        found = occupations.suggestions(session, request.args.get("poste", "").replace("\0", ""))
    return render_template("employer/titles.html", suggested=found)


def _ref(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise NotFound("not-found") from None
