"""Static files under an address that changes with their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
import posixpath
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

FOLDER = Path(__file__).parent / "static"
KEPT = "public, max-age=31536000, immutable"


def serve(app: Flask) -> None:
    """Give templates `asset('passerelle.css')`; only the address of the present content may be kept."""
    app.jinja_env.globals["asset"] = address

    @app.before_request
    def one_name() -> None:
        """A file has one name: others (« ./x », « y/../x ») would each be kept by what is computed once a name."""
        name = (request.view_args or {}).get("filename", "")
        if request.endpoint == "static" and name != posixpath.normpath(name):
            abort(404)

    @app.after_request
    def keep(response: Response) -> Response:
        name = (request.view_args or {}).get("filename", "")
        found = request.endpoint == "static" and response.status_code in (200, 304)
        if found and request.args.get("v") == fingerprint(name):
            response.headers["Cache-Control"] = KEPT
        return response


def address(name: str) -> str:
    return url_for("static", filename=name, v=fingerprint(name))


@cache
def fingerprint(name: str) -> str:
    """The first 8 hexadecimal digits of the SHA-256 of the file."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:8]
