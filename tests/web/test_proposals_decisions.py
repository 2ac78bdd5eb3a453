"""The examination decides: each act, what it asks for, what it leads to."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching.store.matches import Release, ReviewDecision
from matching.store.people import Person, Situation
from matching.vocabulary import ProposalState as State, SituationValue
from tests.markup import check_markup
from tests.web.examining import Scene, rank_of, uncertain


@pytest.fixture
def scene(app, database):
    return Scene(app, database)


# --- decisions


@pytest.mark.parametrize("fragment", [False, True])
def test_approve_leads_to_the_next_candidate(scene, fragment):
    answer = scene.decide(1, "approve", fragment=fragment)
    assert scene[1].state is State.APPROVED
    assert ("proposal.approve", str(scene.proposals[0].public_id)) in scene.events(subject_kind="proposal")
    if fragment:
        assert answer.status_code == 200 and rank_of(answer.text) == "Karim Morel"
        assert (
            f'id="ligne-{scene.proposals[0].public_id}"' in answer.text
            and 'data-into="decides"' in answer.text
        )
        assert "1 décidé, 2 à examiner" in answer.text and "Inès Morel proposée." in answer.text
        assert "Morel" in answer.text and len(answer.data) < 10_000
    else:
        assert answer.status_code == 303
        page = scene.client.get(answer.headers["Location"]).text
        check_markup(page)
        assert rank_of(page) == "Karim Morel" and "Inès Morel proposée." in page and "Annuler" in page


@pytest.mark.parametrize("fragment", [False, True])
def test_set_aside_asks_why(scene, fragment):
    refused = scene.decide(1, "reject", fragment=fragment)
    assert refused.status_code == 422 and "Choisissez un motif" in refused.text
    other = scene.decide(1, "reject", fragment=fragment, reason="other")
    assert other.status_code == 422 and "Ajoutez un mot d’explication" in other.text
    assert scene.decisions() == []
    done = scene.decide(1, "reject", fragment=fragment, reason="other", note="Vit trop loin en hiver.")
    assert done.status_code == (200 if fragment else 303)
    assert scene.decisions() == [("reject", "other", "Vit trop loin en hiver.", None)]


def test_what_was_typed_is_kept_when_a_decision_is_refused(scene):
    page = scene.decide(1, "defer", note="Attend son permis.", wake_on="40/11/2013").text
    check_markup(page)
    assert page.count("Indiquez une date") == 2, "in the summary and beside the field"
    assert 'value="40/11/2013"' in page and "Attend son permis." in page
    assert re.search(r"<title>Erreur\s:", page)
    far = scene.decide(1, "defer", wake_on="04/01/2014")
    assert far.status_code == 422 and "dans les 30\u00a0jours" in far.text


def test_defer_brings_back_on_its_day(scene, monkeypatch):
    assert scene.decide(1, "defer", wake_on="18/11/13").status_code == 303
    assert (scene[1].state, scene[1].wake_on) == (State.DEFERRED, date(2013, 11, 18))
    ask = scene.client.get(f"/propositions/{scene[2].public_id}/report").text
    assert "Mardi 12 novembre" in ask.replace("\u00a0", " ") and "jamais envoyé au jeune" in ask
    assert scene.decide(2, "defer", when="2013-11-12").status_code == 303
    assert (scene[2].state, scene[2].wake_on) == (State.DEFERRED, date(2013, 11, 12))
    assert "À revoir le 18 novembre" in scene.client.get(scene.queue_url).text
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-18")
    app = scene.app
    app.extensions["passerelle"].settings = __import__("web.settings", fromlist=["load"]).load()
    assert "0 décidé, 3 à examiner" in scene.client.get(scene.queue_url).text


@pytest.mark.parametrize("fragment", [False, True])
def test_contact_approves_and_notes_the_call(scene, fragment):
    answer = scene.decide(1, "contact", fragment=fragment, channel="phone", note="D'accord pour jeudi.")
    assert answer.status_code == (200 if fragment else 303)
    assert scene.decisions() == [
        ("approve", None, None, None),
        ("contact", None, "D'accord pour jeudi.", "phone"),
    ]
    with scene.database.reading() as session:
        assert session.get_one(Person, scene.proposals[0].person_id).last_contact_on == date(2013, 11, 4)


def test_a_call_after_an_approval_stays_with_the_person(scene):
    scene.decide(1, "approve")
    answer = scene.decide(1, "contact", channel="sms", fragment=True)
    assert rank_of(answer.text) == "Inès Morel" and "Noter son accord" in answer.text


def test_contact_by_a_means_that_the_file_lacks_is_refused(scene):
    answer = scene.decide(1, "contact", channel="email")
    assert answer.status_code == 422 and "pas de coordonnée" in answer.text
    assert scene[1].state is State.TO_REVIEW, "the approval went with it"
    assert scene.decisions() == []


@pytest.mark.parametrize("fragment", [False, True])
def test_undo_brings_the_candidate_back(scene, fragment):
    scene.decide(1, "reject", reason="mobility")
    answer = scene.decide(1, "undo", fragment=fragment)
    assert answer.status_code == (200 if fragment else 303)
    assert scene[1].state is State.TO_REVIEW
    page = answer.text if fragment else scene.client.get(answer.headers["Location"]).text
    assert rank_of(page) == "Inès Morel" and "décision annulée" in page


def test_only_the_author_undoes_within_a_day_then_the_supervisor(scene):
    scene.decide(1, "approve")
    paul = scene.colleague()
    assert scene.decide(1, "undo", client=paul).status_code == 422
    with scene.database.transaction() as session:
        row = session.scalars(sa.select(ReviewDecision)).one()
        row.decided_at = row.decided_at - timedelta(hours=25)
    refused = scene.decide(1, "undo")
    assert refused.status_code == 422 and "encadrement" in refused.text
    assert scene.decide(1, "undo", client=scene.colleague("supervisor", name="Anne")).status_code == 303


def test_the_way_to_an_employers_choice_is_noted_step_by_step(scene):
    """Point 7: no message leaves, the advisor notes what happened."""
    assert scene.decide(1, "contact", channel="phone").status_code == 303
    assert "Noter son accord" in scene.client.get(scene.sheet_url(1)).text
    assert scene.decide(1, "yes").status_code == 303
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert "le prénom, l’initiale du nom" in page and "Coordonnées transmises" in page
    assert scene.decide(1, "send", disclosed="y").status_code == 303
    with scene.database.reading() as session:
        release = session.scalars(sa.select(Release)).one()
    assert "phone" in release.fields and release.contact_disclosed_on == date(2013, 11, 4)
    check_markup(scene.client.get(scene.sheet_url(1)).text)
    assert scene.decide(1, "interview").status_code == 303
    missing = scene.decide(1, "selected")
    assert missing.status_code == 422 and "premier jour de travail" in missing.text
    assert scene.decide(1, "selected", starts_on="02/12/2013").status_code == 303
    assert (scene[1].state, scene[1].expected_start_on) == (State.SELECTED, date(2013, 12, 2))
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert f"/propositions/{scene.proposals[0].public_id}/embauche" in page or "Ouvrir l’embauche" not in page


@pytest.mark.parametrize(
    ("before", "action", "data", "after"),
    [
        (State.PERSON_ASKED, "no", {"reason": "hours", "note": "Travaille le soir."}, State.DECLINED),
        (State.PERSON_ASKED, "no", {"reason": ""}, State.DECLINED),
        (State.SENT, "not_selected", {"reason": "experience"}, State.NOT_SELECTED),
        (
            State.APPROVED,
            "close",
            {"reason": "withdrawn_by_adviser", "note": "Part vivre à Lille."},
            State.CLOSED,
        ),
    ],
)
def test_answers_that_end_a_proposal(scene, before, action, data, after):
    scene.change(1, state=before)
    assert scene.decide(1, action, **data).status_code == 303
    assert scene[1].state is after


def test_withdrawing_asks_for_a_word(scene):
    scene.change(1, state=State.APPROVED)
    refused = scene.decide(1, "close")
    assert refused.status_code == 422 and "Ajoutez un mot d’explication" in refused.text
    assert scene.decide(1, "close", note="Part vivre à Lille.").status_code == 303
    assert scene.decisions() == [("close", "withdrawn_by_adviser", "Part vivre à Lille.", None)]


# --- rights that are not established


def test_a_right_to_verify_is_proposed_with_the_papers_to_bring(scene):
    uncertain(scene, 1)
    page = scene.client.get(scene.sheet_url(1)).text
    check_markup(page)
    assert "Justificatifs à demander" in page and "Attestation sur l’honneur" in page
    refused = scene.decide(1, "approve")
    assert refused.status_code == 422 and "cochez les justificatifs" in refused.text
    assert scene.decide(1, "approve", proofs=["employment", "inconnu"]).status_code == 303
    ((action, _, note, _),) = scene.decisions()
    assert (action, note) == ("approve", "À apporter : Attestation sur l'honneur : sans emploi")


def test_a_right_that_ends_before_the_contract_begins_is_refused(scene):
    with scene.database.transaction() as session:
        session.add(
            Situation(
                person_id=scene.proposals[0].person_id,
                value=SituationValue.IN_JOB,
                since_on=date(2013, 11, 10),
                stated_on=date(2013, 11, 4),
                source="advisor",
            )
        )
    page = scene.client.get(scene.sheet_url(1)).text
    assert "lundi 18 novembre 2013\u00a0: ce jour-là, le droit sera fermé" in page
    refused = scene.decide(1, "approve")
    assert refused.status_code == 422 and "9 novembre 2013" in refused.text
    assert scene[1].state is State.TO_REVIEW


def test_an_offer_of_ordinary_law_asks_for_no_right(app, database):
    scene = Scene(app, database, scheme=None)
    page = scene.client.get(scene.queue_url).text
    check_markup(page)
    assert "Sans condition" in page and "Éligible" not in page
    assert scene.decide(1, "approve").status_code == 303
