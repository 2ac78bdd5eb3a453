"""Writing to an organisation: the model of the agency, one letter with its figures, a batch to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, employs, outreach, outreach_letters as letters, posts_told
from matching.errors import Duplicate, InvalidInput, PasserelleError
from matching.outreach_letters import Model
from matching.store import scope
from matching.store.accounts import User
from matching.store.campaign import Outreach
from matching.store.organisations import Organisation, Subsidy
from matching.vocabulary import OutreachPurpose

from .. import estimates
from ..db import book, note, reading, today, transaction
from ..forms.outreach_letters import LetterForm, ModelForm
from ..notices import done
from ..security import actor, requires
from ..wording import call_list as call_words, euros, outreach as words, phone, sentence_for
from ..wording.outreach_letters import FIELDS, MODELS
from .outreach import KIND, PER_PAGE, address, list_address, locked, pages as pages


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter to one organisation; `barred`: it asked not to be written to."""

    row: Outreach
    house: Organisation
    text: Model
    barred: bool = False


@pages.get(f"/{KIND}/modele")
@requires("outreach.people")
def models(kind: str) -> str:
    return _models(kind, None)


@pages.post(f"/{KIND}/modele")
@requires("outreach.people")
def save_model(kind: str) -> Response | tuple[str, int]:
    """Keep the agency's own model."""
    form = ModelForm()
    if not form.validate():
        return _models(kind, form), 422
    try:
        with transaction() as session:
            made = Model(form.subject.data or "", form.text.data or "")
            letters.save(session, actor().agency_id, words.PURPOSES[kind], made)
            note(session, "outreach.model", "agency", None, purpose=str(words.PURPOSES[kind]))
    except InvalidInput as fault:
        form.text.errors = [sentence_for(fault)]
        return _models(kind, form), 422
    return redirect(done(url_for(".models", kind=kind), "modele-enregistre"), 303)


def _models(kind: str, form: ModelForm | None) -> str:
    purpose = words.PURPOSES[kind]
    with reading() as session:
        held = letters.model(session, actor().agency_id, purpose, MODELS[purpose])
    return render_template(
        "campaign/model.html",
        kind=kind,
        purpose=purpose,
        form=form or ModelForm(formdata=None, subject=held.subject, text=held.text),
        fields=FIELDS,
        words=words,
    )


@pages.get(f"/{KIND}/<uuid:ref>/lettre")
@requires("outreach.people")
def letter(kind: str, ref: UUID) -> str:
    """The model filled in, to change freely before it leaves or is printed."""
    return _letter(kind, ref, None)


@pages.post(f"/{KIND}/<uuid:ref>/lettre")
@requires("outreach.people")
def write(kind: str, ref: UUID) -> Response | str | tuple[str, int]:
    """Send by e-mail, or show to print and note. Both are an attempt."""
    form = LetterForm()
    if not form.validate():
        return _letter(kind, ref, form), 422
    made = Model(form.subject.data or "", form.text.data or "")
    posted = form.how.data == "imprimer"
    act: Any = letters.printed if posted else letters.send
    try:
        with transaction() as session:
            row = locked(session, kind, ref)
            house = scope.one(session, scope.organisations(actor()), Organisation.id == row.organisation_id)
            act(
                session,
                row,
                house,
                made,
                actor_id=actor().id,
                party=actor().party,
                on=today(),
                at=clock.now(),
            )
            note(session, "outreach.letter", "outreach", str(ref), by="letter" if posted else "email")
            sheet = Addressed(row, house, made)
    except Duplicate as fault:
        form.text.errors = [sentence_for(fault)]
        return _letter(kind, ref, form), 409
    except InvalidInput as fault:
        form.text.errors = [sentence_for(fault)]
        return _letter(kind, ref, form), 422
    if posted:
        return _printed(kind, [sheet])
    return redirect(done(address(kind, ref), "courrier-parti"), 303)


def _letter(kind: str, ref: UUID, form: LetterForm | None) -> str:
    purpose = words.PURPOSES[kind]
    with reading() as session:
        row = scope.one(
            session,
            scope.outreaches_to_note(actor()),
            Outreach.public_id == ref,
            Outreach.purpose == purpose,
        )
        [addressed] = _addressed(session, purpose, [row])
    form = form or LetterForm(formdata=None, subject=addressed.text.subject, text=addressed.text.text)
    return render_template("campaign/letter.html", kind=kind, addressed=addressed, form=form, words=words)


def _addressed(session: Session, purpose: OutreachPurpose, rows: list[Outreach]) -> list[Addressed]:
    """The agency's model filled in for each line, in their order."""
    held = letters.model(session, actor().agency_id, purpose, MODELS[purpose])
    ids = {row.organisation_id for row in rows}
    houses = {
        house.id: house for house in session.scalars(sa.select(Organisation).where(Organisation.id.in_(ids)))
    }
    grants = {
        (grant.organisation_id, grant.year): grant.amount_cents
        for grant in session.scalars(sa.select(Subsidy).where(Subsidy.organisation_id.in_(ids)))
    }
    barred = outreach.unwritten(session, ids)
    me = session.scalars(sa.select(User).where(User.id == actor().id)).one()
    pool = estimates.pool(session)
    learnt = employs.learn(session, pool.coder)
    found = []
    for row in rows:
        house = houses[row.organisation_id]
        told = posts_told.told(session, pool, house, purpose, book(), today(), learnt=learnt)
        amount = grants.get((house.id, row.year))
        facts = {
            "organisation": house.name,
            "contact": house.contact_name or "",
            "annee": str(row.year),
            "subvention": euros(amount) if amount is not None else "",
            "metier": told.label or "",
            "aide": call_words.pays(told.aid),
            "candidats": call_words.people(told.about) if told.rome is not None else "",
            "signataire": me.name,
            "agence": actor().agency_name or "",
            "telephone": phone(me.phone) if me.phone else "",
        }
        text = Model(letters.filled(held.subject, facts), letters.filled(held.text, facts))
        found.append(Addressed(row, house, text, house.id in barred))
    return found


# --- several at once


@pages.get(f"/{KIND}/lettres")
@requires("outreach.people")
def batch(kind: str) -> str:
    """The letters of the lines that were ticked, as they would be printed."""
    purpose = words.PURPOSES[kind]
    with reading() as session:
        rows = list(session.scalars(_ticked(purpose)))
        found = _addressed(session, purpose, rows) if rows else []
    return render_template(
        "campaign/batch.html",
        kind=kind,
        letters=[each for each in found if not each.barred],
        barred=[each for each in found if each.barred],
        refused=[],
        on=today(),
        words=words,
        back=list_address(kind),
        noted=False,
        agency=actor().agency_name,
        signer=actor().name,
    )


@pages.post(f"/{KIND}/lettres")
@requires("outreach.people")
def note_batch(kind: str) -> str | tuple[str, int]:
    """Note them as printed and posted: an attempt each, each line with its own answer; then print."""
    purpose = words.PURPOSES[kind]
    refused: list[tuple[str, str]] = []
    written: list[Addressed] = []
    with transaction() as session:
        rows = list(session.scalars(_ticked(purpose)))
        for each in _addressed(session, purpose, rows) if rows else []:
            try:
                with session.begin_nested():
                    letters.printed(
                        session,
                        each.row,
                        each.house,
                        each.text,
                        actor_id=actor().id,
                        party=actor().party,
                        on=today(),
                        at=clock.now(),
                    )
                    note(session, "outreach.letter", "outreach", str(each.row.public_id), by="letter")
            except PasserelleError as fault:
                refused.append((each.house.name, sentence_for(fault)))
            else:
                written.append(each)
    return _printed(kind, written, refused)


def _ticked(purpose: OutreachPurpose) -> sa.Select[Outreach]:
    """The lines that were ticked and on which this account writes, by name."""
    return (
        scope.outreaches_to_note(actor())
        .join(Organisation, Organisation.id == Outreach.organisation_id)
        .where(Outreach.public_id.in_(ticked()), Outreach.purpose == purpose)
        .order_by(Organisation.name_key, Outreach.id)
    )


def ticked() -> list[UUID]:
    """What was ticked in the list; what is no reference is nothing."""
    found = []
    for text in request.values.getlist("ref")[:PER_PAGE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _printed(kind: str, made: list[Addressed], refused: list[tuple[str, str]] | None = None) -> str:
    return render_template(
        "campaign/batch.html",
        kind=kind,
        letters=made,
        barred=[],
        refused=refused or [],
        on=today(),
        words=words,
        back=address(kind, made[0].row.public_id) if len(made) == 1 else list_address(kind),
        noted=True,
        agency=actor().agency_name,
        signer=actor().name,
    )
