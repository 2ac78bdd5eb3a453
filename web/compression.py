"""Answers made smaller for slow lines: gzip of what no stranger can make us say.

BREACH reads a secret beside text that the attacker chose, by the length of many answers that the attacker provokes. So
whole pages, which repeat what is searched for beside the token of their forms, are never compressed. What is: files of
ours, the same for everybody, and the parts that a script of ours asks for with X-Fragment. No other site can ask for
those: a header of its own needs our leave (CORS), which is never given, and the session's cookie stays home (SameSite).
"""

from __future__ import annotations

import gzip
from functools import cache

from flask import Flask, Response, request

from .assets import FOLDER

#: Below, gzip gains nothing.
LEAST = 600
LEVEL = 6
KINDS = frozenset({"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def serve(app: Flask) -> None:
    """To be registered before what writes headers: of these functions, the first registered runs last."""

    @app.after_request
    def shrink(response: Response) -> Response:
        asset = request.endpoint == "static"
        if not (asset or request.headers.get("X-Fragment") == "1") or response.mimetype not in KINDS:
            return response
        response.vary.add("Accept-Encoding")
        if (
            response.status_code not in (200, 409, 422)
            or request.method == "HEAD"
            or "Range" in request.headers
            or "Content-Encoding" in response.headers
            or not request.accept_encodings["gzip"]
        ):
            return response
        size = response.content_length or len(response.get_data())
        if asset:
            # Closed here, not once it is sent: a browser that hangs up before would leave it open.
            response.close()
            response.direct_passthrough = False
            name = (request.view_args or {}).get("filename", "")
            response.set_data(_file(name, size) if size >= LEAST else (FOLDER / name).read_bytes())
        if size < LEAST:
            return response
        if not asset:
            response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        tag, _ = response.get_etag()
        if tag is not None:  # the same content, other bytes
            response.set_etag(tag, weak=True)
        return response


@cache
def _file(name: str, size: int) -> bytes:
    """A file of ours, compressed once; its size is part of the key, for who edits it while the server runs."""
    return gzip.compress((FOLDER / name).read_bytes(), 9, mtime=0)
