"""The clock (workflow.md, convention f): rules of time, each a flow given a day; the worker runs them once a day.

A rule reads the state of the base and the day, never what ran before: run twice it doubles nothing, and days that were
skipped are run one by one, in order, so that none is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.messages import ClockRun

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook


@dataclass(frozen=True, slots=True)
class Day:
    """The business day a rule is run for, the real instant it runs at, the programmes."""

    on: date
    at: datetime
    book: ProgrammeBook


#: How many rows a rule changed.
Rule = Callable[[Session, Day], int]

#: In the order they run; each in a transaction of its own.
RULES: tuple[tuple[str, Rule], ...] = ()


def last_run(session: Session) -> date | None:
    """The last day that the rules were run for; None when they never were."""
    return session.scalar(sa.select(sa.func.max(ClockRun.day)))


def days_to_run(session: Session, on: date) -> Iterator[date]:
    """The days after the last run up to `on`, oldest first; `on` alone when the rules never ran."""
    day = last_run(session)
    if day is None:
        yield on
        return
    while day < on:
        day += timedelta(days=1)
        yield day


def note(session: Session, day: Day, counts: dict[str, int]) -> None:
    """That day is done. Flushes, never commits."""
    session.add(ClockRun(day=day.on, ran_at=day.at, counts=counts))
    session.flush()
