"""The clock of contracts and their aid: each rule once, whatever day it runs for, run twice or after days skipped."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import aid_clock, check_ins, daily_rules, follow_up_due, milestones, placement_clock as clock
from matching.daily import Day
from matching.store import scope
from matching.store.messages import OutgoingMessage
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.store.placements import AidMilestone, PlacementEvent
from matching.vocabulary import CheckInState, MilestoneState as State, Party, PlacementState, Role
from tests import hires
from tests.counting import statements
from tests.hires import A, take
from tests.web.doors import an_agency

RULES = (
    clock.run_after_trial, aid_clock.pause_months, aid_clock.lapse, aid_clock.fall_due, clock.give_up, aid_clock.tell_of_papers,
    clock.ask_how_it_goes,
)  # fmt: skip


def day(on):
    return Day(on, datetime(on.year, on.month, on.day, 6, tzinfo=UTC), hires.BOOK)


def live(session, *days):
    """Run every rule for each of these days; how much each changed in all."""
    done = dict.fromkeys((rule.__name__ for rule in RULES), 0)
    for on in days:
        for rule in RULES:
            done[rule.__name__] += rule(session, day(on))
    return {name: count for name, count in done.items() if count}


def every(first, last):
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def events(session, action):
    query = sa.select(PlacementEvent.done_on, PlacementEvent.reason).where(PlacementEvent.action == action)
    return session.execute(query.order_by(PlacementEvent.id)).all()


def told(session, kind):
    query = sa.select(OutgoingMessage.caused_on, OutgoingMessage.address).where(OutgoingMessage.kind == kind)
    return [tuple(row) for row in session.execute(query.order_by(OutgoingMessage.id))]


def test_every_rule_is_the_days():
    assert set(RULES) <= {rule for _, rule in daily_rules.RULES}


def test_a_contract_runs_once_its_trial_is_behind_or_from_the_start_without_one(session):
    made = hires.hired(session, agency=an_agency(session))
    take(session, made, A.START, date(2013, 11, 18))
    assert clock.run_after_trial(session, day(date(2013, 12, 2))) == 0
    take(session, made, A.PASS_TRIAL, date(2014, 1, 17))
    version = made.version
    assert (
        clock.run_after_trial(session, day(date(2014, 1, 16))) == 0
    )  # a day run late: not before the trial's end
    assert clock.run_after_trial(session, day(date(2014, 1, 18))) == 1
    assert clock.run_after_trial(session, day(date(2014, 1, 18))) == 0
    session.refresh(made)
    assert (made.state, made.version) == (PlacementState.RUNNING, version + 1)
    assert events(session, "run") == [(date(2014, 1, 18), None)]
    made.state, made.trial_end_on = PlacementState.STARTED, None
    session.flush()
    assert clock.run_after_trial(session, day(date(2014, 1, 20))) == 1


@pytest.mark.parametrize("days", [
    every(date(2014, 1, 10), date(2014, 2, 20)),
    [date(2014, 1, 17), date(2014, 1, 17), date(2014, 2, 18), date(2014, 2, 18)],
    [date(2014, 2, 20)],
])  # fmt: skip
def test_a_payment_falls_due_then_is_lost_after_its_window_whatever_days_were_run(session, days):
    made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
    live(session, *days)
    first = milestones.held(session, made.id)["trial-end", 1]
    session.refresh(first)
    assert first.state is State.LAPSED
    assert len(events(session, "milestone_lapse")) == 1
    second = milestones.held(session, made.id)["month-10", 2]
    assert second.state is State.UPCOMING


def test_a_paper_in_time_is_not_lost(session):
    made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
    row = milestones.held(session, made.id)["trial-end", 1]
    live(session, date(2014, 1, 17))
    session.refresh(row)
    assert row.state is State.DUE
    milestones.settle(session, row, milestones.MilestoneAction.RECEIVE, actor_id=None, party=Party.ADVISOR,
                      on=date(2014, 2, 17))  # fmt: skip
    live(session, date(2014, 2, 18), date(2014, 6, 1))
    session.refresh(row)
    assert row.state is State.DOCUMENT_RECEIVED


def test_an_aid_whose_attestation_never_comes_is_lost_whole(session):
    """Décret 2018-230, art. 7: two months late loses the half-year, four lose the rest."""
    made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
    made.programme = "emplois-francs-2018"
    session.execute(sa.delete(AidMilestone))
    for number, due in ((1, date(2014, 5, 17)), (2, date(2014, 11, 17)), (3, date(2015, 5, 17))):
        session.add(
            AidMilestone(
                placement_id=made.id, kind="half-year", number=number, due_on=due, amount_cents=250_000,
                window_opens_on=due + timedelta(days=1), window_closes_on=due + timedelta(days=61), state=State.UPCOMING,
            )
        )  # fmt: skip
    session.flush()

    def states():
        session.expire_all()
        return [str(row.state) for row in milestones.of(session, made.id)]

    live(session, date(2014, 9, 17))
    assert states() == ["lapsed", "upcoming", "upcoming"]
    live(session, date(2014, 9, 18))
    assert states() == ["lapsed", "lapsed", "lapsed"]
    assert events(session, "milestone_lapse")[-1].reason == "half-year 3 · whole aid"


def test_months_that_go_by_while_a_contract_stands_still_are_not_owed(session):
    made = hires.running(session, agency=an_agency(session))
    take(session, made, A.SUSPEND, date(2014, 2, 10), reason="maladie")
    live(session, *every(date(2014, 2, 10), date(2014, 5, 2)))
    session.expire_all()
    rows = {row.due_on.month: row for row in milestones.of(session, made.id) if row.kind == "monthly" and row.due_on < date(2014, 6, 1)}  # fmt: skip
    assert {month: str(rows[month].state) for month in (1, 2, 3, 4, 5)} == {
        1: "due", 2: "due", 3: "cancelled", 4: "cancelled", 5: "upcoming",
    }  # fmt: skip
    assert [reason for _, reason in events(session, "milestone_cancel")] == [
        "monthly 5 · suspended", "monthly 6 · suspended",
    ]  # fmt: skip


def test_an_employer_is_told_once_of_each_paper_fifteen_days_before(session):
    made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
    session.get_one(Organisation, made.organisation_id).contact_email = "contact@exemple.fr"
    session.flush()
    live(session, *every(date(2014, 1, 20), date(2014, 2, 17)))
    # Its window closes on 17 February; the row falls due before.
    assert told(session, "aid_notice") == [(date(2014, 2, 2), "contact@exemple.fr")]


def test_monthly_statements_and_an_advisors_own_visits_are_no_message(session):
    made = hires.running(session, agency=an_agency(session))
    session.get_one(Organisation, made.organisation_id).contact_email = "contact@exemple.fr"
    session.flush()
    live(session, *every(date(2013, 12, 1), date(2014, 3, 31)))
    kinds = session.scalars(
        sa.select(AidMilestone.kind).join(OutgoingMessage, OutgoingMessage.subject_id == AidMilestone.id)
        .where(OutgoingMessage.kind == "aid_notice")
    ).all()  # fmt: skip
    assert kinds == ["training-plan"]


def test_a_young_person_is_asked_once_a_check_in_if_they_agreed(session):
    agency = an_agency(session)
    made = hires.running(session, agency=agency)
    silent = hires.running(session, agency=agency)
    session.get_one(Person, made.person_id).email = "ines@exemple.fr"
    session.get_one(Person, silent.person_id).email = "non@exemple.fr"
    session.get_one(Person, silent.person_id).contact_agreed = False
    session.flush()
    live(session, *every(date(2014, 2, 10), date(2014, 2, 25)))
    assert told(session, "check_in_asked") == [(date(2014, 2, 18), "ines@exemple.fr")]
    assert live(session, date(2014, 2, 25)) == {}
    # Noted on the phone before it leaves: it never leaves.
    row = next(row for row in check_ins.of(session, made.id) if row.month == 3)
    answers = check_ins.Answers(date(2014, 2, 25), "phone", "person", still_there=True)
    check_ins.note(session, row, answers, actor_id=None, party=Party.ADVISOR)
    assert session.scalar(sa.select(OutgoingMessage.state)) == "cancelled"


def test_a_check_in_that_nobody_could_hold_is_told_as_missed(session):
    made = hires.running(session, agency=an_agency(session))
    live(session, date(2014, 3, 18))
    assert check_ins.of(session, made.id)[0].state is CheckInState.PLANNED
    live(session, date(2014, 3, 19), date(2014, 3, 20))
    assert check_ins.of(session, made.id)[0].state is CheckInState.MISSED
    assert events(session, "check_in_missed") == [(date(2014, 3, 19), "job 1")]


def test_silence_on_a_request_is_told_as_the_refusal_it_is_in_law_and_decides_nothing(session):
    agency = an_agency(session)
    made = hires.hired(session, agency=agency, name=hires.FRANC, steps=hires.way(hires.FRANC)[:2])
    hires.hired(session, agency=agency, name=hires.AVENIR, steps=hires.way(hires.AVENIR)[:2])
    actor = scope.Actor(1, None, "Claire", Role.ADVISOR, agency_id=agency.id)

    def silent(on):
        return [
            (row.placement_id, row.day)
            for row in follow_up_due.silent_requests(session, actor, hires.BOOK, on=on)
        ]

    assert silent(date(2013, 11, 18)) == []
    assert silent(date(2013, 11, 19)) == [(made.public_id, date(2013, 11, 18))]
    live(session, date(2013, 11, 19))
    assert made.state is PlacementState.AID_REQUESTED
    take(session, made, A.REFUSE, date(2013, 11, 19), reason="silence d'un mois, art. 6")
    assert silent(date(2013, 11, 20)) == []


def test_the_rules_ask_the_same_for_one_contract_and_for_ten(session):
    agency = an_agency(session)

    def count(on):
        with statements(session.get_bind().engine) as asked:
            for rule in RULES:
                rule(session, day(on))
        return len(asked)

    def hired(number):
        for name in [f"{number}-{n}" for n in range(number)]:
            made = hires.running(session, agency=agency)
            session.get_one(Person, made.person_id).email = f"{name}@exemple.fr"
        session.flush()

    hired(1)
    one = count(date(2014, 2, 18))
    hired(10)
    assert count(date(2014, 2, 18)) == one
    assert len(told(session, "check_in_asked")) == 11


def test_a_year_day_by_day_and_by_leaps_leaves_the_same(session):
    made = hires.running(session, agency=an_agency(session))
    live(session, *every(date(2013, 11, 18), date(2014, 11, 18)))
    session.expire_all()
    daily = [(row.kind, row.number, str(row.state)) for row in milestones.of(session, made.id)]
    other = hires.running(session, agency=an_agency(session))
    live(session, date(2014, 3, 1), date(2014, 7, 14), date(2014, 11, 18))
    session.expire_all()
    assert [(row.kind, row.number, str(row.state)) for row in milestones.of(session, other.id)] == daily
    lines = [reason for _, reason in events(session, "milestone_fall_due")]
    assert len(lines) == len({*lines}) * 2  # once each, of two contracts
