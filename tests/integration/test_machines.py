"""Each machine takes the steps of its table and no other; each step leaves one line (workflow.md i, ii, iii)."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import milestones, offers, placements, proposals
from matching.eligibility import programme
from matching.errors import IllegalTransition, InvalidInput, NotAllowed
from matching.store.matches import Release, ReviewDecision
from matching.store.organisations import Offer, OfferEvent, Organisation
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


@pytest.mark.parametrize(
    ("known", "after"), [(None, DAY), (date(2013, 9, 2), DAY), (date(2013, 11, 5), date(2013, 11, 5))]
)
def test_a_contact_is_the_last_one_of_the_person_unless_a_later_one_is_known(session, known, after):
    person = build.person(session, last_contact_on=known)
    version = person.version
    proposal = build.proposal(session, person=person, state=ProposalState.APPROVED)
    proposals.review(
        session,
        proposal,
        proposals.ProposalAction.CONTACT,
        actor_id=build.user(session).id,
        party=Party.ADVISOR,
        on=DAY,
        at=AT,
        details=proposals.Details(channel="phone"),
    )
    session.refresh(person)
    assert (person.last_contact_on, person.version) == (after, version)


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
