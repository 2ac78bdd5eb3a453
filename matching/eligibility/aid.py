"""Amounts and dated milestones of a contract's aid, from the `aid:` key of its programme file.

A plan is a list of items; an item makes one or several milestones counted from the contract's dates. Amounts are
integer cents, rounded once, half up. Sources: programmes.md (a), (b1), (b2); workflow.md (iii).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np

from .aid_rules import AidRules as AidRules, MonthlyShare, Periods
from .days import add_months

if TYPE_CHECKING:
    from .programme import Programme

#: Months are at most this many for a contract without end.
FOREVER = 10_000


@dataclass(frozen=True, slots=True)
class AidContract:
    """What the amounts are counted from. `sector`: non-marchand, marchand or geiq; hours a week; age at signature.

    `trial_end_on` None: the contract has no trial period.
    """

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
    """A payment or a paper: due on a day, claimed within a window (both ends included); 0 cents = a paper only.

    `aid_lost_after`: nothing sent by that day, the rest of the aid is lost too (None: only this row is).
    """

    kind: str
    number: int
    due_on: date
    window_opens_on: date | None
    window_closes_on: date | None
    amount_cents: int
    paper: str
    aid_lost_after: date | None = None


def after(day: date, months: int) -> date:
    """So many months later, counted as C1."""
    return date.fromordinal(int(add_months(np.array([day.toordinal()]), months)[0]))


def cents(amount: Fraction | Decimal) -> int:
    """Euros to cents, half up."""
    return floor(Fraction(amount) * 100 + Fraction(1, 2))


def exact(value: Any) -> Fraction:
    """A figure as it is written: 9.43 is 943/100, so that a sum is rounded once and a half cent is one."""
    return Fraction(str(value))


def monthly_share(rate: Any, hourly_wage: Any, weekly_hours: Any) -> int:
    """Cents a month: rate x hourly wage x hours x 52 / 12, rounded once at the end."""
    return cents(exact(rate) * exact(hourly_wage) * exact(weekly_hours) * 52 / 12)


def milestones(programme: Programme, contract: AidContract) -> tuple[Milestone, ...]:
    """Every payment and paper of the contract, by due day; none for a programme without aid."""
    rules = programme.file.aid
    if rules is None:
        return ()
    figure = _figures(programme)
    aid_end = _last_day(contract)
    if rules.monthly:
        aid_end = _monthly_end(rules.monthly, contract, figure)
    made = [
        *_events(rules, contract, aid_end, figure),
        *_repeated(rules, contract, aid_end),
        *(_monthly(rules.monthly, contract, aid_end, figure) if rules.monthly and aid_end else ()),
        *(_period_rows(rules.periods, contract, figure) if rules.periods else ()),
    ]
    return tuple(sorted(made, key=lambda milestone: (milestone.due_on, milestone.kind, milestone.number)))


def _figures(programme: Programme) -> Callable[[str, date], Any]:
    return lambda name, day: programme.figure(name, day).value


def _last_day(contract: AidContract) -> date | None:
    """Last day of a fixed term; None without end."""
    if contract.kind != "CDD" or contract.months is None:
        return None
    return after(contract.starts_on, contract.months) - timedelta(days=1)


def _monthly_end(item: MonthlyShare, contract: AidContract, figure: Callable[[str, date], Any]) -> date:
    """Last day that a monthly aid pays: the contract's, or that of the longest aid."""
    longest = after(contract.starts_on, figure(item.months_at_most, contract.signed_on)) - timedelta(days=1)
    return min(_last_day(contract) or longest, longest)


def _events(
    rules: AidRules, contract: AidContract, aid_end: date | None, figure: Callable[[str, date], Any]
) -> Iterator[Milestone]:
    last = _last_day(contract)
    for event in rules.events:
        if event.at == "trial_end":
            due: date | None = contract.trial_end_on or contract.starts_on
        elif event.at in ("end", "aid_end"):
            end = aid_end if event.at == "aid_end" else last
            due = after(end, event.months) if end else None
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
        amount = cents(exact(figure(event.amount, contract.signed_on))) if event.amount else 0
        yield Milestone(event.kind, event.number, due, opens, closes, amount, event.paper)


def _repeated(rules: AidRules, contract: AidContract, aid_end: date | None) -> Iterator[Milestone]:
    for item in rules.repeated:
        for number in range(1, FOREVER):
            due = after(contract.starts_on, number * item.every_months)
            if aid_end is None or due > aid_end:
                break
            yield Milestone(item.kind, number, due, None, None, 0, item.paper)


def _monthly(
    item: MonthlyShare, contract: AidContract, end: date, figure: Callable[[str, date], Any]
) -> Iterator[Milestone]:
    """One row a calendar month to the last day paid, pro rata of the days of a month that is not whole."""
    signed = contract.signed_on
    hours = exact(min(contract.weekly_hours, figure(item.hours_at_most, signed)))
    sector = contract.sector if contract.sector in item.rate_by_sector else item.default_sector
    rate = exact(figure(item.rate_by_sector[sector], signed))
    first = contract.starts_on.replace(day=1)
    number = 1
    while first <= end:
        following = after(first, 1)
        # A row is due on the last day it pays: an end within the month then leaves it standing.
        due = min(following - timedelta(days=1), end)
        worked = (due - max(first, contract.starts_on)).days + 1
        whole = rate * exact(figure(item.wage, first)) * hours * 52 / 12
        amount = cents(whole * worked / (following - first).days)
        yield Milestone(item.kind, number, due, None, None, amount, item.paper)
        first, number = following, number + 1


@dataclass(frozen=True, slots=True)
class _Period:
    """Both days included; `euros` not rounded yet."""

    number: int
    opened_on: date
    ends_on: date
    euros: Fraction

    def row(self, item: Periods, least: Any) -> Milestone:
        """0 cents under the least sum: nothing is paid, the attestation is due all the same."""
        amount, ends = cents(self.euros), self.ends_on
        return Milestone(
            item.kind,
            self.number,
            ends,
            ends + timedelta(days=1),
            after(ends, item.window_months),
            amount if amount >= cents(exact(least)) else 0,
            item.paper,
            None if item.aid_lost_months is None else after(ends, item.aid_lost_months),
        )


def _periods(item: Periods, contract: AidContract, figure: Callable[[str, date], Any]) -> Iterator[_Period]:
    """Periods of months from the first day of work; pro rata of hours, and of the months of a shorter last one."""
    if contract.kind not in item.yearly:
        return
    signed = contract.signed_on
    years = figure(item.years_at_most[contract.kind], signed)
    months = min(contract.months or years * 12, years * 12) if contract.kind == "CDD" else years * 12
    share = min(exact(contract.weekly_hours) / exact(figure(item.hours_full, signed)), Fraction(1))
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
        yearly = exact(figure(names[contract.kind], signed))
        ends = after(contract.starts_on, done + length) - timedelta(days=1)
        yield _Period(number, after(contract.starts_on, done), ends, yearly * length / 12 * share)
        number, done = number + 1, done + length


def _period_rows(
    item: Periods, contract: AidContract, figure: Callable[[str, date], Any]
) -> Iterator[Milestone]:
    least = figure(item.least, contract.signed_on)
    return (period.row(item, least) for period in _periods(item, contract, figure))


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
    """Unpaid rows are cancelled (all, or those due after the end); paid ones are repayable by motive and date.

    The row of the month in which the contract breaks is among the cancelled: `part_owed` says what takes its place.
    """
    rules = programme.file.aid
    whole = rules is not None and rules.end_cancels_all
    cancelled = tuple(milestone for milestone in unpaid if whole or milestone.due_on > ended_on)
    if rules is None or motive not in rules.repay_motives:
        return Break(cancelled, ())
    if ended_on >= after(contract.starts_on, rules.repay_before_months):
        return Break(cancelled, ())
    return Break(cancelled, tuple(milestone for milestone in paid if milestone.amount_cents))


def part_owed(programme: Programme, contract: AidContract, ended_on: date) -> Milestone | None:
    """What an early end leaves owed for the month or period it falls in, pro rata of the days worked.

    Same kind and number as the planned row, which `on_break` cancels because it falls due after the end: this one
    takes its place. None when nothing is cut short or owed: a lump sum, a row already due, a stay too short.
    Sources: programmes.md (a) "Paid pro rata when the contract starts or ends within a month"; (b2) "pro rata of the
    real length", stay of six months.
    """
    rules = programme.file.aid
    figure = _figures(programme)
    if rules is None or ended_on < contract.starts_on:
        return None
    if rules.monthly:
        end = _monthly_end(rules.monthly, contract, figure)
        whole_month = after(ended_on.replace(day=1), 1) - timedelta(days=1)
        if ended_on >= end or ended_on == whole_month:
            return None
        return list(_monthly(rules.monthly, contract, ended_on, figure))[-1]
    if rules.periods:
        return _cut_period(rules.periods, contract, ended_on, figure)
    return None


def _cut_period(
    item: Periods, contract: AidContract, ended_on: date, figure: Callable[[str, date], Any]
) -> Milestone | None:
    signed = contract.signed_on
    if item.stay_months and ended_on < after(
        contract.starts_on, figure(item.stay_months, signed)
    ) - timedelta(days=1):
        return None
    for period in _periods(item, contract, figure):
        if period.opened_on <= ended_on < period.ends_on:
            length = (period.ends_on - period.opened_on).days + 1
            euros = period.euros * ((ended_on - period.opened_on).days + 1) / length
            cut = _Period(period.number, period.opened_on, ended_on, euros)
            return cut.row(item, figure(item.least, signed))
    return None
