"""What is noted of a contract beside its steps: check-ins and alerts, who accompanies the person, training."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, redirect, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import check_ins, commitments, placement_queries
from matching.errors import Conflict, InvalidInput
from matching.placement_queries import Hire

from ..db import today, transaction
from ..forms import follow_up as forms
from ..notices import done
from ..security import actor, requires
from ..wording import sentence_for
from ..wording.placements import refusal
from .placement_ledger import trail
from .placements import page_of, pages as pages

Answer = str | Response | tuple[str, int]

#: code of a refusal -> the field it is about, where the form has it
AT = {
    "still-there-needed": "still_there",
    "bad-situation": "situation",
    "unknown-channel": "channel",
    "alert-answer-needed": "answer",
    "tutor-needed": "name",
    "training-title-needed": "title",
    "training-hours": "hours",
    "training-not-started": "started_on",
    "training-not-ended": "ended_on",
    "ends-before-it-starts": "ended_on",
    "training-before-start": "started_on",
    "training-after-end": "started_on",
}


@pages.post("/placements/<uuid:ref>/suivis/<uuid:check_in>")
@requires("placements.edit")
def note_check_in(ref: uuid.UUID, check_in: uuid.UUID) -> Answer:
    """Held with its answers, or nobody reached."""
    missed = "sans_reponse" in request.form

    def form_of(hire: Hire) -> FlaskForm:
        return forms.CheckInForm(_one(hire.check_ins, check_in))

    def act(session: Session, hire: Hire, form: forms.CheckInForm) -> tuple[str, str, dict[str, Any]]:
        row = _one(hire.check_ins, check_in)
        common: dict[str, Any] = {"actor_id": actor().id, "party": actor().party}
        details = {"kind": str(row.kind), "month": row.month}
        if missed:
            check_ins.miss(session, row, on=today(), **common)
            return "check-in-missed", "check_in.missed", details
        answers = form.answers()
        check_ins.note(session, row, answers, **common)
        if answers.still_there is False:
            return "check-in-gone", "check_in.held", details
        return "check-in-alert" if answers.alert else "check-in-held", "check_in.held", details

    return _take(ref, form_of, act, check=not missed, part="suivi")


@pages.post("/placements/<uuid:ref>/suivis/<uuid:check_in>/alerte")
@requires("placements.edit")
def close_alert(ref: uuid.UUID, check_in: uuid.UUID) -> Answer:
    def form_of(hire: Hire) -> FlaskForm:
        return forms.AlertForm(_one(hire.check_ins, check_in))

    def act(session: Session, hire: Hire, form: forms.AlertForm) -> tuple[str, str, dict[str, Any]]:
        row = _one(hire.check_ins, check_in)
        assert form.on.data is not None  # asked for by `validate`
        check_ins.close_alert(
            session,
            row,
            form.answer.data or "",
            actor_id=actor().id,
            party=actor().party,
            on=form.on.data,
        )
        return "alert-closed", "check_in.alert_closed", {"kind": str(row.kind), "month": row.month}

    return _take(ref, form_of, act, part="suivi")


@pages.post("/placements/<uuid:ref>/tuteur")
@requires("placements.edit")
def name_tutor(ref: uuid.UUID) -> Answer:
    def act(session: Session, hire: Hire, form: forms.TutorForm) -> tuple[str, str, dict[str, Any]]:
        assert form.on.data is not None  # asked for by `validate`
        commitments.name_tutor(
            session,
            hire.placement,
            form.name.data or "",
            actor_id=actor().id,
            party=actor().party,
            on=form.on.data,
        )
        return "tutor-named", "placement.tutor", {}

    return _take(ref, lambda hire: forms.TutorForm(), act, part="accompagnement")


@pages.post("/placements/<uuid:ref>/formations")
@requires("placements.edit")
def plan_training(ref: uuid.UUID) -> Answer:
    def act(session: Session, hire: Hire, form: forms.TrainingForm) -> tuple[str, str, dict[str, Any]]:
        commitments.plan_training(
            session,
            hire.placement,
            form.title.data or "",
            hours=form.hours.data,
            planned_on=form.planned_on.data,
            actor_id=actor().id,
            party=actor().party,
            on=today(),
        )
        return "training-planned", "placement.training", {}

    return _take(ref, lambda hire: forms.TrainingForm(), act, part="accompagnement")


@pages.post("/placements/<uuid:ref>/formations/<uuid:training>")
@requires("placements.edit")
def follow_training(ref: uuid.UUID, training: uuid.UUID) -> Answer:
    def form_of(hire: Hire) -> FlaskForm:
        return forms.TrainingStepForm(_one(hire.trainings, training))

    def act(session: Session, hire: Hire, form: forms.TrainingStepForm) -> tuple[str, str, dict[str, Any]]:
        commitments.follow_training(
            session,
            hire.placement,
            _one(hire.trainings, training),
            started_on=form.started_on.data,
            ended_on=form.ended_on.data,
            certified=form.outcome(),
            actor_id=actor().id,
            party=actor().party,
            on=today(),
        )
        return "training-followed", "placement.training", {}

    return _take(ref, form_of, act, part="accompagnement")


def _one(rows: Any, public_id: uuid.UUID) -> Any:
    found = next((row for row in rows if row.public_id == public_id), None)
    if found is None:
        abort(404)
    return found


def _take(ref: uuid.UUID, form_of: Any, act: Any, *, part: str, check: bool = True) -> Answer:
    """Note it, or show the page again with what was typed and what is wrong."""
    form: FlaskForm | None = None
    try:
        with transaction() as session:
            hire = placement_queries.hire(session, actor(), ref)
            form = form_of(hire)
            if check and not form.validate():
                return page_of(ref, follow=form), 422
            code, action, details = act(session, hire, form)
            trail(session, action, ref, details)
    except InvalidInput as fault:
        assert form is not None  # a form was read before any guard was asked
        wanted = AT.get(fault.code, "on")
        fields = [name for name in (wanted, "on", "planned_on", "started_on") if name in form]
        form[fields[0]].errors = [refusal(fault)]
        return page_of(ref, follow=form), 422
    except Conflict as fault:
        if form is None:
            raise
        return page_of(ref, follow_conflict=sentence_for(fault)), 409
    anchor = "suite" if code == "check-in-gone" else part
    return redirect(done(url_for("placements.show", ref=ref, _anchor=None), code) + f"#{anchor}", 303)
