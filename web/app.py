"""The web application: wires settings, database, doors and pages; nothing else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter, Map

from matching.store.accounts import Setting
from matching.store.engine import Database

from . import (
    assets,
    compression,
    database as databases,
    errors,
    menu,
    notices,
    pages,
    security,
    settings as configuration,
    typography,
    wording,
)
from .db import Installation
from .security.sessions import Tokens
from .wording.accounts import ROLES


class WholeConverter(IntegerConverter):
    """A number in an address: none beyond what a key of the base may be, such an address leads nowhere."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, max: int = 2**31 - 1, **kw: Any) -> None:
        super().__init__(map, max=max, **kw)


def create_app(settings: configuration.Settings | None = None) -> Flask:
    """The application of these settings (default: the environment's), its database at the present schema.

    Raises LookupError when an endpoint does not say who may call it.
    """
    settings = settings or configuration.load()
    settings.refuse_unsafe()
    app = Flask("web")
    app.config["SECRET_KEY"] = settings.key("SECRET_KEY")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.config["TRUSTED_HOSTS"] = settings.trusted_hosts
    app.url_map.converters["int"] = WholeConverter
    app.session_interface = Tokens(settings.key("SECRET_KEY"), production=settings.production)
    database = databases.connect(settings)
    app.extensions["passerelle"] = Installation(settings, database, demo=_is_demo(database))
    _templates(app)
    compression.serve(app)
    security.protect(app)
    assets.serve(app)
    errors.answer(app)
    for blueprint in pages.ALL:
        app.register_blueprint(blueprint)
    security.require_all(app)
    return app


def _is_demo(database: Database) -> bool:
    with database.reading() as session:
        found = session.scalar(sa.select(Setting.id).where(Setting.name == databases.DEMO_DAY))
    return found is not None


def _templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["day"] = wording.day
    app.jinja_env.filters["moment"] = wording.moment
    app.jinja_env.filters["number"] = wording.number
    app.jinja_env.filters["weekday"] = wording.weekday
    app.jinja_env.filters["euros"] = wording.euros
    app.jinja_env.filters["french"] = typography.french

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        """Of every template, error pages included: asks nothing of the base."""
        return {
            "signed_in": security.current(),
            "menu": menu.entries(),
            "campaign": menu.campaign,
            "demo_base": app.extensions["passerelle"].demo,
            "notice": notices.shown(),
            "roles": ROLES,
            "exists": lambda endpoint: endpoint in app.view_functions,
        }
