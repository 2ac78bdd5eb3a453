"""The club on the screen: the list by silence, a member, each form, the week noted at once, who may do what."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching.club_looks import Look, Square
from matching.store.club import (
    Approach,
    ClubContact,
    ClubFollowUp,
    ClubMembership,
    ClubPause,
    ClubWeek,
    MembershipEvent,
)
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, MembershipState as State
from tests import build, joining
from tests.counting import queries
from tests.web.doors import account, an_agency, csrf, sign_in
from web.wording import club as words

#: The demo's day is a Monday, the tenth week of those who began on the first day.
TODAY, BEGAN = date(2013, 11, 4), date(2013, 9, 2)


@pytest.fixture
def house(app, database):
    """An animator's browser, an advisor's of the agency, and an animator's of another club; one member."""
    with database.transaction() as session:
        agency = an_agency(session)
        mine = account(session, "animator", agency)
        advisor = account(session, agency=agency, email="conseil@exemple.fr")
        stranger = account(session, "animator", agency, email="autre@exemple.fr")
        club = joining.club(session, agency_id=agency.id, animator=mine)
        joining.club(session, agency_id=agency.id, animator=stranger, name="Autre club")
        row = joining.member(session, club, on=BEGAN, person=build.person(
            session, agency_id=agency.id, given_names="Jordan", family_name="Lefèvre", phone="+33639980001",
        ))  # fmt: skip
        found = {"club": club.id, "ref": row.public_id, "id": row.id}
    return sign_in(app, mine), sign_in(app, advisor), sign_in(app, stranger), found


def one(database, model, **by):
    with database.reading() as session:
        return session.scalars(sa.select(model).filter_by(**by).order_by(model.id.desc())).first()


def post(client, path, **data):
    return client.post(path, data={"csrf_token": csrf(client, path), **data})


def member(database):
    return one(database, ClubMembership)


def test_the_longest_silence_is_on_top_with_the_phone(house, database):
    client, _, _, found = house
    with database.transaction() as session:
        club = session.get_one(joining.Club, found["club"])
        for days, name in ((0, "Emma"), (15, "Sarah")):
            row = joining.member(session, club, on=BEGAN, person=build.person(
                session, agency_id=club.agency_id, given_names=name, family_name="Monnier", phone="+33639980002",
            ), project=name)  # fmt: skip
            session.add(ClubContact(
                membership_id=row.id, done_on=TODAY - timedelta(days=days), channel="phone", two_way=True,
            ))  # fmt: skip
    page = client.get("/club").text
    assert "Club : 3 jeunes, 2 sans nouvelles" in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert page.index("Jordan") < page.index("Sarah") < page.index("Emma")
    assert page.count('href="tel:') == 2
    assert "semaine manquée" in page and 'aria-label="Semaines de Sarah Monnier"' in page


def test_the_list_asks_as_much_for_fifty_as_for_one(house, database):
    client, _, _, found = house
    paths = ("/club", "/", "/club/semaine")
    alone = {path: queries(database.engine, lambda path=path: client.get(path)) for path in paths}
    with database.transaction() as session:
        club = session.get_one(joining.Club, found["club"])
        group = joining.cohort(session, club, name="Grand groupe", seats=60)
        for _ in range(30):
            joining.member(session, club, group=group, on=BEGAN)
    for path in paths:
        assert queries(database.engine, lambda path=path: client.get(path)) <= alone[path] <= 25


@pytest.mark.parametrize("path", ["", "/contacts/nouveau", "/demarches/nouvelle", "/pause", "/prolongation",
                                  "/semaines/1", "/sortie", "/sortie/annulation"])  # fmt: skip
def test_another_club_s_member_is_not_there_and_an_advisor_reads(house, database, path):
    client, advisor, stranger, found = house
    address = f"/club/{found['ref']}{path}"
    assert client.get(address).status_code == 200
    assert stranger.get(address).status_code == 404
    assert advisor.get(address).status_code == (200 if path == "" else 403)
    if path:
        token = csrf(stranger, "/club/semaine")
        before = member(database).version
        assert stranger.post(address, data={"csrf_token": token}).status_code == 404
        assert member(database).version == before


def test_a_contact_is_noted_corrected_and_taken_back(house, database):
    client, _, _, found = house
    path = f"/club/{found['ref']}/contacts/nouveau"
    said = {
        "on": "04/11/2013",
        "channel": "phone",
        "answered": "y",
        "note": "Cherche un stage.",
        "next_step": "CV",
    }
    assert post(client, path, **said).status_code == 303
    assert post(client, path, **said).status_code == 303  # pressed twice: noted once
    made = one(database, ClubContact)
    assert (made.done_on, made.channel, made.two_way, made.note) == (
        TODAY,
        "phone",
        True,
        "Cherche un stage.",
    )
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(ClubContact.id))) == 1
        assert session.scalar(sa.select(ClubWeek.next_step).where(ClubWeek.number == 10)) == "CV"
    again = f"/club/{found['ref']}/contacts/{made.public_id}"
    late = post(client, again, on="05/11/2013", channel="phone", answered="y", note="Gardé")
    assert late.status_code == 422 and "Gardé" in late.text
    assert post(client, again, on="02/09/2013", channel="in_person").status_code == 303
    assert one(database, ClubContact).two_way is False
    assert post(client, again, retirer="oui").status_code == 303
    assert one(database, ClubContact) is None


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"on": "01/09/2013"}, "Le parcours au club a commencé le 2 septembre 2013"),
    ({"minutes": "900"}, "de 1 à 600 minutes"),
    ({"channel": "pigeon"}, "valide"),
    ({"on": ""}, "Indiquez le jour"),
])  # fmt: skip
def test_a_contact_that_cannot_be_keeps_what_was_typed(house, database, changes, sentence):
    client, _, _, found = house
    data = {"on": "04/11/2013", "channel": "phone", "answered": "y", "note": "Mot gardé", **changes}
    answer = post(client, f"/club/{found['ref']}/contacts/nouveau", **data)
    said = answer.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert answer.status_code == 422 and "Mot gardé" in said
    assert sentence in said or changes.get("channel")
    assert one(database, ClubContact) is None


def test_a_whole_week_is_noted_line_by_line(house, database):
    client, _, _, found = house
    with database.transaction() as session:
        club = session.get_one(joining.Club, found["club"])
        late = joining.member(session, club, on=TODAY - timedelta(days=3)).public_id
    key = found["ref"]
    data = {"on": "31/10/2013", f"contact-{key}": "in_person", f"note-{key}": "Simulation d'entretien",
            f"contact-{late}": "phone", f"note-{late}": "À rappeler"}  # fmt: skip
    answer = post(client, "/club/semaine", **data)
    assert answer.status_code == 422 and "1 contact noté" in answer.text.replace("\u00a0", " ")
    assert "À rappeler" in answer.text and "Simulation" not in answer.text
    assert [c.note for c in [one(database, ClubContact)]] == ["Simulation d'entretien"]
    data = {"on": "04/11/2013", f"contact-{late}": "tried", f"note-{key}": ""}
    assert post(client, "/club/semaine", **data).headers["Location"].endswith("fait=contact-un&n=1")
    assert one(database, ClubContact).two_way is False
    empty = post(client, "/club/semaine", on="04/11/2013")
    assert "semaine-vide" in empty.headers["Location"]
    lost = post(client, "/club/semaine", on="04/11/2013", **{f"note-{key}": "sans contact"})
    assert lost.status_code == 422 and "sans contact" in lost.text
    forged = post(client, "/club/semaine", on="04/11/2013", **{f"contact-{key}": "pigeon"})
    assert forged.status_code == 422


def test_steps_and_days_are_said_in_french():
    agreed = MembershipEvent(action="agreed", reason="phone", done_on=TODAY, party="animator")
    assert words.event(agreed, {})[0] == "Accord de la personne : par téléphone"
    assert "à une séance" in words.contact_line(ClubContact(channel="session", two_way=True, done_on=TODAY))
    assert "SMS" in words.contact_line(ClubContact(channel="sms", two_way=True, done_on=TODAY))
    for ends, said in (
        (date(2013, 10, 27), "du 21 au 27 octobre"),
        (date(2013, 11, 3), "du 21 octobre au 3 novembre"),
    ):
        assert words.span(Square(1, date(2013, 10, 21), ends, Look.MISSED, False)) == said
    assert [words.delay(days) for days in (-2, 0, 1, 14)] == [
        "dépassée de 2 jours", "aujourd'hui", "demain", "dans 14 jours",
    ]  # fmt: skip


def test_an_approach_has_its_answer_later(house, database):
    client, _, _, found = house
    path = f"/club/{found['ref']}/demarches/nouvelle"
    data = {"on": "31/10/2013", "employer": "Boulangerie du Nord", "channel": "visit", "result": "waiting"}
    assert post(client, path, **data).status_code == 303
    made = one(database, Approach)
    again = f"/club/{found['ref']}/demarches/{made.public_id}"
    early = post(client, again, result="interview", result_on="30/10/2013")
    assert early.status_code == 422
    assert post(client, again, result="interview", result_on="18/11/2013").status_code == 303
    assert (one(database, Approach).result, one(database, Approach).result_on) == (
        "interview",
        date(2013, 11, 18),
    )
    assert "Boulangerie" in client.get(f"/club/{found['ref']}").text
    assert post(client, again, retirer="oui").status_code == 303
    assert one(database, Approach) is None


def test_a_pause_pushes_the_weeks_and_an_overlap_names_the_other(house, database):
    client, _, _, found = house
    path = f"/club/{found['ref']}/pause"
    data = {
        "version": member(database).version,
        "starts_on": "04/11/2013",
        "until": "10/11/2013",
        "reason": "sickness",
    }
    assert post(client, path, **data).status_code == 303
    assert (member(database).state, member(database).planned_end_on) == (State.PAUSED, date(2013, 12, 9))
    data |= {"version": member(database).version, "starts_on": "08/11/2013", "until": "12/11/2013"}
    over = post(client, path, **data, note="Mot gardé")
    assert over.status_code == 422 and "Mot gardé" in over.text
    assert "du 4 novembre 2013 au 10 novembre 2013" in over.text.replace("\u00a0", " ")
    page = f"/club/{found['ref']}"
    back = client.post(
        f"{page}/reprise", data={"csrf_token": csrf(client, page), "version": member(database).version}
    )
    assert back.status_code == 303
    assert (member(database).state, one(database, ClubPause)) == (State.ACTIVE, None)
    data |= {"version": member(database).version, "starts_on": "18/11/2013", "until": "19/11/2013"}
    assert post(client, path, **data).status_code == 303
    gone = client.post(f"{page}/pause/retrait", data={
        "csrf_token": csrf(client, page), "version": member(database).version, "debut": "2013-11-18",
    })  # fmt: skip
    assert gone.status_code == 303 and one(database, ClubPause) is None


def test_an_exit_is_prepared_taken_back_and_asked_again(house, database):
    client, _, _, found = house
    path = f"/club/{found['ref']}/sortie"
    seen = member(database).version
    data = {"version": seen, "on": "04/11/2013", "outcome": "dropped_out", "satisfaction": ""}
    assert post(client, path, **data).status_code == 422
    assert post(client, path, **data | {"outcome": "training", "satisfaction": "3"}).status_code == 303
    assert (member(database).outcome, member(database).satisfaction) == ("training", 3)
    slow = post(client, path, **data | {"outcome": "moved", "note": "Parti à Lille"})
    assert (
        slow.status_code == 409
        and "Parti à Lille" in slow.text
        and "Sortie : formation" in slow.text.replace("\u00a0", " ")
    )
    assert "Sortis du club" in client.get("/club?montre=sortis").text
    with database.transaction() as session:
        session.execute(sa.update(ClubFollowUp).where(ClubFollowUp.month == 3).values(due_on=TODAY))
    assert "situation à 3 mois" in client.get("/").text.replace("\u00a0", " ")
    ask = f"/club/{found['ref']}/situation/3"
    assert post(client, ask, situation="").status_code == 422
    assert post(client, ask, manque="oui").status_code == 303
    assert post(client, ask, situation="lasting_job").status_code == 303
    assert one(database, ClubFollowUp, month=3).situation == "lasting_job"
    assert client.get(f"/club/{found['ref']}/situation/12").status_code == 404
    again = f"{path}/annulation"
    assert post(client, again, version=member(database).version, reason="Erreur de saisie").status_code == 303
    assert member(database).state is State.ACTIVE


def test_the_week_takes_an_excuse_and_the_way_may_be_longer(house, database):
    client, _, _, found = house
    assert (
        post(client, f"/club/{found['ref']}/semaines/2", excused="holiday", obstacle="Garde").status_code
        == 303
    )
    assert (one(database, ClubWeek, number=2).excused, one(database, ClubWeek, number=2).obstacle) == (
        "holiday",
        "Garde",
    )
    assert "absence excusée" in client.get(f"/club/{found['ref']}").text
    assert client.get(f"/club/{found['ref']}/semaines/14").status_code == 404
    path = f"/club/{found['ref']}/prolongation"
    data = {"version": member(database).version, "weeks": "2", "reason": "Entretien prévu"}
    assert post(client, path, **data | {"weeks": "99"}).status_code == 422
    assert post(client, path, **data).status_code == 303
    assert (member(database).extended_days, member(database).planned_end_on) == (14, date(2013, 12, 16))


def test_the_export_is_on_the_trail_and_holds_no_formula(house, database):
    client, *_ = house
    with database.transaction() as session:
        session.execute(sa.update(joining.Cohort).values(name="=1+1"))
    answer = client.get("/club?format=csv")
    assert answer.mimetype == "text/csv" and "'=1+1" in answer.text and "Lefèvre" in answer.text


def test_nothing_of_the_file_that_an_animator_may_not_read_is_shown(house, database):
    client, _, _, found = house
    with database.transaction() as session:
        row = session.get_one(ClubMembership, found["id"])
        person = session.get_one(build.Person, row.person_id)
        person.address, person.remarks, person.birth_date = (
            "3 rue du Cygne",
            "Note de conseil",
            date(1991, 5, 14),
        )
    for path in ("/club", "/club/semaine", f"/club/{found['ref']}", f"/club/{found['ref']}/sortie", "/"):
        page = client.get(path).text
        assert not any(secret in page for secret in ("rue du Cygne", "Note de conseil", "1991"))


def test_another_agency_sees_no_club(app, house, database):
    *_, found = house
    with database.transaction() as session:
        other = Agency(name="Autre agence", kind=AgencyKind.POLE_EMPLOI)
        session.add(other)
        session.flush()
        away = account(session, agency=other, email="loin@exemple.fr")
    client = sign_in(app, away)
    assert client.get(f"/club/{found['ref']}").status_code == 404
    assert "Aucun parcours" in client.get("/club").text
