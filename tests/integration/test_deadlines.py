"""What falls due for a caseload: read from the dates, of one's own agency alone."""

from datetime import date

import pytest

from matching import deadlines, milestones, placements
from matching.deadlines import Kind
from matching.store import scope
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, Party, ProposalState, Role
from tests import build, hires
from tests.web.doors import an_agency

A = placements.PlacementAction
EVE = date(2013, 11, 20)  # of the 26th birthday


@pytest.fixture
def actor(session):
    return scope.Actor(1, None, "Claire", Role.ADVISOR, agency_id=an_agency(session).id)


def rights(session, actor, *, on=hires.DAY, within=30):
    found = deadlines.closing_rights(session, actor, hires.BOOK, on=on, within=within)
    return [(row.person, row.programme, row.day, row.live) for row in found]


def test_a_right_that_closes_is_told_with_its_last_day_and_what_is_under_way(session, actor):
    who = hires.person(session, agency=an_agency(session), birth_date=date(1987, 11, 21), given_names="Nadia")
    assert rights(session, actor) == [("Nadia Morel", hires.AVENIR, EVE, 0)]
    build.proposal(session, person=who, state=ProposalState.TO_REVIEW)
    further = build.proposal(session, person=who, state=ProposalState.AGREED)
    build.proposal(session, person=who, state=ProposalState.REJECTED)
    (row,) = deadlines.closing_rights(session, actor, hires.BOOK, on=hires.DAY, within=30)
    assert (row.live, row.proposal_id, row.state) == (2, further.public_id, ProposalState.AGREED)


@pytest.mark.parametrize(
    ("on", "within", "told"),
    [
        (date(2013, 10, 21), 30, True),
        (date(2013, 10, 20), 30, False),
        (EVE, 0, True),
        (date(2013, 11, 21), 30, False),
        (date(2013, 8, 23), 90, True),
    ],
)
def test_the_days_of_a_closing_right(session, actor, on, within, told):
    hires.person(session, agency=an_agency(session), birth_date=date(1987, 11, 21))
    assert bool(rights(session, actor, on=on, within=within)) is told


def test_rights_of_others_and_of_people_under_contract_are_left_out(session, actor):
    agency = an_agency(session)
    who = hires.person(session, agency=agency, birth_date=date(1987, 11, 21))
    hires.hired(session, agency=agency, who=who)
    other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
    session.add(other)
    session.flush()
    hires.person(session, agency=other, birth_date=date(1987, 11, 21))
    build.person(session, birth_date=date(1987, 11, 21))  # of no agency
    assert rights(session, actor) == []
    officer = scope.Actor(2, None, "x", Role.OFFICER)
    assert deadlines.milestones_due(session, officer, on=hires.DAY) == []
    stranger = scope.Actor(3, None, "x", Role.ADVISOR, agency_id=other.id)
    assert deadlines.milestones_due(session, stranger, on=hires.DAY) == []
    assert deadlines.contract_steps_due(session, stranger, on=date(2014, 1, 1)) == []


def test_milestones_wait_until_their_paper_came_and_their_money_was_asked_for(session, actor):
    made = hires.hired(session, agency=an_agency(session), name=hires.FRANC)
    row = milestones.held(session, made.id)["trial-end", 1]  # due 17 January, a month to send

    def due(on, within=30):
        return [(r.milestone, r.day) for r in deadlines.milestones_due(session, actor, on=on, within=within)]

    def settle(step, on):
        milestones.settle(
            session, row, milestones.MilestoneAction(step), actor_id=None, party=Party.ADVISOR, on=on
        )

    last = date(2014, 2, 17)
    assert due(date(2013, 12, 17)) == []
    assert due(date(2013, 12, 18)) == due(last) == [("trial-end", last)]
    assert due(date(2014, 2, 18)) == []  # lost
    settle("receive", date(2014, 1, 20))
    assert due(date(2014, 2, 18)) == [("trial-end", last)]  # the paper is there: ask, even late
    settle("ask", date(2014, 2, 18))
    assert due(date(2014, 2, 18)) == []  # the payer's turn


def test_a_paper_without_money_is_done_with_once_received(session, actor):
    made = hires.hired(session, agency=an_agency(session))
    tutor = milestones.held(session, made.id)["tutor", 1]
    named = [row.milestone for row in deadlines.milestones_due(session, actor, on=hires.DAY)]
    assert named == ["tutor", "monthly"]
    milestones.settle(
        session, tutor, milestones.MilestoneAction.RECEIVE, actor_id=None, party=Party.ADVISOR, on=hires.DAY
    )
    assert [r.milestone for r in deadlines.milestones_due(session, actor, on=hires.DAY)] == ["monthly"]


def test_steps_of_a_contract_are_due_from_their_day_until_they_are_noted(session, actor):
    agency = an_agency(session)
    made = hires.hired(session, agency=agency, steps=hires.way(hires.AVENIR)[:3])

    def due(on, within=0):
        return [(r.kind, r.day) for r in deadlines.contract_steps_due(session, actor, on=on, within=within)]

    def step(action, on, **details):
        placements.change(
            session, made, action, actor_id=None, party=Party.ADVISOR, on=on, at=hires.AT, book=hires.BOOK,
            details=placements.Details(**details),
        )  # fmt: skip

    first, trial, end = date(2013, 11, 18), date(2014, 1, 17), date(2016, 11, 17)
    assert due(date(2013, 11, 17)) == [] and due(date(2013, 11, 17), 1) == [(Kind.SIGNATURE, first)]
    step(A.SIGN, hires.DAY, starts_on=first, trial_end_on=trial)
    assert due(first) == [(Kind.START, first)]
    (line,) = deadlines.contract_steps_due(session, actor, on=first)
    assert [deadlines.is_asked(line, first.replace(day=day)) for day in (20, 21)] == [False, True]
    step(A.START, first)
    (line,) = deadlines.contract_steps_due(session, actor, on=date(2014, 1, 20))
    assert [deadlines.is_asked(line, trial.replace(day=day)) for day in (18, 19)] == [False, True]
    assert due(first) == [] and due(date(2014, 1, 20)) == [(Kind.TRIAL, trial)]
    step(A.PASS_TRIAL, trial)
    step(A.RUN, trial)
    assert due(trial) == [] and due(end) == [(Kind.TERM, end)]
