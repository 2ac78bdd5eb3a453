"""Runs the clock for a command or the worker: each rule of each day that is owed in a transaction of its own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from matching import clock, daily
from matching.daily_rules import RULES
from matching.eligibility.programme import ProgrammeBook
from matching.errors import PasserelleError, Unavailable
from matching.outbox import PARIS
from matching.store.engine import Database

from . import database as databases
from .settings import Settings

log = logging.getLogger("passerelle.clock")

#: The worker begins a day at this hour in France, before the digests leave at 7:30.
BEGINS = time(6)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did: the days, the rows that each rule changed, the rules that failed and why."""

    on: date
    days: Sequence[date]
    changed: Mapping[str, int]
    failed: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "days": [day.isoformat() for day in self.days],
            "changed": dict(self.changed),
            "failed": dict(self.failed),
        }


def run_clock(
    database: Database,
    book: ProgrammeBook,
    *,
    on: date,
    rules: Sequence[tuple[str, daily.Rule]] | None = None,
    now: Callable[[], datetime] = clock.now,
    on_progress: Progress = lambda done, total: None,
) -> Ran:
    """Run what is owed up to that day, oldest first; run again, it does nothing more.

    A rule that fails waits for the next run, and so do its later days; the others go on.
    """
    by_name = dict(RULES if rules is None else rules)
    with database.transaction() as session:
        daily.begin(session, on, by_name)
    with database.reading() as session:
        owed = [(day, name) for day, name in daily.owed(session, on) if name in by_name]
    changed: Counter[str] = Counter()
    failed: dict[str, str] = {}
    for done, (day, name) in enumerate(owed):
        on_progress(done, len(owed))
        if name in failed:
            continue
        try:
            with database.transaction() as session:
                count = daily.run(session, daily.Day(day, now(), book), name, by_name[name])
        except Exception as fault:  # one rule's fault is no reason for the others to wait; it stays owed
            failed[name] = fault.code if isinstance(fault, PasserelleError) else type(fault).__name__
            log.error("rule %s of %s failed: %s", name, day, failed[name])
            with database.transaction() as session:
                daily.fail(session, day, name, failed[name])
            continue
        changed[name] += count or 0
    return Ran(on, sorted({day for day, _ in owed}), {name: changed[name] for name in by_name}, failed)


def is_morning(at: datetime) -> bool:
    """Whether it is six in France, or later: then the worker begins the day."""
    return at.astimezone(PARIS).time() >= BEGINS


def has_begun(settings: Settings, database: Database) -> bool:
    """Whether the business day has begun, all of its rules run or not."""
    on = databases.business_day(settings, database, None)
    with database.reading() as session:
        return daily.has_begun(session, on)


def is_owed(settings: Settings, database: Database) -> bool:
    """Whether something is to run: the day has not begun, or a rule failed."""
    on = databases.business_day(settings, database, None)
    with database.reading() as session:
        return not daily.has_begun(session, on) or bool(daily.owed(session, on))


def work(
    database: Database, settings: Settings, arguments: dict[str, Any], progress: Callable[..., None]
) -> str:
    """The job of the worker. Raises Unavailable once the other rules have run when one failed."""
    from .rules import book_of
    from .wording import day
    from .wording.jobs import MESSAGES

    on = databases.business_day(settings, database, None)
    ran = run_clock(
        database,
        book_of(settings),
        on=on,
        on_progress=lambda done, total: progress(done, total, "rules"),
    )
    if ran.failed:
        raise Unavailable("rules-failed", rules=", ".join(sorted(ran.failed)))
    return MESSAGES["clock-ran"].format(count=sum(ran.changed.values()), day=day(on))
