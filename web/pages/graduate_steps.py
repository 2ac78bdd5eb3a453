"""What an advisor notes of an employer for a graduate, and the letter: its forms are on the person's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, graduate_approaches as flow, graduate_queries as queries, own_file, person_rights
from matching.errors import Conflict, Duplicate, IllegalTransition, InvalidInput, StaleVersion
from matching.graduate_approaches import ApproachAction as A
from matching.graduate_queries import Card, Sheet
from matching.store import scope
from matching.store.campaign import PotentialApproach
from matching.store.organisations import Organisation
from matching.vocabulary import Verdict

from ..db import book, note_read, reading, today, transaction
from ..forms.graduates import ApproachForm, LetterForm, VersionForm
from ..notices import done
from ..occupations import coder
from ..security import actor, requires
from ..wording import graduates as words, phone, sentence_for
from .graduates import form_of, franc_of, page, pages as pages, sheet_of

#: the step in the address -> its action (None: the employer is kept, no more), what is said afterwards
STEPS: dict[str, tuple[A | None, str]] = {
    "retenir": (None, "employeur-retenu"),
    "ecarter": (A.SET_ASIDE, "employeur-ecarte"),
    "reprendre": (A.TAKE_BACK, "employeur-repris"),
}
#: code of a refusal -> the field it is about, when not the day
REFUSED_AT = {
    "unknown-channel": "channel",
    "bad-reason": "reason",
    "note-needed": "note",
    "name-not-agreed": "named",
}


def _who() -> dict[str, Any]:
    return {"actor_id": actor().id, "party": actor().party, "on": today(), "at": clock.now()}


def _card(session: Session, sheet: Sheet, employer: UUID) -> Card:
    """That employer for the person: kept, suggested, or one that somebody looked for. Raises NotFound."""
    for card in (*sheet.taken, *sheet.suggested):
        if card.employer.public_id == employer:
            return card
    organisation = scope.one(session, scope.organisations(actor()), Organisation.public_id == employer)
    return queries.other(session, sheet.person.id, organisation, coder(session), book(), today())


def _row(session: Session, sheet: Sheet, card: Card, version: int | None) -> PotentialApproach:
    """The row of the pair, made when nobody had taken the employer up. Raises StaleVersion when somebody just did."""
    if card.row is None:
        return flow.suggest(session, sheet.person, card.employer, card.found, **_who())
    if version != card.row.version:
        raise StaleVersion("stale-version", machine="approach")
    return card.row


@pages.post("/diplomes/<uuid:ref>/employeurs/<uuid:employer>/<any(retenir, ecarter, reprendre):step>")
@requires("graduates.edit")
def step(ref: UUID, employer: UUID, step: str) -> Response | tuple[str, int]:
    """Keep an employer, set it aside, take it back."""
    action, notice = STEPS[step]
    form = VersionForm()
    try:
        with transaction() as session:
            sheet = sheet_of(session, ref)
            card = _card(session, sheet, employer)
            if action is None and card.row is not None:
                raise Duplicate("approach-exists", name=card.employer.name)
            row = _row(session, sheet, card, form.version.data)
            if action is not None:
                flow.change(session, row, action, **_who())
    except InvalidInput as fault:
        return page(ref, conflict=sentence_for(fault)), 422
    except Conflict:
        return page(ref, conflict=_overtaken(ref, employer)), 409
    return redirect(done(url_for(".show", ref=ref), notice), 303)


@pages.post("/diplomes/<uuid:ref>/employeurs/<uuid:employer>/demarche")
@requires("graduates.edit")
def approach(ref: UUID, employer: UUID) -> Response | tuple[str, int]:
    """A contact, an answer. What was typed stays when something is wrong or somebody was faster."""
    form: ApproachForm | None = None
    try:
        with transaction() as session:
            sheet = sheet_of(session, ref)
            card = _card(session, sheet, employer)
            form = form_of(card, sheet, request.form)
            if not form.validate():
                return page(ref, sent=form, employer=employer), 422
            row = _row(session, sheet, card, form.version.data)
            flow.note(session, row, form.action, details=form.details(), **_who())
            if form.named is not None and form.named.data:
                flow.name(row, sheet.person, today())
    except InvalidInput as fault:
        assert form is not None  # read before any guard is asked
        field = form[name] if (name := REFUSED_AT.get(fault.code, "on")) in form else form.on
        field.errors = [sentence_for(fault)]
        return page(ref, sent=form, employer=employer), 422
    except Conflict:
        return page(ref, sent=form, employer=employer, conflict=_overtaken(ref, employer)), 409
    return redirect(done(url_for(".show", ref=ref), "demarche-notee"), 303)


@pages.post("/diplomes/<uuid:ref>/employeurs/<uuid:employer>/annulation")
@requires("graduates.edit")
def undo(ref: UUID, employer: UUID) -> Response | tuple[str, int]:
    """Take the last step back."""
    form = VersionForm()
    try:
        with transaction() as session:
            card = _card(session, sheet_of(session, ref), employer)
            if card.row is None:
                raise IllegalTransition("illegal-step", machine="approach", state="", action="undo")
            flow.undo(session, card.row, version=form.version.data or 0, **_who())
    except InvalidInput as fault:
        return page(ref, conflict=sentence_for(fault)), 422
    except Conflict:
        return page(ref, conflict=_overtaken(ref, employer)), 409
    return redirect(done(url_for(".show", ref=ref), "demarche-annulee"), 303)


def _overtaken(ref: UUID, employer: UUID) -> str:
    with reading() as session:
        sheet = sheet_of(session, ref)
        return words.overtaken(
            next((card for card in sheet.taken if card.employer.public_id == employer), None)
        )


# --- the letter


@pages.get("/diplomes/<uuid:ref>/employeurs/<uuid:employer>/lettre")
@requires("graduates.read")
def letter_form(ref: UUID, employer: UUID) -> str:
    """A model to change; nothing is kept before it is made."""
    shown = _letter(ref, employer, None)
    note_read("person.read", "person", ref)
    return shown


@pages.post("/diplomes/<uuid:ref>/employeurs/<uuid:employer>/lettre")
@requires("graduates.edit")
def letter(ref: UUID, employer: UUID) -> str | tuple[str, int]:
    """The letter to print. It is noted whether it says who the person is; its words are kept nowhere."""
    form = LetterForm()
    if not form.validate():
        return _letter(ref, employer, form), 422
    try:
        with transaction() as session:
            sheet = sheet_of(session, ref)
            card = _card(session, sheet, employer)
            named = bool(form.named.data)
            if not named and words.says_name(form.words.data or "", sheet.person):
                form.words.errors = [words.NAME_IN_LETTER]
                return _letter(ref, employer, form), 422
            row = (
                flow.suggest(session, sheet.person, card.employer, card.found, **_who())
                if card.row is None
                else card.row
            )
            flow.write(session, row, sheet.person, named=named, **_who())
    except InvalidInput as fault:
        field = form.named if fault.code == "name-not-agreed" else form.words
        field.errors = [sentence_for(fault)]
        return _letter(ref, employer, form), 422
    return _letter(ref, employer, form, made=True)


def _letter(ref: UUID, employer: UUID, form: LetterForm | None, *, made: bool = False) -> str:
    on, me = today(), actor()
    with reading() as session:
        sheet = sheet_of(session, ref)
        card = _card(session, sheet, employer)
        standing = person_rights.standing(session, [sheet.person.id], book(), on)
        signer = own_file.signer(session, sheet.person)
    right = franc_of(standing, sheet.person.id)
    aid = card.aid if right is not None and right.verdict is Verdict.YES else None
    agreed = sheet.person.contact_agreed is True
    if form is None:
        named = agreed and request.args.get("nom") == "oui"
        reach = f"Vous me joignez au {phone(signer.phone)}. " if signer.phone else ""
        model = words.letter(
            sheet.line, aid, named=named, signer=me.name, agency=me.agency_name or "l'agence", reach=reach
        )
        form = LetterForm(formdata=None, data={"words": model, "named": named})
    return render_template(
        "graduates/letter.html", sheet=sheet, card=card, form=form, made=made, agreed=agreed, signer=signer,
        me=me, on=on, words=words, phone=phone, paragraphs=words.paragraphs(form.words.data or ""),
    )  # fmt: skip
