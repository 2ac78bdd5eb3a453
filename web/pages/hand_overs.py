"""Files that change hands: what the agency is asked and asks, one request, the form that asks."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from matching import clock, hand_over_queries as queries, hand_overs
from matching.errors import Conflict, Duplicate, InvalidInput, StaleVersion
from matching.hand_over_queries import Asked, Subject
from matching.hand_overs import HandOverAction
from matching.store import scope
from matching.store.follow_up import HandOver
from matching.store.placements import Placement

from ..db import reading, today, transaction
from ..forms.hand_overs import AnswerForm, AskForm
from ..notices import done
from ..security import actor, requires
from ..wording import hand_overs as words, sentence_for

pages = Blueprint("hand_overs", __name__)

#: the step in the address -> the action, what is said afterwards
STEPS = {
    "acceptation": (HandOverAction.ACCEPT, "passation-acceptee"),
    "refus": (HandOverAction.REFUSE, "passation-refusee"),
    "retrait": (HandOverAction.WITHDRAW, "passation-retiree"),
    "fin": (HandOverAction.END, "passation-rendue"),
}


@pages.get("/passations")
@requires("placements.read")
def index() -> str:
    """Both directions: what waits for an answer, what holds, what is over."""
    with reading() as session:
        lines = queries.listed(session, actor())
    return render_template("hand_overs/index.html", lines=lines, on=today(), words=words)


@pages.get("/passations/<uuid:ref>")
@requires("placements.read")
def show(ref: UUID) -> str:
    return _page(ref)


def _page(ref: UUID, *, step: str = "", form: AnswerForm | None = None, conflict: str | None = None) -> str:
    with reading() as session:
        line = queries.one(session, actor(), ref)
        stands = hand_overs.stands(session, line.row)
    forms = {each: _blank(each, line) for each in _open_steps(line, stands)}
    if form is not None and step in forms:
        form.version.data, form.version.raw_data = line.row.version, None
        forms[step] = form
    return render_template(
        "hand_overs/show.html",
        line=line,
        stands=stands,
        forms=forms,
        step=step,
        wrong=form if form is not None and form.errors else None,
        conflict=conflict,
        typed=form.note.data if form is not None and step not in forms else None,
        on=today(),
        words=words,
    )


def _open_steps(line: Asked, stands: bool) -> list[str]:
    """What this agency may do with the request as it stands."""
    found = []
    for step, (action, _) in STEPS.items():
        theirs = line.incoming == (action in hand_overs.OF_THE_RECEIVER)
        if not theirs or line.row.state not in hand_overs.TRANSITIONS[action].starts:
            continue
        if action is not HandOverAction.ACCEPT or stands:
            found.append(step)
    return found


def _blank(step: str, line: Asked) -> AnswerForm:
    form = AnswerForm(formdata=None, prefix=f"{step}-").asking(step)
    form.version.data = line.row.version
    return form


@pages.post("/passations/<uuid:ref>/<any(acceptation, refus, retrait, fin):step>")
@requires("placements.edit")
def answer(ref: UUID, step: str) -> Response | tuple[str, int]:
    """Accept, refuse, withdraw, give back. Who was slower learns what was done."""
    action, notice = STEPS[step]
    form = AnswerForm(prefix=f"{step}-").asking(step)
    try:
        with transaction() as session:
            row = scope.one(
                session, scope.hand_overs(actor()).with_for_update(of=HandOver), HandOver.public_id == ref
            )
            if not form.validate():
                return _page(ref, step=step, form=form), 422
            hand_overs.change(
                session,
                actor(),
                row,
                action,
                version=form.version.data or 0,
                on=today(),
                at=clock.now(),
                reason_code=form.reason.data or None,
                note=form.note.data or "",
            )
    except InvalidInput as fault:
        if fault.code not in ("note-needed", "bad-reason"):
            return _page(ref, conflict=sentence_for(fault)), 422
        field = form.note if fault.code == "note-needed" else form.reason
        field.errors = ["Choisissez un motif." if fault.code == "bad-reason" else sentence_for(fault)]
        return _page(ref, step=step, form=form), 422
    except Conflict:
        return _page(ref, step=step, form=form, conflict=_overtaken(ref)), 409
    return redirect(done(url_for(".show", ref=ref), notice), 303)


def _overtaken(ref: UUID) -> str:
    with reading() as session:
        return words.said(queries.one(session, actor(), ref))


@pages.get("/<any(placements, propositions):kind>/<uuid:ref>/passation")
@requires("placements.edit")
def ask_form(kind: str, ref: UUID) -> str:
    """Whom to ask, and why."""
    return _asking(kind, ref, None)


@pages.post("/<any(placements, propositions):kind>/<uuid:ref>/passation")
@requires("placements.edit")
def ask(kind: str, ref: UUID) -> Response | tuple[str, int]:
    form = AskForm()
    try:
        with transaction() as session:
            subject = queries.subject(session, actor(), ref, placement=kind == "placements")
            agencies = hand_overs.receivers(session, actor())
            if not form.offer(agencies).validate():
                return _asking(kind, ref, form), 422
            to = next((each for each in agencies if str(each.id) == form.to.data), None)
            if to is None:
                form.to.errors = ["Choisissez une structure."]
                return _asking(kind, ref, form), 422
            made = hand_overs.ask(
                session, actor(), subject.row, to, note=form.note.data or "", on=today(), at=clock.now()
            )
            made_ref = made.public_id
    except Duplicate as fault:
        form.to.errors = [sentence_for(fault)]
        return _asking(kind, ref, form), 409
    except StaleVersion:
        return _asking(kind, ref, form), 409
    except InvalidInput as fault:
        form.to.errors = [sentence_for(fault)]
        return _asking(kind, ref, form), 422
    return redirect(done(url_for(".show", ref=made_ref), "passation-demandee"), 303)


def _asking(kind: str, ref: UUID, form: AskForm | None) -> str:
    with reading() as session:
        subject = queries.subject(session, actor(), ref, placement=kind == "placements")
        able = hand_overs.may_ask(actor(), subject.person, subject.row, subject.offer)
        agencies = hand_overs.receivers(session, actor())
    form = form or AskForm(formdata=None)
    form.offer(agencies)
    return render_template(
        "hand_overs/ask.html",
        kind=kind,
        ref=ref,
        person=subject.person,
        offer=subject.offer,
        able=able,
        agencies=agencies,
        known=subject.known,
        taker=subject.taker,
        form=form,
        hints={str(each.id): words.KINDS[each.kind] for each in agencies},
        back=_back(subject),
        days=hand_overs.ANSWER_DAYS,
        words=words,
    )


def _back(subject: Subject) -> str:
    if isinstance(subject.row, Placement) or subject.offer is None:
        return url_for("placements.show", ref=subject.row.public_id)
    return url_for("proposals.show", ref=subject.offer.public_id, proposal=subject.row.public_id)
