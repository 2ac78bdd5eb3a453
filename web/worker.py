"""The worker: huey carries job ids, the `job` table is the truth, handlers do the work.

SQLite: huey keeps its own file beside the database, so that its polling never waits for a page. PostgreSQL: huey's
tables lie in the same database.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from matching import clock, jobs
from matching.errors import PasserelleError
from matching.store.engine import Database
from matching.vocabulary import JobState

from . import database as databases
from .settings import Settings

log = logging.getLogger("passerelle.worker")

#: Called with (done, total); raises Stopped when somebody asked to stop.
Progress = Callable[[int, int], None]
Handler = Callable[[Database, Settings, dict[str, Any], Progress], str]


class Stopped(Exception):
    """Somebody asked the job to stop; what it had not committed is gone."""


def match_all(database: Database, settings: Settings, arguments: dict[str, Any], progress: Progress) -> str:
    """Match every open offer for the business day; the message says how many proposals stand."""
    from .matcher import run_match

    on = databases.business_day(settings, database, None)
    document = run_match(database, settings, on=on, on_progress=progress)
    return f"{len(document['proposals'])} propositions au {on.isoformat()}"


HANDLERS: dict[str, Handler] = {"match": match_all}


def execute(
    database: Database,
    settings: Settings,
    public_id: uuid.UUID,
    handlers: dict[str, Handler] = HANDLERS,
) -> JobState | None:
    """Run one job to its outcome; None when another worker has it. Each step commits on its own."""
    with database.transaction() as session:
        job = jobs.claim(session, public_id, at=clock.now())
    if job is None:
        return None

    def progress(done: int, total: int) -> None:
        with database.transaction() as session:
            if not jobs.beat(session, job.id, at=clock.now(), step=job.kind, done=done, total=total):
                raise Stopped

    outcome, message, code = JobState.DONE, None, None
    try:
        message = handlers[job.kind](database, settings, job.arguments, progress)
    except Stopped:
        outcome = JobState.CANCELLED
    except PasserelleError as fault:
        outcome, code = JobState.FAILED, fault.code
    except (
        Exception
    ) as fault:  # a poison job must not take the worker down; its name is kept, its data is not
        outcome, code = JobState.FAILED, type(fault).__name__
        log.error("job %s failed: %s", public_id, type(fault).__name__)
    with database.transaction() as session:
        jobs.finish(session, job.id, outcome, at=clock.now(), message=message, error_code=code)
    return outcome


def queue(settings: Settings, database: Database) -> Any:
    """The huey instance of this installation, its tasks registered."""
    from huey import PostgresHuey, SqliteHuey, crontab

    address = sa.make_url(settings.database_url)
    if address.get_backend_name() == "sqlite":
        made = SqliteHuey("passerelle", filename=str(settings.data_dir / "queue.db"), fsync=True)
    else:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        made = PostgresHuey("passerelle", dsn=plain)

    @made.task()
    def run_job(public_id: str) -> None:
        execute(database, settings, uuid.UUID(public_id))

    @made.periodic_task(crontab(minute="*"))
    def hand_over_lost_jobs() -> None:
        with database.reading() as session:
            forgotten = jobs.lost(session, at=clock.now())
        for public_id in forgotten:
            run_job(str(public_id))

    @made.periodic_task(crontab(hour="5", minute="0"))
    def match_every_morning() -> None:
        with database.transaction() as session:
            job = jobs.submit(session, "match", {}, actor_id=None, at=clock.now())
        run_job(str(job.public_id))

    return made


def consume(settings: Settings, database: Database, stop: Any) -> None:
    """Work until `stop` (a threading.Event) is set; a job under way is finished first."""
    from huey.consumer import Consumer

    logging.getLogger("huey").setLevel(logging.ERROR)

    class Quiet(Consumer):
        def _set_signal_handlers(self) -> None:
            """Signals belong to the command that owns the process."""

    consumer = Quiet(queue(settings, database), workers=1, worker_type="thread", check_worker_health=True)
    consumer.start()
    try:
        stop.wait()
    finally:
        consumer.stop(graceful=True)
