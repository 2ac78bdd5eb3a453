"""Headers of every answer (security.md B2, B3)."""

from __future__ import annotations

from flask import Flask, Response, current_app

from .sessions import current, visit

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
#: A year, in production: it is served over HTTPS only.
HSTS = "max-age=31536000"
#: What a public page may say of how long it is kept: where nobody is signed in, and no cookie is given with it.
PUBLIC = "public, max-age="


def protect(app: Flask) -> None:
    """Put the headers on every answer, errors included; nothing but fingerprinted assets and what a public page shows
    to who is not signed in may be kept."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        said = response.headers.get("Cache-Control", "")
        anybody = said.startswith(PUBLIC) and current() is None and not visit().wanted
        if not said.endswith("immutable") and not anybody:
            response.headers["Cache-Control"] = "no-store"
        if current_app.extensions["passerelle"].settings.production:
            response.headers["Strict-Transport-Security"] = HSTS
        return response
