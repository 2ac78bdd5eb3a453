"""From the first link to the journal, through the pages, on both databases."""

import re

import pyotp
import pytest

from tests.web import doors
from tests.web.entering import AT, Clock, cheap, is_in, post
from web import cli, settings
from web.app import create_app

STRONG, OTHER = "marelle-Cuivre-sept-9", "lampe-Orage-tuile-7"


@pytest.fixture
def app(monkeypatch, empty_database_url):
    cheap(monkeypatch)
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    Clock(monkeypatch)
    made = create_app(settings.load())
    yield made
    made.extensions["passerelle"].database.dispose()


def secret_of(page):
    return re.search(r'<code class="code">([^<]+)<', page.text)[1].replace(" ", "")


def open_account(app, path, email):
    """Choose a password by the link, sign in, install a telephone where one is asked for."""
    client = app.test_client()
    assert post(client, path, password=STRONG, again=STRONG).status_code == 303
    answer = post(client, "/connexion", email=email, password=STRONG)
    if answer.location == "/second-facteur":
        code = pyotp.TOTP(secret_of(client.get("/second-facteur"))).at(AT)
        assert "codes de secours" in post(client, "/second-facteur", code=code).text
    assert is_in(client)
    return client


def test_from_the_first_link_to_the_journal(app, capsys):
    assert cli.status(["init", "--admin-email", "chef@exemple.fr"]) == cli.DONE
    path = re.search(r"8000(/invitation/\S+)", capsys.readouterr().out)[1]
    chief = open_account(app, path, "chef@exemple.fr")
    link = post(
        chief, "/comptes/invitation", email="nadia@exemple.fr", name="Nadia Férat", role="advisor", permissions="import",
        agency="nouvelle", new_agency="Mission locale", new_agency_kind="mission_locale",
    )  # fmt: skip
    advisor = open_account(
        app, re.search(r'value="http://localhost(/[^"]+)"', link.text)[1], "nadia@exemple.fr"
    )
    assert advisor.get("/comptes").status_code == 403
    for path in (
        "/comptes", "/comptes?tri=vu&q=nadia&etat=ouvert&fonction=advisor", "/comptes?tri=-second", "/comptes?format=csv",
        "/journal", "/journal?tri=qui&qui=nadia&acte=page.refused&objet=page&du=24/11/2026&au=24/11/2026",
        "/journal?format=csv", "/journal/verification",
    ):  # fmt: skip
        page = chief.get(path)
        assert page.status_code == 200, path
        assert "nadia" in page.text.lower() or "verification" in path or "journal" in path, path
    assert "La chaîne tient" in chief.get("/journal/verification").text
    assert post(advisor, "/compte/mot-de-passe", password=OTHER, again=OTHER).status_code == 303
    account = re.search(r'href="(/comptes/[0-9a-f-]{36})">Nadia', chief.get("/comptes").text)[1]
    assert post(chief, f"{account}/fermeture", page=account).status_code == 303
    assert not is_in(advisor)
    stranger = app.test_client()
    found = [post(stranger, "/connexion", email="x@exemple.fr", password="x").status_code for _ in range(6)]
    assert found == [422] * 5 + [429]
    assert post(chief, "/deconnexion", page="/compte").status_code == 303
    assert not is_in(chief) and doors.csrf(chief, "/connexion")
