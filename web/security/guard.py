"""Asked before every request: CSRF and origin, who it is, whether the endpoint is theirs (Z3)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from matching import audit, clock
from matching.errors import NotAllowed

from ..db import transaction
from . import sessions
from .addresses import safe_next
from .policy import allows, policy_of

SAFE = {"GET", "HEAD", "OPTIONS"}


def protect(app: Flask) -> None:
    """Register the checks; order matters: origin and CSRF first, they cost nothing."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session it is bound to

    @app.before_request
    def same_site() -> None:
        if request.method not in SAFE and request.headers.get("Sec-Fetch-Site") == "cross-site":
            abort(400)

    CSRFProtect(app)

    @app.before_request
    def allowed() -> Response | None:
        if request.endpoint is None or request.routing_exception is not None:
            sessions.identify()  # for the menu of the error page
            return None
        policy = policy_of(app, request.endpoint)
        if policy is None:
            raise NotFound
        signed_in = sessions.identify() if request.endpoint != "static" else None
        if policy.permission is None:
            return None
        if signed_in is None:
            return _to_the_door("accounts.sign_in")
        if policy.half:
            return None
        if not signed_in.verified:
            return _to_the_door("accounts.second_factor")
        if not allows(signed_in.actor, policy.permission):
            _note_refusal(signed_in)
            raise NotAllowed("not-your-page", role=str(signed_in.actor.role))
        if (policy.fresh or _is_export()) and not signed_in.is_fresh(clock.now()):
            return _to_the_door("accounts.confirm")
        return None


def _is_export() -> bool:
    """Whether a list is to leave as a table: every list has one at this address (A4)."""
    return request.args.get("format") == "csv"


def _note_refusal(signed_in: sessions.SignedIn) -> None:
    with transaction() as session:
        audit.append(
            session,
            at=clock.now(),
            actor_id=signed_in.actor.id,
            action="page.refused",
            subject_kind="page",
            subject_id=(request.endpoint or "")[:40],
        )


def _to_the_door(endpoint: str) -> Response:
    """To the page where one proves who one is; back to where one wanted to go afterwards, or came from with a form."""
    if sessions.is_json():
        abort(401)
    wanted = safe_next(request.full_path.rstrip("?") if request.method == "GET" else _came_from())
    return redirect(url_for(endpoint, next=wanted if wanted != "/" else None), 302)


def _came_from() -> str | None:
    parts = urlsplit(request.referrer or "")
    return f"{parts.path}?{parts.query}".rstrip("?") if parts.netloc == request.host else None
