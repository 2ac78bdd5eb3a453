"""Associations of the register and employers of the network: the list of a year, one line and what is noted there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import (
    clock,
    offer_queries,
    outreach,
    outreach_attempts,
    outreach_queries as queries,
    outreach_register,
)
from matching.call_list import TO_CALL
from matching.errors import Conflict, IllegalTransition, InvalidInput, StaleVersion
from matching.outreach import NO_ANSWER, REFUSALS
from matching.outreach_offers import Hire
from matching.store import scope
from matching.store.accounts import User
from matching.store.campaign import Outreach
from matching.store.organisations import Organisation
from matching.vocabulary import OutreachPurpose, OutreachState

from ..db import note, reading, today, transaction
from ..forms.outreach import FIELD_OF, AssignForm, AttemptForm, NotifiedForm, UndatedForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import offers as offer_words, outreach as words, phone, sentence_for

pages = Blueprint("outreach", __name__)

KIND = "<any(associations, employeurs):kind>"
PER_PAGE = 25
HEADER = (
    "Année", "Nom", "RNA", "SIRET", "Domaine", "Commune", "Subvention (€)", "État", "Motif", "Responsable", "Échéance",
    "Notifiée le", "Avec la clause", "Dernière démarche", "Emplois promis", "Pour le mois", "Contact", "Téléphone",
    "Courriel",
)  # fmt: skip


@pages.get("/associations")
@requires("outreach.read")
def index() -> Response | str:
    """The associations of a grant year."""
    return _list(OutreachPurpose.AVENIR)


@pages.get("/employeurs")
@requires("outreach.people")
def employers() -> Response | str:
    """The employers of the campaign of a year."""
    return _list(OutreachPurpose.FRANC)


def _list(purpose: OutreachPurpose) -> Response | str:
    on = today()
    with reading() as session:
        years = queries.years(session, actor(), purpose)
        year = _year(years, on)
        found = queries.year_hires(session, purpose, year, on)
        listing = Listing.read(
            _columns(purpose),
            _filters(session, purpose, year, found, on),
            sort="ordre",
            size=PER_PAGE,
            tie=(Outreach.id,),
            keep=("annee",),
        )
        query = queries.listed(actor(), purpose, year)
        if listing.wants_csv:
            return _csv(purpose, listing.every(session, query))
        rows = listing.rows(session, query)
        chain = queries.chain(session, actor(), purpose, year, found)
        undated = outreach_register.undated(session) if purpose is OutreachPurpose.AVENIR else []
    return render_template(
        "campaign/index.html",
        purpose=purpose,
        year=year,
        years=years,
        listing=listing,
        rows=rows,
        chain=chain,
        undated=undated,
        form=UndatedForm(formdata=None),
        wrong=None,
        may_date=allows(actor(), "imports.run"),
        sees_people=allows(actor(), "outreach.people"),
        is_late=queries.is_late,
        on=on,
        words=words,
        offer_words=offer_words,
    )


def _year(years: list[int], on: date) -> int:
    asked = request.args.get("annee", "")
    if asked.isascii() and asked.isdecimal() and len(asked) == 4:
        return int(asked)
    return years[0] if years else on.year


def _columns(purpose: OutreachPurpose) -> tuple[Column, ...]:
    second = (
        Column("ordre", "Domaine et subvention", queries.SPORT_FIRST)
        if purpose is OutreachPurpose.AVENIR
        else Column("ordre", "Activité", (Organisation.naf, Organisation.name_key))
    )
    return (
        Column("choix", "Choisir", hidden=True),
        Column(
            "nom",
            "Association" if purpose is OutreachPurpose.AVENIR else "Employeur",
            (Organisation.name_key,),
        ),
        second,
        Column("etat", "Où on en est", (Outreach.state,)),
        Column("qui", "Responsable", (User.name,)),
        Column("echeance", "Échéance", (Outreach.due_on,)),
        Column("demarche", "Dernière démarche", (queries.LAST_ATTEMPT,)),
    )


def _filters(
    session: Session, purpose: OutreachPurpose, year: int, found: list[Hire], on: date
) -> tuple[Filter, ...]:
    least = queries.least_told(actor())
    stages = [each for each in queries.STAGES[1:] if each != "notified" or purpose is OutreachPurpose.AVENIR]
    if least:  # who is still there of one hire, by the name of the employer
        stages.remove("still_there")
    to_do = {
        "retard": queries.late(on),
        "personne": Outreach.owner_id.is_(None),
        "moi": Outreach.owner_id == actor().id,
    }
    kind = [
        Filter("q", "Nom ou SIRET", where=offer_queries.named),
        Filter(
            "etat",
            "Où on en est",
            tuple((str(state), label) for state, (label, _) in words.STATES.items()),
            lambda value: Outreach.state == OutreachState(value),
        ),
        Filter(
            "etape",
            "Étape atteinte",
            tuple((each, words.CHAIN[each][0]) for each in stages),
            lambda value: queries.reached(value, found),
            every="Toutes les étapes",
        ),
        Filter("suivre", "À suivre", words.TO_DO, lambda value: to_do[value]),
        Filter(
            "qui",
            "Responsable",
            tuple((str(each.id), each.name) for each in queries.holders(session, purpose, year)),
            lambda value: Outreach.owner_id == int(value),
            every="Tous",
        ),
        Filter(
            "motif",
            "Motif de refus",
            tuple((code, words.REASONS[code]) for code in (*REFUSALS[:-1], NO_ANSWER)),
            lambda value: Outreach.refusal == value,
            every="Tous",
        ),
    ]
    if purpose is OutreachPurpose.AVENIR:
        fields = tuple(
            (each, words.FIELDS.get(each, each)) for each in queries.fields(session, purpose, year)
        )
        kind.insert(
            2, Filter("domaine", "Domaine", fields, lambda value: Organisation.field == value, every="Tous")
        )
    return tuple(kind)


def _csv(purpose: OutreachPurpose, rows: Any) -> Response:
    """Organisations with whom to ask for there; on the trail, like every copy that leaves."""
    with transaction() as session:
        note(session, "outreach.export", "outreach", purpose=str(purpose), rows=len(rows))
    lines = (
        (
            row.Outreach.year, row.Organisation.name, row.Organisation.rna, row.Organisation.siret,
            words.FIELDS.get(row.Organisation.field or "", row.Organisation.field), row.Organisation.commune,
            row.amount / 100 if row.amount is not None else None, words.STATES[row.Outreach.state][0],
            words.REASONS.get(row.Outreach.refusal or ""), row.owner, row.Outreach.due_on, row.Outreach.notified_on,
            row.Outreach.with_clause, row.tried_on, row.Outreach.posts_promised,
            row.Outreach.target_month and words.month(row.Outreach.target_month), row.Organisation.contact_name,
            phone(row.Organisation.contact_phone), row.Organisation.contact_email,
        )
        for row in rows
    )  # fmt: skip
    return csv_response(f"{words.KINDS[purpose][3]}-{today():%Y-%m-%d}.csv", HEADER, lines)


# --- one line


@pages.get("/associations/<uuid:ref>")
@requires("outreach.read")
def show(ref: UUID) -> str:
    return page("associations", ref)


@pages.get("/employeurs/<uuid:ref>")
@requires("outreach.people")
def employer(ref: UUID) -> str:
    return page("employeurs", ref)


def address(kind: str, ref: UUID) -> str:
    """Where the sheet of a line is."""
    return url_for("outreach.show" if kind == "associations" else "outreach.employer", ref=ref)


def list_address(kind: str, **state: Any) -> str:
    return url_for("outreach.index" if kind == "associations" else "outreach.employers", **state)


def page(
    kind: str,
    ref: UUID,
    *,
    attempt: AttemptForm | None = None,
    given: AssignForm | None = None,
    letter: NotifiedForm | None = None,
    conflict: str | None = None,
) -> str:
    """The sheet; the forms that are given keep what was typed."""
    purpose, on = words.PURPOSES[kind], today()
    with reading() as session:
        sheet = queries.sheet(session, actor(), purpose, ref, on=on)
        people = queries.owners(session, actor(), purpose)
    attempt = (attempt or AttemptForm(formdata=None, done_on=on)).of(sheet.row.state, on)
    attempt.version.data = sheet.row.version
    attempt.version.raw_data = []
    faulty = next((form for form in (attempt, given, letter) if form is not None and form.errors), None)
    return render_template(
        "campaign/show.html",
        kind=kind,
        sheet=sheet,
        attempt=attempt,
        given=(given or _given(sheet.row, people, on)).among(people),
        letter=letter
        or NotifiedForm(
            formdata=None,
            sent_on=sheet.row.notified_on,
            clause=("oui" if sheet.row.with_clause else "non") if sheet.row.notified_on else None,
        ),
        wrong=faulty,
        conflict=conflict,
        may_note=scope.may_note(actor(), sheet.row),
        sees_people=allows(actor(), "outreach.people"),
        to_call=sheet.row.state in TO_CALL,
        least=queries.least_told(actor()),
        late=queries.is_late(sheet.row, on),
        on=on,
        phone=phone,
        words=words,
        offer_words=offer_words,
    )


def _given(row: Outreach, people: Sequence[User], on: date) -> AssignForm:
    """Who has the line and until when; of nobody's, whoever reads it."""
    wanted = row.owner_id or actor().id
    owner = next((str(each.public_id) for each in people if each.id == wanted), None)
    return AssignForm(
        formdata=None, owner=owner, due_on=row.due_on if row.due_on and row.due_on >= on else None
    )


def locked(session: Session, kind: str, ref: UUID) -> Outreach:
    """The line, if this account writes on it. Raises NotFound."""
    return scope.one(
        session,
        scope.outreaches_to_note(actor()).with_for_update(),
        Outreach.public_id == ref,
        Outreach.purpose == words.PURPOSES[kind],
    )


@pages.post(f"/{KIND}/<uuid:ref>/demarche")
@requires("outreach.note")
def attempt(kind: str, ref: UUID) -> Response | tuple[str, int]:
    """One try and what came of it: the line takes its steps in the same transaction."""
    form = AttemptForm()
    try:
        with transaction() as session:
            row = locked(session, kind, ref)
            if not form.of(row.state, today()).validate():
                return page(kind, ref, attempt=form), 422
            outreach.expect(row, form.version.data or 0)
            made = outreach_attempts.note(
                session,
                row,
                form.made(),
                actor_id=actor().id,
                party=actor().party,
                on=today(),
                at=clock.now(),
            )
            note(session, "outreach.attempt", "outreach", str(ref), result=made.result)
    except StaleVersion:
        return page(kind, ref, attempt=form, conflict=_overtaken(kind, ref)), 409
    except (InvalidInput, IllegalTransition) as fault:
        field = FIELD_OF.get(fault.code)
        if field is None:
            return page(kind, ref, attempt=form, conflict=sentence_for(fault)), 422
        form[field].errors = [sentence_for(fault)]
        return page(kind, ref, attempt=form), 422
    return redirect(done(address(kind, ref), "demarche-notee"), 303)


def _overtaken(kind: str, ref: UUID) -> str:
    """Who did what last."""
    with reading() as session:
        sheet = queries.sheet(session, actor(), words.PURPOSES[kind], ref, on=today())
    last = next(iter(sheet.events), None)
    who = last.who if last is not None and last.who else "Passerelle"
    return f"{who} a fait avancer cette ligne entre-temps : {words.IN_SENTENCE[sheet.row.state]}."


@pages.post(f"/{KIND}/<uuid:ref>/attribution")
@requires("outreach.note")
def assign(kind: str, ref: UUID) -> Response | tuple[str, int]:
    form = AssignForm()
    try:
        with transaction() as session:
            row = locked(session, kind, ref)
            people = queries.owners(session, actor(), row.purpose)
            owner = next((each for each in people if str(each.public_id) == form.owner.data), None)
            if not form.among(people).validate() or owner is None:
                if owner is None and not form.owner.errors:
                    form.owner.errors = ["Choisissez quelqu'un de la liste."]
                return page(kind, ref, given=form), 422
            outreach.assign(
                session,
                row,
                owner,
                form.day,
                actor_id=actor().id,
                party=actor().party,
                on=today(),
            )
            note(session, "outreach.assign", "outreach", str(ref))
    except InvalidInput as fault:
        wrong = form.due_on if fault.code == "outreach-due-past" else form.owner
        wrong.errors = [sentence_for(fault)]
        return page(kind, ref, given=form), 422
    except Conflict:
        return page(kind, ref, given=form, conflict=_overtaken(kind, ref)), 409
    return redirect(done(address(kind, ref), "ligne-attribuee"), 303)


@pages.post("/associations/<uuid:ref>/notification")
@requires("outreach.note")
def notified(ref: UUID) -> Response | tuple[str, int]:
    """The day the letter of the grant left, and whether it carried the clause."""
    form = NotifiedForm()
    try:
        with transaction() as session:
            row = locked(session, "associations", ref)
            if not form.validate():
                return page("associations", ref, letter=form), 422
            outreach.notify(
                session,
                row,
                form.day,
                with_clause=form.clause.data == "oui",
                actor_id=actor().id,
                party=actor().party,
                on=today(),
            )
            note(session, "outreach.notified", "outreach", str(ref))
    except InvalidInput as fault:
        form.sent_on.errors = [sentence_for(fault)]
        return page("associations", ref, letter=form), 422
    return redirect(done(address("associations", ref), "ligne-notifiee"), 303)


@pages.post(f"/{KIND}/<uuid:ref>/courrier")
@requires("outreach.note")
def no_mail(kind: str, ref: UUID) -> Response:
    """The organisation asks not to be written to, or may be written to again."""
    wished = request.form.get("refuse") == "oui"
    with transaction() as session:
        row = locked(session, kind, ref)
        outreach.no_mail(session, row, wished=wished, actor_id=actor().id, party=actor().party, on=today())
        note(session, "outreach.no_mail" if wished else "outreach.mail", "outreach", str(ref))
    return redirect(done(address(kind, ref), "courrier-refuse" if wished else "courrier-accepte"), 303)


@pages.post("/associations/annee")
@requires("imports.run")
def date_grants() -> Response | tuple[str, int]:
    """The year of the grants that one file brought without."""
    form, text = UndatedForm(), request.form.get("fichier", "")
    try:
        ref = UUID(text) if text else None
    except ValueError:
        ref = None
    if form.validate():
        try:
            with transaction() as session:
                made = outreach_register.date_grants(session, ref, form.said, actor_id=actor().id, on=today())
                note(session, "outreach.year", "import", text or None, year=form.said)
        except InvalidInput as fault:
            form.year.errors = [sentence_for(fault)]
        else:
            year = form.said
            said = "annee-dite" if made > 1 else "annee-dite-une"
            return redirect(done(url_for(".index", annee=year), said, n=made, annee=year), 303)
    return _undated(form, text), 422


def _undated(form: UndatedForm, text: str) -> str:
    with reading() as session:
        undated = outreach_register.undated(session)
    return render_template("campaign/undated.html", undated=undated, form=form, wrong=text, words=words)
