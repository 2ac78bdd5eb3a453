"""Signing in (A1 to A6, B5, B6): the password, the code, the session, what is told and what is not."""

import threading

import pytest
import sqlalchemy as sa

from matching.store.accounts import LoginAttempt, RecoveryCode, User, UserSession
from tests import build
from tests.web import doors
from tests.web.entering import (
    PASSWORD,
    SECRET,
    Clock,
    actions,
    bare,
    cheap,
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
from web.security import sessions
from web.security.addresses import safe_next


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    cheap(monkeypatch)


@pytest.fixture
def now(monkeypatch):
    return Clock(monkeypatch)


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
    checks, statements = [], []
    monkeypatch.setattr(keep, "_hasher", Counting(keep._hasher, checks))

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement.split(" VALUES ")[0])

    engine = app.extensions["passerelle"].database.engine
    costs = []
    wrong(
        app.test_client(), "premier@exemple.fr"
    )  # the very first event of a base writes the head of the trail
    for email in (known.email, "cc@exemple.fr", "dd@exemple.fr", known.email):
        client = app.test_client()
        token = doors.csrf(client, "/connexion")
        checks.clear(), statements.clear()
        sa.event.listen(engine, "before_cursor_execute", note)
        client.post(
            "/connexion", data={"csrf_token": token, "email": email, "password": "faux-Orage-tuile-7"}
        )
        sa.event.remove(engine, "before_cursor_execute", note)
        costs.append((len(checks), list(statements)))
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


# --- throttling (A5)


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


# --- sessions (A4)


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


# --- forged requests (B1, B5, B6)


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
