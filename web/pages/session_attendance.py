"""On the day: who came, stated from a phone that may lose its connection; the printed sheet; closing, reopening."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import attendance, clock, collective, session_queries as queries
from matching.attendance import Heard, Statement
from matching.collective import SessionAction
from matching.errors import Conflict, InvalidInput
from matching.store import scope
from matching.store.people import Person
from matching.store.sessions import CollectiveSession
from matching.vocabulary import CAME, AttendanceState, SessionState

from ..db import note, reading, today, transaction
from ..lists import LONGEST
from ..notices import done
from ..security import actor, allows, requires
from ..wording import sentence_for, sessions as words
from .sessions import pages as pages, wanted

_KEY = re.compile(r"[0-9a-f-]{36}")
#: Lines left on the sheet for who comes unannounced.
BLANKS = 5


@pages.get("/seances/<int:key>/emargement")
@requires("sessions.attend")
def sign(key: int) -> str:
    """A row for each person, four answers a row."""
    return _page(key)


def _page(key: int, *, wrong: str | None = None) -> str:
    on = today()
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    with reading() as session:
        row = scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)
        lines = queries.roster(session, actor(), row)
        found = queries.candidates(session, actor(), row, text, on) if text else ()
    return render_template("sessions/sign.html", text=text, found=found, wrong=wrong, **_shown(row, lines))


def _shown(row: CollectiveSession, lines: object) -> dict[str, object]:
    """What the page and its fragments need."""
    every = list(lines)  # type: ignore[call-overload]
    seated = queries.seated(every)
    return {
        "row": row,
        "lines": seated,
        "waiting": [each for each in every if each.row.state is AttendanceState.WAITING],
        "stated": queries.stated(seated),
        "open": row.state is SessionState.PLANNED and row.held_on <= today(),
        "may_reopen": allows(actor(), "sessions.reopen"),
        "user": actor().public_id,
        "on": today(),
        "words": words,
        "CAME": CAME,
    }


@pages.post("/seances/<int:key>/emargement/<uuid:ref>")
@requires("sessions.attend")
def state(key: int, ref: UUID) -> Response | tuple[str, int]:
    """What a phone says of somebody, now or when its connection is back; the same key twice is once."""
    fragment = "X-Fragment" in request.headers
    fault: Exception | None = None
    heard = None
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            who = attendance.one(session, row, ref)
            heard = attendance.say(
                session, row, who, _statement(), actor_id=actor().id, on=today(), at=clock.now()
            )
    except (Conflict, InvalidInput) as refused:
        fault = refused
    status = 409 if heard is Heard.CONFLICT or isinstance(fault, Conflict) else 422 if fault else 200
    said = sentence_for(fault) if fault else None
    if fragment:
        return make_response(_fragment(key, ref, said), status)
    if status != 200:
        return _page(key, wrong=said), status
    return redirect(done(url_for(".sign", key=key, _anchor=f"p-{ref}"), "seance-note"), 303)


def _fragment(key: int, ref: UUID, said: str | None) -> str:
    with reading() as session:
        row = scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)
        lines = queries.roster(session, actor(), row)
        line = next((each for each in lines if each.row.public_id == ref), None)
        line = line or queries.line(session, actor(), row, ref)
    return render_template("sessions/fragment.html", line=line, said=said, **_shown(row, lines))


def _statement() -> Statement:
    """As the form says it. Raises InvalidInput."""
    try:
        wanted_state = AttendanceState(request.form.get("state", ""))
    except ValueError as wrong:
        raise InvalidInput("bad-choice") from wrong
    key = request.form.get("key", "")
    version = request.form.get("version", "")
    return Statement(
        wanted_state,
        key if _KEY.fullmatch(key) else str(uuid4()),
        _instant(request.form.get("at", "")),
        int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else None,
    )


def _instant(text: str) -> datetime:
    """When it was pressed, by the phone; now when that cannot be read."""
    now = clock.now()
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return min(found.astimezone(UTC), now) if found.tzinfo is not None else now
    except (ValueError, OverflowError):  # the ends of the calendar have no such hour in UTC
        return now


@pages.post("/seances/<int:key>/emargement/venue")
@requires("sessions.attend")
def walk_in(key: int) -> Response | tuple[str, int]:
    """Somebody who came without being registered."""
    return _came(key, lambda session, row: wanted(session))


@pages.post("/seances/<int:key>/emargement/<uuid:ref>/venue")
@requires("sessions.attend")
def walk_in_waiting(key: int, ref: UUID) -> Response | tuple[str, int]:
    """Somebody of the waiting list who came."""
    return _came(key, lambda session, row: attendance.person(session, attendance.one(session, row, ref)))


def _came(key: int, who: Callable[[Session, CollectiveSession], Person]) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            attendance.walk_in(
                session, row, who(session, row), actor_id=actor().id, on=today(), at=clock.now()
            )
    except Conflict as fault:
        return _page(key, wrong=sentence_for(fault)), 409
    except InvalidInput as fault:
        return _page(key, wrong=sentence_for(fault)), 422
    return redirect(done(url_for(".sign", key=key), "seance-venu"), 303)


@pages.post("/seances/<int:key>/cloture")
@requires("sessions.attend")
def close(key: int) -> Response | tuple[str, int]:
    """Everybody was stated: the session is closed."""
    return _step(key, SessionAction.CLOSE)


@pages.post("/seances/<int:key>/reouverture")
@requires("sessions.reopen")
def reopen(key: int) -> Response | tuple[str, int]:
    """To correct who came."""
    return _step(key, SessionAction.REOPEN)


def _step(key: int, action: SessionAction) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            row = attendance.held(session, actor(), key)
            collective.change(
                session, row, action, actor_id=actor().id, party=actor().party, on=today(), at=clock.now()
            )
            note(session, f"session.{action}", "session", str(row.id))
            lines = queries.seated(queries.roster(session, actor(), row))
            came, seated = sum(each.row.state in CAME for each in lines), len(lines)
    except Conflict as fault:
        return _page(key, wrong=sentence_for(fault)), 409
    except InvalidInput as fault:
        return _page(key, wrong=sentence_for(fault)), 422
    if action is SessionAction.CLOSE:
        return redirect(done(url_for(".show", key=key), "seance-close", n=came, total=seated), 303)
    return redirect(done(url_for(".sign", key=key), "seance-rouverte"), 303)


@pages.get("/seances/<int:key>/feuille")
@requires("sessions.attend")
def sheet(key: int) -> str:
    """A page to print and sign."""
    with reading() as session:
        row = scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)
        lines = queries.seated(queries.roster(session, actor(), row))
    return render_template(
        "sessions/sheet.html", row=row, lines=lines, blanks=BLANKS, on=today(), words=words
    )
