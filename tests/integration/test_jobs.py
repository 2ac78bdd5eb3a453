"""Long work: one winner, progress, an outcome; what lost its worker comes back."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from matching import jobs
from matching.errors import IllegalTransition, NotFound
from matching.store.engine import open_database
from matching.store.migrate import upgrade
from matching.store.upkeep import Job
from matching.vocabulary import JobState
from tests.conftest import KEY
from web import settings, worker
from web.worker import Stopped, execute

NOON = datetime(2013, 11, 4, 12, tzinfo=UTC)


def test_the_same_work_waits_once(session):
    first = jobs.submit(session, "match", {"offer": "O-1"}, actor_id=None, at=NOON)
    assert jobs.submit(session, "match", {"offer": "O-1"}, actor_id=None, at=NOON) is first
    assert jobs.submit(session, "match", {"offer": "O-2"}, actor_id=None, at=NOON) is not first


def test_a_job_is_claimed_by_one_worker_until_its_lease_ends(session):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    assert jobs.claim(session, job.public_id, at=NOON) is not None
    assert jobs.claim(session, job.public_id, at=NOON + jobs.LEASE) is None
    assert jobs.claim(session, job.public_id, at=NOON + jobs.LEASE + timedelta(seconds=1)) is not None
    session.refresh(job)
    assert job.attempts == 2


def test_a_heartbeat_keeps_the_lease_and_tells_of_a_wish_to_stop(session):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    jobs.claim(session, job.public_id, at=NOON)
    later = NOON + jobs.LEASE
    note = {"attempt": 1, "step": "match", "total": 2}
    assert jobs.beat(session, job.id, at=later, done=1, **note)
    assert jobs.claim(session, job.public_id, at=later + timedelta(seconds=1)) is None
    job.cancel_asked = True
    session.flush()
    assert not jobs.beat(session, job.id, at=later, done=2, **note)


def test_a_worker_that_lost_its_lease_notes_nothing_any_more(session):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    jobs.claim(session, job.public_id, at=NOON)
    later = NOON + jobs.LEASE + timedelta(seconds=1)
    jobs.claim(session, job.public_id, at=later)
    assert not jobs.beat(session, job.id, at=later, attempt=1, step="match", done=1, total=2)
    assert not jobs.finish(session, job.id, JobState.FAILED, at=later, attempt=1)
    assert jobs.finish(session, job.id, JobState.DONE, at=later, attempt=2)
    session.refresh(job)
    assert (job.state, job.done) == (JobState.DONE, 0)


def test_a_step_knows_since_when_it_runs(session):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    jobs.claim(session, job.public_id, at=NOON)
    for seconds, step, done in ((1, "read", 0), (4, "check", 10), (9, "check", 500)):
        at = NOON + timedelta(seconds=seconds)
        jobs.beat(session, job.id, at=at, attempt=1, step=step, done=done, total=1000)
    session.refresh(job)
    assert (job.step, job.step_at, job.done) == ("check", NOON + timedelta(seconds=4), 500)


def test_stopping_cancels_what_waits_and_asks_what_runs(session):
    waiting = jobs.submit(session, "match", {"n": 1}, actor_id=None, at=NOON)
    running = jobs.submit(session, "match", {"n": 2}, actor_id=None, at=NOON)
    jobs.claim(session, running.public_id, at=NOON)
    for job in (waiting, running):
        jobs.stop(session, job, at=NOON)
    assert waiting.state is JobState.CANCELLED
    assert (running.state, running.cancel_asked) == (JobState.RUNNING, True)
    assert jobs.waiting(session) == []


@pytest.mark.parametrize("state", list(JobState))
def test_only_what_failed_was_stopped_or_seems_stuck_starts_again(session, state):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    jobs.claim(session, job.public_id, at=NOON)
    job.state = state
    session.flush()
    soon, late = NOON + timedelta(seconds=59), NOON + timedelta(seconds=61)
    if state in (JobState.FAILED, JobState.CANCELLED):
        assert jobs.may_restart(job, at=soon)
        jobs.restart(session, job, at=soon)
    else:
        assert not jobs.may_restart(job, at=soon)
        with pytest.raises(IllegalTransition):
            jobs.restart(session, job, at=soon)
        if state is not JobState.RUNNING:
            return
        assert jobs.may_restart(job, at=late)
        jobs.restart(session, job, at=late)
    assert (job.state, job.cancel_asked, job.error_code) == (JobState.WAITING, False, None)
    assert jobs.claim(session, job.public_id, at=late) is not None


def test_a_poison_job_started_again_by_hand_has_its_attempts_anew(session):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    job.state, job.attempts = JobState.FAILED, jobs.ATTEMPTS + 1
    session.flush()
    jobs.restart(session, job, at=NOON)
    assert jobs.claim(session, job.public_id, at=NOON) is not None


def test_a_job_that_keeps_dying_is_failed_and_leaves_the_queue(session):
    job = jobs.submit(session, "match", {}, actor_id=None, at=NOON)
    at = NOON
    for _ in range(jobs.ATTEMPTS):
        assert jobs.claim(session, job.public_id, at=at) is not None
        at += jobs.LEASE + timedelta(seconds=1)
    assert jobs.claim(session, job.public_id, at=at) is None
    session.refresh(job)
    assert (job.state, job.error_code) == (JobState.FAILED, "too-many-attempts")
    assert job.public_id not in jobs.lost(session, at=at)


def test_lost_and_forgotten_jobs_are_handed_over_again(session):
    waiting = jobs.submit(session, "match", {"n": 1}, actor_id=None, at=NOON)
    running = jobs.submit(session, "match", {"n": 2}, actor_id=None, at=NOON)
    jobs.claim(session, running.public_id, at=NOON)
    assert jobs.lost(session, at=NOON) == []
    assert jobs.lost(session, at=NOON + jobs.FORGOTTEN + timedelta(seconds=1)) == [waiting.public_id]
    assert set(jobs.lost(session, at=NOON + jobs.LEASE + timedelta(seconds=1))) == {
        waiting.public_id,
        running.public_id,
    }


@pytest.fixture
def own_database(empty_database_url):
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    yield made
    made.dispose()


def outcome(database, handler):
    with database.transaction() as session:
        public_id = jobs.submit(session, "try", {"n": 3}, actor_id=None, at=NOON).public_id
    state = execute(database, settings.load(), public_id, {"try": handler})
    with database.reading() as session:
        return state, session.query(Job).filter_by(public_id=public_id).one()


def test_a_handler_runs_with_its_arguments_and_its_progress_is_seen(own_database):
    def handler(_database, _settings, arguments, progress):
        progress(1, arguments["n"])
        return "fait"

    state, job = outcome(own_database, handler)
    assert state == JobState.DONE
    assert (job.message, job.done, job.total, job.lease_until) == ("fait", 1, 3, None)


def test_a_failing_handler_fails_its_job_only_and_keeps_no_private_detail(own_database):
    def handler(*_):
        raise ValueError("Inès Morel")

    state, job = outcome(own_database, handler)
    assert state == JobState.FAILED
    assert (job.error_code, job.message) == ("ValueError", None)

    def missing(*_):
        raise NotFound("unknown-offer", reference="O-1")

    assert outcome(own_database, missing)[1].error_code == "unknown-offer"


def test_a_stopped_handler_leaves_a_cancelled_job(own_database):
    def handler(*_):
        raise Stopped

    assert outcome(own_database, handler)[0] == JobState.CANCELLED


def test_a_running_handler_hears_that_somebody_asked_to_stop(own_database):
    def handler(database, _settings, _arguments, progress):
        progress(1, 3, "read")
        with database.transaction() as session:
            jobs.stop(session, session.query(Job).one(), at=NOON)
        progress(2, 3, "check")
        raise AssertionError("not stopped")

    state, job = outcome(own_database, handler)
    assert (state, job.state, job.step, job.done) == (JobState.CANCELLED, JobState.CANCELLED, "check", 2)


def test_progress_is_written_twice_a_second_at_most_and_at_each_step(own_database):
    seen = []

    def handler(database, _settings, _arguments, progress):
        for done in range(50):
            progress(done, 50, "check")
        with database.reading() as session:
            seen.append(session.query(Job).one().done)
        progress(0, 0, "plan")
        return "fait"

    _, job = outcome(own_database, handler)
    assert seen[0] < 49
    assert (job.step, job.total) == ("plan", 0)


def test_a_step_that_tells_nothing_still_gives_signs_of_life(own_database, monkeypatch):
    """A long plan has nothing to count; its job neither seems stuck nor loses its lease."""
    monkeypatch.setattr(worker, "PULSE", 0.01)

    def handler(database, *_):
        def leases():
            with database.reading() as session:
                return session.query(Job.lease_until, Job.beat_at).one()

        first, turn = leases(), threading.Event()
        for _ in range(2000):
            if leases() != first:
                return "en vie"
            turn.wait(0.01)
        return "muet"

    assert outcome(own_database, handler)[1].message == "en vie"


def test_a_match_job_runs_to_its_end_on_both_databases(own_database):
    with own_database.transaction() as session:
        public_id = jobs.submit(session, "match", {}, actor_id=None, at=NOON).public_id
    assert execute(own_database, settings.load(), public_id) == JobState.DONE


def test_a_finished_job_is_not_run_again(own_database):
    with own_database.transaction() as session:
        public_id = jobs.submit(session, "try", {}, actor_id=None, at=NOON).public_id
    assert execute(own_database, settings.load(), public_id, {"try": lambda *_: "fait"}) == JobState.DONE
    assert execute(own_database, settings.load(), public_id, {"try": lambda *_: "fait"}) is None
