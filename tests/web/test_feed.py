"""What is due, in a calendar: an address of one's own, shown once; RFC 5545; initials and the programme, nothing else."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from matching import accounts, clock
from matching.store.accounts import User, UserSession
from matching.store.messages import AccessLink
from matching.store.people import Agency
from matching.vocabulary import AgencyKind
from tests import hires
from tests.counting import statements
from tests.hires import A, take
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in
from tests.web.hiring import advisor, base_of, token


@pytest.fixture
def client(app, monkeypatch):
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        hires.running(session, agency=agency)
        hires.person(
            session, agency=agency, birth_date=date(1988, 4, 10), family_name="Férat", given_names="Jean-Paul"
        )
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-02-24")
    return advisor(app)


def made(client):
    """The path of a new address, as the page shows it this once."""
    answer = client.post("/echeances/agenda", data={"csrf_token": token(client.get("/echeances"))})
    assert answer.status_code == 200
    check_markup(answer.text)
    return "/agenda/" + re.search(r"/agenda/([\w-]+\.ics)", answer.text)[1]


def read(app, path, **headers):
    return app.test_client().get(path, headers=headers)


def events(answer):
    calendar = Calendar.from_ical(answer.data)
    assert str(calendar["version"]) == "2.0" and calendar["prodid"]
    return list(calendar.walk("VEVENT"))


def test_the_calendar_has_each_day_that_is_due_and_nothing_of_anybody(app, client):
    path = made(client)
    answer = read(app, path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    assert "Set-Cookie" not in answer.headers
    found = {str(event["summary"]): event for event in events(answer)}
    check = next(
        event for said, event in found.items() if said.endswith("M. : suivi à faire, emploi d'avenir")
    )
    assert not isinstance(check.decoded("dtstart"), datetime)
    assert check.decoded("dtend") - check.decoded("dtstart") == timedelta(days=1)
    assert any(said.startswith("J.P.F. : dernier jour du droit") for said in found)
    text = answer.data.decode()
    # Without the digests, which may hold any figure.
    shown = "".join(line for line in text.split("\r\n") if not line.startswith("UID:"))
    for secret in (
        "Morel",
        "Inès",
        "Férat",
        "Jardin",
        "Langlet",
        "464",
        "+33",
        "/placements/",
        "/candidats/",
    ):
        assert secret not in shown, secret
    assert all(line == line.rstrip("\n") and len(line.encode()) <= 75 for line in text.split("\r\n"))
    uids = [str(event["uid"]) for event in events(answer)]
    assert len(uids) == len(set(uids))


def test_a_day_that_moves_keeps_its_identifier_and_grows_its_sequence(app, client):
    path = made(client)
    days = {str(e["uid"]): (e.decoded("dtstart"), int(e["sequence"])) for e in events(read(app, path))}
    with base_of(app).transaction() as session:
        placement = session.scalar(sa.select(hires.placements.Placement))
        take(session, placement, A.SUSPEND, date(2014, 2, 20), reason="maladie", until=date(2014, 3, 7))
    first = {str(e["uid"]): (e.decoded("dtstart"), int(e["sequence"])) for e in events(read(app, path))}
    (back,) = set(first) - set(days)
    assert first[back][0] == date(2014, 3, 8)
    with base_of(app).transaction() as session:
        placement = session.scalar(sa.select(hires.placements.Placement))
        take(session, placement, A.RESUME, date(2014, 2, 24))
        take(session, placement, A.SUSPEND, date(2014, 2, 24), reason="rechute", until=date(2014, 3, 14))
    later = {str(e["uid"]): (e.decoded("dtstart"), int(e["sequence"])) for e in events(read(app, path))}
    assert later[back][0] == date(2014, 3, 15) and later[back][1] > first[back][1]
    assert set(first) & set(later)


def test_what_has_not_changed_is_not_sent_again_and_reading_writes_nothing(app, client):
    path = made(client)
    first = read(app, path)
    with statements(base_of(app).engine) as asked:
        same = read(app, path, **{"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert not [text for text in asked if text.startswith(("INSERT", "UPDATE", "DELETE"))]
    with base_of(app).transaction() as session:
        take(session, session.scalar(sa.select(hires.placements.Placement)), A.EXIT, date(2014, 2, 20),
             reason="resigned", situation="unknown")  # fmt: skip
    assert read(app, path, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_an_address_is_replaced_withdrawn_grows_old_and_dies_with_its_account(app, client):
    first = made(client)
    second = made(client)
    assert (read(app, first).status_code, read(app, second).status_code) == (410, 200)
    page = client.get("/echeances")
    assert (
        "Une adresse est ouverte" in page.text and second.split("/")[2].removesuffix(".ics") not in page.text
    )
    check_markup(page.text)
    assert client.post("/echeances/agenda/retrait", data={"csrf_token": token(page)}).status_code == 303
    assert read(app, second).status_code == 410 and "retiré" in read(app, second).text
    third = made(client)
    with base_of(app).transaction() as session:
        session.scalars(sa.select(AccessLink).order_by(AccessLink.id.desc())).first().expires_at = datetime(2013, 1, 1, tzinfo=UTC)  # fmt: skip
    assert read(app, third).status_code == 410
    fourth = made(client)
    with base_of(app).transaction() as session:
        session.execute(sa.update(User).values(active=False))
    assert read(app, fourth).status_code == 404
    assert read(app, "/agenda/rien.ics").status_code == 404


def test_an_address_is_made_on_a_fresh_proof_and_ends_with_the_sessions(app, client):
    """A stolen session made a door of a year; a new password did not close it."""
    path = made(client)
    with base_of(app).transaction() as session:
        user = session.get_one(User, session.scalar(sa.select(AccessLink.user_id)))
        accounts.set_password(session, user, "x", at=clock.now())
    assert read(app, path).status_code == 410
    again = sign_in(app, user)
    with base_of(app).transaction() as session:
        session.execute(sa.update(UserSession).values(fresh_at=clock.now() - timedelta(minutes=16)))
    answer = again.post("/echeances/agenda", data={"csrf_token": token(again.get("/echeances"))})
    assert answer.status_code == 302 and "/agenda/" not in answer.text


def test_a_calendar_is_that_of_its_own_agency(app, client):
    with base_of(app).transaction() as session:
        other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
        session.add(other)
        session.flush()
        who = account(session, "advisor", other)
        officer = account(session, "officer")
    assert events(read(app, made(sign_in(app, who)))) == []
    assert sign_in(app, officer).post("/echeances/agenda").status_code in (400, 403)
