"""The public planning: a page, a poster, calendars. Anybody reads them, without an account and without a cookie."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for

from matching import planning

from .. import calendar
from ..db import reading, today
from ..security import current, public
from ..security.addresses import public_url
from ..wording import planning as words

pages = Blueprint("planning", __name__)

#: Who is not signed in, and every cache between, may keep it so long.
KEPT = "public, max-age=300"


@pages.get("/planning")
@public
def index() -> Response:
    with reading() as session:
        found = planning.public(session, on=today())
    feed = public_url() + url_for(".feed")
    return _kept(
        make_response(
            render_template(
                "planning/index.html",
                planning=found,
                words=words,
                feed=feed,
                webcal="webcal:" + feed.partition(":")[2],
            )
        )
    )


@pages.get("/planning/affiche")
@public
def poster() -> Response:
    """One A4 page to print and hang: black on white, the address of the planning in full."""
    with reading() as session:
        found = planning.public(session, on=today())
    return _kept(
        make_response(
            render_template(
                "planning/poster.html",
                planning=found,
                lines=planning.poster(found),
                words=words,
                address=public_url() + url_for(".index"),
            )
        )
    )


@pages.get("/planning.ics")
@public
def feed() -> Response:
    """The sessions as a calendar to subscribe to."""
    with reading() as session:
        lines = planning.calendar(session, on=today())
    return _calendar(lines, "seances.ics")


@pages.get("/planning/<int(max=2147483647):number>.ics")
@public
def one(number: int) -> Response:
    """One session, to put into a calendar. 404: there is none of that number."""
    with reading() as session:
        line = planning.one(session, number)
    return _calendar((line,), words.file_name(line))


def _calendar(lines: tuple[planning.Line, ...], name: str) -> Response:
    answer = Response(
        calendar.of_sessions(lines, url=public_url() + url_for(".index")), mimetype="text/calendar"
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return _kept(answer)


def _kept(answer: Response) -> Response:
    """Not sent again while it has not changed; kept only where nobody is signed in (security.md B3)."""
    if current() is None:
        answer.headers["Cache-Control"] = KEPT
    answer.vary.add("Cookie")
    answer.add_etag()
    answer.make_conditional(request)
    return answer
