"""Collective sessions: the list, one session with its people, registering somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import attendance, clock, collective, session_queries as queries, session_seats
from matching.errors import Conflict, InvalidInput
from matching.store import scope
from matching.store.people import Person
from matching.store.sessions import CollectiveSession
from matching.vocabulary import AttendanceState, SessionState

from ..db import note, reading, today, transaction
from ..lists import LONGEST, Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import sentence_for, sessions as words

pages = Blueprint("sessions", __name__)

COLUMNS = (
    Column("jour", "Jour", (CollectiveSession.held_on, CollectiveSession.starts_at)),
    Column("theme", "Thème", (CollectiveSession.theme,)),
    Column("places", "Places"),
    Column("etat", "État"),
    Column("lieu", "Lieu", (CollectiveSession.place,)),
)
#: Which sessions, each with its order.
PAST, CANCELLED = "passees", "annulees"
HEADER = ("Jour", "Début", "Fin", "Thème", "Lieu", "État", "Places", "Inscrits", "En attente", "Venus")


@pages.get("/seances")
@requires("sessions.read")
def index() -> str | Response:
    """What is to close first, then the next ones; the past ones on demand."""
    on, at = today(), clock.now()
    over = collective.over(on, at)
    asked = request.args.get("vue", "")
    filters = (
        Filter(
            "vue",
            "Quelles séances",
            ((PAST, "Passées"), (CANCELLED, "Annulées")),
            where=lambda view: over if view == PAST else CollectiveSession.state == SessionState.CANCELLED,
            every="À venir",
        ),
        Filter("q", "Thème ou lieu", where=_search),
    )
    listing = Listing.read(
        COLUMNS, filters, sort="jour", descending=asked == PAST, size=20, tie=(CollectiveSession.id,)
    )
    query = queries.listed(actor())
    if not listing.values["vue"]:
        query = query.where(sa.not_(over))
    if listing.wants_csv:
        return _export(listing, query)
    with reading() as session:
        rows = listing.rows(session, query)
        unclosed = queries.unclosed(session, actor(), on, at)
    return render_template(
        "sessions/index.html",
        listing=listing,
        rows=rows,
        unclosed=unclosed,
        on=on,
        is_over=lambda row: collective.is_over(row, on, at),
        may_edit=allows(actor(), "sessions.edit"),
        words=words,
    )


def _search(text: str) -> sa.ColumnElement[bool]:
    parts = text.split() or [text]
    return sa.and_(
        *(
            sa.or_(
                CollectiveSession.theme.icontains(word, autoescape=True),
                CollectiveSession.place.icontains(word, autoescape=True),
            )
            for word in parts
        )
    )


def _export(listing: Listing, query: sa.Select[Any]) -> Response:
    """Figures alone, nobody's name; on the trail, like every copy that leaves."""
    on, at = today(), clock.now()
    with transaction() as session:
        rows = listing.every(session, query)
        note(session, "session.export", "session", rows=len(rows))
    cells = [
        (
            row.CollectiveSession.held_on, words.clock(row.CollectiveSession.starts_at),
            words.clock(row.CollectiveSession.ends_at), row.CollectiveSession.theme, row.CollectiveSession.place,
            words.state(row.CollectiveSession, collective.is_over(row.CollectiveSession, on, at))[0],
            row.CollectiveSession.capacity, row.taken, row.waiting, row.came,
        )
        for row in rows
    ]  # fmt: skip
    return csv_response(f"seances-{on:%Y-%m-%d}.csv", HEADER, cells)


@pages.get("/seances/<int:key>")
@requires("sessions.read")
def show(key: int) -> str:
    """Who is registered, who waits, somebody to register, what may be done."""
    return _page(key)


def _page(key: int, *, wrong: str | None = None) -> str:
    on, at = today(), clock.now()
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    with reading() as session:
        row = scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)
        lines = queries.roster(session, actor(), row)
        found = queries.candidates(session, actor(), row, text, on) if text else ()
        log = queries.log(session, row)
        gone = row.state is SessionState.CANCELLED and row.held_on >= on
        told = queries.told(session, actor(), row) if gone else None
    over = collective.is_over(row, on, at)
    return render_template(
        "sessions/show.html",
        row=row,
        lines=queries.seated(lines),
        waiting=[each for each in lines if each.row.state is AttendanceState.WAITING],
        stated=queries.stated(lines),
        text=text,
        found=found,
        log=log,
        told=told,
        over=over,
        may_register=row.state is SessionState.PLANNED and row.held_on >= on,
        may_attend=row.state is not SessionState.CANCELLED and row.held_on <= on,
        may_edit=allows(actor(), "sessions.edit"),
        may_reopen=allows(actor(), "sessions.reopen"),
        may_read_people=allows(actor(), "people.read"),
        packs="packs.show" if "packs.show" in current_app.view_functions else None,
        wrong=wrong,
        on=on,
        words=words,
    )


@pages.post("/seances/<int:key>/inscription")
@requires("sessions.attend")
def register(key: int) -> Response | tuple[str, int]:
    """A seat for somebody, or a place on the waiting list."""
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            person = wanted(session)
            made = attendance.register(session, row, person, actor_id=actor().id, on=today(), at=clock.now())
            taken, capacity = session_seats.taken(session, row.id), row.capacity
            rank = session_seats.count(session, row.id, (AttendanceState.WAITING,))
            waits = made.state is AttendanceState.WAITING
    except Conflict as fault:
        return _page(key, wrong=sentence_for(fault)), 409
    except InvalidInput as fault:
        return _page(key, wrong=sentence_for(fault)), 422
    back = url_for(".show", key=key)
    if waits:
        return redirect(done(back, "seance-attente", n=rank), 303)
    return redirect(done(back, "seance-inscrit", n=taken, total=capacity), 303)


@pages.post("/seances/<int:key>/inscriptions/<uuid:ref>/retrait")
@requires("sessions.attend")
def withdraw(key: int, ref: UUID) -> Response | tuple[str, int]:
    """They do not come; the first who waits has the seat."""
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            who = attendance.one(session, row, ref)
            promoted = attendance.withdraw(session, row, who, actor_id=actor().id, on=today(), at=clock.now())
    except InvalidInput as fault:
        return _page(key, wrong=sentence_for(fault)), 422
    return redirect(done(url_for(".show", key=key), "seance-promu" if promoted else "seance-desinscrit"), 303)


def wanted(session: Session) -> Person:
    """Whom the form names, among those whom the account may register. Raises NotFound."""
    try:
        ref = UUID(request.form.get("person", ""))
    except ValueError:
        ref = UUID(int=0)
    return scope.one(session, attendance.registrable(actor()), Person.public_id == ref)
