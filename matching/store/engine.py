"""Engines and transactions. One way to get a session, for web, worker, commands and tests alike.

SQLite: every connection gets the pragmas of reliability.md D1; a transaction that may write begins with
BEGIN IMMEDIATE (D2), because a deferred one that turns into a writer dies at once on "database is locked".
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from ..errors import Unavailable
from . import tables as tables  # whole metadata before the first flush
from .seal import Seal

PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    "trusted_schema": "OFF",
    "secure_delete": "ON",
    "temp_store": "MEMORY",
}


class Database:
    """An engine and the two ways to use it: `transaction()` writes, `reading()` only reads."""

    def __init__(self, engine: sa.Engine, seal: Seal) -> None:
        self.engine = engine
        self.seal = seal
        info = {"seal": seal}
        self._writer = sessionmaker(engine, expire_on_commit=False, info=info)
        self._reader = sessionmaker(
            engine.execution_options(passerelle_reads=True), expire_on_commit=False, info=info
        )

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error. Raises Unavailable."""
        with _faults(), self._writer() as session, session.begin():
            yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; closed without a commit, so whatever it would write is gone. Raises Unavailable."""
        with _faults(), self._reader() as session:
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


def seal_of(session: Session) -> Seal:
    """The seal of the installation that this session belongs to."""
    seal: Seal = session.info["seal"]
    return seal


def open_database(url: str, data_key: bytes) -> Database:
    """Connect lazily; a SQLite file is created with its folder, readable by its owner only."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database and address.database != ":memory:":
            path = Path(address.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        engine = sa.create_engine(address)
        listen(engine)
    else:
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, pool_pre_ping=True)
    return Database(engine, Seal(data_key))


def listen(engine: sa.Engine) -> None:
    """Hang the pragmas and our own BEGIN on a SQLite engine."""

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma, value in PRAGMAS.items():
            cursor.execute(f"PRAGMA {pragma}={value}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get("passerelle_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """The database's own troubles, in our words."""
    try:
        yield
    except OperationalError as fault:
        raise Unavailable(_code(fault), detail=_first_line(fault)) from fault


def _code(fault: DBAPIError) -> str:
    text = str(fault.orig).lower()
    if "locked" in text or "lock timeout" in text:
        return "database-locked"
    if "no such table" in text or "no such column" in text or "does not exist" in text:
        return "database-old"
    if "full" in text:
        return "disk-full"
    return "database-down"


def _first_line(fault: DBAPIError) -> str:
    return str(fault.orig).splitlines()[0][:200] if str(fault.orig) else type(fault.orig).__name__
