"""What young people answer, ask and wish, on both databases: once, within a delay, on the trail."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import answers, links, own_file, person_history, person_requests, wishes
from matching.errors import Conflict, IllegalTransition, InvalidInput, StaleVersion
from matching.proposals import ProposalAction as Action
from matching.scoring.referential import Referential
from matching.store import scope
from matching.store.matches import ReviewDecision
from matching.store.messages import OutgoingMessage, PersonRequest, Wish
from matching.store.upkeep import AuditEvent
from matching.vocabulary import (
    PURSUED_PROPOSALS,
    LinkKind,
    ProposalState as State,
    RequestKind as Kind,
    RequestState,
    Role,
)
from matching.wishes import Wished
from tests import build
from tests.web.doors import an_agency

ON, AT = date(2013, 11, 4), datetime(2013, 11, 4, 9, tzinfo=UTC)
WAITING = {"state": State.PERSON_ASKED, "wake_on": None}


@pytest.fixture
def advisor(session):
    return build.user(session, agency_id=an_agency(session, "Agence du test").id)


@pytest.fixture
def ines(session, advisor):
    return build.person(session, agency_id=advisor.agency_id, email="ines@exemple.fr")


def actor(user):
    return scope.Actor(user.id, user.public_id, user.name, Role.ADVISOR, agency_id=user.agency_id)


def ask(session, person, kind=Kind.QUESTION, words="Quels horaires ?", **more):
    return person_requests.ask(session, person, kind, words, on=ON, at=AT, **more)


def acts(session, person):
    query = sa.select(AuditEvent.action, AuditEvent.details).where(
        AuditEvent.subject_id == str(person.public_id)
    )
    return [tuple(row) for row in session.execute(query.order_by(AuditEvent.id))]


# --- answers


@pytest.mark.parametrize("state", list(State))
def test_only_a_proposal_that_waits_takes_an_answer(session, state):
    proposal = build.proposal(session, state=state)
    link, _ = links.issue(
        session, LinkKind.ANSWER, at=AT, proposal_id=proposal.id, person_id=proposal.person_id
    )
    for action in (Action.YES, Action.NO):
        before = (proposal.state, link.used_at)
        if state is State.PERSON_ASKED and action is Action.YES:
            assert answers.give(session, proposal.id, action, link=link, on=ON, at=AT)
            session.refresh(link)
            assert (proposal.state, link.used_at, proposal.answered_on) == (State.AGREED, AT, ON)
            assert not answers.give(session, proposal.id, action, link=link, on=ON, at=AT), "pressed twice"
        else:
            with pytest.raises(IllegalTransition):
                answers.give(session, proposal.id, action, link=link, on=ON, at=AT)
            assert (proposal.state, link.used_at) == before
    assert len(session.scalars(sa.select(ReviewDecision)).all()) == (state is State.PERSON_ASKED)


def test_a_spent_link_answers_nothing_even_while_the_proposal_waits(session):
    proposal = build.proposal(session, **WAITING)
    link, _ = links.issue(session, LinkKind.ANSWER, at=AT, proposal_id=proposal.id)
    assert links.use(session, link, at=AT)
    assert not answers.give(session, proposal.id, Action.YES, link=link, on=ON, at=AT)
    assert proposal.state is State.PERSON_ASKED and answers.said(session, proposal.id) is None


def test_who_answered_is_told_apart(session, advisor):
    proposal = build.proposal(session, **WAITING)
    answers.give(session, proposal.id, Action.NO, reason="mobility", on=ON, at=AT)
    assert answers.said(session, proposal.id) == answers.Said(Action.NO, ON, AT, None)
    with pytest.raises(InvalidInput):
        answers.give(session, build.proposal(session, **WAITING).id, Action.NO, reason="x", on=ON, at=AT)


def test_a_person_hears_of_what_was_decided_for_them_and_of_nothing_else(session, ines):
    offers = {state: build.proposal(session, person=ines, state=state) for state in State}
    heard = answers.of_person(session, ines.id, on=ON)
    assert heard[0].proposal.state is State.PERSON_ASKED
    assert {each.proposal.id for each in heard} == {offers[state].id for state in PURSUED_PROPOSALS}
    assert heard[0].km == 0 and heard[0].answer_by == date(2013, 10, 17), "both in Amiens; seven working days"


# --- requests


def test_a_request_has_its_delay_and_is_made_once(session, ines):
    first = ask(session, ines)
    assert ask(session, ines) is first
    correction = ask(session, ines, Kind.CORRECTION, "06 00 00 00 00", fact="phone")
    erasure = ask(session, ines, Kind.ERASURE, "")
    assert ask(session, ines, Kind.ERASURE, "encore") is erasure
    assert [each.due_on for each in (first, correction, erasure)] == [
        date(2013, 11, 6), date(2013, 12, 4), date(2013, 12, 4),
    ]  # fmt: skip
    assert acts(session, ines) == [
        ("own.question", {}), ("own.correction", {"fact": "phone"}), ("own.erasure", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "words", "fact"),
    [
        (Kind.QUESTION, "  ", None),
        (Kind.CORRECTION, "x", None),
        (Kind.CORRECTION, "x", "rank"),
        (Kind.QUESTION, "x", "phone"),
    ],
)
def test_a_request_without_words_or_about_nothing_is_refused(session, ines, kind, words, fact):
    with pytest.raises(InvalidInput):
        ask(session, ines, kind, words, fact=fact)
    assert session.scalars(sa.select(PersonRequest)).all() == []


def test_nobody_floods_an_agency(session, ines):
    for number in range(person_requests.OPEN_AT_MOST):
        ask(session, ines, words=f"Question {number}")
    with pytest.raises(InvalidInput, match="too-many-requests"):
        ask(session, ines, words="Encore une")


def test_an_answer_is_given_once_and_leaves_by_the_outbox(session, ines, advisor):
    request = ask(session, ines)
    with pytest.raises(InvalidInput):
        person_requests.close(session, actor(advisor), request, RequestState.DONE, " ", on=ON, at=AT)
    told = person_requests.close(
        session, actor(advisor), request, RequestState.DONE, "De 9 h à 17 h", on=ON, at=AT
    )
    assert told and (request.state, request.closed_by_id, request.answer) == (
        RequestState.DONE, advisor.id, "De 9 h à 17 h",
    )  # fmt: skip
    with pytest.raises(Conflict, match="request-closed"):
        person_requests.close(session, actor(advisor), request, RequestState.REFUSED, "Non", on=ON, at=AT)
    (message,) = session.scalars(sa.select(OutgoingMessage)).all()
    assert (message.kind, message.subject_kind, message.subject_id, message.person_id) == (
        "request_answered", "person_request", request.id, ines.id,
    )  # fmt: skip
    assert "9 h" not in str(message.arguments), "the words stay in the file"


def test_who_did_not_agree_to_be_written_to_is_called(session, ines, advisor):
    ines.contact_agreed = None
    request = ask(session, ines)
    assert not person_requests.close(session, actor(advisor), request, RequestState.DONE, "Oui", on=ON, at=AT)
    assert session.scalars(sa.select(OutgoingMessage)).all() == []


def test_an_agency_reads_the_requests_of_its_own_people(session, ines, advisor):
    ask(session, ines)
    ask(session, build.person(session, agency_id=an_agency(session, "Ailleurs").id))
    count, lines = person_requests.open_requests(session, actor(advisor), limit=5)
    assert (count, [line.person for line in lines]) == (1, [ines.public_id])


# --- wishes


def state(session, person, *titles, version=None, hours=None, km=None):
    return wishes.state(
        session, person, Wished(titles, hours, km), Referential.starter(),
        version=person.version if version is None else version, on=ON, at=AT,
    )  # fmt: skip


def test_the_first_wish_is_the_wanted_title_and_only_a_sure_code_is_kept(session, ines):
    seen = ines.version
    label = Referential.starter().titles[0]
    assert state(session, ines, label, "quelque chose avec les gens", hours="any", km=10.0) == (
        "wishes", "wished_hours", "mobility_km",
    )  # fmt: skip
    rows = session.scalars(sa.select(Wish).order_by(Wish.rank)).all()
    assert [(row.rank, row.title) for row in rows] == [(1, label), (2, "quelque chose avec les gens")]
    assert ines.wanted_title == label and ines.wanted_rome == rows[0].rome is not None
    assert rows[1].rome is None
    assert ines.version > seen
    (entry,) = [each for each in person_history.entries(session, ines) if each.code == wishes.ACT]
    assert entry.who is None and entry.fields == ("wishes", "wished_hours", "mobility_km")
    with pytest.raises(StaleVersion):
        state(session, ines, "autre", version=seen)


def test_saying_the_same_again_writes_nothing(session, ines):
    state(session, ines, "jardinière", "fleuriste")
    seen, known = ines.version, acts(session, ines)
    assert state(session, ines, "jardinière", "fleuriste") == ()
    assert (ines.version, acts(session, ines)) == (seen, known)


def test_what_an_advisor_writes_later_comes_first(session, ines):
    state(session, ines, "jardinière", "fleuriste")
    ines.wanted_title = "cuisinière"
    session.flush()
    assert wishes.stated(session, ines).titles == ("cuisinière", "fleuriste")


def test_wishes_beyond_five_or_hours_of_no_kind_are_refused(session, ines):
    with pytest.raises(InvalidInput):
        state(session, ines, *map(str, range(6)))
    with pytest.raises(InvalidInput):
        state(session, ines, "a", hours="half")
    assert wishes.stated(session, ines).titles == ("jardinière",)


# --- the birth date


def test_the_birth_date_is_counted_before_it_is_looked_at(session, ines, advisor):
    token = own_file.issue(session, ines, actor_id=advisor.id, at=AT)
    link = links.find(session, token, LinkKind.FILE, at=AT)
    for tries in (1, 2, 3, 4):
        assert not own_file.prove(session, link, date(1993, 5, 15), browser="b", at=AT)
        assert link.tries == tries and not own_file.is_proved(link, browser="b", at=AT)
    assert own_file.prove(session, link, ines.birth_date, browser="b", at=AT)
    assert link.tries == 0, "the right date starts the count again"
    assert own_file.is_proved(link, browser="b", at=AT + timedelta(minutes=29))
    assert not own_file.is_proved(link, browser="b", at=AT + own_file.PROOF_LASTS)
    assert not own_file.is_proved(link, browser="another", at=AT)
    for _ in range(5):
        own_file.prove(session, link, None, browser="b", at=AT)
    assert not own_file.prove(session, link, ines.birth_date, browser="b", at=AT)
    with pytest.raises(Conflict, match="link-locked"):
        links.find(session, token, LinkKind.FILE, at=AT)


def test_a_new_link_closes_the_former_one(session, ines, advisor):
    former, latter = (own_file.issue(session, ines, actor_id=advisor.id, at=AT) for _ in range(2))
    with pytest.raises(Conflict, match="link-revoked"):
        links.find(session, former, LinkKind.FILE, at=AT)
    assert links.find(session, latter, LinkKind.FILE, at=AT).issued_by_id == advisor.id
    ines.birth_date = None
    with pytest.raises(InvalidInput, match="birth-needed"):
        own_file.issue(session, ines, actor_id=advisor.id, at=AT)
