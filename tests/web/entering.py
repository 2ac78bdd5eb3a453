"""Accounts with a password and a telephone, and a browser that goes through the doors as people do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from matching import clock
from matching.store.accounts import User
from matching.store.upkeep import AuditEvent
from tests.web import doors

PASSWORD = "lampe-Orage-tuile-7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT = datetime(2026, 11, 24, 9, 0, 5, tzinfo=UTC)


class Clock:
    """The instant, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = AT
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def forward(self, **time: float) -> None:
        self.at += timedelta(**time)


def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: set before the application is made."""
    monkeypatch.setenv("PASSERELLE_ARGON2", "m=64,t=1,p=1")


def enter_account(app, kind="advisor", *, password=PASSWORD, secret=SECRET, **changes) -> User:
    """An account with that password, and that telephone when it has a secret."""
    with app.extensions["passerelle"].database.transaction() as session:
        return doors.account(
            session,
            kind,
            password_hash=app.extensions["passerelle.passwords"].hash(password) if password else None,
            totp_secret=session.info["seal"].close(secret) if secret else None,
            **changes,
        )


def code(at: datetime, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(at)


def post(client, path, page=None, **data):
    """Post the form of that page (or of the address itself) with its token."""
    return client.post(path, data={"csrf_token": doors.csrf(client, page or path), **data})


def give_password(client, user, password=PASSWORD, path="/connexion"):
    return post(client, path, email=user.email, password=password)


def through(app, user, at, secret=SECRET):
    """A browser of that account's, past its own doors."""
    client = app.test_client()
    assert give_password(client, user).status_code == 303
    if secret:
        assert post(client, "/second-facteur", code=code(at, secret)).status_code == 303
    return client


def is_in(client) -> bool:
    return client.get("/compte").status_code == 200


def actions(app) -> list[str]:
    """What the trail says, oldest first."""
    with app.extensions["passerelle"].database.reading() as session:
        return list(session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def rows(app, query) -> list:
    with app.extensions["passerelle"].database.reading() as session:
        return list(session.execute(query).all())


def bare(page: str) -> str:
    """A page without what changes from one form to the next."""
    return re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", page)
