"""The doors of the demo: on its own base, on this machine, never in production; the ordinary door knows no exception."""

import pytest
import sqlalchemy as sa

from matching.store.accounts import User
from tests.web import doors
from tests.web.entering import PASSWORD, actions, enter_account, is_in, post, rows, through
from web import settings
from web.app import create_app
from web.demo.actors import ACTORS, DOORS


@pytest.fixture
def people(app):
    """The accounts of the demo, as its load leaves them: without password or second factor."""
    app.extensions["passerelle"].demo = True
    made = {}
    with app.extensions["passerelle"].database.transaction() as session:
        agency = doors.an_agency(session)
        for actor, (email, name, role, permissions) in ACTORS.items():
            made[actor] = User(
                email=email, name=name, role=role, permissions=list(permissions), agency_id=agency.id
            )
            session.add(made[actor])
    return made


def enter(client, user, **request):
    form = {"csrf_token": doors.csrf(client, "/mot-de-passe"), "person": str(user.public_id)}
    return client.post("/connexion/demo", data=form, **request)


@pytest.mark.parametrize("actor", ["importer", "advisor", "admin", "officer"])
def test_one_click_opens_a_session_past_both_factors(app, now, people, actor):
    client = app.test_client()
    page = client.get("/connexion").text
    assert people[actor].name in page and str(people[actor].public_id) in page
    answer = enter(client, people[actor])
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)
    assert actions(app) == ["account.demo-door"]


def test_each_door_says_what_its_person_may_do(app, people):
    page = app.test_client().get("/connexion").text
    assert page.count('name="person"') == len(DOORS) == len(people)


def test_the_page_asked_for_comes_after_the_door(app, people):
    client = app.test_client()
    form = {"csrf_token": doors.csrf(client, "/connexion"), "person": str(people["admin"].public_id)}
    assert client.post("/connexion/demo?next=/journal", data=form).location == "/journal"
    assert (
        client.post("/connexion/demo?next=//e.x", data=form).status_code == 400
    )  # a new session, a new token


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_base": {"REMOTE_ADDR": "::ffff:192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"Via": "1.1 proxy"}},
        {"base_url": "http://passerelle.example.fr"},
    ],
    ids=str,
)
def test_from_anywhere_else_there_is_no_such_door(app, people, elsewhere):
    app.config["TRUSTED_HOSTS"] = ["localhost", "passerelle.example.fr"]
    client = app.test_client()
    assert 'name="person"' not in client.get("/connexion", **elsewhere).text
    if "base_url" not in elsewhere:
        assert enter(client, people["admin"], **elsewhere).status_code == 404
        assert not is_in(client)


def test_on_a_base_that_the_demo_did_not_fill_there_is_no_such_door(app, people):
    app.extensions["passerelle"].demo = False
    client = app.test_client()
    assert 'name="person"' not in client.get("/connexion").text
    assert enter(client, people["admin"]).status_code == 404 and not is_in(client)


def test_an_account_that_the_demo_did_not_make_has_no_door(app, people):
    assert enter(app.test_client(), enter_account(app)).status_code == 404


def test_in_production_there_is_no_such_door(app, people, monkeypatch):
    with app.extensions["passerelle"].database.transaction() as session:
        session.execute(sa.text("INSERT INTO setting (name, value) VALUES ('demo_day', '\"2013-11-04\"')"))
    monkeypatch.setenv("PASSERELLE_ENV", "production")
    monkeypatch.setenv("PASSERELLE_TRUSTED_HOSTS", "localhost")
    monkeypatch.setenv("PASSERELLE_ARGON2", "")
    served = create_app(settings.load())
    assert served.extensions["passerelle"].demo
    client = served.test_client()
    secure = {"base_url": "https://localhost"}
    page = client.get("/connexion", **secure).text
    assert 'name="person"' not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "person": str(people["admin"].public_id)}
    answer = client.post("/connexion/demo", data=form, headers={"Referer": "https://localhost/"}, **secure)
    assert answer.status_code == 404
    served.extensions["passerelle"].database.dispose()


def test_a_door_without_the_token_of_its_form_stays_shut(app, people):
    client = app.test_client()
    form = {"person": str(people["admin"].public_id)}
    assert client.post("/connexion/demo", data=form).status_code == 400
    assert client.get("/connexion/demo").status_code == 405


def test_the_ordinary_door_asks_the_same_accounts_for_password_and_code(app, now, people):
    claire = people["importer"]
    for password in ("", "demo", "Claire Delmotte", PASSWORD):
        assert post(app.test_client(), "/connexion", email=claire.email, password=password).status_code == 422
    kept = app.extensions["passerelle.passwords"].hash(PASSWORD)
    with app.extensions["passerelle"].database.transaction() as session:
        session.execute(sa.update(User).where(User.id == claire.id).values(password_hash=kept))
    now.forward(hours=1)
    client = app.test_client()
    answer = post(client, "/connexion", email=claire.email, password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/second-facteur")
    assert client.get("/compte").location == "/second-facteur?next=/compte"


def test_a_person_of_the_demo_confirms_by_the_same_door(app, now, people):
    client = app.test_client()
    enter(client, people["admin"])
    now.forward(minutes=20)
    asked = client.get("/comptes")
    assert asked.location == "/connexion/confirmation?next=/comptes"
    page = client.get(asked.location).text
    assert page.count('name="person"') == 1 and 'type="password"' not in page
    form = {"csrf_token": doors.csrf(client, asked.location), "person": str(people["admin"].public_id)}
    assert client.post("/connexion/demo?next=/comptes", data=form).location == "/comptes"
    assert client.get("/comptes").status_code == 200


def test_the_accounts_of_the_demo_have_neither_password_nor_second_factor(app, people):
    assert set(rows(app, sa.select(User.password_hash, User.totp_secret))) == {(None, None)}


def test_who_entered_by_the_demo_can_leave(app, now, people):
    client = app.test_client()
    enter(client, people["officer"])
    assert post(client, "/deconnexion", page="/compte").location == "/connexion"
    assert not is_in(client)
    assert is_in(through(app, enter_account(app), now.at))
