"""Aided contracts on screen: a contract entered by hand, its agreements, the list with what is due."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.follow_up import AidAgreement
from matching.store.placements import AidMilestone, Placement
from matching.store.upkeep import AuditEvent
from matching.vocabulary import PlacementState, Sector
from tests import build, hires
from tests.counting import statements
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in
from tests.web.hiring import advisor, base_of, hire, token
from web import settings
from web.app import create_app

CONTRACT = {
    "number": "1", "employer": "Étoile du Nord", "programme": "cui-cae", "kind": "CDD", "months": "12",
    "weekly_hours": "20", "signed_on": "11/2/2013", "starts_on": "18/2/2013", "tutor": "M. Petit", "diagnosed": "y",
    "reference": "080 13 01 00042", "decided_on": "8/2/2013", "agreement_starts_on": "18/2/2013",
    "agreement_ends_on": "17/11/2013", "aided_hours": "20", "rate": "70",
    "rate_source": "Arrêté du préfet de Picardie du 1er février 2013",
}  # fmt: skip
RENEWAL = {
    "number": "2", "reference": "080 13 01 00043", "decided_on": "4/11/2013", "agreement_starts_on": "18/11/2013",
    "agreement_ends_on": "17/8/2014", "aided_hours": "20", "rate": "70", "rate_source": "Arrêté du 1er février 2013",
    "contract_ends_on": "17/2/2015",
}  # fmt: skip


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    made = create_app(settings.load())
    yield made
    made.extensions["passerelle"].database.dispose()


def person(app, names=("Étoile du Nord",), **changes):
    with base_of(app).transaction() as session:
        for name in names:
            build.organisation(
                session, name=name, name_key=name.replace("É", "e").lower(), sector=Sector.NON_PROFIT
            )
        return build.person(session, agency_id=an_agency(session).id, **changes).public_id


def post(client, path, page_path=None, **data):
    return client.post(path, data={"csrf_token": token(client.get(page_path or path)), **data})


def registered(app, client, **changes):
    """The address of the page of a contract entered by hand."""
    answer = post(client, f"/candidats/{person(app)}/contrat-aide", **{**CONTRACT, **changes})
    assert answer.status_code == 303, re.findall(r'class="errors".*?</ul>', answer.text, re.S)
    return answer.location.split("?")[0]


def held(app, table=AidAgreement):
    with base_of(app).reading() as session:
        return session.scalars(sa.select(table).order_by(table.id)).all()


def errors(answer):
    check_markup(answer.text)
    return [text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'") for text in re.findall(
        r'<li><a href="#[^"]+">([^<]+)</a></li>', answer.text.split('class="errors"')[1].split("</ul>")[0]
    )]  # fmt: skip


def test_a_contract_entered_by_hand_and_its_renewal(app):
    """From the search of the person to the renewal: what is known is not typed again."""
    client = advisor(app)
    ref = person(app)
    found = client.get("/contrats-aides/nouveau?q=morel")
    assert f"/candidats/{ref}/contrat-aide" in found.text
    answer = post(client, f"/candidats/{ref}/contrat-aide", **CONTRACT)
    shown = client.get(answer.location)
    check_markup(shown.text)
    assert "Contrat enregistré, avec sa première convention" in shown.text
    assert "Noter le bilan ou renouveler" in shown.text and "70\u202f%" in shown.text
    (placement,) = held(app, Placement)
    assert (placement.state, placement.tutor, placement.proposal_id) == (
        PlacementState.STARTED,
        "M. Petit",
        None,
    )
    path = f"/placements/{placement.public_id}/conventions"
    page = client.get(path)
    check_markup(page.text)
    for known in ('value="18/11/2013"', 'value="20"', 'value="70"', "Arrêté du préfet de Picardie"):
        assert known in page.text
    assert errors(post(client, path, **RENEWAL)) == [
        "Le bilan de la convention n° 1 n'est pas noté : tenez-le et notez-le, le renouvellement vient après."
    ]
    assert post(client, f"{path}/bilan", path, number="1", held_on="30/9/2013").status_code == 303
    assert post(client, path, **RENEWAL).status_code == 303
    first, second = held(app)
    assert (first.review_on, second.number, second.rate_bp) == (date(2013, 9, 30), 2, 7000)
    assert held(app, Placement)[0].planned_end_on == date(2015, 2, 17)
    after = client.get(path)
    check_markup(after.text)
    assert "Renouvellement n° 1" in after.text
    with base_of(app).reading() as session:
        trail = session.scalars(
            sa.select(AuditEvent.action).where(AuditEvent.subject_kind == "placement")
        ).all()
    assert [each for each in trail if each != "placement.read"] == [
        "placement.register", "agreement.review", "agreement.renew",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"employer": "Personne"}, "Aucun employeur connu ne porte ce nom"),
        ({"months": ""}, "Indiquez la durée du CDD en mois."),
        ({"months": "5"}, "Le contrat ne convient pas au dispositif"),
        ({"starts_on": "10/2/2013"}, "Le contrat a été signé le"),
        ({"signed_on": "5/11/2013"}, "Cette date est à venir"),
        ({"diagnosed": ""}, "Le droit n'est pas établi"),
        ({"programme": "pec"}, "Ce dispositif n'existait pas"),
        ({"programme": "emplois-avenir"}, "Choisissez un contrat aidé"),
        ({"rate": "96"}, "Le taux ne dépasse pas 95 % du SMIC"),
        ({"rate": "soixante"}, "Indiquez un nombre"),
        ({"aided_hours": "21"}, "Le contrat n'est que de 20 heures"),
        ({"agreement_ends_on": "17/7/2013"}, "Une convention dure de 6 à 12 mois"),
        ({"agreement_ends_on": "1/2/2013"}, "La fin, le"),
        ({"reference": ""}, "Recopiez le numéro du Cerfa"),
    ],
)
def test_what_does_not_hold_is_said_at_its_field_and_nothing_is_written(app, changes, said):
    client = advisor(app)
    answer = post(client, f"/candidats/{person(app)}/contrat-aide", **{**CONTRACT, **changes})
    assert answer.status_code == 422
    found = errors(answer)
    assert len(found) == 1 and found[0].startswith(said), found
    assert 'value="Arrêté du préfet de Picardie du 1er février 2013"' in answer.text
    assert held(app, Placement) == [] and held(app) == []


def test_of_several_employers_one_is_chosen(app):
    client = advisor(app)
    path = f"/candidats/{person(app, ('Étoile du Nord', 'Étoile du Nord Basket'))}/contrat-aide"
    answer = post(client, path, **CONTRACT)
    assert answer.status_code == 422
    assert errors(answer) == ["Plusieurs employeurs portent ce nom : choisissez le bon."]
    choice = re.findall(r'name="organisation" value="([^"]+)"', answer.text)
    assert len(choice) == 2
    assert post(client, path, **CONTRACT, organisation=choice[1]).status_code == 303


def test_a_second_tab_is_told_and_writes_nothing(app):
    client = advisor(app)
    path = registered(app, client) + "/conventions"
    post(client, f"{path}/bilan", path, number="1", held_on="30/9/2013")
    assert post(client, path, **RENEWAL).status_code == 303
    for answer in (
        post(client, path, **RENEWAL), post(client, f"{path}/bilan", path, number="1", held_on="1/10/2013"),
    ):  # fmt: skip
        check_markup(answer.text)
        assert answer.status_code == 409 and "déjà noté" in answer.text
    assert len(held(app)) == 2
    again = post(client, f"/candidats/{ref_of(app)}/contrat-aide", **CONTRACT)
    assert again.status_code == 409 and "déjà engagée ailleurs" in again.text


def ref_of(app):
    from matching.store.people import Person

    (placement,) = held(app, Placement)
    with base_of(app).reading() as session:
        return session.get_one(Person, placement.person_id).public_id


def test_the_list_says_what_is_due_and_goes_to_a_spreadsheet(app):
    client = advisor(app)
    empty = client.get("/contrats-aides")
    check_markup(empty.text)
    assert "Aucun contrat aidé pour l’instant" in empty.text
    registered(app, client)
    page = client.get("/contrats-aides")
    check_markup(page.text)
    assert "Bilan de la convention n° 1" in page.text and "Renouvellement de la convention" in page.text
    for query, count in (
        ("?a-faire=agreement-review", 1), ("?a-faire=sans", 0), ("?contrat=pec", 0), ("?etat=contrat", 1),
        ("?etat=fini", 0), ("?q=etoile", 1), ("?q=morel", 1), ("?q=personne", 0), ("?tri=-echeance", 1),
    ):  # fmt: skip
        page = client.get(f"/contrats-aides{query}")
        check_markup(page.text)
        assert page.text.count('<th scope="row">') == count, query
    lines = client.get("/contrats-aides?format=csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "080 13 01 00042" in lines[1] and "70" in lines[1]
    assert len([each for each in held(app, AuditEvent) if each.action == "aided.export"]) == 1


def test_the_list_asks_the_base_as_often_for_one_as_for_many(app):
    client = advisor(app)
    registered(app, client)

    def asked():
        with statements(base_of(app).engine) as seen:
            client.get("/contrats-aides")
        return len(seen)

    one = asked()
    with base_of(app).transaction() as session:
        employer = build.organisation(session)
        for _ in range(12):
            who = build.person(session, agency_id=an_agency(session).id)
            build._add(
                session,
                Placement(
                    person_id=who.id, organisation_id=employer.id, programme="cui-cae", contract_kind="CDI",
                    state=PlacementState.RUNNING, proposed_on=date(2013, 1, 7), starts_on=date(2013, 1, 7),
                    snapshot={},
                ),
            )  # fmt: skip
    assert asked() == one
    assert "13 contrats" in client.get("/contrats-aides").text


def test_a_contract_of_another_aid_has_no_agreements(app):
    client = advisor(app)
    ref = hire(app)
    assert client.get(f"/placements/{ref}/conventions").status_code == 404
    assert "Conventions" not in client.get(f"/placements/{ref}").text
    page = client.get("/contrats-aides")
    answer = client.post(f"/placements/{ref}/conventions", data={"csrf_token": token(page), **RENEWAL})
    assert answer.status_code == 404
    answer = client.post(f"/placements/{ref}/etapes/register", data={"csrf_token": token(page)})
    assert answer.status_code == 404


def test_another_agency_sees_nothing_of_it(app):
    client = advisor(app)
    path = registered(app, client)
    with base_of(app).transaction() as session:
        colleague = account(session, agency=an_agency(session, name="Autre agence"))
    other = sign_in(app, colleague)
    assert other.get(f"{path}/conventions").status_code == 404
    assert other.get(f"/candidats/{ref_of(app)}/contrat-aide").status_code == 404
    assert "Aucun contrat aidé pour l’instant" in other.get("/contrats-aides").text


def test_the_first_agreement_of_a_hire_takes_what_its_decision_says(app):
    """A hire under a CUI that came from a proposal: its Cerfa number and its days are not typed again."""
    client = advisor(app)
    registered(app, client)
    with base_of(app).transaction() as session:
        session.execute(sa.delete(AidMilestone))
        session.execute(sa.delete(AidAgreement))
    (placement,) = held(app, Placement)
    page = client.get(f"/placements/{placement.public_id}/conventions")
    check_markup(page.text)
    assert "Noter la première convention" in page.text and 'value="080 13 01 00042"' in page.text
    assert 'value="18/02/2013"' in page.text
    answer = post(
        client, f"/placements/{placement.public_id}/conventions",
        **{**RENEWAL, "number": "1", "agreement_starts_on": "18/2/2013", "agreement_ends_on": "17/11/2013"},
    )  # fmt: skip
    assert answer.status_code == 303 and len(held(app)) == 1
    assert hires.BOOK["cui-cae"].file.label in client.get(f"/placements/{placement.public_id}").text


def test_the_bilan_is_noted_with_its_agreement_alone(app):
    """« Papier reçu » on its row would say that it was held, and the renewal that it was not."""
    client = advisor(app)
    path = registered(app, client)
    page = client.get(path)
    assert 'value="receive/agreement-review' not in page.text and 'value="receive/monthly' in page.text
    answer = client.post(
        f"{path}/echeances",
        data={
            "csrf_token": token(page),
            "faire": "receive/agreement-review:1:upcoming",
            "lot-on": "4/11/2013",
        },
    )
    assert answer.status_code == 422 and "suit les conventions" in answer.text
    assert {row.state for row in held(app, AidMilestone) if row.kind == "agreement-review"} == {"upcoming"}
