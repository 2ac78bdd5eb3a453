"""Signing in (A3, A6): the password, the code, the second factor; what is told and what is not."""

import threading

import pytest
import sqlalchemy as sa

from matching.store.accounts import RecoveryCode, User
from tests.counting import statements
from tests.web import doors
from tests.web.entering import (
    PASSWORD,
    actions,
    bare,
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

# --- password and code


def test_an_advisor_signs_in_with_a_password_and_a_code(app, now):
    user = enter_account(app)
    client = app.test_client()
    answer = give_password(client, user)
    assert (answer.status_code, answer.location) == (303, "/second-facteur")
    assert not is_in(client)
    answer = post(client, "/second-facteur", code=code(now.at))
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)
    assert actions(app) == ["account.password-given", "account.signed-in"]


@pytest.mark.parametrize("path", ["/compte", "/", "/compte/mot-de-passe"])
def test_the_password_alone_opens_no_page(app, now, path):
    user = enter_account(app)
    client = app.test_client()
    give_password(client, user)
    answer = client.get(path)
    assert answer.status_code == 302 and answer.location.startswith("/second-facteur")


@pytest.mark.parametrize("kind", ["advisor", "animator", "admin"])
def test_the_staff_installs_a_second_factor_before_any_page(app, now, kind):
    user = enter_account(app, kind, secret=None)
    client = app.test_client()
    assert give_password(client, user).location == "/second-facteur"
    page = client.get("/second-facteur").text
    secret = page.split('<code class="code">')[1].split("<")[0].replace(" ", "")
    assert len(secret) == 32 and f"secret={secret}" in page and "<svg" in page
    assert secret == client.get("/second-facteur").text.split('<code class="code">')[1].split("<")[0].replace(
        " ", ""
    )
    assert post(client, "/second-facteur", code="000000").status_code == 422
    shown = post(client, "/second-facteur", code=code(now.at, secret))
    assert shown.status_code == 200
    assert shown.text.count('class="code"') == 10
    (kept,) = rows(app, sa.select(User.totp_secret).where(User.id == user.id))
    assert (
        secret.encode() not in kept[0] and app.extensions["passerelle"].database.seal.open(kept[0]) == secret
    )
    assert is_in(client)
    now.forward(minutes=2)
    assert is_in(through(app, user, now.at, secret))


@pytest.mark.parametrize("for_all", [False, True])
def test_an_officer_needs_one_only_when_the_setting_says_so(app, now, monkeypatch, for_all):
    if for_all:
        monkeypatch.setenv("PASSERELLE_SECOND_FACTOR", "all")
        app = create_app(settings.load())
    user = enter_account(app, "officer", secret=None)
    client = app.test_client()
    give_password(client, user)
    assert is_in(client) is not for_all
    app.extensions["passerelle"].database.dispose()


def test_an_officer_who_installed_one_is_asked_for_it(app, now):
    client = app.test_client()
    assert give_password(client, enter_account(app, "officer")).location == "/second-facteur"


@pytest.mark.parametrize("kind", ["advisor", "officer"])
def test_a_wrong_password_a_closed_account_and_one_without_password_do_not_open(app, now, kind):
    for user, password in (
        (enter_account(app, kind, secret=None), "autre-Orage-tuile-7"),
        (enter_account(app, kind, secret=None, active=False), PASSWORD),
        (enter_account(app, kind, secret=None, password=None), ""),
        (enter_account(app, kind, secret=None, password=None), "None"),
    ):
        client = app.test_client()
        assert give_password(client, user, password).status_code == 422
        assert client.get("/second-facteur").location == "/connexion"


def test_a_code_opens_once_in_any_session(app, now):
    user = enter_account(app)
    one, other = app.test_client(), app.test_client()
    give_password(one, user), give_password(other, user)
    assert post(one, "/second-facteur", code=code(now.at)).status_code == 303
    assert post(other, "/second-facteur", code=code(now.at)).status_code == 422
    now.forward(seconds=30)
    assert post(other, "/second-facteur", code=code(now.at)).status_code == 303


def test_of_two_submits_of_one_code_at_the_same_time_one_wins(app, now):
    user = enter_account(app)
    browsers = [app.test_client() for _ in range(2)]
    forms = []
    for client in browsers:
        give_password(client, user)
        forms.append({"csrf_token": doors.csrf(client, "/second-facteur"), "code": code(now.at)})
    together, found = threading.Barrier(2), []

    def submit(client, form):
        together.wait(10)
        found.append(client.post("/second-facteur", data=form).status_code)

    threads = [threading.Thread(target=submit, args=each) for each in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [303, 422]


def test_a_recovery_code_opens_once(app, now):
    user = enter_account(app, secret=None)
    client = app.test_client()
    give_password(client, user)
    secret = client.get("/second-facteur").text.split('<code class="code">')[1].split("<")[0].replace(" ", "")
    page = post(client, "/second-facteur", code=code(now.at, secret)).text
    codes = [part.split("<")[0] for part in page.split('class="code">')[1:]]
    assert len(set(codes)) == 10
    kept = rows(app, sa.select(RecoveryCode.code_hash))
    assert len(kept) == 10 and not any(each in str(kept) for each in codes)
    for expected in (303, 422):
        client = app.test_client()
        give_password(client, user)
        given = codes[3].lower().replace("-", " ")
        assert post(client, "/second-facteur", code=given).status_code == expected
    assert "account.recovery-code-used" in actions(app)


def test_a_sixth_code_in_a_quarter_of_an_hour_is_not_looked_at_on_any_device(app, now):
    user = enter_account(app)
    client = app.test_client()
    give_password(client, user)
    for _ in range(5):
        assert post(client, "/second-facteur", code="000000").status_code == 422
    other = app.test_client()
    give_password(other, user)
    refused = post(other, "/second-facteur", code=code(now.at))
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "900"
    now.forward(minutes=15)
    assert post(other, "/second-facteur", code=code(now.at)).status_code == 303


def test_parameters_that_changed_are_taken_up_at_the_next_sign_in(app, now, monkeypatch):
    user = enter_account(app)
    monkeypatch.setenv("PASSERELLE_ARGON2", "m=128,t=1,p=1")
    raised = create_app(settings.load())
    give_password(raised.test_client(), user)
    assert "m=128," in rows(app, sa.select(User.password_hash).where(User.id == user.id))[0][0]
    assert give_password(raised.test_client(), user).status_code == 303
    raised.extensions["passerelle"].database.dispose()


# --- nothing is told (A6)


def test_the_answer_is_the_same_for_known_unknown_and_closed_accounts(app, now):
    known, closed = (
        enter_account(app, email="aa@exemple.fr"),
        enter_account(app, email="bb@exemple.fr", active=False),
    )
    answers = []
    for email in (known.email, closed.email, "cc@exemple.fr"):
        client = app.test_client()
        for _ in range(7):
            answer = post(client, "/connexion", email=email, password="faux-Orage-tuile-7")
            headers = {
                name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length")
            }
            answers.append((email, answer.status_code, bare(answer.text).replace(email, "E"), headers))
    by_email = [
        [rest for each, *rest in answers if each == email]
        for email in (known.email, closed.email, "cc@exemple.fr")
    ]
    assert by_email[0] == by_email[1] == by_email[2]
    assert [status for status, *_ in by_email[0]] == [422] * 5 + [429] * 2


def test_a_refusal_costs_as_much_for_a_known_account_as_for_an_unknown_one(app, now, monkeypatch):
    """Hash checks and statements are counted: a clock would measure the machine (A6)."""
    known = enter_account(app, email="aa@exemple.fr")
    keep = app.extensions["passerelle.passwords"]
    checks = []
    monkeypatch.setattr(keep, "_hasher", Counting(keep._hasher, checks))

    engine = app.extensions["passerelle"].database.engine
    costs = []
    # The very first event of a base writes the head of the trail.
    post(app.test_client(), "/connexion", email="premier@exemple.fr", password="x")
    for email in (known.email, "cc@exemple.fr", "dd@exemple.fr", known.email):
        client = app.test_client()
        token = doors.csrf(client, "/connexion")
        checks.clear()
        with statements(engine) as said:
            client.post(
                "/connexion", data={"csrf_token": token, "email": email, "password": "faux-Orage-tuile-7"}
            )
        costs.append((len(checks), [each.split(" VALUES ")[0] for each in said]))
    assert costs[0] == costs[1] == costs[2] == costs[3]
    assert costs[0][0] == 1


class Counting:
    """A hasher that counts its checks."""

    def __init__(self, hasher, seen):
        self._hasher, self._seen = hasher, seen

    def verify(self, *given):
        self._seen.append(given)
        return self._hasher.verify(*given)

    def hash(self, password):
        return self._hasher.hash(password)
