"""Amounts and dated milestones of a contract's aid, from the `aid:` key of its programme file.

A plan is a list of items; an item makes one or several milestones counted from the contract's dates. Amounts are
integer cents, rounded once, half up. Sources: programmes.md (a), (b1), (b2); workflow.md (iii).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from .days import add_months

if TYPE_CHECKING:
    from .programme import Programme

#: Months are at most this many for a contract without end.
FOREVER = 10_000


@dataclass(frozen=True, slots=True)
class AidContract:
    """What the amounts are counted from. `sector`: non-marchand, marchand or geiq; hours a week; ages at signature."""

    signed_on: date
    starts_on: date
    kind: str
    weekly_hours: float
    months: int | None = None
    sector: str | None = None
    trial_end_on: date | None = None
    granted_on: date | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A payment or a paper: due on a day, claimed within a window (both ends included); 0 cents = a paper only."""

    kind: str
    number: int
    due_on: date
    window_opens_on: date | None
    window_closes_on: date | None
    amount_cents: int
    paper: str


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Event(_Shape):
    """One milestone `after` a number of months of the contract, or at a named day."""

    kind: str
    number: int = 1
    paper: str
    at: Literal["start", "month_end", "trial_end", "end"] = "start"
    months: int = 0
    amount: str | None = None
    window_months: int | None = None
    or_after_grant: bool = False
    reference: str


class Repeated(_Shape):
    """A paper every so many months while the contract runs."""

    kind: str
    paper: str
    every_months: int = Field(gt=0)
    reference: str


class MonthlyShare(_Shape):
    """A share of the hourly minimum wage for each month of the contract, by the sector of the employer."""

    kind: str
    paper: str
    rate_by_sector: dict[str, str]
    default_sector: str
    wage: str
    hours_at_most: str
    months_at_most: str
    reference: str


class Periods(_Shape):
    """A yearly amount paid by periods of months, pro rata of hours and of the days worked in each."""

    kind: str
    paper: str
    period_months: int = Field(gt=0)
    yearly: dict[str, str]
    first_year_young: dict[str, str] = Field(default_factory=dict)
    young_below: str | None = None
    young_from: str | None = None
    years_at_most: dict[str, str]
    hours_full: str
    least: str
    window_months: int
    reference: str


class AidRules(_Shape):
    """The `aid:` key of a programme file."""

    reference: str
    events: list[Event] = Field(default_factory=list)
    repeated: list[Repeated] = Field(default_factory=list)
    monthly: MonthlyShare | None = None
    periods: Periods | None = None
    #: motives of an early end that make what was paid repayable, until so many months of the contract
    repay_motives: list[str] = Field(default_factory=list)
    repay_before_months: int = 0
    #: a lump sum not yet paid is lost by any early end; a monthly aid stays owed for the months worked
    end_cancels_all: bool = False


def after(day: date, months: int) -> date:
    """So many months later, counted as C1."""
    return date.fromordinal(int(add_months(np.array([day.toordinal()]), months)[0]))


def cents(amount: Decimal) -> int:
    """Euros to cents, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def monthly_share(rate: Any, hourly_wage: Any, weekly_hours: Any) -> int:
    """Cents a month: rate x hourly wage x hours x 52 / 12, rounded once at the end."""
    return cents(Decimal(str(rate)) * Decimal(str(hourly_wage)) * Decimal(str(weekly_hours)) * 52 / 12)


def milestones(programme: Programme, contract: AidContract) -> tuple[Milestone, ...]:
    """Every payment and paper of the contract, by due day; none for a programme without aid."""
    rules = programme.file.aid
    if rules is None:
        return ()
    figure: Callable[[str, date], Any] = lambda name, day: programme.figure(name, day).value  # noqa: E731
    made = [
        *_events(rules, contract, figure),
        *_repeated(rules, contract),
        *(_monthly(rules.monthly, contract, figure) if rules.monthly else ()),
        *(_periods(rules.periods, contract, figure) if rules.periods else ()),
    ]
    return tuple(sorted(made, key=lambda milestone: (milestone.due_on, milestone.kind, milestone.number)))


def _last_day(contract: AidContract) -> date | None:
    """Last day of a fixed term; None without end."""
    if contract.kind != "CDD" or contract.months is None:
        return None
    return after(contract.starts_on, contract.months) - timedelta(days=1)


def _events(
    rules: AidRules, contract: AidContract, figure: Callable[[str, date], Any]
) -> Iterator[Milestone]:
    last = _last_day(contract)
    for event in rules.events:
        if event.at == "trial_end":
            due = contract.trial_end_on
        elif event.at == "end":
            due = after(last, event.months) if last else None
        elif event.at == "month_end":
            due = after(contract.starts_on, event.months) - timedelta(days=1)
        else:
            due = after(contract.starts_on, event.months)
        if due is None or (last and due > last):
            continue
        opens = closes = None
        if event.window_months is not None:
            opens = due
            if event.or_after_grant and contract.granted_on and contract.granted_on > due:
                opens = contract.granted_on
            closes = after(opens, event.window_months)
        amount = cents(Decimal(str(figure(event.amount, contract.signed_on)))) if event.amount else 0
        yield Milestone(event.kind, event.number, due, opens, closes, amount, event.paper)


def _repeated(rules: AidRules, contract: AidContract) -> Iterator[Milestone]:
    last = _last_day(contract)
    for item in rules.repeated:
        for number in range(1, FOREVER):
            due = after(contract.starts_on, number * item.every_months)
            if last is None or due > last:
                break
            yield Milestone(item.kind, number, due, None, None, 0, item.paper)


def _monthly(
    item: MonthlyShare, contract: AidContract, figure: Callable[[str, date], Any]
) -> Iterator[Milestone]:
    """One row a calendar month, pro rata of its days when the contract begins or ends within it."""
    signed = contract.signed_on
    hours = min(contract.weekly_hours, figure(item.hours_at_most, signed))
    most = figure(item.months_at_most, signed)
    months = min(contract.months or most, most) if contract.kind == "CDD" else most
    end = after(contract.starts_on, months) - timedelta(days=1)
    sector = contract.sector if contract.sector in item.rate_by_sector else item.default_sector
    rate = Decimal(str(figure(item.rate_by_sector[sector], signed)))
    first = contract.starts_on.replace(day=1)
    number = 1
    while first <= end:
        following = after(first, 1)
        length = (following - first).days
        worked = (min(following - timedelta(days=1), end) - max(first, contract.starts_on)).days + 1
        wage = Decimal(str(figure(item.wage, first)))
        whole = rate * wage * Decimal(str(hours)) * 52 / 12
        amount = cents(whole * worked / length)
        yield Milestone(item.kind, number, following - timedelta(days=1), None, None, amount, item.paper)
        first, number = following, number + 1


def _periods(item: Periods, contract: AidContract, figure: Callable[[str, date], Any]) -> Iterator[Milestone]:
    """Periods of months from the first day of work; pro rata of hours, and of the months of a shorter last one."""
    if contract.kind not in item.yearly:
        return
    signed = contract.signed_on
    years = figure(item.years_at_most[contract.kind], signed)
    months = min(contract.months or years * 12, years * 12) if contract.kind == "CDD" else years * 12
    share = min(
        Decimal(str(contract.weekly_hours)) / Decimal(str(figure(item.hours_full, signed))), Decimal(1)
    )
    young = (
        item.young_below is not None
        and item.young_from is not None
        and contract.age is not None
        and bool(figure(item.young_from, signed))
        and contract.age < figure(item.young_below, signed)
    )
    number, done = 1, 0
    while done < months:
        length = min(item.period_months, months - done)
        names = item.first_year_young if young and done < 12 else item.yearly
        yearly = Decimal(str(figure(names[contract.kind], signed)))
        amount = cents(yearly * length / 12 * share)
        if amount < cents(Decimal(str(figure(item.least, signed)))):
            amount = 0
        ends = after(contract.starts_on, done + length) - timedelta(days=1)
        opens = ends + timedelta(days=1)
        yield Milestone(item.kind, number, ends, opens, after(ends, item.window_months), amount, item.paper)
        number, done = number + 1, done + length


@dataclass(frozen=True, slots=True)
class Break:
    """What an early end does: rows whose money is no more owed, and paid rows to be given back."""

    cancelled: tuple[Milestone, ...]
    to_repay: tuple[Milestone, ...]


def on_break(
    programme: Programme,
    contract: AidContract,
    *,
    unpaid: Sequence[Milestone],
    paid: Sequence[Milestone],
    ended_on: date,
    motive: str,
) -> Break:
    """Unpaid rows are cancelled (all, or those due after the end); paid ones are repayable by motive and date."""
    rules = programme.file.aid
    whole = rules is not None and rules.end_cancels_all
    cancelled = tuple(milestone for milestone in unpaid if whole or milestone.due_on > ended_on)
    if rules is None or motive not in rules.repay_motives:
        return Break(cancelled, ())
    if ended_on >= after(contract.starts_on, rules.repay_before_months):
        return Break(cancelled, ())
    return Break(cancelled, tuple(milestone for milestone in paid if milestone.amount_cents))
