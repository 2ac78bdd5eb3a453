"""The candidates: search and filters, a person's page, what an advisor writes, and who sees nothing of it."""

import re
from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa

from matching import names, proposal_guards
from matching.store.matches import MatchProposal
from matching.store.people import (
    Diploma,
    DisabilityRecognition,
    Person,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
    StatedFact,
)
from matching.store.upkeep import AuditEvent
from matching.vocabulary import OfferState, ProposalState, SituationValue
from tests import build
from tests.counting import queries
from tests.integration.test_people_search import a_zone, confirmed
from tests.markup import check_markup
from tests.web import doors

NIR = "2 95 10 99 126 111 93"


def person(session, agency, given="Inès", family="Morel", **changes):
    key = f"{names.fold(family)} {names.fold(given)}"
    facts = {"given_names": given, "family_name": family, "name_key": key, "civility": "Mme"}
    return build.person(session, agency_id=agency.id, **facts | changes)


@pytest.fixture
def scene(app, database):
    """Claire and Hugo of one agency, Paul of another; Inès Morel, of whom little is known."""

    class Scene:
        pass

    made = Scene()
    made.app, made.database = app, database
    with database.transaction() as session:
        made.agency = doors.an_agency(session)
        made.claire = doors.account(session, name="Claire Delmotte")
        made.hugo = doors.account(session, name="Hugo Lenoir")
        elsewhere = doors.an_agency(session, "Mission locale de Saint-Quentin")
        made.paul = doors.account(session, name="Paul Vernier", agency=elsewhere)
        made.ines = person(
            session,
            made.agency,
            birth_date=None,
            no_diploma_stated_on=None,
            situation=None,
            identifier="0123456A",
        )
    made.client, made.other = doors.sign_in(app, made.claire), doors.sign_in(app, made.hugo)
    made.outside = doors.sign_in(app, made.paul)
    made.url = f"/candidats/{made.ines.public_id}"
    return made


def stored(scene, model=Person):
    with scene.database.reading() as session:
        if model is Person:
            return session.get_one(Person, scene.ines.id)
        return session.scalars(sa.select(model).where(model.person_id == scene.ines.id)).all()


def post(scene, path, client=None, version=None, **data):
    client = client or scene.client
    token = doors.csrf(client, scene.url if client is not scene.outside else "/candidats")
    seen = stored(scene).version if version is None else version
    return client.post(scene.url + path, data={"csrf_token": token, "version": seen, **data})


def trail(scene, action=None):
    with scene.database.reading() as session:
        query = sa.select(AuditEvent).order_by(AuditEvent.id)
        return [each for each in session.scalars(query) if action in (None, each.action)]


# --- who


PAGES = ("", "/coordonnees", "/offres")


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
        assert (hidden.status_code, hidden.data) == (404, none.data)
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


# --- the list


def crowd(scene, count):
    with scene.database.transaction() as session:
        for number in range(count):
            each = person(
                session, scene.agency, f"Prénom{number:02d}", "Nombre", birth_date=date(1993, 5, 14)
            )
            confirmed(session, each, None)
            session.add(Diploma(person_id=each.id, level=3, source="autre"))


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


# --- answers


def test_answers_change_the_right_at_once(scene):
    assert post(scene, "/reponse", fact="birth_date", **{"birth_date-day": "14/5/92"}).status_code == 303
    done = post(
        scene, "/reponse", fact="employment", **{"employment-value": "no_job", "employment-since": "1/3/2013"}
    )
    assert done.status_code == 303
    done = post(scene, "/reponse", fact="diploma_level", **{"diploma_level-level": "0"})
    page = scene.client.get(done.location).text
    assert "les droits sont à jour" in page
    assert "Éligible jusqu’au" in page
    assert stored(scene).birth_date == date(1992, 5, 14)
    assert [event.details["fields"] for event in trail(scene, "person.state")] == [
        ["birth_date"], ["situation"], ["no_diploma_stated_on"],
    ]  # fmt: skip
    check_markup(page)


@pytest.mark.parametrize(
    ("fact", "data", "said"),
    [
        ("birth_date", {"day": ""}, "Indiquez la date de naissance."),
        ("birth_date", {"day": "32/13/1992"}, "Indiquez une date, par exemple 02/12/2013."),
        ("birth_date", {"day": "14/05/2015"}, "dans l’avenir"),
        ("birth_date", {"day": "01/01/1900"}, "aurait 113\u00a0ans"),
        ("diploma_level", {"level": "9"}, "Choisissez un diplôme de la liste"),
        ("registrations", {"since": "05/11/2013"}, "dans l’avenir"),
        ("registrations", {"since": "05/05/2013", "end": "04/05/2013"}, "échangez les dates"),
        ("registrations", {"since": "05/05/2013", "category": "99"}, "Choisissez une catégorie"),
        ("employment", {"value": ""}, "Choisissez une situation"),
        ("rqth", {"value": "peut-être"}, "Répondez par oui ou par non."),
    ],
)
def test_a_refused_answer_says_why_at_its_field_and_keeps_what_was_typed(scene, fact, data, said):
    answer = post(scene, "/reponse", fact=fact, **{f"{fact}-{name}": value for name, value in data.items()})
    assert answer.status_code == 422
    page = answer.text
    assert said in page
    assert "<title>Erreur\u00a0: " in page
    assert 'aria-invalid="true"' in page
    for value in data.values():
        if "/" in value:
            assert f'value="{value}"' in page
    after = stored(scene)
    assert after.birth_date is None
    assert stored(scene, Situation) == []
    assert trail(scene, "person.state") == []
    check_markup(page)


def test_of_a_level_6_it_is_asked_whether_it_is_a_licence(scene):
    with scene.database.transaction() as session:
        zone = a_zone(session)
        ines = session.get_one(Person, scene.ines.id)
        ines.birth_date = date(1990, 5, 14)
        session.add(Diploma(person_id=ines.id, level=6, source="pole-emploi"))
        session.add(
            Situation(
                person_id=ines.id, value=SituationValue.NO_JOB, since_on=date(2012, 1, 1), stated_on=date(2013, 1, 7),
                source="autre",
            )
        )  # fmt: skip
        session.add(RegistrationSpell(person_id=ines.id, start_on=date(2011, 1, 1), source="autre"))
        confirmed(session, ines, zone)
    page = scene.client.get(scene.url).text
    assert "Combien d’années d’études validées après le bac" in page
    refused = post(scene, "/reponse", fact="bac_plus", **{"bac_plus-level": "3"})
    assert (refused.status_code, "Choisissez un diplôme de la liste" in refused.text) == (422, True)
    assert post(scene, "/reponse", fact="bac_plus", **{"bac_plus-level": "6-3"}).status_code == 303
    page = scene.client.get(scene.url).text
    assert "Licence, en zone prioritaire, et 12\u00a0mois de recherche sur 18" in page
    check_markup(page)


@pytest.mark.parametrize("fact", ["", "role", "agency_id", "residence", "favourite_colour"])
def test_only_facts_that_a_programme_reads_can_be_answered(scene, fact):
    assert post(scene, "/reponse", fact=fact, **{f"{fact}-value": "oui"}).status_code == 422
    assert stored(scene, StatedFact) == []


def test_a_second_advisor_s_answer_is_a_conflict_that_keeps_it(scene):
    seen = stored(scene).version
    post(scene, "/reponse", client=scene.other, fact="birth_date", **{"birth_date-day": "14/05/1992"})
    late = post(scene, "/reponse", version=seen, fact="diploma_level", **{"diploma_level-level": "4"})
    assert late.status_code == 409
    assert "Hugo Lenoir vient de changer cette fiche" in late.text
    assert "date de naissance" in late.text
    assert '<option value="4" selected>' in late.text
    assert stored(scene, Diploma) == []
    check_markup(late.text)
    fresh = re.search(r'name="version" value="(\d+)"', late.text)[1]
    again = post(scene, "/reponse", version=fresh, fact="diploma_level", **{"diploma_level-level": "4"})
    assert again.status_code == 303
    assert [diploma.level for diploma in stored(scene, Diploma)] == [4]


# --- home


def a_home(**changes):
    said = {"zone": "zus-test", "since": "01/02/2012", "proof": "quittance d'octobre", **changes}
    return {f"home-{name}": value for name, value in said.items()}


def test_the_form_of_the_home_starts_from_what_was_declared(scene):
    with scene.database.transaction() as session:
        a_zone(session)
        session.get_one(Person, scene.ines.id).declared_quarter = "test"
    page = scene.client.get(scene.url).text
    assert "Elle serait dans Quartier du Test (ZUS)" in page
    assert '<option value="zus-test" selected>' in page


def test_a_home_is_confirmed_by_the_proof_seen(scene):
    with scene.database.transaction() as session:
        a_zone(session)
    assert post(scene, "/domicile", **a_home()).status_code == 303
    (spell,) = stored(scene, ResidenceSpell)
    assert (spell.start_on, spell.proof, spell.confirmed_by_id) == (
        date(2012, 2, 1), "quittance d'octobre", scene.claire.id,
    )  # fmt: skip
    page = scene.client.get(scene.url).text
    assert "Quartier du Test (ZUS), depuis le 1er février 2012" in page


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"zone": ""}, "zone", "Choisissez une zone"),
        ({"zone": "nowhere"}, "zone", "n’existe pas"),
        ({"since": ""}, "since", "Indiquez depuis quand"),
        ({"since": "01/02/2014"}, "since", "dans l’avenir"),
        ({"proof": ""}, "proof", "preuve d’adresse"),
        ({"proof": f"carte {NIR}"}, "proof", "numéro de sécurité sociale"),
    ],
)
def test_a_home_refused_says_why_at_its_field(scene, changes, field, said):
    with scene.database.transaction() as session:
        a_zone(session)
    answer = post(scene, "/domicile", **a_home(**changes))
    assert answer.status_code == 422
    message = re.search(rf'id="home-{field}-erreur">.*?</p>', answer.text, re.S)[0]
    assert said in message
    assert stored(scene, ResidenceSpell) == []
    check_markup(answer.text)


# --- contact and simple fields


def test_a_contact_is_noted(scene):
    assert post(scene, "/contact", day="4/11/2013", channel="in_person").status_code == 303
    assert stored(scene).last_contact_on == date(2013, 11, 4)
    assert "Contact\u00a0: en entretien" in scene.client.get(scene.url).text


@pytest.mark.parametrize(("day", "channel"), [("5/11/2013", "phone"), ("", "phone"), ("4/11/2013", "pigeon")])
def test_a_contact_refused_writes_nothing(scene, day, channel):
    answer = post(scene, "/contact", day=day, channel=channel)
    assert answer.status_code == 422
    assert stored(scene).last_contact_on is None
    check_markup(answer.text)


FILLED = {
    "phone": "06 12 34 56 78", "email": "Ines@Exemple.fr", "contact_agreed": "non", "wanted_title": "fleuriste",
    "available_from": "2 décembre 2013", "mobility_km": "12,5", "driving_licence": "oui", "remarks": "Le matin",
}  # fmt: skip


def test_simple_fields_are_read_as_people_write_them(scene):
    assert post(scene, "/coordonnees", **FILLED).status_code == 303
    ines = stored(scene)
    assert (ines.phone, ines.email, ines.contact_agreed) == ("+33612345678", "ines@exemple.fr", False)
    assert (ines.available_from, ines.mobility_km, ines.driving_licence) == (date(2013, 12, 2), 12.5, True)
    page = scene.client.get(scene.url + "/coordonnees").text
    assert 'value="02/12/2013"' in page
    assert 'value="12,5"' in page
    check_markup(page)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("phone", "12", "Écrivez un numéro"),
        ("email", "ines chez exemple", "Écrivez une adresse"),
        ("available_from", "hier", "Indiquez une date"),
        ("mobility_km", "300", "entre 0 et 200"),
        ("remarks", f"NIR : {NIR}", "numéro de sécurité sociale"),
        ("wanted_title", NIR.replace(" ", ""), "numéro de sécurité sociale"),
        ("remarks", "x" * 4001, "4000 caractères au plus"),
    ],
)
def test_a_field_refused_keeps_the_others(scene, name, value, said):
    answer = post(scene, "/coordonnees", **FILLED | {name: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="fleuriste"' in answer.text or name == "wanted_title"
    ines = stored(scene)
    assert (ines.phone, ines.remarks) == ("+33639980000", None)
    check_markup(answer.text)


def test_what_a_form_does_not_show_cannot_be_set(scene):
    before = stored(scene)
    extra = {"agency_id": "99", "caseload_user_id": "1", "family_name": "Autre", "birth_date": "01/01/1990"}
    assert post(scene, "/coordonnees", **FILLED, **extra).status_code == 303
    after = stored(scene)
    kept = ("agency_id", "caseload_user_id", "family_name", "birth_date", "public_id", "known_since")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_a_second_save_says_what_changed_and_keeps_what_was_typed(scene):
    seen = stored(scene).version
    post(scene, "/coordonnees", client=scene.other, **FILLED)
    late = post(
        scene, "/coordonnees", version=seen, **FILLED | {"phone": "07 00 00 00 00", "remarks": "Le soir"}
    )
    assert late.status_code == 409
    assert "Hugo Lenoir vient de changer cette fiche" in late.text
    assert "Le matin" in late.text
    assert ">Le soir</textarea>" in late.text
    assert 'value="07 00 00 00 00"' in late.text
    assert stored(scene).remarks == "Le matin"
    check_markup(late.text)
    fresh = re.search(r'name="version" value="(\d+)"', late.text)[1]
    assert post(scene, "/coordonnees", version=fresh, **FILLED | {"remarks": "Le soir"}).status_code == 303
    assert stored(scene).remarks == "Le soir"


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_what_was_typed_is_shown_as_text(scene, payload):
    post(scene, "/coordonnees", **FILLED | {"remarks": payload, "wanted_title": payload})
    for path in PAGES:
        assert payload not in scene.client.get(scene.url + path).text or payload.startswith("{{")
        check_markup(scene.client.get(scene.url + path).text, own_words=False)


# --- an offer by hand


def an_offer(scene, **changes):
    with scene.database.transaction() as session:
        return build.offer(session, **{"title": "Jardinier", **changes})


def test_an_offer_is_looked_for_and_added(scene):
    offer = an_offer(scene, title="Plombier", title_key="plombier")
    page = scene.client.get(scene.url + "/offres?q=PLOMBIER").text
    assert "Plombier" in page
    check_markup(page)
    done = post(scene, "/offres", offre=str(offer.public_id))
    assert done.status_code == 303
    (proposal,) = stored(scene, MatchProposal)
    assert proposal.state is ProposalState.TO_REVIEW
    assert "Plombier" in scene.client.get(scene.url).text
    assert "Plombier" not in scene.client.get(scene.url + "/offres").text
    again = post(scene, "/offres", offre=str(offer.public_id))
    assert (again.status_code, "déjà proposée" in again.text) == (409, True)


def test_beyond_the_cap_an_offer_is_refused_in_words(scene):
    offer = an_offer(scene)
    with scene.database.transaction() as session:
        ines = session.get_one(Person, scene.ines.id)
        for _ in range(proposal_guards.CAP):
            build.proposal(session, person=ines)
    page = scene.client.get(scene.url + "/offres").text
    assert "5 propositions en cours" in page.replace("\u00a0", " ")
    answer = post(scene, "/offres", offre=str(offer.public_id))
    assert answer.status_code == 422
    assert "propositions en cours" in answer.text
    assert len(stored(scene, MatchProposal)) == proposal_guards.CAP
    check_markup(answer.text)


def test_without_the_right_an_offer_is_refused_in_words(scene):
    offer = an_offer(scene)
    with scene.database.transaction() as session:
        session.get_one(Person, scene.ines.id).birth_date = date(1970, 1, 1)
    answer = post(scene, "/offres", offre=str(offer.public_id))
    assert answer.status_code == 422
    assert "n’aura pas droit à ce contrat (emploi d’avenir) le 18 novembre 2013" in answer.text
    assert stored(scene, MatchProposal) == []


def test_an_offer_that_is_closed_or_no_offer_is_refused(scene):
    closed = an_offer(scene, state=OfferState.WITHDRAWN, withdrawn_on=date(2013, 10, 1))
    assert post(scene, "/offres", offre=str(closed.public_id)).status_code == 422
    assert post(scene, "/offres", offre="x").status_code == 422
    assert post(scene, "/offres", offre="00000000-0000-4000-8000-000000000000").status_code == 404
    assert stored(scene, MatchProposal) == []
