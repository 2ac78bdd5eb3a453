"""The web application: wires settings, database, headers and pages; nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from jinja2 import StrictUndefined

from matching.store.engine import Database

from . import database as databases, errors, pages, security, settings as configuration, typography, wording


@dataclass(frozen=True, slots=True)
class Installation:
    """What the pages need of the outside."""

    settings: configuration.Settings
    database: Database


def create_app(settings: configuration.Settings | None = None) -> Flask:
    """The application of these settings (default: the environment's), its database at the present schema."""
    settings = settings or configuration.load()
    app = Flask("web")
    app.config["SECRET_KEY"] = settings.key("SECRET_KEY")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.config["TRUSTED_HOSTS"] = settings.trusted_hosts
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["day"] = wording.day
    app.jinja_env.filters["number"] = wording.number
    app.jinja_env.filters["french"] = typography.french
    app.extensions["passerelle"] = Installation(settings, databases.connect(settings))
    security.protect(app)
    errors.answer(app)
    app.register_blueprint(pages.health)
    app.register_blueprint(pages.offers)
    return app
