"""The clock and somebody at the same row at once: what was noted first stays. PostgreSQL; on SQLite one writes at a time."""

import threading
import time
from datetime import date

import pytest
import sqlalchemy as sa

from matching import aid_clock, milestones, placement_clock as clock
from matching.store.follow_up import CheckIn
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import CheckInState, MilestoneState, PlacementState
from tests import hires
from tests.hires import A, take
from tests.integration.mailing import own_base
from tests.integration.test_club_entry import last_seat
from tests.integration.test_placement_clock import day
from tests.web.doors import an_agency


@pytest.fixture(scope="module")
def base(request, tmp_path_factory):
    with own_base("postgresql", request, tmp_path_factory.mktemp("races")) as made:
        yield made


def wait_for_a_lock(base):
    """Until one connection waits for another; half a minute at most."""
    for _ in range(600):
        with base.engine.connect() as connection:
            if connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize(
    ("rule", "on", "model", "noted"),
    [
        (clock.run_after_trial, date(2014, 1, 18), Placement, PlacementState.EXITED),
        (clock.give_up, date(2014, 4, 1), CheckIn, CheckInState.CANCELLED),
        (aid_clock.lapse, date(2014, 6, 1), AidMilestone, MilestoneState.DOCUMENT_RECEIVED),
        (aid_clock.fall_due, date(2014, 1, 17), AidMilestone, MilestoneState.DOCUMENT_RECEIVED),
    ],
)
def test_what_somebody_notes_while_the_clock_looks_is_not_written_over(base, rule, on, model, noted):
    with base.transaction() as session:
        made = hires.hired(session, agency=an_agency(session), name=hires.FRANC)
        take(session, made, A.START, date(2013, 11, 18))
        take(session, made, A.PASS_TRIAL, date(2014, 1, 17))
        mine = Placement.id if model is Placement else model.placement_id
        keys = session.scalars(sa.select(model.id).where(mine == made.id)).all()
    assert keys
    worker = threading.Thread(target=lambda: _run(base, rule, on))
    with base.transaction() as session:
        session.execute(sa.update(model).where(model.id.in_(keys)).values(state=noted))
        worker.start()
        wait_for_a_lock(base)
    worker.join(30)
    with base.transaction() as session:
        assert set(session.scalars(sa.select(model.state).where(model.id.in_(keys)))) == {noted}
        for each in (CheckIn, AidMilestone, Placement):  # the next case begins without these
            state = {CheckIn: CheckInState.CANCELLED, AidMilestone: MilestoneState.CANCELLED}.get(each)
            session.execute(sa.update(each).values(state=state or PlacementState.EXITED))


def test_rows_of_the_aid_that_are_held_are_those_of_now(base):
    """A page reads them, somebody else notes one, the page's form takes them: what it saw first is not what they are."""
    with base.transaction() as session:
        made = hires.running(session, agency=an_agency(session), name=hires.FRANC)
    with base.transaction() as session:
        assert {row.state for row in milestones.of(session, made.id)} == {MilestoneState.UPCOMING}
        with base.transaction() as other:
            noted = sa.update(AidMilestone).where(AidMilestone.placement_id == made.id)
            other.execute(noted.values(state=MilestoneState.DOCUMENT_RECEIVED))
        held = milestones.held(session, made.id).values()
        assert {row.state for row in held} == {MilestoneState.DOCUMENT_RECEIVED}


def test_the_last_seat_of_a_group_is_one_person_s(base):
    """Who is slower finds the group full, and is offered the waiting list."""
    assert last_seat(base, together=True) == (["cohort-full", "in"], 1, 1)


def _run(base, rule, on):
    with base.transaction() as session:
        rule(session, day(on))
