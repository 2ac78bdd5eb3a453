"""Links that open once (A7): an invitation, a new password; and what a forgotten password is answered (A6)."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from matching import accounts
from matching.store.accounts import Invitation, User
from matching.vocabulary import Role
from tests.web import doors
from tests.web.entering import (
    PASSWORD,
    actions,
    bare,
    enter_account,
    give_password,
    is_in,
    post,
    rows,
    through,
)
from web import production

STRONG = "marelle-Cuivre-sept-9"


def invite(app, at, email="nadia@exemple.fr", role=Role.OFFICER, **rights):
    with app.extensions["passerelle"].database.transaction() as session:
        return accounts.invite(
            session, email=email, name="Nadia Férat", rights=accounts.Rights(role, **rights), by=None, at=at
        )


def password_link(app, user, at):
    with app.extensions["passerelle"].database.transaction() as session:
        found = session.scalars(sa.select(User).where(User.id == user.id)).one()
        return accounts.new_password_link(session, found, by=None, at=at)


def choose(client, path, password=STRONG, again=None):
    return post(client, path, password=password, again=again or password)


def test_an_invitation_opens_the_account_that_it_names_and_no_other(app, now):
    with app.extensions["passerelle"].database.transaction() as session:
        agency = doors.an_agency(session).id
    token = invite(app, now.at, role=Role.ADVISOR, permissions=("import",), agency_id=agency)
    client = app.test_client()
    path = f"/invitation/{token}"
    for _ in range(3):  # a mail scanner looks before the person does
        page = client.get(path)
        assert page.status_code == 200 and "nadia@exemple.fr" in page.text
    data = {
        "role": "admin",
        "email": "autre@exemple.fr",
        "agency_id": "999",
        "password": STRONG,
        "again": STRONG,
    }
    assert client.post(path, data={"csrf_token": doors.csrf(client, path), **data}).status_code == 303
    with app.extensions["passerelle"].database.reading() as session:
        user = session.scalars(sa.select(User)).one()
    assert (user.email, user.role, user.permissions, user.agency_id) == (
        "nadia@exemple.fr", Role.ADVISOR, ["import"], agency,
    )  # fmt: skip
    assert give_password(app.test_client(), user, STRONG).location == "/second-facteur"
    assert actions(app)[:2] == ["account.invited", "account.opened"]


def test_a_link_opens_once(app, now):
    token = invite(app, now.at)
    path = f"/invitation/{token}"
    client = app.test_client()
    data = {"csrf_token": doors.csrf(client, path), "password": STRONG, "again": STRONG}
    assert client.post(path, data=data).status_code == 303
    assert client.post(path, data=data).status_code == 404
    assert "ne marche plus" in client.get(path).text
    assert len(rows(app, sa.select(User.id))) == 1


@pytest.mark.parametrize(("hours", "status"), [(71.99, 200), (72, 404)])
def test_an_invitation_lasts_72_hours(app, now, hours, status):
    token = invite(app, now.at)
    now.forward(hours=hours)
    assert app.test_client().get(f"/invitation/{token}").status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(59.9, 200), (60, 404)])
def test_a_link_to_a_new_password_lasts_an_hour(app, now, minutes, status):
    token = password_link(app, enter_account(app), now.at)
    now.forward(minutes=minutes)
    assert app.test_client().get(f"/mot-de-passe/{token}").status_code == status


def test_a_new_password_ends_every_session_and_is_the_only_one_that_opens(app, now):
    user = enter_account(app)
    client = through(app, user, now.at)
    token = password_link(app, user, now.at)
    assert is_in(client)
    assert choose(app.test_client(), f"/mot-de-passe/{token}").status_code == 303
    assert not is_in(client)
    assert give_password(app.test_client(), user, PASSWORD).status_code == 422
    answer = give_password(app.test_client(), user, STRONG)
    assert (answer.status_code, answer.location) == (303, "/second-facteur")


def test_who_was_made_to_wait_is_let_in_with_a_new_password(app, now):
    user = enter_account(app)
    for _ in range(6):
        give_password(app.test_client(), user, "faux")
    token = password_link(app, user, now.at)
    choose(app.test_client(), f"/mot-de-passe/{token}")
    assert give_password(app.test_client(), user, STRONG).status_code == 303


def test_a_newer_link_closes_the_former_one(app, now):
    user = enter_account(app)
    former, newer = password_link(app, user, now.at), password_link(app, user, now.at)
    first, second = invite(app, now.at), invite(app, now.at)
    client = app.test_client()
    found = [
        client.get(path).status_code
        for path in (
            f"/mot-de-passe/{former}",
            f"/mot-de-passe/{newer}",
            f"/invitation/{first}",
            f"/invitation/{second}",
        )
    ]
    assert found == [404, 200, 404, 200]


def test_one_kind_of_link_is_not_the_other(app, now):
    invitation, password = invite(app, now.at), password_link(app, enter_account(app), now.at)
    client = app.test_client()
    assert client.get(f"/mot-de-passe/{invitation}").status_code == 404
    assert client.get(f"/invitation/{password}").status_code == 404


def test_the_link_of_an_account_that_was_closed_opens_nothing(app, now):
    user = enter_account(app)
    token = password_link(app, user, now.at)
    with app.extensions["passerelle"].database.transaction() as session:
        found = session.scalars(sa.select(User).where(User.id == user.id)).one()
        accounts.disable(session, found, by=None, at=now.at)
    assert app.test_client().get(f"/mot-de-passe/{token}").status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("court", "court", "se devine trop vite"),
        ("Motdepasse2013!", "Motdepasse2013!", "parmi les plus essayés"),
        ("Nadia-x7-Kq2!9P", "Nadia-x7-Kq2!9P", "contient votre nom"),
        (STRONG, STRONG + "x", "diffèrent"),
        ("", "", "Choisissez un mot de passe"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do_and_consumes_nothing(app, now, password, again, said):
    path = f"/invitation/{invite(app, now.at)}"
    client = app.test_client()
    refused = choose(client, path, password, again)
    assert refused.status_code == 422 and said in refused.text and "<title>Erreur : " in refused.text
    assert password not in refused.text or not password
    assert choose(client, path).status_code == 303


def test_only_the_hash_of_a_link_is_kept(app, now):
    token = invite(app, now.at)
    kept = rows(app, sa.select(Invitation.token_hash))[0][0]
    assert kept == accounts.hashed(token) != token
    assert len(token) >= 43  # 256 bits in base 64


def test_a_forgotten_password_is_answered_alike_whoever_asks(app, now):
    known = enter_account(app, email="aa@exemple.fr")
    answers = []
    for email in (known.email, "cc@exemple.fr"):
        answer = post(app.test_client(), "/mot-de-passe", email=email)
        varying = ("Set-Cookie", "Content-Length")  # of the form's token, drawn for each browser
        headers = {name: value for name, value in answer.headers if name not in varying}
        answers.append((answer.status_code, bare(answer.text), headers))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200 and "Demandez un lien à votre administrateur" in answers[0][1]
    assert rows(app, sa.select(Invitation.id)) == []


def test_a_token_that_never_was_is_answered_like_one_that_is_over(app, now):
    used = invite(app, now.at)
    choose(app.test_client(), f"/invitation/{used}")
    client = app.test_client()
    over, never = client.get(f"/invitation/{used}"), client.get("/invitation/" + "x" * 43)
    assert (over.status_code, over.text, over.headers) == (never.status_code, never.text, never.headers)


def test_tokens_reach_neither_logs_nor_another_site(app, now, caplog, monkeypatch):
    token = invite(app, now.at)
    path = f"/invitation/{token}"
    caplog.set_level(logging.DEBUG)
    client = app.test_client()
    page = client.get(path)
    assert page.headers["Referrer-Policy"] == "same-origin" and page.headers["Cache-Control"] == "no-store"
    monkeypatch.setattr("matching.accounts.use_link", lambda *_given, **_named: 1 / 0)
    assert choose(client, path).status_code == 500
    assert token not in caplog.text
    asked = client.get("/compte", query_string={"a": token})
    assert asked.status_code == 302 and token not in caplog.text


def test_the_log_of_production_holds_no_address():
    """Of gunicorn's own names, none of those that hold the path, the query or the referrer."""
    for name in ("%(r)s", "%(U)s", "%(q)s", "%(f)s", "{", "%(h)s", "%(u)s"):
        assert name not in production.access_log_format.replace('{"time"', "")
    procfile = (Path(production.__file__).parents[1] / "Procfile").read_text()
    assert "--config python:web.production" in procfile and "access" not in procfile
