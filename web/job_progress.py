"""How far a job has come, as its page and its fragment show it (ux.md §8)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from matching import jobs
from matching.store.upkeep import Job
from matching.vocabulary import JobState

from .db import installation
from .wording import jobs as words

#: An estimate is worth showing after so long.
SURE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Shown:
    """`total` 0: nobody knows. `left`: the estimate in words. `over`: the job has come to its outcome."""

    title: str
    done: int
    total: int
    left: str | None
    started: bool
    over: bool
    stalled: bool
    unanswered: bool

    @property
    def polled(self) -> bool:
        """Whether the page should go on asking: what waits for a person does not change by itself."""
        return not self.over and not self.stalled


def of(job: Job, *, at: datetime, busy: bool) -> Shown:
    """`busy`: a worker is known to work, on this job or on another."""
    steps = words.STEPS.get(job.kind, ())
    keys = [key for key, _ in steps]
    if job.step in keys and job.state is not JobState.WAITING:
        number = keys.index(job.step) + 1
        title = f"Étape {number} sur {len(keys)} : {steps[number - 1][1]}"
    else:
        title = (
            words.BEGINNING if job.state is not JobState.WAITING else words.BUSY if busy else words.WAITING
        )
    return Shown(
        title,
        min(job.done, job.total),
        job.total,
        _left(job),
        job.state is not JobState.WAITING,
        job.state not in jobs.UNDER_WAY,
        jobs.is_stalled(job, at=at),
        jobs.is_unanswered(job, at=at) and not busy,
    )


def _left(job: Job) -> str | None:
    """What is left of this step at the pace it has had, rounded up; None while that would be a guess."""
    if job.step_at is None or job.beat_at is None or not job.done or not job.total:
        return None
    spent = job.beat_at - job.step_at
    if spent < SURE:
        return None
    seconds = spent.total_seconds() * (job.total - job.done) / job.done
    if seconds > 55:
        minutes = math.ceil(seconds / 60)
        return f"Encore {minutes} minute{'s' if minutes > 1 else ''} environ"
    return f"Encore {max(math.ceil(seconds / 5) * 5, 5)} secondes environ"


def carry(*submitted: Job) -> None:
    """Hand committed jobs to the queue."""
    from .worker import hand_over, queue

    carriers: dict[str, Any] = current_app.extensions
    if "passerelle-queue" not in carriers:
        here = installation()
        carriers["passerelle-queue"] = queue(here.settings, here.database)
    hand_over(carriers["passerelle-queue"], [job.public_id for job in submitted])
