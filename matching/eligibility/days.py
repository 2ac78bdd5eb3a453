"""Day numbers and exact calendar arithmetic, in columns.

A day number is `date.toordinal()` (1 = 1 January of year 1), int64. Everything is vectorised over arrays.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]

#: The axis: no span begins before FIRST nor ends after LAST (exclusive). LAST is "no end".
FIRST = date(1900, 1, 1).toordinal()
LAST = date(2200, 1, 1).toordinal()

_EPOCH = date(1970, 1, 1).toordinal()


def day(value: date) -> int:
    return value.toordinal()


def _months(days: Days) -> tuple[npt.NDArray[np.int64], Days]:
    """(months since 1970-01, day of the month from 0) of each day number."""
    stamps = (np.asarray(days, np.int64) - _EPOCH).astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    return months.astype(np.int64), (stamps - months.astype("datetime64[D]")).astype(np.int64)


def add_months(days: Days, months: Days | int) -> Days:
    """`n` months later: same day of the month, or the month's last day when it has none (C1; n may be negative)."""
    month, within = _months(days)
    target = month + months
    first = target.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    found: Days = first + np.minimum(within, length - 1) + _EPOCH
    return found


def birthday(births: Days, years: int) -> Days:
    """Day on which the age is reached: 28 February in a common year for 29 February (C2)."""
    return add_months(births, 12 * years)
