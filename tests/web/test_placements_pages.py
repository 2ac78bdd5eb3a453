"""Hires on screen: how they are opened, the list."""

import re
from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa

from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.store.upkeep import AuditEvent
from matching.vocabulary import ProposalState
from tests import build, hires
from tests.counting import statements
from tests.markup import check_markup
from tests.web.doors import an_agency
from tests.web.hiring import advisor, base_of, chosen, hire, stored, token
from web import settings
from web.app import create_app

DAYS = {
    "promise_on": "16/10/2013", "request_on": "18/10/2013", "decision_on": "28.10.2013", "signed_on": "4/11/2013",
    "starts_on": "18/11/2013", "trial_end_on": "17/1/2014",
}  # fmt: skip


@pytest.fixture
def on_both(empty_database_url, tmp_path, monkeypatch):
    """The application on a base of its own of each kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    made = create_app(settings.load())
    yield made
    made.extensions["passerelle"].database.dispose()


def post(client, path, page_path=None, **data):
    page = client.get(page_path or path)
    return client.post(path, data={"csrf_token": token(page), **data})


def events(app, ref):
    with base_of(app).reading() as session:
        return session.execute(
            sa.select(PlacementEvent.action, PlacementEvent.done_on)
            .join(Placement, Placement.id == PlacementEvent.placement_id)
            .where(Placement.public_id == ref)
            .order_by(PlacementEvent.id)
        ).all()


def nothing_written(app):
    with base_of(app).reading() as session:
        counts = [
            session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (Placement, PlacementEvent, AidMilestone)
        ]
        opened = session.scalar(
            sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.action == "placement.open")
        )
    return [*counts, opened] == [0, 0, 0, 0]


def typed(name, length):
    """What is typed for the first `length` steps under that programme."""
    data = {"dispositif": name or "aucun", "promise_on": DAYS["promise_on"], "starts_on": DAYS["starts_on"]}
    rest = ["request", "decision", "sign"] if name else ["sign"]
    for step in rest[: length - 1]:
        if step == "request":
            data |= {"request_on": DAYS["request_on"], "conditions": list(hires.STATED[name])}
        elif step == "decision":
            data |= {"decision": "grant", "decision_on": DAYS["decision_on"], "number": "80-1"}
        else:
            data |= {"signed_on": DAYS["signed_on"], "trial_end_on": DAYS["trial_end_on"]}
    return data


# --- opening


@pytest.mark.parametrize(("name", "length"), [
    *((name, length) for name in (hires.AVENIR, hires.FRANC) for length in (1, 2, 3, 4)), (None, 1), (None, 2),
])  # fmt: skip
def test_one_form_takes_the_steps_whose_days_were_typed(on_both, name, length):
    client, ref = advisor(on_both), chosen(on_both, name)
    path = f"/propositions/{ref}/embauche"
    answer = post(client, path, **typed(name, length))
    assert answer.status_code == 303, answer.text[:3000]
    made = UUID(answer.location.rsplit("/", 1)[1].split("?")[0])
    wanted = hires.way(name)[:length]
    assert events(on_both, made) == [
        ("open", wanted[0].on),
        *((str(step.action), step.on) for step in wanted),
    ]
    placement = stored(on_both, made)
    with base_of(on_both).transaction() as session:  # the same steps by the flow leave the same hire
        twin = hires.hired(session, agency=an_agency(session), name=name, steps=wanted)
        for column in ("state", "promised_on", "aid_requested_on", "aid_decision_on", "aid_number", "signed_on",
                       "starts_on", "trial_end_on", "planned_end_on", "snapshot", "programme"):  # fmt: skip
            assert getattr(placement, column) == getattr(twin, column), column
    page = client.get(answer.location)
    assert "Embauche ouverte" in page.text
    check_markup(page.text)


@pytest.mark.parametrize(
    ("change", "sentence", "field"),
    [
        ({"conditions": ["contributions_paid"]}, "L’employeur doit d’abord attester", "conditions"),
        ({"request_on": "15/10/2013"}, "ne vient pas avant", "request_on"),
        ({"promise_on": "1/10/2013"}, "n’a été choisie par l’employeur que le 14 octobre 2013", "promise_on"),
        ({"trial_end_on": "10/11/2013"}, "avant le début du contrat le 18 novembre 2013", "trial_end_on"),
        ({"signed_on": "5/11/2013"}, "Cette date est à venir", "signed_on"),
        ({"decision": ""}, "Dites si l’aide est accordée ou refusée", "decision"),
        ({"number": ""}, "Recopiez le numéro", "number"),
        ({"promise_on": "le 32"}, "Indiquez une date", "promise_on"),
    ],
)
def test_a_refused_step_is_told_at_its_field_everything_typed_is_kept_and_nothing_written(
    app, change, sentence, field
):
    client, ref = advisor(app), chosen(app)
    data = {**typed(hires.AVENIR, 4), **change}
    answer = post(client, f"/propositions/{ref}/embauche", **data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert re.search(rf'(?:id="{field}-erreur"|href="#{field}")', answer.text)
    for name, value in data.items():
        if name.endswith("_on") or name == "number":
            assert f'value="{value}"' in answer.text if value else True, name
    assert nothing_written(app)
    check_markup(answer.text)


def test_a_right_that_is_not_proven_that_day_says_what_to_ask_for(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        who = build.person(session, agency_id=agency.id, situation=None)  # nobody said whether in a job
        ref = hires.selected(session, agency=agency, who=who).public_id
    path = f"/propositions/{ref}/embauche"
    assert "La personne est-elle sans emploi ce jour-là" in client.get(path).text
    answer = post(client, path, **typed(hires.AVENIR, 2))
    assert answer.status_code == 422
    assert "Le droit n’est pas établi au 18 octobre 2013" in answer.text
    assert nothing_written(app)


def test_a_person_engaged_elsewhere_or_an_offer_without_post_left_are_told(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        who = hires.person(session, agency=agency)
        hires.hired(session, agency=agency, who=who, steps=hires.way(hires.AVENIR)[:1])
        engaged = hires.selected(session, agency=agency, who=who).public_id
        full = hires.selected(session, agency=agency, positions=1, posts_filled=1).public_id
    said = post(client, f"/propositions/{engaged}/embauche", **typed(hires.AVENIR, 1))
    assert said.status_code == 422 and "déjà engagée ailleurs" in said.text
    said = post(client, f"/propositions/{full}/embauche", **typed(hires.AVENIR, 4))
    assert said.status_code == 422 and "postes de l’offre sont déjà pourvus" in said.text


def test_terms_that_the_programme_does_not_allow_say_what_to_correct(app):
    client, ref = advisor(app), chosen(app, months=6)
    answer = post(client, f"/propositions/{ref}/embauche", **typed(hires.AVENIR, 2))
    assert answer.status_code == 422
    assert "emploi d’avenir" in answer.text and "le type ou la durée du contrat" in answer.text
    assert nothing_written(app)


def test_an_employer_of_no_known_sector_is_told_with_where_to_state_it(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        employer = build.organisation(session, sector=None)
        ref = hires.selected(session, agency=agency, offer=build.offer(session, employer=employer)).public_id
        place = employer.public_id
    page = client.get(f"/propositions/{ref}/embauche").text
    assert "marchand ou non marchand" in page and f"/organisations/{place}" in page


def test_the_right_is_shown_for_the_days_typed_and_another_programme_keeps_what_was_typed(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        who = hires.person(session, agency=agency, birth_date=date(1987, 11, 1))  # 26 on 1 November
        ref = hires.selected(session, agency=agency, who=who).public_id
    path = f"/propositions/{ref}/embauche"
    assert "travailleur handicapé (RQTH)" in client.get(path).text  # today only a recognition would open it
    page = post(client, path, **{**typed(hires.AVENIR, 4), "verifier": "1", "signed_on": "31/10/2013"})
    assert page.status_code == 200
    assert "Éligible jusqu’au" in page.text and "jeudi 31 octobre 2013" in page.text
    page = post(client, path, **{**typed(hires.AVENIR, 4), "autre": "aucun"})
    assert page.status_code == 200 and 'value="16/10/2013"' in page.text and "Demande d’aide" not in page.text
    assert nothing_written(app)


def test_who_opens_second_gets_a_conflict_and_keeps_what_was_typed(app):
    client, ref = advisor(app), chosen(app, None)
    path = f"/propositions/{ref}/embauche"
    page = client.get(path)
    assert post(client, path, **typed(None, 1)).status_code == 303
    late = client.post(path, data={"csrf_token": token(page), **typed(None, 2)})
    assert late.status_code == 409
    assert "vient d’être ouverte par quelqu’un d’autre" in late.text and 'value="4/11/2013"' in late.text
    assert client.get(path).status_code == 302  # a page that is opened leads to the hire


def test_a_proposal_that_is_not_selected_opens_nothing(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        made = build.proposal(session, person=hires.person(session, agency=agency), state=ProposalState.SENT)
        ref = made.public_id
    answer = post(client, f"/propositions/{ref}/embauche", **typed(hires.AVENIR, 1))
    assert answer.status_code == 422 and "enregistrez d’abord sa réponse" in answer.text
    assert nothing_written(app)


# --- the list


def test_the_list_filters_sorts_and_exports(app):
    client = advisor(app)
    hire(app)
    hire(app, None, steps=hires.way(None)[:1])
    page = client.get("/placements").text
    check_markup(page)
    assert "2\u00a0embauches" in page or "2 embauches" in page
    assert client.get("/placements?etat=contrat").text.count('scope="row"') == 1
    assert client.get("/placements?dispositif=aucun").text.count('scope="row"') == 1
    assert client.get("/placements?q=MOREL jard").text.count('scope="row"') == 2
    assert "Aucune embauche ne répond" in client.get("/placements?q=%25").text
    for odd in ("tri=-aide", "tri=nimporte", "etat=rien", "page=999", "suivre=retard", "suivre=bientot",
                "suivre=versement", "suivre=rembourser", *(f"tri={key}" for key in ("personne", "etat", "echeance"))):  # fmt: skip
        assert client.get(f"/placements?{odd}").status_code == 200
    sheet = client.get("/placements?format=csv&etat=contrat")
    lines = sheet.data.decode("utf-8-sig").splitlines()
    assert (
        len(lines) == 2
        and '"04/11/2013"' in lines[1]
        and "attachment" in sheet.headers["Content-Disposition"]
    )


def test_the_same_queries_for_one_hire_and_for_fifty(app):
    client = advisor(app)
    ref = hire(app)
    with base_of(app).transaction() as session:
        closing = hires.person(session, agency=an_agency(session), birth_date=date(1987, 11, 20))
        build.proposal(session, person=closing)
    paths = (
        "/placements",
        f"/placements/{ref}",
        "/echeances",
        "/placements?format=csv",
        "/echeances?format=csv",
    )
    for path in paths:  # what a process looks up once
        client.get(path)

    def count(path):
        with statements(base_of(app).engine) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    one = [count(path) for path in paths]
    with base_of(app).transaction() as session:
        agency = an_agency(session)
        for _ in range(49):
            hires.hired(session, agency=agency)
        for _ in range(20):
            hires.person(session, agency=agency, birth_date=date(1987, 11, 20))
    client.get("/echeances")  # the rights of another caseload are judged once, then kept
    assert [count(path) for path in paths] == one
