"""Offers are completed, changed and taken down."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.organisations import Offer
from matching.vocabulary import OfferState, Sector
from tests import build
from tests.markup import check_markup
from tests.web.doors import account, csrf, sign_in
from tests.web.offering import SIRET, act, made, stored, waiting


@pytest.fixture
def claire(database):
    with database.transaction() as session:
        return account(session)


@pytest.fixture
def client(app, claire):
    return sign_in(app, claire)


def typed(client, path, **changes):
    """What the form of that page holds, as a browser would send it, with these answers instead."""
    page = client.get(path).text
    form = page[page.index('name="version"') - 400 :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and (' type="radio"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, inside in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', inside)[1]
    for name, inside in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = inside
    found["csrf_token"] = csrf(client, path)
    return found | changes


# --- completion


def test_completing_shows_what_is_missing_first_and_the_rest_behind(client, database):
    page = client.get(f"/offres/{waiting(database)}/completer").text
    check_markup(page)
    assert "Il manque 2 informations" in page and "Indiquez la personne qui accompagnera" in page
    first, rest = page.split("Modifier les autres informations")
    assert 'name="tutor"' in first and 'name="training"' in first and 'name="title"' not in first
    assert 'name="title"' in rest and 'name="tutor"' not in rest


def test_the_last_answer_opens_the_offer_and_says_so(client, database):
    ref = waiting(database)
    path = f"/offres/{ref}/completer"
    answer = client.post(path, data=typed(client, path, tutor="Mme Langlet", training="BAFA"))
    assert answer.status_code == 303
    assert "L’offre est complète et ouverte" in client.get(answer.location).text
    offer = stored(database, ref)
    assert (offer.state, offer.tutor, offer.months, offer.weekly_hours) == (
        OfferState.OPEN,
        "Mme Langlet",
        36,
        35.0,
    )


def test_one_answer_of_two_is_kept_and_the_list_is_shorter(client, database):
    ref = waiting(database)
    path = f"/offres/{ref}/completer"
    answer = client.post(path, data=typed(client, path, tutor="Mme Langlet"))
    assert "Il manque encore une information" in client.get(answer.location).text
    assert stored(database, ref).missing == ["training"]


WRONG = [
    ({"months": "48"}, "Indiquez une durée entre 12 et 36\u00a0mois"),
    ({"months": "beaucoup"}, "Indiquez un nombre de mois"),
    ({"weekly_hours": "12"}, "Indiquez entre 17,5\u00a0h et 35\u00a0h par semaine"),
    ({"contract_kind": "MIS"}, "Choisissez CDI ou CDD"),
    ({"starts_on": "31/02/2014"}, "Indiquez une date"),
    ({"apply_before": "01/01/2013"}, "Indiquez une date à venir"),
    ({"postcode": "abc"}, "Écrivez cinq chiffres"),
    ({"contact_email": "nom chez exemple"}, "Écrivez une adresse électronique"),
    ({"title": "  "}, "Indiquez le nom du poste"),
    ({"positions": "0"}, "Indiquez entre 1 et 500\u00a0postes"),
    ({"scheme": "emploi_jeune"}, "Choisissez une réponse de la liste"),
]


def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_kept(client, database):
    ref = waiting(database)
    path = f"/offres/{ref}/completer"
    good = typed(client, path, tutor="Mme Langlet")
    for answers, says in WRONG:
        answer = client.post(path, data=good | answers)
        assert answer.status_code == 422, answers
        assert (
            says in answer.text
            and "Il y a 1 point à corriger" in answer.text
            and 'aria-invalid="true"' in answer.text
        )
        assert "Mme Langlet" in answer.text and stored(database, ref).tutor is None
        check_markup(answer.text)


def test_days_and_hours_are_read_as_people_type_them_and_days_echoed(client, database):
    ref = waiting(database)
    path = f"/offres/{ref}/completer"
    client.post(path, data=typed(client, path, starts_on="2/12/13", weekly_hours="17,5", months="24"))
    offer = stored(database, ref)
    assert (offer.starts_on, offer.weekly_hours, offer.months) == (date(2013, 12, 2), 17.5, 24)
    assert "Lundi 2 décembre 2013" in client.get(path).text


def test_the_number_and_the_sector_of_the_employer_are_asked_where_they_are_missing(client, database):
    with database.transaction() as session:
        employer = build.organisation(session, sector=None, siret=None)
    ref = waiting(database, employer=employer, tutor="A", training="B", missing=["siret", "sector"])
    path = f"/offres/{ref}/completer"
    bad = client.post(path, data=typed(client, path, siret="73282932000075", sector="non_profit"))
    assert bad.status_code == 422 and "Recopiez les 14 chiffres" in bad.text
    answer = client.post(
        path, data=typed(client, path, siret="732 829 320 00074", sector="non_profit", ground="statutes")
    )
    assert answer.status_code == 303 and stored(database, ref).state is OfferState.OPEN


def test_a_number_that_is_anothers_is_told_beside_the_field(client, database):
    with database.transaction() as session:
        build.organisation(session, siret=SIRET, name="Étoile du Pigeonnier")
        employer = build.organisation(session, siret=None)
    ref = waiting(database, employer=employer, missing=["siret", "tutor"])
    path = f"/offres/{ref}/completer"
    answer = client.post(path, data=typed(client, path, siret=SIRET))
    assert answer.status_code == 422 and "celui de «\u00a0Étoile du Pigeonnier\u00a0»" in answer.text


def test_an_offer_named_without_its_number_is_attached_to_the_employer_that_has_it(client, database):
    with database.transaction() as session:
        star = build.organisation(session, siret=SIRET, name="Étoile du Pigeonnier").id
        employer = build.organisation(session, siret=None, sector=None)
    ref = waiting(database, employer=employer, tutor="A", training="B", missing=["siret", "sector"])
    path = f"/offres/{ref}/completer"
    assert 'name="attach"' not in client.get(path).text
    asked = client.post(path, data=typed(client, path, siret=SIRET))
    assert asked.status_code == 422 and 'name="attach"' in asked.text
    assert "L’offre passera à «\u00a0Étoile du Pigeonnier\u00a0»" in asked.text
    check_markup(asked.text)
    answer = client.post(path, data=typed(client, path, siret=SIRET, attach="y"))
    assert answer.status_code == 303 and "employeur" in client.get(answer.location).text
    assert (stored(database, ref).state, stored(database, ref).organisation_id) == (OfferState.OPEN, star)


def test_a_condition_that_the_employer_cannot_meet_says_the_ways_out(client, database):
    with database.transaction() as session:
        employer = build.organisation(session, sector=Sector.MARKET, siret=SIRET)
    ref = waiting(database, employer=employer, missing=["employer-not-agreed", "tutor", "training"])
    path = f"/offres/{ref}/completer"
    assert "Choisissez l’emploi franc ou le droit commun" in client.get(path).text
    client.post(path, data=typed(client, path, scheme="droit_commun"))
    assert (stored(database, ref).state, stored(database, ref).scheme) == (OfferState.OPEN, None)


def test_a_request_may_set_nothing_but_the_fields_of_the_form(client, database):
    ref = waiting(database)
    path, before = f"/offres/{ref}/completer", stored(database, ref)
    client.post(
        path,
        data=typed(
            client, path, state="open", agency_id="9", source="pole-emploi", organisation_id="9", posts_filled="1",
            review_by="2020-01-01", opened_on="2010-01-01", id="77", public_id="x", missing="[]", insee_code="99999",
            title_key="x", reference="Z", apprenticeship="y", origin_url="http://x",
        ),
    )  # fmt: skip
    after = stored(database, ref)
    kept = ("state", "agency_id", "source", "organisation_id", "posts_filled", "review_by", "opened_on", "id", "public_id",
            "missing", "insee_code", "title_key", "reference", "apprenticeship", "origin_url")  # fmt: skip
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}


def test_an_edit_of_an_older_version_keeps_what_was_typed_and_says_what_changed(app, client, database):
    ref = waiting(database)
    path = f"/offres/{ref}/completer"
    mine = typed(client, path, training="Ma formation")
    with database.transaction() as session:
        other = account(session, name="Hugo Lenoir")
    hugo = sign_in(app, other)
    hugo.post(path, data=typed(hugo, path, tutor="M. Petit"))
    answer = client.post(path, data=mine)
    assert answer.status_code == 409
    assert "Hugo Lenoir a modifié cette offre" in answer.text and "Ma formation" in answer.text
    assert "Tuteur, enregistré entre-temps" in answer.text and "M. Petit" in answer.text
    assert stored(database, ref).training is None
    check_markup(answer.text)


def test_the_aid_is_estimated_again_from_what_is_typed_and_nothing_is_kept(client, database):
    ref = waiting(database, starts_on=None)
    path = f"/offres/{ref}/completer"
    assert "1\u202f073&nbsp;€" in client.get(path).text
    answer = client.post(
        path, data=typed(client, path, weekly_hours="17,5", tutor="Mme Langlet", etape="recalculer")
    )
    assert answer.status_code == 200 and "536&nbsp;€" in answer.text and "Mme Langlet" in answer.text
    assert (stored(database, ref).weekly_hours, stored(database, ref).tutor) == (35.0, None)
    wrong = client.post(path, data=typed(client, path, weekly_hours="beaucoup", etape="recalculer"))
    assert wrong.status_code == 422 and "À corriger" in wrong.text and "par mois pendant" not in wrong.text


def test_an_offer_ended_meanwhile_is_shown_as_it_is_now(client, database):
    ref = waiting(database)
    path = f"/offres/{ref}/completer"
    mine = typed(client, path, tutor="Mme Langlet")
    act(client, ref, "withdraw", version=stored(database, ref).version, reason="Abandon")
    answer = client.post(path, data=mine)
    assert answer.status_code == 409 and "a retiré cette offre" in answer.text
    assert client.get(path).location.endswith(f"/offres/{ref}")
    assert stored(database, ref).tutor is None


# --- open offers


def test_an_open_offer_is_changed_and_says_that_proposals_are_computed_again(client, database):
    ref = made(database, siret=SIRET)
    path = f"/offres/{ref}/modifier"
    check_markup(client.get(path).text)
    answer = client.post(
        path, data=typed(client, path, skills="taille\nsécateur", level="6-3", needs_licence="oui")
    )
    assert "seront recalculées à la prochaine recherche" in client.get(answer.location).text
    offer = stored(database, ref)
    assert (offer.skills, offer.level_min, offer.bac_plus_min, offer.needs_licence) == (
        ["taille", "sécateur"],
        6,
        3,
        True,
    )
    assert "compétences" in client.get(f"/offres/{ref}").text


def test_an_open_offer_does_not_lose_its_tutor(client, database):
    ref = made(database, siret=SIRET)
    path = f"/offres/{ref}/modifier"
    answer = client.post(path, data=typed(client, path, tutor=""))
    assert answer.status_code == 422 and "Indiquez la personne qui accompagnera" in answer.text
    assert stored(database, ref).tutor == "Mme Langlet"


def test_an_unchanged_form_writes_nothing(client, database):
    ref = made(database, siret=SIRET)
    path, before = f"/offres/{ref}/modifier", stored(database, ref).version
    answer = client.post(path, data=typed(client, path))
    assert "Rien n’a changé" in client.get(answer.location).text and stored(database, ref).version == before


# --- a new one


def test_an_advisor_takes_down_an_offer_checks_it_and_sends_it_once(client, database):
    with database.transaction() as session:
        employer = build.organisation(
            session, name="Étoile du Pigeonnier", name_key="etoile du pigeonnier", siret=SIRET
        )
        path = f"/organisations/{employer.public_id}/offre"
    found = client.get("/offres/nouvelle?q=etoile").text
    check_markup(found)
    assert path in found
    page = client.get(path).text
    check_markup(page)
    answers = {
        "csrf_token": csrf(client, path), "cle": re.search(r'name="cle" value="([^"]+)"', page)[1], "title": "Éducateur sportif",
        "scheme": "emploi_avenir", "contract_kind": "CDD", "months": "36", "weekly_hours": "35", "positions": "1",
        "tutor": "M. Petit", "training": "CQP", "starts_on": "2/12/13", "level": "", "needs_licence": "",
    }  # fmt: skip
    wrong = client.post(path, data=answers | {"etape": "verifier", "months": "6"})
    assert wrong.status_code == 422 and "entre 12 et 36" in wrong.text and "Éducateur sportif" in wrong.text
    check = client.post(path, data=answers | {"etape": "verifier"}).text
    check_markup(check)
    assert "l’offre s’ouvrira" in check and "Lundi 2 décembre 2013" in check
    again = client.post(path, data=answers | {"etape": "modifier"}).text
    assert "Éducateur sportif" in again and "etape" in again
    for _ in range(2):
        sent = client.post(path, data=answers | {"etape": "enregistrer"})
        assert sent.status_code == 303 and "Offre enregistrée et ouverte" in client.get(sent.location).text
    with database.reading() as session:
        offer = session.scalars(sa.select(Offer)).one()
    assert (offer.title, offer.state, offer.starts_on) == (
        "Éducateur sportif",
        OfferState.OPEN,
        date(2013, 12, 2),
    )


def test_an_employer_that_is_not_known_is_named_first(client, database):
    path = "/offres/nouvelle"
    token = csrf(client, path)
    refused = client.post(path, data={"csrf_token": token, "name": "", "siret": "123"})
    assert (
        refused.status_code == 422
        and "Indiquez le nom de l’employeur" in refused.text
        and "123" in refused.text
    )
    answer = client.post(
        path, data={"csrf_token": token, "name": "Les Jardins", "siret": SIRET, "sector": "non_profit"}
    )
    assert answer.status_code == 303 and "Les Jardins" in client.get(answer.location).text
    twice = client.post(path, data={"csrf_token": token, "name": "Autre", "siret": SIRET})
    assert twice.status_code == 422 and "Les Jardins" in twice.text
