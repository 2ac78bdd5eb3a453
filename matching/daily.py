"""The clock (workflow.md, convention f): rules of time, each a flow given a day; the worker runs them once a day.

A rule reads the state of the base and the day, never what ran before: run twice it doubles nothing. What is owed is
written down first, a row for each day and rule: days that were skipped are run one by one, in order, and a rule that
fails stays owed and keeps no other from running. Who runs them (`web.clock_work`) commits each on its own. The rules
themselves, in order: `daily_rules.RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import PasserelleError
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
Each = TypeVar("Each")


def last_day(session: Session) -> date | None:
    """The last day whose rules were written down as owed; None when the clock never ran."""
    return session.scalar(sa.select(sa.func.max(ClockRun.day)))


def begin(session: Session, on: date, rules: Iterable[str]) -> Sequence[date]:
    """Write down what is owed since the last day, to `on` included; the days that are new. Flushes, never commits.

    A base whose clock never ran begins with `on`: what happened before it was nobody's to do. A rule that a new
    version brings begins with the next day.
    """
    last = last_day(session)
    days = list(_days(last + timedelta(days=1) if last is not None else on, on))
    rows = [{"day": day, "rule": rule} for day in days for rule in rules]
    if rows:
        session.execute(sa.insert(ClockRun), rows)
    return days


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def owed(session: Session, on: date) -> Sequence[tuple[date, str]]:
    """(day, rule) of all that is still to run up to `on`, in the order in which it is run."""
    rows = session.execute(
        sa.select(ClockRun.day, ClockRun.rule)
        .where(ClockRun.ran_at.is_(None), ClockRun.day <= on)
        .order_by(ClockRun.day, ClockRun.id)
    )
    return [(row.day, row.rule) for row in rows]


def run(session: Session, day: Day, name: str, rule: Rule) -> int | None:
    """Apply one rule to one day and note it; None when that was done meanwhile. Flushes, never commits.

    The row is taken first: another worker waits for it to the end of the transaction, and finds it done.
    """
    row = sa.update(ClockRun).where(ClockRun.day == day.on, ClockRun.rule == name)
    taken = session.execute(
        row.where(ClockRun.ran_at.is_(None)).values(ran_at=day.at, rows_changed=0, error_code=None), **_PLAIN
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    changed = rule(session, day)
    if changed:
        session.execute(row.values(rows_changed=changed), **_PLAIN)
    return changed


def fail(session: Session, on: date, name: str, code: str) -> None:
    """That rule could not run: it stays owed, and says why."""
    row = sa.update(ClockRun).where(ClockRun.day == on, ClockRun.rule == name, ClockRun.ran_at.is_(None))
    session.execute(row.values(error_code=code[:60]), **_PLAIN)


#: Rows of the clock are read and written as rows, never kept as objects.
_PLAIN: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def has_begun(session: Session, on: date) -> bool:
    """Whether what that business day owes was written down."""
    last = last_day(session)
    return last is not None and last >= on


def each(session: Session, rows: Iterable[Each], act: Callable[[Each], Any]) -> int:
    """Do it to each row in a savepoint of its own; how many were done.

    What a row refuses (somebody moved it meanwhile) leaves the others alone: the rule sees it again the next day.
    """
    done = 0
    for row in rows:
        try:
            with session.begin_nested():
                act(row)
        except PasserelleError:
            continue
        done += 1
    return done
