"""Brings a database to the schema of this version. No alembic.ini: the configuration is built here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    with engine.connect() as connection, _tables_may_move(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        found = MigrationContext.configure(connection).get_current_revision()
        _known(found)
        if found == head:
            return False
        command.upgrade(config(connection), revision)
        if engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise Unavailable("database-unreadable", detail=f"foreign key of {broken[0]}")
    return True


@contextlib.contextmanager
def _tables_may_move(connection: sa.Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew, which its own foreign keys would refuse: they rest meanwhile, and are
    checked before the commit. They can only be switched outside a transaction, so past SQLAlchemy's back."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


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
