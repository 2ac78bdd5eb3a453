"""Amounts and dated rows of an aid that agreements decide (CUI, PEC), by the `aid.agreement` key of a programme file.

The rate, the hours and the days are the agreement's own; the file says within which bounds, and what each asks for.
Amounts are integer cents, rounded once, half up. Source: programmes.md (d).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from .aid import Milestone, after, cents, exact
from .aid_rules import AgreementShare

if TYPE_CHECKING:
    from .programme import Programme

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What an agreement decides: days both included, hours a week, rate in 1/100 of a percent."""

    number: int
    starts_on: date
    ends_on: date
    weekly_hours: float
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the file allows on the day an agreement is decided. `longest`: months of all agreements together."""

    rate_ceiling_bp: int
    hours_from: float
    hours_at_most: float
    months_from: int
    months_to: int
    longest: int


def rules_of(programme: Programme) -> AgreementShare | None:
    """How agreements decide the aid of the programme; None where they do not."""
    return programme.file.aid.agreement if programme.file.aid is not None else None


def bounds(programme: Programme, day: date, *, longest_open: bool) -> Bounds:
    """`longest_open`: the person is a senior or a recognised disabled worker, whose aid may last longer."""
    rules = rules_of(programme)
    assert rules is not None  # a programme whose aid agreements decide
    # An agreement may be decided before the file begins to speak: its first values hold then.
    day = max(day, programme.file.in_force.from_)
    longest = rules.months_at_most_longest if longest_open else rules.months_at_most

    def figure(name: str) -> Fraction:
        return exact(programme.figure(name, day).value)

    return Bounds(
        int(figure(rules.rate_ceiling) * 10_000),
        float(figure(rules.hours_from)),
        float(figure(rules.hours_at_most)),
        int(figure(rules.months_from)),
        int(figure(rules.months_to)),
        int(figure(longest)),
    )


def last_day(starts_on: date, months: int) -> date:
    """The last of so many months, counted as C1."""
    return after(starts_on, months) - DAY


def within(agreements: Sequence[Agreement], longest: int) -> bool:
    """Whether they come to at most so many months, as if they had run without a break up to the last day (C5)."""
    days = sum((each.ends_on - each.starts_on).days + 1 for each in agreements)
    ends_on = max(each.ends_on for each in agreements)
    return ends_on <= last_day(ends_on + DAY - timedelta(days=days), longest)


def months(programme: Programme, agreement: Agreement, *, number: int) -> tuple[Milestone, ...]:
    """One row a calendar month of the agreement, numbered on from `number`; pro rata of days where it is not whole."""
    rules = rules_of(programme)
    return tuple(_months(programme, rules, agreement, agreement.ends_on, number)) if rules else ()


def warnings(programme: Programme, agreement: Agreement, *, renewable: bool) -> tuple[Milestone, ...]:
    """The bilan, and the renewal while there may be one: called before the end, both over with the agreement."""
    rules = rules_of(programme)
    if rules is None:
        return ()
    day = max(agreement.starts_on, programme.file.in_force.from_)
    months_before = programme.figure(rules.warned_before, day).value
    due = max(after(agreement.ends_on, -months_before), agreement.starts_on)
    papers = (rules.review, *((rules.renewal,) if renewable else ()))
    return tuple(
        Milestone(each.kind, agreement.number, due, None, agreement.ends_on, 0, each.paper) for each in papers
    )


def part_owed(
    programme: Programme, agreement: Agreement, row_due_on: date, row_number: int, ended_on: date
) -> Milestone | None:
    """What an early end leaves owed of the row of its month; None where nothing of it is cut short."""
    rules = rules_of(programme)
    if rules is None or ended_on >= row_due_on or ended_on < agreement.starts_on:
        return None
    if (ended_on.year, ended_on.month) != (row_due_on.year, row_due_on.month):
        return None
    return replace(list(_months(programme, rules, agreement, ended_on, 1))[-1], number=row_number)


def _months(
    programme: Programme, rules: AgreementShare, agreement: Agreement, end: date, number: int
) -> Iterator[Milestone]:
    share = Fraction(agreement.rate_bp, 10_000) * exact(agreement.weekly_hours) * 52 / 12
    first = agreement.starts_on.replace(day=1)
    while first <= end:
        following = after(first, 1)
        due = min(following - DAY, end)
        worked = (due - max(first, agreement.starts_on)).days + 1
        whole = share * exact(programme.figure(rules.wage, first).value)
        amount = cents(whole * worked / (following - first).days)
        yield Milestone(rules.kind, number, due, None, None, amount, rules.paper)
        first, number = following, number + 1
