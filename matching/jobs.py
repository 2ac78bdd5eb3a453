"""The record of long work: submitted, claimed under a lease, progress, outcome (reliability.md K1, K2).

The queue only carries a job's id and may forget it; this table is the truth. Instants (`at`) are arguments. Who works
on a job names the attempt they were given: one whose lease was lost to another notes nothing any more.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import IllegalTransition
from .store.upkeep import Job
from .vocabulary import JobState

#: A worker that has not been heard of for this long has lost its job.
LEASE = timedelta(minutes=2)
#: A job still waiting after this long was forgotten between commit and queue.
FORGOTTEN = timedelta(minutes=1)
#: After so many starts a job is failed: a poison job must not come back for ever.
ATTEMPTS = 10
#: Running without a word for so long, a job seems stuck: a person may have it started again.
STALLED = timedelta(seconds=60)
#: Waiting for so long, a job says that nobody works.
UNANSWERED = timedelta(seconds=30)

#: States in which a job is still to come to its outcome.
UNDER_WAY = frozenset({JobState.WAITING, JobState.RUNNING})


def submit(
    session: Session, kind: str, arguments: dict[str, Any], *, actor_id: int | None, at: datetime
) -> Job:
    """A waiting job; the one already waiting for the same work when there is one. Flushes, never commits."""
    waiting = session.scalars(sa.select(Job).where(Job.kind == kind, Job.state == JobState.WAITING))
    for same in waiting:
        if same.arguments == arguments:
            return same
    job = Job(
        kind=kind, arguments=arguments, state=JobState.WAITING, submitted_by_id=actor_id, submitted_at=at
    )
    session.add(job)
    session.flush()
    return job


def claim(session: Session, public_id: uuid.UUID, *, at: datetime) -> Job | None:
    """The job, now running under a lease of this caller; None when it is done, taken or unknown."""
    free = sa.or_(Job.state == JobState.WAITING, sa.and_(Job.state == JobState.RUNNING, Job.lease_until < at))
    taken = session.execute(
        sa.update(Job)
        .where(Job.public_id == public_id, free)
        .values(
            state=JobState.RUNNING,
            started_at=at,
            beat_at=at,
            lease_until=at + LEASE,
            attempts=Job.attempts + 1,
            step=None,
            step_at=None,
            done=0,
            total=0,
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    job = session.scalars(sa.select(Job).where(Job.public_id == public_id)).one()
    session.refresh(job)
    if job.attempts > ATTEMPTS:
        finish(session, job.id, JobState.FAILED, at=at, attempt=job.attempts, error_code="too-many-attempts")
        return None
    return job


def beat(
    session: Session, job_id: int, *, at: datetime, attempt: int, step: str, done: int, total: int
) -> bool:
    """Prolong the lease and note progress; False when somebody asked to stop, or the lease went to another."""
    noted = session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.attempts == attempt, Job.state == JobState.RUNNING)
        .values(
            beat_at=at,
            lease_until=at + LEASE,
            step_at=sa.case((Job.step == step, Job.step_at), else_=at),
            step=step,
            done=done,
            total=total,
        )
    )
    if noted.rowcount != 1:  # type: ignore[attr-defined]
        return False
    return not session.scalar(sa.select(Job.cancel_asked).where(Job.id == job_id))


def pulse(session: Session, job_id: int, *, at: datetime, attempt: int) -> None:
    """Prolong the lease of a step that has nothing to tell."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.attempts == attempt, Job.state == JobState.RUNNING)
        .values(beat_at=at, lease_until=at + LEASE)
    )


def finish(
    session: Session,
    job_id: int,
    state: JobState,
    *,
    at: datetime,
    attempt: int,
    message: str | None = None,
    error_code: str | None = None,
) -> bool:
    """Write the outcome: done, failed or cancelled. The lease ends. False when it was another's already."""
    noted = session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.attempts == attempt, Job.state == JobState.RUNNING)
        .values(state=state, finished_at=at, lease_until=None, message=message, error_code=error_code)
    )
    return bool(noted.rowcount == 1)  # type: ignore[attr-defined]


def lost(session: Session, *, at: datetime) -> Sequence[uuid.UUID]:
    """Jobs to hand to the queue again: their worker is gone, or the queue forgot them."""
    return session.scalars(
        sa.select(Job.public_id)
        .where(
            sa.or_(
                sa.and_(Job.state == JobState.RUNNING, Job.lease_until < at),
                sa.and_(Job.state == JobState.WAITING, Job.submitted_at < at - FORGOTTEN),
            )
        )
        .order_by(Job.id)
    ).all()


def waiting(session: Session) -> Sequence[uuid.UUID]:
    """Jobs that nobody has taken yet, oldest first."""
    return session.scalars(
        sa.select(Job.public_id).where(Job.state == JobState.WAITING).order_by(Job.id)
    ).all()


def stop(session: Session, job: Job, *, at: datetime) -> None:
    """Ask a running job to stop at its next word; one that nobody has taken yet is cancelled at once."""
    taken = session.execute(
        sa.update(Job)
        .where(Job.id == job.id, Job.state == JobState.WAITING)
        .values(state=JobState.CANCELLED, finished_at=at)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        session.execute(
            sa.update(Job).where(Job.id == job.id, Job.state == JobState.RUNNING).values(cancel_asked=True)
        )
    session.refresh(job)


def is_stalled(job: Job, *, at: datetime) -> bool:
    """Whether a running job has said nothing for a minute."""
    return job.state is JobState.RUNNING and job.beat_at is not None and at - job.beat_at > STALLED


def is_unanswered(job: Job, *, at: datetime) -> bool:
    """Whether a job has been waiting for so long that, unless the worker is busy, it must be down."""
    return job.state is JobState.WAITING and at - job.submitted_at > UNANSWERED


def is_busy(session: Session, *, at: datetime) -> bool:
    """Whether a worker gave a sign of life on some job lately."""
    alive = sa.exists().where(Job.state == JobState.RUNNING, Job.beat_at >= at - STALLED)
    return bool(session.scalar(sa.select(alive)))


def may_restart(job: Job, *, at: datetime) -> bool:
    """Failed, cancelled or stuck."""
    return job.state in (JobState.FAILED, JobState.CANCELLED) or is_stalled(job, at=at)


def restart(session: Session, job: Job, *, at: datetime) -> None:
    """A job that failed, was cancelled or seems stuck waits again, with all its attempts.

    Raises IllegalTransition for any other, and when somebody was faster.
    """
    free = sa.or_(
        Job.state.in_((JobState.FAILED, JobState.CANCELLED)),
        sa.and_(Job.state == JobState.RUNNING, Job.beat_at < at - STALLED),
    )
    taken = session.execute(
        sa.update(Job)
        .where(Job.id == job.id, free)
        .values(
            state=JobState.WAITING,
            submitted_at=at,
            lease_until=None,
            finished_at=None,
            cancel_asked=False,
            error_code=None,
            # The count goes on, so that a worker thought dead cannot take itself for the next one.
            attempts=sa.case((Job.attempts >= ATTEMPTS, 0), else_=Job.attempts),
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise IllegalTransition("job-under-way")
    session.refresh(job)
