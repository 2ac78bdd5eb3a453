"""Two advisors at once, several candidates at once, requests that make no sense."""

import re
from datetime import date, datetime

import pytest

from matching.store.matches import ReviewDecision
from matching.vocabulary import OfferState, ProposalState as State
from tests import build
from tests.markup import check_markup
from tests.web import doors
from tests.web.examining import Scene, uncertain, values


@pytest.fixture
def scene(app, database):
    return Scene(app, database)


# --- two advisors, bad requests, scope


@pytest.mark.parametrize("fragment", [False, True])
def test_the_second_advisor_is_told_who_decided_and_loses_nothing(scene, fragment):
    seen = scene[2]
    assert scene.decide(2, "approve", client=scene.colleague()).status_code == 303
    answer = scene.decide(
        2, "reject", seen=seen, fragment=fragment, reason="other", note="N'a pas le permis."
    )
    assert answer.status_code == 409
    said = re.sub(r"<[^>]+>", "", answer.text)
    assert re.search(r"Karim M\. vient d’être proposé par Paul Lenoir à \d+\sh\s\d\d", said)
    assert scene[2].state is State.APPROVED
    assert [action for action, *_ in scene.decisions()] == ["approve"]
    if not fragment:
        check_markup(answer.text)
        assert "N&#39;a pas le permis." in answer.text
    else:
        assert answer.text.count('id="ecarter-message"') == answer.text.count('id="fiche-message"') == 1
        assert f'data-version="{scene[2].version}"' in answer.text


def test_the_same_decision_sent_twice_is_one(scene):
    seen = scene[1]
    assert scene.decide(1, "approve", seen=seen).status_code == 303
    assert scene.decide(1, "approve", seen=seen).status_code == 303
    assert len(scene.decisions()) == 1


@pytest.mark.parametrize("action", ["", "compute", "stale", "no_answer", "shortlist", "<b>"])
def test_actions_that_are_nobodys_are_not_found(scene, action):
    assert scene.decide(1, action).status_code == 404
    assert scene.decisions() == []


def test_a_decision_that_makes_no_sense_from_here_is_refused(scene):
    answer = scene.decide(1, "send")
    assert answer.status_code == 409 and "plus possible depuis l’état «\u00a0à examiner" in answer.text
    assert scene[1].state is State.TO_REVIEW


def test_a_broken_form_writes_nothing(scene):
    answer = scene.decide(1, "approve", version="x")
    assert answer.status_code == 422
    assert scene.decisions() == []


def test_another_agency_sees_nothing(scene, database):
    with database.transaction() as session:
        elsewhere = doors.account(session, name="Lille", agency=doors.an_agency(session, "Pôle emploi Lille"))
    client = doors.sign_in(scene.app, elsewhere)
    page = client.get(scene.queue_url)
    assert page.status_code == 200 and "Morel" not in page.text and "Personne n’est proposé" in page.text
    assert client.get(scene.sheet_url(1)).status_code == 404
    for panel in ("ecart", "contact", "report", "retrait"):
        assert client.get(f"/propositions/{scene.proposals[0].public_id}/{panel}").status_code == 404
    token = doors.csrf(client, "/propositions")
    row = scene[1]
    answer = client.post(
        f"/propositions/{row.public_id}/decision",
        data={"csrf_token": token, "action": "approve", "version": row.version, "state": "to_review"},
    )
    assert answer.status_code == 404 and scene[1].state is State.TO_REVIEW
    value = f"{row.public_id}.{row.version}.to_review"
    lot = client.post(f"{scene.queue_url}/lot", data={"csrf_token": token, "action": "approve", "p": value})
    assert "Morel" not in lot.text and scene[1].state is State.TO_REVIEW


def test_a_proposal_of_another_offer_is_not_in_this_queue(scene, database):
    with database.transaction() as session:
        other = build.proposal(session, person=build.person(session, agency_id=scene.advisor.agency_id))
    assert scene.client.get(f"{scene.queue_url}/{other.public_id}").status_code == 404


@pytest.mark.parametrize("panel", ["ecart", "contact", "report", "retrait"])
def test_panels_are_pages_without_a_script(scene, panel):
    page = scene.client.get(f"/propositions/{scene.proposals[0].public_id}/{panel}")
    assert page.status_code == 200
    check_markup(page.text)


def test_reasons_keep_their_keys_during_the_day_and_most_used_come_first(scene):
    with scene.database.transaction() as session:
        for number in range(3):
            session.add(
                ReviewDecision(
                    proposal_id=scene.proposals[2].id, actor_id=scene.advisor.id, action="reject",
                    from_state=State.TO_REVIEW, to_state=State.REJECTED, reason_code="language", told=False,
                    decided_on=date(2013, 10, 1 + number), decided_at=datetime.fromisoformat("2013-10-01T10:00+00:00"),
                )
            )  # fmt: skip
    panel = f"/propositions/{scene.proposals[0].public_id}/ecart"
    keyed = re.findall(r'value="(\w+)"[^>]*aria-keyshortcuts="(\d)"', scene.client.get(panel).text)
    assert keyed[0] == ("language", "1") and [key for _, key in keyed] == list("12345")
    scene.decide(2, "reject", reason="duplicate")
    assert re.findall(r'value="(\w+)"[^>]*aria-keyshortcuts="(\d)"', scene.client.get(panel).text) == keyed


def test_three_times_the_same_reason_puts_the_offer_in_question(app, database):
    scene = Scene(app, database, candidates=4)
    for rank in (1, 2):
        assert "Retirer ce critère" not in scene.decide(rank, "reject", fragment=True, reason="mobility").text
    assert "Retirer ce critère" in scene.decide(3, "reject", fragment=True, reason="mobility").text


@pytest.mark.parametrize("fragment", [False, True])
def test_the_end_of_the_queue_says_what_was_done_and_what_comes_next(app, database, fragment):
    scene = Scene(app, database, candidates=2)
    with database.transaction() as session:
        following = build.offer(session, title="Agent d'accueil")
        person = build.person(session, agency_id=scene.advisor.agency_id)
        build.proposal(session, offer=following, person=person, due_on=date(2013, 11, 12))
    scene.decide(1, "approve")
    answer = scene.decide(2, "reject", fragment=fragment, reason="skills")
    page = answer.text if fragment else scene.client.get(answer.headers["Location"]).text
    assert "Offre terminée\u00a0: 1 proposé, 1 écarté." in page
    assert "Agent d’accueil" in page and f"/offres/{following.public_id}/propositions" in page


# --- several at once


def test_several_are_named_before_and_answered_after(scene):
    uncertain(scene, 3)
    ask = scene.client.get(
        f"{scene.queue_url}/lot", query_string={"action": "approve", "p": values(scene, 1, 2, 3)}
    )
    check_markup(ask.text)
    assert "Proposer 2 candidats" in ask.text and "droit à vérifier" in ask.text
    token = doors.csrf(scene.client, scene.queue_url)
    chosen = values(scene, 1, 2, 3)
    scene.decide(2, "approve", client=scene.colleague())
    done = scene.client.post(
        f"{scene.queue_url}/lot", data={"csrf_token": token, "action": "approve", "p": chosen}
    )
    check_markup(done.text)
    assert done.status_code == 200
    assert [scene[rank].state for rank in (1, 2, 3)] == [State.APPROVED, State.APPROVED, State.TO_REVIEW]
    assert "1 proposé, 2 non" in done.text and "Une partie seulement" in done.text
    assert "vient d’être proposé par Paul Lenoir" in done.text and "cochez les justificatifs" in done.text


def test_several_are_set_aside_with_one_reason(scene):
    token = doors.csrf(scene.client, scene.queue_url)
    data = {"csrf_token": token, "action": "reject", "p": values(scene, 1, 2)}
    refused = scene.client.post(f"{scene.queue_url}/lot", data=data)
    assert refused.status_code == 422 and "Choisissez un motif" in refused.text
    check_markup(refused.text)
    done = scene.client.post(f"{scene.queue_url}/lot", data={**data, "reason": "mobility"})
    assert "2 écartés" in done.text and "Tout a été enregistré" in done.text
    assert [scene[rank].state for rank in (1, 2, 3)] == [State.REJECTED, State.REJECTED, State.TO_REVIEW]


@pytest.mark.parametrize("p", [[], ["x"], ["a.b.c"], ["00000000-0000-4000-8000-000000000000.1.to_review"]])
def test_nothing_ticked_or_nonsense_asks_for_nothing(scene, p):
    page = scene.client.get(f"{scene.queue_url}/lot", query_string={"action": "reject", "p": p})
    assert page.status_code == 200
    check_markup(page.text)


def test_an_offer_that_closed_meanwhile_is_said_line_by_line(scene):
    chosen = values(scene, 1, 2)
    token = doors.csrf(scene.client, scene.queue_url)
    with scene.database.transaction() as session:
        session.merge(scene.offer).state = OfferState.WITHDRAWN
    done = scene.client.post(
        f"{scene.queue_url}/lot", data={"csrf_token": token, "action": "approve", "p": chosen}
    )
    assert done.text.count("L’offre n’est plus ouverte") == 2 and "Rien n’a été enregistré" in done.text
