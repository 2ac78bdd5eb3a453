"""Who guesses waits (A5): the owner too, and whoever has no account."""

import pytest
import sqlalchemy as sa

from matching.store.accounts import LoginAttempt
from tests.web import doors
from tests.web.entering import (
    PASSWORD,
    enter_account,
    give_password,
    post,
    rows,
)
from web import settings
from web.app import create_app


def wrong(client, email, times=1):
    return [
        post(client, "/connexion", email=email, password="faux-Orage-tuile-7").status_code
        for _ in range(times)
    ]


@pytest.mark.parametrize("known", [True, False])
def test_after_five_failures_one_waits_a_minute_then_twice_as_long(app, now, known):
    email = enter_account(app).email if known else "personne@exemple.fr"
    client = app.test_client()
    assert wrong(client, email, 5) == [422] * 5
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        refused = post(client, "/connexion", email=email.upper(), password=PASSWORD)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(minutes * 60))
        now.forward(seconds=minutes * 60 - 1)
        assert wrong(client, email) == [429]
        now.forward(seconds=1)
        assert wrong(client, email) == [422]


def test_thirty_wrong_passwords_then_the_right_one_over_two_processes(app, now):
    """Another application on the same base stands for another process: the count is in the base."""
    user = enter_account(app)
    other = create_app(settings.load())
    seen = [wrong(each.test_client(), user.email)[0] for _ in range(15) for each in (app, other)]
    assert seen == [422] * 5 + [429] * 25
    for each in (app, other):
        answer = give_password(each.test_client(), user)
        assert answer.status_code == 429 and "Trop d’essais" in answer.text
        assert "Attendez 1 minute, puis" in answer.text
    now.forward(minutes=1)
    assert give_password(other.test_client(), user).status_code == 303
    other.extensions["passerelle"].database.dispose()


def test_at_most_25_failures_a_day(app, now):
    user = enter_account(app)
    client, failed = app.test_client(), 0
    for _ in range(60):
        failed += wrong(client, user.email) == [422]
        now.forward(minutes=23, seconds=55)
    assert failed == 25
    now.forward(hours=25)
    assert give_password(client, user).status_code == 303


def test_who_signs_in_starts_anew(app, now):
    user = enter_account(app)
    for _ in range(3):
        assert wrong(app.test_client(), user.email, 4) == [422] * 4
        assert give_password(app.test_client(), user).status_code == 303


def test_one_address_may_fail_a_hundred_times_an_hour_over_all_accounts(app, now, monkeypatch):
    monkeypatch.setenv("PASSERELLE_LOGIN_ADDRESS_TRIES", "10")
    strict = create_app(settings.load())
    client = strict.test_client()
    assert settings.load().limits.address == 10 and settings.LIMITS.address == 100
    for number in range(10):
        assert wrong(client, f"u{number}@exemple.fr") == [422]
    assert wrong(client, "nouveau@exemple.fr") == [429]
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    form = {"csrf_token": doors.csrf(client, "/connexion"), "email": "nouveau@exemple.fr", "password": "x"}
    assert client.post("/connexion", data=form, environ_base=elsewhere).status_code == 422
    now.forward(hours=1)
    assert wrong(client, "nouveau@exemple.fr") == [422]
    strict.extensions["passerelle"].database.dispose()


def test_neither_address_is_kept_and_tries_are_forgotten_after_a_day(app, now):
    wrong(app.test_client(), "personne@exemple.fr")
    kept = rows(app, sa.select(LoginAttempt.account_key, LoginAttempt.address_key))
    assert len(kept) == 1 and "personne" not in str(kept) and "127.0.0.1" not in str(kept)
    now.forward(hours=25)
    wrong(app.test_client(), "autre@exemple.fr")
    assert len(rows(app, sa.select(LoginAttempt.id))) == 1
