"""Doors and guards: one concern a module. `protect` puts them around the application."""

from __future__ import annotations

from flask import Flask

from . import guard, headers
from .policy import after_password, allows, public, require_all, requires
from .sessions import actor, current

__all__ = ["actor", "after_password", "allows", "current", "protect", "public", "require_all", "requires"]


def protect(app: Flask) -> None:
    """Headers on every answer, checks before every request."""
    headers.protect(app)
    guard.protect(app)
