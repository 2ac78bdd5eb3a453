"""Collective sessions on the screen: registered, stated from two phones, planned, cancelled, and whose they are."""

import re
from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
import sqlalchemy as sa

from matching import collective, collective_slots as slots
from matching.collective import Plan, SessionAction
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency, Person, SourceRecord
from matching.store.sessions import (
    AttendanceStatement,
    Closure,
    CollectiveSession,
    SessionAttendance,
    SessionSlot,
)
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, AttendanceState as State, MessageState, Party, SessionState
from tests import build
from tests.counting import queries
from tests.web.doors import account, an_agency, csrf, sign_in

TODAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 8, tzinfo=UTC)
FORM = {
    "held_on": "07/11/2013", "starts_at": "14 h", "ends_at": "16h00", "theme": "Les offres du quartier",
    "place": "Atrium", "capacity": "2", "description": "",
}  # fmt: skip


@pytest.fixture
def house(app, database):
    """Claire who supervises, Rachida and Hugo, an advisor of elsewhere; today's session and one of Thursday."""
    with database.transaction() as session:
        pole = an_agency(session)
        other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
        session.add(other)
        session.flush()
        users = {
            "claire": account(session, "chief", pole, name="Claire Delmotte"),
            "rachida": account(session, "animator", pole, name="Rachida Amrani"),
            "hugo": account(session, "advisor", pole, name="Hugo Lenoir"),
            "leila": account(session, "chief", other, name="Leïla Morand"),
        }
        plan = Plan(TODAY, time(9, 30), time(11, 30), "Préparer sa candidature", "Atrium", 2)
        made = [
            collective.plan(
                session, pole.id, each, actor_id=None, party=Party.ADVISOR, on=date(2013, 10, 1), at=AT
            ).id
            for each in (
                plan,
                Plan(date(2013, 11, 7), time(14), time(16), "Les offres du quartier", "Atrium", 2),
            )
        ]
        people = [
            build.person(
                session, agency_id=pole.id, given_names=name, name_key=f"morel {name.lower()}", email=email
            )
            for name, email in (("Karim", "k@exemple.fr"), ("Lina", None), ("Zoé", "z@exemple.fr"))
        ]
        slot = slots.add(
            session, pole.id, slots.Slot(1, time(9, 30), time(11, 30), "Préparer", "Atrium", 12, date(2013, 9, 3)),
            on=TODAY, at=AT,
        )  # fmt: skip
        found = {
            "today": made[0], "thursday": made[1], "people": [each.public_id for each in people],
            "slot": slot.public_id, "agency": pole.id,
        }  # fmt: skip
    return {name: sign_in(app, user) for name, user in users.items()}, found


def post(client, page, path, **data):
    return client.post(path, data={"csrf_token": csrf(client, page), **data})


def join(client, key, person):
    return post(client, f"/seances/{key}?q=morel", f"/seances/{key}/inscription", person=str(person))


def rows(database, key):
    with database.reading() as session:
        found = session.scalars(
            sa.select(SessionAttendance)
            .where(SessionAttendance.session_id == key)
            .order_by(SessionAttendance.id)
        ).all()
        return [(each.public_id, each.state, each.version) for each in found]


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def test_registered_by_name_full_waiting_withdrawn_and_every_refusal_says_what_to_do(house, database):
    doors, found = house
    rachida, key = doors["rachida"], found["thursday"]
    page = rachida.get(f"/seances/{key}?q=mor").text
    assert all(name in page for name in ("Karim", "Lina", "Zoé")) and page.count("Inscrire<") == 3
    assert "06 39 98" not in plain(page) and "exemple.fr" not in page, (
        "no more of a prospect than a name and an age"
    )
    with database.reading() as session:
        [identifier] = session.scalars(
            sa.select(SourceRecord.identifier).join(Person).where(Person.public_id == found["people"][0])
        )
    assert "Inscrire<" in doors["hugo"].get(f"/seances/{key}?q={identifier}").text
    assert "Inscrire<" not in rachida.get(f"/seances/{key}?q={identifier}").text, "she reads no identifier"
    said = [join(rachida, key, person) for person in found["people"]]
    assert [each.headers["Location"].split("fait=")[1] for each in said] == [
        "seance-inscrit&n=1&total=2", "seance-inscrit&n=2&total=2", "seance-attente&n=1",
    ]  # fmt: skip
    again = join(doors["hugo"], key, found["people"][0])
    assert again.status_code == 409 and "Karim Morel a déjà une place" in plain(again.text)
    ref = rows(database, key)[0][0]
    page = f"/seances/{key}"
    left = post(rachida, page, f"{page}/inscriptions/{ref}/retrait")
    assert "fait=seance-promu" in left.headers["Location"]
    assert [state for _, state, _ in rows(database, key)] == [
        State.WITHDRAWN,
        State.REGISTERED,
        State.REGISTERED,
    ]
    with database.transaction() as session:
        row = session.get_one(CollectiveSession, key)
        collective.change(
            session,
            row,
            SessionAction.CANCEL,
            actor_id=None,
            party=Party.ADVISOR,
            on=TODAY,
            at=AT,
            reason="travaux",
        )
    refused = join(rachida, found["today"], uuid4())
    assert refused.status_code == 404, "nobody whom they may not register"
    token = csrf(rachida, f"/seances/{found['today']}")
    refused = rachida.post(
        f"{page}/inscription", data={"csrf_token": token, "person": str(found["people"][0])}
    )
    assert refused.status_code == 422 and "Cette séance est annulée (travaux)" in plain(refused.text)


def test_two_phones_state_the_day_disagree_are_settled_and_it_is_closed(house, database):
    doors, found = house
    rachida, hugo, key = doors["rachida"], doors["hugo"], found["today"]
    join(rachida, key, found["people"][0])
    page = f"/seances/{key}/emargement"
    ref, _, version = rows(database, key)[0]
    path, token = f"{page}/{ref}", uuid4()

    def press(client, state, number, seen=version, **more):
        headers = {"X-Fragment": "1"}
        data = {
            "csrf_token": csrf(client, page), "state": state, "version": seen, "key": str(number),
            "at": "2013-11-04T08:05:00.000Z", **more,
        }  # fmt: skip
        return client.post(path, data=data, headers=headers)

    assert press(rachida, "present", token).status_code == 200
    again = press(rachida, "present", token)
    assert again.status_code == 200 and "présent (Rachida, 9 h 05)" in plain(again.text)
    assert "<b data-stated>1</b> sur 1" in again.text, "the count comes with the row"
    other = press(hugo, "absent", uuid4(), at="2013-11-04T08:07:00Z")
    assert other.status_code == 409
    assert "Karim Morel : présent (Rachida, 9 h 05), absent (Hugo, 9 h 07)" in plain(other.text)
    assert plain(other.text).count("Garder «") == 2 and "<b data-stated>0</b>" in other.text
    refused = post(rachida, page, f"/seances/{key}/cloture")
    assert refused.status_code == 422 and "tranchez d'abord" in plain(refused.text)
    # Settled without a script: the form of the row, as it stands.
    shown = rachida.get(page).text
    settled = post(
        rachida, page, path, state="absent", version=re.search(r'name="version" value="(\d+)"', shown)[1]
    )
    assert settled.status_code == 303 and settled.headers["Location"].endswith(f"#p-{ref}")
    assert rows(database, key)[0][1] is State.ABSENT
    # Who came unannounced; then it is closed, and says so to a phone that comes late.
    came = post(rachida, f"{page}?q=lina", f"{page}/venue", person=str(found["people"][1]))
    assert came.status_code == 303
    closed = post(rachida, page, f"/seances/{key}/cloture")
    assert "fait=seance-close&n=1&total=2" in closed.headers["Location"]
    late = press(hugo, "present", uuid4())
    assert late.status_code == 409 and "clôturée" in plain(late.text)
    assert post(rachida, page, f"/seances/{key}/reouverture").status_code == 403
    assert post(doors["claire"], page, f"/seances/{key}/reouverture").status_code == 303
    with database.reading() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(AttendanceStatement))
        acts = set(session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("session.%"))))
    assert kept == 4
    assert acts == {"session.register", "session.state", "session.walk-in", "session.close", "session.reopen"}


def test_what_a_phone_cannot_mean_is_refused_and_nothing_is_written(house, database):
    doors, found = house
    rachida, key = doors["rachida"], found["today"]
    join(rachida, key, found["people"][0])
    before = rows(database, key)
    page = f"/seances/{key}/emargement"
    path = f"{page}/{before[0][0]}"
    for data in (
        {"state": "registered"},
        {"state": "x"},
        {},
        {"state": "waiting", "key": "1", "at": "demain", "version": "²"},
    ):
        assert post(rachida, page, path, **data).status_code == 422
    assert post(rachida, page, f"{page}/{uuid4()}", state="present").status_code == 404
    thursday = f"/seances/{found['thursday']}/emargement"
    assert post(rachida, page, f"{thursday}/venue", person=str(found["people"][1])).status_code == 422
    assert rows(database, key) == before and rows(database, found["thursday"]) == []


def test_planned_changed_cancelled_with_who_is_told_said_before(house, database):
    doors, found = house
    claire, new = doors["claire"], "/seances/nouvelle"
    for wrong, sentence in (
        ({"held_on": "11/11/2013"}, "férié (armistice de 1918) : choisissez un autre jour, par exemple le 12 novembre 2013"),
        ({"held_on": "1/11/2013"}, "est passé"), ({"ends_at": "13 h"}, "La fin vient après le début"),
        ({"starts_at": "midi"}, "Indiquez une heure"), ({"capacity": "0"}, "entre 1 et 300"), ({"theme": " "}, "De quoi|de quoi"),
    ):  # fmt: skip
        said = post(claire, new, new, **{**FORM, **wrong})
        assert said.status_code == 422 and re.search(
            re.escape(sentence).replace(r"\|", "|"), plain(said.text)
        ), sentence
        assert "Les offres du quartier" in said.text or "theme" in wrong, "nothing typed is lost"
    made = post(claire, new, new, **FORM)
    key = int(re.search(r"/seances/(\d+)", made.headers["Location"])[1])
    for person in found["people"][:2]:
        join(claire, key, person)
    page = f"/seances/{key}/annulation"
    shown = plain(claire.get(page).text)
    assert (
        "1 personne recevra un courriel" in shown
        and "1 personne à appeler" in shown
        and "06 39 98 00 00</a>" in shown
    )
    version = re.search(r'name="version" value="(\d+)"', claire.get(page).text)[1]
    moved = post(
        claire,
        f"/seances/{key}/modifier",
        f"/seances/{key}/modifier",
        **{**FORM, "starts_at": "13 h 30"},
        version=version,
    )
    assert "fait=seance-modifiee&n=1" in moved.headers["Location"]
    stale = post(claire, page, page, reason="salle indisponible", version=version)
    assert stale.status_code == 409 and 'value="salle indisponible"' in stale.text
    assert "Modifiée le 4 novembre 2013 par Claire Delmotte" in plain(stale.text)
    assert "rechargez" not in stale.text, "what was typed would be lost"
    version = re.search(r'name="version" value="(\d+)"', stale.text)[1]
    assert post(claire, page, page, reason=" ", version=version).status_code == 422
    assert post(claire, page, page, reason="salle indisponible", version=version).status_code == 303
    assert "salle indisponible" in plain(claire.get("/seances").text)
    gone = plain(claire.get(f"/seances/{key}").text)
    assert "Annulée : salle indisponible" in gone and "À appeler" in gone and "06 39 98 00 00</a>" in gone
    token = csrf(claire, f"/seances/{found['today']}")
    claire.post(f"/seances/{key}/retablissement", data={"csrf_token": token})
    with database.reading() as session:
        row = session.get_one(CollectiveSession, key)
        waiting = session.scalars(
            sa.select(OutgoingMessage).where(
                OutgoingMessage.subject_id == key, OutgoingMessage.state == MessageState.WAITING
            )
        ).all()
        assert row.state is SessionState.PLANNED and [each.arguments["outcome"] for each in waiting] == [
            "moved"
        ]


def test_slots_and_closures_are_settings_seen_before_they_are_confirmed(house, database):
    doors, found = house
    claire = doors["claire"]
    page = "/seances/fermetures/nouvelle"
    seen = claire.get(f"{page}?starts_on=12/11/2013&ends_on=22/11/2013&reason=Travaux")
    assert plain(seen.text).count("de 9 h 30 à 11 h 30") == 2 and "Noter la fermeture" in seen.text
    assert claire.get(f"{page}?starts_on=12/11/2013&ends_on=&reason=").status_code == 422
    again = re.search(r'href="([^"]*changer=oui)"', seen.text)[1].replace("&amp;", "&")
    assert 'value="Travaux"' in claire.get(again).text, "what was typed comes back with the form"
    turned = claire.get(f"{page}?starts_on=22/11/2013&ends_on=12/11/2013&reason=Travaux")
    assert turned.status_code == 422 and "Noter la fermeture</button>" not in turned.text
    days = {"starts_on": "12/11/2013", "ends_on": "22/11/2013", "reason": "Travaux"}
    token = csrf(claire, "/seances/creneaux/nouveau")
    made = claire.post(page, data={"csrf_token": token, **days})
    assert "fait=fermeture-creee&n=2" in made.headers["Location"]
    again = claire.post(page, data={"csrf_token": token, **days})
    assert again.status_code == 409 and "commence déjà le 12 novembre 2013 (Travaux)" in plain(again.text)
    assert claire.get(f"{page}?starts_on=12/11/2013&ends_on=22/11/2013&reason=Travaux").status_code == 409
    back = claire.post("/seances/fermetures/2013-11-12/retrait", data={"csrf_token": token})
    assert "fait=fermeture-retiree&n=2" in back.headers["Location"]
    assert claire.post("/seances/fermetures/rien/retrait", data={"csrf_token": token}).status_code == 404
    slot = f"/seances/creneaux/{found['slot']}"
    version = re.search(r'name="version" value="(\d+)"', claire.get(slot).text)[1]
    fields = {
        "weekday": "2", "starts_at": "10 h", "ends_at": "12 h", "theme": "Préparer", "place": "Atrium", "capacity": "10",
        "description": "", "valid_from": "03/09/2013", "valid_to": "", "version": version,
    }  # fmt: skip
    moved = post(claire, slot, slot, **fields)
    assert "fait=creneau-modifie" in moved.headers["Location"]
    stale = post(claire, slot, slot, **fields)
    assert stale.status_code == 409 and 'value="10"' in stale.text
    other = post(claire, slot, slot, **{**fields, "place": "Mairie"}).text
    assert "<li>Lieu : Atrium</li>" in plain(other), "what saving again would undo is said"
    assert plain(other).count("<li>Lieu") == 1 and "<li>Début" not in other
    monday = {**fields, "weekday": "0", "valid_from": "09/11/2013"}
    refused = post(claire, "/seances/creneaux/nouveau", "/seances/creneaux/nouveau", **monday)
    assert refused.status_code == 422 and "armistice de 1918" in refused.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Closure.id))) == 0
        days_of = session.scalars(
            sa.select(CollectiveSession.held_on).where(CollectiveSession.slot_id.is_not(None))
        ).all()
    assert {day.weekday() for day in days_of} <= {1, 2} and len(days_of) == 8


def test_another_agency_finds_nothing_and_changes_nothing(house, database):
    doors, found = house
    join(doors["rachida"], found["today"], found["people"][0])
    leila, key = doors["leila"], found["today"]
    ref = rows(database, key)[0][0]
    gets = ("", "/emargement", "/feuille", "/modifier", "/annulation")
    assert {leila.get(f"/seances/{key}{path}").status_code for path in gets} == {404}
    token = csrf(leila, "/seances/creneaux/nouveau")
    posts = (
        f"/seances/{key}/inscription", f"/seances/{key}/inscriptions/{ref}/retrait", f"/seances/{key}/modifier",
        f"/seances/{key}/annulation", f"/seances/{key}/retablissement", f"/seances/{key}/emargement/{ref}",
        f"/seances/{key}/emargement/{ref}/venue", f"/seances/{key}/emargement/venue", f"/seances/{key}/cloture",
        f"/seances/{key}/reouverture", f"/seances/creneaux/{found['slot']}",
    )  # fmt: skip
    with database.transaction() as session:
        session.add(
            Closure(
                agency_id=found["agency"],
                starts_on=date(2013, 12, 24),
                ends_on=date(2013, 12, 24),
                reason="r",
            )
        )

    def world():
        with database.reading() as session:
            return [
                session.execute(sa.select(table).order_by(table.c.id)).all()
                for table in (
                    each.__table__ for each in (CollectiveSession, SessionAttendance, SessionSlot, Closure)
                )
            ]

    before = world()
    data = {
        "csrf_token": token,
        "state": "present",
        "reason": "x",
        "version": "1",
        "person": str(found["people"][1]),
        **FORM,
    }
    assert {leila.post(path, data=data).status_code for path in posts} == {404}
    assert leila.post("/seances/fermetures/2013-12-24/retrait", data=data).status_code == 404
    assert world() == before
    assert "Préparer sa candidature" not in leila.get("/seances").text
    for path in ("/seances/nouvelle", "/seances/reglages", f"/seances/{key}/modifier"):
        assert doors["rachida"].get(path).status_code == 403


def test_pages_take_as_many_statements_for_thirty_people_as_for_one(house, database):
    doors, found = house
    with database.transaction() as session:
        row = session.get_one(CollectiveSession, found["today"])
        row.capacity = 40

    def add(number):
        with database.transaction() as session:
            for _ in range(number):
                person = build.person(session, agency_id=found["agency"])
                session.add(
                    SessionAttendance(
                        session_id=found["today"], person_id=person.id, state=State.REGISTERED, registered_on=TODAY, asked_at=AT
                    )
                )  # fmt: skip

    paths = ("/seances", f"/seances/{found['today']}", f"/seances/{found['today']}/emargement")
    add(1)
    few = [queries(database.engine, lambda path=path: doors["rachida"].get(path)) for path in paths]
    add(29)
    many = [queries(database.engine, lambda path=path: doors["rachida"].get(path)) for path in paths]
    assert many == few and max(few) < 14


def test_numbers_days_and_instants_that_no_calendar_has_break_nothing(house, database):
    doors, found = house
    claire, key = doors["claire"], found["today"]
    for number in ("2147483648", "9" * 20, "9" * 5_000, "٣"):
        for path in ("", "/emargement", "/feuille", "/modifier", "/annulation", "/offres"):
            assert claire.get(f"/seances/{number}{path}").status_code == 404, path
        for path in ("inscription", f"emargement/{uuid4()}", "emargement/venue", "cloture", "retablissement"):
            assert post(claire, "/seances/nouvelle", f"/seances/{number}/{path}").status_code == 404, path
    slot = {name: said for name, said in FORM.items() if name != "held_on"} | {
        "weekday": "4",
        "valid_from": "31/12/9999",
    }
    refused = post(claire, "/seances/creneaux/nouveau", "/seances/creneaux/nouveau", **slot)
    assert refused.status_code == 422 and "Indiquez une date" in refused.text and "31/12/9999" in refused.text
    join(claire, key, found["people"][0])
    page, ref = f"/seances/{key}/emargement", rows(database, key)[0][0]
    for instant in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "x" * 5_000):
        said = post(claire, page, f"{page}/{ref}", state="present", key=str(uuid4()), at=instant, version="1")
        assert said.status_code == 303, instant


def test_the_key_of_an_answer_says_one_thing_of_one_person(house, database):
    """A key that comes again with other words, from another phone or for somebody else, is no repetition."""
    doors, found = house
    rachida, key, once = doors["rachida"], found["today"], str(uuid4())
    for person in found["people"][:2]:
        join(rachida, key, person)
    (first, _, _), (second, _, _) = rows(database, key)
    page = f"/seances/{key}/emargement"
    said = {"key": once, "version": "1"}
    assert post(rachida, page, f"{page}/{first}", state="present", **said).status_code == 303
    assert post(doors["hugo"], page, f"{page}/{first}", state="present", **said).status_code == 303
    for who, ref, state in (("hugo", first, "absent"), ("rachida", second, "present")):
        refused = post(doors[who], page, f"{page}/{ref}", state=state, **said)
        assert refused.status_code == 422 and "porte le numéro d'une autre" in plain(refused.text)
    assert (
        post(doors["leila"], "/seances/nouvelle", f"{page}/{first}", state="absent", **said).status_code
        == 404
    )
    assert [state for _, state, _ in rows(database, key)] == [State.PRESENT, State.REGISTERED]
