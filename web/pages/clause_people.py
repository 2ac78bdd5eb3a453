"""Who gives hours to a lot: found in the caseload, or not followed here; corrected, taken off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import abort, redirect, render_template, request, url_for

from matching import clause_people, person_search
from matching.clause_queries import Member, Sheet
from matching.errors import Conflict, Duplicate, InvalidInput
from matching.store import scope
from matching.store.campaign import Lot
from matching.store.people import Person

from ..db import note, note_read, reading, transaction
from ..forms.clauses import PersonForm
from ..notices import done
from ..security import actor, requires
from ..wording import clauses as words, sentence_for
from .clause_grid import meanwhile, page_of, sheet_of, version
from .clause_lots import pages as pages
from .clauses import Answer

#: People whom a search shows.
SHOWN = 20


@pages.get("/clauses/lots/<uuid:ref>/personnes/nouvelle")
@requires("clauses.edit")
def person_new(ref: uuid.UUID) -> str:
    """First who: somebody of the caseload by name or identifier, or somebody not followed here."""
    sheet = sheet_of(ref)
    chosen = request.args.get("personne", "")
    if chosen or "ailleurs" in request.args:
        person = _person(chosen) if chosen else None
        form = PersonForm(
            followed=person is not None,
            formdata=None,
            data={
                "person": chosen,
                "version": sheet.lot.version,
                "under_26": "",
                "resident": "",
                "public": "",
            },
        )
        return _form(form, sheet, person, None)
    text = request.args.get("q", "").strip()[:200]
    found: Sequence[Person] = ()
    if text:
        with reading() as session:
            ids = person_search.find(session, scope.people(actor()), text).ids[:SHOWN]
            rows = session.scalars(scope.people(actor()).where(Person.id.in_(ids)))
            found = sorted(rows, key=lambda person: ids.index(person.id))
    return render_template("clauses/find.html", sheet=sheet, typed=text, found=found, words=words)


@pages.post("/clauses/lots/<uuid:ref>/personnes/nouvelle")
@requires("clauses.edit")
def person_add(ref: uuid.UUID) -> Answer:
    sheet = sheet_of(ref)
    chosen = request.form.get("person", "")
    person = _person(chosen) if chosen else None
    form = PersonForm(followed=person is not None)
    if not form.validate():
        return _form(form, sheet, person, None), 422
    try:
        with transaction() as session:
            lot = scope.one(session, scope.lots(actor()), Lot.public_id == ref)
            clause_people.add(
                session,
                lot,
                form.facts(person.id if person else None),
                actor_id=actor().id,
                party=actor().party,
                version=form.version.data or 0,
            )
            note(session, "lot.person_add", "lot", str(ref), followed=person is not None)
            if person is not None:
                note(session, "clause_person.add", "person", str(person.public_id))
    except (InvalidInput, Duplicate) as fault:
        return _form(form, sheet, person, None, other=form.refused(fault)), 422
    except Conflict:
        form.renew(sheet_of(ref).lot.version)
        return _form(form, sheet, person, None, conflict=meanwhile(ref)), 409
    return redirect(done(url_for(".lot", ref=ref), "clause-person-added"), 303)


@pages.get("/clauses/lots/<uuid:ref>/personnes/<uuid:who>")
@requires("clauses.edit")
def person_edit(ref: uuid.UUID, who: uuid.UUID) -> str:
    sheet, member = _member(ref, who)
    form = PersonForm(
        followed=member.followed, formdata=None, data=PersonForm.shown(member, sheet.lot.version)
    )
    page = _form(form, sheet, None, member)
    note_read("lot.read", "lot", ref)
    return page


@pages.post("/clauses/lots/<uuid:ref>/personnes/<uuid:who>")
@requires("clauses.edit")
def person_save(ref: uuid.UUID, who: uuid.UUID) -> Answer:
    sheet, member = _member(ref, who)
    form = PersonForm(followed=member.followed)
    if not form.validate():
        return _form(form, sheet, None, member), 422
    try:
        with transaction() as session:
            lot = scope.one(session, scope.lots(actor()), Lot.public_id == ref)
            row = clause_people.on_lot(session, lot, who)
            changed = clause_people.edit(
                session,
                lot,
                row,
                form.facts(row.person_id),
                party=actor().party,
                version=form.version.data or 0,
            )
            if changed:
                note(session, "lot.person_edit", "lot", str(ref), fields=sorted(changed))
                if member.ref is not None:
                    note(session, "clause_person.edit", "person", str(member.ref), fields=sorted(changed))
    except (InvalidInput, Duplicate) as fault:
        return _form(form, sheet, None, member, other=form.refused(fault)), 422
    except Conflict:
        form.renew(sheet_of(ref).lot.version)
        return _form(form, sheet, None, member, conflict=meanwhile(ref)), 409
    return redirect(done(url_for(".lot", ref=ref), "clause-person-edited"), 303)


@pages.post("/clauses/lots/<uuid:ref>/personnes/<uuid:who>/retirer")
@requires("clauses.edit")
def person_drop(ref: uuid.UUID, who: uuid.UUID) -> Answer:
    _, member = _member(ref, who)
    try:
        with transaction() as session:
            lot = scope.one(session, scope.lots(actor()), Lot.public_id == ref)
            row = clause_people.on_lot(session, lot, who)
            clause_people.drop(session, lot, row, party=actor().party, version=version())
            note(session, "lot.person_drop", "lot", str(ref), followed=member.followed)
            if member.ref is not None:
                note(session, "clause_person.drop", "person", str(member.ref))
    except InvalidInput as fault:
        return page_of(ref, other=[sentence_for(fault)]), 422
    except Conflict:
        return page_of(ref, conflict=meanwhile(ref)), 409
    return redirect(done(url_for(".lot", ref=ref), "clause-person-dropped"), 303)


def _member(ref: uuid.UUID, who: uuid.UUID) -> tuple[Sheet, Member]:
    sheet = sheet_of(ref)
    member = sheet.member(who)
    if member is None:
        abort(404)
    return sheet, member


def _person(text: str) -> Person:
    """Somebody of the caseload, by the address of the form. 404 when it is nobody's."""
    try:
        ref = uuid.UUID(text)
    except ValueError:
        abort(404)
    with reading() as session:
        return scope.one(session, scope.people(actor()), Person.public_id == ref)


def _form(
    form: PersonForm,
    sheet: Sheet,
    person: Person | None,
    member: Member | None,
    *,
    other: Sequence[str] = (),
    conflict: str | None = None,
) -> str:
    return render_template(
        "clauses/person_form.html",
        form=form,
        sheet=sheet,
        person=person,
        member=member,
        other=other,
        conflict=conflict,
        words=words,
    )
