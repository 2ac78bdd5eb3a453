"""A file changes hands: who may ask, who answers, what each agency sees, until when (workflow.md iii)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import audit, daily, daily_rules, hand_over_queries, hand_overs, placements
from matching.eligibility import programme
from matching.errors import Conflict, Duplicate, IllegalTransition, InvalidInput, NotAllowed, NotFound
from matching.store import scope
from matching.store.follow_up import HandOver
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency, Person
from matching.store.placements import PlacementEvent
from matching.store.upkeep import AuditEvent
from matching.vocabulary import (
    AgencyKind,
    HandOverState as State,
    MessageState,
    Party,
    PlacementState,
    ProposalState,
    Role,
)
from tests import build, hires

DAY, DUE = date(2013, 11, 4), date(2013, 11, 12)  # the 11th is a holiday
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
A = hand_overs.HandOverAction


def agency(session, name, kind=AgencyKind.POLE_EMPLOI):
    return build._add(session, Agency(name=name, kind=kind))


def actor(session, of, *permissions):
    user = build.user(session, agency_id=of.id, permissions=list(permissions))
    return scope.Actor(
        id=user.id, public_id=user.public_id, name=user.name, role=Role.ADVISOR, permissions=frozenset(permissions),
        agency_id=of.id, agency_name=of.name, agency_kind=of.kind,
    )  # fmt: skip


@dataclass
class Houses:
    giver: scope.Actor
    taker: scope.Actor
    other: scope.Actor
    local: Agency
    proposal: object


@pytest.fixture
def houses(session):
    pole, local = (
        agency(session, "Pôle emploi"),
        agency(session, "Mission locale", AgencyKind.MISSION_LOCALE),
    )
    cap = agency(session, "Cap emploi", AgencyKind.CAP_EMPLOI)
    proposal = hires.selected(session, agency=pole)
    return Houses(actor(session, pole), actor(session, local), actor(session, cap), local, proposal)


def ask(session, houses, subject=None, *, by=None, to=None, note="D'accord pour signer.", on=DAY):
    return hand_overs.ask(
        session, by or houses.giver, subject or houses.proposal, to or houses.local, note=note, on=on, at=AT
    )


def change(session, who, row, action, *, version=None, **more):
    seen = row.version if version is None else version
    hand_overs.change(session, who, row, action, version=seen, on=DAY, at=AT, **more)


def people(session, who):
    return {row.id for row in session.scalars(scope.people(who))}


def test_asked_accepted_followed_and_given_back_with_the_whole_history(session, houses):
    row = ask(session, houses)
    person = row.person_id
    assert (row.state, row.due_on, row.programme) == (State.ASKED, DUE, "emplois-avenir")
    assert person not in people(session, houses.taker), "nothing is open before the answer"
    line = hand_over_queries.one(session, houses.taker, row.public_id)
    assert line.incoming and not line.readable and line.title == "Jardinier"
    assert [each.row.id for each in hand_over_queries.waiting(session, houses.taker)] == [row.id]
    with pytest.raises(NotFound):
        hand_over_queries.one(session, houses.other, row.public_id)

    change(session, houses.taker, row, A.ACCEPT)
    assert person in people(session, houses.taker), "the whole file"
    assert person in people(session, houses.giver), "the giver goes on reading"
    assert person not in people(session, houses.other)
    assert hand_over_queries.waiting(session, houses.taker) == []

    # Everything from the promise to the trial's end, noted by the mission locale.
    P = placements.PlacementAction
    steps = [*hires.way(hires.AVENIR)]
    placed = placements.open_with(
        session, houses.proposal, steps, programme=hires.AVENIR, actor_id=houses.taker.id,
        party=Party.MISSION_LOCALE, at=AT, book=programme.load(),
    )  # fmt: skip
    for action, on in (
        (P.START, date(2013, 11, 18)),
        (P.PASS_TRIAL, date(2014, 1, 17)),
        (P.RUN, date(2014, 1, 18)),
    ):
        placements.change(
            session, placed, action, actor_id=houses.taker.id, party=Party.MISSION_LOCALE, on=on, at=AT,
            book=programme.load(),
        )  # fmt: skip
    assert placed.state is PlacementState.RUNNING
    assert hand_over_queries.one(session, houses.giver, row.public_id).placement == placed.public_id

    change(session, houses.taker, row, A.END, reason_code="person_asked")
    assert (row.state, row.decided_by_id, row.ended_by_id) == (State.ENDED, houses.taker.id, houses.taker.id)
    assert person not in people(session, houses.taker)
    authors = set(
        session.scalars(sa.select(PlacementEvent.actor_id).where(PlacementEvent.placement_id == placed.id))
    )
    assert authors == {houses.taker.id}, "what it noted stays"
    trail = session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.action.like("hand_over.%")).order_by(AuditEvent.id)
    )
    assert list(trail) == ["hand_over.ask", "hand_over.accept", "hand_over.end"]
    assert audit.verify(session).holds
    assert ask(session, houses, placed).state is State.ASKED, "it may be asked again"


def told(session, kind):
    return session.scalars(
        sa.select(OutgoingMessage).where(OutgoingMessage.kind == kind).order_by(OutgoingMessage.id)
    ).all()


def test_each_request_and_each_answer_is_told_once(session, houses):
    chief = actor(session, houses.local, scope.SUPERVISE)
    row = ask(session, houses)
    asked = told(session, "hand_over_asked")
    assert [each.user_id for each in asked] == [chief.id], (
        "its supervisors; all its advisors where it has none"
    )
    change(session, houses.taker, row, A.REFUSE, reason_code="no_capacity")
    answered = told(session, "hand_over_answered")
    assert [(each.user_id, each.arguments) for each in answered] == [
        (houses.giver.id, {"outcome": "refused"})
    ]
    again = ask(session, houses)
    change(session, houses.giver, again, A.WITHDRAW)
    assert [each.state for each in told(session, "hand_over_asked")] == [
        MessageState.WAITING, MessageState.CANCELLED,
    ]  # fmt: skip
    assert len(told(session, "hand_over_answered")) == 1


def test_a_day_after_its_deadline_a_request_is_over_whatever_days_were_skipped(session, houses):
    row = ask(session, houses)
    rule = dict(daily_rules.RULES)["hand-overs"]
    book = programme.load()
    assert rule(session, daily.Day(DUE, AT, book)) == 0
    assert rule(session, daily.Day(DUE + timedelta(days=9), AT, book)) == 1
    assert rule(session, daily.Day(DUE + timedelta(days=9), AT, book)) == 0
    assert row.state is State.EXPIRED
    assert [each.arguments for each in told(session, "hand_over_answered")] == [{"outcome": "expired"}]
    with pytest.raises(IllegalTransition):
        change(session, houses.taker, row, A.ACCEPT)


@pytest.mark.parametrize("state", list(ProposalState))
def test_a_follow_up_is_asked_for_from_the_yes_of_the_person_on(session, houses, state):
    houses.proposal.state = state
    session.flush()
    if state in (
        ProposalState.AGREED, ProposalState.SENT, ProposalState.INTERVIEW, ProposalState.SELECTED,
    ):  # fmt: skip
        assert ask(session, houses).state is State.ASKED
    else:
        with pytest.raises(InvalidInput, match="hand-over-too-early-or-late"):
            ask(session, houses)


def test_what_cannot_be_asked_is_refused_and_nothing_is_written(session, houses):
    def refused(code, **how):
        with pytest.raises((InvalidInput, NotAllowed, NotFound, Duplicate), match=code):
            ask(session, houses, **how)

    franc = hires.selected(session, agency=session.get_one(Agency, houses.giver.agency_id), name=hires.FRANC)
    common = hires.selected(session, agency=session.get_one(Agency, houses.giver.agency_id), name=None)
    refused("hand-over-other-programme", subject=franc)
    refused("hand-over-other-programme", subject=common)
    refused("not-found", by=houses.other)
    refused("note-needed", note="  ")
    empty = agency(session, "Mission locale sans compte", AgencyKind.MISSION_LOCALE)
    refused("hand-over-nobody-there", to=empty)
    refused("hand-over-nobody-there", to=agency(session, "Pôle emploi Sud"))
    assert session.scalar(sa.select(HandOver)) is None
    row = ask(session, houses)
    refused("hand-over-exists")
    refused("hand-over-exists", to=session.get_one(Agency, houses.other.agency_id))
    change(session, houses.taker, row, A.ACCEPT)
    refused("hand-over-exists")
    refused("hand-over-not-yours", by=houses.taker, to=session.get_one(Agency, houses.other.agency_id))


def test_every_step_from_every_state_by_either_agency(session, houses):
    """The receiving agency accepts, refuses and gives back; the giving one withdraws; from their states alone."""
    row = ask(session, houses)
    written = {
        "accept": ({"asked"}, "accepted", "taker"),
        "refuse": ({"asked"}, "refused", "taker"),
        "withdraw": ({"asked"}, "withdrawn", "giver"),
        "end": ({"accepted"}, "ended", "taker"),
    }
    reasons = {"refuse": "not_ours", "end": "contract_over"}
    for state in State:
        for action in (A.ACCEPT, A.REFUSE, A.WITHDRAW, A.END):
            for name in ("giver", "taker", "other"):
                starts, leads_to, party = written[str(action)]
                outer = session.begin_nested()
                row.state, row.decided_on = state, None if state is State.ASKED else DAY
                row.ended_on = DAY if state is State.ENDED else None
                session.flush()
                try:
                    change(session, getattr(houses, name), row, action, reason_code=reasons.get(str(action)))
                except (IllegalTransition, NotAllowed, InvalidInput):
                    assert str(state) not in starts or name != party, (state, action, name)
                    assert row.state is state
                else:
                    assert str(state) in starts and name == party, (state, action, name)
                    assert str(row.state) == leads_to
                outer.rollback()
                session.expire_all()


def test_answers_have_reasons_and_who_is_slower_is_told(session, houses):
    row = ask(session, houses)
    for code, note in ((None, ""), ("contract_over", ""), ("other", " ")):
        with pytest.raises(InvalidInput, match=r"bad-reason|note-needed"):
            change(session, houses.taker, row, A.REFUSE, reason_code=code, note=note)
    seen = row.version
    change(session, houses.taker, row, A.ACCEPT, version=seen)
    with pytest.raises(Conflict):
        change(session, houses.taker, row, A.REFUSE, version=seen, reason_code="not_ours")
    assert row.state is State.ACCEPTED


def test_a_request_whose_hire_is_over_cannot_be_accepted(session, houses):
    row = ask(session, houses)
    houses.proposal.state = ProposalState.CLOSED
    session.flush()
    with pytest.raises(InvalidInput, match="hand-over-pointless"):
        change(session, houses.taker, row, A.ACCEPT)
    assert session.scalar(scope.people(houses.taker).where(Person.id == row.person_id)) is None
