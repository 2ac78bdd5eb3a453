"""Each figure of the monthly report: the funnel, rejections, offers, the register; what a month is and what it hides."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa

from matching import placements, proposals
from matching.errors import InvalidInput
from matching.report_model import STEPS, read, write
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.organisations import OfferEvent
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import (
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState,
    ResidenceKind,
)
from tests import build
from tests.counting import queries
from tests.integration.months import BOOK, NOVEMBER, OCTOBER, home, lines, many, monthly, positive, some_zones

AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


@pytest.fixture
def zones(session):
    return some_zones(session)


def decide(session, proposal, action, day, reason=None):
    session.add(
        ReviewDecision(
            proposal_id=proposal.id, action=str(action), from_state=None, to_state=ProposalState.TO_REVIEW,
            reason_code=reason, decided_on=day, decided_at=AT,
        )
    )  # fmt: skip
    session.flush()


def test_the_funnel_follows_the_proposals_of_two_months_before(session):
    employer = build.organisation(session)
    ways = {
        (): 6,
        ("approve",): 1,
        ("reject",): 2,
        ("approve", "undo"): 1,
        ("approve", "undo", "reject"): 1,
        ("stale",): 3,
        ("approve", "contact", "no"): 2,
        ("approve", "contact", "yes", "send", "selected"): 3,
        ("approve", "contact", "yes", "send", "interview", "not_selected"): 1,
    }
    for way, count in ways.items():
        for _ in range(count):
            made = build.proposal(session, proposed_on=date(2013, 8, 12))
            for step, action in enumerate(way):
                decide(session, made, action, date(2013, 9, 2 + step))
    late = build.proposal(session, proposed_on=date(2013, 8, 30))
    decide(session, late, "approve", date(2013, 11, 2))  # after the month: not yet
    build.proposal(session, proposed_on=date(2013, 9, 1))  # another cohort
    for state, signed_on in (
        (PlacementState.RUNNING, date(2013, 10, 31)),
        (PlacementState.RUNNING, date(2013, 11, 4)),
        (PlacementState.ABANDONED, date(2013, 10, 2)),
    ):
        selected = session.scalars(
            sa.select(MatchProposal)
            .join(ReviewDecision, ReviewDecision.proposal_id == MatchProposal.id)
            .where(
                ReviewDecision.action == "selected", MatchProposal.id.not_in(sa.select(Placement.proposal_id))
            )
        ).first()
        session.add(
            Placement(
                proposal_id=selected.id, person_id=selected.person_id, organisation_id=employer.id,
                contract_kind="CDI", state=state, proposed_on=date(2013, 9, 20), signed_on=signed_on, snapshot={},
            )
        )  # fmt: skip
        session.flush()
    made = monthly(session)["C1"]
    assert made.period == "2013-08"
    reached = dict(zip(STEPS, (18, 10, 7, 6, 4, 4, 4, 3, 1), strict=True))
    assert lines(made, "step") == reached
    left = lines(made, "stopped_at")
    assert left == {step: reached[step] - reached[after] for step, after in pairwise(STEPS)}


def test_rejections_of_the_month_by_reason_without_those_undone(session):
    for day, reason, undone in (
        (date(2013, 10, 1), "skills", False),
        (date(2013, 10, 31), "skills", False),
        (date(2013, 10, 8), "mobility", False),
        (date(2013, 10, 8), "mobility", True),
        (date(2013, 9, 30), "language", False),
    ):
        made = build.proposal(session)
        decide(session, made, "reject", day, reason)
        if undone:
            decide(session, made, "undo", day)
    decide(session, build.proposal(session), "approve", date(2013, 10, 9))
    found = monthly(session)["C4"]
    assert positive(lines(found, "reason")) == {"skills": 2, "mobility": 1}
    assert (found.numerator, found.denominator) == (3, 4)


def test_offers_open_at_the_end_of_the_month_whatever_became_of_them_since(session):
    steps = {
        "a": [("submit", "submitted", 9, 2), ("accept", "open", 10, 2)],
        "b": [("accept", "open", 10, 3), ("fill", "filled", 10, 20), ("reopen", "open", 10, 25)],
        "c": [("accept", "open", 9, 3), ("fill", "filled", 11, 2)],
        "d": [("accept", "open", 9, 3), ("lapse", "lapsed", 10, 12)],
        "e": [("accept", "open", 11, 3)],
    }
    employer = build.organisation(session)
    for positions, (name, events) in enumerate(steps.items(), 1):
        made = build.offer(session, employer=employer, reference=name, positions=positions)
        for action, state, month, day in events:
            session.add(
                OfferEvent(
                    offer_id=made.id,
                    action=action,
                    to_state=OfferState(state),
                    done_on=date(2013, month, day),
                )
            )
    session.flush()
    found = monthly(session)["B1"]
    assert lines(found, "movement") == {"opened": 2, "filled": 1, "lapsed": 1, "open": 3}
    assert {line.key[0]: line.also["posts"] for line in found.by("movement").lines} == {
        "opened": 3, "filled": 2, "lapsed": 4, "open": 6,
    }  # fmt: skip
    assert (found.value, found.change, found.also) == (3, 1, {"posts": 6})


def test_the_register_by_confirmed_zone_on_the_last_day(session, zones):
    nord, sud, country, _ = zones
    there = [build.person(session) for _ in range(5)]
    home(session, there[0], nord)
    home(session, there[1], nord, end=date(2013, 10, 15))
    home(session, there[1], sud, start=date(2013, 10, 16))
    home(session, there[2], None)
    home(session, there[3], country, kind=ResidenceKind.DECLARED)
    build.person(session, known_since=date(2013, 11, 1))
    session.flush()
    found = monthly(session)["A1"]
    assert positive(lines(found, "zone")) == {"t-nord": 1, "t-sud": 1, "outside": 1, "unknown": 2}
    assert found.value == 5
    assert found.by("zone").get("t-nord").label == "nord"


def test_a_signature_counts_in_its_month_until_it_is_taken_back(session):
    who = build.person(session)
    offer = build.offer(session, positions=1)
    proposal = build.proposal(session, person=who, offer=offer, state=ProposalState.SELECTED)
    user = build.user(session)
    placement = placements.open(
        session,
        proposal,
        programme="emplois-avenir",
        actor_id=user.id,
        party=Party.ADVISOR,
        on=date(2013, 11, 4),
    )
    steps = placements.PlacementAction

    def step(action, on, party=Party.ADVISOR, **details):
        placements.change(
            session, placement, action, actor_id=user.id, party=party, on=on, at=AT, book=BOOK,
            details=placements.Details(**details),
        )  # fmt: skip

    signing = date(2013, 11, 4)
    step(steps.PROMISE, signing)
    step(
        steps.REQUEST_AID, signing, conditions={"contributions_paid": signing, "commitments_signed": signing}
    )
    step(steps.GRANT, signing, number="80-1")
    assert lines(monthly(session, NOVEMBER)["D1"], "programme")["emplois-avenir"] == 0
    step(steps.SIGN, signing, starts_on=date(2013, 11, 18))
    made = monthly(session, NOVEMBER)
    assert lines(made["D1"], "programme")["emplois-avenir"] == 1
    assert made["E6-next"].value == 1
    assert monthly(session, OCTOBER)["D1"].value == 0
    # Taken back in December: November never had it.
    step(steps.CANCEL, date(2013, 12, 2), party=Party.SUPERVISOR, reason="Contrat jamais conclu.")
    made = monthly(session, NOVEMBER)
    assert made["D1"].value == 0
    assert made["E6-next"].value == 0


def test_a_month_is_the_same_on_any_later_day(session, zones):
    many(session, zones, 30)
    early = write(monthly(session, on=date(2013, 11, 1), edition=5))
    assert early == write(monthly(session, on=date(2016, 5, 2), edition=5))
    assert read(early) == monthly(session, edition=5)


@pytest.mark.parametrize("on", [date(2013, 10, 1), date(2013, 10, 31)])
def test_a_month_that_is_not_over_has_no_report(session, on):
    with pytest.raises(InvalidInput, match="month-not-over") as refusal:
        monthly(session, on=on)
    assert refusal.value.facts["from_day"] == date(2013, 11, 1)


def test_an_empty_base_has_a_report_of_zeroes(session):
    made = monthly(session, edition=5)
    assert [indicator.value for indicator in made.indicators if indicator.unit == "count"] == [0] * 18
    assert not any(indicator.suppressed for indicator in made.indicators)
    assert all(indicator.value is None for indicator in made.indicators if indicator.unit == "share")


def test_small_counts_take_their_money_with_them(session):
    employer = build.organisation(session)
    for number in range(8):
        name = "emplois-avenir" if number else "emplois-francs-2013"
        made = build.placement(
            session, programme=name, signed_on=date(2013, 9, 2), state=PlacementState.RUNNING,
            organisation_id=employer.id,
        )  # fmt: skip
        cents = 107_300 if number else 250_000
        session.add(
            AidMilestone(
                placement_id=made.id, kind="monthly", number=1, due_on=date(2013, 10, 15), amount_cents=cents,
                state=MilestoneState.UPCOMING,
            )
        )  # fmt: skip
    session.flush()
    due = monthly(session, edition=5)["E6-due"]
    hidden = {line.key[0]: (line.value, line.also["amount_cents"]) for line in due.by("programme").lines}
    assert hidden == {"emplois-avenir": (None, None), "emplois-francs-2013": (None, None)}
    # 8 contracts and 1,001,100 cents would give 7 times 107,300 and once 250,000.
    assert (due.value, due.also) == (8, {"payments": None, "amount_cents": None})


def test_the_same_figure_is_hidden_wherever_it_stands(session, zones):
    many(session, zones, 40, seed=3)
    made = monthly(session, NOVEMBER, edition=5)
    month, year = made["D1"], made["D1-year"]
    own = {line.key[0]: line.value for line in month.by("programme").lines}
    among = {key[1]: value for key, value in lines(year, "month", "programme").items() if key[0] == "2013-11"}
    assert own == among
    assert None in own.values() or None in lines(month, "zone").values()
    for indicator in made.indicators:
        if indicator.suppressed:
            assert (indicator.value, indicator.numerator, indicator.denominator) == (None, None, None)
        for cut in indicator.breakdowns:
            for line in cut.lines:
                assert line.suppressed == (line.value is None)
                assert line.value is None or line.value == 0 or line.value >= 5


def test_as_many_queries_for_one_contract_as_for_fifty(session, zones):
    def count():
        return queries(session.get_bind(), lambda: monthly(session, edition=5))

    many(session, zones, 1)
    one = count()
    many(session, zones, 49, seed=11)
    assert count() == one <= 50


def test_every_review_step_is_placed_in_the_funnel():
    from matching.report_figures import REACHED

    aside = {"compute", "stale", "shortlist", "defer", "wake", "undo", "close", "called"}
    assert {str(action) for action in REACHED} == {str(action) for action in proposals.ProposalAction} - aside
