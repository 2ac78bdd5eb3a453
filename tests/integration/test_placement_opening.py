"""Several steps in one go are the same steps one by one, and one that is refused leaves nothing of the others."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import milestones, placement_foresight, placements
from matching.errors import Duplicate, InvalidInput
from matching.store import scope
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.vocabulary import MilestoneState, OfferState, Party, PlacementState, ProposalState, Role
from tests import build, hires
from tests.web.doors import an_agency

A = placements.PlacementAction
KEPT = (
    "programme", "contract_kind", "months", "weekly_hours", "state", "proposed_on", "promised_on", "aid_requested_on",
    "aid_decision_on", "aid_number", "signed_on", "starts_on", "trial_end_on", "planned_end_on", "snapshot",
)  # fmt: skip


def told(session, placement):
    """Everything that a placement is, but whose it is."""
    events = session.scalars(
        sa.select(PlacementEvent)
        .where(PlacementEvent.placement_id == placement.id)
        .order_by(PlacementEvent.id)
    )
    offer = session.get_one(Offer, placement.offer_id)
    return (
        {name: getattr(placement, name) for name in KEPT},
        [(e.action, e.from_state, e.to_state, e.reason, e.done_on) for e in events],
        [
            (row.kind, row.number, row.due_on, row.amount_cents, row.window_closes_on)
            for row in milestones.of(session, placement.id)
        ],
        (offer.state, offer.posts_filled),
    )


def one_by_one(session, proposal, name, steps):
    common = {"actor_id": None, "party": Party.ADVISOR}
    made = placements.open(session, proposal, programme=name, on=steps[0].on, **common)
    for step in steps:
        placements.change(
            session,
            made,
            step.action,
            on=step.on,
            at=hires.AT,
            book=hires.BOOK,
            details=step.details,
            **common,
        )
    return made


@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("name", [hires.AVENIR, hires.FRANC, None])
def test_steps_in_one_go_are_the_steps_one_by_one(session, name, length):
    agency = an_agency(session)
    steps = hires.way(name)[:length]
    together = hires.hired(session, agency=agency, name=name, steps=steps)
    apart = one_by_one(session, hires.selected(session, agency=agency, name=name), name, steps)
    assert told(session, together) == told(session, apart)
    assert len(told(session, together)[1]) == len(steps) + 1


def test_the_right_is_judged_and_frozen_on_its_own_day(session):
    agency = an_agency(session)
    by_request = hires.hired(session, agency=agency, name=hires.FRANC)
    by_signature = hires.hired(session, agency=agency, name=hires.AVENIR)
    assert (by_request.snapshot["on"], by_signature.snapshot["on"]) == ("2013-10-18", "2013-11-04")
    assert set(by_request.snapshot["conditions"].values()) == {"2013-10-18"}


def test_a_right_that_ends_between_request_and_signature_is_kept_by_who_is_judged_at_the_request(session):
    agency = an_agency(session)
    # Thirty, and twenty-six, on 1 November: after the request, before the signature.
    franc = hires.person(session, agency=agency, birth_date=date(1983, 11, 1))
    avenir = hires.person(session, agency=agency, birth_date=date(1987, 11, 1))
    made = hires.hired(session, agency=agency, name=hires.FRANC, who=franc)
    assert made.snapshot["verdict"] == "eligible"
    with pytest.raises(InvalidInput, match="right-not-proven") as refused, session.begin_nested():
        hires.hired(session, agency=agency, name=hires.AVENIR, who=avenir)
    assert refused.value.facts["step"] == "sign"
    assert refused.value.facts["day"] == hires.DAY


@pytest.mark.parametrize("name", [hires.AVENIR, hires.FRANC])
def test_a_refused_step_leaves_nothing_of_those_before_it(session, name):
    agency = an_agency(session)
    proposal = hires.selected(session, agency=agency, name=name)
    steps = hires.way(name)
    bare = placements.Planned(A.REQUEST_AID, steps[1].on, placements.Details())
    with pytest.raises(InvalidInput, match="conditions-missing") as refused, session.begin_nested():
        placements.open_with(
            session, proposal, [steps[0], bare, *steps[2:]], programme=name, actor_id=None,
            party=Party.ADVISOR, at=hires.AT, book=hires.BOOK,
        )  # fmt: skip
    assert refused.value.facts["step"] == "request_aid"
    for table in (Placement, PlacementEvent, AidMilestone):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    assert session.get_one(MatchProposal, proposal.id).state is ProposalState.SELECTED


def test_no_step_comes_before_the_choice_nor_before_the_step_it_follows(session):
    agency = an_agency(session)
    for early, code in ((date(2013, 10, 13), "before-selection"), (date(2013, 10, 15), "before-last-step")):
        proposal = hires.selected(session, agency=agency, name=None)
        promised = early if code == "before-selection" else date(2013, 10, 16)
        steps = [placements.Planned(A.PROMISE, promised)]
        if code == "before-last-step":
            steps.append(placements.Planned(A.SIGN, early, placements.Details(starts_on=date(2013, 11, 18))))
        with pytest.raises(InvalidInput, match=code), session.begin_nested():
            placements.open_with(
                session, proposal, steps, programme=None, actor_id=None, party=Party.ADVISOR, at=hires.AT,
                book=hires.BOOK,
            )  # fmt: skip


def test_a_proposal_has_one_hire(session):
    agency = an_agency(session)
    proposal = hires.selected(session, agency=agency, name=None)
    common = {"programme": None, "actor_id": None, "party": Party.ADVISOR, "at": hires.AT, "book": hires.BOOK}
    placements.open_with(session, proposal, hires.way(None)[:1], **common)
    with pytest.raises(Duplicate, match="placement-exists"), session.begin_nested():
        placements.open_with(session, proposal, hires.way(None)[:1], **common)


# --- foreseen


def foresee(session, placement, action, on, **details):
    return placement_foresight.foresee(
        session, placement, action, actor_id=None, party=Party.SUPERVISOR, on=on, at=hires.AT, book=hires.BOOK,
        details=placements.Details(**details),
    )  # fmt: skip


def test_what_a_signature_entails_is_told_and_nothing_is_done(session):
    agency = an_agency(session)
    who = hires.person(session, agency=agency)
    steps = hires.way(hires.AVENIR)
    made = hires.hired(session, agency=agency, who=who, steps=steps[:3], positions=1)
    build.proposal(session, person=who)
    build.proposal(session, offer=session.get_one(Offer, made.offer_id))
    before = told(session, made)
    found = foresee(
        session, made, A.SIGN, hires.DAY, starts_on=date(2013, 11, 18), trial_end_on=date(2014, 1, 17)
    )
    assert (found.elsewhere, found.rivals, found.offer_filled) == (1, 1, True)
    assert told(session, made) == before
    assert session.get_one(Offer, made.offer_id).state is OfferState.OPEN
    placements.change(
        session, made, A.SIGN, actor_id=None, party=Party.ADVISOR, on=hires.DAY, at=hires.AT, book=hires.BOOK,
        details=steps[3].details,
    )  # fmt: skip
    assert found.made == placement_foresight.Rows.of(milestones.of(session, made.id))


@pytest.mark.parametrize(
    ("motive", "to_repay"), [("economic", 250_000), ("serious_fault", 0), ("unfitness", 0)]
)
def test_a_paid_aid_is_repaid_by_the_motive_as_foreseen(session, motive, to_repay):
    agency = an_agency(session)
    made = hires.hired(session, agency=agency, name=hires.FRANC)

    def step(action, on, **details):
        placements.change(
            session, made, action, actor_id=None, party=Party.ADVISOR, on=on, at=hires.AT, book=hires.BOOK,
            details=placements.Details(**details),
        )  # fmt: skip

    step(A.START, date(2013, 11, 18))
    step(A.PASS_TRIAL, date(2014, 1, 17))
    step(A.RUN, date(2014, 1, 17))
    first = milestones.held(session, made.id)["trial-end", 1]
    for action in ("receive", "ask", "pay"):
        milestones.settle(
            session, first, milestones.MilestoneAction(action), actor_id=None, party=Party.ADVISOR,
            on=date(2014, 2, 3),
        )  # fmt: skip
    details = {"reason": "employer_ended", "motive": motive, "situation": "unemployed"}
    found = foresee(session, made, A.EXIT, date(2014, 3, 3), **details)
    assert (found.to_repay.cents, found.cancelled.cents) == (to_repay, 250_000)
    assert first.state is MilestoneState.PAID  # only foreseen
    step(A.EXIT, date(2014, 3, 3), **details)
    expected = MilestoneState.TO_REPAY if to_repay else MilestoneState.PAID
    assert (first.state, made.state) == (expected, PlacementState.EXITED)


# --- standing in time


def test_where_a_row_stands_is_read_from_its_days(session):
    agency = an_agency(session)
    made = hires.hired(session, agency=agency, name=hires.FRANC)
    rows = milestones.held(session, made.id)
    first, mark = rows["trial-end", 1], rows["presence-24", 3]  # due 17 January 2014, window of a month
    standing = milestones.Standing
    days = {
        date(2014, 1, 16): standing.TO_COME,
        date(2014, 1, 17): standing.OPEN,
        date(2014, 2, 17): standing.OPEN,
        date(2014, 2, 18): standing.LOST,
    }
    assert {day: milestones.standing(first, day) for day in days} == days
    assert milestones.standing(mark, date(2015, 11, 19)) is standing.LATE
    receive = (milestones.MilestoneAction.RECEIVE,)
    assert [milestones.offered(first, Party.ADVISOR, day) for day in days] == [(), receive, receive, ()]


def test_what_the_page_offers_is_what_the_table_and_the_contract_allow(session):
    actor = scope.Actor(1, None, "x", Role.ADVISOR, agency_id=1)
    supervisor = scope.Actor(1, None, "x", Role.ADVISOR, frozenset({"supervise"}), agency_id=1)
    assert A.CANCEL not in placements.allowed(PlacementState.SIGNED, actor.party)
    assert A.CANCEL in placements.allowed(PlacementState.SIGNED, supervisor.party)
    from matching import placement_guards as guards

    made = build.placement(session, state=PlacementState.STARTED)
    applies = {
        action: guards.applies(made, action, hires.BOOK)
        for action in placements.allowed(made.state, actor.party)
    }
    assert applies == {A.PASS_TRIAL: False, A.RUN: True, A.BREAK_TRIAL: False}
    made.trial_end_on = date(2013, 12, 1)
    assert guards.applies(made, A.PASS_TRIAL, hires.BOOK) and not guards.applies(made, A.RUN, hires.BOOK)
    assert guards.opens_on(made, A.PASS_TRIAL) == date(2013, 12, 1)
