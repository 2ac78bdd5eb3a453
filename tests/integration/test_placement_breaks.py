"""A contract that breaks (acceptance case 10): what becomes of the money by motive, told before; the post; the person."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import match_history, milestones, offers, placement_foresight, proposals
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.organisations import Offer
from matching.store.people import EmploymentSpell
from matching.vocabulary import MilestoneState as State, OfferState, Party, PlacementState, ProposalState
from tests import build, hires
from tests.hires import A, take
from tests.web.doors import an_agency

STEP = milestones.MilestoneAction


def settle(session, made, kind, number, *steps):
    row = milestones.held(session, made.id)[kind, number]
    for step, on in steps:
        milestones.settle(session, row, step, actor_id=None, party=Party.ADVISOR, on=on)
    return row


def states(session, made):
    return {(row.kind, row.number): str(row.state) for row in milestones.of(session, made.id)}


def foretold(session, made, action, on, **details):
    return placement_foresight.foresee(
        session, made, action, actor_id=None, party=Party.ADVISOR, on=on, at=hires.AT, book=hires.BOOK,
        details=hires.placements.Details(**details),
    )  # fmt: skip


def test_case_10_from_the_signature_to_the_broken_trial(session):
    agency = an_agency(session)
    mine = hires.selected(session, agency=agency, name=hires.FRANC, positions=1)
    offer = session.get_one(Offer, mine.offer_id)
    rival = build.proposal(session, offer=offer, state=ProposalState.SENT)
    elsewhere = build.proposal(
        session, person=session.get_one(build.Person, mine.person_id), state=ProposalState.PERSON_ASKED
    )
    made = hires.placements.open_with(
        session, mine, hires.way(hires.FRANC), programme=hires.FRANC, actor_id=None, party=Party.ADVISOR,
        at=hires.AT, book=hires.BOOK,
    )  # fmt: skip
    assert (offer.posts_filled, offer.state) == (1, OfferState.FILLED)
    closed = session.execute(
        sa.select(ReviewDecision.proposal_id, ReviewDecision.reason_code).where(
            ReviewDecision.action == "close"
        )
    ).all()
    assert sorted(closed) == sorted([(rival.id, "position_filled"), (elsewhere.id, "placed_elsewhere")])
    take(session, made, A.START, date(2013, 11, 18))
    assert made.person_id not in match_history.held(session).returned
    found = foretold(session, made, A.BREAK_TRIAL, date(2013, 12, 16), reason="resigned")
    assert (found.cancelled.count, found.cancelled.cents, found.to_repay.count) == (3, 500_000, 0)
    assert found.post_freed and made.state is PlacementState.STARTED
    take(session, made, A.BREAK_TRIAL, date(2013, 12, 16), reason="resigned")
    assert (offer.posts_filled, offer.state) == (0, OfferState.OPEN)
    assert offers.open_on(offer, date(2013, 12, 17))
    assert set(states(session, made).values()) == {"cancelled"}
    job = session.scalars(sa.select(EmploymentSpell).where(EmploymentSpell.person_id == made.person_id)).one()
    assert job.end_on == date(2013, 12, 16)
    # First in line again, until something is proposed.
    assert match_history.held(session).returned == {made.person_id}
    build.proposal(
        session, person=session.get_one(build.Person, made.person_id), proposed_on=date(2013, 12, 17)
    )
    assert match_history.held(session).returned == frozenset()
    assert not proposals.live_of(session, offer_id=offer.id)


@pytest.mark.parametrize(
    ("reason", "motive", "on", "first", "second"),
    [
        ("employer_ended", "economic", date(2014, 6, 2), "to_repay", "cancelled"),
        ("employer_ended", "other_dismissal", date(2014, 6, 2), "to_repay", "cancelled"),
        ("employer_ended", "serious_fault", date(2014, 6, 2), "paid", "cancelled"),
        ("employer_ended", "unfitness", date(2014, 6, 2), "paid", "cancelled"),
        ("resigned", None, date(2014, 6, 2), "paid", "cancelled"),
        ("mutual", None, date(2014, 6, 2), "paid", "cancelled"),
        ("employer_ended", "economic", date(2015, 11, 17), "to_repay", "lapsed"),
        ("employer_ended", "economic", date(2015, 11, 18), "paid", "lapsed"),
    ],
)
def test_the_motive_decides_what_is_cancelled_and_what_is_to_be_repaid(
    session, reason, motive, on, first, second
):
    made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
    settle(session, made, "trial-end", 1, (STEP.RECEIVE, date(2014, 1, 20)), (STEP.ASK, date(2014, 1, 20)),
           (STEP.PAY, date(2014, 2, 14)))  # fmt: skip
    if second == "lapsed":
        milestones.held(session, made.id)["month-10", 2].state = State.LAPSED
    details = {"reason": reason, "motive": motive, "situation": "unemployed"}
    found = foretold(session, made, A.EXIT, on, **details)
    repaid = first == "to_repay"
    assert (found.to_repay.count, found.to_repay.cents) == ((1, 250_000) if repaid else (0, 0))
    assert states(session, made)["trial-end", 1] == "paid"  # only told
    take(session, made, A.EXIT, on, **details)
    assert states(session, made) == {
        ("trial-end", 1): first, ("month-10", 2): second, ("presence-24", 3): "cancelled",
    }  # fmt: skip
    assert (made.end_reason, made.end_motive, made.end_situation, made.ended_on) == (
        reason, motive, "unemployed", on,
    )  # fmt: skip
    if repaid:
        row = settle(session, made, "trial-end", 1, (STEP.REPAY, date(2015, 12, 1)))
        assert row.state is State.REPAID


@pytest.mark.parametrize(
    ("reason", "situation", "back"),
    [
        ("employer_ended", "unemployed", True),
        ("resigned", "unknown", True),
        ("mutual", "lasting_job", False),
        ("better_job", "lasting_job", False),
        ("training", "training", False),
        ("end_of_term", "unemployed", False),
    ],
)
def test_who_looks_for_work_again_is_first_in_line(session, reason, situation, back):
    made = hires.running(session, agency=an_agency(session))
    motive = "economic" if reason == "employer_ended" else None
    take(session, made, A.EXIT, date(2014, 6, 2), reason=reason, motive=motive, situation=situation)
    assert (made.person_id in match_history.held(session).returned) is back
    own = session.get_one(MatchProposal, made.proposal_id)
    assert own.state is ProposalState.CLOSED


def test_what_is_left_of_a_month_cut_short_is_told_too(session):
    made = hires.running(session, agency=an_agency(session))
    found = foretold(session, made, A.EXIT, date(2014, 6, 16), reason="resigned", situation="unknown")
    whole = milestones.held(session, made.id)["monthly", 8].amount_cents
    assert found.reduced.count == 1 and 0 < found.reduced.cents < whole


def test_a_right_that_was_judged_is_kept_as_it_was_a_month_later(session):
    """Acceptance case 6: the person changes, the contract's answer does not."""
    made = hires.hired(session, agency=an_agency(session))
    kept = dict(made.snapshot)
    assert (kept["on"], kept["verdict"]) == ("2013-11-04", "eligible")
    person = session.get_one(build.Person, made.person_id)
    person.birth_date = date(1980, 1, 1)
    session.flush()
    take(session, made, A.START, date(2013, 11, 18))
    take(session, made, A.PASS_TRIAL, date(2014, 1, 17))
    session.expire_all()
    assert made.snapshot == kept


def test_an_employers_break_of_the_trial_gives_the_motive_to_the_aid(session):
    made = hires.hired(session, agency=an_agency(session), name=hires.FRANC)
    take(session, made, A.START, date(2013, 11, 18))
    take(session, made, A.BREAK_TRIAL, date(2013, 12, 2), reason="employer_ended", motive="other_dismissal")
    assert (made.end_reason, made.end_motive) == ("employer_ended", "other_dismissal")
