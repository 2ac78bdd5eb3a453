"""Long work: one winner, progress, an outcome; what lost its worker comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from matching import jobs
from matching.errors import NotFound
from matching.store.engine import open_database
from matching.store.migrate import upgrade
from matching.store.upkeep import Job
from matching.vocabulary import JobState
from tests.conftest import KEY
from web import settings
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
    assert jobs.beat(session, job.id, at=later, step="match", done=1, total=2)
    assert jobs.claim(session, job.public_id, at=later + timedelta(seconds=1)) is None
    job.cancel_asked = True
    session.flush()
    assert not jobs.beat(session, job.id, at=later, step="match", done=2, total=2)


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


def test_a_finished_job_is_not_run_again(own_database):
    with own_database.transaction() as session:
        public_id = jobs.submit(session, "try", {}, actor_id=None, at=NOON).public_id
    assert execute(own_database, settings.load(), public_id, {"try": lambda *_: "fait"}) == JobState.DONE
    assert execute(own_database, settings.load(), public_id, {"try": lambda *_: "fait"}) is None
