"""What an advisor writes on a dossier: answers, homes, contacts, fields, offers."""

import re
from datetime import date

import pytest

from matching import proposal_guards
from matching.store.matches import MatchProposal
from matching.store.people import (
    Diploma,
    Person,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
    StatedFact,
)
from matching.vocabulary import OfferState, ProposalState, SituationValue
from tests import build
from tests.markup import check_markup
from tests.web import dossiers
from tests.web.dossiers import PAGES, post, stored, trail

NIR = "2 95 10 99 126 111 93"


@pytest.fixture
def scene(app, database):
    return dossiers.Scene(app, database)


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
        zone = build.zone(session)
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
        build.home(session, ines, zone)
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


def a_home(**changes):
    said = {"zone": "zus-test", "since": "01/02/2012", "proof": "quittance d'octobre", **changes}
    return {f"home-{name}": value for name, value in said.items()}


# --- home


def test_the_form_of_the_home_starts_from_what_was_declared(scene):
    with scene.database.transaction() as session:
        build.zone(session)
        session.get_one(Person, scene.ines.id).declared_quarter = "test"
    page = scene.client.get(scene.url).text
    assert "Elle serait dans Quartier du Test (ZUS)" in page
    assert '<option value="zus-test" selected>' in page


def test_a_home_is_confirmed_by_the_proof_seen(scene):
    with scene.database.transaction() as session:
        build.zone(session)
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
        build.zone(session)
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


def an_offer(scene, **changes):
    with scene.database.transaction() as session:
        return build.offer(session, **{"title": "Jardinier", **changes})


# --- an offer by hand


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
