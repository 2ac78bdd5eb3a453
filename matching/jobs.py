"""The record of long work: submitted, claimed under a lease, progress, outcome (reliability.md K1, K2).

The queue only carries a job's id and may forget it; this table is the truth. Instants (`at`) are arguments.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.upkeep import Job
from .vocabulary import JobState

#: A worker that has not been heard of for this long has lost its job.
LEASE = timedelta(minutes=2)
#: A job still waiting after this long was forgotten between commit and queue.
FORGOTTEN = timedelta(minutes=1)
#: After so many starts a job is failed: a poison job must not come back for ever.
ATTEMPTS = 10


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
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    job = session.scalars(sa.select(Job).where(Job.public_id == public_id)).one()
    session.refresh(job)
    if job.attempts > ATTEMPTS:
        finish(session, job.id, JobState.FAILED, at=at, error_code="too-many-attempts")
        return None
    return job


def beat(session: Session, job_id: int, *, at: datetime, step: str, done: int, total: int) -> bool:
    """Prolong the lease and note progress; False when somebody asked to stop."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id)
        .values(beat_at=at, lease_until=at + LEASE, step=step, done=done, total=total)
    )
    return not session.scalar(sa.select(Job.cancel_asked).where(Job.id == job_id))


def finish(
    session: Session,
    job_id: int,
    state: JobState,
    *,
    at: datetime,
    message: str | None = None,
    error_code: str | None = None,
) -> None:
    """Write the outcome: done, failed or cancelled. The lease ends."""
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id)
        .values(state=state, finished_at=at, lease_until=None, message=message, error_code=error_code)
    )


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
