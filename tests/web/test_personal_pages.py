"""What a young person meets behind a link, and what their advisor does with it (issue: the young person)."""

import re
from datetime import date, time

import pytest
import sqlalchemy as sa

from matching import attendance, collective, links, outbox, own_file, wishes
from matching.store.matches import MatchProposal
from matching.store.messages import AccessLink, OutgoingMessage, PersonRequest, Wish
from matching.store.people import Agency, DisabilityRecognition, Person
from matching.store.sessions import CollectiveSession, SessionAttendance
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, LinkKind, Party, ProposalState as State, RequestKind, RequestState
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web import doors, examining
from tests.web.test_policies import dump

BORN, WRONG = "14/05/1993", "15/05/1993"


class Scene(examining.Scene):
    """Inès is asked about a gardener's post; she holds an answer link and a link to her page."""

    def __init__(self, app, database, now):
        super().__init__(app, database, candidates=2)
        self.now = now
        with database.transaction() as session:
            advisor = session.merge(self.advisor)
            advisor.phone = "+33322000000"
            asked = session.get_one(MatchProposal, self.proposals[0].id)
            asked.state, asked.asked_on = State.PERSON_ASKED, date(2013, 11, 4)
            person = session.get_one(Person, asked.person_id)
            person.caseload_user_id, person.email = advisor.id, "ines@exemple.fr"
            self.person, self.ref = person.id, person.public_id
            _, self.answer = links.issue(
                session, LinkKind.ANSWER, at=now.at, proposal_id=asked.id, person_id=person.id
            )
            self.file = own_file.issue(session, person, actor_id=advisor.id, at=now.at)
        self.young = app.test_client()

    def get(self, path, client=None, status=200):
        answer = (client or self.young).get(path)
        assert answer.status_code == status, answer.text
        check_markup(answer.text)
        return answer.text

    def post(self, path, client=None, page=None, **data):
        client = client or self.young
        token = doors.csrf(client, page or path)
        answer = client.post(path, data={"csrf_token": token, **data})
        if answer.mimetype == "text/html" and answer.status_code != 303:
            check_markup(answer.text)
        return answer

    def say(self, said, client=None, **more):
        return self.post(f"/reponse/{self.answer}", client, page="/connexion", answer=said, **more)

    def open_page(self, client=None):
        client = client or self.young
        assert self.post(f"/moi/{self.file}", client, born=BORN).status_code == 303
        return f"/moi/{self.file}"

    def rows(self, model):
        with self.database.reading() as session:
            return session.scalars(sa.select(model).order_by(model.id)).all()

    def link(self, kind):
        return [row for row in self.rows(AccessLink) if row.kind is kind][-1]


@pytest.fixture
def scene(app, database, now):
    return Scene(app, database, now)


# --- the answer to one proposal


def test_fetching_a_link_any_number_of_times_changes_nothing(scene):
    """Acceptance case 9: robots that read messages follow links."""
    before = dump(scene.app)
    for _ in range(3):
        page = scene.get(f"/reponse/{scene.answer}")
        scene.young.head(f"/reponse/{scene.answer}")
        scene.young.get(f"/moi/{scene.file}"), scene.young.head(f"/moi/{scene.file}")
    assert dump(scene.app) == before
    assert "Bonjour Inès" in page and "03\u00a022\u00a000\u00a000\u00a000" in page
    for hidden in ("Hocquet", "14/05/1993", "80021", "RQTH", "0,9", "90"):
        assert hidden not in page, "no more than the message says"


def test_a_link_that_went_to_a_wrong_address_opens_no_more_once_it_is_corrected(scene):
    """Whoever has that mailbox read the offer, and could have answered in the person's place."""
    with scene.database.transaction() as session:
        message = outbox.queue(
            session, "ask_person", subject=("proposal", scene[1].id), address="Ines@exemple.fr",
            on=date(2013, 11, 4), at=scene.now.at, person_id=scene.person,
        )  # fmt: skip
        session.get_one(AccessLink, scene.link(LinkKind.ANSWER).id).message_id = message.id
    scene.get(f"/reponse/{scene.answer}")
    for corrected in ("ines.morel@exemple.fr", None):
        with scene.database.transaction() as session:
            session.get_one(Person, scene.person).email = corrected
        assert "Bonjour Inès" not in scene.get(f"/reponse/{scene.answer}", status=410)
        assert scene.say("yes").status_code == 410
    assert scene.decisions() == []


def test_yes_is_given_once_however_often_the_button_is_pressed(scene):
    first, second = scene.say("yes"), scene.say("yes")
    assert (first.status_code, second.status_code) == (303, 303)
    assert scene.decisions() == [("yes", None, None, None)]
    assert scene[1].state is State.AGREED and scene.link(LinkKind.ANSWER).used_at is not None
    page = scene.get(first.location)
    assert (
        "Vous avez dit oui le lundi 4\u00a0novembre" in page.replace("&nbsp;", "\u00a0")
        or "Vous avez dit oui" in page
    )
    assert "changez d’avis" in page and "tel:+33322000000" in page
    other = scene.say("no")
    assert other.status_code == 409 and "n’est pas enregistrée" in other.text
    assert scene[1].state is State.AGREED


def test_no_needs_no_reason_and_carries_a_next_step(scene):
    done = scene.say("no", reason="<script>")
    assert scene.decisions() == [("no", None, None, None)]
    page = scene.get(done.location)
    assert "Vous avez dit non" in page and "D’autres offres arrivent" in page


def test_a_question_waits_for_its_answer_and_leaves_the_proposal_as_it_is(scene):
    assert scene.say("question", words="").status_code == 422
    for _ in range(2):
        assert scene.say("question", words="Faut-il le permis ?").status_code == 303
    (asked,) = scene.rows(PersonRequest)
    assert (asked.kind, asked.words, asked.due_on) == (
        RequestKind.QUESTION, "Faut-il le permis ?", date(2013, 11, 6),
    )  # fmt: skip
    assert scene[1].state is State.PERSON_ASKED and scene.link(LinkKind.ANSWER).used_at is None
    assert "Faut-il le permis" in scene.client.get("/").text or "question sur" in scene.client.get("/").text


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("unknown", 404, "n’existe pas"),
        ("expired", 410, "n’est plus valable"),
        ("revoked", 410, "remplacé"),
        ("file", 404, "n’existe pas"),
    ],
)
def test_a_link_that_opens_nothing_says_what_to_do_and_changes_nothing(scene, now, what, status, said):
    token = {"unknown": "x" * 43, "file": scene.file}.get(what, scene.answer)
    if what == "expired":
        now.forward(days=14)
    if what == "revoked":
        with scene.database.transaction() as session:
            links.revoke(session, AccessLink.kind == LinkKind.ANSWER, at=now.at)
    before = dump(scene.app)
    page = scene.get(f"/reponse/{token}", status=status)
    assert said in page and re.search("[Aa]ppelez|dernier lien", page)
    assert scene.post(f"/reponse/{token}", page="/connexion", answer="yes").status_code == status
    assert dump(scene.app) == before


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [(State.CLOSED, 410, "pas à cause de vous"), (State.APPROVED, 410, "plus proposée")],
)
def test_an_offer_that_is_over_meanwhile_says_so_kindly(scene, state, status, said):
    scene.change(1, state=state, closed_on=date(2013, 11, 4))
    page = scene.get(f"/reponse/{scene.answer}", status=status)
    assert said in page and "D’autres offres arrivent" in page
    before = dump(scene.app)
    assert scene.say("yes").status_code == 409
    assert dump(scene.app) == before


def test_who_answered_on_the_phone_reads_what_was_noted(scene):
    scene.decide(1, "yes")
    assert "oui à Claire Delmotte" in scene.get(f"/reponse/{scene.answer}")
    assert scene.say("no").status_code == 409


# --- the page of the person


def test_five_wrong_birth_dates_close_the_link_and_the_right_one_comes_too_late(scene):
    path = f"/moi/{scene.file}"
    for left in (4, 3, 2, 1):
        answer = scene.post(path, born=WRONG)
        assert answer.status_code == 422 and f"{left}" in answer.text
    assert scene.post(path, born=WRONG).status_code == 410
    assert scene.post(path, page="/connexion", born=BORN).status_code == 410
    assert "cinq fois" in scene.get(path, status=410)
    assert [row.action for row in scene.rows(AuditEvent)].count("own.birth-date-failed") == 5


@pytest.mark.parametrize("typed", ["hier", " ", "", "99/99/9999"])
def test_what_cannot_be_read_as_a_date_is_no_try(scene, typed):
    assert scene.post(f"/moi/{scene.file}", born=typed).status_code == 422
    assert scene.link(LinkKind.FILE).tries == 0


def test_the_page_opens_to_the_browser_that_proved_it_and_for_half_an_hour(scene, now):
    path = scene.open_page()
    assert "Mes droits" in scene.get(path)
    stranger = scene.app.test_client()
    assert "Mes droits" not in scene.get(path, stranger)
    for part in ("correction", "souhaits", "effacement"):
        assert stranger.get(f"{path}/{part}").status_code == 303
        scene.get(f"{path}/{part}")
    now.forward(minutes=29)
    assert "Mes droits" in scene.get(path)
    now.forward(minutes=2)
    assert "date de naissance" in scene.get(path) and "Mes droits" not in scene.get(path)
    late = scene.post(f"{path}/correction", page="/connexion", fact="phone", words="Le 06")
    assert late.status_code == 303 and len(scene.rows(PersonRequest)) == 1, "typed slowly, not lost"
    now.forward(minutes=30)
    late = scene.post(f"{path}/correction", page="/connexion", fact="email", words="autre")
    assert "fait=own-again" in late.location and len(scene.rows(PersonRequest)) == 1


def test_closing_the_page_and_a_newer_link_end_it(scene):
    path = scene.open_page()
    assert scene.post(f"{path}/fermeture", page=path).status_code == 303
    assert "Mes droits" not in scene.get(path)
    scene.open_page()
    given = scene.post(f"/candidats/{scene.ref}/lien-personnel", scene.client, page="/compte")
    assert given.status_code == 200 and "/moi/" in given.text
    assert "remplacé" in scene.get(path, status=410)
    assert scene.file not in given.text


def test_the_page_says_why_which_rights_and_what_is_known(scene):
    scene.change(2, person_id=scene.person, state=State.CLOSED, closed_on=date(2013, 11, 4))
    path = scene.open_page()
    page = scene.get(path)
    for said in (
        "métier que vous cherchez", "On attend votre réponse", "Emploi d’avenir", "06\u00a039\u00a098\u00a000\u00a000",
        "1 rue du Hocquet", "14\u00a0mai 1993", "Sans emploi",
    ):  # fmt: skip
        assert said in page.replace("14 mai", "14\u00a0mai"), said
    assert "Reconnaissance de travailleur" not in page, "nothing is on file"
    assert page.count("Êtes-vous d’accord") == 1, "one offer waits"
    assert "Hugo" not in page and "score" not in page


def test_a_recognition_on_file_is_shown_to_its_person_alone_and_its_reading_noted(scene):
    with scene.database.transaction() as session:
        session.add(
            DisabilityRecognition(
                person_id=scene.person, value=scene.database.seal.close("yes"),
                stated_on=date(2013, 1, 7), source="cap-emploi",
            )
        )  # fmt: skip
    path = scene.open_page()
    assert "Reconnaissance de travailleur handicapé" in scene.get(path)
    assert "recognition.read" in [row.action for row in scene.rows(AuditEvent)]
    assert "RQTH" not in scene.get(f"/reponse/{scene.answer}")
    assert "handicap" not in scene.get(f"/candidats/{scene.ref}/lettre", scene.client)


def test_answers_from_the_page(scene):
    path = scene.open_page()
    ref = scene.proposals[0].public_id
    stranger = scene.proposals[1].public_id
    assert scene.post(f"{path}/reponse", page=path, proposal=stranger, answer="yes").status_code == 409
    assert scene.post(f"{path}/reponse", page=path, proposal="x", answer="yes").status_code == 409
    assert scene.post(f"{path}/reponse", page=path, proposal=ref, answer="question").status_code == 422
    done = scene.post(f"{path}/reponse", page=path, proposal=ref, answer="no", reason="mobility")
    assert done.status_code == 303
    assert scene.decisions() == [("no", "mobility", None, None)]
    assert "Pas d’offre pour vous" in scene.get(done.location)


def test_wishes_are_an_edit_of_the_file_like_another(scene):
    path = f"{scene.open_page()}/souhaits"
    with scene.database.reading() as session:
        version = session.get_one(Person, scene.person).version
    typed = {
        "title_1": "Vendeuse en boulangerie",
        "title_2": "jardinière",
        "hours": "part",
        "mobility_km": "12,5",
    }
    wrong = scene.post(path, version=version, **typed | {"mobility_km": "loin"})
    assert wrong.status_code == 422 and "Vendeuse en boulangerie" in wrong.text
    assert scene.post(path, version=version, **typed).status_code == 303
    with scene.database.reading() as session:
        person = session.get_one(Person, scene.person)
        assert (person.wanted_title, person.wished_hours, person.mobility_km) == (
            "Vendeuse en boulangerie",
            "part",
            12.5,
        )
        assert wishes.stated(session, person).titles == ("Vendeuse en boulangerie", "jardinière")
    assert [row.rank for row in scene.rows(Wish)] == [1, 2]
    late = scene.post(path, version=version, **typed | {"title_1": "Cuisinière"})
    assert late.status_code == 409 and "Cuisinière" in late.text, "typed on an older page: kept, not written"
    page = scene.get(f"/candidats/{scene.ref}", scene.client)
    assert "Souhaits dits par la personne" in page and "Vendeuse en boulangerie, jardinière" in page


def test_a_correction_and_an_erasure_are_asked_once_and_answered_in_words(scene, now):
    path = scene.open_page()
    nir = scene.post(f"{path}/correction", fact="phone", words="2 95 10 99 126 111 93")
    assert nir.status_code == 422 and "sécurité sociale" in nir.text
    for _ in range(2):
        scene.post(f"{path}/correction", fact="phone", words="Mon numéro est le 06 00 00 00 00")
        scene.post(f"{path}/effacement", words="")
    correction, erasure = scene.rows(PersonRequest)
    assert {correction.due_on, erasure.due_on} == {date(2013, 12, 4)}
    for request in (correction, erasure):
        scene.get(f"/demandes/{request.public_id}", scene.client)

    def answer(request, **data):
        return scene.post(f"/demandes/{request.public_id}/reponse", scene.client, page="/compte", **data)

    assert answer(correction, state="refused", words="").status_code == 422
    assert answer(erasure, state="done", words="Fait").status_code == 422, "the file still exists"
    done = answer(correction, state="done", words="C’est corrigé.")
    assert done.status_code == 303 and "fait=request-told" in done.location
    assert answer(correction, state="refused", words="Non").status_code == 409
    (told,) = [row for row in scene.rows(OutgoingMessage) if row.kind == "request_answered"]
    assert (told.subject_id, told.address, told.sender_id) == (
        correction.id,
        "ines@exemple.fr",
        scene.advisor.id,
    )
    assert "C’est corrigé." in scene.get(path)
    assert scene.rows(PersonRequest)[0].state is RequestState.DONE
    colleague = scene.get("/demandes", scene.client)
    assert "effacer la fiche" in colleague and "corriger" not in colleague.lower().replace("corriger un", "")


def test_no_token_is_kept_or_noted_anywhere(scene):
    path = scene.open_page()
    scene.get(path), scene.say("yes")
    text = "\n".join(dump(scene.app)) + repr(
        [(row.subject_id, row.details) for row in scene.rows(AuditEvent)]
    )
    assert scene.file not in text and scene.answer not in text
    for page in (scene.get(path), scene.get(f"/reponse/{scene.answer}")):
        outside = [
            link for link in re.findall(r'href="([^"#]+)"', page) if not link.startswith(f"/moi/{scene.file}")
        ]
        assert not [link for link in outside if scene.file in link or scene.answer in link]
        assert not [link for link in outside if link.startswith("http")]
    answer = scene.young.get(path)
    assert (
        answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "same-origin"
    )
    assert len(scene.young._cookies) == 1


# --- the advisor: link, letter, call


def test_a_link_is_refused_without_a_birth_date_and_says_why(scene):
    with scene.database.transaction() as session:
        session.get_one(Person, scene.person).birth_date = None
    given = scene.post(f"/candidats/{scene.ref}/lien-personnel", scene.client, page="/compte")
    assert given.status_code == 422 and "date de naissance" in given.text and "/moi/" not in given.text


def test_the_letter_says_what_the_page_says_and_nothing_that_an_envelope_should_not_hold(scene):
    letter = scene.get(f"/candidats/{scene.ref}/lettre", scene.client)
    for said in (
        "métier que vous cherchez",
        "Répondez avant le",
        "03\u00a022\u00a000\u00a000\u00a000",
        "1 rue du Hocquet",
        "Non merci",
    ):
        assert said in letter, said
    assert (
        "14/05/1993" not in letter
        and "/100" not in letter
        and "droit" not in letter.lower().replace("endroit", "")
    )


@pytest.mark.parametrize(
    ("state", "said", "steps"),
    [
        (State.PERSON_ASKED, "yes", ["yes"]),
        (State.APPROVED, "yes", ["contact", "yes"]),
        (State.APPROVED, "no", ["contact", "no"]),
        (State.APPROVED, "question", ["contact"]),
        (State.APPROVED, "no_answer", []),
    ],
)
def test_a_call_notes_contact_and_answer_in_one_press(scene, state, said, steps):
    scene.change(1, state=state)
    row = scene[1]
    path = f"/propositions/{row.public_id}/appel"
    assert "avez-vous" not in scene.get(path, scene.client)
    data = {"version": row.version, "state": str(row.state), "answer": said, "words": "Quels horaires ?"}
    assert scene.post(path, scene.client, **data).status_code == 303
    assert [step[0] for step in scene.decisions()] == steps
    assert len(scene.rows(PersonRequest)) == (said == "question")
    assert (scene[1].called_on == date(2013, 11, 4)) == (said == "no_answer")
    if steps:
        again = scene.post(path, scene.client, **data)
        assert again.status_code == (409 if said != "question" else 303)
        assert [step[0] for step in scene.decisions()] == steps


def test_the_pages_ask_the_base_as_often_for_one_offer_as_for_five(scene):
    path = scene.open_page()

    def asked():
        return queries(scene.database.engine, lambda: scene.get(path))

    one = asked()
    with scene.database.transaction() as session:
        for _ in range(4):
            build.proposal(
                session, person=session.get_one(Person, scene.person), state=State.PERSON_ASKED, wake_on=None
            )
    assert asked() == one


def test_the_number_to_call_back_is_ones_own_to_say(scene):
    assert scene.post("/compte/telephone", scene.client, page="/compte", phone="allo").status_code == 422
    assert (
        scene.post("/compte/telephone", scene.client, page="/compte", phone="03 53 01 00 10").status_code
        == 303
    )
    assert "03\u00a053\u00a001\u00a000\u00a010" in scene.get(f"/reponse/{scene.answer}")
    assert scene.post("/compte/telephone", scene.client, page="/compte", phone="").status_code == 303
    assert "tel:" not in scene.get(f"/reponse/{scene.answer}")


# --- the next collective sessions


def test_the_next_sessions_are_joined_and_left_from_ones_own_page(scene):
    with scene.database.transaction() as session:
        person = session.get_one(Person, scene.person)
        elsewhere = build._add(session, Agency(name="Ailleurs", kind=AgencyKind.MISSION_LOCALE))
        made = [
            collective.plan(
                session, agency, collective.Plan(day, time(9, 30), time(11, 30), theme, "Atrium", 1), actor_id=None,
                party=Party.ADVISOR, on=date(2013, 11, 4), at=scene.now.at,
            ).id
            for agency, day, theme in (
                (person.agency_id, date(2013, 11, 5), "Préparer"), (person.agency_id, date(2013, 11, 7), "Offres"),
                (elsewhere.id, date(2013, 11, 6), "Autre"),
            )
        ]  # fmt: skip
        other = build.person(session)
        attendance.register(
            session, session.get_one(CollectiveSession, made[1]), other, actor_id=None, on=date(2013, 11, 4), at=scene.now.at
        )  # fmt: skip
    path = f"/moi/{scene.file}/seances"
    assert scene.young.get(path).status_code == 303, "the birth date first"
    scene.open_page()
    shown = scene.get(path)
    assert "Je m’inscris" in shown and "J’attends une place" in shown and "Autre" not in shown

    def states():
        return [row.state for row in scene.rows(SessionAttendance) if row.person_id == scene.person]

    assert "fait=own-session" in scene.post(path, session=str(made[0])).headers["Location"]
    assert scene.post(path, session=str(made[0])).status_code == 409
    assert "own-session-waiting" in scene.post(path, session=str(made[1])).headers["Location"]
    assert [scene.post(path, session=text).status_code for text in (str(made[2]), "x", "999")] == [404] * 3
    assert [str(each) for each in states()] == ["registered", "waiting"]
    assert "own-session-left" in scene.post(path, session=str(made[0]), answer="non").headers["Location"]
    assert [str(each) for each in states()] == ["withdrawn", "waiting"]
    acts = [row.action for row in scene.rows(AuditEvent) if row.action.startswith("session.")]
    assert acts[-3:] == ["session.register", "session.wait", "session.withdraw"]
