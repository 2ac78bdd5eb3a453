"""Guards on for every test, and the real databases: SQLite and PostgreSQL, one schema each per process.

Each integration test runs in an outer transaction that is rolled back; what a flow flushes is seen by the test alone.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import reference
from matching.store.engine import Database, open_database
from matching.store.migrate import upgrade
from tests.postgres import CannotStart, postgres

KEY = b"a data key for tests only, 32 bytes long"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets to anywhere but this machine are closed."""
    connect = socket.socket.connect

    def only_local(self: socket.socket, address: object) -> None:
        if (
            self.family != socket.AF_UNIX
            and isinstance(address, tuple)
            and address[0] not in ("127.0.0.1", "::1", "localhost")
        ):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", only_local)


@pytest.fixture(autouse=True)
def _clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and no test writes into ./var."""
    import os

    for name in list(os.environ):
        if name.startswith("PASSERELLE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PASSERELLE_DATA_DIR", str(tmp_path / "var"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL that lives as long as the test process; skipped, with its reason, where it cannot start."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(postgres())
        except CannotStart as reason:
            pytest.skip(f"PostgreSQL: {reason}")
        yield url


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path_factory.mktemp('db')}/passerelle.db", KEY)
    upgrade(made.engine)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[Database]:
    made = open_database(postgres_server, KEY)
    upgrade(made.engine)
    yield made
    made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database of each kind. What a test commits through it stays: prefer `session`."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    made: Database = request.getfixturevalue(name)
    return made


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session whose every change is rolled back at the end of the test."""
    with database.engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            info={"seal": database.seal},
        ) as made:
            yield made
        outer.rollback()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base as `passerelle` makes it at first use: at the present schema, with the reference tables. Copied, it saves
    each test its own migration."""
    path = tmp_path_factory.mktemp("template") / "passerelle.db"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The same on PostgreSQL: the name of a database to make others from."""
    name = "template_passerelle"
    with _administering(postgres_server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    _prepare(sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False))
    return name


def _prepare(url: str) -> None:
    made = open_database(url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        reference.write(session)
    made.dispose()


@contextlib.contextmanager
def _administering(server: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a base of this test alone, as at first use, that commands may fill and commit to."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "own.db")
        yield f"sqlite:///{tmp_path}/own.db"
        return
    with _of_its_own(request, tmp_path, f" TEMPLATE {request.getfixturevalue('postgres_template')}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database of this test alone, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/own.db"
        return
    with _of_its_own(request, tmp_path, "") as url:
        yield url


@contextlib.contextmanager
def _of_its_own(request: pytest.FixtureRequest, tmp_path: Path, how: str) -> Iterator[str]:
    server = request.getfixturevalue("postgres_server")
    name = f"own_{abs(hash(str(tmp_path)))}"
    with _administering(server) as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"{how}')
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with _administering(server) as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
