"""Social clauses: the list with what is urgent, one public contract and its chain, the buyer's year."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from matching import clause_queries as queries, clauses, names
from matching.clause_queries import Line
from matching.clause_sums import share
from matching.errors import Conflict, InvalidInput
from matching.store import scope
from matching.store.campaign import Tender

from ..db import note, reading, today, transaction
from ..forms.clauses import StepForm, TenderForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import clauses as words

pages = Blueprint("clauses", __name__)

Answer = str | Response | tuple[str, int]

HEADER = (
    "Acheteur", "Objet", "Référence", "CPV", "État", "Connu le", "Publication", "Proposée le", "Insérée le",
    "Motif du refus", "Lot", "Intitulé", "Titulaire", "Sous-traitants", "Début", "Fin", "Heures dues", "Heures faites",
    "Attendues à ce jour", "Écart", "Heures de formation", "Par des jeunes des quartiers", "Par d'autres",
    "Pénalité par heure (€)",
)  # fmt: skip
SORTS: dict[str, Any] = {
    "urgence": lambda line: line.urgency,
    "marche": lambda line: names.fold(line.tender.object),
    "acheteur": lambda line: (names.fold(line.tender.buyer), line.urgency),
    "publication": lambda line: line.tender.publishes_on or date.max,
    "ecart": lambda line: 0 if line.gap is None else line.gap,
}


@pages.get("/clauses")
@requires("clauses.read")
def index() -> str | Response:
    on = today()
    with reading() as session:
        lines = queries.lines(session, actor(), on)
    listing = _listing()
    found = _chosen(listing, lines)
    if listing.wants_csv:
        return _export(listing, found, on)
    return render_template(
        "clauses/index.html",
        listing=listing,
        rows=listing.cut(found),
        near=[line for line in lines if line.near],
        late=[(line, lot) for line in lines for lot in line.late],
        known=len(lines),
        on=on,
        words=words,
        may_edit=allows(actor(), "clauses.edit"),
    )


def _listing() -> Listing:
    columns = (
        Column("marche", "Marché", (True,)),
        Column("acheteur", "Acheteur", (True,)),
        Column("urgence", "État", (True,)),
        Column("publication", "Publication", (True,)),
        Column("heures", "Heures faites sur dues", number=True),
        Column("ecart", "Retard ou avance", (True,)),
    )
    filters = (
        Filter("q", "Marché, acheteur, titulaire ou référence"),
        Filter("etape", "État", tuple((key, said) for key, (said, _) in words.STAGES.items()), every="Tous"),
    )
    return Listing.read(columns, filters, sort="urgence")


def _chosen(listing: Listing, lines: Sequence[Line]) -> list[Line]:
    """The lines that the filters leave, in the order asked for. All are in memory: lateness is no column."""
    wanted = names.fold(listing.values["q"]).split()[:6]
    states = words.STAGES.get(listing.values["etape"], ("", None))[1]

    def said(line: Line) -> str:
        tender = line.tender
        holders = (each.holder or "" for each in line.lots)
        return names.fold(" ".join((tender.object, tender.buyer, tender.reference or "", *holders)))

    found = [
        line
        for line in lines
        if (states is None or line.tender.state in states)
        and (not wanted or all(word in said(line) for word in wanted))
    ]
    return sorted(found, key=SORTS[listing.sort], reverse=listing.descending)


def _export(listing: Listing, lines: Sequence[Line], on: date) -> Response:
    """A row a lot; that it was taken away is put on the trail."""
    with transaction() as session:
        note(session, "clauses.export", "clauses", rows=len(lines))
    rows: list[tuple[Any, ...]] = []
    for line in lines:
        tender = line.tender
        first = (
            tender.buyer, tender.object, tender.reference, tender.cpv, words.STATES[tender.state][0], tender.known_on,
            tender.publishes_on, tender.proposed_on, tender.inserted_on, words.REFUSALS.get(tender.refusal or ""),
        )  # fmt: skip
        for each in line.lots:
            lot, totals = each.lot, each.totals
            rows.append((
                *first, lot.number, lot.label, each.holder, lot.subcontractors, lot.starts_on, lot.ends_on,
                _hours(totals.due), _hours(totals.done.worked), _hours(totals.expected), _hours(totals.gap),
                _hours(totals.done.trained), _hours(totals.done.young), _hours(totals.done.others),
                None if lot.penalty_cents is None else lot.penalty_cents / 100,
            ))  # fmt: skip
        if not line.lots:
            rows.append((*first, *(None,) * (len(HEADER) - len(first))))
    return csv_response(f"clauses-sociales-{on:%Y-%m-%d}.csv", HEADER, rows)


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / 60, 2)


# --- one public contract


@pages.get("/clauses/nouveau")
@requires("clauses.edit")
def new() -> str:
    return _form_page(TenderForm(formdata=None, data={"known_on": today()}), None)


@pages.post("/clauses/nouveau")
@requires("clauses.edit")
def create() -> Answer:
    form = TenderForm()
    if not form.validate():
        return _form_page(form, None), 422
    try:
        with transaction() as session:
            made = clauses.know(session, actor(), form.facts(), on=today())
            note(session, "tender.know", "tender", str(made.public_id))
            ref = made.public_id
    except InvalidInput as fault:
        return _form_page(form, None, other=form.refused(fault)), 422
    return redirect(done(url_for(".show", ref=ref), "clause-known"), 303)


@pages.get("/clauses/<uuid:ref>/modifier")
@requires("clauses.edit")
def edit(ref: uuid.UUID) -> str:
    with reading() as session:
        tender = scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
    return _form_page(TenderForm(formdata=None, data=TenderForm.held(tender)), tender)


@pages.post("/clauses/<uuid:ref>/modifier")
@requires("clauses.edit")
def save(ref: uuid.UUID) -> Answer:
    form = TenderForm()
    with reading() as session:
        tender = scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
    if not form.validate():
        return _form_page(form, tender), 422
    try:
        with transaction() as session:
            row = scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
            changed = clauses.edit(
                session, row, form.facts(), party=actor().party, version=form.version.data or 0, on=today()
            )
            if changed:
                note(session, "tender.edit", "tender", str(ref), fields=sorted(changed))
    except InvalidInput as fault:
        return _form_page(form, tender, other=form.refused(fault)), 422
    except Conflict:
        return _form_page(form, tender, conflict=_meanwhile(form, ref)), 409
    return redirect(done(url_for(".show", ref=ref), "clause-edited"), 303)


def _meanwhile(form: TenderForm | StepForm, ref: uuid.UUID) -> str:
    with reading() as session:
        form.renew(scope.one(session, scope.tenders(actor()), Tender.public_id == ref).version)
        return words.faster(queries.last_hand(session, "tender", ref))


def _form_page(
    form: TenderForm, tender: Tender | None, *, other: Sequence[str] = (), conflict: str | None = None
) -> str:
    with reading() as session:
        buyers = queries.buyers(session, actor())
    return render_template(
        "clauses/form.html",
        form=form,
        tender=tender,
        buyers=buyers,
        other=other,
        conflict=conflict,
        words=words,
    )


@pages.get("/clauses/<uuid:ref>")
@requires("clauses.read")
def show(ref: uuid.UUID) -> str:
    return _page(ref)


def _page(
    ref: uuid.UUID, *, sent: StepForm | None = None, other: Sequence[str] = (), conflict: str | None = None
) -> str:
    on, may_edit = today(), allows(actor(), "clauses.edit")
    with reading() as session:
        told = queries.told(session, actor(), ref, on)
    tender = told.line.tender
    forms = [
        sent
        if sent is not None and sent.step == step
        else StepForm(step, formdata=None, data={"on": on, "version": tender.version})
        for step, (action, _, _) in words.STEPS.items()
        if may_edit and tender.state in clauses.TRANSITIONS[action].starts
    ]
    return render_template(
        "clauses/show.html",
        told=told,
        line=told.line,
        tender=tender,
        forms=forms,
        sent=sent,
        other=other,
        conflict=conflict,
        on=on,
        words=words,
        share=share,
        may_edit=may_edit,
    )


@pages.post("/clauses/<uuid:ref>/etapes/<step>")
@requires("clauses.edit")
def take(ref: uuid.UUID, step: str) -> Answer:
    if step not in words.STEPS:
        abort(404)
    form = StepForm(step)
    with reading() as session:
        scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
    if not form.validate():
        return _page(ref, sent=form), 422
    try:
        with transaction() as session:
            tender = scope.one(session, scope.tenders(actor()), Tender.public_id == ref)
            clauses.change(
                session,
                tender,
                form.action,
                actor_id=actor().id,
                party=actor().party,
                on=form.on.data,  # type: ignore[arg-type]  # asked for by the form
                version=form.version.data or 0,
                reason_code=form.reason.data if "reason" in form else None,
                note=form.note.data or "",
            )
            note(session, f"tender.{form.action}", "tender", str(ref))
    except InvalidInput as fault:
        return _page(ref, sent=form, other=form.refused(fault)), 422
    except Conflict:
        return _page(ref, sent=form, conflict=_meanwhile(form, ref)), 409
    return redirect(done(url_for(".show", ref=ref), f"clause-{form.action}"), 303)
