"""Aided contracts (CUI, PEC): the list with what is due, a contract entered by hand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from matching import (
    agreement_guards,
    agreement_queries,
    clock,
    names,
    offer_queries,
    person_search,
    placement_guards,
    placement_register,
)
from matching.errors import Conflict, InvalidInput
from matching.store import scope
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.store.placements import Placement

from ..db import book, note, reading, today, transaction
from ..forms.aided import RegisterForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, requires
from ..tables import csv_response
from ..wording import aided as words, placements as hires

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
