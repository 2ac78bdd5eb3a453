"""An employer's contracts and their aid: what is due when, which paper, to whom, what is lost otherwise."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matching import clock, employer_aids, milestones, placement_foresight, placement_guards, placements
from matching.employer_aids import Contract, Stake
from matching.errors import Conflict, InvalidInput, StaleVersion
from matching.placements import PlacementAction
from matching.store import scope
from matching.store.placements import AidMilestone, Placement

from ..db import book, note, reading, today, transaction
from ..forms.employer_answers import SentForm
from ..forms.placements import StepForm
from ..notices import done
from ..security import actor, requires
from ..wording import employer as words, placements as said
from . import placement_ledger as ledgers

pages = Blueprint("aids", __name__)

#: Steps that an employer takes of its own contracts; those that others feel are weighed before.
OWN = tuple(words.OWN)
WEIGHED = frozenset({PlacementAction.NO_SHOW, PlacementAction.BREAK_TRIAL, PlacementAction.ABANDON})
#: code of a refusal -> the field it is about, when not the day
REFUSED_AT = {"bad-reason": "who", "bad-motive": "motive", "reason-needed": "reason"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the aid as the employer reads it; `form`: to say that the paper was sent."""

    held: Contract
    row: AidMilestone
    name: str
    said: str
    kind: str
    send_by: str
    at_stake: str
    declared: date | None
    form: SentForm | None

    @property
    def last_day(self) -> date:
        return self.row.window_closes_on or self.row.due_on


@dataclass(frozen=True, slots=True)
class Shown:
    """A contract with its sums and its rows: those of now, to come, over."""

    held: Contract
    ledger: ledgers.Ledger
    now: tuple[Line, ...]
    later: tuple[Line, ...]
    over: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """A step that may be noted: its form, or from which day on it will have one."""

    action: PlacementAction
    form: StepForm
    opens_on: date | None


@pages.get("/mes-aides")
@requires("aids.read")
def index() -> str:
    """Everything due, of all contracts, in the order of its days; then each contract."""
    on = today()
    with transaction() as session:
        note(session, "aids.read", "account", str(actor().public_id))
        found = employer_aids.contracts(session, actor())
    shown = [_shown(held, on) for held in found]
    now = sorted((line for each in shown for line in each.now), key=lambda line: line.last_day)
    later = sorted((line for each in shown for line in each.later), key=lambda line: line.last_day)
    return render_template(
        "employer/aids.html", shown=shown, now=now, later=later, on=on, words=words, said=said
    )


@pages.get("/mes-aides/<uuid:ref>")
@requires("aids.read")
def show(ref: uuid.UUID) -> str:
    return _page(ref)


@pages.post("/mes-aides/<uuid:ref>/envois")
@requires("aids.declare")
def declare(ref: uuid.UUID) -> Response | tuple[str, int]:
    """« J'ai envoyé le papier »: said by the employer, confirmed by the agency."""
    form = SentForm()
    try:
        with transaction() as session:
            placement = _locked(ref, session)
            kind, _, number = (form.row.data or "").rpartition(":")
            row = milestones.held(session, placement.id).get((kind, int(number) if _is_number(number) else 0))
            if row is None:
                abort(404)
            if str(row.state) != form.state.data:
                raise StaleVersion("stale-version", machine="milestone")
            if not form.validate() or form.on.data is None:
                form.on.errors = form.on.errors or ["Indiquez le jour de l'envoi."]
                return _page(ref, sending=form), 422
            employer_aids.declare_sent(
                session, placement, row, actor_id=actor().id, on=form.on.data, at=clock.now(), book=book()
            )
    except InvalidInput as fault:
        form.on.errors = [words.refusal(fault)]
        return _page(ref, sending=form), 422
    except Conflict:
        return _page(ref, conflict=words.PAPER_MOVED), 409
    return redirect(done(url_for(".show", ref=ref), "paper-sent"), 303)


@pages.post("/mes-aides/<uuid:ref>/etapes/<action>")
@requires("aids.declare")
def step(ref: uuid.UUID, action: str) -> Response | str | tuple[str, int]:
    """A step of the contract, by the employer; what it entails is said first where others feel it."""
    if action not in OWN:
        abort(404)
    taken = PlacementAction(action)
    form: StepForm | None = None
    entailed = None
    try:
        with transaction() as session:
            placement = _locked(ref, session)
            form = StepForm(taken, placement.programme)
            if form.version.data != str(placement.version):
                raise StaleVersion("stale-version", machine="placement")
            if not form.validate():
                return _page(ref, bound=form), 422
            common: dict[str, Any] = {
                "actor_id": actor().id,
                "party": actor().party,
                "on": form.on.data,
                "at": clock.now(),
                "book": book(),
                "details": form.details(),
            }
            if taken in WEIGHED and "confirme" not in request.form:
                entailed = placement_foresight.foresee(session, placement, taken, **common)
            else:
                placements.change(session, placement, taken, **common)
                note(session, f"placement.{taken}", "placement", str(ref), by="employer")
    except InvalidInput as fault:
        assert form is not None  # a form was read before any guard was asked
        wanted = REFUSED_AT.get(fault.code, "on")
        form[wanted if wanted in form else "on"].errors = [said.refusal(fault)]
        return _page(ref, bound=form), 422
    except Conflict:
        if form is None:
            raise
        return _page(ref, conflict=_conflict(ref)), 409
    if entailed is not None:
        # Of the person's other proposals nothing is told.
        own = replace(entailed, elsewhere=0, rivals=0, own_closed=False)
        return _confirmation(ref, form, list(said.entailed(own)))
    return redirect(done(url_for(".show", ref=ref), f"own-{taken}"), 303)


def _locked(ref: uuid.UUID, session: Any) -> Placement:
    query = scope.placements(actor()).with_for_update(of=Placement)
    return scope.one(session, query.execution_options(populate_existing=True), Placement.public_id == ref)


def _conflict(ref: uuid.UUID) -> str:
    with reading() as session:
        held = employer_aids.contract(session, actor(), ref)
        last = employer_aids.last_step(session, held.placement.id)
    return words.moved(last, actor().name)


def _page(
    ref: uuid.UUID,
    *,
    bound: StepForm | None = None,
    sending: SentForm | None = None,
    conflict: str | None = None,
) -> str:
    on = today()
    with reading() as session:
        held = employer_aids.contract(session, actor(), ref)
    return render_template(
        "employer/aid.html",
        each=_shown(held, on, sending),
        held=held,
        placement=held.placement,
        steps=_steps(held.placement, on, bound),
        bound=bound,
        sending=sending,
        conflict=conflict,
        on=on,
        words=words,
        said=said,
    )


def _confirmation(ref: uuid.UUID, form: StepForm, sentences: Sequence[str]) -> str:
    with reading() as session:
        held = employer_aids.contract(session, actor(), ref)
    return render_template(
        "employer/confirm.html",
        held=held,
        form=form,
        sentences=sentences,
        kept=[(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"],
        words=words,
    )


def _steps(placement: Placement, on: date, bound: StepForm | None) -> list[Next]:
    found = []
    for action in placements.allowed(placement.state, actor().party):
        if action not in OWN or not placement_guards.applies(placement, action, book()):
            continue
        if action is PlacementAction.BREAK_TRIAL and (placement.trial_end_on or on) < on:
            continue
        opens = placement_guards.opens_on(placement, action)
        form = bound if bound is not None and bound.action is action else _blank(placement, action, on)
        form.version.data = str(placement.version)
        found.append(Next(action, form, opens if opens is not None and opens > on else None))
    return found


def _blank(placement: Placement, action: PlacementAction, on: date) -> StepForm:
    return StepForm(action, placement.programme, formdata=None, data={"on": on})


def _shown(held: Contract, on: date, sending: SentForm | None = None) -> Shown:
    ledger = ledgers.ledger(held.rows, on)
    by_group: dict[str, list[Line]] = {"now": [], "later": [], "over": []}
    for row in (*ledger.now, *ledger.later, *ledger.over):
        line = _line(held, row, on, sending)
        waits = milestones.standing(row.milestone, on)
        if line.form is not None or (line.declared is not None and line.said == words.SENT[0]):
            by_group["now"].append(line)
        elif waits in (milestones.Standing.TO_COME, milestones.Standing.OPEN, milestones.Standing.LATE):
            idle = waits is milestones.Standing.TO_COME or line.said == words.NOTHING_TO_SEND[0]
            by_group["later" if idle else "now"].append(line)
        else:
            by_group["now" if row.milestone.state in words.UNDER_WAY else "over"].append(line)
    groups = {name: tuple(sorted(lines, key=lambda line: line.last_day)) for name, lines in by_group.items()}
    return Shown(held, ledger, **groups)


def _line(held: Contract, shown: ledgers.Row, on: date, sending: SentForm | None) -> Line:
    row = shown.milestone
    asked: Stake = employer_aids.stake(row, held.placement.programme, book())
    declared = held.declared.get((row.kind, row.number))
    told, kind = words.standing(row, (shown.said, shown.kind), declared)
    form = None
    if employer_aids.to_send(row, held.placement.programme, book(), on):
        form = _sent_form(row, on, sending)
    waits = milestones.standing(row, on) is not None
    if waits and asked.sent_to is None:
        told, kind = words.NOTHING_TO_SEND
    return Line(
        held,
        row,
        shown.name,
        told,
        kind,
        words.send_by(row, asked) if waits else "",
        words.at_stake(row, asked) if waits else "",
        declared,
        form,
    )


def _sent_form(row: AidMilestone, on: date, sending: SentForm | None) -> SentForm:
    key = f"{row.kind}:{row.number}"
    form = sending
    if sending is None or sending.row.data != key:
        form = SentForm(formdata=None, data={"on": on})
    assert form is not None
    form.row.data, form.state.data = key, str(row.state)
    form.on.id = f"envoi-{row.kind}-{row.number}"
    return form


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6
