"""A lot of a social clause: added, corrected, taken away; who holds it, by its sheet or its name alone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from matching import clause_lots, clauses, offer_queries
from matching.clause_queries import Sheet
from matching.clause_sums import usual
from matching.errors import Conflict, Duplicate, InvalidInput
from matching.store import scope
from matching.store.campaign import Lot, Tender
from matching.store.organisations import Organisation

from ..db import note, reading, transaction
from ..forms.clauses import LotForm
from ..notices import done
from ..security import actor, requires
from ..wording import clauses as words, sentence_for
from .clause_grid import meanwhile, page_of, sheet_of, version
from .clauses import Answer, pages as pages

#: Organisations that a name may mean, at most.
NAMED = 8
#: The holder has no sheet here: its name alone is kept.
FREE = "libre"


@pages.get("/clauses/<uuid:ref>/lots/nouveau")
@requires("clauses.edit")
def lot_new(ref: uuid.UUID) -> str:
    tender, taken = _tender(ref)
    data = {"number": max(taken, default=0) + 1, "starts_on": tender.starts_on, "ends_on": tender.ends_on}
    return _lot_form(LotForm(formdata=None, data=data), tender, None)


@pages.post("/clauses/<uuid:ref>/lots/nouveau")
@requires("clauses.edit")
def lot_create(ref: uuid.UUID) -> Answer:
    tender, _ = _tender(ref)
    form = LotForm()
    good = form.validate()
    good = _holder(form) and good
    if not good:
        return _lot_form(form, tender, None), 422
    try:
        with transaction() as session:
            row = scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
            made = clause_lots.add(session, row, form.facts(_holder_id(session, form)), party=actor().party)
            note(session, "lot.add", "lot", str(made.public_id))
            lot = made.public_id
    except (InvalidInput, Duplicate) as fault:
        return _lot_form(form, tender, None, other=form.refused(fault)), 422
    return redirect(done(url_for(".lot", ref=lot), _said(form, "lot-added")), 303)


@pages.get("/clauses/lots/<uuid:ref>/modifier")
@requires("clauses.edit")
def lot_edit(ref: uuid.UUID) -> str:
    sheet = sheet_of(ref)
    form = LotForm(formdata=None, data=LotForm.shown(sheet.lot, sheet.holder))
    _known_holder(form, sheet)
    return _lot_form(form, sheet.tender, sheet)


@pages.post("/clauses/lots/<uuid:ref>/modifier")
@requires("clauses.edit")
def lot_save(ref: uuid.UUID) -> Answer:
    sheet, form = sheet_of(ref), LotForm()
    good = form.validate()
    good = _holder(form) and good
    if not good:
        return _lot_form(form, sheet.tender, sheet), 422
    try:
        with transaction() as session:
            lot = scope.one(session, scope.lots(actor()), Lot.public_id == ref)
            changed = clause_lots.edit(
                session,
                lot,
                form.facts(_holder_id(session, form)),
                party=actor().party,
                version=form.version.data or 0,
            )
            if changed:
                note(session, "lot.edit", "lot", str(ref), fields=sorted(changed))
    except (InvalidInput, Duplicate) as fault:
        return _lot_form(form, sheet.tender, sheet, other=form.refused(fault)), 422
    except Conflict:
        form.renew(sheet_of(ref).lot.version)
        return _lot_form(form, sheet.tender, sheet, conflict=meanwhile(ref)), 409
    return redirect(done(url_for(".lot", ref=ref), _said(form, "lot-edited")), 303)


@pages.post("/clauses/lots/<uuid:ref>/supprimer")
@requires("clauses.edit")
def lot_drop(ref: uuid.UUID) -> Answer:
    tender = sheet_of(ref).tender.public_id
    try:
        with transaction() as session:
            lot = scope.one(session, scope.lots(actor()), Lot.public_id == ref)
            clause_lots.drop(session, lot, party=actor().party, version=version())
            note(session, "lot.drop", "lot", str(ref))
    except InvalidInput as fault:
        return page_of(ref, other=[sentence_for(fault)]), 422
    except Conflict:
        return page_of(ref, conflict=meanwhile(ref)), 409
    return redirect(done(url_for(".show", ref=tender), "lot-dropped"), 303)


def _tender(ref: uuid.UUID) -> tuple[Tender, Sequence[int]]:
    """The contract, while lots may be added to it, and the numbers taken."""
    with reading() as session:
        tender = scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
        taken = session.scalars(
            scope.lots(actor()).where(Lot.tender_id == tender.id).with_only_columns(Lot.number)
        ).all()
    return tender, taken


def _lot_form(
    form: LotForm,
    tender: Tender,
    sheet: Sheet | None,
    *,
    other: Sequence[str] = (),
    conflict: str | None = None,
) -> str:
    return render_template(
        "clauses/lot_form.html",
        form=form,
        tender=tender,
        sheet=sheet,
        other=other,
        conflict=conflict,
        words=words,
        running=tender.state in clauses.TRANSITIONS[clauses.TenderAction.FINISH].starts,
    )


def _said(form: LotForm, code: str) -> str:
    """An unusual share is recorded, and told."""
    rare = form.share.data is not None and not usual(int(form.share.data * 100))
    return "lot-unusual" if rare else code


def _holder(form: LotForm) -> bool:
    """Offer the organisations that the name may mean; False while one is to be chosen."""
    if not form.holder.data:
        return True
    with reading() as session:
        found = session.scalars(
            scope.organisations(actor())
            .where(offer_queries.named(form.holder.data))
            .order_by(Organisation.name_key, Organisation.id)
            .limit(NAMED)
        ).all()
    if not found:
        form.organisation.data = FREE
        return True
    named = [SelectChoice(str(each.public_id), _called(each)) for each in found]
    form.organisation.choices = [*named, SelectChoice(FREE, f"« {form.holder.data} », sans fiche ici")]
    if form.organisation.data not in [choice.value for choice in form.organisation.choices]:
        form.organisation.errors = ["Des fiches portent ce nom : choisissez la bonne, ou gardez le nom seul."]
        return False
    return True


def _known_holder(form: LotForm, sheet: Sheet) -> None:
    if sheet.lot.holder_id is None:
        return
    with reading() as session:
        held = scope.one(session, scope.organisations(actor()), Organisation.id == sheet.lot.holder_id)
    form.organisation.choices = [SelectChoice(str(held.public_id), _called(held))]
    form.organisation.data = str(held.public_id)


def _called(each: Organisation) -> str:
    return ", ".join(filter(None, (each.name, each.siret or each.commune)))


def _holder_id(session: Session, form: LotForm) -> int | None:
    if not form.holder.data or form.organisation.data in (None, "", FREE):
        return None
    query = scope.organisations(actor())
    return scope.one(session, query, Organisation.public_id == uuid.UUID(form.organisation.data)).id
