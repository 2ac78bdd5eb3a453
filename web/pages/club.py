"""The club at a glance, one member, a whole week noted at once, the animator's day."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, club_board, club_contacts, club_looks, club_sheet
from matching.club_board import Member
from matching.errors import PasserelleError
from matching.store.club import Cohort

from ..db import note, note_read, reading, today, transaction
from ..forms.club import WeekLine, WeekPage
from ..lists import Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import club as words, phone, sentence_for

pages = Blueprint("club", __name__)

HEADER = (
    "Nom", "Prénom", "Groupe", "État", "Premier jour", "Fin prévue", "Semaine", "Semaines couvertes", "Semaines dues",
    "Semaines excusées", "Dernier contact", "Jours sans contact", "Sortie le", "Situation à la sortie",
)  # fmt: skip


@pages.get("/club")
@requires("club.read")
def index() -> str | Response:
    """The members, longest silence first; those who left, the last ones first."""
    me, on = actor(), today()
    with reading() as session:
        listing = _listing(club_board.cohorts(session, me))
        found = _listed(session, listing)
    if listing.wants_csv:
        return _export(found)
    running = [each for each in found if each.running]
    return render_template(
        "club/index.html",
        listing=listing,
        members=listing.cut(found),
        count=len(running),
        silent=sum(each.silent for each in running),
        on=on,
        words=words,
        may_edit=allows(me, "club.edit"),
        phone=phone,
    )


def _listing(cohorts: Sequence[Cohort]) -> Listing:
    named = tuple((str(each.public_id), each.name) for each in cohorts)
    filters = (
        Filter("montre", "Jeunes montrés", (("sortis", "Sortis"),), every="Au club"),
        Filter("groupe", "Groupe", named, every="Tous les groupes"),
    )
    return Listing.read((), filters, sort="")


def _listed(session: Session, listing: Listing) -> list[Member]:
    cohort = UUID(listing.values["groupe"]) if listing.values["groupe"] else None
    read = club_board.ended if listing.values["montre"] else club_board.members
    return read(session, actor(), today(), cohort=cohort)


def _export(found: list[Member]) -> Response:
    """The list as a spreadsheet; on the trail, like every copy that leaves."""
    with transaction() as session:
        note(session, "club.export", "club", rows=len(found))
    return csv_response(f"club-{today():%Y-%m-%d}.csv", HEADER, [_cells(each) for each in found])


def _cells(each: Member) -> tuple[object, ...]:
    row, cover = each.row, club_looks.coverage(each.squares)
    return (
        each.family_name, each.given_names, each.cohort, words.STATES[row.state][0], row.joined_on, row.planned_end_on,
        each.number, cover.covered, cover.owed, cover.excused, each.silence.last, each.silence.days, row.left_on,
        words.OUTCOMES.get(row.outcome or ""),
    )  # fmt: skip


@pages.get("/club/<uuid:ref>")
@requires("club.read")
def show(ref: UUID) -> str:
    """One member: the weeks, what was done, what is next; its reading goes on the trail."""
    me, on = actor(), today()
    with reading() as session:
        sheet = club_sheet.sheet(session, me, ref, on)
    note_read("club.read", "person", sheet.person.public_id)
    return render_template(
        "club/show.html",
        sheet=sheet,
        row=sheet.row,
        may_edit=allows(me, "club.edit"),
        may_reopen=allows(me, "club.edit") or allows(me, "club.set_up"),
        may_note=club_contacts.may_note(sheet.row, on),
        reads_file=allows(me, "people.read"),
        on=on,
        words=words,
        phone=phone,
    )


@pages.get("/club/semaine")
@requires("club.edit")
def week() -> str:
    """Everybody's contact of the week on one page, or one group's."""
    form = WeekPage(formdata=None, data={"on": today()})
    listing, members = _to_note()
    return _week(form, listing, form.lines(members))


def _to_note() -> tuple[Listing, list[Member]]:
    with reading() as session:
        listing = _listing(club_board.cohorts(session, actor()))
        chosen = listing.values["groupe"]
        found = club_board.members(session, actor(), today(), cohort=UUID(chosen) if chosen else None)
    return listing, found


def _week(form: WeekPage, listing: Listing, lines: list[WeekLine]) -> str:
    return render_template(
        "club/week.html",
        form=form,
        listing=listing,
        lines=lines,
        wrong=[line for line in lines if line.error],
        saved=sum(line.saved for line in lines),
        on=today(),
        words=words,
    )


@pages.post("/club/semaine")
@requires("club.edit")
def note_week() -> Response | tuple[str, int]:
    """Each line on its own: what can be noted is, the others keep what was typed and say why."""
    form = WeekPage()
    listing, members = _to_note()
    lines = form.lines(members, request.form)
    if not form.validate():
        return _week(form, listing, lines), 422
    for line in lines:
        _note_line(form, line)
    saved, wrong = sum(line.saved for line in lines), any(line.error for line in lines)
    if wrong:
        return _week(form, listing, lines), 422
    if not saved:
        return redirect(done(listing.link(), "semaine-vide"), 303)
    code = "semaine-notee" if saved > 1 else "contact-un"
    return redirect(done(url_for(".index"), code, n=saved), 303)


def _note_line(form: WeekPage, line: WeekLine) -> None:
    assert form.on.data is not None
    try:
        said = line.said(form.on.data)
    except KeyError:
        line.error = "Choisissez un contact de la liste."
        return
    if said is None:
        if line.note:
            line.error = "Choisissez le contact dont parle la note."
        return
    try:
        with transaction() as session:
            row = club_sheet.held(session, actor(), line.member.row.public_id)
            club_contacts.note(
                session, row, said, actor_id=actor().id, party=actor().party, on=today(), at=clock.now()
            )
            note(session, "club.contact", "person", club_sheet.person_ref(session, row))
    except PasserelleError as fault:
        line.error = sentence_for(fault)
        return
    line.saved, line.choice, line.note = True, "", ""


def day() -> str:
    """The animator's home: what needs her today, one verb a line."""
    me, on = actor(), today()
    with reading() as session:
        found = club_board.today(session, me, on)
    return render_template("home/animator.html", today=found, on=on, words=words, phone=phone)
