"""Ways in for tests: a session row with both factors taken as given. The doors themselves have their own tests."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from matching import clock
from matching.store.accounts import User
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, Role
from tests import build
from web.security import sessions

#: role or what it may do besides -> how the account is made
KINDS = {
    "advisor": (Role.ADVISOR, []),
    "supervisor": (Role.ADVISOR, ["supervise"]),
    "importer": (Role.ADVISOR, ["import"]),
    "chief": (Role.ADVISOR, ["import", "supervise"]),
    "animator": (Role.ANIMATOR, []),
    "officer": (Role.OFFICER, []),
    "admin": (Role.ADMIN, []),
    "employer": (Role.EMPLOYER, []),
}


def sign_in(app: Flask, user: User) -> FlaskClient:
    """A browser of that account's, past both factors."""
    client = app.test_client()
    token = sessions.new_token()
    with app.extensions["passerelle"].database.transaction() as session:
        sessions.open_for(session, user.id, token, at=clock.now(), verified=True)
    client.set_cookie(sessions.COOKIE_DEVELOPMENT, token, domain="localhost")
    return client


def account(session, kind: str = "advisor", agency: Agency | None = None, **changes) -> User:
    """An account of one of KINDS; advisors and animators belong to `agency`, employers to `organisation_id` (made when
    there is none)."""
    role, permissions = KINDS[kind]
    if role is Role.EMPLOYER and "organisation_id" not in changes:
        changes["organisation_id"] = build.organisation(session).id
    if agency is None and role in (Role.ADVISOR, Role.ANIMATOR):
        agency = an_agency(session)
    return build.user(
        session, role=role, permissions=permissions, agency_id=agency.id if agency else None, **changes
    )


def an_agency(session, name: str = "Pôle emploi Amiens") -> Agency:
    found = session.query(Agency).filter_by(name=name).one_or_none()
    if found is None:
        found = Agency(name=name, kind=AgencyKind.POLE_EMPLOI)
        session.add(found)
        session.flush()
    return found


def csrf(client: FlaskClient, path: str) -> str:
    """The token of the forms of that page."""
    import re

    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]
