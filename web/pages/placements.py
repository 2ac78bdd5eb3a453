"""The page of one hire, its steps and its aid. The list, the ledger and the opening have modules of their own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from matching import clock, placement_foresight, placement_guards, placement_queries, placements
from matching.errors import Conflict, InvalidInput, StaleVersion
from matching.milestones import MilestoneAction
from matching.placement_foresight import Entailed
from matching.placement_queries import Hire
from matching.placements import PlacementAction

from .. import agreed, handed
from ..db import book, note_read, reading, today, transaction
from ..forms.follow_up import forms_of
from ..forms.placements import SettlingForm, StepForm
from ..notices import done
from ..security import actor, requires
from ..wording import aided as aided_words, follow_up as followed, placements as words
from ..wording.frozen import frozen
from . import placement_ledger as lines

pages = Blueprint("placements", __name__)

#: Steps that others feel: what they entail is said before they are taken.
WEIGHED = frozenset(
    {
        PlacementAction.SIGN,
        PlacementAction.NO_SHOW,
        PlacementAction.BREAK_TRIAL,
        PlacementAction.EXIT,
        PlacementAction.COMPLETE,
        PlacementAction.ABANDON,
        PlacementAction.CANCEL,
    }
)


@dataclass(frozen=True, slots=True)
class Next:
    """A step that may be noted: its form, or from which day on it will have one."""

    action: PlacementAction
    form: StepForm
    opens_on: date | None


@dataclass(frozen=True, slots=True)
class Conflicting:
    """What others did meanwhile, and what had been typed, when the form has no place any more."""

    news: tuple[placement_queries.Line, ...]
    typed: tuple[tuple[str, str], ...]


@pages.get("/placements/<uuid:ref>")
@requires("placements.read")
def show(ref: uuid.UUID) -> str:
    page = page_of(ref)
    note_read("placement.read", "placement", ref)
    return page


def page_of(
    ref: uuid.UUID,
    *,
    bound: StepForm | None = None,
    conflict: Conflicting | None = None,
    settling: SettlingForm | None = None,
    results: Sequence[lines.Settled] = (),
    ticked: frozenset[str] = frozenset(),
    follow: FlaskForm | None = None,
    follow_conflict: str | None = None,
) -> str:
    """The page of a hire, with the form that was sent and what is wrong with it."""
    on = today()
    with reading() as session:
        hire = placement_queries.hire(session, actor(), ref)
        proposal = placement_queries.proposal_of(session, hire.placement)
        held = handed.of(session, hire.person, hire.placement, hire.offer)
        aided = agreed.card_of(session, hire.placement, book())
    settling = settling or SettlingForm(formdata=None, prefix="lot-", data={"on": on})
    return render_template(
        "placements/show.html",
        hire=hire,
        placement=hire.placement,
        proposal=proposal,
        handed=held,
        aided=aided,
        aided_words=aided_words,
        on=on,
        track=words.track(hire),
        steps=_offered(hire, on, bound),
        bound=bound,
        conflict=conflict,
        ledger=lines.ledger(hire.milestones, on, words.said_sent(hire.events)),
        settling=settling,
        results=results,
        ticked=ticked,
        frozen=frozen(hire.placement.snapshot, book()),
        follow=forms_of(hire, on, follow),
        follow_conflict=follow_conflict,
        gone=any(row.alert == "gone" and row.alert_closed_on is None for row in hire.check_ins),
        followed=followed,
        words=words,
    )


def _offered(hire: Hire, on: date, bound: StepForm | None) -> list[Next]:
    """The steps that this account may note now or later; the first whose day has come is the likely one."""
    placement = hire.placement
    found = []
    for action in placements.allowed(placement.state, actor().party):
        if not placement_guards.applies(placement, action, book()):
            continue
        if action is PlacementAction.CANCEL and placement_guards.money_moved(hire.milestones):
            continue
        opens = placement_guards.opens_on(placement, action)
        form = bound if bound is not None and bound.action is action else _blank(hire, action, on)
        form.version.data, form.seen.data = str(placement.version), str(len(hire.events))
        found.append(Next(action, form, opens if opens is not None and opens > on else None))
    return found


def _blank(hire: Hire, action: PlacementAction, on: date) -> StepForm:
    data = {"on": on, "starts_on": hire.placement.starts_on}
    return StepForm(action, hire.placement.programme, formdata=None, data=data)


@pages.post("/placements/<uuid:ref>/etapes/<action>")
@requires("placements.edit")
def step(ref: uuid.UUID, action: str) -> str | Response | tuple[str, int]:
    elsewhere = (PlacementAction.OPEN, PlacementAction.REGISTER, PlacementAction.CANCEL)
    if action in elsewhere or action not in list(PlacementAction):
        abort(404)
    return _take(ref, PlacementAction(action))


@pages.post("/placements/<uuid:ref>/annulation")
@requires("placements.cancel")
def cancel(ref: uuid.UUID) -> str | Response | tuple[str, int]:
    return _take(ref, PlacementAction.CANCEL)


def _take(ref: uuid.UUID, action: PlacementAction) -> str | Response | tuple[str, int]:
    """Note the step, or say what it would entail, or show again what was typed with what is wrong."""
    form: StepForm | None = None
    entailed: Entailed | None = None
    try:
        with transaction() as session:
            hire = placement_queries.hire(session, actor(), ref)
            form = StepForm(action, hire.placement.programme)
            if form.version.data != str(hire.placement.version):
                raise StaleVersion("stale-version", machine="placement")
            if not form.validate():
                return page_of(ref, bound=form), 422
            common: dict[str, Any] = {
                "actor_id": actor().id,
                "party": actor().party,
                "on": form.on.data,
                "at": clock.now(),
                "book": book(),
                "details": form.details(),
            }
            if action in WEIGHED and "confirme" not in request.form:
                entailed = placement_foresight.foresee(session, hire.placement, action, **common)
            else:
                placements.change(session, hire.placement, action, **common)
                lines.trail(session, f"placement.{action}", ref, {"fields": sorted(_filled(form))})
    except InvalidInput as fault:
        assert form is not None  # a form was read before any guard was asked
        wanted = REFUSED_AT.get(fault.code, "on")
        form[wanted if wanted in form else "on"].errors = [words.refusal(fault)]
        return page_of(ref, bound=form), 422
    except Conflict:
        if form is None:
            raise
        return page_of(ref, bound=form, conflict=_conflict(ref, form)), 409
    if entailed is not None:
        return _confirmation(ref, form, entailed)
    return redirect(done(url_for(".show", ref=ref), f"placement-{action}"), 303)


#: code of a refusal -> the field it is about, when not the day.
REFUSED_AT = {
    "conditions-missing": "conditions",
    "aid-number-needed": "number",
    "start-needed": "starts_on",
    "trial-before-start": "trial_end_on",
    "ends-before-it-starts": "until",
    "bad-reason": "why",
    "bad-motive": "motive",
    "bad-situation": "situation",
    "reason-needed": "reason",
}


def _filled(form: StepForm) -> list[str]:
    return [field.short_name for field, _ in form.shown() if field.data]


def _conflict(ref: uuid.UUID, form: StepForm) -> Conflicting:
    """What was noted since the page was opened; what had been typed, when that step is over."""
    with reading() as session:
        hire = placement_queries.hire(session, actor(), ref)
    told = form.seen.data or ""
    seen = int(told) if told.isdecimal() and len(told) < 6 else len(hire.events)
    news = hire.events[: max(len(hire.events) - seen, 0)] or hire.events[:1]
    still = form.action in placements.allowed(hire.placement.state, actor().party)
    return Conflicting(tuple(news), () if still else tuple(form.typed()))


def _confirmation(ref: uuid.UUID, form: StepForm, entailed: Entailed) -> str:
    with reading() as session:
        hire = placement_queries.hire(session, actor(), ref)
    return render_template(
        "placements/confirm.html",
        hire=hire,
        form=form,
        sentences=list(words.entailed(entailed)),
        held=[(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"],
        words=words,
    )


@pages.post("/placements/<uuid:ref>/echeances")
@requires("placements.edit")
def settle_rows(ref: uuid.UUID) -> str | Response | tuple[str, int]:
    """One row by its button, or several ticked: each is taken on its own and has its own answer."""
    form = SettlingForm(prefix="lot-")
    one = request.form.get("faire", "")
    wanted, keys = (one.split("/", 1)[0], [one.split("/", 1)[1]]) if "/" in one else (
        request.form.get("action", ""), request.form.getlist("lignes"),
    )  # fmt: skip
    ticked = frozenset(keys)
    good = form.validate()
    if form.on.data is None and not form.on.errors:
        form.on.errors, good = ["Indiquez le jour."], False
    if wanted not in [str(action) for action in words.SETTLING if words.SETTLING[action][0]]:
        form.on.errors, good = ["Choisissez ce qui est à noter."], False
    elif not keys:
        form.on.errors, good = ["Cochez au moins une ligne, ou utilisez le bouton d'une ligne."], False
    elif wanted == MilestoneAction.REFUSE and not form.reason.data:
        form.reason.errors, good = ["Dites pourquoi le versement est refusé."], False
    if not good:
        with reading() as session:
            placement_queries.hire(session, actor(), ref)
        return page_of(ref, settling=form, ticked=ticked), 422
    assert form.on.data is not None  # asked for above
    results, statuses = lines.settle(
        ref, MilestoneAction(wanted), keys, on=form.on.data, reason=form.reason.data or None
    )
    if all(result.ok for result in results):
        return redirect(done(f"{url_for('.show', ref=ref)}", "milestones-settled", n=len(results)), 303)
    return page_of(ref, settling=form, results=results, ticked=ticked), max(statuses)
