"""Forms of an offer: completing one that waits, changing one, taking one down on behalf of an employer."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from matching import (
    clock,
    offer_entry,
    offer_queries,
    offers,
    organisation_statements as statements,
)
from matching.errors import Conflict, Duplicate, InvalidInput, PasserelleError
from matching.offer_entry import Edited
from matching.store import scope
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import OfferState, Sector

from .. import estimates
from ..db import book, reading, today, transaction
from ..forms import offer_layout as layout, offers as forms
from ..forms.offers import OfferForm
from ..forms.organisations import EmployerForm
from ..notices import done
from ..security import actor, requires
from ..wording import offers as words, own_offers as plain, sentence_for
from . import employer_offer_form as own_form, employer_offers as own
from .offer_shown import who_was_faster
from .offers import pages as pages, sheet

#: States in which an offer is no longer changed.
OVER = (OfferState.FILLED, OfferState.WITHDRAWN)
#: Employers that a search shows.
FOUND = 20
#: Fields of the form, as they go from the form to its check page and back.
TYPED = tuple(name for _, names in layout.SECTIONS for name in names)
#: Fields whose answer is read back in words.
ECHOED = ("starts_on", "apply_before")


@pages.route("/offres/<uuid:ref>/completer", methods=["GET", "POST"])
@requires("offers.edit")
def complete(ref: UUID) -> Any:
    """What is missing first, then the rest of the offer."""
    return _edit(ref, completing=True)


@pages.route("/offres/<uuid:ref>/modifier", methods=["GET", "POST"])
@requires("offers.any")
def edit(ref: UUID) -> Any:
    """Of any offer that is theirs to change; an employer's form keeps its draft."""
    if own.is_employer():
        return own_form.edit(ref)
    return _edit(ref, completing=False)


def _edit(ref: UUID, *, completing: bool) -> Any:
    with reading() as session:
        offer = scope.one(session, scope.offers_to_edit(actor()), Offer.public_id == ref)
        if request.method != "POST":
            if offer.state in OVER:
                return redirect(url_for(".show", ref=ref))
            return _form_page(session, ref, None, completing=completing)
        form = OfferForm.typed(offer)
    conflict, good = None, form.holds(today())
    if request.form.get("etape") == "recalculer":
        with reading() as session:
            return _form_page(session, ref, form, completing=completing), 200 if good else 422
    if good:
        try:
            with transaction() as session:
                before, edited = _save(session, ref, form)
            code, left = _said(before, edited)
            return redirect(done(url_for(".show", ref=ref), code, n=left), 303)
        except (InvalidInput, Duplicate) as fault:
            form.refuse_fault(fault, sentence_for(fault))
        except Conflict as fault:
            conflict = fault
    with reading() as session:
        if conflict is not None and _is_over(session, ref):
            return sheet(session, ref, conflict=who_was_faster(session, ref, conflict)), 409
        page = _form_page(session, ref, form, completing=completing, conflict=conflict)
    return page, 409 if conflict else 422


def _is_over(session: Session, ref: UUID) -> bool:
    """Whether somebody ended the offer while the form was open."""
    return scope.one(session, scope.offers_to_edit(actor()), Offer.public_id == ref).state in OVER


def _save(session: Session, ref: UUID, form: OfferForm) -> tuple[OfferState, Edited]:
    """What was stated of the employer first, for the offer's guards read it; all or nothing."""
    me, on, at = actor(), today(), clock.now()
    offer = scope.one(session, scope.offers_to_edit(me), Offer.public_id == ref)
    offers.expect(offer, form.version.data or 0)
    before, employer = offer.state, offer_queries.employer_of(session, offer)
    changed: list[str] = []
    siret, sector = form.stated_siret, form.stated_sector
    if siret and siret != employer.siret and "siret" in forms.employer_fields(employer, offer.missing):
        holder = session.scalar(scope.organisations(me).where(Organisation.siret == siret))
        if holder is not None and form.attach.data:
            offer_entry.attach(session, offer, holder, version=offer.version, on=on, at=at, actor_id=me.id)
            employer = holder
        else:
            statements.state_siret(session, employer, siret, book(), actor_id=me.id, on=on, at=at)
        changed += ["siret", "sector"] if employer is holder else ["siret"]
    allowed = forms.employer_fields(employer, offer.missing)
    if sector and sector is not employer.sector and "sector" in allowed:
        statements.state_sector(
            session,
            employer,
            sector,
            book(),
            ground=form.ground.data or "employer",
            actor_id=me.id,
            on=on,
            at=at,
        )
        changed.append("sector")
    edited = offer_entry.edit(
        session,
        offer,
        employer,
        form.entry(),
        book(),
        employer_changed=changed,
        version=offer.version,
        on=on,
        at=at,
        actor_id=me.id,
    )
    return before, edited


def _said(before: OfferState, edited: Edited) -> tuple[str, int]:
    """The notice of what became of an edit, and how much is still missing."""
    left = len(edited.missing)
    if edited.after is OfferState.OPEN and before is not OfferState.OPEN:
        return ("offer-resumed" if before is OfferState.ON_HOLD else "offer-opened"), left
    if left and edited.after is not OfferState.OPEN:
        return ("offer-waits-one" if left == 1 else "offer-waits"), left
    if not edited.changed:
        return "offer-unchanged", left
    return ("offer-saved-criteria" if edited.criteria_changed else "offer-saved"), left


def _form_page(
    session: Session,
    ref: UUID,
    form: OfferForm | None,
    *,
    completing: bool,
    conflict: PasserelleError | None = None,
) -> str:
    offer = scope.one(session, scope.offers_to_edit(actor()), Offer.public_id == ref)
    employer = offer_queries.employer_of(session, offer)
    since: tuple[str, ...] = ()
    if conflict is not None and form is not None:
        since = offer_queries.changed_since(session, ref, form.version.data or 0)
        form.version.raw_data, form.version.data = [], offer.version
    shown = form or OfferForm.showing(offer)
    if form is None and employer.sector is not None:
        shown.sector.data = str(employer.sector)
    gaps = list(offer.missing)
    employer_names = forms.employer_fields(employer, gaps)
    first = [
        name
        for name in forms.fields_for(gaps)
        if name not in ("siret", "sector", "ground") or name in employer_names
    ]
    stored = OfferForm.showing(offer) if since else None
    return render_template(
        "offers/edit.html",
        form=shown,
        offer=offer,
        employer=employer,
        words=words,
        completing=completing and bool(gaps),
        gaps=gaps,
        anchors={gap: next((n for n in forms.fields_for([gap]) if n in first), None) for gap in gaps},
        first=first if completing else [],
        sections=_sections(first if completing else []),
        shown=layout.SHOWN,
        pairs=layout.PAIRS,
        echoes=_echoes(shown),
        figures=_figures(session, shown, employer),
        plain=plain,
        conflict=who_was_faster(session, ref, conflict) if conflict else None,
        since=[(words.FIELD_NAMES[name], _as_stored(stored, name)) for name in since] if stored else [],
    )


def _figures(session: Session, form: OfferForm, employer: Organisation) -> estimates.Figures:
    """The aid of those terms, and the count where it was asked for."""
    if request.form.get("etape") == "recalculer":
        return estimates.of_all(session, form, employer)
    return estimates.of_aid(form, employer)


def _as_stored(form: OfferForm, name: str) -> str:
    """What the base holds now, as the form would show it."""
    field = form[forms.FORM_FIELDS.get(name, name)]
    if hasattr(field, "choices"):
        return ", ".join(str(choice.label.text) for choice in field if choice.checked)
    return str(field._value())


def _sections(without: list[str]) -> list[tuple[str, list[str]]]:
    """The sections of the form without the fields that are drawn above them."""
    kept = [(title, [name for name in names if name not in without]) for title, names in layout.SECTIONS]
    return [(title, names) for title, names in kept if names]


def _echoes(form: OfferForm) -> dict[str, str]:
    """Days read back in words: « Lundi 2 décembre 2013 »."""
    from ..wording import weekday

    days = {name: form[name].data for name in ECHOED}
    return {name: weekday(day, year=True).capitalize() for name, day in days.items() if day}


# --- on behalf of an employer


@pages.get("/offres/nouvelle")
@requires("offers.any")
def new() -> str:
    """First the employer: found by name or SIRET, or new. An employer is known: its form is empty."""
    if own.is_employer():
        return own_form.new()
    text = request.args.get("q", "").replace("\0", "").strip()[:200]
    found = []
    if text:
        with reading() as session:
            query = scope.organisations(actor()).where(offer_queries.named(text))
            found = list(
                session.scalars(query.order_by(Organisation.name_key, Organisation.id).limit(FOUND + 1))
            )
    return render_template(
        "offers/new.html",
        q=text,
        found=found[:FOUND],
        more=len(found) > FOUND,
        form=EmployerForm(formdata=None),
        words=words,
    )


@pages.post("/offres/nouvelle")
@requires("offers.edit")
def new_employer() -> Any:
    """An employer that is not in the base yet."""
    form = EmployerForm()
    if form.validate():
        try:
            with transaction() as session:
                me = actor()
                made = statements.create(
                    session,
                    form.name.data,
                    siret=form.stated_siret,
                    sector=Sector(form.sector.data) if form.sector.data else None,
                    actor_id=me.id,
                    on=today(),
                    at=clock.now(),
                )
                ref = made.public_id
            return redirect(url_for(".take", ref=ref), 303)
        except (InvalidInput, Duplicate) as fault:
            form.siret.errors = [sentence_for(fault)]
    return render_template("offers/new.html", q="", found=[], more=False, form=form, words=words), 422


@pages.route("/organisations/<uuid:ref>/offre", methods=["GET", "POST"])
@requires("offers.edit")
def take(ref: UUID) -> Any:
    """The form of a new offer of that employer; a check page before anything is written."""
    form = OfferForm(
        formdata=None, data={"positions": 1, "level": "", "needs_licence": "", "may_be_named": ""}
    )
    if request.method == "POST":
        form = OfferForm()
    good = request.method == "POST" and form.holds(today())
    key = one_time_key()
    if good and request.form.get("etape") == "enregistrer":
        with transaction() as session:
            me = actor()
            employer = scope.one(session, scope.organisations(me), Organisation.public_id == ref)
            made = offer_entry.take(
                session,
                employer,
                form.entry(),
                book(),
                public_id=key,
                agency_id=me.agency_id,
                on=today(),
                at=clock.now(),
                actor_id=me.id,
            )
            target, opened = made.public_id, made.state is OfferState.OPEN
        return redirect(
            done(url_for(".show", ref=target), "offer-taken" if opened else "offer-taken-waits"), 303
        )
    with reading() as session:
        employer = scope.one(session, scope.organisations(actor()), Organisation.public_id == ref)
        if good and request.form.get("etape") == "verifier":
            return _check_page(form, employer, key)
        figures = _figures(session, form, employer)
    page = render_template(
        "offers/take.html",
        form=form,
        employer=employer,
        words=words,
        key=key,
        sections=_sections([]),
        shown=layout.SHOWN,
        pairs=layout.PAIRS,
        echoes=_echoes(form),
        figures=figures,
        plain=plain,
    )
    refused = request.method == "POST" and not good and request.form.get("etape") != "recalculer"
    return (page, 422) if refused else page


def one_time_key() -> UUID:
    """The number of the offer that this form makes: drawn once, sent along with it."""
    try:
        return UUID(request.form.get("cle", ""), version=4)
    except ValueError:
        return uuid4()


def _check_page(form: OfferForm, employer: Organisation, key: UUID) -> str:
    """Everything that was typed, read back, and what the offer will lack."""
    entry = form.entry()
    lines = [
        (title, [(form[name].label.text, _as_stored(form, name), name) for name in names])
        for title, names in layout.SECTIONS
    ]
    return render_template(
        "offers/check.html",
        form=form,
        employer=employer,
        lines=lines,
        shown=layout.SHOWN,
        echoes=_echoes(form),
        key=key,
        typed=[(name, text) for name in TYPED for text in request.form.getlist(name)],
        gaps=offer_entry.judged(employer, entry, book(), today()),
        words=words,
    )
