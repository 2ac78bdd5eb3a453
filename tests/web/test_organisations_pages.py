"""The pages of employers: found, subsidised or not, their sector stated by an advisor and what follows."""

import re

import pytest
import sqlalchemy as sa

from matching.store.organisations import Offer, Organisation, Subsidy
from matching.store.upkeep import AuditEvent
from matching.vocabulary import OfferState, Sector
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web.doors import account, csrf, sign_in

SIRET = "73282932000074"


@pytest.fixture
def client(app, database):
    with database.transaction() as session:
        user = account(session)
    return sign_in(app, user)


def unknown(database, **changes):
    """An employer whose sector nobody has said, with an offer that waits for it and one that waits for more."""
    facts = {
        "name": "Étoile du Pigeonnier",
        "name_key": "etoile du pigeonnier",
        "sector": None,
        "siret": SIRET,
        **changes,
    }
    with database.transaction() as session:
        employer = build.organisation(session, **facts)
        for missing, tutor in ((["sector"], "A"), (["sector", "tutor"], None)):
            build.offer(
                session, employer=employer, state=OfferState.TO_COMPLETE, missing=missing, tutor=tutor, training="B"
            )  # fmt: skip
        return employer.public_id


def state(client, ref, what="secteur", **answers):
    page = client.get(f"/organisations/{ref}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    data = {"csrf_token": csrf(client, f"/organisations/{ref}"), "version": version, **answers}
    return client.post(f"/organisations/{ref}/{what}", data=data)


def test_an_empty_base_says_where_employers_come_from(client):
    page = client.get("/organisations").text
    assert "Aucun employeur pour le moment" in page
    check_markup(page)


def test_employers_are_found_by_name_number_sector_and_grant(client, database):
    unknown(database)
    with database.transaction() as session:
        club = build.organisation(session, name="Club A", name_key="club a", sector=Sector.NON_PROFIT)
        session.add(Subsidy(organisation_id=club.id, year=2013, amount_cents=800_000))
        build.organisation(session, name="Boulangerie", name_key="boulangerie", sector=Sector.MARKET)
    for address, found in (
        ("", ["Boulangerie", "Club A", "Étoile du Pigeonnier"]),
        ("?q=ETOILE", ["Étoile du Pigeonnier"]),
        ("?q=732+829", ["Étoile du Pigeonnier"]),
        ("?secteur=inconnu", ["Étoile du Pigeonnier"]),
        ("?secteur=market", ["Boulangerie"]),
        ("?acse=oui", ["Club A"]),
        ("?tri=-nom&secteur=x", ["Étoile du Pigeonnier", "Club A", "Boulangerie"]),
        ("?q=%25", []),
    ):
        page = client.get(f"/organisations{address}").text
        assert re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page) == found, address
        check_markup(page)
    assert "Un employeur sans secteur" in client.get("/organisations").text
    assert '"à préciser"' in client.get("/organisations?format=csv").text


def test_the_list_and_the_sheet_ask_as_much_for_one_as_for_fifty(client, database):
    ref = unknown(database)

    def count(path):
        return queries(database.engine, lambda: client.get(path))

    paths = ("/organisations", f"/organisations/{ref}")
    one = [count(path) for path in paths]
    with database.transaction() as session:
        employer = session.scalars(sa.select(Organisation)).one()
        for _ in range(49):
            build.organisation(session)
            build.offer(session, employer=employer)
    assert [count(path) for path in paths] == one
    assert max(one) <= 12


def test_a_sector_stated_opens_what_waited_for_it_alone_and_says_who_said_it(client, database):
    ref = unknown(database)
    page = client.get(f"/organisations/{ref}").text
    check_markup(page)
    assert "Personne ne l’a encore dit" in page and "Manque\u00a0: secteur de l’employeur, tuteur" in page
    answer = state(client, ref, sector="non_profit", ground="statutes")
    page = client.get(answer.location).text
    check_markup(page)
    assert "une offre qui l’attendait est ouverte" in page
    assert "Dit par Claire Delmotte le 4 novembre 2013\u00a0: statuts ou extrait Kbis vus." in page
    with database.reading() as session:
        assert [(o.state, o.missing) for o in session.scalars(sa.select(Offer).order_by(Offer.id))] == [
            (OfferState.OPEN, []),
            (OfferState.TO_COMPLETE, ["tutor"]),
        ]
        assert [event.action for event in session.scalars(sa.select(AuditEvent))] == ["organisation.sector"]


def test_a_refused_statement_keeps_what_was_chosen_and_changes_nothing(client, database):
    ref = unknown(database)
    for answers, says in (
        ({"sector": "market"}, "Dites comment vous le savez"),
        ({"ground": "statutes"}, "Choisissez un secteur"),
        ({"sector": "army", "ground": "statutes"}, "Choisissez un secteur"),
        ({"sector": "market", "ground": "rumeur"}, "Dites comment vous le savez"),
    ):
        answer = state(client, ref, **answers)
        assert answer.status_code == 422 and says in answer.text
        check_markup(answer.text)
    assert re.search(r'value="market" checked', state(client, ref, sector="market").text)
    with database.reading() as session:
        assert session.scalars(sa.select(Organisation)).one().sector is None


def test_a_number_is_given_once_and_well(client, database):
    ref = unknown(database, siret=None)
    bad = state(client, ref, "siret", siret="73282932000075")
    assert bad.status_code == 422 and "Recopiez les 14 chiffres" in bad.text and "73282932000075" in bad.text
    good = state(client, ref, "siret", siret="732 829 320 00074")
    assert good.status_code == 303
    assert "SIRET enregistré" in client.get(good.location).text
    with database.transaction() as session:
        other = build.organisation(session, siret=None, sector=None).public_id
    taken = state(client, other, "siret", siret=SIRET)
    assert taken.status_code == 422 and "Étoile du Pigeonnier" in taken.text


def test_the_second_to_state_it_is_told_who_did(app, client, database):
    ref = unknown(database)
    with database.transaction() as session:
        other = account(session, name="Hugo Lenoir")
    stale = {
        "csrf_token": csrf(client, f"/organisations/{ref}"),
        "version": "1",
        "sector": "market",
        "ground": "employer",
    }
    state(sign_in(app, other), ref, sector="public", ground="register")
    answer = client.post(f"/organisations/{ref}/secteur", data=stale)
    assert answer.status_code == 409 and "Hugo Lenoir a précisé le secteur de cet employeur" in answer.text
    assert re.search(r'value="market" checked', answer.text), "what was chosen is kept"
    with database.reading() as session:
        assert session.scalars(sa.select(Organisation)).one().sector is Sector.PUBLIC


def test_a_request_may_set_nothing_else(client, database):
    ref = unknown(database)
    state(
        client,
        ref,
        sector="public",
        ground="register",
        name="X",
        siret="1",
        rna="W1",
        name_key="x",
        id="9",
        naf="1",
    )
    with database.reading() as session:
        after = session.scalars(sa.select(Organisation)).one()
    assert (after.name, after.siret, after.rna, after.name_key, after.naf) == (
        "Étoile du Pigeonnier", SIRET, None, "etoile du pigeonnier", None,
    )  # fmt: skip
