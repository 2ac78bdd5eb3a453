"""What an employer may know of the people sent to it, and one effect for each answer."""

import re
import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import employer_answers, released, silence
from matching.employer_answers import Answered
from matching.errors import InvalidInput, NotFound
from matching.proposals import Details, ProposalAction as Action
from matching.store import scope
from matching.store.engine import open_database
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.migrate import upgrade
from matching.store.organisations import Offer
from matching.store.people import Diploma, DisabilityRecognition, Person
from matching.store.placements import Placement
from matching.store.upkeep import AuditEvent
from matching.vocabulary import OfferState, PlacementState, ProposalState as State, Role
from tests import build, hires
from tests.answering import AT, DAY, link, sent
from tests.conftest import KEY
from tests.counting import queries
from tests.web import doors, marked

MARK = "kanari"


@pytest.fixture
def agency(session):
    return doors.an_agency(session)


@pytest.fixture
def advisor(session, agency):
    return doors.account(session, "advisor", agency, name="Nadia Férat", phone="+33322000000")


def employer(session, offer, **changes):
    user = doors.account(session, "employer", organisation_id=offer.organisation_id, **changes)
    return scope.Actor(
        user.id, user.public_id, user.name, Role.EMPLOYER, organisation_id=offer.organisation_id
    )


def answer(session, proposal, action, *, actor_id=None, seen=State.SENT, on=DAY, at=AT, **details):
    return employer_answers.answer(
        session, proposal, action, seen=str(seen), details=Details(**details), actor_id=actor_id, on=on, at=at,
        book=hires.BOOK,
    )  # fmt: skip


# --- what comes out


@pytest.mark.parametrize("disclosed", [False, True])
def test_only_what_the_release_lists_comes_out(session, agency, advisor, disclosed):
    who = hires.person(session, agency=agency, birth_date=date(1992, 2, 29), skills=[f"{MARK} skill"])
    marked.mark(who, MARK)
    who.email, who.phone, who.declared_quarter = f"{MARK} email", f"{MARK} phone", f"{MARK} quarter"
    who.available_from = date(2013, 11, 12)
    session.add(Diploma(person_id=who.id, level=4, title=f"{MARK} diploma", source="cap-emploi"))
    session.add(
        DisabilityRecognition(
            person_id=who.id, value=f"{MARK} rqth".encode(), stated_on=DAY, source="cap-emploi"
        )
    )
    offer = build.offer(session)
    elsewhere = build.proposal(session, person=who, state=State.TO_REVIEW)
    marked.mark(session.get_one(Offer, elsewhere.offer_id), MARK)
    proposal = sent(session, advisor=advisor, agency=agency, offer=offer, who=who, disclosed=disclosed)
    proposal.score, proposal.reasons = 0.123456, [{"code": f"{MARK} reason"}]
    for step in session.scalars(sa.select(ReviewDecision).where(ReviewDecision.proposal_id == proposal.id)):
        step.note = f"{MARK} note"
    session.flush()
    session.expire_all()
    found = released.for_account(session, employer(session, offer))
    told = repr(found)
    held = {"given_names", "family_name", "email", "phone"} if disclosed else {"k"}  # the initial
    assert set(re.findall(rf"{MARK} (\w+)", told)) == {"skill", *held}
    for never in ("1992", "0.123456", "rqth", "cap-emploi", "quarter"):
        assert never not in told
    [person] = found[0].candidates
    assert person.name == (f"{MARK} given_names {MARK} family_name" if disclosed else f"{MARK} k.")
    assert (person.level, person.skills, person.available_from) == (
        (4, None),
        (f"{MARK} skill",),
        date(2013, 11, 12),
    )
    assert person.advisor == released.Contact("Nadia Férat", advisor.email, "+33322000000", agency.name)
    assert (person.email is not None, person.phone is not None) == (disclosed, disclosed)


@pytest.mark.parametrize(
    "field", ["first_name", "initial", "level", "skills", "availability", "advisor_contact"]
)
def test_a_field_that_the_release_leaves_out_stays_in(session, agency, advisor, field):
    who = hires.person(
        session, agency=agency, given_names="Inès Marie", family_name="Morel", skills=["taille"],
        available_from=date(2013, 11, 12),
    )  # fmt: skip
    offer = build.offer(session)
    fields = tuple(name for name in released.COLUMNS | {"level": (), "advisor_contact": ()} if name != field)
    fields = tuple(name for name in fields if name not in ("full_name", "email", "phone"))
    sent(session, advisor=advisor, agency=agency, offer=offer, who=who, fields=fields)
    [person] = released.for_account(session, employer(session, offer))[0].candidates
    whole = {
        "first_name": person.name != "M.",
        "initial": person.name != "Inès",
        "level": person.level is not None,
        "skills": bool(person.skills),
        "availability": person.available_from is not None,
        "advisor_contact": person.advisor is not None,
    }
    assert [name for name, there in whole.items() if not there] == [field]


def test_people_who_are_gone_are_a_number_and_those_answered_a_name(session, agency, advisor):
    offer = build.offer(session)
    kept, gone, refused = (
        sent(
            session, advisor=advisor, agency=agency, offer=offer, disclosed=True,
            who=hires.person(session, agency=agency, given_names=name, skills=[f"skill {name}"]),
        )
        for name in ("Karim", "Gaston", "Rose")
    )  # fmt: skip
    answer(session, refused, Action.NOT_SELECTED, reason_code="experience")
    gone.state = State.CLOSED
    session.flush()
    _, token = link(session, offer, at=AT)
    account = released.for_account(session, employer(session, offer))[0]
    held, _ = link(session, offer, at=AT)
    assert token and account.gone == 1
    for found in (account, released.for_link(session, held)):
        told = repr(found)
        assert "Gaston" not in told and "skill Rose" not in told
        by_name = {person.name: person for person in found.candidates}
        assert set(by_name) == {"Karim Morel", "Rose M."}
        assert (by_name["Rose M."].email, by_name["Rose M."].phone) == (None, None)
        assert [said.reason for said in by_name["Rose M."].history] == [None, "experience"]
    assert released.for_link(session, held).gone == 0
    assert kept.state is State.SENT


def test_a_link_shows_no_more_than_its_message_said(session, agency, advisor):
    offer, other = build.offer(session), build.offer(session)
    first = sent(session, advisor=advisor, agency=agency, offer=offer)
    held, _ = link(session, offer, at=AT)
    after = AT + timedelta(minutes=1)
    later = sent(session, advisor=advisor, agency=agency, offer=offer, at=after)
    answered = sent(session, advisor=advisor, agency=agency, offer=offer)
    answer(session, answered, Action.NOT_SELECTED, reason_code="skills", at=AT - timedelta(days=1))
    sent(session, advisor=advisor, agency=agency, offer=other)
    assert [person.ref for person in released.for_link(session, held).candidates] == [first.public_id]
    with pytest.raises(NotFound):
        employer_answers.locked(session, released.of_link(held), later.public_id)


def test_an_interview_gives_the_employer_its_time_again(session, agency, advisor):
    offer = build.offer(session)
    proposal = sent(session, advisor=advisor, agency=agency, offer=offer)

    def last():
        [person] = released.for_account(session, employer(session, offer))[0].waiting
        return person.answer_by

    assert last() == silence.last_day(DAY)
    answer(session, proposal, Action.INTERVIEW, on=DAY + timedelta(days=7))
    assert last() == silence.last_day(DAY + timedelta(days=7)), "the day the clock counts from"


def test_another_organisation_sees_nothing_and_answers_nothing(session, agency, advisor):
    offer = build.offer(session)
    proposal = sent(session, advisor=advisor, agency=agency, offer=offer)
    stranger = employer(session, build.offer(session))
    assert released.for_account(session, stranger) == []
    [mine] = released.for_account(session, employer(session, offer))
    assert [person.ref for person in mine.waiting] == [proposal.public_id]
    with pytest.raises(NotFound):
        employer_answers.locked(session, scope.released(stranger), proposal.public_id)


def test_queries_do_not_grow_with_the_people(session, agency, advisor):
    offer = build.offer(session, positions=20)
    user = employer(session, offer)

    def asked():
        return queries(session.get_bind(), lambda: released.for_account(session, user))

    sent(session, advisor=advisor, agency=agency, offer=offer)
    few = asked()
    for _ in range(5):
        sent(session, advisor=advisor, agency=agency, offer=offer)
    assert asked() == few <= 4


# --- answers


def test_a_choice_makes_the_promise_with_the_day_just_given(session, agency, advisor):
    proposal = sent(session, advisor=advisor, agency=agency)
    noted = answer(session, proposal, Action.SELECTED, starts_on=date(2013, 11, 18))
    assert proposal.state is State.SELECTED
    assert (noted.promise.state, noted.promise.starts_on, noted.promise.promised_on, noted.promise.programme) == (
        PlacementState.PROMISED, date(2013, 11, 18), DAY, "emplois-avenir",
    )  # fmt: skip
    assert session.scalar(sa.select(Release.answer).where(Release.proposal_id == proposal.id)) == "selected"
    acts = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts[-2:] == ["placement.promise", "proposal.selected"]


@pytest.mark.parametrize("reason", ["engaged", "on_hold"])
def test_a_choice_stands_where_no_promise_is_to_be_had(session, agency, advisor, reason):
    who = hires.person(session, agency=agency)
    proposal = sent(session, advisor=advisor, agency=agency, who=who)
    if reason == "engaged":
        other = build.placement(session, state=PlacementState.PROMISED)
        other.person_id = who.id
    else:
        session.get_one(Offer, proposal.offer_id).state = OfferState.ON_HOLD
    session.flush()
    noted = answer(session, proposal, Action.SELECTED, starts_on=date(2013, 11, 18))
    assert (noted.promise, proposal.state) == (None, State.SELECTED)
    own = sa.select(sa.func.count()).where(Placement.proposal_id == proposal.id)
    assert session.scalar(own) == 0


@pytest.mark.parametrize(
    ("action", "details", "code"),
    [
        (Action.SELECTED, {}, "start-needed"),
        (Action.SELECTED, {"starts_on": date(2013, 11, 1)}, "start-before-release"),
        (Action.SELECTED, {"starts_on": date(2015, 1, 1)}, "start-too-far"),
        (Action.NOT_SELECTED, {}, "bad-reason"),
        (Action.NOT_SELECTED, {"reason_code": "ugly"}, "bad-reason"),
        (Action.NOT_SELECTED, {"reason_code": "other"}, "note-needed"),
    ],
)
def test_an_answer_that_lacks_something_writes_nothing(session, agency, advisor, action, details, code):
    proposal = sent(session, advisor=advisor, agency=agency)
    before = (proposal.state, proposal.version)
    with pytest.raises(InvalidInput) as refused:
        answer(session, proposal, action, **details)
    assert refused.value.code == code
    assert (proposal.state, proposal.version) == before


def test_the_second_is_told_who_answered_what_and_when(session, agency, advisor):
    offer = build.offer(session)
    user = employer(session, offer, name="Anne Roussel")
    proposal = sent(session, advisor=advisor, agency=agency, offer=offer)
    answer(session, proposal, Action.INTERVIEW, actor_id=user.id)
    with pytest.raises(Answered) as told:
        answer(session, proposal, Action.NOT_SELECTED, reason_code="skills")
    assert (told.value.action, told.value.who, told.value.at) == ("interview", "Anne Roussel", AT)
    assert proposal.state is State.INTERVIEW


def test_fifty_answers_at_once_are_one(empty_database_url):
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        agency = doors.an_agency(session)
        advisor = doors.account(session, "advisor", agency)
        ref = sent(session, advisor=advisor, agency=agency).public_id
    outcomes = []

    def one(number):
        action = (Action.INTERVIEW, Action.SELECTED, Action.NOT_SELECTED)[number % 3]
        try:
            with made.transaction() as session:
                held = employer_answers.locked(session, sa.select(MatchProposal), ref)
                answer(session, held, action, starts_on=date(2013, 11, 18), reason_code="skills")
            outcomes.append("noted")
        except Answered as told:
            outcomes.append(told.action)
        except Exception as fault:
            outcomes.append(fault)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with made.reading() as session:
        steps = session.scalars(
            sa.select(ReviewDecision.action).where(
                ReviewDecision.action.in_(map(str, employer_answers.ANSWERS))
            )
        ).all()
        people = session.scalar(sa.select(sa.func.count()).select_from(Person))
        promises = session.scalar(sa.select(sa.func.count()).select_from(Placement))
    made.dispose()
    assert len(steps) == 1 and people == 1
    assert promises == (steps[0] == "selected")
    assert sorted(map(str, outcomes)) == sorted(["noted", *[steps[0]] * 49])
