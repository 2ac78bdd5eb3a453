"""Aided contracts (CUI, PEC): the list with what is due, a contract entered by hand, the agreements of a contract."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from matching import (
    agreement_guards,
    agreement_queries,
    agreements,
    audit,
    clock,
    names,
    offer_queries,
    person_search,
    placement_guards,
    placement_queries,
    placement_register,
)
from matching.errors import Conflict, InvalidInput
from matching.placement_queries import Hire
from matching.store import scope
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.store.placements import Placement

from .. import agreed
from ..agreed import Card
from ..db import book, note, note_read, reading, today, transaction
from ..forms.aided import AgreementForm, RegisterForm, ReviewForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, requires
from ..tables import csv_response
from ..wording import aided as words, placements as hires, sentence_for

pages = Blueprint("aided", __name__)

#: Days ahead in which a bilan or a renewal is shown as due; a search that finds many shows so many people.
NEAR, SHOWN = 30, 20
STATES = {
    "contrat": placement_guards.UNDER_CONTRACT,
    "fini": tuple(state for state in hires.STATES if state not in placement_guards.UNDER_CONTRACT),
}
HEADER = (
    "Nom", "Prénom", "Employeur", "Contrat aidé", "État", "Premier jour", "Fin du contrat", "Conventions",
    "Convention jusqu'au", "Taux (%)", "Heures aidées", "Cerfa", "Bilan tenu le", "À faire avant le",
)  # fmt: skip


@pages.get("/contrats-aides")
@requires("placements.read")
def index() -> str | Response:
    on = today()
    listing = _listing(on)
    query = agreement_queries.listed(actor(), book())
    if listing.wants_csv:
        return _export(listing, query)
    with reading() as session:
        rows = listing.rows(session, query)
        due = agreement_queries.due(session, actor(), on + timedelta(days=NEAR), on=on)
    return render_template(
        "aided/index.html", listing=listing, rows=rows, due=due, on=on, words=words, hires=hires
    )


def _listing(on: date) -> Listing:
    until = on + timedelta(days=NEAR)

    def called(value: str) -> sa.ColumnElement[bool]:
        if value == "sans":
            return agreement_queries.without_agreement()
        return agreement_queries.calls(value, until, on)

    columns = (
        Column("nom", "Personne", (Person.name_key,)),
        Column("employeur", "Employeur", (Organisation.name_key,)),
        Column("contrat", "Contrat aidé", (Placement.programme, Placement.state)),
        Column("convention", "Convention en cours"),
        Column("echeance", "À faire avant le", (agreement_queries.next_day(),)),
    )
    filters = (
        Filter("q", "Nom de la personne ou de l'employeur", None, _named),
        Filter("a-faire", "À faire sous 30 jours", words.DUE, called, "Tous les contrats"),
        Filter(
            "contrat",
            "Contrat aidé",
            tuple((name, hires.programme(name)) for name in agreement_guards.aided(book())),
            lambda value: Placement.programme == value,
            "Tous",
        ),
        Filter("etat", "État", words.STANDING, lambda value: Placement.state.in_(STATES[value]), "Tous"),
    )
    return Listing.read(columns, filters, sort="nom", tie=(Placement.id,))


def _named(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(_person_named(text), offer_queries.named(text))


def _person_named(text: str) -> sa.ColumnElement[bool]:
    found = names.fold(text).split()[:6]
    return sa.and_(sa.true(), *(Person.name_key.contains(word, autoescape=True) for word in found))


def _export(listing: Listing, query: sa.Select[Any]) -> Response:
    """Every line of the list; that it was taken away is put on the trail."""
    on = today()
    with transaction() as session:
        rows = listing.every(session, query)
        note(
            session,
            "aided.export",
            "caseload",
            rows=len(rows),
            filters=sorted(key for key, value in listing.values.items() if value),
        )
    lines = [
        (
            row.family_name, row.given_names, row.organisation, hires.programme(row.Placement.programme),
            hires.STATES[row.Placement.state][0], row.Placement.starts_on, row.Placement.planned_end_on, row.count,
            row.ends_on, row.rate_bp / 100 if row.rate_bp else None, row.aided_hours, row.reference, row.review_on,
            row.next_day,
        )
        for row in rows
    ]  # fmt: skip
    return csv_response(f"contrats-aides-{on:%Y-%m-%d}.csv", HEADER, lines)


@pages.get("/contrats-aides/nouveau")
@requires("placements.edit")
def new() -> str:
    """Whose contract: somebody of the caseload, by name or identifier."""
    text = request.args.get("q", "").strip()[:200]
    found: Sequence[Person] = ()
    with reading() as session:
        if text:
            ids = person_search.find(session, scope.people(actor()), text).ids[:SHOWN]
            rows = session.scalars(scope.people(actor()).where(Person.id.in_(ids)))
            found = sorted(rows, key=lambda person: ids.index(person.id))
    return render_template("aided/new.html", typed=text, found=found)


@pages.get("/candidats/<uuid:ref>/contrat-aide")
@requires("placements.edit")
def register_form(ref: uuid.UUID) -> str:
    with reading() as session:
        person = scope.one(session, scope.people(actor()), Person.public_id == ref)
    form = RegisterForm(_current(), formdata=None)
    return _register_page(person, form)


@pages.post("/candidats/<uuid:ref>/contrat-aide")
@requires("placements.edit")
def register(ref: uuid.UUID) -> str | Response | tuple[str, int]:
    form = RegisterForm(agreement_guards.aided(book()))
    with reading() as session:
        person = scope.one(session, scope.people(actor()), Person.public_id == ref)
        good = form.validate()
        employer = _employer(session, form)
    if not good or employer is None:
        return _register_page(person, form), 422
    try:
        made = _register(ref, form, employer.id)
    except (InvalidInput, Conflict) as fault:
        form.refused(fault)
        return _register_page(person, form), 409 if isinstance(fault, Conflict) else 422
    return redirect(done(url_for("placements.show", ref=made), "aided-registered"), 303)


def _register(ref: uuid.UUID, form: RegisterForm, employer_id: int) -> uuid.UUID:
    """The contract and its first agreement, or nothing: one transaction."""
    at = clock.now()
    with transaction() as session:
        person = scope.one(session, scope.people(actor()), Person.public_id == ref)
        organisation = scope.one(session, scope.organisations(actor()), Organisation.id == employer_id)
        made = placement_register.register(
            session,
            person,
            organisation,
            form.contract(),
            form.terms(),
            actor_id=actor().id,
            party=actor().party,
            on=today(),
            at=at,
            book=book(),
        )
        note(
            session,
            "placement.register",
            "placement",
            str(made.public_id),
            programme=made.programme,
            diagnosed=bool(form.diagnosed.data),
        )
        return made.public_id


def _register_page(person: Person, form: RegisterForm) -> str:
    return render_template("aided/register.html", person=person, form=form, words=words, hires=hires)


def _current() -> tuple[str, ...]:
    """Aided contracts, those in force today first."""
    day = today().toordinal()
    names = agreement_guards.aided(book())
    return tuple(
        sorted(names, key=lambda name: not book()[name].in_force()[0] <= day < book()[name].in_force()[1])
    )


def _employer(session: Session, form: RegisterForm) -> Organisation | None:
    """The one that was typed or chosen; several or none: the form says so."""
    if not form.employer.data:
        return None
    found = session.scalars(
        scope.organisations(actor())
        .where(offer_queries.named(form.employer.data))
        .order_by(Organisation.name_key, Organisation.id)
        .limit(SHOWN + 1)
    ).all()
    if len(found) == 1:
        return found[0]
    chosen = next((each for each in found if str(each.public_id) == form.organisation.data), None)
    if chosen is not None or not found:
        if chosen is None:
            form.employer.errors = [
                "Aucun employeur connu ne porte ce nom ni ce SIRET : vérifiez-le, ou ajoutez-le par « Offres »."
            ]
        return chosen
    if len(found) > SHOWN:
        form.employer.errors = ["Trop d'employeurs portent ce nom : ajoutez un mot, ou tapez le SIRET."]
        return None
    form.organisation.choices = [
        SelectChoice(str(each.public_id), ", ".join(filter(None, (each.name, each.siret or each.commune))))
        for each in found
    ]
    form.organisation.errors = ["Plusieurs employeurs portent ce nom : choisissez le bon."]
    return None


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
