"""The shape of the `aid:` key of a programme file, checked on loading. What it comes to for a contract: aid.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Paper(_Shape):
    """What a row of the aid asks for. `sent_to`: whom the employer sends it to (None: nothing to send); `if_missing`:
    what not giving it entails beside the sum of the row."""

    kind: str
    paper: str
    sent_to: str | None = None
    if_missing: str | None = None


class Event(Paper):
    """One milestone `after` a number of months of the contract, or at a named day."""

    number: int = 1
    at: Literal["start", "month_end", "trial_end", "aid_end", "end"] = "start"
    months: int = 0
    amount: str | None = None
    window_months: int | None = None
    or_after_grant: bool = False
    reference: str


class Repeated(Paper):
    """A paper every so many months while the contract runs, and its aid where that has an end."""

    every_months: int = Field(gt=0)
    reference: str


class MonthlyShare(Paper):
    """A share of the hourly minimum wage for each month of the contract, by the sector of the employer."""

    rate_by_sector: dict[str, str]
    default_sector: str
    wage: str
    hours_at_most: str
    months_at_most: str
    reference: str


class Periods(Paper):
    """A yearly amount paid by periods of months, pro rata of hours and of the days worked in each."""

    period_months: int = Field(gt=0)
    yearly: dict[str, str]
    first_year_young: dict[str, str] = Field(default_factory=dict)
    young_below: str | None = None
    young_from: str | None = None
    years_at_most: dict[str, str]
    hours_full: str
    least: str
    window_months: int
    aid_lost_months: int | None = None
    stay_months: str | None = None
    reference: str


class AgreementShare(Paper):
    """A share of the hourly minimum wage that agreements of some months decide, the first one and its renewals.

    The rate is the agreement's (an arrêté of the préfet de région); the file knows the ceiling of the law alone.
    """

    review: Paper
    renewal: Paper
    rate_ceiling: str
    wage: str
    hours_from: str
    hours_at_most: str
    months_from: str
    months_to: str
    months_at_most: str
    #: for seniors (`senior_from`, in years) and recognised disabled workers
    months_at_most_longest: str
    senior_from: str
    warned_before: str
    reference: str

    def named(self) -> tuple[str, ...]:
        """The figures that it names."""
        return (
            self.rate_ceiling, self.wage, self.hours_from, self.hours_at_most, self.months_from, self.months_to,
            self.months_at_most, self.months_at_most_longest, self.senior_from, self.warned_before,
        )  # fmt: skip


class Suspended(_Shape):
    """What a suspended contract does to its aid: rows of these kinds are not owed for a month suspended whole."""

    pauses: list[str] = Field(default_factory=list)
    #: of the contract's term
    end: Literal["unchanged", "pushed"] = "unchanged"
    reference: str


class Silence(_Shape):
    """So many months without an answer to the request are a refusal."""

    months: int = Field(gt=0)
    reference: str


class AidRules(_Shape):
    """The `aid:` key of a programme file."""

    reference: str
    events: list[Event] = Field(default_factory=list)
    repeated: list[Repeated] = Field(default_factory=list)
    monthly: MonthlyShare | None = None
    periods: Periods | None = None
    #: nothing said: nothing is paused, the term stays
    suspension: Suspended | None = None
    silence: Silence | None = None
    agreement: AgreementShare | None = None
    #: motives of an early end that make what was paid repayable, until so many months of the contract
    repay_motives: list[str] = Field(default_factory=list)
    repay_before_months: int = 0
    #: a lump sum not yet paid is lost by any early end; a monthly aid stays owed for the months worked
    end_cancels_all: bool = False

    def papers(self) -> dict[str, Paper]:
        """What each kind of row asks for."""
        items: list[Paper] = [*self.events, *self.repeated]
        items += [item for item in (self.monthly, self.periods, self.agreement) if item is not None]
        if self.agreement is not None:
            items += [self.agreement.review, self.agreement.renewal]
        return {item.kind: item for item in items}

    def named_figures(self) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
        """(place below `aid`, name, whether it must say yes or no) of each figure named."""
        for at, event in enumerate(self.events):
            if event.amount is not None:
                yield ("events", at, "amount"), event.amount, False
        if monthly := self.monthly:
            names = (
                *monthly.rate_by_sector.values(),
                monthly.wage,
                monthly.hours_at_most,
                monthly.months_at_most,
            )
            yield from ((("monthly",), name, False) for name in names)
        if self.agreement is not None:
            yield from ((("agreement",), name, False) for name in self.agreement.named())
        if periods := self.periods:
            tables = (periods.yearly, periods.first_year_young, periods.years_at_most)
            names = tuple(name for table in tables for name in table.values())
            more = (periods.young_below, periods.hours_full, periods.least, periods.stay_months)
            yield from ((("periods",), name, False) for name in (*names, *more) if name is not None)
            if periods.young_from is not None:
                yield ("periods", "young_from"), periods.young_from, True
