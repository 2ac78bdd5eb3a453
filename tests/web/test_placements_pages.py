"""Hires on screen: the form that opens one, its steps and their conflicts, the ledger of its aid, the list."""

import re
from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa

from matching import placements
from matching.store.matches import MatchProposal
from matching.store.people import Agency
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, MilestoneState, Party, PlacementState, ProposalState
from tests import build, hires
from tests.counting import statements
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in
from web import settings
from web.app import create_app

A = placements.PlacementAction
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


def base_of(app):
    return app.extensions["passerelle"].database


def advisor(app, kind="advisor", **changes):
    with base_of(app).transaction() as session:
        made = account(session, kind, **changes)
    return sign_in(app, made)


def chosen(app, name=hires.AVENIR, **changes):
    """The public id of a selected proposal of the advisor's agency."""
    with base_of(app).transaction() as session:
        return hires.selected(session, agency=an_agency(session), name=name, **changes).public_id


def hire(app, name=hires.AVENIR, **changes):
    with base_of(app).transaction() as session:
        return hires.hired(session, agency=an_agency(session), name=name, **changes).public_id


def token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]


def post(client, path, page_path=None, **data):
    page = client.get(page_path or path)
    return client.post(path, data={"csrf_token": token(page), **data})


def stored(app, ref):
    with base_of(app).reading() as session:
        return session.scalar(sa.select(Placement).where(Placement.public_id == ref))


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


# --- who may


def test_the_hires_of_another_agency_look_missing(app):
    ref = hire(app)
    selected = chosen(app)
    with base_of(app).transaction() as session:
        other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
        session.add(other)
        session.flush()
        who = account(session, "supervisor", other)
    stranger = sign_in(app, who)
    missing = stranger.get("/placements/00000000-0000-4000-8000-000000000000")
    assert stranger.get(f"/placements/{ref}").data == missing.data
    assert stranger.get(f"/propositions/{selected}/embauche").status_code == 404
    assert "Aucune embauche" in stranger.get("/placements").text
    before = stored(app, ref).version
    data = (
        {"csrf_token": token(stranger.get("/placements"))}
        if "csrf" in stranger.get("/placements").text
        else {}
    )
    for path in ("etapes/start", "annulation", "echeances"):
        assert stranger.post(f"/placements/{ref}/{path}", data=data).status_code in (400, 404)
    assert stored(app, ref).version == before


@pytest.mark.parametrize("kind", ["officer", "admin", "animator"])
def test_hires_are_an_advisors(app, kind):
    ref, client = hire(app), advisor(app, kind)
    for path in ("/placements", f"/placements/{ref}", "/echeances"):
        assert client.get(path).status_code == 403


# --- steps


def step(client, ref, action, confirm=True, page=None, **fields):
    """Post a step as its form on the page would."""
    page = page or client.get(f"/placements/{ref}")
    where = "annulation" if action == "cancel" else f"etapes/{action}"
    data = {"csrf_token": token(page)}
    for name in ("version", "seen"):
        found = re.search(rf'name="{action}-{name}" value="(\d+)"', page.text)
        data[f"{action}-{name}"] = found[1] if found else ""
    data |= {f"{action}-{name}": value for name, value in fields.items()}
    answer = client.post(f"/placements/{ref}/{where}", data=data)
    if answer.status_code == 200 and confirm:
        check_markup(answer.text)
        held = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        return client.post(f"/placements/{ref}/{where}", data=held)
    return answer


def test_a_hire_goes_its_way_step_by_step(app, monkeypatch):
    ref, client = hire(app, steps=hires.way(hires.AVENIR)[:1]), advisor(app)
    page = client.get(f"/placements/{ref}").text
    assert "Noter la demande d’aide" in page and "Annuler cette embauche" not in page
    check_markup(page)
    asked = step(client, ref, "request_aid", on="21/10/2013",
                 conditions=["contributions_paid", "commitments_signed"])  # fmt: skip
    assert asked.status_code == 303
    assert step(client, ref, "grant", on="28/10/2013", number="80-7").status_code == 303
    told = step(client, ref, "sign", confirm=False, on="4/11/2013", starts_on="18/11/2013",
                trial_end_on="17/1/2014")  # fmt: skip
    assert told.status_code == 200 and "44 échéances de l’aide sont créées" in told.text
    assert stored(app, ref).state is PlacementState.AID_GRANTED  # only told
    signed = step(client, ref, "sign", on="4/11/2013", starts_on="18/11/2013", trial_end_on="17/1/2014")
    assert signed.status_code == 303
    page = client.get(f"/placements/{ref}").text
    assert "Confirmer le début" in page and "possible à partir du 18 novembre 2013" in page.replace(
        "\u00a0", " "
    )
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-02-03")
    assert step(client, ref, "start", on="18/11/2013").status_code == 303
    assert step(client, ref, "pass_trial", on="17/1/2014").status_code == 303
    assert step(client, ref, "run", on="17/1/2014").status_code == 303
    assert step(client, ref, "suspend", on="20/1/2014", reason="arrêt de travail").status_code == 303
    assert step(client, ref, "resume", on="3/2/2014").status_code == 303
    gone = step(client, ref, "exit", on="3/2/2014", why="better_job", situation="lasting_job")
    assert gone.status_code == 303
    made = stored(app, ref)
    assert (made.state, made.end_reason, made.end_situation) == (
        PlacementState.EXITED,
        "better_job",
        "lasting_job",
    )
    page = client.get(f"/placements/{ref}").text
    assert "Embauche terminée" in page and "Autre emploi trouvé" in page


def test_a_broken_trial_says_what_it_entails_before_it_is_noted(app, monkeypatch):
    ref = hire(app, positions=1)
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-12-16")
    client = advisor(app)
    assert step(client, ref, "start", on="18/11/2013").status_code == 303
    wrong = step(client, ref, "break_trial", on="16/12/2013", who="employer_ended")
    assert wrong.status_code == 422 and "pour quel motif" in wrong.text
    told = step(client, ref, "break_trial", confirm=False, on="16/12/2013", who="resigned")
    assert (
        "l’offre est de nouveau à pourvoir" in told.text and "échéances de l’aide sont annulées" in told.text
    )
    assert step(client, ref, "break_trial", on="16/12/2013", who="resigned").status_code == 303
    assert stored(app, ref).state is PlacementState.EXITED


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": ""}, "Indiquez le jour"),
        ({"on": "4/11/2013", "number": ""}, "Recopiez le numéro"),
        ({"on": "5/11/2013", "number": "80-1"}, "Cette date est à venir"),
        ({"on": "17/10/2013", "number": "80-1"}, "L’étape précédente est notée le 18 octobre 2013"),
    ],
)
def test_a_step_that_cannot_be_noted_says_why_at_its_field(app, fields, sentence):
    ref, client = hire(app, steps=hires.way(hires.AVENIR)[:2]), advisor(app)
    answer = step(client, ref, "grant", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text and "<title>Erreur" in answer.text
    assert f'value="{fields["on"]}"' in answer.text
    assert stored(app, ref).state is PlacementState.AID_REQUESTED
    check_markup(answer.text)


def test_the_second_advisor_sees_who_did_what_and_keeps_what_was_typed(app):
    ref = hire(app, steps=hires.way(hires.AVENIR)[:2])
    first, second = advisor(app), advisor(app, name="Hugo Lenoir")
    page = first.get(f"/placements/{ref}")
    assert step(second, ref, "refuse", on="28/10/2013", reason="enveloppe épuisée").status_code == 303
    late = step(first, ref, "grant", page=page, on="29/10/2013", number="80-55")
    assert late.status_code == 409
    assert "Aide refusée par Hugo Lenoir" in late.text and "enveloppe épuisée" in late.text
    assert "80-55" in late.text and "29/10/2013" in late.text  # nothing typed is lost
    assert stored(app, ref).state is PlacementState.AID_REFUSED
    check_markup(late.text)
    again = step(first, ref, "sign", page=page, on="4/11/2013", starts_on="18/11/2013")
    assert (
        again.status_code == 409 and 'value="4/11/2013"' in again.text
    )  # still to be noted: the form is there


def test_only_a_supervisor_cancels_and_only_while_no_money_was_asked_for(app):
    ref, client, chief = hire(app), advisor(app), advisor(app, "supervisor", name="Claire")
    assert "Annuler cette embauche" not in client.get(f"/placements/{ref}").text
    assert step(client, ref, "cancel", on="4/11/2013", reason="erreur").status_code == 403
    assert client.post(f"/placements/{ref}/etapes/cancel").status_code in (400, 404)
    assert stored(app, ref).state is PlacementState.SIGNED
    page = chief.get(f"/placements/{ref}")
    with base_of(app).transaction() as session:
        row = session.scalar(sa.select(AidMilestone).where(AidMilestone.kind == "monthly").limit(1))
        row.state = MilestoneState.ASKED
        key = row.id
    assert "Annuler cette embauche" not in chief.get(f"/placements/{ref}").text
    refused = step(chief, ref, "cancel", page=page, on="4/11/2013", reason="erreur de personne")
    assert refused.status_code == 422 and "le contrat ne s’annule plus" in refused.text
    with base_of(app).transaction() as session:
        session.get_one(AidMilestone, key).state = MilestoneState.UPCOMING
    assert step(chief, ref, "cancel", on="4/11/2013", reason="erreur de personne").status_code == 303
    assert stored(app, ref).state is PlacementState.ABANDONED
    with base_of(app).reading() as session:
        own = session.scalar(
            sa.select(MatchProposal.state).join(Placement, Placement.proposal_id == MatchProposal.id)
        )
    assert own is ProposalState.CLOSED


def test_each_step_and_each_reading_is_on_the_trail(app):
    ref, client = hire(app, steps=hires.way(None)[:1], name=None), advisor(app)
    client.get(f"/placements/{ref}")
    step(client, ref, "abandon", on="4/11/2013", reason="l'employeur renonce")
    client.get("/placements?format=csv")
    with base_of(app).reading() as session:
        trail = session.execute(sa.select(AuditEvent.action, AuditEvent.details)).all()
    actions = [action for action, _ in trail]
    assert "placement.read" in actions and "placement.abandon" in actions and "placement.export" in actions
    assert "renonce" not in str(trail)  # names of fields, never what was typed


# --- the ledger


@pytest.fixture
def running(app, monkeypatch):
    """An emploi d'avenir that has run for two months, on 3 February 2014."""
    ref = hire(app)
    with base_of(app).transaction() as session:
        made = session.scalar(sa.select(Placement).where(Placement.public_id == ref))
        for action, on in (
            (A.START, date(2013, 11, 18)),
            (A.PASS_TRIAL, date(2014, 1, 17)),
            (A.RUN, date(2014, 1, 17)),
        ):
            placements.change(session, made, action, actor_id=None, party=Party.ADVISOR, on=on, at=hires.AT,
                              book=hires.BOOK)  # fmt: skip
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-02-03")
    return ref


def months(app):
    with base_of(app).reading() as session:
        rows = session.scalars(
            sa.select(AidMilestone)
            .where(AidMilestone.kind == "monthly")
            .order_by(AidMilestone.number)
            .limit(3)
        )
        return [(str(row.state), row.asked_on, row.paid_on) for row in rows]


def settle(client, ref, page=None, **data):
    page = page or client.get(f"/placements/{ref}")
    data = {"csrf_token": token(page), "lot-on": "03/02/2014", **data}
    return client.post(f"/placements/{ref}/echeances", data=data)


def test_months_are_settled_by_hand_one_by_one_and_several_at_once(app, running):
    client = advisor(app)
    page = client.get(f"/placements/{running}").text
    assert "Aide de novembre 2013" in page and "Papier en retard" in page
    check_markup(page)
    assert settle(client, running, faire="receive/monthly:1:upcoming").status_code == 303
    both = settle(client, running, action="receive", lignes=["monthly:2:upcoming", "monthly:3:upcoming"])
    assert both.status_code == 303 and "n=2" in both.location
    assert settle(client, running, faire="ask/monthly:1:document_received").status_code == 303
    assert settle(client, running, faire="pay/monthly:1:asked", **{"lot-on": "3/2/2014"}).status_code == 303
    refused = settle(client, running, action="refuse", lignes=["monthly:2:document_received"])
    assert refused.status_code == 422 and "Dites pourquoi" in refused.text
    done = settle(client, running, action="refuse", lignes=["monthly:2:document_received"],
                  **{"lot-reason": "absences"})  # fmt: skip
    assert done.status_code == 303
    day = date(2014, 2, 3)
    assert months(app) == [("paid", day, day), ("refused", None, None), ("document_received", None, None)]
    assert "Versé" in client.get(f"/placements/{running}").text


def test_each_ticked_line_has_its_own_answer(app, running):
    client = advisor(app)
    page = client.get(f"/placements/{running}")
    settle(advisor(app, name="Hugo Lenoir"), running, faire="receive/monthly:1:upcoming")  # meanwhile
    answer = settle(
        client, running, page, action="receive", lignes=["monthly:1:upcoming", "monthly:2:upcoming"]
    )
    assert answer.status_code == 409
    assert "1 ligne notée sur 2" in answer.text.replace("\u00a0", " ")
    assert "Hugo Lenoir l’a notée pour le 3 février 2014" in answer.text
    assert [state for state, *_ in months(app)] == ["document_received", "document_received", "upcoming"]


def test_the_ledger_takes_only_what_is_possible(app, running):
    client = advisor(app)
    for data, sentence in (
        ({"action": "receive"}, "Cochez au moins une ligne"),
        ({"action": "nonsense", "lignes": ["monthly:1:upcoming"]}, "Choisissez ce qui est à noter"),
        ({"action": "receive", "lignes": ["monthly:1:upcoming"], "lot-on": ""}, "Indiquez le jour"),
        ({"action": "receive", "lignes": ["monthly:1:upcoming"], "lot-on": "4/2/2014"}, "à venir"),
    ):
        answer = settle(client, running, **data)
        assert answer.status_code == 422 and sentence in answer.text
    assert settle(client, running, faire="fall_due/monthly:1:upcoming").status_code == 422
    assert settle(client, running, faire="pay/monthly:1:upcoming").status_code == 409
    assert settle(client, running, faire="receive/monthly:99:upcoming").status_code == 404
    assert {state for state, *_ in months(app)} == {"upcoming"}


def test_a_payment_whose_window_is_not_open_yet_is_to_come_and_offers_nothing(app):
    page = advisor(app).get(f"/placements/{hire(app, hires.FRANC)}").text
    later = page.split("À venir (")[1].split("</details>")[0]
    assert "Second versement" in later and "Premier versement" in later
    assert "monthly" not in page and "receive/month-10" not in page


def test_a_lost_payment_is_shown_as_lost_before_the_clock_has_noted_it(app, monkeypatch):
    ref = hire(app, hires.FRANC)
    monkeypatch.setenv("PASSERELLE_TODAY", "2014-02-18")
    page = advisor(app).get(f"/placements/{ref}").text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Perdu : délai passé" in page and "perdu : 2 500 €" in page
    with base_of(app).reading() as session:
        states = set(session.scalars(sa.select(AidMilestone.state)))
    assert states == {MilestoneState.UPCOMING}


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
