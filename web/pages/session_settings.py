"""The weekly slots and the days of closure of an agency, from which sessions are made ahead."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matching import clock, collective_slots, session_queries as queries
from matching.errors import Conflict, Duplicate, InvalidInput
from matching.store import scope
from matching.store.sessions import Closure, CollectiveSession, SessionSlot

from ..db import note, reading, today, transaction
from ..forms.sessions import ClosureForm, SlotForm
from ..notices import done
from ..security import actor, requires
from ..wording import overtaken, sessions as words
from .session_planning import both, others, pages as pages, put


@pages.get("/seances/reglages")
@requires("sessions.edit")
def setting() -> str:
    """The two weekly slots, the days without session."""
    with reading() as session:
        slots = queries.slots(session, actor())
        closures = session.scalars(
            queries.closures(actor()).where(Closure.ends_on >= today()).order_by(Closure.starts_on)
        ).all()
    return render_template(
        "sessions/settings.html", slots=slots, closures=closures, weeks=collective_slots.WEEKS, on=today(), words=words
    )  # fmt: skip


@pages.get("/seances/creneaux/nouveau")
@requires("sessions.edit")
def new_slot() -> str:
    form = SlotForm(formdata=None, data={"valid_from": today(), "weekday": "1", "capacity": 12})
    return render_template("sessions/slot.html", slot=None, form=form, other=(), conflict=None, words=words)


@pages.post("/seances/creneaux/nouveau")
@requires("sessions.edit")
def create_slot() -> Response | tuple[str, int]:
    form, other = SlotForm(), None
    agency_id = actor().agency_id
    if form.validate() and agency_id is not None:
        try:
            with transaction() as session:
                row = collective_slots.add(session, agency_id, form.slot(), on=today(), at=clock.now())
                note(session, "slot.add", "slot", str(row.public_id))
            return redirect(done(url_for(".setting"), "creneau-cree"), 303)
        except InvalidInput as fault:
            other = put(form, fault)
    page = render_template(
        "sessions/slot.html", slot=None, form=form, other=both(other), conflict=None, words=words
    )
    return page, 422


@pages.get("/seances/creneaux/<uuid:ref>")
@requires("sessions.edit")
def slot(ref: UUID) -> str:
    return _slot_page(ref, None)


def _slot_page(
    ref: UUID, form: SlotForm | None, *, other: str | None = None, conflict: str | None = None
) -> str:
    with reading() as session:
        row = scope.one(session, scope.slots(actor()), SessionSlot.public_id == ref)
    now = SlotForm(formdata=None, obj=row)
    form = form or now
    form.version.data, form.version.raw_data = row.version, None
    return render_template(
        "sessions/slot.html",
        slot=row,
        form=form,
        others=others(form, now),
        other=both(other),
        conflict=conflict,
        words=words,
    )


@pages.post("/seances/creneaux/<uuid:ref>")
@requires("sessions.edit")
def change_slot(ref: UUID) -> Response | tuple[str, int]:
    form = SlotForm()
    try:
        with transaction() as session:
            row = scope.one(session, scope.slots(actor()).with_for_update(), SessionSlot.public_id == ref)
            if not form.validate():
                return _slot_page(ref, form), 422
            changed = collective_slots.edit(
                session, row, form.slot(), actor_id=actor().id, stopped=words.STOPPED,
                version=form.version.data or 0, on=today(), at=clock.now(),
            )  # fmt: skip
            note(session, "slot.edit", "slot", str(row.public_id))
    except InvalidInput as fault:
        return _slot_page(ref, form, other=put(form, fault)), 422
    except Conflict as fault:
        return _slot_page(ref, form, conflict=overtaken(fault)), 409
    return redirect(done(url_for(".setting"), "creneau-modifie", n=changed), 303)


@pages.get("/seances/fermetures/nouvelle")
@requires("sessions.edit")
def closure() -> tuple[str, int] | str:
    """The days and the reason, then the sessions that they cancel, before anything is written."""
    asked = bool(request.args.keys() & {"starts_on", "ends_on", "reason"})
    form = ClosureForm(formdata=request.args if asked else None)
    agency_id = actor().agency_id
    if not asked or "changer" in request.args:  # back from the preview, as it was typed
        return _closure_page(form)
    if not form.validate() or agency_id is None:
        return _closure_page(form), 422
    first, last, _ = form.days()
    try:
        with reading() as session:
            collective_slots.check_days(session, agency_id, first, last, today())
    except Duplicate as fault:
        return _closure_page(form, other=put(form, fault)), 409
    except InvalidInput as fault:
        return _closure_page(form, other=put(form, fault)), 422
    return _closure_page(form, looked=True)


def _closure_page(form: ClosureForm, *, looked: bool = False, other: str | None = None) -> str:
    rows: Any = ()
    if looked:
        first, last, _ = form.days()
        with reading() as session:
            query = queries.listed(actor()).where(
                CollectiveSession.id.in_(
                    collective_slots.closed_by(
                        actor().agency_id or 0, first, last, today()
                    ).with_only_columns(CollectiveSession.id)
                )
            )
            rows = session.execute(query.order_by(CollectiveSession.held_on)).all()
    return render_template(
        "sessions/closure.html", form=form, rows=rows, looked=looked, other=both(other), on=today(), words=words
    )  # fmt: skip


@pages.post("/seances/fermetures/nouvelle")
@requires("sessions.edit")
def close_days() -> Response | tuple[str, int]:
    form = ClosureForm()
    agency_id = actor().agency_id
    if not form.validate() or agency_id is None:
        return _closure_page(form), 422
    first, last, reason = form.days()
    try:
        with transaction() as session:
            count = collective_slots.close_days(
                session, agency_id, first, last, reason,
                actor_id=actor().id, on=today(), at=clock.now(),
            )  # fmt: skip
            note(session, "closure.add", "closure", first.isoformat())
    except Duplicate as fault:
        return _closure_page(form, other=put(form, fault)), 409
    except InvalidInput as fault:
        return _closure_page(form, other=put(form, fault)), 422
    return redirect(done(url_for(".setting"), "fermeture-creee", n=count), 303)


@pages.post("/seances/fermetures/<day>/retrait")
@requires("sessions.edit")
def reopen_days(day: str) -> Response:
    """The agency holds sessions on those days after all."""
    with transaction() as session:
        query = queries.closures(actor()).with_for_update()
        row = scope.one(session, query, Closure.starts_on == _day(day))
        count = collective_slots.reopen_days(session, row, actor_id=actor().id, on=today(), at=clock.now())
        note(session, "closure.remove", "closure", day)
    return redirect(done(url_for(".setting"), "fermeture-retiree", n=count), 303)


def _day(text: str) -> date:
    """The first day of a closure, as its address says it; a day that no closure has when it cannot be read."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min
