"""The words of every kind of message: short, one link, nothing personal in a subject, and nothing of theirs in a header."""

import re
from datetime import time, timedelta
from email import message_from_bytes, policy

import pytest

from matching import accounts, outbox, outreach_letters, placements, report, report_model, telling
from matching.offers import OfferAction, change
from matching.proposals import Details, ProposalAction as Action, review
from matching.report_model import Highlight, Month
from matching.store.accounts import Invitation
from matching.store.campaign import Outreach
from matching.store.club import Club, ClubMembership
from matching.store.follow_up import BreakGlass, CheckIn, HandOver
from matching.store.matches import Release, ReviewDecision
from matching.store.messages import AccessLink, OutgoingMessage, PersonRequest
from matching.store.organisations import Offer
from matching.store.people import Person
from matching.store.placements import AidMilestone
from matching.store.sessions import CollectiveSession
from matching.store.upkeep import PublishedReport
from matching.vocabulary import (
    RELEASED_PROPOSALS,
    AgencyKind,
    CheckInKind,
    CheckInState,
    HandOverState,
    MembershipState,
    MessageState,
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState as State,
    RequestKind,
    RequestState,
    Role,
)
from tests import build, hires, joining
from tests.integration.mailing import AT, BOOK, ON, agency
from web.mail import compose as composing, transport
from web.mail.compose import BUILDERS, compose
from web.mail.letter import Moot
from web.mail.transport import Undelivered, checked
from web.wording.outreach_letters import MODELS

LATER = AT + timedelta(hours=1)
HOSTILE = 'Inès "X" <b>\r\nBcc: tous@exemple.fr'


class Scene:
    """One of everything that a message may be about, around Inès Morel."""

    def __init__(self, session, **person):
        self.session = session
        self.house = agency(session)
        self.nadia = build.user(
            session,
            agency_id=self.house.id,
            name="Nadia Férat",
            email="nadia@agence.example",
            phone="+33322000000",
        )
        facts = {
            "given_names": "Inès",
            "family_name": "Morel",
            "email": "ines@exemple.fr",
            "address": "3 rue Cachée",
        }
        self.ines = build.person(
            session, agency_id=self.house.id, caseload_user_id=self.nadia.id, **{**facts, **person}
        )
        self.employer = build.organisation(
            session, name="Étoile du Pigeonnier", rna="W802000001", contact_email="asso@exemple.fr"
        )
        self.offer = build.offer(
            session, employer=self.employer, title="Éducateur sportif adjoint", commune="Amiens"
        )

    def proposal(self, state, **changes):
        return build.proposal(
            self.session, person=self.ines, offer=self.offer, state=state, wake_on=None, score=0.42, **changes
        )

    def released(self, state=State.SENT, **changes):
        row = self.proposal(state)
        decision = self.decision(row, "send", State.AGREED, state)
        self.session.add(
            Release(
                proposal_id=row.id, decision_id=decision.id, decided_by_id=self.nadia.id, fields=[], released_on=ON,
                **changes,
            )
        )  # fmt: skip
        self.session.flush()
        return row

    def decision(self, row, action, before, after, **changes):
        made = ReviewDecision(
            proposal_id=row.id, actor_id=self.nadia.id, action=action, from_state=before, to_state=after,
            decided_on=ON, decided_at=AT, **changes,
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        return made

    def message(self, kind, subject_kind, subject, **changes):
        facts = {"address": "qui@exemple.fr", "sender_id": self.nadia.id, **changes}
        made = outbox.queue(self.session, kind, subject=(subject_kind, subject), on=ON, at=AT, **facts)
        assert made is not None
        return made

    def add(self, row):
        self.session.add(row)
        self.session.flush()
        return row

    def placement(self, state=PlacementState.RUNNING):
        return build.placement(
            self.session, state=state, person_id=self.ines.id, organisation_id=self.employer.id
        )

    # one message a kind

    def ask_person(self):
        return self.message(
            "ask_person", "proposal", self.proposal(State.APPROVED).id, person_id=self.ines.id
        )

    def remind_person(self):
        row = self.proposal(State.PERSON_ASKED)
        return self.message("remind_person", "proposal", row.id, person_id=self.ines.id, occasion="2")

    def person_told(self):
        row = self.proposal(State.NOT_SELECTED)
        return self.message(
            "person_told", "proposal", row.id, person_id=self.ines.id, arguments={"outcome": "not_selected"}
        )

    def candidates(self):
        self.released()
        return self.message("candidates", "offer", self.offer.id, organisation_id=self.employer.id)

    def remind_employer(self):
        self.released()
        return self.message("remind_employer", "offer", self.offer.id, occasion=f"{ON}:2")

    def candidate_gone(self):
        row = self.released(State.CLOSED)
        return self.message("candidate_gone", "proposal", row.id, person_id=self.ines.id)

    def offer_in(self, kind, state, **changes):
        for name, value in {"state": state, **changes}.items():
            setattr(self.offer, name, value)
        self.session.flush()
        occasion = f"14:{self.offer.review_by}"
        return self.message(kind, "offer", self.offer.id, organisation_id=self.employer.id, occasion=occasion)

    def offer_received(self):
        return self.offer_in("offer_received", OfferState.SUBMITTED, submitted_on=ON)

    def offer_returned(self):
        return self.offer_in("offer_returned", OfferState.TO_COMPLETE, missing=["tutor", "training"])

    def offer_opened(self):
        return self.offer_in("offer_opened", OfferState.OPEN)

    def offer_lapsing(self):
        return self.offer_in("offer_lapsing", OfferState.OPEN)

    def offer_lapsed(self):
        return self.offer_in("offer_lapsed", OfferState.LAPSED)

    def employer_invited(self):
        rights = accounts.Rights(Role.EMPLOYER, organisation_id=self.employer.id)
        accounts.invite(
            self.session, email="asso@exemple.fr", name="Mme Langlet", rights=rights, by=self.nadia.id, at=AT
        )
        row = self.session.query(Invitation).filter_by(email="asso@exemple.fr").one()
        return self.message("employer_invited", "invitation", row.id)

    def aid_notice(self):
        row = self.add(
            AidMilestone(
                placement_id=self.placement().id, kind="monthly", number=1, due_on=ON, amount_cents=107300,
                paper="Attestation de présence", state=MilestoneState.DUE, window_closes_on=ON + timedelta(days=20),
            )
        )  # fmt: skip
        return self.message("aid_notice", "milestone", row.id, organisation_id=self.employer.id)

    def check_in_asked(self):
        row = self.add(
            CheckIn(
                placement_id=self.placement().id,
                kind=CheckInKind.JOB,
                month=1,
                due_on=ON,
                state=CheckInState.PLANNED,
            )
        )
        return self.message("check_in_asked", "check_in", row.id, person_id=self.ines.id)

    def invitation(self):
        club = self.add(Club(agency_id=self.house.id, name="Club du Nord"))
        return self.add(
            ClubMembership(
                club_id=club.id, person_id=self.ines.id, state=MembershipState.INVITED, invited_on=ON, entry={}
            )
        )  # fmt: skip

    def club_invited(self):
        return self.message("club_invited", "membership", self.invitation().id, person_id=self.ines.id)

    def club_reminded(self):
        return self.message(
            "club_reminded", "membership", self.invitation().id, person_id=self.ines.id, occasion="1"
        )

    def hand_over(self, state):
        there = agency(self.session, "Mission locale d'Amiens")
        there.kind = AgencyKind.MISSION_LOCALE
        return self.add(
            HandOver(
                person_id=self.ines.id, from_agency_id=self.house.id, to_agency_id=there.id, state=state,
                asked_by_id=self.nadia.id, asked_on=ON, due_on=ON + timedelta(days=7), programme="emplois-avenir",
                decided_on=None if state is HandOverState.ASKED else ON,
            )
        )  # fmt: skip

    def hand_over_asked(self):
        row = self.hand_over(HandOverState.ASKED)
        return self.message(
            "hand_over_asked", "hand_over", row.id, person_id=self.ines.id, user_id=self.nadia.id
        )

    def hand_over_answered(self):
        row = self.hand_over(HandOverState.REFUSED)
        return self.message(
            "hand_over_answered", "hand_over", row.id, person_id=self.ines.id, user_id=self.nadia.id,
            arguments={"outcome": "refused"},
        )  # fmt: skip

    def break_glass_notice(self):
        row = self.add(
            BreakGlass(
                actor_id=self.nadia.id, person_id=self.ines.id, reason="Urgence sociale de Madame", opened_at=AT,
                until_at=LATER,
            )
        )  # fmt: skip
        return self.message(
            "break_glass_notice", "break_glass", row.id, user_id=self.nadia.id, person_id=self.ines.id
        )

    def request_answered(self):
        row = self.add(
            PersonRequest(
                person_id=self.ines.id, kind=RequestKind.QUESTION, words="Quels horaires ?", state=RequestState.DONE,
                made_on=ON, due_on=ON, closed_on=ON, answer="De 9 h à 17 h, du lundi au vendredi.",
            )
        )  # fmt: skip
        return self.message("request_answered", "person_request", row.id, person_id=self.ines.id)

    def outreach_letter(self):
        row = self.add(
            Outreach(
                organisation_id=self.employer.id, purpose="avenir", year=2013, state="listed", listed_on=ON,
            )
        )  # fmt: skip
        model = MODELS[row.purpose]
        facts = {"contact": "Samira Fontaine", "organisation": self.employer.name, "annee": "2013"}
        text = outreach_letters.filled(model.text, facts)
        arguments = {"subject": model.subject, "text": text}
        return self.message("outreach_letter", "outreach", row.id, arguments=arguments)

    def session_changed(self):
        row = self.add(
            CollectiveSession(
                agency_id=self.house.id, held_on=ON, starts_at=time(14), ends_at=time(16), theme="Préparer sa candidature",
                place="Atrium, Amiens Nord", capacity=12, state="cancelled", cancelled_reason="salle indisponible",
                made_at=AT, changed_at=AT,
            )
        )  # fmt: skip
        return self.message(
            "session_changed", "session", row.id, person_id=self.ines.id, arguments={"outcome": "cancelled"}
        )

    def digest_animator(self):
        club = joining.club(self.session, agency_id=self.house.id)
        animator = joining.animator(self.session, agency_id=self.house.id)
        self.add(joining.ClubAnimator(club_id=club.id, user_id=animator.id))
        joining.member(self.session, club, on=ON - timedelta(days=11), person=self.ines)
        return self.message("digest_animator", "user", animator.id, user_id=animator.id, sender_id=None)

    def digest_advisor(self):
        self.proposal(State.TO_REVIEW, due_on=ON)
        return self.message("digest_advisor", "user", self.nadia.id, user_id=self.nadia.id, sender_id=None)

    def report_online(self):
        made = report.monthly(self.session, Month(2013, 9), on=ON, book=BOOK)
        made = made.with_highlights((Highlight("27 contrats signés."), Highlight("Un de plus qu'en août.")))
        row = self.add(
            PublishedReport(
                month="2013-09", edition=made.edition, version=1, content=report_model.write(made), sha256="0" * 64,
                published_by_id=self.nadia.id, published_on=ON,
            )
        )  # fmt: skip
        return self.message("report_online", "published_report", row.id, user_id=self.nadia.id)


def letter(session, message):
    return compose(session, message, book=BOOK, on=ON, at=LATER)


@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_every_message_is_short_has_one_link_at_most_and_tells_no_more_than_it_must(session, kind):
    scene = Scene(session)
    message = getattr(scene, kind)()
    made = letter(session, message)
    url = composing.address_of(session, message, made.link, "https://p.example", at=LATER)
    envelope = transport.seal(
        made, name=str(message.public_id), address=message.address, sender="p@exemple.fr", url=url, at=AT
    )
    mail = message_from_bytes(envelope.content, policy=policy.default)
    plain, html = (mail.get_body((part,)).get_content() for part in ("plain", "html"))
    assert len(re.findall(r"\w+", made.text())) < 120
    assert plain.count("https://") == html.count("https://") == (1 if url else 0)
    assert "https" not in made.subject and len(made.subject) < 80
    said = f"{plain}{html}{made.subject}"
    for hidden in (
        "3 rue Cachée",
        "14 mai",
        "1993",
        "0,42",
        "42 /",
        "handicap",
        "RQTH",
        "score",
        "Urgence sociale",
    ):
        assert hidden not in said
    for name in ("Inès", "Morel", "droit"):
        assert name not in made.subject
    if message.kind not in (
        "ask_person",
        "remind_person",
        "person_told",
        "check_in_asked",
        "request_answered",
        "session_changed",
        "club_invited",
        "club_reminded",
    ):
        assert "Morel" not in said  # an employer or a colleague reads a first name or initials
    assert "Nadia Férat" in plain or message.sender_id is None
    assert "style=" not in html and "<img" not in html and "·" not in said
    assert bool(mail["Auto-Submitted"]) is (kind in composing.AUTOMATIC)
    assert not re.search(r"[^\s]'[^\s]| [;:!?»]", plain), "typography"
    if made.link and made.link.personal:
        token = url.rpartition("/")[2]
        assert len(token) == 43 and token not in made.text()
        stored = session.query(AccessLink.token_hash).all() + session.query(Invitation.token_hash).all()
        assert (accounts.hashed(token),) in stored


def test_every_kind_has_its_words_and_every_outcome_too(session):
    assert {name.partition(".")[0] for name in composing.words.LETTERS} == set(BUILDERS)
    assert set(telling.OUTCOMES.values()) == {
        name.partition(".")[2] for name in composing.words.LETTERS if name.startswith("person_told")
    }


def test_a_hostile_name_stays_where_it_is(session):
    scene = Scene(session, given_names=HOSTILE, family_name="<script>alert(1)</script>")
    scene.nadia.name = HOSTILE
    scene.offer.title = "Jardinier\r\nX-Evil: 1 <img src=x>"
    message = scene.remind_employer()
    made = letter(session, message)
    envelope = transport.seal(
        made, name="n", address="a@exemple.fr", sender="p@exemple.fr", url="https://p.example/x", at=AT
    )
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert (
        mail["Bcc"] is None
        and mail["X-Evil"] is None
        and [str(to) for to in mail.get_all("To")] == ["a@exemple.fr"]
    )
    assert mail["From"].addresses[0].addr_spec == "p@exemple.fr"
    html = mail.get_body(("html",)).get_content()
    assert "<b>" not in html and "<script" not in html and "<img" not in html
    scene.offer = build.offer(session)
    ask = letter(session, scene.ask_person())
    assert "\n" not in ask.subject + (ask.sender or "")


def test_a_title_writes_no_paragraph_of_its_own(session):
    """An employer types it, the young person reads it under the agency's name."""
    scene = Scene(session)
    scene.offer.title = "Jardinier\n\nVotre dossier est bloqué, appelez le 0899\u2028000000"
    text = letter(session, scene.ask_person()).text()
    assert "Votre dossier est bloqué" in text
    assert not [line for line in text.splitlines() if line.startswith(("Votre dossier", "000000"))]


@pytest.mark.parametrize(
    ("address", "goes_to"),
    [
        ("ines@exemple.fr", "ines@exemple.fr"),
        (" ines@exemple.fr ", "ines@exemple.fr"),
        ("ines@écoles.fr", "ines@xn--coles-9ra.fr"),
        ("inès@exemple.fr", None),
        ("ines@exemple.fr, tous@exemple.fr", None),
        ("ines@exemple.fr\r\nBcc: x@exemple.fr", None),
        ("<ines@exemple.fr>", None),
        ('"ines"@exemple.fr', None),
        ("ines", None),
        ("@exemple.fr", None),
        ("ines@-", None),
        ("a" * 70 + "@exemple.fr", None),
        ("ines@..fr", None),
    ],
)
def test_an_address_is_one_address_or_is_refused(address, goes_to):
    if goes_to is not None:
        assert checked(address) == goes_to
        return
    with pytest.raises(Undelivered, match="address-invalid"):
        checked(address)


def close(scene, row, reason="withdrawn_by_adviser", party=Party.SYSTEM, told=False):
    return review(
        scene.session, row, Action.CLOSE, actor_id=scene.nadia.id, party=party, on=ON, at=AT,
        details=Details(reason_code=reason, note="plus là"), told=told,
    )  # fmt: skip


def waiting(session):
    rows = session.query(OutgoingMessage).filter_by(state=MessageState.WAITING).order_by(OutgoingMessage.id)
    return [(row.kind, row.address, row.arguments.get("outcome")) for row in rows]


TOLD, GONE = ("person_told", "ines@exemple.fr"), ("candidate_gone", "asso@exemple.fr", None)


@pytest.mark.parametrize(
    ("state", "reason", "queued"),
    [
        (State.TO_REVIEW, "position_filled", []),
        (State.APPROVED, "position_filled", []),
        (State.PERSON_ASKED, "position_filled", [(*TOLD, "position_filled")]),
        (State.AGREED, "offer_withdrawn", [(*TOLD, "offer_withdrawn")]),
        (State.AGREED, "withdrawn_by_adviser", [(*TOLD, "withdrawn")]),
        (State.SENT, "withdrawn_by_adviser", [(*TOLD, "withdrawn"), GONE]),
        (State.SENT, "placed_elsewhere", [GONE]),
        (State.INTERVIEW, "age_limit", [(*TOLD, "withdrawn"), GONE]),
        (State.SENT, "position_filled", [(*TOLD, "position_filled")]),
        (State.SELECTED, "left_programme", []),
        (State.SENT, "erased", []),
    ],
)
def test_who_was_asked_is_told_and_who_received_somebody_too(session, state, reason, queued):
    scene = Scene(session)
    row = scene.released(state) if state in RELEASED_PROPOSALS else scene.proposal(state)
    close(scene, row, reason)
    assert waiting(session) == queued
    for message in session.query(OutgoingMessage):
        letter(session, message)


def test_what_the_outside_knows_is_not_told_again_and_no_consent_no_message(session):
    scene = Scene(session)
    close(scene, scene.proposal(State.AGREED), told=True)
    scene.ines.contact_agreed = None
    session.flush()
    close(scene, scene.proposal(State.AGREED))
    assert waiting(session) == []


@pytest.mark.parametrize("action", [Action.NOT_SELECTED, Action.NO_ANSWER_EMPLOYER])
def test_an_employer_that_says_no_or_nothing_leaves_nobody_without_an_answer(session, action):
    scene = Scene(session)
    row = scene.released()
    by_clock = action is Action.NO_ANSWER_EMPLOYER
    review(
        session, row, action, actor_id=None if by_clock else scene.nadia.id,
        party=Party.CLOCK if by_clock else Party.ADVISOR, on=ON + timedelta(days=30), at=AT,
        details=Details(reason_code=None if by_clock else "skills"),
    )  # fmt: skip
    assert waiting(session) == [(*TOLD, str(action))]
    text = letter(session, session.query(OutgoingMessage).one()).text()
    assert "ompétences" not in text and "continue à chercher" in text  # never the reason, always a next step


def test_an_offer_withdrawn_tells_each_person_who_was_asked(session):
    scene = Scene(session)
    scene.proposal(State.PERSON_ASKED)
    other = build.person(session, email="karim@exemple.fr", contact_agreed=True)
    build.proposal(session, person=other, offer=scene.offer, state=State.TO_REVIEW, wake_on=None)
    change(
        session, scene.offer, OfferAction.WITHDRAW, actor_id=scene.nadia.id, party=Party.ADVISOR, on=ON, at=AT,
        reason="plus de poste",
    )  # fmt: skip
    assert waiting(session) == [(*TOLD, "offer_withdrawn")]


def test_a_signature_tells_every_other_employer_once_and_who_waited_for_the_post(session):
    scene = Scene(session)
    chosen = hires.selected(session, agency=scene.house, positions=1)
    hired = session.get_one(Person, chosen.person_id)
    hired.email = "hired@exemple.fr"
    elsewhere = build.offer(session, contact_email="autre@exemple.fr")
    for offer, state in ((elsewhere, State.SENT), (scene.offer, State.PERSON_ASKED)):
        row = build.proposal(session, person=hired, offer=offer, state=state, wake_on=None)
        if state is State.SENT:
            decision = scene.decision(row, "send", State.AGREED, state)
            session.add(Release(proposal_id=row.id, decision_id=decision.id, decided_by_id=scene.nadia.id, fields=[], released_on=ON))  # fmt: skip
    taken = session.get_one(Offer, chosen.offer_id)
    build.proposal(session, person=scene.ines, offer=taken, state=State.PERSON_ASKED, wake_on=None)
    session.flush()
    placements.open_with(
        session, chosen, hires.way(hires.AVENIR), programme=hires.AVENIR, actor_id=scene.nadia.id,
        party=Party.ADVISOR, at=AT, book=BOOK,
    )  # fmt: skip
    assert sorted(waiting(session), key=str) == [
        ("candidate_gone", "autre@exemple.fr", None), (*TOLD, "position_filled")
    ]  # fmt: skip


def send(scene, row, at=AT):
    return review(scene.session, row, Action.SEND, actor_id=scene.nadia.id, party=Party.ADVISOR, on=ON, at=at)


def test_an_employer_gets_one_message_a_day_with_everybody_sent_until_it_left(session):
    scene = Scene(session)
    send(scene, scene.proposal(State.AGREED))
    karim, yanis = (
        build.person(session, given_names=name, family_name="Petit") for name in ("Karim", "Yanis")
    )
    send(scene, build.proposal(session, person=karim, offer=scene.offer, state=State.AGREED))
    (message,) = session.query(OutgoingMessage)
    assert letter(session, message).subject == "2 personnes à rencontrer pour votre offre"
    assert "Inès M.\nKarim P." in letter(session, message).text()
    message.state = MessageState.SENT
    session.flush()
    send(scene, build.proposal(session, person=yanis, offer=scene.offer, state=State.AGREED), at=LATER)
    _, next_day = session.query(OutgoingMessage).order_by(OutgoingMessage.id)
    assert next_day.due_at == AT.replace(day=5, hour=6, minute=30)  # 7 h 30 in Amiens


def test_a_morning_with_nothing_pressing_or_unwanted_says_nothing(session):
    scene = Scene(session)
    message = scene.message("digest_advisor", "user", scene.nadia.id, user_id=scene.nadia.id)
    with pytest.raises(Moot, match="nothing-to-say"):
        letter(session, message)
    scene.proposal(State.TO_REVIEW, due_on=ON)
    assert letter(session, message).subject == "1 action urgente ce matin"
    scene.nadia.preferences = {"digest": False}
    session.flush()
    with pytest.raises(Moot, match="not-wanted"):
        letter(session, message)
