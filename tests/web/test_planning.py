"""The public planning: a page, a poster, calendars; nothing of anybody, no cookie, and what has not changed stays put."""

import re
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st
from icalendar import Calendar

from matching.store.accounts import UserSession
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AttendanceState as At, OfferState, SessionState
from tests import build
from tests.counting import queries, statements
from tests.markup import check_markup
from tests.web import planned
from tests.web.doors import account, sign_in
from tests.web.hiring import base_of
from web import calendar

PAGES = ("/planning", "/planning/affiche", "/planning.ics")


@pytest.fixture
def filled(app):
    """Two appointments; a session with places, a full one, a cancelled one; one over and one too far."""
    with base_of(app).transaction() as session:
        tuesday = planned.slot(session)
        thursday = planned.slot(
            session, weekday=3, starts_at=time(14), ends_at=time(16), theme="Les offres du quartier"
        )
        planned.slot(session, weekday=4, valid_to=date(2013, 10, 31))
        full = planned.held(
            session, date(2013, 11, 14), slot_id=thursday.id, capacity=1, theme="Le sport recrute"
        )
        planned.seat(session, full, build.person(session, family_name="Secret", phone="+33639981234"))
        planned.seat(session, full, state=At.WAITING)
        planned.seat(session, full, state=At.WITHDRAWN)
        opened = planned.held(session, slot_id=tuesday.id, description="Venir avec un CV ; s'entraîner.")
        planned.seat(session, opened)
        called_off = planned.held(
            session,
            date(2013, 11, 26),
            state=SessionState.CANCELLED,
            cancelled_reason="Salle indisponible",
            sequence=1,
        )
        planned.held(session, date(2013, 10, 29), state=SessionState.CLOSED, closed_on=date(2013, 10, 29))
        planned.held(session, date(2014, 2, 4), theme="Trop loin")
        return SimpleNamespace(full=full, opened=opened, called_off=called_off, thursday=thursday)


def rows(page):
    """The table as its readers have it: a list of cells a session."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)[1]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def token_of(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def events(answer):
    read = Calendar.from_ical(answer.data)
    return {str(event["uid"]): event for event in read.walk("VEVENT")}


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_base_answers_and_says_what_comes_next(app, path):
    answer = app.test_client().get(path)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    if path.endswith("ics"):
        assert events(answer) == {}
        return
    check_markup(answer.text)
    assert "annoncé" in answer.text


def test_appointments_without_a_session_to_come_say_so(app):
    with base_of(app).transaction() as session:
        planned.slot(session, valid_from=date(2013, 11, 12))
    page = app.test_client().get("/planning").text
    check_markup(page)
    assert "Aucune séance n’est encore annoncée" in page and "À partir du mardi 12 novembre" in page
    assert "Un rendez-vous par semaine à l’Atrium" in page


def test_the_page_says_the_appointments_the_sessions_the_places_and_why_there_is_none(app, filled):
    page = app.test_client().get("/planning").text
    check_markup(page)
    assert "<h1>Deux rendez-vous par semaine à l’Atrium</h1>" in page
    assert re.findall(r'plan-when"[^>]*>(\w+) <span>(.*?)</span>', page) == [
        ("Mardi", "de 9\u00a0h\u00a030 à 11\u00a0h\u00a030"),
        ("Jeudi", "de 14\u00a0h à 16\u00a0h"),
    ]
    found = rows(page)
    assert [(row[0], row[3]) for row in found] == [
        ("Jeudi 14 novembre", "Complet, liste d’attente"),
        ("Mardi 19 novembre", "11 places"),
        ("Mardi 26 novembre", "Annulée"),
    ]
    assert found[2][2].startswith("Pas de séance : salle indisponible") and "Pas de séance" in found[2][1]
    assert "Mardi 19 novembre : réussir son entretien" in page.replace("\u00a0", " ")
    assert "Trop loin" not in page
    for secret in ("Secret", "39981234", "Inès", "csrf"):
        assert secret not in page, secret


@pytest.mark.parametrize("path", [*PAGES, "one"])
def test_nobody_gets_a_cookie_nothing_is_written_and_what_stays_is_not_sent_again(app, filled, path):
    path = f"/planning/{filled.opened.id}.ics" if path == "one" else path
    client = app.test_client()
    with statements(base_of(app).engine) as asked:
        first = client.get(path)
        head = client.head(path)
        same = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert not [text for text in asked if text.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (first.status_code, head.status_code, head.data, same.status_code) == (200, 200, b"", 304)
    for answer in (first, head, same):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert "Cookie" in answer.headers["Vary"]
    with base_of(app).transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0
        planned.seat(session, filled.opened)
        row = session.get(planned.CollectiveSession, filled.opened.id)
        row.theme, row.sequence, row.changed_at = "Autre thème", 1, datetime(2013, 11, 4, 9, tzinfo=UTC)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_what_the_signed_in_read_is_kept_nowhere_and_the_door_leads_to_the_planning(app, filled):
    with base_of(app).transaction() as session:
        user = account(session)
    mine = sign_in(app, user).get("/planning")
    assert mine.headers["Cache-Control"] == "no-store" and "Claire Delmotte" in mine.text
    door = app.test_client().get("/connexion")
    assert door.headers["Cache-Control"] == "no-store"
    assert re.search(r'<a class="menu-link" href="/planning">Séances à l’Atrium</a>', door.text)
    assert 'href="/connexion"' in app.test_client().get("/planning").text


def test_as_many_queries_for_fifty_sessions_as_for_one(app, filled):
    client = app.test_client()
    for path in PAGES:
        client.get(path)
    few = [queries(base_of(app).engine, lambda path=path: client.get(path)) for path in PAGES]
    with base_of(app).transaction() as session:
        for number in range(50):
            row = planned.held(session, date(2013, 11, 5) + timedelta(days=number))
            planned.packed(session, row, build.offer(session, may_be_named=True))
    many = [queries(base_of(app).engine, lambda path=path: client.get(path)) for path in PAGES]
    assert many == few and max(few) <= 5
    assert client.get("/planning/affiche").text.count('scope="row"') == 8  # a poster is one page


def test_an_offer_is_told_where_its_employer_agreed_and_as_long_as_it_is_open(app, filled):
    with base_of(app).transaction() as session:

        def packed(rank, how="chosen", **changes):
            employer = build.organisation(session, name=f"Employeur {rank}")
            offer = build.offer(
                session, employer=employer, title=f"Poste {rank}", commune="Amiens", **changes
            )
            planned.packed(session, filled.opened, offer, rank, how)
            return offer

        packed(2, may_be_named=True)
        packed(1, may_be_named=True)
        packed(3)
        packed(4, may_be_named=False)
        packed(5, "removed", may_be_named=True)
        packed(6, may_be_named=True, apply_before=date(2013, 11, 18))  # over before the session
        withdrawn = packed(7, "added", may_be_named=True)
    page = app.test_client().get("/planning").text
    assert re.findall(r"Poste \d", page) == ["Poste 1", "Poste 2", "Poste 7"]
    assert "<b>Poste 1</b>, Employeur 1, Amiens (CDD de 36\u00a0mois, 35\u00a0h)" in page
    assert "3 offres présentées" in page
    with base_of(app).transaction() as session:
        session.get(planned.Offer, withdrawn.id).state = OfferState.WITHDRAWN
    assert re.findall(r"Poste \d", app.test_client().get("/planning").text) == ["Poste 1", "Poste 2"]


def test_the_calendar_is_what_real_ones_accept(app, filled):
    answer = app.test_client().get("/planning.ics")
    assert answer.mimetype == "text/calendar" and "charset=utf-8" in answer.headers["Content-Type"]
    text = answer.data.decode()
    assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    read = Calendar.from_ical(answer.data)
    assert (str(read["version"]), str(read["method"])) == ("2.0", "PUBLISH") and read["prodid"]
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in text and "X-PUBLISHED-TTL:PT6H" in text
    (zone,) = read.walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Europe/Paris" and {str(part["tzname"]) for part in zone.subcomponents} == {
        "CET",
        "CEST",
    }
    found = events(answer)
    assert len(found) == 5  # the closed one and the far one too: a calendar forgets what is not there
    off = found[f"{filled.called_off.public_id}@localhost"]
    assert (str(off["status"]), int(off["sequence"])) == ("CANCELLED", 1)
    assert str(off["description"]) == "Séance annulée : salle indisponible"
    on = found[f"{filled.opened.public_id}@localhost"]
    assert "DTSTART;TZID=Europe/Paris:20131119T093000" in text
    assert on.decoded("dtend").astimezone(UTC) == datetime(2013, 11, 19, 10, 30, tzinfo=UTC)
    assert (str(on["status"]), str(on["location"])) == ("CONFIRMED", planned.PLACE)
    assert str(on["url"]) == f"http://localhost/planning#seance-{filled.opened.id}"
    assert on.decoded("dtstamp") == on.decoded("last-modified") == planned.MADE
    alone = events(app.test_client().get(f"/planning/{filled.opened.id}.ics"))
    assert list(alone) == [str(on["uid"])]
    assert events(app.test_client().get(f"/planning/{filled.called_off.id}.ics"))[str(off["uid"])] == off


def test_hours_are_those_of_amiens_before_and_after_the_clocks_change(app):
    days = [
        date(2013, 10, 24),
        date(2013, 10, 26),
        date(2013, 10, 27),
        date(2013, 10, 28),
        date(2014, 3, 29),
        date(2014, 4, 1),
    ]
    with base_of(app).transaction() as session:
        made = [planned.held(session, day) for day in days]
    read = events(app.test_client().get("/planning.ics"))
    begin = [read[f"{row.public_id}@localhost"].decoded("dtstart").astimezone(UTC).hour for row in made]
    assert begin == [7, 7, 8, 8, 8, 7]


@pytest.mark.parametrize(
    "path",
    [
        "/planning/999.ics",
        "/planning/0.ics",
        "/planning/a.ics",
        "/planning/-1.ics",
        "/planning/99999999999999999999.ics",
    ],
)
def test_a_number_that_is_no_session_is_not_found(app, path):
    answer = app.test_client().get(path)
    assert answer.status_code == 404 and "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    check_markup(answer.text)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85")
    | st.sampled_from(",;:\\\n\"'é😀🧑‍🏫"),
    max_size=120,
)


@given(theme=WORDS, place=WORDS, description=WORDS)
def test_any_words_come_back_as_they_were(theme, place, description):
    said = {"theme": theme, "place": place, "description": description}
    line = SimpleNamespace(
        id=1, public_id="0b8e", held_on=date(2013, 11, 19), starts_at=time(9), ends_at=time(10), cancelled=False,
        sequence=0, made_at=planned.MADE, changed_at=planned.MADE, **said,
    )  # fmt: skip
    made = calendar.of_sessions([line], url="https://passerelle.example.fr/planning")
    assert all(len(part) <= 75 for part in made.split(b"\r\n")) and b"\n" not in made.replace(b"\r\n", b"")
    (event,) = Calendar.from_ical(made).walk("VEVENT")
    assert str(event.get("summary", "")) == theme and str(event.get("location", "")) == place
    assert str(event["description"]).startswith(description)


def test_an_employer_agrees_to_be_named_reads_it_back_and_takes_it_back(app):
    with base_of(app).transaction() as session:
        house = build.organisation(
            session, name="Jardins de la Hotoie", legal_kind="association", siret="73282932000074"
        )
        user = account(session, "employer", organisation_id=house.id)
        row = planned.held(session)
    client, ref = sign_in(app, user), "0b8e7c9e-3a5b-4c1d-8e2f-000000000001"
    page = client.get("/offres/nouvelle").text
    box = re.search(r'<input type="radio"[^>]*name="may_be_named" value="non"[^>]*>', page)[0]
    assert (
        "checked" in box and "J’accepte que le nom de ma structure apparaisse à côté de cette offre" in page
    )
    typed = {
        "csrf_token": token_of(page), "title": "Jardinier", "description": "Tailler et planter.", "scheme": "ordinaire",
        "contract_kind": "CDI", "weekly_hours": "35", "positions": "1", "postcode": "80000", "commune": "Amiens",
        "level": "", "needs_licence": "non", "may_be_named": "oui", "version": "0",
    }  # fmt: skip
    typed["scheme"] = re.search(r'name="scheme" value="(\w+)"[^>]*> *<span>Un contrat ordinaire', page)[1]
    assert client.post(f"/offres/{ref}/modifier", data=typed).status_code == 303
    check = client.get(f"/offres/{ref}/verifier").text
    check_markup(check)
    assert "J’accepte que le nom de ma structure" in check
    assert client.post(f"/offres/{ref}/verifier", data={"csrf_token": token_of(check)}).status_code == 303

    def stored():
        with base_of(app).transaction() as session:
            offer = session.scalar(sa.select(planned.Offer))
            offer.state = OfferState.OPEN
            if not session.scalar(sa.select(planned.SessionOffer.id)):
                planned.packed(session, session.get(planned.CollectiveSession, row.id), offer)
            return offer

    assert stored().may_be_named is True
    assert "Jardins de la Hotoie" in app.test_client().get("/planning").text
    again = typed | {"may_be_named": "non", "version": str(stored().version)}
    assert client.post(f"/offres/{ref}/modifier", data=again).status_code == 303
    check = client.get(f"/offres/{ref}/verifier").text
    assert client.post(f"/offres/{ref}/verifier", data={"csrf_token": token_of(check)}).status_code == 303
    assert stored().may_be_named is False
    assert "Jardins de la Hotoie" not in app.test_client().get("/planning").text


def test_an_advisor_notes_it_on_the_offer_and_an_import_leaves_it(app):
    with base_of(app).transaction() as session:
        offer = build.offer(session, scheme=None, postcode="80000", commune="Amiens")
        user = account(session)
    client, path = sign_in(app, user), f"/offres/{offer.public_id}"
    page = client.get(f"{path}/modifier").text
    check_markup(page)
    fields = dict(
        re.findall(
            r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"[^>]*checked', page.replace('type="radio"', "")
        )
    )
    assert fields["may_be_named"] == ""
    typed = {
        "csrf_token": token_of(page), "version": "1", "title": "Jardinier", "contract_kind": "CDD", "months": "36",
        "weekly_hours": "35", "positions": "2", "scheme": fields["scheme"], "postcode": "80000", "commune": "Amiens",
        "level": "", "needs_licence": "", "tutor": "Mme Langlet", "training": "taille", "may_be_named": "oui",
    }  # fmt: skip
    answer = client.post(f"{path}/modifier", data=typed)
    assert answer.status_code == 303
    shown = client.get(path).text
    assert "accepté par l’employeur" in shown and "nom sur le planning public" in shown
    stale = client.post(f"{path}/modifier", data=typed | {"may_be_named": "non"})
    assert stale.status_code == 409 and re.search(r'value="non"[^>]*checked', stale.text)
    assert (
        client.post(
            f"{path}/modifier", data=typed | {"version": "2", "may_be_named": "peut-être"}
        ).status_code
        == 422
    )
