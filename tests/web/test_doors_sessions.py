"""Sessions (A4): where they begin, what ends them, what asks for a fresh proof."""

import pytest
import sqlalchemy as sa

from matching.store.accounts import User, UserSession
from tests.web import doors
from tests.web.entering import (
    PASSWORD,
    code,
    enter_account,
    give_password,
    is_in,
    post,
    rows,
    through,
)
from web.security import sessions


def cookie(client) -> str:
    return client.get_cookie(sessions.COOKIE_DEVELOPMENT).value


def test_the_token_changes_at_sign_in_at_the_code_and_at_sign_out(app, now):
    user = enter_account(app)
    client = app.test_client()
    client.get("/connexion")
    seen = [cookie(client)]
    give_password(client, user)
    seen.append(cookie(client))
    post(client, "/second-facteur", code=code(now.at))
    seen.append(cookie(client))
    post(client, "/deconnexion", page="/compte")
    seen.append(cookie(client))
    assert len(set(seen)) == 4
    assert not set(seen) & {row[0] for row in rows(app, sa.select(UserSession.token_hash))}


def test_a_token_planted_before_signing_in_opens_nothing_afterwards(app, now):
    user = enter_account(app, "officer", secret=None)
    planted = sessions.new_token()
    victim, attacker = app.test_client(), app.test_client()
    for client in (victim, attacker):
        client.set_cookie(sessions.COOKIE_DEVELOPMENT, planted, domain="localhost")
    give_password(victim, user)
    assert is_in(victim) and not is_in(attacker)


@pytest.mark.parametrize("after", ["sign-out", "password", "second factor", "closed account"])
def test_a_copied_cookie_dies_with_its_session(app, now, after):
    user = enter_account(app)
    client = through(app, user, now.at)
    thief = app.test_client()
    now.forward(seconds=30)
    other = through(app, user, now.at)
    thief.set_cookie(sessions.COOKIE_DEVELOPMENT, cookie(client), domain="localhost")
    assert is_in(thief)
    now.forward(seconds=30)
    if after == "sign-out":
        post(client, "/deconnexion", page="/compte")
    elif after == "password":
        strong = "marelle-Cuivre-sept-9"
        assert post(other, "/compte/mot-de-passe", password=strong, again=strong).status_code == 303
    elif after == "second factor":
        secret = other.get("/compte/second-facteur").text.split('<code class="code">')[1].split("<")[0]
        secret = secret.replace(" ", "")
        assert post(other, "/compte/second-facteur", code=code(now.at, secret)).status_code == 200
    else:
        with app.extensions["passerelle"].database.transaction() as session:
            session.execute(sa.update(User).where(User.id == user.id).values(active=False))
    assert not is_in(thief)
    assert is_in(other) is (after != "closed account")


@pytest.mark.parametrize(
    ("kind", "idle"), [("advisor", 30), ("admin", 30), ("animator", 30), ("officer", 120)]
)
def test_a_session_without_a_click_ends(app, now, kind, idle):
    user = enter_account(app, kind)
    client = through(app, user, now.at)
    for _ in range(3):
        now.forward(minutes=idle - 1)
        assert is_in(client)
    now.forward(minutes=idle, seconds=1)
    assert not is_in(client)


def test_a_busy_session_ends_after_ten_hours(app, now):
    client = through(app, enter_account(app), now.at)
    for _ in range(24):
        now.forward(minutes=25)
        assert is_in(client)
    now.forward(seconds=1)
    assert not is_in(client)


def test_what_asks_for_a_fresh_proof_comes_back_after_it(app, now):
    user = enter_account(app, "admin")
    client = through(app, user, now.at)
    assert client.get("/comptes").status_code == 200
    now.forward(minutes=15, seconds=1)
    asked = client.get("/comptes?fonction=admin")
    assert (asked.status_code, asked.location) == (
        302,
        "/connexion/confirmation?next=/comptes?fonction%3Dadmin",
    )
    assert post(client, asked.location, password="x", code=code(now.at)).status_code == 422
    assert post(client, asked.location, password=PASSWORD, code="000000").status_code == 422
    assert client.get("/comptes").status_code == 302
    before = cookie(client)
    answer = post(client, asked.location, password=PASSWORD, code=code(now.at))
    assert (answer.status_code, answer.location) == (303, "/comptes?fonction=admin")
    assert cookie(client) != before and client.get(answer.location).status_code == 200


def test_a_list_leaves_as_a_table_only_with_a_fresh_proof(app, now):
    client = through(app, enter_account(app, "admin"), now.at)
    assert client.get("/journal?format=csv").mimetype == "text/csv"
    now.forward(minutes=16)
    assert client.get("/journal").status_code == 200
    answer = client.get("/journal?format=csv")
    assert (answer.status_code, answer.location) == (
        302,
        "/connexion/confirmation?next=/journal?format%3Dcsv",
    )


def test_a_form_that_needs_a_fresh_proof_leads_back_to_its_page(app, now):
    client = through(app, enter_account(app, "admin"), now.at)
    token = doors.csrf(client, "/comptes/invitation")
    now.forward(minutes=16)
    answer = client.post(
        "/comptes/invitation",
        data={"csrf_token": token},
        headers={"Referer": "http://localhost/comptes/invitation"},
    )
    assert answer.location == "/connexion/confirmation?next=/comptes/invitation"
    foreign = client.post(
        "/comptes/invitation",
        data={"csrf_token": token},
        headers={"Referer": "http://e.x/comptes/invitation"},
    )
    assert foreign.location == "/connexion/confirmation"


def test_the_cookie_is_the_only_one_and_cannot_be_read_or_sent_from_elsewhere(app, now):
    client = app.test_client()
    set_cookie = client.get("/connexion").headers.getlist("Set-Cookie")
    assert len(set_cookie) == 1
    assert set_cookie[0].startswith("passerelle_dev=")
    assert set_cookie[0].endswith("; HttpOnly; Path=/; SameSite=Lax")
    assert client.get("/connexion").headers.getlist("Set-Cookie") == []


def test_shortcuts_are_a_preference_of_the_account(app, now):
    client = through(app, enter_account(app), now.at)
    assert 'data-shortcuts="on"' in client.get("/compte").text
    post(client, "/compte/raccourcis", page="/compte")
    assert 'data-shortcuts="off"' in client.get("/compte").text
    post(client, "/compte/raccourcis", page="/compte", shortcuts="on")
    assert 'data-shortcuts="on"' in client.get("/compte").text


def test_the_other_sessions_of_an_account_are_told_and_closed(app, now):
    user = enter_account(app)
    first = through(app, user, now.at)
    now.forward(seconds=30)
    second = through(app, user, now.at)
    assert "1 autre session ouverte" in second.get("/compte").text
    post(second, "/compte/autres-sessions", page="/compte")
    assert is_in(second) and not is_in(first)
    assert "ouvert qu’ici" in second.get("/compte").text


def test_recovery_codes_are_made_anew_and_the_former_ones_are_dead(app, now):
    client = through(app, enter_account(app), now.at)
    assert "Il n’en reste aucun" in client.get("/compte").text
    first = post(client, "/compte/codes-de-secours").text.split('class="code">')[1].split("<")[0]
    post(client, "/compte/codes-de-secours")
    assert "Il en reste 10 sur 10" in client.get("/compte").text
    fresh = app.test_client()
    with app.extensions["passerelle"].database.reading() as session:
        user = session.scalars(sa.select(User)).one()
    give_password(fresh, user)
    assert post(fresh, "/second-facteur", code=first).status_code == 422
