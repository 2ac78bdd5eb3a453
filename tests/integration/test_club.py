"""The machine of the club: its steps, seats, terms, consent; what each brings (workflow.md iv)."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import club as machine, club_weeks
from matching.errors import Duplicate, IllegalTransition, InvalidInput, NotAllowed, StaleVersion
from matching.store.club import ClubFollowUp, ClubMembership, ClubPause, MembershipEvent
from matching.vocabulary import MembershipState as State, Party
from tests import build, joining, machines
from tests.integration.test_machines import Attempts
from tests.joining import DAY

END = DAY + timedelta(days=91)


def test_every_step_of_a_member_from_every_state_by_every_party(session):
    """Allowed ones leave one line, all others refuse and leave none (acceptance case 11)."""
    club = joining.club(session)
    row = joining.member(session, club)
    dates = (row.joined_on, row.planned_end_on)
    session.execute(sa.delete(club_weeks.ClubWeek))

    def prepare(state, action):
        ended = state is State.ENDED
        row.outcome, row.left_on = ("unknown", DAY) if ended else (None, None)
        row.joined_on, row.planned_end_on = (None, None) if str(action) == "start" else dates
        if str(action) not in ("start", "register") and state is not None:
            club_weeks.lay_out(session, row, club)

    def go(action, party):
        joining.take(
            session, row, action, party=party, reason="sickness", outcome="unknown", consent=True,
            starts_on=DAY, until=DAY + timedelta(days=3), entry={}, cohort_id=row.cohort_id,
        )  # fmt: skip

    session.get_one(joining.Cohort, row.cohort_id).seats = 20
    tried = Attempts(session, row, machine.TRANSITIONS, list(State), MembershipEvent)
    tried.run(go, prepare=prepare)
    assert tried.taken == {str(action) for action in machine.TRANSITIONS} - {"invite"}
    assert tried.guarded <= tried.taken


@pytest.mark.parametrize("action", [*machine.TRANSITIONS])
@pytest.mark.parametrize("party", [Party.ANIMATOR, Party.ADVISOR, Party.CLOCK])
def test_who_is_not_in_the_club_comes_in_by_three_doors(session, action, party):
    club = joining.club(session)
    group = joining.cohort(session, club)
    line = machines.read(machines.MEMBERSHIP)[str(action)]
    person = build.person(session)

    def come():
        return machine.enter(
            session, club, person, action, actor_id=None, party=party, on=DAY, at=joining.AT,
            details=machine.Details(cohort_id=group.id, entry={"age": "yes"}, consent=True),
        )  # fmt: skip

    if None in line.starts and str(party) in line.parties:
        made = come()
        assert (str(made.state), made.cohort_id) == (line.leads_to, group.id)
        assert [(e.action, e.from_state) for e in session.scalars(sa.select(MembershipEvent))] == [
            (str(action), None)
        ]
        with pytest.raises(Duplicate, match="membership-exists"):
            come()
    else:
        with pytest.raises((IllegalTransition, NotAllowed)):
            come()
        assert session.scalar(sa.select(sa.func.count(ClubMembership.id))) == 0


def test_the_last_seat_is_given_once_and_a_drop_out_still_holds_one(session):
    club = joining.club(session)
    group = joining.cohort(session, club, seats=1)
    first = joining.enter(session, club, cohort_id=group.id)
    joining.take(session, first, "start")
    joining.take(session, first, "drop_out", reason="plus de nouvelles")
    second = joining.enter(session, club, "invite", cohort_id=group.id)
    with pytest.raises(InvalidInput, match="cohort-full"):
        joining.take(session, second, "register", consent=True)
    assert second.state is State.INVITED
    joining.take(session, second, "wait")
    joining.take(session, first, "end", outcome="moved")
    joining.take(session, second, "register", consent=True)
    assert (second.state, second.waiting_since) == (State.REGISTERED, joining.AT)


def test_nobody_is_registered_without_consent_nor_group_nor_in_a_group_of_another_club(session):
    club = joining.club(session)
    other = joining.club(session, name="Autre club", agency_id=club.agency_id)
    mine, theirs = joining.cohort(session, club), joining.cohort(session, other)
    row = joining.enter(session, club, "invite")
    for code, details in (
        ("club-consent-needed", {"cohort_id": mine.id}),
        ("cohort-needed", {"consent": True}),
        ("cohort-elsewhere", {"consent": True, "cohort_id": theirs.id}),
    ):
        with pytest.raises(InvalidInput, match=code):
            joining.take(session, row, "register", **details)
    assert (row.state, row.cohort_id, row.consent_on) == (State.INVITED, None, None)


def test_a_step_from_an_older_page_changes_nothing(session):
    row = joining.member(session)
    seen = row.version
    joining.take(session, row, "drop_out", reason="déménage")
    with pytest.raises(StaleVersion):
        joining.take(session, row, "end", outcome="moved", version=seen)
    assert row.state is State.DROPPED_OUT


def test_the_end_plans_two_questions_and_a_reopening_takes_all_back(session):
    row = joining.member(session)
    joining.take(session, row, "pause", starts_on=DAY, until=DAY + timedelta(days=6), reason="short_job")
    assert row.planned_end_on == END + timedelta(days=7)
    # Hired for good on the third day of the short job: the rest of the pause is none.
    joining.take(session, row, "end", DAY + timedelta(days=2), outcome="lasting_job", satisfaction=4)
    assert (row.state, row.left_on, row.planned_end_on) == (
        State.ENDED, DAY + timedelta(days=2), END + timedelta(days=2),
    )  # fmt: skip
    asked = session.scalars(sa.select(ClubFollowUp).order_by(ClubFollowUp.month)).all()
    assert [(each.month, each.due_on) for each in asked] == [(3, date(2014, 3, 4)), (6, date(2014, 6, 4))]
    joining.take(session, row, "reopen", DAY + timedelta(days=3), reason="le contrat n'a pas commencé")
    assert (row.state, row.left_on, row.outcome, row.satisfaction) == (State.ACTIVE, None, None, None)
    joining.take(session, row, "end", DAY + timedelta(days=9), outcome="training")
    session.expire_all()
    again = session.scalars(sa.select(ClubFollowUp).order_by(ClubFollowUp.month)).all()
    assert [(each.id, str(each.state)) for each in again] == [(each.id, "planned") for each in asked]
    assert session.scalars(sa.select(ClubPause.ends_on)).all() == [DAY + timedelta(days=1)]


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("club-outcome-needed", {}),
        ("club-outcome-needed", {"outcome": "perdu"}),
        ("club-outcome-note", {"outcome": "dropped_out"}),
        ("bad-choice", {"outcome": "moved", "satisfaction": 5}),
        ("before-last-step", {"outcome": "moved", "on": DAY - timedelta(days=1)}),
    ],
)
def test_an_exit_says_what_became_of_the_person(session, code, details):
    row = joining.member(session)
    with pytest.raises(InvalidInput, match=code):
        joining.take(session, row, "end", **{"on": DAY, **details})
    assert (row.state, row.outcome, row.left_on) == (State.ACTIVE, None, None)
