"""« Voulez-vous venir au club ? »: two buttons behind a personal link. Opening it writes nothing, a button does."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, club_entry_queries as queries, club_invitations, links
from matching.club_entry_queries import Invitation
from matching.errors import Conflict, PasserelleError
from matching.vocabulary import LinkKind

from ..db import reading, today, transaction
from ..forms.club_entry import LinkForm
from ..notices import done
from ..security import public
from ..wording import club_entry as words
from ..wording.personal import GONE
from .club_registration import pages

ANSWERS = {"oui": True, "non": False}


class Gone(PasserelleError):
    """A link that opens nothing; the code of `links.find`."""


def _asked(session: Session, token: str) -> Invitation:
    try:
        link = links.find(session, token, LinkKind.CLUB, at=clock.now())
    except PasserelleError as fault:
        raise Gone(fault.code) from fault
    return queries.invitation(session, link)


@pages.errorhandler(Gone)
def gone(fault: Gone) -> tuple[str, int]:
    """A sentence that says what to do; nothing of whom the link was for."""
    title, what, to_do = GONE[fault.code]
    page = render_template("personal/gone.html", title=title, what=what, to_do=to_do)
    return page, 404 if fault.code == "link-unknown" else 410


@pages.get("/reponse/club/<token>")
@public
def ask(token: str) -> tuple[str, int]:
    return _shown(token)


@pages.post("/reponse/club/<token>")
@public
def answer(token: str) -> Response | tuple[str, int]:
    """Once: the second press changes nothing; what somebody noted meanwhile is said."""
    form = LinkForm()
    said = ANSWERS.get(form.answer.data or "")
    if said is None:
        return _shown(token, status=422)
    try:
        with transaction() as session:
            club_invitations.answer(session, _asked(session, token).link, said, on=today(), at=clock.now())
    except Conflict:
        return _shown(token, status=409)
    return redirect(done(url_for(".ask", token=token), "club-oui" if said else "club-non"), 303)


def _shown(token: str, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        asked = _asked(session, token)
    if status == 200 and asked.said is None and not asked.open:
        status = 410  # over meanwhile
    page = render_template(
        "club_entry/answer.html",
        asked=asked,
        words=words,
        here=url_for(".answer", token=token),
        late=status == 409,
        on=today(),
    )
    return page, status


__all__ = ["pages"]
