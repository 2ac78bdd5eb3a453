"""What waits for an advisor: in whose scope, by which deadline, for which next step."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import agenda, daily, next_steps, outbox, pressing
from matching.next_steps import Waiting
from matching.store import scope
from matching.store.matches import Release, ReviewDecision
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, OfferState, ProposalState, Role
from tests import build, hires

TODAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


@pytest.fixture
def agency(session):
    return build._add(session, Agency(name="Pôle emploi Amiens Nord", kind=AgencyKind.POLE_EMPLOI))


@pytest.fixture
def actor(session, agency):
    user = build.user(session, role=Role.ADVISOR, agency_id=agency.id)
    return scope.Actor(user.id, user.public_id, user.name, user.role, frozenset(), agency.id)


def proposal(session, agency, **changes):
    return build.proposal(session, person=build.person(session, agency_id=agency.id), **changes)


def decided(session, actor, row, action, to_state, on, from_state=ProposalState.TO_REVIEW):
    return build._add(
        session,
        ReviewDecision(
            proposal_id=row.id,
            actor_id=actor.id,
            action=action,
            from_state=from_state,
            to_state=to_state,
            decided_on=on,
            decided_at=AT,
        ),
    )


def test_proposals_to_examine_are_counted_by_offer_the_oldest_promise_first(session, agency, actor):
    late, later = build.offer(session, title="Jardinier"), build.offer(session, title="Agent d'accueil")
    proposal(session, agency, offer=later, due_on=date(2013, 11, 8))
    for day in (8, 5, 12):
        proposal(session, agency, offer=late, due_on=date(2013, 11, day))
    proposal(session, agency, offer=later, state=ProposalState.REJECTED)
    found = agenda.to_examine(session, actor)
    assert [(row.title, row.count, row.due_on) for row in found] == [
        ("Jardinier", 3, date(2013, 11, 5)),
        ("Agent d'accueil", 1, date(2013, 11, 8)),
    ]


def test_another_agency_sees_none_of_it(session, agency, actor):
    proposal(session, agency)
    proposal(session, agency, state=ProposalState.APPROVED)
    other = build._add(session, Agency(name="Pôle emploi Abbeville", kind=AgencyKind.POLE_EMPLOI))
    stranger = scope.Actor(0, actor.public_id, "", Role.ADVISOR, frozenset(), other.id)
    officer = scope.Actor(0, actor.public_id, "", Role.OFFICER, frozenset(), agency.id)
    for nobody in (stranger, officer):
        assert not agenda.to_examine(session, nobody)
        assert not next_steps.steps(session, nobody, on=TODAY)
        assert agenda.open_rights(session, nobody, limit=5) == (0, [])
        assert agenda.month(session, nobody, on=TODAY) == agenda.Month(0, 0, 0)


@pytest.mark.parametrize(
    ("state", "changes", "waiting", "due"),
    [
        # two working days after the decision of Thursday 31 October: the 1st is a holiday
        (ProposalState.APPROVED, {}, Waiting.CONTACT, date(2013, 11, 5)),
        # reminded after three and seven days, called from then on
        (ProposalState.PERSON_ASKED, {"asked_on": date(2013, 10, 29)}, Waiting.PERSON, date(2013, 11, 4)),
        (
            ProposalState.PERSON_ASKED,
            {"asked_on": date(2013, 10, 21)},
            Waiting.CALL_PERSON,
            date(2013, 10, 30),
        ),
        (
            ProposalState.PERSON_ASKED,
            {"asked_on": date(2013, 10, 21), "called_on": date(2013, 11, 4)},
            Waiting.PERSON,
            date(2013, 11, 6),
        ),
        (ProposalState.AGREED, {"answered_on": date(2013, 10, 30)}, Waiting.SEND, date(2013, 11, 4)),
        (ProposalState.SELECTED, {"expected_start_on": date(2013, 11, 18)}, Waiting.OPEN, date(2013, 11, 18)),
        (ProposalState.DEFERRED, {"wake_on": date(2013, 11, 4)}, Waiting.WAKE, date(2013, 11, 4)),
    ],
)
def test_each_state_has_its_next_step_and_its_deadline(session, agency, actor, state, changes, waiting, due):
    row = proposal(session, agency, state=state, **changes)
    decided(session, actor, row, "approve", state, date(2013, 10, 31))
    (step,) = next_steps.steps(session, actor, on=TODAY)
    assert (step.waiting, step.due_on, step.proposal) == (waiting, due, row.public_id)


def test_the_employer_has_fifteen_working_days_from_the_release(session, agency, actor):
    row = proposal(session, agency, state=ProposalState.SENT)
    sent = decided(session, actor, row, "send", ProposalState.SENT, date(2013, 10, 14), ProposalState.AGREED)
    build._add(
        session,
        Release(
            proposal_id=row.id,
            decision_id=sent.id,
            decided_by_id=actor.id,
            fields=[],
            released_on=date(2013, 10, 14),
        ),
    )
    (step,) = next_steps.steps(session, actor, on=TODAY)
    assert (step.waiting, step.due_on, step.ends_on) == (
        Waiting.CALL_EMPLOYER,
        date(2013, 11, 5),
        date(2013, 11, 5),
    )
    (before,) = next_steps.steps(session, actor, on=date(2013, 10, 25))
    assert (before.waiting, before.due_on, before.by_hand) == (Waiting.EMPLOYER, date(2013, 10, 21), True)


def test_reminders_are_told_with_the_day_of_the_last_and_who_is_reminded_by_hand(session, agency, actor):
    written, silent = (
        build.proposal(
            session,
            person=build.person(session, agency_id=agency.id, email=email),
            state=ProposalState.PERSON_ASKED,
            asked_on=date(2013, 10, 28),
        )
        for email in ("a@exemple.fr", None)
    )
    for number, day in (("1", date(2013, 10, 31)), ("2", date(2013, 11, 4))):
        outbox.queue(
            session, "remind_person", subject=("proposal", written.id), address="a@exemple.fr", on=day, at=AT,
            occasion=number,
        )  # fmt: skip
    found = {step.proposal: step for step in next_steps.steps(session, actor, on=TODAY)}
    told, by_hand = found[written.public_id], found[silent.public_id]
    assert (told.reminded.on, told.reminded.count, told.by_hand) == (date(2013, 11, 4), 2, False)
    # without an address, an advisor reminds on the third day
    assert (by_hand.reminded, by_hand.by_hand, by_hand.due_on) == (None, True, date(2013, 10, 31))


def test_an_offer_that_lapsed_under_somebody_stands_in_the_list(session, agency, actor):
    past, soon = date(2013, 11, 1), date(2013, 11, 12)
    waited_for = build.offer(session, state=OfferState.LAPSED, review_by=past)
    proposal(session, agency, state=ProposalState.AGREED, offer=waited_for)
    build.offer(session, state=OfferState.LAPSED, review_by=past)  # nobody waits for it
    unreachable = build.offer(session, review_by=soon)
    build.offer(session, review_by=soon, contact_email="a@exemple.fr")  # told by the clock
    resting = agenda.resting_offers(session, actor, on=TODAY)
    assert [(row.offer, row.lapsed, row.live) for row in resting] == [
        (waited_for.public_id, True, 1),
        (unreachable.public_id, False, 0),
    ]
    (step,) = next_steps.steps(session, actor, on=TODAY)
    assert step.lapsed


def test_the_digest_is_for_who_has_something_pressing_and_wants_it(session, agency, actor):
    day = daily.Day(TODAY, AT, hires.BOOK)
    colleague = build.user(session, agency_id=agency.id)
    build.user(session, agency_id=agency.id, preferences={"digest": False})
    build.user(session, agency_id=agency.id, active=False)
    build.user(session, agency_id=agency.id, role=Role.ANIMATOR)
    elsewhere = build._add(session, Agency(name="Pôle emploi Abbeville", kind=AgencyKind.POLE_EMPLOI))
    build.user(session, agency_id=elsewhere.id)
    assert pressing.digest(session, day) == 0  # nothing presses
    proposal(session, agency, due_on=TODAY)
    assert pressing.digest(session, daily.Day(date(2013, 11, 3), AT, hires.BOOK)) == 0  # a Sunday
    assert [pressing.digest(session, day), pressing.digest(session, day)] == [2, 0]
    rows = session.scalars(sa.select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    assert [(row.user_id, row.occasion, row.arguments) for row in rows] == [
        (actor.id, "2013-11-04", {}),
        (colleague.id, "2013-11-04", {}),
    ]


def test_what_is_put_off_comes_back_on_its_day_and_a_placement_takes_over(session, agency, actor):
    proposal(session, agency, state=ProposalState.DEFERRED, wake_on=date(2013, 11, 5))
    selected = proposal(session, agency, state=ProposalState.SELECTED)
    build.placement(session, proposal_id=selected.id)
    assert not next_steps.steps(session, actor, on=TODAY)
    assert [step.waiting for step in next_steps.steps(session, actor, on=date(2013, 11, 5))] == [Waiting.WAKE]


def test_an_offer_that_waits_says_for_what(session, actor):
    build.offer(session, state=OfferState.TO_COMPLETE, missing=["tutor"], submitted_on=date(2013, 10, 2))
    build.offer(session)
    (waiting,) = agenda.incomplete_offers(session, actor)
    assert (waiting.missing, waiting.since_on) == (("tutor",), date(2013, 10, 2))


def test_people_whose_right_hangs_on_a_fact_are_counted_once(session, agency, actor):
    one = build.person(session, agency_id=agency.id)
    for _ in range(2):
        build.proposal(session, person=one, verdict=0, due_on=date(2013, 11, 6))
    proposal(session, agency)
    count, first = agenda.open_rights(session, actor, limit=5)
    assert count == 1
    assert [(row.person, row.proposals, row.due_on) for row in first] == [
        (one.public_id, 2, date(2013, 11, 6))
    ]


def test_an_examination_is_taken_up_where_it_was_left(session, agency, actor):
    assert agenda.left_at(session, actor) is None
    offer = build.offer(session, title="Jardinier")
    first, _second = proposal(session, agency, offer=offer), proposal(session, agency, offer=offer)
    first.state = ProposalState.APPROVED
    decided(session, actor, first, "approve", ProposalState.APPROVED, TODAY)
    left = agenda.left_at(session, actor)
    assert left is not None and (left.title, left.decided, left.left) == ("Jardinier", 1, 1)


def test_the_month_counts_people_of_the_caseload_since_its_first_day(session, agency, actor):
    row = proposal(session, agency, state=ProposalState.INTERVIEW)
    for day in (date(2013, 10, 31), date(2013, 11, 2), date(2013, 11, 4)):
        decided(session, actor, row, "approve", ProposalState.APPROVED, day)
    assert agenda.month(session, actor, on=TODAY) == agenda.Month(1, 0, 0)
