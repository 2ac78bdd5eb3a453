"""The application on a base of its own, on the demo's day."""

import shutil

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from matching import reference
from matching.store.engine import open_database
from matching.store.migrate import upgrade
from matching.store.people import Agency
from matching.vocabulary import AgencyKind
from tests.conftest import KEY
from tests.web.doors import account, sign_in
from tests.web.entering import Clock, cheap
from web import settings
from web.app import create_app


class Compiled(BytecodeCache):
    """Templates compiled once a process: each test makes an application, and compiling took a third of their time."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if (bucket.key, bucket.checksum) in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key, bucket.checksum])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


def _compiled_once(compile_builder):
    """What writes the addresses of a rule depends on its text alone, and is compiled once a process too."""
    kept = {}

    def builder(self, append_unknown=True):
        key = (tuple(self._trace), repr(self.defaults), self.rule, append_unknown)
        if key not in kept:
            kept[key] = compile_builder(self, append_unknown)
        return kept[key]

    return builder


Rule._compile_builder = _compiled_once(Rule._compile_builder)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty base at the present schema: migrating once for all tests of a process saves most of their time."""
    path = tmp_path_factory.mktemp("migrated") / "passerelle.db"
    made = open_database(f"sqlite:///{path}", KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        reference.write(session)
    made.dispose()
    return path


@pytest.fixture
def app(tmp_path, monkeypatch, migrated):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    cheap(monkeypatch)
    (tmp_path / "var").mkdir()
    shutil.copyfile(migrated, tmp_path / "var" / "passerelle.db")
    made = create_app(settings.load())
    yield made
    made.extensions["passerelle"].database.dispose()


@pytest.fixture
def now(monkeypatch):
    """The instant, which the test moves by hand."""
    return Clock(monkeypatch)


@pytest.fixture
def database(app):
    return app.extensions["passerelle"].database


@pytest.fixture
def importer(app, database):
    with database.transaction() as session:
        user = account(session, "importer")
    return sign_in(app, user)


@pytest.fixture
def elsewhere(app, database):
    """An importer of another agency."""
    with database.transaction() as session:
        agency = Agency(name="Mission locale d'Abbeville", kind=AgencyKind.MISSION_LOCALE)
        session.add(agency)
        session.flush()
        user = account(session, "importer", agency)
    return sign_in(app, user)
