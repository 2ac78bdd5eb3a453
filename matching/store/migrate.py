"""Brings a database to the schema of this version. No alembic.ini: the configuration is built here."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ..errors import Unavailable

#: pg_advisory_lock key: two upgrades started together wait for each other.
LOCK = 0x70617373


def config(connection: sa.Connection | None = None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def upgrade(engine: sa.Engine, revision: str = "head") -> bool:
    """Create or upgrade the schema in one transaction; True when anything was done.

    Raises Unavailable("database-newer") when the database was made by a later version.
    """
    head = ScriptDirectory.from_config(config()).get_current_head()
    if current(engine) == head:
        return False
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        found = MigrationContext.configure(connection).get_current_revision()
        _known(found)
        if found == head:
            return False
        command.upgrade(config(connection), revision)
    return True


def current(engine: sa.Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect().execution_options(passerelle_reads=True) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def at_head(engine: sa.Engine) -> bool:
    return current(engine) == ScriptDirectory.from_config(config()).get_current_head()


def _known(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise Unavailable("database-newer", detail=revision)
