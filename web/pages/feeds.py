"""What is due as a calendar: an address of one's own, made and withdrawn from « Échéances », read without a cookie."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from matching import clock, feeds
from matching.errors import Conflict, NotFound

from .. import calendar
from ..db import book, note, reading, today, transaction
from ..notices import done
from ..security import actor, allows, public, requires
from ..security.addresses import public_url

pages = Blueprint("feeds", __name__)


@pages.post("/echeances/agenda")
@requires("placements.read", fresh=True)
def make() -> str:
    """A new address, shown this once: only its hash is kept. It leaves like an export does (A4)."""
    with transaction() as session:
        token = feeds.make(session, actor().id, at=clock.now())
        note(session, "feed.made", "account", str(actor().public_id))
    return render_template("deadlines/feed.html", address=public_url() + url_for(".read", token=token))


@pages.post("/echeances/agenda/retrait")
@requires("placements.read")
def withdraw() -> Answer:
    with transaction() as session:
        closed = feeds.withdraw(session, actor().id, at=clock.now())
        if closed:
            note(session, "feed.withdrawn", "account", str(actor().public_id))
    return redirect(done(url_for("deadlines.index"), "feed-withdrawn"), 303)


#: Said to a calendar whose address is nobody's.
UNKNOWN = "Cet agenda n'existe pas : recopiez son adresse entière, ou créez-en une autre dans « Échéances »."


@pages.get("/agenda/<token>.ics")
@public
def read(token: str) -> Response:
    """The calendar; 404: no such address; 410: withdrawn or too old. Writes nothing and knows no cookie."""
    try:
        with reading() as session:
            reader = feeds.reader(session, token, at=clock.now())
            if not allows(reader, "placements.read"):
                return _plain(UNKNOWN, 404)
            found = list(feeds.entries(session, reader, book(), on=today()))
    except NotFound:
        return _plain(UNKNOWN, 404)
    except Conflict:
        return _plain(
            "Cet agenda a été retiré ou remplacé : créez une autre adresse dans « Échéances ».", 410
        )
    body = calendar.written(found, on=today(), url=public_url() + url_for("deadlines.index"))
    answer = Response(body, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="echeances.ics"'
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _plain(sentence: str, status: int) -> Response:
    return Response(sentence + "\n", status=status, mimetype="text/plain")
