"""Each machine takes the steps of its table and no other; each step leaves one line (workflow.md i, ii, iii)."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import milestones, offers, placements, proposals
from matching.eligibility import programme
from matching.errors import Duplicate, IllegalTransition, InvalidInput, NotAllowed
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.organisations import Offer, OfferEvent, Organisation
from matching.store.people import EmploymentSpell
from matching.store.placements import AidMilestone, PlacementEvent
from matching.vocabulary import (
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState,
)
from tests import build

BOOK = programme.load()
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


def cases(table, states):
    return [(state, action) for action in table for state in states]


def parties(step):
    return sorted(step.parties, key=str)


@pytest.mark.parametrize(("state", "action"), cases(proposals.TRANSITIONS, ProposalState))
def test_a_proposal_takes_a_step_of_its_table_or_none(session, state, action):
    step = proposals.TRANSITIONS[action]
    proposal = build.proposal(session, state=state)
    before = session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision))
    # The fullest details: what the guards of each step ask for.
    details = proposals.Details(
        reason_code=_reason(action), note="parce que", wake_on=date(2013, 11, 20), channel="phone",
        starts_on=date(2013, 11, 18),
    )  # fmt: skip
    # A machine's own close names a reason of its own; an advisor's has one only.
    party = Party.SYSTEM if action is proposals.ProposalAction.CLOSE else parties(step)[0]
    user = build.user(session)

    def go():
        proposals.review(
            session,
            proposal,
            action,
            actor_id=user.id,
            party=party,
            on=date(2013, 12, 20),
            at=AT,
            details=details,
        )

    if state not in step.starts:
        with pytest.raises(IllegalTransition):
            go()
        assert proposal.state is state
        assert session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision)) == before
        return
    if action is proposals.ProposalAction.DEFER:
        details = proposals.Details(wake_on=date(2013, 12, 28))
    if action in (proposals.ProposalAction.UNDO, proposals.ProposalAction.NO_ANSWER_EMPLOYER):
        return  # need a history of their own: below
    go()
    assert proposal.state is step.leads_to
    lines = session.scalars(sa.select(ReviewDecision).where(ReviewDecision.proposal_id == proposal.id)).all()
    assert [(line.from_state, line.to_state, line.action) for line in lines] == [
        (state, step.leads_to, str(action))
    ]
    assert (session.scalar(sa.select(Release)) is not None) == (action is proposals.ProposalAction.SEND)


def _reason(action):
    return {
        "reject": "mobility", "not_selected": "skills", "close": "placed_elsewhere", "no": "hours",
    }.get(str(action))  # fmt: skip


@pytest.mark.parametrize("action", list(proposals.TRANSITIONS))
def test_a_party_that_has_no_say_is_refused_and_nothing_moves(session, action):
    step = proposals.TRANSITIONS[action]
    strangers = [party for party in Party if party not in step.parties]
    start = next(iter(sorted(s for s in step.starts if s is not None)), None)
    if start is None:
        return
    proposal = build.proposal(session, state=start)
    with pytest.raises(NotAllowed):
        proposals.review(session, proposal, action, actor_id=None, party=strangers[0], on=DAY, at=AT)
    assert proposal.state is start


def test_undo_is_for_its_author_until_the_outside_was_told(session):
    proposal, author, other = (
        build.proposal(session),
        build.user(session),
        build.user(session, email="b@x.fr"),
    )

    def act(action, user, **more):
        return proposals.review(
            session, proposal, action, actor_id=user.id, party=Party.ADVISOR, on=DAY, at=AT,
            details=proposals.Details(reason_code="mobility"), **more,
        )  # fmt: skip

    actions = proposals.ProposalAction
    act(actions.REJECT, author)
    with pytest.raises(InvalidInput):
        act(actions.UNDO, other)
    act(actions.UNDO, author)
    assert proposal.state is ProposalState.TO_REVIEW
    act(actions.REJECT, author, told=True)
    with pytest.raises(InvalidInput, match="already-told"):
        act(actions.UNDO, author)


def test_nothing_is_released_without_a_named_advisor(session):
    proposal = build.proposal(session, state=ProposalState.AGREED)
    with pytest.raises(InvalidInput, match="advisor-needed"):
        proposals.review(
            session,
            proposal,
            proposals.ProposalAction.SEND,
            actor_id=None,
            party=Party.ADVISOR,
            on=DAY,
            at=AT,
        )
    assert session.scalar(sa.select(Release)) is None


@pytest.mark.parametrize(("state", "action"), cases(offers.TRANSITIONS, OfferState))
def test_an_offer_takes_a_step_of_its_table_or_none(session, state, action):
    step = offers.TRANSITIONS[action]
    offer = build.offer(
        session, state=state, missing=["tutor"] if action is offers.OfferAction.RETURN else []
    )
    offer.review_by = date(2013, 11, 1)
    session.flush()
    party = parties(step)[0]
    user = build.user(session)

    def go():
        offers.change(
            session, offer, action, actor_id=user.id, party=party, on=DAY, at=AT, reason="parce que", book=BOOK,
            organisation=session.get_one(Organisation, offer.organisation_id),
        )  # fmt: skip

    if state not in step.starts:
        with pytest.raises(IllegalTransition):
            go()
        assert offer.state is state
        assert session.scalar(sa.select(OfferEvent)) is None
        return
    try:
        go()
    except InvalidInput:
        assert offer.state is state  # a guard: nothing moved
        return
    assert offer.state is step.leads_to
    event = session.scalars(sa.select(OfferEvent)).one()
    assert (event.from_state, event.to_state, event.actor_id) == (state, step.leads_to, user.id)


@pytest.mark.parametrize(("state", "action"), cases(placements.TRANSITIONS, PlacementState))
def test_a_placement_never_moves_but_by_its_table(session, state, action):
    step = placements.TRANSITIONS[action]
    placement = build.placement(session, state=state)
    if state in step.starts:
        return  # the journeys below take each of these
    with pytest.raises(IllegalTransition):
        placements.change(
            session, placement, action, actor_id=None, party=parties(step)[0], on=DAY, at=AT, book=BOOK
        )
    assert placement.state is state
    assert session.scalar(sa.select(PlacementEvent)) is None


@pytest.mark.parametrize(("state", "action"), cases(milestones.TRANSITIONS, MilestoneState))
def test_a_milestone_takes_a_step_of_its_table_or_none(session, state, action):
    step = milestones.TRANSITIONS[action]
    placement = build.placement(session)
    row = AidMilestone(
        placement_id=placement.id, kind="monthly", number=1, due_on=date(2013, 10, 31),
        window_closes_on=date(2013, 11, 3) if action is milestones.MilestoneAction.LAPSE else None,
        amount_cents=100, state=state,
    )  # fmt: skip
    session.add(row)
    session.flush()

    def go():
        milestones.settle(session, row, action, actor_id=None, party=parties(step)[0], on=DAY, reason="motif")

    if state not in step.starts:
        with pytest.raises(IllegalTransition):
            go()
        assert row.state is state
        return
    go()
    assert row.state is step.leads_to


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


def test_undoing_a_refusal_never_passes_the_cap_nor_doubles_a_proposal(session):
    person, user = build.person(session), build.user(session)
    proposal = build.proposal(session, person=person)

    def act(action, of=proposal):
        return proposals.review(
            session, of, action, actor_id=user.id, party=Party.ADVISOR, on=DAY, at=AT,
            details=proposals.Details(reason_code="mobility"),
        )  # fmt: skip

    act(proposals.ProposalAction.REJECT)
    again = build.proposal(session, person=person, offer=session.get_one(Offer, proposal.offer_id))
    with pytest.raises(InvalidInput, match="already-proposed"):
        act(proposals.ProposalAction.UNDO)
    act(proposals.ProposalAction.REJECT, again)
    for _ in range(5):
        build.proposal(session, person=person)
    with pytest.raises(InvalidInput, match="person-at-cap"):
        act(proposals.ProposalAction.UNDO)
    assert proposal.state is ProposalState.REJECTED


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


def test_every_refusal_of_a_flow_has_a_french_sentence():
    """Codes raised in the flows, read from their source, each with words that say what to do."""
    import re
    from pathlib import Path

    import matching
    from web.wording import SENTENCES

    root = Path(matching.__file__).parent
    codes = set()
    for path in root.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        codes |= set(re.findall(r"\brefuse\(\s*\"([a-z-]+)\"", text))
        codes |= set(
            re.findall(
                r"(?:InvalidInput|NotFound|Duplicate|StaleVersion|IllegalTransition|NotAllowed)\(\s*\"([a-z-]+)\"",
                text,
            )
        )
    assert codes - set(SENTENCES) == set()
