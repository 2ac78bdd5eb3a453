"""Requests that somebody else made up (B1, B5, B6): forms, addresses, hosts."""

import pytest
import sqlalchemy as sa

from matching.store.accounts import LoginAttempt, User
from tests import build
from tests.web import doors
from tests.web.entering import (
    PASSWORD,
    SECRET,
    code,
    enter_account,
    give_password,
    is_in,
    post,
    rows,
    through,
)
from web import settings
from web.app import create_app
from web.security.addresses import safe_next


@pytest.mark.parametrize("token", ["missing", "empty", "another", "wrong"])
def test_a_form_without_its_own_token_changes_nothing(app, now, token):
    user = enter_account(app)
    client = through(app, user, now.at)
    form = {"shortcuts": ""}
    if token != "missing":
        other = app.test_client()
        form["csrf_token"] = {"empty": "", "another": doors.csrf(other, "/connexion"), "wrong": "x"}[token]
    for path in ("/compte/raccourcis", "/deconnexion", "/connexion"):
        assert client.post(path, data=form).status_code == 400
    assert 'data-shortcuts="on"' in client.get("/compte").text


def test_a_token_of_before_signing_in_is_worth_nothing_afterwards(app, now):
    user = enter_account(app, "officer", secret=None)
    client = app.test_client()
    before = doors.csrf(client, "/connexion")
    give_password(client, user)
    assert client.post("/deconnexion", data={"csrf_token": before}).status_code == 400
    assert is_in(client)


def test_a_form_sent_by_another_site_is_refused(app, now):
    client = app.test_client()
    form = {"csrf_token": doors.csrf(client, "/connexion"), "email": "a@b.fr", "password": "x"}
    refused = client.post("/connexion", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 400
    assert rows(app, sa.select(LoginAttempt.id)) == []


ATTACKS = [
    "//e.x", "/\\e.x", "https:e.x", "https://e.x", "/%09/e.x", "/..//e.x", "javascript:alert(1)", "\n//e.x", "/\t/e.x",
    "\\\\e.x", "/%5Ce.x", "/%2F/e.x", "///e.x", "http:/e.x", "e.x", "", "/nulle-part", "/connexion?next=//e.x",
    "/static/passerelle.css", "/compte%00", "/compte\r\nSet-Cookie: a=b", "/compte/../../e.x", "//localhost/compte",
    "/compte/raccourcis", "/deconnexion", "/" + "a" * 3_000,
]  # fmt: skip


def test_a_forged_next_leads_home(app, now):
    user = enter_account(app, "officer", secret=None)
    for wanted in ATTACKS:
        client = app.test_client()
        token = doors.csrf(client, "/connexion")
        answer = client.post(
            "/connexion",
            query_string={"next": wanted},
            data={"csrf_token": token, "email": user.email, "password": PASSWORD},
        )
        assert (answer.status_code, answer.location) == (303, "/"), wanted


def test_a_page_of_ours_is_where_one_wanted_to_go(app, now):
    with app.test_request_context():
        for wanted in ("/compte", "/compte?a=b&c=%C3%A9", "/", "/journal?du=4/11/2013"):
            assert safe_next(wanted) == wanted


def test_the_page_asked_for_comes_after_both_doors(app, now):
    user = enter_account(app)
    client = app.test_client()
    asked = client.get("/compte?a=1")
    assert asked.location == "/connexion?next=/compte?a%3D1"
    second = give_password(client, user, path=asked.location)
    assert second.location == "/second-facteur?next=/compte?a%3D1"
    assert post(client, second.location, code=code(now.at)).location == "/compte?a=1"


@pytest.mark.parametrize(
    "headers",
    [{"Host": "e.x"}, {"Host": "localhost.e.x"}, {"X-Forwarded-Host": "e.x"}, {"Forwarded": "host=e.x"}],
    ids=str,
)
def test_a_forged_host_is_refused_or_ignored(app, now, headers):
    for path in ("/connexion", "/mot-de-passe", "/mot-de-passe/x", "/invitation/x", "/compte"):
        answer = app.test_client().get(path, headers=headers)
        assert (answer.status_code == 400) is ("Host" in headers), path
        assert "e.x" not in answer.text and "e.x" not in answer.headers.get("Location", "")


def test_a_proxy_is_believed_only_as_far_as_it_was_told(app, now, monkeypatch):
    """X-Forwarded-For counts tries of another address only when a hop is declared."""
    monkeypatch.setenv("PASSERELLE_PROXY_HOPS", "1")
    behind = create_app(settings.load())
    for each, same in ((app, True), (behind, False)):
        with each.extensions["passerelle"].database.transaction() as session:
            session.execute(sa.delete(LoginAttempt))
        client = each.test_client()
        for address in ("192.0.2.1", "192.0.2.2"):
            form = {"csrf_token": doors.csrf(client, "/connexion"), "email": "a@b.fr", "password": "x"}
            client.post("/connexion", data=form, headers={"X-Forwarded-For": address})
        keys = {row[0] for row in rows(each, sa.select(LoginAttempt.address_key))}
        assert (len(keys) == 1) is same
    behind.extensions["passerelle"].database.dispose()


def test_nobody_has_an_account_yet_is_said_with_what_to_do(app, now):
    assert "passerelle init" in app.test_client().get("/connexion").text
    with app.extensions["passerelle"].database.transaction() as session:
        build.user(session)
    assert "passerelle init" not in app.test_client().get("/connexion").text
    assert SECRET not in str(rows(app, sa.select(User.totp_secret)))
