"""One session: planned by hand, changed, cancelled or held again, with who is told said before."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Form, SelectField

from matching import attendance, clock, collective, session_queries as queries
from matching.collective import SessionAction
from matching.errors import Conflict, InvalidInput, PasserelleError
from matching.store import scope
from matching.store.messages import OutgoingMessage
from matching.store.sessions import CollectiveSession
from matching.vocabulary import MessageState, SessionState

from ..db import note, reading, today, transaction
from ..forms.sessions import CancelForm, SessionForm
from ..notices import done
from ..security import actor, requires
from ..wording import overtaken, sentence_for, sessions as words
from .session_attendance import pages as pages

#: Code of a refusal -> the field that it is about.
FIELDS = {
    "session-hours": "ends_at",
    "session-on-holiday": "held_on",
    "session-day-closed": "held_on",
    "session-in-the-past": "held_on",
    "session-over": "held_on",
    "session-seats-taken": "capacity",
    "session-capacity": "capacity",
    "slot-on-holiday": "valid_from",
    "closure-exists": "starts_on",
    "closure-past": "ends_on",
    "closure-too-long": "ends_on",
    "reason-needed": "reason",
}


def put(form: Any, fault: PasserelleError) -> str | None:
    """Say a refusal at its field; the sentence itself when it is about none."""
    name = FIELDS.get(fault.code)
    if fault.code == "ends-before-it-starts":
        name = "ends_on" if "ends_on" in form else "valid_to"
    if name is None or name not in form:
        return sentence_for(fault)
    form[name].errors = [sentence_for(fault)]
    return None


def others(form: Form, now: Form) -> list[tuple[str, str]]:
    """Label and value, as it stands, of each field that is typed otherwise: what saving again would undo."""
    return [
        (str(field.label.text), _shown(now[field.name]) or "vide")
        for field in form
        if field.name not in ("version", "csrf_token")
        and (field.data or None) != (now[field.name].data or None)
    ]


def _shown(field: Any) -> str:
    if isinstance(field, SelectField):
        return str(next((each[1] for each in field.iter_choices() if each[0] == field.data), ""))
    return " ".join(str(field._value()).split())


def both(other: str | None) -> tuple[str, ...]:
    return (other,) if other else ()


def _waiting(session: Session, row: CollectiveSession) -> int:
    """Messages about a session that are to leave."""
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                OutgoingMessage.subject_kind == "session",
                OutgoingMessage.subject_id == row.id,
                OutgoingMessage.state == MessageState.WAITING,
            )
        )
        or 0
    )


@pages.get("/seances/nouvelle")
@requires("sessions.edit")
def new() -> str:
    """A session besides the weekly ones, filled in from the last one planned."""
    with reading() as session:
        last = session.scalar(scope.sessions(actor()).order_by(CollectiveSession.id.desc()).limit(1))
    data = {"place": last.place, "capacity": last.capacity} if last is not None else {}
    return render_template(
        "sessions/new.html", form=SessionForm(formdata=None, data=data), other=(), words=words
    )


@pages.post("/seances/nouvelle")
@requires("sessions.edit")
def create() -> Response | tuple[str, int]:
    form, other = SessionForm(), None
    agency_id = actor().agency_id
    if form.validate() and agency_id is not None:
        try:
            with transaction() as session:
                row = collective.plan(
                    session, agency_id, form.plan(), actor_id=actor().id, party=actor().party, on=today(),
                    at=clock.now(),
                )  # fmt: skip
                key = row.id
            return redirect(done(url_for(".show", key=key), "seance-prevue"), 303)
        except InvalidInput as fault:
            other = put(form, fault)
    return render_template("sessions/new.html", form=form, other=both(other), words=words), 422


@pages.get("/seances/<int:key>/modifier")
@requires("sessions.edit")
def edit(key: int) -> str:
    """Another day, other hours; who would be told stands beside."""
    return _edit_page(key, None)


def _edit_page(
    key: int, form: SessionForm | None, *, other: str | None = None, conflict: str | None = None
) -> str:
    with reading() as session:
        row = scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)
        told = queries.told(session, actor(), row)
        last = queries.log(session, row)[0]
    now = SessionForm(formdata=None, obj=row)
    form = form or now
    form.version.data, form.version.raw_data = row.version, None
    return render_template(
        "sessions/edit.html", row=row, form=form, others=others(form, now), told=told, other=both(other),
        conflict=conflict, last=last,
        on=today(), words=words,
    )  # fmt: skip


@pages.post("/seances/<int:key>/modifier")
@requires("sessions.edit")
def change(key: int) -> Response | tuple[str, int]:
    form, other = SessionForm(), None
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            if not form.validate():
                return _edit_page(key, form), 422
            event = collective.edit(
                session, row, form.plan(), actor_id=actor().id, on=today(), at=clock.now(),
                version=form.version.data or 0, party=actor().party,
            )  # fmt: skip
            count = _waiting(session, row)
            if event is not None:
                note(session, "session.edit", "session", str(row.id))
    except InvalidInput as fault:
        other = put(form, fault)
        return _edit_page(key, form, other=other), 422
    except Conflict as fault:
        return _edit_page(key, form, conflict=overtaken(fault)), 409
    if event is None:
        return redirect(done(url_for(".show", key=key), "seance-inchangee"), 303)
    return redirect(done(url_for(".show", key=key), "seance-modifiee", n=count), 303)


@pages.get("/seances/<int:key>/annulation")
@requires("sessions.edit")
def cancellation(key: int) -> str:
    """Why, and who is told before it is confirmed."""
    return _cancel_page(key, None)


def _cancel_page(
    key: int, form: CancelForm | None, *, other: str | None = None, conflict: str | None = None
) -> str:
    with reading() as session:
        row = scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)
        told = queries.told(session, actor(), row)
        last = queries.log(session, row)[0]
    form = form or CancelForm(formdata=None)
    form.version.data, form.version.raw_data = row.version, None
    return render_template(
        "sessions/cancel.html", row=row, form=form, told=told, other=both(other), conflict=conflict, last=last,
        able=row.state is SessionState.PLANNED, on=today(), words=words,
    )  # fmt: skip


@pages.post("/seances/<int:key>/annulation")
@requires("sessions.edit")
def cancel(key: int) -> Response | tuple[str, int]:
    form = CancelForm()
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            if not form.validate():
                return _cancel_page(key, form), 422
            collective.change(
                session, row, SessionAction.CANCEL, actor_id=actor().id, party=actor().party, on=today(),
                at=clock.now(), reason=form.reason.data, version=form.version.data or 0,
            )  # fmt: skip
            note(session, "session.cancel", "session", str(row.id))
            count = _waiting(session, row)
    except InvalidInput as fault:
        return _cancel_page(key, form, other=put(form, fault)), 422
    except Conflict as fault:
        return _cancel_page(key, form, conflict=overtaken(fault)), 409
    return redirect(done(url_for(".show", key=key), "seance-annulee", n=count), 303)


@pages.post("/seances/<int:key>/retablissement")
@requires("sessions.edit")
def restore(key: int) -> Response | tuple[str, int]:
    """It is held after all: the messages that had not left do not leave."""
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            collective.change(
                session, row, SessionAction.RESTORE, actor_id=actor().id, party=actor().party, on=today(),
                at=clock.now(),
            )  # fmt: skip
            note(session, "session.restore", "session", str(row.id))
            count = _waiting(session, row)
    except InvalidInput as fault:
        return _cancel_page(key, None, other=sentence_for(fault)), 422
    except Conflict as fault:
        return _cancel_page(key, None, conflict=overtaken(fault)), 409
    return redirect(done(url_for(".show", key=key), "seance-retablie", n=count), 303)
