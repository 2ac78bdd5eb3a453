"""What holds for every page: answers in French whatever goes wrong, the day, the menu of each role."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from matching.store.accounts import Setting
from tests.web import doors
from web import settings
from web.typography import french


@pytest.fixture
def client(app, database):
    with database.transaction() as session:
        user = doors.account(session)
    return doors.sign_in(app, user)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Droit : à voir ; vite !", "Droit\u00a0: à voir\u202f; vite\u202f!"),
        ("« oui » l'été", "«\u00a0oui\u00a0» l’été"),
        ("35 h, 36 mois, 2 postes", "35\u00a0h, 36\u00a0mois, 2\u00a0postes"),
        ("90 / 100", "90\u00a0/\u00a0100"),
        ("http://x", "http://x"),
    ],
)
def test_french_print(written, shown):
    assert french(written) == shown == french(shown)


@pytest.mark.parametrize("path", ["/nope", "/offres/pas-un-identifiant", "/propositions/1"])
def test_an_address_that_leads_nowhere_says_where_to_go(app, client, path):
    for visitor in (client, app.test_client()):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "Page introuvable" in answer.text and "Traceback" not in answer.text


def test_a_foreign_host_is_refused(app):
    assert app.test_client().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_wrong_method_is_refused_in_french(client):
    answer = client.put("/", data={"csrf_token": doors.csrf(client, "/")})
    assert answer.status_code == 405 and "Action impossible" in answer.text


def test_who_has_not_signed_in_is_led_to_the_door_and_back(app):
    answer = app.test_client().get("/aide?x=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/connexion?next=/aide?x%3D1"
    assert app.test_client().get("/").headers["Location"] == "/connexion"


def test_a_page_of_another_role_says_whose_it_is_and_as_whom_one_is_here(app, database):
    with database.transaction() as session:
        officer = doors.account(session, "officer", name="Étienne Vasseur")
    answer = doors.sign_in(app, officer).get("/offres")
    assert answer.status_code == 403
    assert "Étienne Vasseur" in answer.text and "préfecture" in answer.text


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        ("advisor", {"À traiter", "Propositions", "Offres", "Candidats", "Embauches", "Club", "Séances", "Prospection", "Bilans"}, {"Imports", "Comptes"}),
        ("importer", {"À traiter", "Imports"}, {"Comptes", "Journal"}),
        ("animator", {"À traiter", "Club", "Séances"}, {"Candidats", "Offres", "Prospection", "Bilans"}),
        ("officer", {"À traiter", "Prospection", "Bilans"}, {"Candidats", "Offres", "Club", "Imports", "Comptes"}),
        ("admin", {"Bilans", "Imports", "Comptes", "Journal", "Travaux"}, {"Candidats", "Offres", "À traiter", "Club", "Prospection"}),
    ],
)  # fmt: skip
def test_the_menu_holds_what_is_theirs_and_nothing_that_does_not_exist(app, database, kind, there, not_there):
    with database.transaction() as session:
        user = doors.account(session, kind)
    client = doors.sign_in(app, user)
    shown = {
        label: address
        for address, label in re.findall(
            r'class="menu-link" href="([^"]+)"[^>]*>([^<]+)<', client.get("/aide").text
        )
    }
    assert there <= set(shown) and not not_there & set(shown)
    for address in shown.values():
        assert client.get(address, follow_redirects=True).status_code == 200


def test_an_unexpected_fault_shows_a_number_and_no_detail(client, monkeypatch):
    from matching import agenda

    def broken(*_args, **_kwargs):
        raise RuntimeError("Inès Morel")

    monkeypatch.setattr(agenda, "to_examine", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Morel" not in answer.text and "Traceback" not in answer.text
    assert re.search(r"numéro [0-9a-f]{8}", answer.text)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [("database is locked", "occupée par une autre opération"), ("no such table: person", "passerelle init")],
)
def test_a_base_that_is_locked_or_not_there_is_said_and_what_to_do(client, monkeypatch, said, sentence):
    from matching import agenda

    def refused(*_args, **_kwargs):
        raise OperationalError("SELECT", {}, Exception(said))

    monkeypatch.setattr(agenda, "to_examine", refused)
    answer = client.get("/")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert sentence in answer.text and "SELECT" not in answer.text


def test_ready_says_no_when_the_schema_is_not_this_versions(app, database):
    client = app.test_client()
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (200, 200)
    with database.transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_loaded_demo_sets_the_day_unless_the_setting_does(client, database, monkeypatch):
    with database.transaction() as session:
        session.add(Setting(name="demo_day", value="2013-10-01"))
    assert "Lundi 4 novembre" in client.get("/").text
    from web import database as databases

    monkeypatch.delenv("PASSERELLE_TODAY")
    assert databases.business_day(settings.load(), database, None) == date(2013, 10, 1)
    assert databases.business_day(settings.load(), database, date(2013, 9, 9)) == date(2013, 9, 9)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    monkeypatch.setenv("PASSERELLE_ENV", "production")
    monkeypatch.setenv("PASSERELLE_TRUSTED_HOSTS", "passerelle.example.org")
    monkeypatch.delenv("PASSERELLE_TODAY")
    assert databases.business_day(settings.load(), database, None) != date(2013, 10, 1)
