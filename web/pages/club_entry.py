"""A club's settings and its groups: who may enter, when a group begins, who is in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import (
    clock,
    club_entry_queries as queries,
    club_invitations,
    club_prospects,
    club_setup,
    cohorts,
)
from matching.club_invitations import Line
from matching.club_prospects import Prospect
from matching.errors import Conflict, Duplicate, InvalidInput, PasserelleError
from matching.store import scope
from matching.store.club import Club, Cohort
from matching.vocabulary import MembershipState as State

from ..db import note_read, reading, today, transaction
from ..forms import club_entry as forms
from ..notices import done
from ..occupations import coder
from ..security import actor, allows, requires
from ..wording import club_entry as words, overtaken, sentence_for

pages = Blueprint("club_entry", __name__)

Page = str | Response | tuple[str, int]


def render(template: str, **facts: Any) -> str:
    return render_template(
        template,
        words=words,
        phone=words.phone,
        on=today(),
        may_write=allows(actor(), "club.edit"),
        State=State,
        **facts,
    )


# --- settings


@pages.get("/club/reglages")
@requires("club.read")
def settings() -> str:
    with reading() as session:
        runs = queries.clubs(session, actor())
    return render("club_entry/settings.html", runs=runs, may_set_up=allows(actor(), "club.set_up"))


@pages.route("/club/reglages/nouveau", methods=["GET", "POST"])
@requires("club.set_up")
def new_club() -> Page:
    """A club of the supervisor's agency, with the experiment's terms to begin with."""
    with reading() as session:
        users = club_setup.eligible(session, actor().agency_id)
    form = forms.SettingsForm().among(users)
    if request.method != "POST":
        form.fill(club_setup.Settings(name=""), 0, users)
        return render("club_entry/settings_form.html", form=form, club=None)
    if not form.validate():
        return render("club_entry/settings_form.html", form=form, club=None), 422
    try:
        with transaction() as session:
            club_setup.create(session, actor(), form.settings(), form.chosen(), at=clock.now())
    except (Duplicate, InvalidInput) as fault:
        _on_field(form, fault)
        return render("club_entry/settings_form.html", form=form, club=None), 422
    return redirect(done(url_for(".settings"), "club-cree"), 303)


@pages.route("/club/reglages/<uuid:ref>", methods=["GET", "POST"])
@requires("club.set_up")
def edit_club(ref: UUID) -> Page:
    with reading() as session:
        club = _club(session, ref)
        users = club_setup.eligible(session, club.agency_id)
        running = club_setup.animators(session, club)
    form = forms.SettingsForm().among(users)
    if request.method != "POST":
        form.fill(club_setup.settings_of(club), club.version, running)
        return render("club_entry/settings_form.html", form=form, club=club)
    if not form.validate():
        return render("club_entry/settings_form.html", form=form, club=club), 422
    try:
        with transaction() as session:
            changed = club_setup.edit(
                session,
                actor(),
                _club(session, ref),
                form.settings(),
                form.chosen(),
                version=form.version.data or 0,
                at=clock.now(),
            )
    except (Duplicate, InvalidInput) as fault:
        _on_field(form, fault)
        return render("club_entry/settings_form.html", form=form, club=club), 422
    except Conflict as fault:
        form.version.data, form.version.raw_data = club.version, None
        return render("club_entry/settings_form.html", form=form, club=club, conflict=overtaken(fault)), 409
    return redirect(done(url_for(".settings"), "club-regle" if changed else "club-inchange"), 303)


def _on_field(form: Any, fault: PasserelleError) -> None:
    """A refusal is said beside the field that it is about."""
    name = {
        "club-limit": str(fault.facts.get("field", "name")),
        "club-drop-before-risk": "drop_weeks",
        "club-animator-unknown": "animators" if "animators" in form else "animator",
        "cohort-day-off": "starts_on",
        "cohort-starts-past": "starts_on",
        "cohort-started": "starts_on",
        "cohort-seats": "seats",
        "cohort-seats-taken": "seats",
    }.get(fault.code, "name")
    form[name].errors = [sentence_for(fault)]


def _club(session: Session, ref: UUID) -> Club:
    return scope.one(session, scope.clubs(actor()), Club.public_id == ref)


# --- groups


@pages.get("/club/groupes")
@requires("club.read")
def index() -> str:
    with reading() as session:
        runs = queries.clubs(session, actor())
        standings = queries.groups(session, actor())
        waiting = cohorts.waiting(session, [each.cohort.id for each in standings])
    return render(
        "club_entry/index.html",
        runs=runs,
        standings=standings,
        waiting={key: len(listed) for key, listed in waiting.items()},
    )


@pages.get("/club/groupes/<uuid:ref>")
@requires("club.read")
def show(ref: UUID) -> Page:
    return shown(ref)


def shown(ref: UUID, *, conflict: str | None = None, status: int = 200) -> tuple[str, int]:
    """The page of a group; `conflict`: why what was just asked is not done."""
    with reading() as session:
        sheet = queries.sheet(session, actor(), _cohort(session, ref))
        open_groups = queries.enterable(session, actor(), sheet.club, today())
    page = render(
        "club_entry/show.html",
        sheet=sheet,
        noting=forms.AnswerNotedForm(formdata=None),
        moving=forms.MoveForm(formdata=None).among(open_groups, sheet.cohort),
        conflict=conflict,
        OVER=queries.OVER,
    )
    return page, status


def _cohort(session: Session, ref: UUID) -> Cohort:
    return scope.one(session, scope.cohorts(actor()), Cohort.public_id == ref)


@pages.route("/club/groupes/nouveau", methods=["GET", "POST"])
@requires("club.edit")
def new_cohort() -> Page:
    """A group to come, and whom to invite into it: those ticked among the prospects, or a group that was suggested."""
    asked = request.form if request.method == "POST" else request.args
    with reading() as session:
        runs = queries.clubs(session, actor())
        run = chosen(runs, asked.get("club", ""))
        wanted = forms.refs(asked.getlist("people") or asked.getlist("jeune"))
        people = found(session, run.club, wanted) if run is not None and wanted else []
    if run is None:
        return render("club_entry/no_club.html", runs=runs)
    form = forms.CohortForm().of(run.club, run.animators).listing(people)
    facts: dict[str, Any] = {"form": form, "runs": runs, "run": run, "people": people, "cohort": None}
    if request.method != "POST":
        form.seats.data = form.seats.data or run.club.seats
        form.animator.data = str(actor().id) if actor().id in {each.id for each in run.animators} else ""
        form.people.data = [str(each.public_id) for each in people]
        return render("club_entry/cohort_form.html", **facts)
    if not form.validate():
        return render("club_entry/cohort_form.html", **facts), 422
    lines: list[Line] = []
    try:
        with transaction() as session:
            club = _club(session, run.club.public_id)
            cohort = cohorts.create(session, actor(), club, form.plan(), on=today(), at=clock.now())
            made = cohort.public_id
            if wanted:
                lines = club_invitations.invite(
                    session, actor(), club, wanted, cohort, on=today(), at=clock.now()
                )
    except (Duplicate, InvalidInput) as fault:
        _on_field(form, fault)
        return render("club_entry/cohort_form.html", **facts), 422
    return _invited(lines, made, "groupe-cree" if lines else "groupe-vide-cree")


def _invited(lines: list[Line], cohort: UUID | None, notice: str) -> Page:
    """To the group when everybody is invited and written to; else a line for each, who is to be called first."""
    url = url_for(".show", ref=cohort) if cohort is not None else url_for(".candidates")
    if all(line.fault is None and line.written for line in lines):
        counts = {"invites": len(lines), "ecrits": len(lines), "refus": 0} if lines else {}
        return redirect(done(url, notice, **counts), 303)
    said = [(line, sentence_for(line.fault) if line.fault is not None else "") for line in lines]
    return render("club_entry/invited.html", lines=said, back=url, cohort=cohort)


@pages.route("/club/groupes/<uuid:ref>/modification", methods=["GET", "POST"])
@requires("club.edit")
def edit_cohort(ref: UUID) -> Page:
    with reading() as session:
        cohort = _cohort(session, ref)
        club = scope.one(session, scope.clubs(actor()), Club.id == cohort.club_id)
        run = queries.Run(club, tuple(club_setup.animators(session, club)))
    form = forms.CohortForm().of(club, run.animators).listing([])
    facts: dict[str, Any] = {"form": form, "runs": [run], "run": run, "people": [], "cohort": cohort}
    if request.method != "POST":
        form.fill(cohort)
        return render("club_entry/cohort_form.html", **facts)
    if not form.validate():
        return render("club_entry/cohort_form.html", **facts), 422
    try:
        with transaction() as session:
            cohorts.edit(
                session,
                actor(),
                _cohort(session, ref),
                form.plan(),
                version=form.version.data or 0,
                on=today(),
                at=clock.now(),
            )
    except (Duplicate, InvalidInput) as fault:
        _on_field(form, fault)
        return render("club_entry/cohort_form.html", **facts), 422
    except Conflict as fault:
        form.version.data, form.version.raw_data = cohort.version, None
        return render("club_entry/cohort_form.html", **facts, conflict=overtaken(fault)), 409
    return redirect(done(url_for(".show", ref=ref), "groupe-regle"), 303)


# --- what the pages of the candidates share


def chosen(runs: list[queries.Run], ref: str) -> queries.Run | None:
    """The club that the address names among the actor's, else the first."""
    return next((each for each in runs if str(each.club.public_id) == ref), runs[0] if runs else None)


def found(session: Session, club: Club, only: list[UUID] | None = None) -> list[Prospect]:
    return club_prospects.find(session, actor(), club, coder(session), on=today(), only=only)


__all__ = ["chosen", "found", "note_read", "pages", "render", "shown"]
