"""Candidates on screen: who sees them, the list, the page."""

import re
from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa

from matching.store.people import (
    Diploma,
    DisabilityRecognition,
    Person,
    ResidenceSpell,
)
from matching.vocabulary import ProposalState
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web import doors, dossiers
from tests.web.dossiers import PAGES, person, post, stored, trail
from tests.web.entering import bare


@pytest.fixture
def scene(app, database):
    return dossiers.Scene(app, database)


# --- who


@pytest.mark.parametrize("kind", ["officer", "admin", "animator"])
def test_roles_other_than_advisors_have_no_candidates(app, database, scene, kind):
    with database.transaction() as session:
        account = doors.account(session, kind, name="Autre Rôle")
    client = doors.sign_in(app, account)
    assert client.get("/candidats").status_code == 403
    assert [client.get(scene.url + path).status_code for path in PAGES] == [403, 403, 403]
    assert "Morel" not in client.get("/candidats").text


def test_another_agency_gets_the_very_page_of_a_missing_person(scene):
    missing = "/candidats/00000000-0000-4000-8000-000000000000"
    for path in PAGES:
        hidden, none = scene.outside.get(scene.url + path), scene.outside.get(missing + path)
        assert hidden.status_code == none.status_code == 404 and bare(hidden.text) == bare(none.text)
    assert "Morel" not in scene.outside.get("/candidats?q=morel").text
    assert trail(scene) == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/reponse", {"fact": "birth_date", "birth_date-day": "14/05/1992"}),
        ("/domicile", {"home-zone": "outside", "home-since": "01/02/2012", "home-proof": "bail"}),
        ("/contact", {"day": "04/11/2013", "channel": "phone"}),
        ("/coordonnees", {"phone": "06 00 00 00 00"}),
        ("/offres", {"offre": "00000000-0000-4000-8000-000000000000"}),
    ],
)
def test_another_agency_writes_nothing(scene, path, data):
    before = stored(scene).version
    assert post(scene, path, client=scene.outside, **data).status_code == 404
    after = stored(scene)
    assert (after.version, after.birth_date, after.phone, after.last_contact_on) == (
        before, None, "+33639980000", None,
    )  # fmt: skip
    assert stored(scene, ResidenceSpell) == []
    assert trail(scene) == []


def test_an_address_that_names_an_act_answers_post_only(scene):
    for path in ("/reponse", "/domicile", "/contact"):
        assert scene.client.get(scene.url + path).status_code == 405


def test_a_form_without_its_token_writes_nothing(scene):
    data = {"version": stored(scene).version, "fact": "birth_date", "birth_date-day": "14/05/1992"}
    assert scene.client.post(scene.url + "/reponse", data=data).status_code == 400
    assert stored(scene).birth_date is None


def crowd(scene, count):
    with scene.database.transaction() as session:
        for number in range(count):
            each = person(
                session, scene.agency, f"Prénom{number:02d}", "Nombre", birth_date=date(1993, 5, 14)
            )
            build.home(session, each, None)
            session.add(Diploma(person_id=each.id, level=3, source="autre"))


# --- the list


@pytest.mark.parametrize(
    "query", ["", "?q=nombre", "?droit=emplois-avenir.oui", "?tri=fin", "?format=csv", "?zone=outside"]
)
def test_the_list_asks_as_many_queries_for_1_and_50(scene, query):
    crowd(scene, 1)
    call = partial(scene.client.get, "/candidats" + query)
    call()
    one = queries(scene.database.engine, call)
    crowd(scene, 59)
    call()  # a fact changed: what is kept of the caseload is made anew
    assert queries(scene.database.engine, call) == one


def shown(page):
    return re.findall(r'<th scope="row"><a href="/candidats/[^"]*">([^<]+)</a>', page)


def test_a_name_with_typing_errors_is_found_and_said_to_be_near(scene):
    page = scene.client.get("/candidats?q=Morell Inez").text
    assert shown(page) == ["Inès Morel"]
    assert "voici les noms proches" in page
    assert shown(scene.client.get("/candidats?q=0123456a").text) == ["Inès Morel"]
    check_markup(page)


def test_filters_add_up_and_stay_in_the_address(scene):
    with scene.database.transaction() as session:
        person(session, scene.agency, "Karim", "Belkacem", birth_date=date(1987, 11, 24))
        person(session, scene.agency, "Zoé", "Quentin", birth_date=date(1996, 1, 1))
        session.add_all(
            DisabilityRecognition(
                person_id=each.id,
                value=scene.database.seal.close("no"),
                stated_on=date(2013, 1, 7),
                source="autre",
            )
            for each in session.scalars(
                sa.select(Person).where(Person.family_name.in_(("Belkacem", "Quentin")))
            )
        )
    page = scene.client.get("/candidats?droit=emplois-avenir.oui&age=22-25").text
    assert shown(page) == ["Karim Belkacem"]
    assert 'value="22-25" selected' in page
    assert shown(scene.client.get("/candidats?fin=30").text) == ["Karim Belkacem"]
    assert "encore 19\u00a0jours" in scene.client.get("/candidats?fin=30").text
    assert shown(scene.client.get("/candidats?tri=fin").text)[0] == "Karim Belkacem"
    assert (
        'aria-sort="ascending"><a href="/candidats?fin=30&amp;tri=-fin">Droits'
        in scene.client.get("/candidats?fin=30").text
    )
    assert shown(scene.client.get("/candidats?tri=-nom").text) == [
        "Zoé Quentin",
        "Inès Morel",
        "Karim Belkacem",
    ]
    assert shown(scene.client.get("/candidats?tri=age").text) == [
        "Zoé Quentin",
        "Karim Belkacem",
        "Inès Morel",
    ]


@pytest.mark.parametrize(
    "sent", ["?rqth=oui", "?recognition=yes", "?birth_date=1987-11-24", "?tri=rqth", "?niveau=rqth"]
)
def test_nothing_hidden_can_be_searched_by(scene, sent):
    with scene.database.transaction() as session:
        other = person(session, scene.agency, "Karim", "Belkacem")
        session.add(
            DisabilityRecognition(
                person_id=other.id,
                value=scene.database.seal.close("yes"),
                stated_on=date(2013, 1, 7),
                source="cap-emploi",
            )
        )
    assert shown(scene.client.get("/candidats" + sent).text) == ["Karim Belkacem", "Inès Morel"]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("?q=zzzzzz", "essayez le seul nom de famille"),
        ("?q=morel&niveau=6", "retirez-en un"),
        ("?fin=30", "élargissez-le"),
        ("?droit=emplois-avenir.oui", "complétez les fiches"),
        ("?niveau=6", "retirez-en un"),
    ],
)
def test_an_empty_list_says_why_and_what_next(scene, query, why):
    page = scene.client.get("/candidats" + query).text
    assert why in page
    assert "Voir tous les candidats" in page
    check_markup(page)


def test_an_empty_caseload_says_how_it_fills(scene):
    page = scene.outside.get("/candidats").text
    assert "Votre portefeuille est vide." in page
    check_markup(page)


def test_the_csv_holds_the_filtered_lines_inert_and_is_on_the_trail(scene):
    with scene.database.transaction() as session:
        person(session, scene.agency, "=cmd|'/c calc'!A1", "Belkacem", email="k@exemple.fr")
    answer = scene.client.get("/candidats?q=belkacem&format=csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="candidats-2013-11-04.csv"'
    assert len(lines) == 2
    assert ";\"'=cmd" in lines[1]
    assert "RQTH" not in lines[0]
    (event,) = trail(scene, "people.export")
    assert event.details == {"rows": 1, "filters": ["q"]}


# --- the page


def test_the_page_tells_rights_questions_and_is_on_the_trail(scene):
    page = scene.client.get(scene.url).text
    check_markup(page)
    assert "Emploi d’avenir" in page
    assert "Emploi franc (2018)" in page
    assert "À demander" in page
    assert 'aria-labelledby="droits-l-t droits-l-d"' in page
    rules = scene.client.get("/regles").text
    linked = re.findall(r'href="/regles#([^"]+)"', page)
    assert linked
    assert all(f'id="{each}"' in rules for each in linked)
    (read,) = trail(scene, "person.read")
    assert (read.actor_id, read.subject_id) == (scene.claire.id, str(scene.ines.public_id))


def test_the_last_day_of_a_right_stands_on_the_page(scene):
    with scene.database.transaction() as session:
        karim = person(
            session, scene.agency, "Karim", "Belkacem", birth_date=date(1987, 12, 12), civility="M"
        )
        session.add(
            DisabilityRecognition(
                person_id=karim.id,
                value=scene.database.seal.close("no"),
                stated_on=date(2013, 1, 7),
                source="autre",
            )
        )
    page = scene.client.get(f"/candidats/{karim.public_id}").text
    assert "mercredi 11 décembre 2013" in page
    assert "encore 37\u00a0jours\u00a0: 26\u00a0ans le 12 décembre" in page
    assert "Né le 12/12/1987" in page


def test_the_page_asks_as_many_queries_whatever_the_dossier_holds(scene):
    call = partial(scene.client.get, scene.url)
    call()
    few = queries(scene.database.engine, call)
    with scene.database.transaction() as session:
        for _ in range(30):
            build.proposal(
                session, person=session.get_one(Person, scene.ines.id), state=ProposalState.REJECTED
            )
    assert queries(scene.database.engine, call) == few


def test_the_rqth_is_shown_on_demand_and_its_reading_noted_apart(scene):
    with scene.database.transaction() as session:
        session.add(
            DisabilityRecognition(
                person_id=scene.ines.id, value=scene.database.seal.close("yes"), stated_on=date(2013, 1, 7),
                source="cap-emploi", valid_until=scene.database.seal.close("2014-06-30"),
            )
        )  # fmt: skip
        session.get_one(Person, scene.ines.id).birth_date = date(1986, 5, 14)
    page = scene.client.get(scene.url).text
    assert "30/06/2014" not in page
    assert "RQTH jusqu" not in page
    assert trail(scene, "recognition.read") == []
    page = scene.client.get(scene.url + "?rqth=oui").text
    assert "RQTH jusqu’au 30 juin 2014" in page
    assert "Cap emploi" not in page
    assert [event.actor_id for event in trail(scene, "recognition.read")] == [scene.claire.id]


def test_the_rqth_is_not_shown_beside_a_named_advisor(scene):
    with scene.database.transaction() as session:
        ines = session.get_one(Person, scene.ines.id)
        ines.caseload_user_id, ines.birth_date = scene.hugo.id, date(1986, 5, 14)
        session.add(
            DisabilityRecognition(
                person_id=ines.id,
                value=scene.database.seal.close("yes"),
                stated_on=date(2013, 1, 7),
                source="autre",
            )
        )
    page = scene.client.get(scene.url + "?rqth=oui").text
    assert "Lue par son conseil seulement" in page
    assert "RQTH, fin inconnue" not in page
    assert trail(scene, "recognition.read") == []
    refused = post(scene, "/reponse", fact="rqth", **{"rqth-value": "non"})
    assert refused.status_code == 422
    assert trail(scene, "person.state") == []


def test_history_tells_who_read_how_often(scene):
    for client in (scene.client, scene.client, scene.other):
        client.get(scene.url)
    page = scene.client.get(scene.url).text
    assert re.search("Consultée 2.fois par Claire Delmotte", page)
    assert "Consultée une fois par Hugo Lenoir" in page
