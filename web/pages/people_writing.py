"""What an advisor writes into a dossier, and the offers that they add by hand. A refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, homes, match_runs, person_edits, person_history, person_homes, person_sheet
from matching.errors import Conflict, InvalidInput, PasserelleError, StaleVersion
from matching.scoring.referential import Referential
from matching.store import scope
from matching.store.organisations import Offer
from matching.store.people import Person

from .. import referential
from ..db import book, note_read, reading, today, transaction
from ..forms import people as forms
from ..notices import done
from ..security import actor, requires
from ..wording import people as words, people_history as past, sentence_for
from .people import pages as pages
from .people_sheet import Typed, page, person_of


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _write(act: Callable[[Session, Person], object], ref: UUID) -> None:
    with transaction() as session:
        act(session, person_of(session, ref))


def _overtaken(ref: UUID, version: int) -> list[str]:
    """Who changed the dossier meanwhile, and what; in words."""
    with reading() as session:
        entries = person_history.changed_since(session, ref, version)
    return [past.overtaken(entry) for entry in entries] or [past.OVERTAKEN]


def _again(
    ref: UUID, typed: Typed, form: forms.Refusable, fault: PasserelleError, version: int
) -> tuple[str, int]:
    """The page with what was typed, and why nothing was written."""
    if isinstance(fault, StaleVersion):
        typed.conflict = _overtaken(ref, version)
        return page(ref, typed), 409
    form.refuse(fault)
    return page(ref, typed), 422


@pages.post("/candidats/<uuid:ref>/reponse")
@requires("people.edit")
def answer(ref: UUID) -> Response | tuple[str, int]:
    """The answer to a missing fact."""
    fact, version, on = request.form.get("fact", ""), _version(), today()
    form = forms.answer_form(fact, person_edits.facts_of(book()), request.form)
    with reading() as session:
        person = person_of(session, ref)
    if form is None or (fact == "rqth" and not person_sheet.may_read_recognition(actor(), person)):
        raise InvalidInput("bad-choice")
    typed = Typed(answers={fact: form})
    if not form.validate():
        return page(ref, typed), 422
    try:
        _write(
            lambda session, person: person_edits.answer(
                session,
                person,
                form.answer(fact),
                book(),
                version=version,
                actor_id=actor().id,
                on=on,
                at=clock.now(),
            ),
            ref,
        )
    except (InvalidInput, StaleVersion) as fault:
        return _again(ref, typed, form, fault, version)
    return redirect(done(url_for(".show", ref=ref), "answer-noted"), 303)


@pages.post("/candidats/<uuid:ref>/domicile")
@requires("people.edit")
def home(ref: UUID) -> Response | tuple[str, int]:
    """A home confirmed by a proof that was seen."""
    version, on = _version(), today()
    with reading() as session:
        person_of(session, ref)
        zones = person_homes.choices(session, on)
    form = forms.HomeForm(request.form, prefix="home")
    form.offer(zones)
    typed = Typed(home=form)
    if not form.validate():
        return page(ref, typed), 422
    since: Any = form.since.data

    def confirm(session: Session, person: Person) -> None:
        zone = None if form.zone.data == forms.OUTSIDE else homes.zone(session, form.zone.data)
        person_edits.confirm_home(
            session,
            person,
            zone,
            since_on=since,
            proof=form.proof.data,
            version=version,
            actor_id=actor().id,
            on=on,
            at=clock.now(),
        )

    try:
        _write(confirm, ref)
    except (InvalidInput, StaleVersion) as fault:
        return _again(ref, typed, form, fault, version)
    except PasserelleError as fault:
        if fault.code != "unknown-zone":
            raise
        return _again(ref, typed, form, fault, version)
    return redirect(done(url_for(".show", ref=ref), "home-confirmed"), 303)


@pages.post("/candidats/<uuid:ref>/contact")
@requires("people.edit")
def contact(ref: UUID) -> Response | tuple[str, int]:
    """That the person was reached."""
    with reading() as session:
        person_of(session, ref)
    form = forms.ContactForm(request.form)
    typed = Typed(contact=form)
    if not form.validate():
        return page(ref, typed), 422
    day: Any = form.day.data
    try:
        _write(
            lambda session, person: person_edits.note_contact(
                session,
                person,
                day=day,
                channel=form.channel.data,
                actor_id=actor().id,
                on=today(),
                at=clock.now(),
            ),
            ref,
        )
    except (InvalidInput, StaleVersion) as fault:
        return _again(ref, typed, form, fault, 0)
    return redirect(done(url_for(".show", ref=ref), "contact-noted"), 303)


# --- the simple fields


@pages.get("/candidats/<uuid:ref>/coordonnees")
@requires("people.edit")
def details(ref: UUID) -> str:
    with reading() as session:
        person = person_of(session, ref)
    note_read("person.read", "person", ref)
    return _details(person, forms.filled(person))


def _details(person: Person, form: forms.PersonForm, **more: Any) -> str:
    return render_template(
        "people/details.html", person=person, form=form, words=words, **{"conflict": [], "theirs": [], **more}
    )


@pages.post("/candidats/<uuid:ref>/coordonnees")
@requires("people.edit")
def edit(ref: UUID) -> Response | tuple[str, int]:
    form, version = forms.PersonForm(request.form), _version()
    with reading() as session:
        person = person_of(session, ref)
    if not form.validate():
        return _details(person, form), 422
    values = form.values()
    try:
        with transaction() as session:
            changed = person_edits.edit(
                session,
                person_of(session, ref),
                values,
                version=version,
                actor_id=actor().id,
                on=today(),
                at=clock.now(),
            )
    except StaleVersion:
        with reading() as session:
            person = person_of(session, ref)
        stored, typed = forms.written(person), forms.typed(values)
        theirs = [
            (past.FIELDS[name], stored[name] or words.EMPTY, typed[name] or words.EMPTY)
            for name in stored
            if stored[name] != typed[name]
        ]
        return _details(person, form, conflict=_overtaken(ref, version), theirs=theirs), 409
    code = "person-edited" if changed else "person-unchanged"
    return redirect(done(url_for(".show", ref=ref), code), 303)


# --- an offer added by hand


@pages.get("/candidats/<uuid:ref>/offres")
@requires("proposals.review")
def offers(ref: UUID) -> str:
    return _offers(ref)


def _offers(ref: UUID, refused: str = "") -> str:
    """Open offers to add; « q » looks for one."""
    me, on = actor(), today()
    looked_for = request.values.get("q", "")[:200].strip()
    with reading() as session:
        person = person_of(session, ref)
        sheet = person_sheet.sheet(session, me, person, on)
        listed = person_sheet.open_offers(session, me, person.id, looked_for, on)
    note_read("person.read", "person", ref)
    return render_template(
        "people/offers.html",
        person=person,
        sheet=sheet,
        listed=listed,
        looked_for=looked_for,
        refused=refused,
        at_most=person_sheet.OFFERS,
        words=words,
    )


@pages.post("/candidats/<uuid:ref>/offres")
@requires("proposals.review")
def add_offer(ref: UUID) -> Response | tuple[str, int]:
    """Propose the person for an offer that the search did not bring."""
    me, on = actor(), today()
    try:
        chosen = UUID(request.form.get("offre", ""))
    except ValueError:
        return _offers(ref, "Choisissez une offre de la liste."), 422
    try:
        with transaction() as session:
            person = person_of(session, ref)
            offer = scope.one(session, scope.offers(me), Offer.public_id == chosen)
            match_runs.add_by_hand(
                session,
                book(),
                referential.stored(session) or Referential.starter(),
                person.id,
                offer.id,
                actor_id=me.id,
                on=on,
                at=clock.now(),
            )
    except (InvalidInput, Conflict) as fault:
        return _offers(ref, sentence_for(fault)), 409 if isinstance(fault, Conflict) else 422
    return redirect(done(url_for(".show", ref=ref), "offer-added"), 303)
