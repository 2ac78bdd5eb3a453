"""A file outside the caseload: named exactly, opened with a reason and a fresh proof, read on one page for half an hour."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import clock
from matching.store.accounts import UserSession
from matching.store.follow_up import BreakGlass
from matching.store.people import Agency
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind
from tests import build
from tests.web.doors import account, csrf, sign_in

REASON = "Elle est à l'accueil, son conseiller est absent."
PATH = "/hors-portefeuille"


@pytest.fixture
def elsewhere_file(database):
    with database.transaction() as session:
        agency = Agency(name="Pôle emploi Abbeville", kind=AgencyKind.POLE_EMPLOI)
        session.add(agency)
        session.flush()
        person = build.person(
            session, agency_id=agency.id, identifier="7654321Z", family_name="Zidane", given_names="Yasmina",
            name_key="zidane yasmina", birth_date=date(1992, 3, 1),
        )  # fmt: skip
        offer = build.proposal(session, person=person)
        chief = account(session, "supervisor", agency)
        return person.public_id, offer.public_id, chief


@pytest.fixture
def advisor(app, database):
    with database.transaction() as session:
        user = account(session, "advisor")
    return sign_in(app, user)


def open_file(client, **typed):
    data = {"csrf_token": csrf(client, PATH), "identifier": "7654321z", "reason": REASON, **typed}
    return client.post(PATH, data=data)


def plain(answered):
    """The words of a page, its apostrophes and spaces as they are typed."""
    found = answered.text.replace("&#39;", "'").replace("’", "'")
    return found.replace("\u202f", " ").replace("\u00a0", " ")


def same(answered):
    """A page without the token of its forms, which changes with the second."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answered.text)


def openings(database):
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(BreakGlass))


def test_one_page_opens_for_half_an_hour_to_read_and_nothing_else(
    app, advisor, elsewhere_file, database, now
):
    ref, _, chief = elsewhere_file
    page, missing = f"/candidats/{ref}", "/candidats/00000000-0000-4000-8000-000000000000"
    assert advisor.get(page).status_code == 404
    opened = open_file(advisor)
    assert opened.status_code == 303 and opened.location.startswith(page)
    shown = advisor.get(page)
    assert (
        shown.status_code == 200 and "Zidane" in shown.text and "ouverte en lecture jusqu'à" in plain(shown)
    )
    assert "<form" not in shown.text.split("<main", 1)[1].split("</main>")[0], "to read: nothing to send"
    assert "handicap" not in shown.text.split("<main", 1)[1]
    for path in (f"{page}/offres", f"{page}/coordonnees"):
        assert advisor.get(path).status_code == 404, path
    for path in ("/candidats", "/candidats?q=Zidane", "/propositions", "/", "/placements"):
        assert "Zidane" not in advisor.get(path).text, path
    token = csrf(advisor, "/compte")
    sent = advisor.post(f"{page}/contact", data={"csrf_token": token, "version": 1, "on": "04/11/2013"})
    assert sent.status_code == 404
    later = sign_in(app, chief)
    assert REASON in plain(later.get(PATH)) and "Zidane" in later.get("/candidats").text

    now.forward(minutes=29)
    assert advisor.get(page).status_code == 200
    now.forward(minutes=1)
    closed, absent = advisor.get(page), advisor.get(missing)
    assert closed.status_code == 404 and same(closed) == same(absent), "like what never was"
    with database.reading() as session:
        reads = session.scalars(
            sa.select(AuditEvent.details).where(
                AuditEvent.action == "person.read", AuditEvent.subject_id == str(ref)
            )
        ).all()
    assert [each.get("page") for each in reads] == ["break_glass"] * 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "urgent"}, "20 caractères au moins"),
        ({"identifier": ""}, "Donnez l'identifiant"),
        ({"identifier": "0000000A"}, "Aucune fiche ne correspond exactement"),
        ({"identifier": "", "family_name": "Zidane"}, "Donnez l'identifiant"),
        (
            {"identifier": "", "family_name": "Zidane", "given_names": "Yasmina", "birth_date": "02/03/1992"},
            "Aucune fiche ne correspond exactement",
        ),
        ({"identifier": "", "family_name": "Zidane", "birth_date": "40/03/1992"}, "Indiquez une date"),
    ],
)
def test_what_names_nobody_exactly_opens_nothing_and_says_no_more(
    advisor, elsewhere_file, database, typed, said
):
    answered = open_file(advisor, **typed)
    assert answered.status_code == 422 and said in plain(answered)
    assert "Abbeville" not in answered.text and openings(database) == 0


def test_names_and_birth_date_or_a_link_open_it_and_ones_own_people_need_no_opening(
    advisor, elsewhere_file, database
):
    ref, _, _ = elsewhere_file
    named = {"identifier": "", "family_name": "ZIDANE", "given_names": "yasmina", "birth_date": "1/3/92"}
    assert open_file(advisor, **named).location.startswith(f"/candidats/{ref}")
    assert open_file(advisor, identifier=f"https://passerelle.example/candidats/{ref}").status_code == 303
    assert openings(database) == 1, "open already"
    with database.transaction() as session:
        agency = session.scalars(sa.select(Agency).where(Agency.name == "Pôle emploi Amiens")).one()
        mine = build.person(session, agency_id=agency.id, identifier="1111111B")
        own = mine.public_id
    assert open_file(advisor, identifier="1111111B").location == f"/candidats/{own}"
    assert openings(database) == 1


def test_who_guesses_is_stopped_and_each_vain_try_is_on_the_trail(advisor, elsewhere_file, database):
    for number in range(10):
        open_file(advisor, identifier=f"900000{number}")
    stopped = open_file(advisor)
    assert stopped.status_code == 422 and "attendez demain" in plain(stopped) and openings(database) == 0
    with database.reading() as session:
        rows = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "break_glass.miss")).all()
    assert len(rows) == 10 and not any("900000" in str(row.details) for row in rows)


def test_a_fresh_proof_is_asked_for(advisor, elsewhere_file, database):
    token = csrf(advisor, PATH)
    with database.transaction() as session:
        session.execute(sa.update(UserSession).values(fresh_at=clock.now() - timedelta(minutes=16)))
    sent = advisor.post(PATH, data={"csrf_token": token, "identifier": "7654321Z", "reason": REASON})
    assert sent.status_code == 302 and "confirm" in sent.location
    assert openings(database) == 0
