"""The life of a contract (workflow.md iii): what each step brings with it, to its end or before it."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import milestones, placements
from matching.eligibility import programme
from matching.errors import Duplicate, InvalidInput, NotAllowed
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.organisations import Offer
from matching.store.people import EmploymentSpell
from matching.vocabulary import (
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState,
)
from tests import build, hires
from tests.web.doors import an_agency

BOOK = programme.load()
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


def hired(session, *, trial=None, kind="CDD", months=36, scheme="emploi_avenir", born=date(1993, 5, 14)):
    """A person without diploma, out of work, selected for an offer, up to the signature."""
    person = build.person(session, birth_date=born)
    offer = build.offer(session, scheme=scheme, contract_kind=kind, months=months, positions=1)
    rival = build.person(session)
    other = build.offer(session)
    proposal = build.proposal(session, person=person, offer=offer, state=ProposalState.SELECTED)
    waiting = build.proposal(session, person=rival, offer=offer)
    elsewhere = build.proposal(session, person=person, offer=other)
    user = build.user(session)
    placement = placements.open(
        session, proposal, programme="emplois-avenir", actor_id=user.id, party=Party.ADVISOR, on=DAY
    )
    steps = placements.PlacementAction

    def step(action, on=DAY, **details):
        return placements.change(
            session, placement, action, actor_id=user.id, party=Party.ADVISOR, on=on, at=AT, book=BOOK,
            details=placements.Details(**details),
        )  # fmt: skip

    step(steps.PROMISE)
    step(steps.REQUEST_AID, conditions={"contributions_paid": DAY, "commitments_signed": DAY})
    step(steps.GRANT, number="80-1")
    step(steps.SIGN, starts_on=date(2013, 11, 18), trial_end_on=trial)
    return placement, offer, waiting, elsewhere, step


def test_a_signature_counts_the_post_closes_the_others_and_makes_the_aid(session):
    placement, offer, waiting, elsewhere, _ = hired(session)
    assert (offer.posts_filled, offer.state) == (1, OfferState.FILLED)
    reasons = {
        line.proposal_id: line.reason_code
        for line in session.scalars(sa.select(ReviewDecision).where(ReviewDecision.action == "close"))
    }
    assert reasons == {waiting.id: "position_filled", elsewhere.id: "placed_elsewhere"}
    assert placement.planned_end_on == date(2016, 11, 17)
    assert placement.snapshot["verdict"] == "eligible"
    monthly = [row for row in milestones.of(session, placement.id) if row.kind == "monthly"]
    assert len(monthly) == 37 and all(row.state is MilestoneState.UPCOMING for row in monthly)


def test_the_last_post_closes_the_candidates_and_leaves_who_was_hired_before(session):
    agency = an_agency(session)
    first = hires.hired(session, agency=agency, positions=2)
    offer = session.get_one(Offer, first.offer_id)
    waiting = build.proposal(session, offer=offer)
    hires.hired(session, agency=agency, offer=offer)
    assert offer.state is OfferState.FILLED
    assert waiting.state is ProposalState.CLOSED
    assert session.get_one(MatchProposal, first.proposal_id).state is ProposalState.SELECTED


def test_a_right_that_is_not_proven_stops_the_request_and_nothing_is_written(session):
    person = build.person(session, birth_date=date(1980, 1, 1))
    proposal = build.proposal(session, person=person, state=ProposalState.SELECTED)
    user = build.user(session)
    placement = placements.open(
        session, proposal, programme="emplois-avenir", actor_id=user.id, party=Party.ADVISOR, on=DAY
    )
    steps = placements.PlacementAction
    common = {"actor_id": user.id, "party": Party.ADVISOR, "on": DAY, "at": AT, "book": BOOK}
    placements.change(session, placement, steps.PROMISE, **common)
    conditions = {"contributions_paid": DAY, "commitments_signed": DAY}
    with pytest.raises(InvalidInput, match="right-not-proven"):
        placements.change(
            session, placement, steps.REQUEST_AID, details=placements.Details(conditions=conditions), **common
        )
    assert placement.state is PlacementState.PROMISED
    assert placement.aid_requested_on is None


def test_a_broken_trial_frees_the_post_ends_the_job_and_cancels_what_follows(session):
    placement, offer, _, _, step = hired(session, trial=date(2014, 1, 17))
    steps = placements.PlacementAction
    with pytest.raises(InvalidInput, match="not-yet"):
        step(steps.START)
    step(steps.START, on=date(2013, 11, 18))
    step(steps.BREAK_TRIAL, on=date(2013, 12, 16), reason="resigned")
    assert (placement.state, placement.ended_on) == (PlacementState.EXITED, date(2013, 12, 16))
    assert (offer.posts_filled, offer.state) == (0, OfferState.OPEN)
    rows = [row for row in milestones.of(session, placement.id) if row.kind == "monthly"]
    states = {row.due_on: row.state for row in rows}
    assert states[date(2013, 11, 30)] is MilestoneState.UPCOMING
    # Sixteen days of December were worked: they stay owed, the months that follow are not.
    assert (states[date(2013, 12, 16)], rows[1].amount_cents) == (MilestoneState.UPCOMING, 55_363)
    assert states[date(2014, 1, 31)] is MilestoneState.CANCELLED
    own = session.get_one(MatchProposal, placement.proposal_id)
    assert own.state is ProposalState.CLOSED  # the person is back in matching, with nothing held


def test_a_contract_lived_to_its_end_is_completed(session):
    placement, _, _, _, step = hired(session, months=12)
    steps = placements.PlacementAction
    step(steps.START, on=date(2013, 11, 18))
    step(steps.RUN, on=date(2013, 11, 18))
    step(steps.SUSPEND, on=date(2014, 2, 3), reason="maladie")
    step(steps.RESUME, on=date(2014, 2, 17))
    with pytest.raises(InvalidInput, match="not-yet"):
        step(steps.COMPLETE, on=date(2014, 11, 1), situation="lasting_job")
    step(steps.COMPLETE, on=date(2014, 11, 17), situation="lasting_job")
    assert (placement.state, placement.end_reason) == (PlacementState.COMPLETED, "end_of_term")
    assert placement.end_situation == "lasting_job"
    monthly = [row for row in milestones.of(session, placement.id) if row.kind == "monthly"]
    assert len(monthly) == 13 and all(row.state is MilestoneState.UPCOMING for row in monthly)
    assert session.get_one(MatchProposal, placement.proposal_id).state is ProposalState.CLOSED


def test_a_contract_taken_back_after_its_start_leaves_no_job_behind(session):
    placement, offer, _, _, step = hired(session)
    steps = placements.PlacementAction
    step(steps.START, on=date(2013, 11, 18))
    step(steps.RUN, on=date(2013, 11, 18))
    jobs = sa.select(sa.func.count()).select_from(EmploymentSpell)
    assert session.scalar(jobs) == 1
    placements.change(
        session, placement, steps.CANCEL, actor_id=None, party=Party.SUPERVISOR, on=date(2013, 11, 25), at=AT, book=BOOK,
        details=placements.Details(reason="erreur de personne"),
    )  # fmt: skip
    assert (session.scalar(jobs), offer.state, offer.posts_filled) == (0, OfferState.OPEN, 0)


def test_an_employer_who_breaks_the_trial_says_why(session):
    _, _, _, _, step = hired(session, trial=date(2014, 1, 17))
    steps = placements.PlacementAction
    step(steps.START, on=date(2013, 11, 18))
    with pytest.raises(InvalidInput, match="bad-motive"):
        step(steps.BREAK_TRIAL, on=date(2013, 12, 16), reason="employer_ended")
    step(steps.BREAK_TRIAL, on=date(2013, 12, 16), reason="employer_ended", motive="unfitness")


def test_a_placement_that_is_abandoned_lets_the_person_be_proposed_again(session):
    proposal = build.proposal(session, state=ProposalState.SELECTED)
    user = build.user(session)
    common = {"actor_id": user.id, "party": Party.ADVISOR, "on": DAY}
    placement = placements.open(session, proposal, programme=None, **common)
    placements.change(
        session, placement, placements.PlacementAction.ABANDON, at=AT, book=BOOK,
        details=placements.Details(reason="renonce"), **common,
    )  # fmt: skip
    assert proposal.state is ProposalState.CLOSED


def test_one_promise_a_person_holds_also_where_two_advisors_act_at_once(session, monkeypatch):
    """Neither sees the other's promise: the schema lets one through."""
    from matching import placement_guards

    monkeypatch.setattr(placement_guards, "_engaged_elsewhere", lambda act: None)
    person, user = build.person(session), build.user(session)
    common = {"actor_id": user.id, "party": Party.ADVISOR, "on": DAY}
    first, second = (
        placements.open(
            session,
            build.proposal(session, person=person, state=ProposalState.SELECTED),
            programme=None,
            **common,
        )
        for _ in range(2)
    )
    placements.change(session, first, placements.PlacementAction.PROMISE, at=AT, book=BOOK, **common)
    with pytest.raises(Duplicate, match="person-engaged"), session.begin_nested():
        placements.change(session, second, placements.PlacementAction.PROMISE, at=AT, book=BOOK, **common)


def test_only_a_supervisor_cancels_and_only_before_money_was_asked(session):
    placement, offer, _, _, step = hired(session)
    steps = placements.PlacementAction
    with pytest.raises(NotAllowed):
        step(steps.CANCEL, reason="erreur")
    placements.change(
        session, placement, steps.CANCEL, actor_id=None, party=Party.SUPERVISOR, on=DAY, at=AT, book=BOOK,
        details=placements.Details(reason="erreur"),
    )  # fmt: skip
    assert placement.state is PlacementState.ABANDONED
    assert offer.state is OfferState.OPEN
    assert all(row.state is MilestoneState.CANCELLED for row in milestones.of(session, placement.id))
