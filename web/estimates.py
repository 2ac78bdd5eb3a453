"""The figures beside an offer being typed: the aid, and how many people could take the post, never exactly (ux.md §6).

The people are read once a process and kept for a while: a count does not follow the base from one minute to the next,
which nobody needs and which would tell one person from another.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from matching import clock, offer_aid, offer_entry, offer_estimate
from matching.employer_rights import told
from matching.offer_estimate import Estimate, Pool
from matching.postal import Communes
from matching.store.organisations import Organisation
from matching.vocabulary import Verdict

from . import occupations
from .db import book, today, transaction
from .forms.employer_offers import TERMS, EmployerOfferForm, as_with
from .forms.offers import OfferForm
from .security import actor, throttle
from .wording import accounts as accounts_words, own_offers as own

KEY = "passerelle.pool"
#: Seconds that the people are kept.
KEPT = 600
#: Counts that one account may ask for, and in how long: a form takes twenty.
MOST, WITHIN = 60, timedelta(minutes=15)
_lock = threading.Lock()

NOTHING_YET = "Choisissez le contrat, sa durée et les heures par semaine : l'aide s'affiche ici."
ORDINARY = "Un contrat ordinaire n'ouvre pas cette aide. Il reste possible, et bienvenu."
NO_FIGURE = "Le montant dépend de la personne ou d'un point à vérifier : votre conseiller vous le dira."


@dataclass(frozen=True, slots=True)
class Figures:
    """`correct`: something typed cannot be read, no figure is given; `refused`: too many counts were asked for."""

    aid: Any = None
    why: str = NOTHING_YET
    correct: bool = False
    people: Estimate | None = None
    refused: str | None = None

    @property
    def unsaid(self) -> bool:
        """Whether the form does not yet say enough for a figure."""
        return self.aid is None and self.why == NOTHING_YET


def of_aid(form: OfferForm, house: Organisation) -> Figures:
    """The aid of what was typed, without a count. Errors of a form that was not checked are none."""
    if any(name in TERMS and _said(form, name) for name in form.errors):
        return Figures(correct=True)
    if not form.contract_kind.data or not form.scheme.data:
        return Figures()
    entry = form.entry()
    if entry.scheme is None:
        return Figures(why=ORDINARY)
    known = as_with(house, form.said) if isinstance(form, EmployerOfferForm) else house
    aid = offer_aid.estimate(offer_entry.draft(entry), known, book(), today())
    if aid is not None:
        return Figures(aid=aid)
    rights = told(known, book(), offer_entry.day_of(entry, today()))
    right = next((each for each in rights if each.scheme == entry.scheme), None)
    if right is not None and right.verdict is not Verdict.YES:
        return Figures(why=right.because)
    unsaid = entry.weekly_hours is None or (entry.contract_kind == "CDD" and entry.months is None)
    return Figures(why=NOTHING_YET if unsaid else NO_FIGURE)


def _said(form: OfferForm, name: str) -> bool:
    """Whether something was typed there: a field that is still empty is not wrong yet."""
    given = form[name].raw_data
    return bool(given and str(given[0]).strip())


def of_all(session: Session, form: OfferForm, house: Organisation) -> Figures:
    """The aid and the count; each count is counted, and refused when there were too many."""
    found = of_aid(form, house)
    if found.correct or not (form.title.data or "").strip() or form.title.errors:
        return found
    with transaction() as writing:
        wait = throttle.ask(
            writing, "estimate", str(actor().public_id), at=clock.now(), most=MOST, within=WITHIN
        )
    if wait:
        return Figures(found.aid, found.why, refused=own.TOO_MANY.format(time=accounts_words.wait(wait)))
    return Figures(found.aid, found.why, people=_count(session, form))


def _count(session: Session, form: OfferForm) -> Estimate:
    entry = form.entry()
    offer = offer_entry.draft(entry)
    offer.insee_code = Communes.load(session).only(entry.postcode, entry.commune)
    return offer_estimate.estimate(pool(session), offer)


def pool(session: Session) -> Pool:
    """The people of the base as they were at most KEPT seconds ago, the same object meanwhile."""
    on = today()
    with _lock:
        held = current_app.extensions.get(KEY)
        if held is None or held[0] != on or time.monotonic() - held[1] > KEPT:
            made = offer_estimate.pool(session, book(), occupations.referential(session), on=on)
            held = on, time.monotonic(), made
            current_app.extensions[KEY] = held
    found: Pool = held[2]
    return found
