"""The pages of the monthly report, by who asks: what is shown, what is hidden, what is frozen."""

import json
import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.organisations import OfferEvent
from matching.store.placements import AidMilestone
from matching.store.upkeep import AuditEvent, PublishedReport
from matching.vocabulary import MilestoneState, OfferState, PlacementState
from tests import build
from tests.counting import statements
from tests.web import doors

OCTOBER = "/bilans/2013-10"


@pytest.fixture
def accounts(database):
    """One of each kind, by kind."""
    kinds = ("supervisor", "advisor", "officer", "admin", "animator")
    with database.transaction() as session:
        made = {kind: doors.account(session, kind, name=kind.capitalize()) for kind in kinds}
        session.flush()
        for each in made.values():
            session.expunge(each)
    return made


@pytest.fixture
def signed_in(app, accounts):
    return lambda kind: doors.sign_in(app, accounts[kind])


def sign(database, count, day=date(2013, 10, 14), programme="emplois-avenir"):
    """So many contracts signed that day, each with a payment of its aid."""
    with database.transaction() as session:
        employer = build.organisation(session)
        for _ in range(count):
            made = build.placement(
                session,
                programme=programme,
                organisation_id=employer.id,
                signed_on=day,
                state=PlacementState.RUNNING,
            )
            session.add(
                AidMilestone(
                    placement_id=made.id, kind="monthly", number=1, due_on=date(2013, 11, 30), amount_cents=107_300,
                    state=MilestoneState.UPCOMING,
                )
            )  # fmt: skip


def publish(client, month=OCTOBER, **changes):
    page = client.get(f"{month}/publication").text
    fields = {
        "csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1],
        "seen": re.search(r'name="seen" value="([^"]+)"', page)[1],
        "first": "Neuf emplois d'avenir signés.",
        **changes,
    }
    return client.post(f"{month}/publier", data=fields)


def text_of(response):
    """The words of a page, spaces and apostrophes made plain."""
    words = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.text, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", words).split()).replace("’", "'")


def test_who_may_read_and_who_may_publish(signed_in, database):
    sign(database, 6)
    may = {
        kind: signed_in(kind).get("/bilans").status_code
        for kind in ("supervisor", "advisor", "officer", "admin")
    }
    assert set(may.values()) == {200}
    assert signed_in("animator").get("/bilans").status_code == 403
    for kind in ("advisor", "officer", "admin"):
        client = signed_in(kind)
        assert client.get(f"{OCTOBER}/publication").status_code == 403
        token = doors.csrf(client, "/bilans")
        assert client.post(f"{OCTOBER}/publier", data={"csrf_token": token, "first": "x"}).status_code == 403


def test_the_officer_sees_published_months_and_nothing_else(signed_in, database):
    sign(database, 9)
    officer = signed_in("officer")
    assert "Aucun bilan n'est publié" in text_of(officer.get("/bilans"))
    for path in (OCTOBER, f"{OCTOBER}.csv", f"{OCTOBER}.json", "/bilans/2013-11", "/bilans/2013-09"):
        assert officer.get(path).status_code == 404
    assert publish(signed_in("supervisor")).status_code == 303
    sign(database, 20)  # entered afterwards: not for the officer
    page = text_of(officer.get(OCTOBER))
    assert "Neuf emplois d'avenir signés." in page
    assert "publiés le 4 novembre 2013" in page
    assert "Publier" not in page
    document = officer.get(f"{OCTOBER}.json").get_json()
    assert document["version"] == 1
    assert document["indicators"][0]["value"] == 9
    assert officer.get(f"{OCTOBER}?edition=1&version=2").text.count("<h1>") == 1
    listed = text_of(officer.get("/bilans"))
    assert "Octobre 2013 Publié le 4 novembre 2013, par Supervisor" in listed
    assert "Septembre" not in listed


def test_a_month_that_is_not_over_says_from_which_day(signed_in):
    answer = signed_in("advisor").get("/bilans/2013-11")
    assert answer.status_code == 404
    assert "à partir du 1er décembre 2013" in text_of(answer)
    assert signed_in("supervisor").get("/bilans/2013-11/publication").status_code == 404
    assert signed_in("advisor").get("/bilans/2013-11.json").status_code == 404


@pytest.mark.parametrize(
    "path", ["/bilans/2013-13", "/bilans/octobre", "/bilans/2013-1", "/bilans/2013-10.xlsx"]
)
def test_an_address_that_names_no_month_leads_nowhere(signed_in, path):
    assert signed_in("advisor").get(path).status_code == 404


def test_the_month_in_figures_words_and_files(signed_in, database):
    sign(database, 6, day=date(2013, 9, 10))
    sign(database, 14)
    sign(database, 7, programme="emplois-francs-2013")
    advisor = signed_in("advisor")
    page = text_of(advisor.get(OCTOBER))
    assert "14 emplois d'avenir, 8 de plus qu'en septembre, et 7 emplois francs" in page
    assert "14 emplois d'avenir signés + 8 sur un mois" in page
    assert "Plus de signatures qu'en septembre" in page
    assert "Jeunes inscrits" in page and "Adresse non confirmée" in page
    assert "tels que connus au 31 octobre 2013" in page
    assert re.search(r"Tableur \(CSV, \d+ Ko\)", page) and re.search(r"Données \(JSON, \d+ Ko\)", page)
    for ending, kind in (("csv", "text/csv"), ("json", "application/json")):
        answer = advisor.get(f"{OCTOBER}.{ending}")
        assert answer.mimetype == kind
        assert f'filename="bilan-2013-10.{ending}"' in answer.headers["Content-Disposition"]
        size = re.search(rf"\({ending.upper()}, (\d+)", page)[1]
        assert int(size) == -(-len(answer.data) // 1024)


def test_a_small_count_is_nowhere_on_the_page(signed_in, database):
    """Three emplois francs: neither in a cell, nor in a chart or its description, nor to be had by subtraction."""
    sign(database, 33)
    sign(database, 3, programme="emplois-francs-2013")
    answer = signed_in("advisor").get(OCTOBER)
    page = text_of(answer)
    assert "s emplois francs signés nombre masqué" in page
    assert "s : nombre masqué" in page
    assert 'fill="url(#mois-l-h)"' in answer.text and "Emplois francs masqué" in answer.text
    assert "33" not in page, "with the total of 36 it would give the 3"
    assert not re.search(r"Emplois francs 3\b", answer.text)


def test_french_print_on_every_page(signed_in, database):
    sign(database, 14)
    supervisor = signed_in("supervisor")
    for path in ("/bilans", OCTOBER, f"{OCTOBER}/publication", "/bilans/2013-11"):
        shown = re.sub(
            r"<(script|style|textarea|title|desc)\b.*?</\1>|<[^>]+>",
            "",
            supervisor.get(path).text,
            flags=re.S,
        )
        assert not re.search(r"[^\s] [;!?%»]|« |\d (?:€|%)|\w'\w", shown), path
        assert not re.search(r"[a-z0-9»] :", shown), path


def test_publishing_asks_shows_and_freezes(signed_in, accounts, database):
    sign(database, 9)
    supervisor = signed_in("supervisor")
    page = supervisor.get(f"{OCTOBER}/publication").text
    assert "9 emplois d’avenir, 9 de plus qu’en septembre, ont été signés en octobre" in page
    answer = publish(supervisor, second="Toutes à des jeunes d'Amiens.", third="  ")
    assert answer.status_code == 303
    assert "Bilan publié." in text_of(supervisor.get(answer.location))
    with database.reading() as session:
        row = session.scalars(sa.select(PublishedReport)).one()
        event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "report.published")).one()
    assert [said["text"] for said in row.content["highlights"]] == [
        "Neuf emplois d'avenir signés.",
        "Toutes à des jeunes d'Amiens.",
    ]
    assert row.content["highlights"][0]["by"] == "Supervisor"
    assert (event.actor_id, event.subject_id) == (accounts["supervisor"].id, "2013-10")
    assert "Corriger ces phrases…" in text_of(supervisor.get(OCTOBER))
    again = publish(supervisor, second="Toutes à des jeunes d'Amiens.")
    assert "Rien n'a changé" in text_of(supervisor.get(again.location))


def test_a_correction_is_a_new_version_that_the_supervisor_is_told_of(signed_in, database):
    sign(database, 9)
    supervisor = signed_in("supervisor")
    publish(supervisor)
    assert "Les données ont changé" not in text_of(supervisor.get(OCTOBER))
    sign(database, 6)
    assert "Les données ont changé" in text_of(supervisor.get(OCTOBER))
    assert "Les données ont changé" not in text_of(signed_in("advisor").get(OCTOBER))
    assert "formeraient la version 2" in text_of(supervisor.get(f"{OCTOBER}/publication"))
    publish(supervisor, first="Quinze, après correction.")
    assert "version 2" in text_of(signed_in("officer").get(OCTOBER))
    assert signed_in("officer").get(f"{OCTOBER}.json").get_json()["indicators"][0]["value"] == 15


def test_figures_that_moved_are_shown_again_and_what_was_typed_is_kept(signed_in, database):
    sign(database, 9)
    supervisor = signed_in("supervisor")
    answer = publish(supervisor, first="Ma phrase à moi.", seen="0" * 64)
    assert answer.status_code == 409
    assert "ont changé depuis que vous les avez affichés" in text_of(answer)
    assert "Ma phrase à moi." in answer.text
    fresh = re.search(r'name="seen" value="([^"]+)"', answer.text)[1]
    assert publish(supervisor, first="Ma phrase à moi.", seen=fresh).status_code == 303


@pytest.mark.parametrize(
    "changes", [{"first": " "}, {"first": "x" * 401}, {"second": "x" * 401}, {"seen": ""}]
)
def test_sentences_that_cannot_be_are_refused_and_kept(signed_in, database, changes):
    sign(database, 9)
    answer = publish(signed_in("supervisor"), **changes)
    assert answer.status_code == 422
    assert "à corriger" in text_of(answer)
    assert "<title>Erreur" in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PublishedReport)) == 0


def test_a_touched_document_is_refused_with_a_clear_sentence(signed_in, database):
    sign(database, 9)
    publish(signed_in("supervisor"))
    with database.transaction() as session:
        row = session.scalars(sa.select(PublishedReport)).one()
        row.content = json.loads(json.dumps(row.content).replace('"value": 9', '"value": 90'))
    for path in (OCTOBER, f"{OCTOBER}.json"):
        answer = signed_in("officer").get(path)
        assert answer.status_code == 500
        assert "ne correspond plus à son empreinte" in text_of(answer)
        assert "90" not in text_of(answer)


def test_a_contract_signed_today_is_in_the_report_once_the_month_is_over(signed_in, database, monkeypatch):
    sign(database, 8, day=date(2013, 11, 4))
    assert signed_in("advisor").get("/bilans/2013-11").status_code == 404
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-12-02")
    from web import settings
    from web.app import create_app

    later = create_app(settings.load())
    with database.reading() as session:
        who = session.scalars(sa.select(doors.User).where(doors.User.name == "Advisor")).one()
        session.expunge(who)
    page = text_of(doors.sign_in(later, who).get("/bilans/2013-11"))
    later.extensions["passerelle"].database.dispose()
    assert "8 emplois d'avenir, 8 de plus qu'en octobre, ont été signés en novembre" in page


def test_an_empty_base_has_no_month_and_says_so(signed_in):
    advisor = signed_in("advisor")
    assert "Aucun mois n'est encore fini" in text_of(advisor.get("/bilans"))
    assert advisor.get(OCTOBER).status_code == 404


def test_a_month_without_anything_is_a_report_of_zeroes(signed_in, database):
    sign(database, 5, day=date(2013, 8, 12))
    page = text_of(signed_in("advisor").get("/bilans/2013-09"))
    assert "Aucun contrat n'a été signé en septembre ; 5 depuis le 1er janvier." in page
    assert "Aucune signature en septembre" in page
    assert "Aucune proposition n'avait été calculée en juillet 2013." in page


def test_months_before_and_after_are_linked(signed_in, database):
    with database.transaction() as session:
        offer = build.offer(session)
        session.add(
            OfferEvent(offer_id=offer.id, action="accept", to_state=OfferState.OPEN, done_on=date(2013, 8, 5))
        )
    advisor = signed_in("advisor")
    assert 'href="/bilans/2013-08"' in advisor.get("/bilans/2013-09").text
    assert 'href="/bilans/2013-10"' in advisor.get("/bilans/2013-09").text
    august = advisor.get("/bilans/2013-08").text
    assert 'href="/bilans/2013-07"' not in august
    assert advisor.get("/bilans/2013-07").status_code == 404


def test_as_many_queries_for_one_contract_as_for_fifty(app, signed_in, database):
    advisor = signed_in("advisor")

    def count(path):
        with statements(database.engine) as asked:
            assert advisor.get(path).status_code == 200
        return len(asked)

    sign(database, 1)
    one = {path: count(path) for path in ("/bilans", OCTOBER, f"{OCTOBER}.csv")}
    sign(database, 49)
    assert {path: count(path) for path in one} == one
