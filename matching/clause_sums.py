"""The arithmetic of a social clause, exact, on minutes and cents: what is due, done, expected by now, missing.

The hours of a month come in the days that follow it, so what is expected runs to the end of the last month that had
time to come in, and to the last day of the lot once that is past. Nothing here reads the base.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

HOUR = 60
#: A full-time job for a year, in minutes (programmes.md d).
FULL_TIME = 1_607 * HOUR
#: A clause usually asks for so much of the labour hours, in 1/100 of a percent.
USUAL_FROM_BP, USUAL_TO_BP = 500, 1_000
#: Late by more than one part in so many of what is expected: shown on top.
LATE_PART = 5
DAY = timedelta(days=1)
#: Within which the hours of a month are told.
GRACE = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Done:
    """Minutes worked, those of them by young residents, by people who are surely not, the rest not known; and minutes
    of training, which are counted apart."""

    worked: int = 0
    young: int = 0
    others: int = 0
    trained: int = 0

    @property
    def unknown(self) -> int:
        return self.worked - self.young - self.others

    def __add__(self, other: Done) -> Done:
        return Done(
            self.worked + other.worked,
            self.young + other.young,
            self.others + other.others,
            self.trained + other.trained,
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Of one lot on one day. `expected`: None while its days are not known."""

    due: int
    done: Done
    expected: int | None
    penalty_cents: int | None

    @property
    def missing(self) -> int:
        """Minutes still owed: never less than none."""
        return max(self.due - self.done.worked, 0)

    @property
    def gap(self) -> int | None:
        """Minutes ahead of what is expected by now; late when below nought."""
        return None if self.expected is None else self.done.worked - self.expected

    @property
    def late(self) -> bool:
        """By more than a fifth of what is expected."""
        return self.gap is not None and self.expected is not None and -self.gap * LATE_PART > self.expected

    @property
    def lateness(self) -> float:
        """Share of what is expected that is missing: for an order, never for a figure."""
        return -(self.gap or 0) / self.expected if self.expected else 0.0

    @property
    def penalty(self) -> int | None:
        """Cents, if the lot ended today."""
        return None if self.penalty_cents is None else penalty(self.missing, self.penalty_cents)


def due_of(labour_minutes: int, share_bp: int) -> int:
    """Minutes due by the rule: that share of so many minutes of labour, half up."""
    return (labour_minutes * share_bp + 5_000) // 10_000


def usual(share_bp: int) -> bool:
    return USUAL_FROM_BP <= share_bp <= USUAL_TO_BP


def penalty(missing: int, cents: int) -> int:
    """Cents for so many missing minutes at so many cents an hour, half up, rounded once."""
    return (2 * missing * cents + HOUR) // (2 * HOUR)


def elapsed(starts_on: date, ends_on: date, through: date) -> tuple[int, int]:
    """Days of the lot gone by at the end of that day, and all its days; both ends are included."""
    total = (ends_on - starts_on).days + 1
    return min(max((through - starts_on).days + 1, 0), total), total


def by_the_end_of(due: int, starts_on: date, ends_on: date, through: date) -> int:
    """Minutes expected by the end of that day, day after day alike; rounded down, so that spans add up."""
    gone, total = elapsed(starts_on, ends_on, through)
    return due * gone // total


def counted_to(ends_on: date | None, on: date) -> date:
    """The last day whose hours should be known by now."""
    told = on - GRACE
    return ends_on if ends_on is not None and ends_on <= told else told.replace(day=1) - DAY


def expected(due: int, starts_on: date | None, ends_on: date | None, on: date) -> int | None:
    """Minutes expected by now; None when the days of the lot are not known."""
    if starts_on is None or ends_on is None:
        return None
    return by_the_end_of(due, starts_on, ends_on, counted_to(ends_on, on))


def in_year(due: int, starts_on: date | None, ends_on: date | None, year: int) -> int | None:
    """The part of the minutes due that falls into a civil year: the years of a lot add up to all of it."""
    if starts_on is None or ends_on is None:
        return None
    last, eve = date(year, 12, 31), date(year - 1, 12, 31)
    return by_the_end_of(due, starts_on, ends_on, last) - by_the_end_of(due, starts_on, ends_on, eve)


def share(part: int, whole: int) -> int | None:
    """Percent, half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def full_time_tenths(minutes: int) -> int:
    """Full-time jobs for a year, in tenths, half up."""
    return (20 * minutes + FULL_TIME) // (2 * FULL_TIME)
