"""The issues' lists of bad input: a French sentence that says what to do, the state as before, nothing sent twice.

Said elsewhere, beside what it is about:

- a link of one's own (files): test_personal_pages::test_a_link_that_opens_nothing_says_what_to_do_and_changes_nothing,
  ::test_five_wrong_birth_dates_close_the_link_and_the_right_one_comes_too_late,
  ::test_the_page_opens_to_the_browser_that_proved_it_and_for_half_an_hour (a copied one asks again);
  an employer's: test_employer_pages::test_links_that_do_not_open_say_so_in_words; of an account: test_doors_links
- an offer form with errors, by an advisor: test_offers_forms::test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_kept
- a claim outside its window: test_placement_follow_up::test_a_claim_outside_its_window_is_refused_in_words (advisor),
  test_employer_pages::test_after_its_window_a_paper_is_lost_and_said_so (employer)
- a break before the start, by the employer: test_employer_pages::test_the_employers_own_steps_follow_the_table
- dates out of order: test_placements_pages::test_a_refused_step_is_told_at_its_field_everything_typed_is_kept_and_nothing_written
  (request before promise, promise before the choice, end of trial before the start),
  test_placement_follow_up::test_a_suspension_shows_its_days_and_refuses_those_that_do_not_fit
- mail server down, mailbox refused: test_mail_delivery::test_what_the_server_refuses_for_good_fails_and_changes_nothing_else,
  ::test_a_server_away_for_a_day_loses_nothing, ::test_killed_between_the_server_and_the_note_it_is_not_sent_again_by_itself,
  test_messages_pages::test_a_refused_address_is_told_on_the_sheet_at_home_and_sent_again_once_corrected
- a full session, a second registration: test_sessions_pages::test_registered_by_name_full_waiting_withdrawn_and_every_refusal_says_what_to_do;
  a full group, a second time in it: test_club_entry_pages::test_registered_with_what_was_seen_then_full_then_the_waiting_list
- attendance stated twice from two phones: test_sessions_pages::test_two_phones_state_the_day_disagree_are_settled_and_it_is_closed,
  browser/test_attendance; of a closed session: the same
- a pause that overlaps: test_club_pages::test_a_pause_pushes_the_weeks_and_an_overlap_names_the_other
- a register without its year: test_outreach_pages::test_the_year_of_a_file_without_one_is_said_on_the_page,
  integration/test_outreach_register::test_without_a_year_associations_are_kept_a_warning_says_what_to_do_and_the_year_is_said_later
- a session or a slot on a public holiday: test_sessions_pages::test_planned_changed_cancelled_with_who_is_told_said_before,
  ::test_slots_and_closures_are_settings_seen_before_they_are_confirmed
"""

import re
import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import url_for

from matching import clock, links
from matching.store.follow_up import CheckIn
from matching.store.messages import AccessLink, OutgoingMessage
from matching.store.organisations import Offer
from matching.store.placements import PlacementEvent
from matching.store.upkeep import AuditEvent
from matching.vocabulary import (
    EmployerKind,
    LinkKind,
    MessageState,
    PlacementState,
    ProposalState,
    Sector,
    SessionState,
)
from tests import build, hires
from tests.integration.test_club_entry import Scene as ClubScene
from tests.markup import check_markup
from tests.web import doors, examining, hiring, planned
from tests.web.test_employer_offers import typed
from tests.web.test_policies import dump
from tests.web.trying import Scene, on, plain, said, words

#: What a sentence tells its reader to do.
TO_DO = re.compile(r"(?i)\b(demandez|appelez|recopiez|ouvrez|utilisez|créez|connectez|rechargez|corrigez)")
ENGLISH = ("Traceback", "link-", "expired", "revoked", "unknown", "None")


class Links(Scene):
    """One link of each kind that opens without an account, each with the answer that its page may be sent."""

    def __init__(self, app, database):
        with database.transaction() as session:
            made = hires.running(session, agency=doors.an_agency(session))
            at = clock.now()
            check_in = session.scalars(
                sa.select(CheckIn).where(CheckIn.placement_id == made.id).order_by(CheckIn.id)
            ).first()
            check_in.due_on = date(2013, 11, 4)
            subject = {"check_in_id": check_in.id, "placement_id": made.id}
            self.check_in = links.issue(session, LinkKind.CHECK_IN, at=at, **subject)[1]
            reader = doors.account(session)
            self.feed = links.issue(session, LinkKind.FEED, at=at, user_id=reader.id)[1]
        super().__init__(app, database)
        self.set_proposal(ProposalState.PERSON_ASKED)
        self.nobody = app.test_client()

    def set_proposal(self, state):
        self.set(type(self.proposal), self.proposal.id, state=state)

    @property
    def doors(self):
        """kind -> (address, how its button is sent, what it sends); None: a calendar has no button"""
        ref = self.proposal.public_id
        return {
            "answer": (f"/reponse/{self.answer_token}", "", {"answer": "yes"}),
            "employer": (f"/reponse/employeur/{self.employer_token}", f"/{ref}", {"answer": "rencontre", "state": "sent"}),
            "refresh": (f"/reponse/offre/{self.refresh_token}", "", {}),
            "check_in": (f"/reponse/suivi/{self.check_in}", "", {"still_there": "oui", "how": "wants_to_leave"}),
            "file": (f"/moi/{self.file_token}", "", {"born": "14/05/1993"}),
            "feed": (f"/agenda/{self.feed}.ics", "", None),
        }  # fmt: skip


@pytest.fixture
def bench(app, database):
    made = Links(app, database)
    yield made
    made.close()


def refused(bench, address, button, data, status):
    """Looked at, then pressed: both times the same answer, a sentence that says what to do, nothing written."""
    before = bench.rows()
    answers = [bench.nobody.get(address)]
    if data is not None:
        answers += [bench.post(bench.nobody, address + button, **data) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == status, (address, answer.status_code)
        told = words(answer)
        if answer.mimetype == "text/html":
            check_markup(answer.text)
            told = plain(answer.text.split("<main")[1].split("</main")[0])
            assert "<form" not in answer.text.split("<main")[1].split("</main")[0], address
        assert TO_DO.search(told), (address, told)
        assert not any(word in told for word in ENGLISH), told
        for theirs in ("Morel", "Inès", "1993"):
            assert theirs not in told
    assert bench.rows() == before, address


def test_a_robot_that_fetches_a_link_of_any_kind_changes_nothing(bench):
    """Acceptance case 9: GET and HEAD, twice; no message is queued, nothing is noted as read."""
    for kind, (address, _, _) in bench.doors.items():
        before, trail = bench.rows(), bench.lines(AuditEvent)
        for _ in range(2):
            robot = bench.app.test_client()
            assert robot.get(address).status_code == 200, kind
            assert robot.head(address).status_code == 200, kind
        assert (bench.rows(), bench.lines(AuditEvent)) == (before, trail), kind


def test_a_link_of_any_kind_that_is_over_or_copied_wrong_opens_nothing(bench):
    for kind, (address, button, data) in bench.doors.items():
        for change in ("expired", "revoked"):
            with bench.attempt():
                at = clock.now()
                values = (
                    {"expires_at": at - timedelta(seconds=1)} if change == "expired" else {"revoked_at": at}
                )
                bench.connection.execute(
                    sa.update(AccessLink).where(AccessLink.kind == LinkKind(kind)).values(**values)
                )
                refused(bench, address, button, data, 410)
        token = re.search(r"[\w-]{43}", address)[0]
        refused(bench, address.replace(token, token[:-4]), button, data, 404)
        for other, (theirs, with_button, sent) in bench.doors.items():  # copied behind another address
            if other != kind:
                refused(
                    bench, theirs.replace(re.search(r"[\w-]{43}", theirs)[0], token), with_button, sent, 404
                )


def test_a_link_that_has_served_says_so_and_does_it_once(bench):
    """Copied to a friend or kept in a message: what it was for is done, and another answer through it changes nothing."""
    for kind, again, status in (
        ("answer", {"answer": "no"}, 409),
        ("employer", {"answer": "non-retenu", "state": "sent", "reason": "skills"}, 409),
        ("refresh", {}, 303),
        ("check_in", {"still_there": "non", "how": "wants_to_leave"}, 409),
    ):  # fmt: skip
        with bench.attempt():
            if kind == "employer":
                bench.set_proposal(ProposalState.SENT)
            address, button, data = bench.doors[kind]
            first = bench.post(bench.nobody, address + button, **data)
            assert first.status_code == 303, (kind, said(first))
            after = bench.rows()
            friend = bench.app.test_client()
            late = bench.post(friend, address + button, **again)
            assert late.status_code == status, (kind, late.status_code)
            assert status == 303 or re.search("déjà|nregistrée|rien changé|a été notée", words(late)), (
                kind,
                words(late),
            )
            assert friend.get(address).status_code == 200
            assert bench.rows() == after, kind


def test_an_offer_form_with_errors_keeps_the_draft_and_sends_nothing(app, database):
    """Everything wrong is told at once, each at its field."""
    with database.transaction() as session:
        house = build.organisation(session, siret="73282932000074", legal_kind=EmployerKind.ASSOCIATION)
        user = doors.account(session, "employer", organisation_id=house.id)
    client, ref = doors.sign_in(app, user), uuid.uuid4()
    wrong = typed(
        client, ref=str(ref), months="trente", weekly_hours="beaucoup", positions="0", starts_on="31/02/2014",
        contact_email="club", title="", etape="verifier",
    )  # fmt: skip
    for _ in range(2):
        answer = client.post(f"/offres/{ref}/modifier", data=wrong)
        assert answer.status_code == 422
        check_markup(answer.text)
        for field in ("title", "months", "weekly_hours", "positions", "starts_on", "contact_email"):
            assert f'id="{field}-erreur"' in answer.text, field
        for value in ("trente", "beaucoup", "31/02/2014", "club"):
            assert f'value="{value}"' in answer.text, value
    unsent = client.post(f"/offres/{ref}/verifier", data={"csrf_token": wrong["csrf_token"]})
    assert unsent.status_code == 422 and "à corriger" in words(unsent)
    with database.reading() as session:
        assert session.scalars(sa.select(Offer.id)).all() == []
        assert session.scalars(sa.select(OutgoingMessage.id)).all() == []
    assert "Éducateur" not in client.get(f"/offres/{ref}/modifier").text and "beaucoup" in client.get(f"/offres/{ref}/modifier").text  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sector", "sentence"),
    [
        (EmployerKind.STATE, Sector.PUBLIC, "Les services de l'État n'y ont pas droit"),
        (EmployerKind.PRIVATE_PERSON, Sector.MARKET, "articuliers"),
    ],
)
def test_an_employer_that_is_not_entitled_is_refused_in_words_by_every_page(
    app, database, kind, sector, sentence
):
    """By its own form, and by an advisor who takes the offer down for it; an ordinary contract stays open to it."""
    with database.transaction() as session:
        house = build.organisation(session, siret="73282932000074", sector=sector, legal_kind=kind)
        user = doors.account(session, "employer", organisation_id=house.id)
    client, ref = doors.sign_in(app, user), uuid.uuid4()
    for scheme, terms in (
        ("emploi_avenir", {}), ("emploi_franc", {"contract_kind": "CDI", "months": ""}),
    ):  # fmt: skip
        form = typed(client, ref=str(ref), scheme=scheme, etape="verifier", **terms)
        answer = client.post(f"/offres/{ref}/modifier", data=form)
        assert answer.status_code == 422 and sentence in words(answer), scheme
        assert "choisissez-en un autre" in words(answer), scheme
        sent = client.post(f"/offres/{ref}/verifier", data={"csrf_token": form["csrf_token"]})
        assert sent.status_code == 422, scheme
    with database.reading() as session:
        assert session.scalars(sa.select(Offer.id)).all() == []
        assert session.scalars(sa.select(OutgoingMessage.id)).all() == []
    ordinary = typed(client, ref=str(ref), scheme="droit_commun", etape="verifier")
    assert client.post(f"/offres/{ref}/modifier", data=ordinary).status_code == 303


def test_a_break_before_the_start_is_refused(app, monkeypatch):
    """Nothing is broken that has not begun, nor on a day before it began."""
    on(monkeypatch, app, "2013-12-02")
    ref, client = hiring.hire(app), hiring.advisor(app)
    before = hiring.step(client, ref, "break_trial", on="17/11/2013", who="resigned")
    assert before.status_code == 409 and "Cette étape n'est plus à noter" in said(before)
    assert hiring.step(client, ref, "start", on="18/11/2013").status_code == 303
    for fields in ({"who": "resigned"}, {"who": "employer_ended", "motive": "other_dismissal"}):
        answer = hiring.step(client, ref, "break_trial", on="17/11/2013", **fields)
        assert answer.status_code == 422
        assert "L'étape précédente est notée le 18 novembre 2013" in said(answer)
        check_markup(answer.text)
    made = hiring.stored(app, ref)
    assert (made.state, made.ended_on) == (PlacementState.STARTED, None)
    with hiring.base_of(app).reading() as session:
        actions = session.scalars(sa.select(PlacementEvent.action).order_by(PlacementEvent.id)).all()
    assert actions[-1] == "start" and "break_trial" not in actions


@pytest.mark.parametrize("code", ["server-down", "mailbox-refused", "mailbox-busy", "message-refused"])
def test_a_message_that_could_not_leave_says_why_and_what_to_do_and_is_sent_again_once(
    app, database, now, code
):
    """On the list, on its own page and beside the decision; the proposal as before. Two clicks make one message."""
    scene = examining.Scene(app, database, candidates=1)
    with database.transaction() as session:
        person = session.get_one(hires.build.Person, scene.proposals[0].person_id)
        person.email, person.contact_agreed = "ines@exemple.fr", True
    scene.decide(1, "approve")
    with database.transaction() as session:
        message = session.scalars(sa.select(OutgoingMessage)).one()
        message.state, message.error_code, message.attempts = MessageState.FAILED, code, 1
        ref = message.public_id
    token = doors.csrf(scene.client, "/compte")
    page = scene.client.get(f"/messages/{ref}")
    check_markup(page.text)
    assert re.search(r"(?i)(vérifiez|appelez|corrigez|repart tout seul)", words(page)), words(page)
    assert scene[1].state is ProposalState.APPROVED
    first = scene.client.post(f"/messages/{ref}/renvoi", data={"csrf_token": token})
    again = scene.client.post(f"/messages/{ref}/renvoi", data={"csrf_token": token})
    assert (first.status_code, again.status_code) == (303, 409)
    check_markup(again.text)
    with database.reading() as session:
        (kept,) = session.scalars(sa.select(OutgoingMessage)).all()
    assert (kept.state, kept.attempts) == (MessageState.WAITING, 0)
    assert scene[1].state is ProposalState.APPROVED


def test_a_session_that_is_over_or_closed_takes_nobody_more(app, database):
    """Twice the same sentence, beside the name that was looked for; an empty chair changes nothing."""
    with database.transaction() as session:
        person = build.person(session, agency_id=doors.an_agency(session).id)
        ref = str(person.public_id)
        made = [
            planned.held(session, date(2013, 10, 31)),
            planned.held(
                session, date(2013, 10, 29), state=SessionState.CLOSED, closed_on=date(2013, 10, 29)
            ),
            planned.held(
                session, date(2013, 11, 7), state=SessionState.CANCELLED, cancelled_reason="travaux"
            ),
        ]
        keys = [row.id for row in made]
        users = [doors.account(session, kind) for kind in ("animator", "advisor")]
    clients = [doors.sign_in(app, user) for user in users]
    before = dump(app)
    for key, sentence in zip(
        keys, ("choisissez la prochaine", "clôturée", "choisissez-en une autre"), strict=True
    ):
        for client in clients:
            form = {"csrf_token": doors.csrf(client, "/seances"), "person": ref, "q": "morel"}
            refused = client.post(f"/seances/{key}/inscription?q=morel", data=form)
            assert refused.status_code == 422 and sentence in words(refused), (key, words(refused))
            check_markup(refused.text)
    assert dump(app) == before


def test_who_is_outside_the_terms_of_the_club_is_not_registered_and_what_was_heard_stays(app, database):
    with database.transaction() as session:
        scene = ClubScene(session, seats=2)
        old = scene.person(given_names="Paul", birth_date=date(1980, 1, 1)).public_id
        group, user = scene.cohort.public_id, scene.rachida
    client = doors.sign_in(app, user)
    page = f"/club/candidats/{old}/inscription"
    form = {
        "csrf_token": doors.csrf(client, page), "cohort": str(group), "availability": "Libre, dit au téléphone",
        "consent": "y", "version": "0",
    }  # fmt: skip
    before = dump(app)
    for act in ("", "attente"):
        refused = client.post(page, data={**form, "act": act})
        assert refused.status_code == 422 and "son conseiller la corrige" in words(refused)
        assert 'value="Libre, dit au téléphone"' in refused.text.replace("\u00a0", " ")
        check_markup(refused.text)
    assert dump(app) == before


def test_asking_for_the_head_of_a_form_is_a_look_and_sends_nothing(app, database):
    """Addresses that answer GET and POST take a HEAD for a GET: robots send it."""
    with database.transaction() as session:
        users = [doors.account(session, kind) for kind in ("advisor", "employer", "admin")]
    clients = [doors.sign_in(app, user) for user in users]
    forms = [rule for rule in app.url_map.iter_rules() if {"GET", "POST"} <= rule.methods]
    assert len(forms) > 15
    before, looked = dump(app), 0
    for rule in forms:
        values = {name: "x" * 43 if name == "token" else uuid.uuid4() for name in rule.arguments}
        with app.test_request_context():
            address = url_for(rule.endpoint, **values)
        for client in clients:
            statuses = client.get(address).status_code, client.head(address).status_code
            assert statuses[0] == statuses[1], (address, statuses)
            looked += statuses[0] == 200
    assert looked > 5 and dump(app) == before
