"""Opens the database that the settings name, at the schema of this version, and knows its business day."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, OperationalError

from matching import clock
from matching.errors import InvalidInput, Unavailable
from matching.store import migrate
from matching.store.accounts import Setting
from matching.store.engine import Database, open_database

from .settings import Settings

#: Name of the setting under which `demo load` leaves its business day.
DEMO_DAY = "demo_day"


def exists(settings: Settings) -> bool:
    """Whether there is a database to read: for commands that must not create one."""
    address = sa.make_url(settings.database_url)
    if address.get_backend_name() != "sqlite":
        return True
    return bool(address.database) and Path(str(address.database)).is_file()


def connect(settings: Settings) -> Database:
    """The database, created and migrated when needed, with the reference tables of the project in it.

    Raises Unavailable when it cannot be reached, InvalidInput when the URL means nothing.
    """
    from matching import reference

    try:
        made = open_database(settings.database_url, settings.key("DATA_KEY"))
    except (ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as wrong:
        raise InvalidInput("settings-database-url") from wrong
    except OSError as fault:
        raise Unavailable("cannot-write", path=fault.filename or settings.data_dir) from fault
    try:
        if migrate.upgrade(made.engine):
            with made.transaction() as session:
                reference.write(session)
    except OperationalError as fault:
        raise Unavailable("database-down", detail=str(fault.orig).splitlines()[0][:200]) from fault
    except sa.exc.DatabaseError as fault:
        raise Unavailable("database-unreadable", detail=str(fault.orig).splitlines()[0][:200]) from fault
    return made


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """`connect`, and the connections given back at the end."""
    database = connect(settings)
    try:
        yield database
    finally:
        database.dispose()


def business_day(settings: Settings, database: Database | None, given: date | None) -> date:
    """--today, else PASSERELLE_TODAY, else the day a loaded demo recorded (never in production), else today."""
    if given is not None:
        return given
    recorded = None
    if settings.today is None and database is not None and not settings.production:
        with database.reading() as session:
            value = session.scalar(sa.select(Setting.value).where(Setting.name == DEMO_DAY))
        recorded = date.fromisoformat(value) if value else None
    return clock.today(recorded)
