"""What needs me today: each line leads where it is done, and nothing of another agency is among them."""

import re
from datetime import date

import pytest

from matching.store.people import Agency
from matching.vocabulary import AgencyKind, OfferState, OutreachState, PlacementState, ProposalState
from tests import build
from tests.counting import queries
from tests.integration.test_call_list import club, listed
from tests.markup import check_markup
from tests.web import doors


@pytest.fixture
def agency(database):
    with database.transaction() as session:
        return doors.an_agency(session)


@pytest.fixture
def client(app, database, agency):
    with database.transaction() as session:
        user = doors.account(session, agency=session.merge(agency))
    return doors.sign_in(app, user)


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").replace("\u202f", " ")


def fill(database, agency, count, **changes):
    """So many offers, each with a proposal to examine for somebody of the agency."""
    with database.transaction() as session:
        for _ in range(count):
            person = build.person(session, agency_id=agency.id)
            build.proposal(session, person=person, due_on=date(2013, 11, 6), **changes)


def test_a_day_without_anything_says_so(client):
    page = client.get("/")
    check_markup(page.text)
    assert "rien d’urgent" in page.text and "Rien d’urgent aujourd’hui." in page.text


def test_each_line_has_its_deadline_its_verb_and_leads_where_it_is_done(client, database, agency):
    with database.transaction() as session:
        offer = build.offer(session, title="Jardinier")
        for given in ("Inès", "Hugo"):
            person = build.person(session, agency_id=agency.id, given_names=given, family_name="Morel")
            build.proposal(session, person=person, offer=offer, due_on=date(2013, 11, 6))
        waiting = build.proposal(
            session,
            person=build.person(session, agency_id=agency.id, given_names="Awa", family_name="Diop"),
            state=ProposalState.AGREED,
            answered_on=date(2013, 10, 30),
        )
        incomplete = build.offer(
            session,
            title="Animateur",
            state=OfferState.TO_COMPLETE,
            missing=["tutor"],
            submitted_on=date(2013, 10, 28),
        )
        held = build.placement(
            session,
            person_id=build.person(session, agency_id=agency.id, given_names="Léa", family_name="Petit").id,
            state=PlacementState.SIGNED,
            starts_on=date(2013, 11, 4),
        )
    html = client.get("/").text
    check_markup(html)
    shown = text(html)
    assert "Lundi 4 novembre : 4 actions à traiter" in shown
    for line in (
        "Dans 2 jours Jardinier : 2 candidats à examiner",
        "Retard : 7 jours Animateur : offre à compléter",
        "Aujourd’hui Awa Diop : d’accord, à transmettre",
        "Aujourd’hui Léa Petit : début du contrat à confirmer",
    ):
        assert line in shown, line
    assert shown.index("Animateur : offre") < shown.index("Awa Diop") < shown.index("Jardinier : 2")
    for path in (
        f"/offres/{offer.public_id}/propositions",
        f"/offres/{incomplete.public_id}/completer",
        f"/propositions/{waiting.public_id}",
        f"/placements/{held.public_id}",
    ):
        target = next(href for href in re.findall(r'href="([^"]+)"', html) if str(path.split("/")[2]) in href)
        assert client.get(target).status_code == 200, path


def test_a_filter_keeps_its_kind_and_says_when_there_is_none(client, database, agency):
    fill(database, agency, 1)
    assert "candidat à examiner" in text(client.get("/?liste=propositions").text)
    other = text(client.get("/?liste=contrats").text)
    assert "candidat à examiner" not in other and "Rien de ce genre aujourd’hui." in other
    assert client.get("/?liste=nimporte&tout=x").status_code == 200


def test_a_long_list_is_cut_and_can_be_seen_whole(client, database, agency):
    fill(database, agency, 30)
    short = client.get("/").text
    assert short.count('class="row-title"') == 25 and "Voir les 5 autres actions" in short
    assert client.get("/?tout=1").text.count('class="row-title"') == 30


def test_nothing_of_another_agency_is_counted(client, database):
    with database.transaction() as session:
        other = Agency(name="Pôle emploi Abbeville", kind=AgencyKind.POLE_EMPLOI)
        session.add(other)
        session.flush()
        person = build.person(session, agency_id=other.id, given_names="Canari", family_name="Cache")
        build.proposal(session, person=person)
    html = client.get("/").text
    assert "Canari" not in html and "rien d’urgent" in html


def test_as_many_statements_for_one_offer_as_for_fifty(client, database, agency):
    counts = []
    for more in (1, 50):
        fill(database, agency, more)
        client.get("/")  # the caseload's rights are read anew when it changed
        counts.append(queries(database.engine, lambda: client.get("/")))
    assert counts[0] == counts[1] <= 30


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("officer", "Le registre des associations n’est pas encore ouvert."),
        ("admin", None),
        ("animator", "Aucun parcours"),
    ],
)
def test_who_has_no_caseload_is_led_to_what_is_theirs(app, database, kind, says):
    with database.transaction() as session:
        user = doors.account(session, kind)
    answer = doors.sign_in(app, user).get("/")
    if says is None:
        assert (answer.status_code, answer.headers["Location"]) == (302, "/comptes")
    else:
        assert answer.status_code == 200 and says in answer.text


def test_an_officer_finds_what_is_late_what_nobody_has_and_no_person(app, database):
    with database.transaction() as session:
        officer, agency = doors.account(session, "officer"), doors.an_agency(session)
        build.person(
            session, agency_id=agency.id, given_names="Canari", family_name="Cache", wanted_title="coach"
        )

        def line(name, **changes):
            return listed(session, club(session, name), **changes)

        line("Cercle", owner_id=officer.id, state=OutreachState.TO_CONTACT, due_on=date(2013, 11, 20))
        late = line("Boxe", owner_id=officer.id, state=OutreachState.TO_CHASE, due_on=date(2013, 10, 28))
        line("Fini", owner_id=officer.id, state=OutreachState.REFUSED, refusal="cost")
        line("Vélo")
    html = doors.sign_in(app, officer).get("/").text
    check_markup(html)
    shown = text(html)
    assert "Lundi 4 novembre : 2 associations à suivre" in shown and "Une échéance est passée" in shown
    assert "Retard : 7 jours Boxe À relancer, liste 2013." in shown and shown.index("Boxe") < shown.index(
        "Cercle"
    )
    assert "À attribuer Voir la liste Vélo" in shown and "Fini" not in shown
    assert f"/associations/{late.public_id}#noter" in html
    assert "Canari" not in html and "Cache" not in html and "/candidats" not in html
    with database.transaction() as session:
        new = doors.account(session, "officer")
    first = text(doors.sign_in(app, new).get("/").text)
    assert "1 association à attribuer" in first and "Attribuer : Vélo" in first and "Cercle" not in first
