"""The application on a base of its own, on the demo's day."""

import pytest

from web import settings
from web.app import create_app


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    made = create_app(settings.load())
    yield made
    made.extensions["passerelle"].database.dispose()


@pytest.fixture
def database(app):
    return app.extensions["passerelle"].database
