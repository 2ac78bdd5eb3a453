"""Messages on screen: what leaves and when, the words, why one did not leave; send now, hold back, send again."""

import importlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from matching import clock, outbox
from matching.store.accounts import User
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.messages import OutgoingMessage
from matching.store.people import Person
from matching.store.upkeep import AuditEvent
from matching.vocabulary import MessageState as State, ProposalState
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web import doors
from tests.web.examining import Scene

AT = datetime(2013, 11, 4, 9, 41, tzinfo=UTC)  # 10 h 41 in Amiens
ON = date(2013, 11, 4)


@pytest.fixture
def scene(app, database, now):
    now.at = AT
    made = Scene(app, database, candidates=2)
    with database.transaction() as session:
        for proposal, address in zip(made.proposals, ("ines@exemple.fr", "karim@exemple.fr"), strict=True):
            person = session.get_one(Person, proposal.person_id)
            person.email, person.contact_agreed = address, True
    return made


def stored(scene):
    with scene.database.reading() as session:
        return session.scalars(sa.select(OutgoingMessage).order_by(OutgoingMessage.id)).all()


def set_state(scene, message, **values):
    with scene.database.transaction() as session:
        row = session.get_one(OutgoingMessage, message.id)
        for name, value in values.items():
            setattr(row, name, value)


def url(message):
    return f"/messages/{message.public_id}"


def post(scene, message, act, client=None):
    client = client or scene.client
    token = doors.csrf(
        scene.client if client is scene.client else client,
        url(message) if client is scene.client else "/compte",
    )
    return client.post(f"{url(message)}/{act}", data={"csrf_token": token})


def test_proposing_somebody_says_when_the_message_leaves_and_undo_stops_it(scene):
    page = scene.client.get(scene.decide(1, "approve").location).text
    assert "Le message part à 10 h 51" in re.sub(r"\s", " ", page)
    (message,) = stored(scene)
    assert message.state is State.WAITING and message.address == "ines@exemple.fr"
    sheet = re.sub(r"\s", " ", scene.client.get(scene.sheet_url(1)).text)
    assert "Le message part à 10 h 51" in sheet and url(message) in sheet and "Annuler la décision" in sheet
    assert scene.decide(1, "undo").status_code == 303
    assert stored(scene)[0].state is State.CANCELLED


def test_once_it_left_the_decision_stays(scene):
    scene.decide(1, "approve")
    (message,) = stored(scene)
    set_state(scene, message, state=State.SENDING)
    assert "Annuler la décision" not in scene.client.get(scene.sheet_url(1)).text
    refused = scene.decide(1, "undo")
    assert refused.status_code == 422 and scene[1].state == "approved"


def test_the_list_and_the_words_as_they_would_leave(scene):
    scene.decide(1, "approve")
    (message,) = stored(scene)
    listed = scene.client.get("/messages").text
    check_markup(listed)
    assert "Inès Morel" in listed and "Proposition d’emploi" in listed and url(message) in listed
    assert url(message) not in scene.client.get("/messages?etat=sent").text
    assert url(message) in scene.client.get("/messages?q=morel&genre=ask_person&etat=waiting").text
    page = scene.client.get(url(message)).text
    check_markup(page)
    assert "Bonjour Inès," in page and "[lien personnel]" in page and "Texte à copier" in page
    assert "/reponse/" not in page and "ines@exemple.fr" in page
    with scene.database.reading() as session:
        assert session.scalar(sa.select(AuditEvent.id).where(AuditEvent.action == "message.read"))


def test_send_now_hold_back_and_send_again(scene):
    scene.decide(1, "approve")
    (message,) = stored(scene)
    assert post(scene, message, "envoi").status_code == 303
    assert stored(scene)[0].try_at == AT
    assert post(scene, message, "retenue").status_code == 303
    held = stored(scene)[0]
    assert (held.state, held.error_code) == (State.CANCELLED, "by-hand")
    page = scene.client.get(url(message)).text
    check_markup(page)
    assert "Quelqu’un l’a retenu." in page
    assert (
        post(scene, message, "retenue").status_code == 409
        and post(scene, message, "envoi").status_code == 409
    )
    assert post(scene, message, "renvoi").status_code == 303
    assert stored(scene)[0].state is State.WAITING
    assert scene.events(subject_kind="message")[-1][0] == "message.sent-again"


def test_a_refused_address_is_told_on_the_sheet_at_home_and_sent_again_once_corrected(scene):
    scene.decide(1, "approve")
    (message,) = stored(scene)
    set_state(scene, message, state=State.FAILED, error_code="mailbox-refused", attempts=1)
    for page in ("/", scene.sheet_url(1), url(message), "/messages"):
        shown = scene.client.get(page).text
        assert "refuse cette adresse" in shown, page
        check_markup(shown)
    with scene.database.transaction() as session:
        session.get_one(Person, scene[1].person_id).email = "ines.morel@exemple.fr"
    assert "ines.morel@exemple.fr" in scene.client.get(url(message)).text
    assert post(scene, message, "renvoi").status_code == 303
    again = stored(scene)[0]
    assert (again.state, again.address, again.attempts) == (State.WAITING, "ines.morel@exemple.fr", 0)
    with scene.database.transaction() as session:
        session.get_one(Person, scene[1].person_id).email = None
    set_state(scene, message, state=State.FAILED)
    refused = post(scene, message, "renvoi")
    assert refused.status_code in (409, 422) and stored(scene)[0].state is State.FAILED


def test_what_left_is_shown_as_it_left(scene):
    scene.decide(1, "approve")
    (message,) = stored(scene)
    with scene.database.transaction() as session:
        row = session.get_one(OutgoingMessage, message.id)
        outbox.sent(
            session, row, at=AT + timedelta(minutes=11), subject="Un emploi", text="Bonjour <b>Inès</b>"
        )
    page = scene.client.get(url(message)).text
    check_markup(page)
    assert (
        "Bonjour &lt;b&gt;Inès&lt;/b&gt;" in page
        and "Envoyer maintenant" not in page
        and "Renvoyer" not in page
    )
    assert "Message parti le 4 novembre 2013 à 10 h 52" in re.sub(
        r"\s", " ", scene.client.get(scene.sheet_url(1)).text
    )


def test_another_agency_finds_nothing_and_the_administrator_no_name(scene):
    scene.decide(1, "approve")
    (message,) = stored(scene)
    set_state(scene, message, state=State.FAILED, error_code="server-down")
    with scene.database.transaction() as session:
        away = doors.account(session, agency=doors.an_agency(session, "Mission locale d'Abbeville"))
        admin = doors.account(session, "admin", name="Sophie Marchal")
    outside, sophie = doors.sign_in(scene.app, away), doors.sign_in(scene.app, admin)
    assert outside.get(url(message)).status_code == 404
    assert url(message) not in outside.get("/messages").text
    assert post(scene, message, "renvoi", client=outside).status_code == 404
    page = sophie.get("/messages").text
    check_markup(page)
    assert "Le serveur de courrier ne répond pas." in page
    for hidden in ("Inès", "Morel", "exemple.fr", url(message)):
        assert hidden not in page
    assert sophie.get(url(message)).status_code == 403
    assert post(scene, message, "renvoi", client=sophie).status_code == 403
    assert stored(scene)[0].state is State.FAILED


def released(session, row, sender_id):
    decision = ReviewDecision(
        proposal_id=row.id, actor_id=sender_id, action="send", from_state=ProposalState.AGREED,
        to_state=ProposalState.SENT, decided_on=ON, decided_at=AT,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    return Release(
        proposal_id=row.id, decision_id=decision.id, decided_by_id=sender_id, fields=["first_name", "full_name"],
        released_on=ON, contact_disclosed_on=ON,
    )  # fmt: skip


def test_a_message_that_names_people_of_another_agency_keeps_its_words(scene):
    """One message lists all who were sent for an offer; whoever signs it reads their own people's names alone."""
    with scene.database.transaction() as session:
        away = doors.an_agency(session, "Mission locale d'Abbeville")
        stranger = build.person(session, agency_id=away.id, given_names="Zoé", family_name="Canari")
        theirs = build.proposal(session, offer=session.merge(scene.offer), person=stranger)
        for key in (scene.proposals[0].id, theirs.id):
            row = session.get_one(MatchProposal, key)
            row.state = ProposalState.SENT
            session.add(released(session, row, scene.advisor.id))
        message = outbox.queue(
            session, "candidates", subject=("offer", scene.offer.id), address="asso@exemple.fr", on=ON, at=AT,
            organisation_id=scene.offer.organisation_id, sender_id=scene.advisor.id,
        )  # fmt: skip
    page = scene.client.get(url(message)).text
    assert "suivies par une autre agence" in page
    assert "Canari" not in page and "Zoé" not in page


def test_an_empty_list_says_what_will_come(scene):
    page = scene.client.get("/messages").text
    check_markup(page)
    assert "Aucun message pour le moment" in page and "courrier" in page


def test_in_production_without_a_server_the_list_says_that_messages_wait(scene, monkeypatch):
    page = importlib.import_module("web.pages.messages")
    settings = replace(scene.app.extensions["passerelle"].settings, environment="production")
    monkeypatch.setattr(page, "installation", lambda: SimpleNamespace(settings=settings))
    assert "PASSERELLE_SMTP" in scene.client.get("/messages").text


def test_the_morning_message_can_be_declined(scene):
    assert 'name="digest" value="on" checked' in scene.client.get("/compte").text
    token = doors.csrf(scene.client, "/compte")
    answer = scene.client.post("/compte/recapitulatif", data={"csrf_token": token})
    assert (
        answer.status_code == 303 and 'value="on" checked' in scene.client.get("/compte").text
    )  # shortcuts stay
    with scene.database.reading() as session:
        assert session.get_one(User, scene.advisor.id).preferences == {"digest": False}


def test_the_list_asks_the_base_as_often_for_many(scene):
    base = scene.database.engine
    scene.decide(1, "approve")
    few = queries(base, lambda: scene.client.get("/messages"))
    scene.decide(2, "approve")
    assert queries(base, lambda: scene.client.get("/messages")) == few
    assert clock.now() == AT
