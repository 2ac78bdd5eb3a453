"""The list of offers and the answers around it: headers, errors, paging, the same queries for one and for many."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.accounts import Setting
from matching.store.organisations import Offer
from matching.vocabulary import ProposalState
from tests import build
from web import settings
from web.app import create_app
from web.security import HEADERS
from web.typography import french


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    made = create_app(settings.load())
    yield made
    made.extensions["passerelle"].database.dispose()


@pytest.fixture
def database(app):
    return app.extensions["passerelle"].database


def fill(database, offers, proposals=1):
    with database.transaction() as session:
        for number in range(offers):
            offer = build.offer(session, reference=f"O-{number + 1}", title=f"Jardinier <{number}>")
            for _ in range(proposals):
                build.proposal(session, offer=offer)


def test_an_empty_base_says_what_to_do(app):
    page = app.test_client().get("/")
    assert page.status_code == 200
    assert "passerelle demo load" in page.text


def test_offers_are_listed_with_their_proposals_and_no_name(app, database):
    fill(database, 1)
    page = app.test_client().get("/").text
    assert "Jardinier &lt;0&gt;" in page and "90\u00a0/\u00a0100" in page
    assert "Morel" not in page and "Inès" not in page


def test_each_proposal_says_its_right_its_state_and_why_it_is_there(app, database):
    with database.transaction() as session:
        offer = build.offer(session)
        build.proposal(session, offer=offer, eligible_until=date(2014, 3, 12))
        build.proposal(session, offer=offer, verdict=0, why="coverage", score=None)
        build.proposal(session, offer=offer, state=ProposalState.SENT)
        build.proposal(session, offer=offer, why="complement")
    page = app.test_client().get("/").text
    assert "jusqu’au 12 mars 2014" in page
    assert "à confirmer" in page and "pas assez de données" in page and "Pour que chacun" in page
    assert "transmise à l’employeur" in page
    listed, complement = page.split("Liste complémentaire")
    assert (listed.count('scope="row"'), complement.count('scope="row"')) == (3, 1)


def test_an_offer_of_ordinary_law_asks_for_no_right(app, database):
    with database.transaction() as session:
        build.proposal(session, offer=build.offer(session, scheme=None, contract_kind="MIS", months=None))
    page = app.test_client().get("/").text
    assert "sans condition" in page and "Droit commun · intérim," in page
    assert "tag-ok" not in page


def test_what_is_read_keeps_its_spaces_together(app, database):
    fill(database, 3)
    shown = re.sub(r"<[^>]+>", "", app.test_client().get("/").text)
    assert not re.search(r" [:;!?»]|« |\d (?:h|mois|postes?)\b|'", shown)


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


def test_an_offer_without_proposal_says_so(app, database):
    fill(database, 1, proposals=0)
    assert "Personne n’est proposé" in app.test_client().get("/").text


def test_long_lists_are_paged_and_a_page_out_of_range_is_the_last(app, database):
    fill(database, 45, proposals=0)
    client = app.test_client()
    assert client.get("/").text.count('class="offer"') == 20
    assert client.get("/?page=3").text.count('class="offer"') == 5
    assert "Page 3 sur 3" in client.get("/?page=99").text
    assert "Page 1 sur 3" in client.get("/?page=x").text


def queries(database, call):
    counted = []
    sa.event.listen(
        database.engine, "before_cursor_execute", listener := lambda *event: counted.append(event[2])
    )
    try:
        call()
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", listener)
    return len(counted)


def test_the_list_asks_as_much_of_the_base_for_one_offer_as_for_many(app, database):
    client = app.test_client()
    fill(database, 1)
    one = queries(database, lambda: client.get("/"))
    with database.transaction() as session:
        session.execute(sa.update(Offer).values(reference="Z-1"))
    fill(database, 15, proposals=3)
    assert queries(database, lambda: client.get("/")) == one <= 12


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/nope", 404), ("/healthz", 200), ("/static/passerelle.css", 200)]
)
def test_every_answer_carries_the_headers(app, path, status):
    with app.test_client().get(path) as answer:
        assert answer.status_code == status
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


@pytest.mark.parametrize("path", ["/", "/nope"])
def test_pages_hold_nothing_that_the_policy_forbids(app, database, path):
    fill(database, 2)
    page = app.test_client().get(path).text
    assert not any(
        forbidden in page for forbidden in (" style=", "<script", "<style", " onclick", "javascript:")
    )
    assert 'lang="fr"' in page


def test_an_address_that_leads_nowhere_says_where_to_go(app):
    answer = app.test_client().get("/propositions/1")
    assert answer.status_code == 404
    assert "Page introuvable" in answer.text and "Traceback" not in answer.text


def test_a_foreign_host_is_refused(app):
    assert app.test_client().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_wrong_method_is_refused_in_french(app):
    answer = app.test_client().post("/")
    assert answer.status_code == 405 and "Action impossible" in answer.text


def test_an_unexpected_fault_shows_no_detail(app, monkeypatch):
    from matching import match_results

    def broken(*_args, **_kwargs):
        raise RuntimeError("Inès Morel")

    monkeypatch.setattr(match_results, "standing", broken)
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "Morel" not in answer.text and "Traceback" not in answer.text


def test_ready_says_no_when_the_schema_is_not_this_versions(app, database):
    client = app.test_client()
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (200, 200)
    with database.transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_loaded_demo_sets_the_day_unless_the_setting_does(app, database, monkeypatch):
    with database.transaction() as session:
        session.add(Setting(name="demo_day", value="2013-10-01"))
    assert "4 novembre 2013" in app.test_client().get("/").text
    from web import database as databases

    monkeypatch.delenv("PASSERELLE_TODAY")
    assert databases.business_day(settings.load(), database, None) == date(2013, 10, 1)
    assert databases.business_day(settings.load(), database, date(2013, 9, 9)) == date(2013, 9, 9)
    monkeypatch.setenv("PASSERELLE_ENV", "production")
    assert databases.business_day(settings.load(), database, None) != date(2013, 10, 1)
