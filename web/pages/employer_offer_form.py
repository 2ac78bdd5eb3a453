"""An employer's offer being typed: the form whose draft is kept, the check page, the sending.

The address that an advisor shares (`/offres/<ref>/modifier`) comes here from the pages of offers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from matching import clock, employer_rights, offer_drafts, offer_entry
from matching.errors import Conflict, Duplicate, InvalidInput, NotFound, PasserelleError
from matching.store import scope
from matching.store.messages import OfferDraft
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import OfferState

from .. import estimates
from ..db import book, reading, today, transaction
from ..forms import employer_offers as forms
from ..forms.employer_offers import EmployerOfferForm
from ..notices import done
from ..occupations import suggestions
from ..security import actor, current, requires
from ..wording import offers as words, own_offers as own, sentence_for, weekday
from .employer_offers import OVER, house_of, read_by
from .offer_shown import occupation, who_was_faster

pages = Blueprint("own_offers", __name__)


def new() -> str:
    """An empty form; nothing is written before something is typed."""
    signed_in = current()
    with reading() as session:
        house = house_of(session)
        form = EmployerOfferForm(
            formdata=None, data=forms.blank(house, signed_in.email if signed_in else None)
        )
        return _form_page(session, uuid4(), form, house, offer=None, draft=None)


def edit(ref: UUID) -> Any:
    """GET: the draft of that number, else the offer. POST: keep what was typed, then check it or come back to it."""
    with reading() as session:
        offer, draft = _found(session, ref)
        if request.method != "POST" and offer is None and draft is None:
            raise NotFound("not-found")
        if offer is not None and offer.state in OVER:
            return redirect(url_for("offers.show", ref=ref))
        house = house_of(session)
        if request.method != "POST":
            if draft is not None:
                form = forms.typed(draft.fields, offer)
            else:
                assert offer is not None
                form = EmployerOfferForm(formdata=None, data=forms.values_of(offer))
            return _form_page(session, ref, form, house, offer=offer, draft=draft)
    wrong: list[str] = []
    try:
        _keep(ref)
    except InvalidInput as fault:
        wrong = [sentence_for(fault)]
    if not wrong and request.form.get("etape") == "brouillon":
        return redirect(done(url_for("offers.edit", ref=ref), "own-draft"), 303)
    form = EmployerOfferForm(data=forms.values_of(offer) if offer is not None else None)
    if _holds(form, house) and not wrong:
        return redirect(url_for("own_offers.check", ref=ref), 303)
    with reading() as session:
        offer, draft = _found(session, ref)
        return _form_page(session, ref, form, house, offer=offer, draft=draft, wrong=wrong), 422


@pages.post("/offres/<uuid:ref>/brouillon")
@requires("own.offers")
def save(ref: UUID) -> Any:
    """What a script sends when a field is left: kept, and what is wrong with what was typed told."""
    with reading() as session:
        house = house_of(session)
        offer, _ = _found(session, ref)
    try:
        saved_at = _keep(ref)
    except InvalidInput as fault:
        return render_template("employer/_saved.html", refused=sentence_for(fault), wrong={}), 422
    form = EmployerOfferForm(data=forms.values_of(offer) if offer is not None else None)
    _holds(form, house)
    wrong = {name: found[0] for name, found in form.errors.items() if name and request.form.get(name)}
    return render_template(
        "employer/_saved.html", saved_at=saved_at, wrong=wrong, form=form, words=words, refused=None
    )


def recalculate(
    ref: UUID, figures: Callable[[Session, EmployerOfferForm, Organisation], estimates.Figures]
) -> Any:
    """The form again with the figures of what was typed, which is kept: for who has no script."""
    wrong: list[str] = []
    try:
        _keep(ref)
    except InvalidInput as fault:
        wrong = [sentence_for(fault)]
    with reading() as session:
        house = house_of(session)
        offer, draft = _found(session, ref)
        form = EmployerOfferForm(data=forms.values_of(offer) if offer is not None else None)
        form.holds(today())
        for name in [name for name in form.errors if not request.form.get(name)]:
            form[name].errors = []  # what is still empty is not wrong yet
        shown = figures(session, form, house)
        page = _form_page(session, ref, form, house, offer=offer, draft=draft, wrong=wrong, figures=shown)
    return page, 429 if shown.refused else 422 if wrong else 200


@pages.post("/offres/<uuid:ref>/brouillon/supprimer")
@requires("own.offers")
def forget(ref: UUID) -> Any:
    with transaction() as session:
        offer_drafts.drop(session, actor(), ref)
    return redirect(done(url_for("offers.index"), "own-forgotten"), 303)


@pages.get("/offres/<uuid:ref>/verifier")
@requires("own.offers")
def check(ref: UUID) -> Any:
    """Everything that was typed, read back; nothing is sent yet."""
    with reading() as session:
        offer, draft = _found(session, ref)
        house = house_of(session)
        if draft is None:
            if offer is None:
                raise NotFound("not-found")
            return redirect(url_for("offers.show", ref=ref))
        form = forms.typed(draft.fields, offer)
        if not _holds(form, house):
            return _form_page(session, ref, form, house, offer=offer, draft=draft)
        return _check_page(session, ref, form, house, offer)


@pages.post("/offres/<uuid:ref>/verifier")
@requires("own.offers")
def send(ref: UUID) -> Any:
    """Send what the check page showed. Sent twice, it is there once."""
    with reading() as session:
        offer, draft = _found(session, ref)
        house = house_of(session)
        if draft is None:
            if offer is None:
                raise NotFound("not-found")
            return redirect(url_for("offers.show", ref=ref), 303)
        form = forms.typed(draft.fields, offer)
        before = offer.state if offer is not None else None
    conflict: PasserelleError | None = None
    if _holds(form, house):
        try:
            with transaction() as session:
                sent = offer_drafts.send(
                    session, actor(), ref, form.entry(), book(),
                    said=form.said, version=form.version.data or 0, on=today(), at=clock.now(),
                )  # fmt: skip
                waits = sent.state is OfferState.SUBMITTED and before is not OfferState.SUBMITTED
            return redirect(done(url_for("offers.show", ref=ref), "own-sent" if waits else "own-saved"), 303)
        except (InvalidInput, Duplicate) as fault:
            form.refuse_fault(fault, sentence_for(fault))
        except Conflict as fault:
            conflict = fault
    with reading() as session:
        offer, draft = _found(session, ref)
        said = who_was_faster(session, ref, conflict) if conflict else None
        page = _form_page(session, ref, form, house, offer=offer, draft=draft, conflict=said)
    return page, 409 if conflict else 422


def _found(session: Session, ref: UUID) -> tuple[Offer | None, OfferDraft | None]:
    offer = session.scalar(scope.offers(actor()).where(Offer.public_id == ref))
    return offer, offer_drafts.find(session, actor(), ref)


def _keep(ref: UUID) -> Any:
    """Keep what the request holds; the instant it was kept at."""
    at = clock.now()
    fields = {name: request.form[name] for name in forms.TYPED if name in request.form}
    with transaction() as session:
        offer_drafts.keep(session, actor(), ref, fields, at=at)
    return at


def _holds(form: EmployerOfferForm, house: Organisation) -> bool:
    """Whether every field is good and nothing that the programme asks for is missing; all is told at once."""
    good = form.validate()
    if form.errors.keys() & {"scheme", "contract_kind", "legal_kind"}:
        return False
    good = form.refuse_broken_terms(today()) and good
    gaps = offer_entry.judged(forms.as_with(house, form.said), form.entry(), book(), today())
    if form.errors.keys() & {"months", "weekly_hours"}:  # said beside them already
        gaps = [gap for gap in gaps if not gap.startswith("contract-")]
    return form.refuse_gaps(gaps, forms.asked_of(house)) and good


def _form_page(
    session: Session,
    ref: UUID,
    form: EmployerOfferForm,
    house: Organisation,
    *,
    offer: Offer | None,
    draft: OfferDraft | None,
    wrong: list[str] | None = None,
    conflict: str | None = None,
    figures: estimates.Figures | None = None,
) -> str:
    if conflict is not None and offer is not None:
        form.version.raw_data, form.version.data = [], offer.version
    reader = offer_drafts.reader(session, house)
    return render_template(
        "employer/offer_form.html",
        ref=ref,
        form=form,
        house=house,
        offer=offer,
        draft=draft,
        wrong=wrong or [],
        conflict=conflict,
        sections=forms.sections(house),
        shown=forms.SHOWN,
        pairs=forms.PAIRS,
        echoes=_echoes(form),
        rights=employer_rights.told(house, book(), form.starts_on.data or today()),
        hints=scheme_hints(house, form.starts_on.data),
        suggested=suggestions(session, form.title.data or ""),
        figures=figures or estimates.of_aid(form, house),
        who=own.who_reads(reader.name, reader.agency),
        read_by=read_by(today()),
        words=words,
        plain=own,
    )


def scheme_hints(house: Organisation, starts_on: date | None) -> dict[str, str]:
    """What is said under each choice of a contract: whether this organisation has a right to it, and why."""
    found = employer_rights.told(house, book(), max(starts_on or today(), today()))
    return {
        right.scheme: f"{words.capital(words.ENTITLED[right.verdict][0])}. {right.because}" for right in found
    }


def _check_page(
    session: Session, ref: UUID, form: EmployerOfferForm, house: Organisation, offer: Offer | None
) -> str:
    reader = offer_drafts.reader(session, house)
    lines = [
        (title, [(name, form[name].label.text, _as_said(form, name)) for name in names])
        for title, names in forms.sections(house)
    ]
    said = forms.as_with(house, form.said)
    wanted = None if form.scheme.data == words.ORDINARY else form.scheme.data
    rights = employer_rights.told(said, book(), offer_entry.day_of(form.entry(), today()))
    return render_template(
        "employer/check.html",
        ref=ref,
        form=form,
        house=house,
        lines=lines,
        offer=offer,
        occupation=form.rome.data and occupation(session, form.rome.data),
        right=next((each for each in rights if each.scheme == wanted), None),
        aid=estimates.of_aid(form, house).aid,
        who=own.who_reads(reader.name, reader.agency),
        read_by=read_by(today()),
        reread=offer is None or offer.state in (OfferState.TO_COMPLETE, OfferState.SUBMITTED),
        words=words,
        plain=own,
    )


def _as_said(form: EmployerOfferForm, name: str) -> str:
    """An answer in words: the label of a choice, a day in full, a figure with its unit."""
    field, how = form[name], forms.SHOWN[name]
    if how.kind in ("radios", "select"):
        return next((str(choice.label.text) for choice in field if choice.checked), "")
    if name in ("starts_on", "apply_before"):
        return weekday(field.data, year=True) if field.data else ""
    said = str(field._value() or "")
    return f"{said} {how.suffix}" if said and how.suffix else said


def _echoes(form: EmployerOfferForm) -> dict[str, str]:
    """Days read back in words: « Lundi 2 décembre 2013 »."""
    days = {name: form[name].data for name in ("starts_on", "apply_before")}
    return {name: weekday(day, year=True).capitalize() for name, day in days.items() if day}
