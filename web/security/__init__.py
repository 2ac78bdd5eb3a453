"""Doors and guards: one concern a module. `protect` puts them around the application."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import guard, headers
from .passwords import Passwords
from .policy import after_password, allows, public, require_all, requires
from .sessions import actor, current
from .throttle import TooManyTries

__all__ = [
    "TooManyTries",
    "actor",
    "after_password",
    "allows",
    "current",
    "protect",
    "public",
    "require_all",
    "requires",
]


def protect(app: Flask) -> None:
    """Headers on every answer, checks before every request, what passwords cost to check."""
    settings = app.extensions["passerelle"].settings
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxy_hops, x_proto=settings.proxy_hops, x_host=0
        )
    app.extensions["passerelle.passwords"] = Passwords(settings.argon2)
    headers.protect(app)
    guard.protect(app)
