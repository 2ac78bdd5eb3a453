"""Whom to call first on the screen: the order, one call prepared, what an officer and another agency read of it."""

import re
from datetime import date

import pytest

from matching.store.campaign import Outreach
from matching.store.people import Agency
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, EmployerKind, OutreachState
from tests import build
from tests.counting import queries
from tests.integration.test_call_list import club, listed, people
from tests.web.doors import account, an_agency, sign_in

LIST = "/associations/a-appeler"


@pytest.fixture
def town(app, database):
    """Two clubs and a theatre to call; sixteen people of the agency look for work in reception or sport, two of
    another agency, one for work that no association has."""
    with database.transaction() as session:
        pole = an_agency(session)
        other = build._add(session, Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE))
        advisor, officer = account(session, agency=pole), account(session, "officer", name="Étienne Vasseur")
        local, stranger = account(session, agency=other), account(session, "animator", agency=pole)
        facts = {"legal_kind": EmployerKind.ASSOCIATION, "contact_phone": "+33353010012"}
        first = listed(session, club(session, "Espoir", **facts))
        listed(session, club(session, "Olympique", **facts), state=OutreachState.TO_CONTACT)
        listed(session, club(session, "Atelier", "culture", **facts))
        own = people(session, 12, "agent d'accueil", agency_id=pole.id)
        people(session, 4, "animateur sportif", agency_id=pole.id)
        theirs = people(session, 2, "agent d'accueil", agency_id=other.id)
        people(session, 1, "cariste", agency_id=pole.id)
        found = {
            "ref": first.public_id,
            "own": [each.given_names for each in own],
            "theirs": [each.given_names for each in theirs],
        }
        doors = {"advisor": advisor, "officer": officer, "local": local, "animator": stranger}
    return {name: sign_in(app, user) for name, user in doors.items()}, found


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.replace("\u202f", " ").replace("\xa0", " ")))


def test_the_order_with_its_reasons_and_whom_nobody_serves(town):
    doors, found = town
    page = doors["advisor"].get(LIST)
    said = plain(page.text)
    names = re.findall(r'class="row-title">(?:<a[^>]*>)?([^<]+)<', page.text)
    assert names == ["Espoir", "Olympique", "Atelier"]
    assert "19 jeunes sans offre" in said and "Cariste : 1" in said
    assert "14 jeunes sans offre cherchent ce métier à cette distance : cet appel en sert 10" in said
    assert "les appels précédents en servent 10, celui-ci 4" in said
    assert 'href="tel:+33353010012"' in page.text and "03 53 01 00 12" in said
    assert "1 073 € par mois pendant 36 mois" in said
    assert not any(name in page.text for name in found["own"] + found["theirs"]), "no name on the list"
    filtered = doors["advisor"].get(f"{LIST}?domaine=culture").text
    assert "Atelier" in filtered and "Olympique" not in filtered
    assert "Aucune association ne répond à ces critères" in plain(
        doors["advisor"].get(f"{LIST}?etat=interested").text
    )
    table = doors["advisor"].get(f"{LIST}?format=csv").data.decode("utf-8-sig")
    assert table.count("\r\n") == 4 and '"1";"Espoir";"sport"' in table
    assert not any(name in table for name in found["own"])
    assert "Personne à appeler" in plain(doors["advisor"].get(f"{LIST}?pour=franc").text)


def test_a_call_prepared_names_the_caseload_counts_the_others_and_is_on_the_trail(town, database):
    doors, found = town
    path = f"{LIST}/{found['ref']}"
    page = doors["advisor"].get(path).text
    assert all(name in page for name in found["own"]) and not any(name in page for name in found["theirs"])
    said = plain(page)
    assert "2 autres personnes sont suivies par d'autres agences" in said.replace("’", "'")
    assert "Environ 15 personnes des environs" in said and "resterait 358 €" in said
    assert page.count("Servi par cet appel") <= 10
    local = doors["local"].get(path).text
    assert all(name in local for name in found["theirs"]) and not any(name in local for name in found["own"])
    assert "12 autres personnes" in plain(local)
    with database.reading() as session:
        read = session.query(AuditEvent).filter_by(action="outreach.people").all()
    assert [(each.subject_kind, each.subject_id) for each in read] == [("outreach", str(found["ref"]))] * 2


def test_an_officer_reads_the_order_without_small_counts_or_people(town):
    doors, found = town
    page = doors["officer"].get(f"{LIST}?pour=franc")  # associations alone, whatever is asked
    said = plain(page.text)
    assert page.status_code == 200 and "Espoir" in said and "10 jeunes de plus" in said
    assert "moins de 5 jeunes de plus" in said and "Cariste" not in said and "celui-ci" not in said
    assert "Préparer" not in said and not any(name in page.text for name in found["own"])
    table = doors["officer"].get(f"{LIST}?format=csv").data.decode("utf-8-sig")
    assert '"moins de 5"' in table and ';"4"' not in table
    assert doors["officer"].get(f"{LIST}/{found['ref']}").status_code == 403
    assert doors["animator"].get(LIST).status_code == 403


def test_what_cannot_be_called_is_not_there(town, database):
    doors, _ = town
    with database.transaction() as session:
        posted = listed(session, club(session, "Publiée"), state=OutreachState.POSTED)
        ref = posted.public_id
    assert doors["advisor"].get(f"{LIST}/{ref}").status_code == 404
    assert doors["advisor"].get(f"{LIST}/00000000-0000-4000-8000-000000000000").status_code == 404
    assert doors["advisor"].get(f"{LIST}?etat=nimporte&page=zz&annee=1&pour=x").status_code == 200


def test_who_was_called_leaves_at_once_and_the_next_takes_its_people(town, database):
    doors, found = town
    assert "Espoir" in doors["advisor"].get(LIST).text
    with database.transaction() as session:
        row = session.query(Outreach).filter_by(public_id=found["ref"]).one()
        row.state, row.posts_promised, row.promised_on = OutreachState.PROMISED, 1, date(2013, 11, 4)
    page = doors["advisor"].get(LIST)
    assert "Espoir" not in page.text and "cet appel en sert 10" in plain(page.text)
    few = queries(database.engine, lambda: doors["advisor"].get(LIST))
    with database.transaction() as session:
        for number in range(5):
            listed(session, club(session, f"Club {number}"))
    assert queries(database.engine, lambda: doors["advisor"].get(LIST)) <= few
