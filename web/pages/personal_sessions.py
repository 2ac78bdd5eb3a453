"""On a young person's own page: the next collective sessions, « Je m'inscris », « Je ne viens plus »."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from matching import clock, own_file, own_sessions
from matching.errors import Conflict, InvalidInput
from matching.vocabulary import AttendanceState

from ..db import reading, today, transaction
from ..notices import done
from ..security import public
from ..wording import sentence_for, sessions as words
from .personal import Page, _proved, pages as pages


@pages.get("/moi/<token>/seances")
@public
def sessions(token: str) -> Page:
    return _page(token)


def _page(token: str, wrong: str | None = None) -> str:
    with reading() as session:
        person = own_file.person_of(session, _proved(session, token))
        found = own_sessions.upcoming(session, person, on=today(), at=clock.now())
    return render_template(
        "personal/sessions.html", found=found, token=token, wrong=wrong, on=today(), words=words
    )


@pages.post("/moi/<token>/seances")
@public
def attend(token: str) -> Page:
    """A seat for them, or their seat given back."""
    text = request.form.get("session", "")
    key = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    on, at = today(), clock.now()
    try:
        with transaction() as session:
            person = own_file.person_of(session, _proved(session, token))
            if request.form.get("answer") == "non":
                own_sessions.leave(session, person, key, on=on, at=at)
                code = "own-session-left"
            else:
                made = own_sessions.join(session, person, key, on=on, at=at)
                waits = made.state is AttendanceState.WAITING
                code = "own-session-waiting" if waits else "own-session"
    except Conflict as fault:
        return _page(token, sentence_for(fault)), 409
    except InvalidInput as fault:
        return _page(token, sentence_for(fault)), 422
    return redirect(done(url_for(".sessions", token=token, _anchor=f"seance-{key}"), code), 303)
