"""The worker: huey carries job ids, the `job` table is the truth, handlers do the work.

SQLite: huey keeps its own file beside the database, so that its polling never waits for a page. PostgreSQL: huey's
tables lie in the same database.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import sqlalchemy as sa

from matching import clock, jobs
from matching.errors import PasserelleError
from matching.store.engine import Database
from matching.vocabulary import JobState

from . import database as databases, import_jobs, mail
from .settings import Settings
from .wording import day
from .wording.jobs import MESSAGES

log = logging.getLogger("passerelle.worker")

#: A sign of life is given at least so often, in seconds, whatever the step under way has to tell.
PULSE = 15.0
#: Progress is written at most so often, in seconds (ux.md §8): a page asks once a second.
EVERY = 0.5


class Progress(Protocol):
    """Told how far a step has come (`total` 0: nobody knows). Raises Stopped when somebody asked to stop."""

    def __call__(self, done: int, total: int, step: str | None = None) -> None: ...


Handler = Callable[[Database, Settings, dict[str, Any], Progress], str]


class Stopped(Exception):
    """Somebody asked the job to stop; what it had not committed is gone."""


def match_all(database: Database, settings: Settings, arguments: dict[str, Any], progress: Progress) -> str:
    """Match every open offer for the business day; the message says how many proposals stand."""
    from .matcher import run_match

    on = databases.business_day(settings, database, None)
    # On SQLite the run holds the only pen: progress noted from within would wait for the run itself.
    tell = progress if database.engine.dialect.name != "sqlite" else None
    document = run_match(database, settings, on=on, on_progress=tell)
    return MESSAGES["matched"].format(count=len(document["proposals"]), day=day(on))


def run_rules(database: Database, settings: Settings, arguments: dict[str, Any], progress: Progress) -> str:
    """Run the clock up to the business day; the message says how many rows changed."""
    from .clock_work import work

    return work(database, settings, arguments, progress)


HANDLERS: dict[str, Handler] = {
    "match": match_all,
    "clock": run_rules,
    "import-check": import_jobs.look,
    "import-apply": import_jobs.apply,
}


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
    outcome, message, code = JobState.DONE, None, None
    progress = _progress(database, job.id, job.kind, job.attempts)
    try:
        with _alive(database, job.id, job.attempts):
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
        jobs.finish(
            session,
            job.id,
            outcome,
            at=clock.now(),
            attempt=job.attempts,
            message=message,
            error_code=code and code[:60],
        )
    return outcome


def _progress(database: Database, job_id: int, kind: str, attempt: int) -> Progress:
    """Notes progress in transactions of its own: each new step at once, the rest at most every half second."""
    last: tuple[str, float] | None = None

    def note(done: int, total: int, step: str | None = None) -> None:
        nonlocal last
        here, now = step or kind, time.monotonic()
        if last is not None and last[0] == here and now - last[1] < EVERY:
            return
        last = here, now
        with database.transaction() as session:
            goes_on = jobs.beat(
                session, job_id, at=clock.now(), attempt=attempt, step=here, done=done, total=total
            )
        if not goes_on:
            raise Stopped

    return note


@contextlib.contextmanager
def _alive(database: Database, job_id: int, attempt: int) -> Iterator[None]:
    """Give signs of life meanwhile. One that the base cannot take (it is being written to) is left out."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(PULSE):
            with contextlib.suppress(PasserelleError), database.transaction() as session:
                jobs.pulse(session, job_id, at=clock.now(), attempt=attempt)

    thread = threading.Thread(target=beat, name=f"pulse of job {job_id}")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def queue(settings: Settings, database: Database) -> Any:
    """The huey instance of this installation, its tasks registered; `carry(public_id)` hands a job to it."""
    from huey import PostgresHuey, SqliteHuey, crontab

    from .clock_work import has_begun, is_morning

    address = sa.make_url(settings.database_url)
    if address.get_backend_name() == "sqlite":
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = SqliteHuey("passerelle", filename=str(settings.data_dir / "queue.db"), fsync=True)
    else:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        made = PostgresHuey("passerelle", dsn=plain)

    @made.task()
    def run_job(public_id: str) -> None:
        if execute(database, settings, uuid.UUID(public_id)) is None:
            return
        # What that job asked for in its turn is taken up at once.
        with database.reading() as session:
            wanted = jobs.waiting(session)
        for each in wanted:
            run_job(str(each))

    @made.periodic_task(crontab(minute="*"))
    def hand_over_lost_jobs() -> None:
        with database.reading() as session:
            forgotten = jobs.lost(session, at=clock.now())
        for public_id in forgotten:
            run_job(str(public_id))

    @made.periodic_task(crontab(minute="*"))
    def send_messages() -> None:
        mail.run(database, settings)

    @made.periodic_task(crontab(hour="5", minute="0"))
    def match_every_morning() -> None:
        with database.transaction() as session:
            job = jobs.submit(session, "match", {}, actor_id=None, at=clock.now())
        run_job(str(job.public_id))

    @made.periodic_task(crontab(minute="*/5"))
    def begin_the_day() -> None:
        if is_morning(clock.now()) and not has_begun(settings, database):
            run_job(str(begin_rules(database)))

    @made.periodic_task(crontab(minute="17"))
    def forget_unconfirmed_imports() -> None:
        import_jobs.forget(database, settings, at=clock.now())

    made.carry = run_job
    return made


def begin_rules(database: Database) -> uuid.UUID:
    """The job that runs the clock; the one already waiting when there is one."""
    with database.transaction() as session:
        return jobs.submit(session, "clock", {}, actor_id=None, at=clock.now()).public_id


def hand_over(carrier: Any, public_ids: Iterable[uuid.UUID]) -> None:
    """Give committed jobs to the queue. One that it refuses is found by the worker within two minutes."""
    for public_id in public_ids:
        try:
            carrier.carry(str(public_id))
        except Exception as fault:  # whatever the queue's storage raises: the base has the job
            log.error("job %s not handed over: %s", public_id, type(fault).__name__)


def consume(settings: Settings, database: Database, stop: Any) -> None:
    """Work until `stop` (a threading.Event) is set; a job under way is finished first."""
    from huey.consumer import Consumer

    from .clock_work import is_owed

    logging.getLogger("huey").setLevel(logging.ERROR)

    class Quiet(Consumer):
        def _set_signal_handlers(self) -> None:
            """Signals belong to the command that owns the process."""

    carrier = queue(settings, database)
    if is_owed(settings, database):
        begin_rules(database)
    with database.reading() as session:
        left = jobs.waiting(session)
    hand_over(carrier, left)
    consumer = Quiet(carrier, workers=1, worker_type="thread", check_worker_health=True)
    consumer.start()
    try:
        stop.wait()
    finally:
        consumer.stop(graceful=True)
