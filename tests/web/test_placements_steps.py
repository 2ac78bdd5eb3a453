"""A hire goes its way: who may, each step, the ledger of the aid."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import placements
from matching.store.matches import MatchProposal
from matching.store.people import Agency
from matching.store.placements import AidMilestone, Placement
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, MilestoneState, Party, PlacementState, ProposalState
from tests import hires
from tests.markup import check_markup
from tests.web.doors import account, sign_in
from tests.web.entering import bare
from tests.web.hiring import advisor, base_of, chosen, hire, step, stored, token

A = placements.PlacementAction


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
    assert bare(stranger.get(f"/placements/{ref}").text) == bare(missing.text)
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


# --- the ledger


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
