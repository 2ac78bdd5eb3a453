"""Is the process alive, is the service ready: text only, no version, no names (reliability.md O1)."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from matching.errors import Unavailable
from matching.store import migrate

from ..security import public

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@public
def ready() -> Response:
    """200 when the database answers at this version's schema and a write lock can be had, else 503."""
    database = current_app.extensions["passerelle"].database
    try:
        with database.transaction():
            at_head = migrate.at_head(database.engine)
    except Unavailable:
        at_head = False
    return Response(
        "ok\n" if at_head else "not ready\n", status=200 if at_head else 503, mimetype="text/plain"
    )
