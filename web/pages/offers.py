"""Offers: the list, the sheet of one with what may be done from its state, the search for candidates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from sqlalchemy.orm import Session

from matching import audit, clock, jobs, offer_aid, offer_queries, offers
from matching.errors import Conflict, InvalidInput, NotFound
from matching.offers import OfferAction
from matching.store import scope
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import LIVE_PROPOSALS, OfferState, ProposalState

from ..db import book, reading, today, transaction
from ..forms.offer_steps import StepForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import offers as words, sentence_for
from . import employer_offers as own
from .offer_shown import deadline_of, occupation, who_was_faster

pages = Blueprint("offers", __name__)

#: Offers a page: what an eye takes in.
PER_PAGE = 25
#: An offer that closes within so many days is said to close soon.
SOON = 14

#: The deadline of what still runs; of the rest it means nothing.
RUNS = sa.case((Offer.state.in_((*offer_queries.RUNNING, OfferState.LAPSED)), offer_queries.DEADLINE))


def columns() -> tuple[Column, ...]:
    return (
        Column("offre", "Offre", (Offer.title_key,)),
        Column("employeur", "Employeur", (Organisation.name_key,)),
        Column("etat", "État", (Offer.state,)),
        Column("examiner", "À examiner", (offer_queries.to_examine(actor()),), number=True),
        Column("delai", "Échéance", (RUNS,)),
        Column("postes", "Postes libres", (Offer.positions - Offer.posts_filled,), number=True),
        Column("dispositif", "Dispositif et contrat", (Offer.scheme, Offer.contract_kind)),
    )


def _closes_soon() -> sa.ColumnElement[bool]:
    until = today() + timedelta(days=SOON)
    return sa.and_(Offer.state == OfferState.OPEN, until >= offer_queries.DEADLINE)


def filters() -> tuple[Filter, ...]:
    waiting = offer_queries.to_examine(actor())
    things: dict[str, tuple[str, Any]] = {
        "examiner": ("Propositions à examiner", lambda: waiting > 0),
        "completer": ("À compléter", lambda: Offer.state == OfferState.TO_COMPLETE),
        "bientot": (f"Se ferment sous {SOON} jours", _closes_soon),
    }
    return (
        Filter("q", "Poste, employeur ou référence", where=offer_queries.says),
        Filter(
            "etat",
            "État",
            tuple((str(state), said.capitalize()) for state, (said, _) in words.STATES.items()),
            lambda value: Offer.state == OfferState(value),
            every="Tous",
        ),
        Filter(
            "dispositif",
            "Dispositif",
            tuple((name or words.ORDINARY, label) for name, label in words.SCHEMES.items()),
            lambda value: Offer.scheme.is_(None) if value == words.ORDINARY else Offer.scheme == value,
            every="Tous",
        ),
        Filter(
            "voir",
            "À faire",
            tuple((key, label) for key, (label, _) in things.items()),
            lambda value: things[value][1](),
            every="Toutes les offres",
        ),
    )


@pages.get("/offres")
@requires("offers.any")
def index() -> Response | str:
    """All of them for an advisor; its own for an employer."""
    if own.is_employer():
        return own.index()
    listing = Listing.read(columns(), filters(), sort="delai", size=PER_PAGE, tie=(Offer.title_key, Offer.id))
    with reading() as session:
        query = offer_queries.listed(actor())
        if listing.wants_csv:
            return _csv(listing.every(session, query))
        rows = listing.rows(session, query)
        counts = offer_queries.counts(session, actor(), _closes_soon())
    return render_template(
        "offers/index.html",
        listing=listing,
        rows=rows,
        counts=counts,
        on=today(),
        words=words,
        deadline_of=deadline_of,
    )


def _csv(rows: Any) -> Response:
    header = (
        "Référence", "Poste", "Employeur", "Dispositif", "Contrat", "Mois", "Heures par semaine", "Postes",
        "Postes libres", "État", "Propositions à examiner", "Échéance", "Manque", "Commune", "Début",
    )  # fmt: skip
    lines = (
        (
            offer.reference, offer.title, employer, words.SCHEMES[offer.scheme],
            words.CONTRACTS.get(offer.contract_kind, offer.contract_kind), offer.months, offer.weekly_hours,
            offer.positions, offer.positions - offer.posts_filled, words.STATES[offer.state][0], to_examine,
            deadline_of(offer), words.missing_names(offer.missing), offer.commune, offer.starts_on,
        )
        for offer, employer, _, to_examine in rows
    )  # fmt: skip
    return csv_response(f"offres-{today():%Y-%m-%d}.csv", header, lines)


# --- the sheet


@pages.get("/offres/<uuid:ref>")
@requires("offers.any")
def show(ref: UUID) -> str:
    if own.is_employer():
        return own.show(ref)
    with reading() as session:
        return sheet(session, ref)


def sheet(
    session: Session,
    ref: UUID,
    *,
    form: StepForm | None = None,
    action: OfferAction | None = None,
    conflict: str | None = None,
) -> str:
    """The page of an offer; `form` and `action`: a step that was refused, with what was typed."""
    me = actor()
    offer = scope.one(session, scope.offers(me), Offer.public_id == ref)
    employer = offer_queries.employer_of(session, offer)
    counted = offer_queries.candidates(session, me, offer)
    may_edit = allows(me, "offers.edit") and scope.may_edit(me, offer)
    steps = offers.steps(offer, me.party) if may_edit else ()
    terms, unsaid = words.terms(offer)
    return render_template(
        "offers/show.html",
        offer=offer,
        employer=employer,
        on=today(),
        words=words,
        terms=terms,
        occupation=offer.rome and occupation(session, offer.rome),
        unsaid=unsaid,
        aid=offer_aid.estimate(offer, employer, book(), today()),
        history=offer_queries.history(session, offer),
        candidates=[(said, counted[state]) for state, said in words.CANDIDATES.items() if counted.get(state)],
        closed=sum(count for state, count in counted.items() if state not in LIVE_PROPOSALS),
        to_examine=counted.get(ProposalState.TO_REVIEW, 0),
        search=offer_queries.search(session),
        deadline_day=deadline_of(offer),
        may_edit=may_edit,
        steps=[(each, StepForm.of(each, offer.version, form if each is action else None)) for each in steps],
        form=form if form is not None and action in steps else None,
        refused=action,
        conflict=conflict,
        queue="proposals.queue" if "proposals.queue" in current_app.view_functions else None,
    )


@pages.get("/offres/<uuid:ref>/retirer")
@requires("offers.any")
def withdraw(ref: UUID) -> Response | str:
    """How many live proposals close with the offer, before it is withdrawn."""
    if own.is_employer():
        return own.withdraw(ref)
    with reading() as session:
        return _withdrawal(session, ref, None)


def _withdrawal(session: Session, ref: UUID, form: StepForm | None) -> str:
    offer = scope.one(session, scope.offers_to_edit(actor()), Offer.public_id == ref)
    if OfferAction.WITHDRAW not in offers.steps(offer, actor().party):
        raise NotFound("not-found")
    return render_template(
        "offers/withdraw.html",
        offer=offer,
        live=offer_queries.live_count(session, offer),
        form=StepForm.of(OfferAction.WITHDRAW, offer.version, form),
        words=words,
        action=OfferAction.WITHDRAW,
    )


@pages.post("/offres/<uuid:ref>/etape/<action>")
@requires("offers.any")
def step(ref: UUID, action: str) -> Any:
    """Take a step of the machine (offers.TRANSITIONS), as this actor, on the version that was shown."""
    if action not in words.STEPS:
        raise NotFound("not-found")
    if own.is_employer():
        return own.step(ref, OfferAction(action))
    form, wanted = StepForm(), OfferAction(action)
    wrong, closed = None, 0
    if form.validate():
        try:
            with transaction() as session:
                closed = _take(session, ref, wanted, form)
            return redirect(done(url_for(".show", ref=ref), _said(wanted, closed), n=closed), 303)
        except InvalidInput as fault:
            wrong = sentence_for(fault)
        except Conflict as fault:
            with reading() as session:
                return sheet(
                    session, ref, form=form, action=wanted, conflict=who_was_faster(session, ref, fault)
                ), 409
    if wrong is not None:
        (form.missing if wanted is OfferAction.RETURN else form.reason).errors = [wrong]
    with reading() as session:
        if wanted is OfferAction.WITHDRAW:
            return _withdrawal(session, ref, form), 422
        return sheet(session, ref, form=form, action=wanted), 422


def _take(session: Session, ref: UUID, action: OfferAction, form: StepForm) -> int:
    """Returns how many proposals a withdrawal closed."""
    me, at = actor(), clock.now()
    offer = scope.one(session, scope.offers_to_edit(me), Offer.public_id == ref)
    offers.expect(offer, form.version.data or 0)
    closed = offer_queries.live_count(session, offer) if action is OfferAction.WITHDRAW else 0
    offers.change(
        session,
        offer,
        action,
        actor_id=me.id,
        party=me.party,
        on=today(),
        book=book(),
        organisation=offer_queries.employer_of(session, offer),
        reason=form.reason.data or None,
        missing=list(form.missing.data or ()) if action is OfferAction.RETURN else None,
        at=at,
    )
    audit.append(
        session,
        at=at,
        actor_id=me.id,
        action=f"offer.{action}",
        subject_kind="offer",
        subject_id=str(ref),
        details={"version": offer.version},
    )
    return closed


def _said(action: OfferAction, closed: int) -> str:
    return f"offer-{action}" + {0: "", 1: "-one"}.get(closed, "-many")


# --- the search for candidates


@pages.post("/offres/<uuid:ref>/recherche")
@requires("offers.edit")
def search(ref: UUID) -> Any:
    """Ask the worker for a run of the matcher: it looks at every open offer."""
    with transaction() as session:
        scope.one(session, scope.offers_to_edit(actor()), Offer.public_id == ref)
        at = clock.now()
        job = jobs.submit(session, "match", {}, actor_id=actor().id, at=at)
        audit.append(
            session,
            at=at,
            actor_id=actor().id,
            action="match.ask",
            subject_kind="job",
            subject_id=str(job.public_id),
        )
    return redirect(done(url_for(".show", ref=ref), "search-asked"), 303)
