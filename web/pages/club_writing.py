"""What an animator writes of one member: each form on a page of its own, each refusal beside what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from matching import approaches, clock, club_contacts, club_sheet
from matching.errors import Conflict, InvalidInput, NotFound
from matching.store import scope
from matching.store.club import Approach, ClubContact, ClubMembership

from ..db import note, reading, today, transaction
from ..forms import club as forms
from ..forms.club_layout import APPROACH, CONTACT, CORRECT, RESULT, WEEK, Form
from ..notices import done
from ..security import actor, requires
from ..wording import club as words, sentence_for
from .club import pages as pages

Act = Callable[[Session, ClubMembership], None]


def shown(ref: UUID, spec: Form, form: FlaskForm, **more: Any) -> str:
    with reading() as session:
        sheet = club_sheet.sheet(session, actor(), ref, today())
    if "version" in form and not form.version.data:
        form.version.data = sheet.row.version
    return render_template(
        "club/form.html",
        spec=spec,
        form=form,
        sheet=sheet,
        words=words,
        on=today(),
        action=request.path,
        **more,
    )


def write(ref: UUID, spec: Form, form: FlaskForm, act: Act, *, notice: str | None = None) -> Any:
    """Check, act, put it on the trail; who was slower learns what was done, and keeps what was typed."""
    with reading() as session:
        club_sheet.sheet(session, actor(), ref, today())  # 404 before anything is said of the form
    if not form.validate():
        return shown(ref, spec, form), 422
    try:
        with transaction() as session:
            row = club_sheet.held(session, actor(), ref)
            act(session, row)
            note(session, spec.trail, "person", club_sheet.person_ref(session, row))
    except InvalidInput as fault:
        name = spec.faults.get(fault.code, spec.fields[0].name)
        if name not in form:
            return shown(ref, spec, form, conflict=sentence_for(fault)), 422
        form[name].errors = [sentence_for(fault)]
        return shown(ref, spec, form), 422
    except Conflict as fault:
        if "version" in form:  # read it, then decide again
            form.version.data = form.version.raw_data = None
        return shown(ref, spec, form, conflict=_overtaken(ref) or sentence_for(fault)), 409
    return redirect(done(url_for(".show", ref=ref), notice or spec.notice), 303)


def _overtaken(ref: UUID) -> str | None:
    """The last thing that was done with that member, and by whom."""
    with reading() as session:
        sheet = club_sheet.sheet(session, actor(), ref, today())
    if not sheet.events:
        return None
    said, who = words.event(sheet.events[0], sheet.names)
    return f"Dernière étape notée : {said} ({who})."


def who() -> dict[str, Any]:
    return {"actor_id": actor().id, "party": actor().party}


def now() -> dict[str, Any]:
    return {**who(), "on": today(), "at": clock.now()}


# --- contacts


@pages.route("/club/<uuid:ref>/contacts/nouveau", methods=["GET", "POST"])
@requires("club.edit")
def contact(ref: UUID) -> Any:
    if request.method == "GET":
        form = forms.ContactForm(formdata=None, data={"on": today(), "channel": "phone", "answered": True})
        return shown(ref, CONTACT, form)
    form = forms.ContactForm()
    return write(ref, CONTACT, form, lambda s, row: void(club_contacts.note(s, row, form.said(), **now())))


@pages.route("/club/<uuid:ref>/contacts/<uuid:contact_ref>", methods=["GET", "POST"])
@requires("club.edit")
def correct_contact(ref: UUID, contact_ref: UUID) -> Any:
    """Correct or take back; what was is on the history."""
    with reading() as session:
        row = _contact(session, row_of(session, ref), contact_ref)
    if request.method == "GET":
        data = {
            "on": row.done_on, "channel": row.channel, "answered": row.two_way, "minutes": row.minutes,
            "note": row.note,
        }  # fmt: skip
        return shown(ref, CORRECT, forms.ContactForm(formdata=None, data=data))
    form = forms.ContactForm()
    if "retirer" in request.form:
        return write(
            ref, CORRECT, pressed(),
            lambda s, row: club_contacts.take_back(s, row, _contact(s, row, contact_ref), **now()),
            notice="contact-retire",
        )  # fmt: skip
    return write(
        ref, CORRECT, form,
        lambda s, row: club_contacts.correct(s, row, _contact(s, row, contact_ref), form.said(), **now()),
    )  # fmt: skip


def row_of(session: Session, ref: UUID) -> ClubMembership:
    return scope.one(session, scope.memberships(actor()), ClubMembership.public_id == ref)


def _contact(session: Session, row: ClubMembership, ref: UUID) -> ClubContact:
    return scope.one(session, club_contacts.query(row.id), ClubContact.public_id == ref)


def pressed() -> FlaskForm:
    """A button alone: nothing is asked for but that the form is ours."""
    return FlaskForm()


def void(_: object) -> None:
    """What a flow gives back is of no use to the page."""


# --- démarches


@pages.route("/club/<uuid:ref>/demarches/nouvelle", methods=["GET", "POST"])
@requires("club.edit")
def approach(ref: UUID) -> Any:
    if request.method == "GET":
        data = {"on": today(), "channel": "visit", "result": "waiting"}
        return shown(ref, APPROACH, forms.ApproachForm(formdata=None, data=data))
    form = forms.ApproachForm()
    return write(
        ref, APPROACH, form,
        lambda s, row: void(approaches.note(s, row, form.done(), on=today(), **who())),
    )  # fmt: skip


@pages.route("/club/<uuid:ref>/demarches/<uuid:approach_ref>", methods=["GET", "POST"])
@requires("club.edit")
def answer_approach(ref: UUID, approach_ref: UUID) -> Any:
    with reading() as session:
        row = _approach(session, row_of(session, ref), approach_ref)
    spec = RESULT
    if request.method == "GET":
        data = {"result": row.result, "result_on": row.result_on, "note": row.note}
        return shown(ref, spec, forms.ResultForm(formdata=None, data=data), about=words.approach(row))
    if "retirer" in request.form:
        return write(
            ref, spec, pressed(),
            lambda s, row: approaches.take_back(s, _approach(s, row, approach_ref), party=actor().party),
            notice="demarche-retiree",
        )  # fmt: skip
    form = forms.ResultForm()

    def act(session: Session, row: ClubMembership) -> None:
        approaches.answer(
            session, _approach(session, row, approach_ref), form.result.data, result_on=form.result_on.data,
            note=form.note.data, party=actor().party,
        )  # fmt: skip

    return write(ref, spec, form, act)


def _approach(session: Session, row: ClubMembership, ref: UUID) -> Approach:
    return scope.one(session, approaches.query(row.id), Approach.public_id == ref)


# --- a week


@pages.route("/club/<uuid:ref>/semaines/<int:number>", methods=["GET", "POST"])
@requires("club.edit")
def complete_week(ref: UUID, number: int) -> Any:
    """An absence with its reason, an obstacle, the next step."""
    with reading() as session:
        sheet = club_sheet.sheet(session, actor(), ref, today())
    week = next((each for each in sheet.weeks if each.square.number == number), None)
    if week is None:
        raise NotFound("not-found")
    if request.method == "GET":
        data = {
            "excused": week.row.excused or "",
            "obstacle": week.row.obstacle,
            "next_step": week.row.next_step,
        }
        return shown(ref, WEEK, forms.WeekForm(formdata=None, data=data), about=f"Semaine {number}")
    form = forms.WeekForm()

    def act(session: Session, row: ClubMembership) -> None:
        found = club_contacts.numbered(session, row, number)
        club_contacts.mark(
            session, row, found, excused=form.excused.data or None, obstacle=form.obstacle.data,
            next_step=form.next_step.data, party=actor().party,
        )  # fmt: skip

    return write(ref, WEEK, form, act)
