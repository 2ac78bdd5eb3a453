"""Search duration, exactly as conventions C1, C4 and C5 of programmes.md count it.

"n months of search within the last K" on day D: T days of registration lie in [add(D, -K), D), and it holds when
add(D - T days, n) <= D, that is T >= need(D), the least t with add(D - t, n) <= D. The window's width and `need` depend
on D alone (two tables a rule), but by calendar months, so not linearly in days. Their extremes bound T: with a window
of constant width, T is piecewise linear with slopes -1, 0, 1, solved segment by segment. What the widest window cannot
reach is surely out, what the narrowest reaches is surely in; the few days in between are decided one by one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .days import FIRST, LAST, Days, add_months
from .spans import Spans

_KEY_BITS = 21


@lru_cache(maxsize=16)
def _tables(months: int, within: int) -> tuple[Days, Days]:
    """For each day of the axis: first day of the window, and least number of days of search that is enough."""
    axis = np.arange(FIRST, LAST, dtype=np.int64)
    window = add_months(axis, -within)
    latest = add_months(axis, -months)
    # Several days fall back on one month end (28 to 31 January + 1 month): the last of them is the latest start.
    for _ in range(3):
        latest = np.where(add_months(latest + 1, months) <= axis, latest + 1, latest)
    return window, axis - latest


def searching(registered: Spans, months: int, within: int) -> Spans:
    """Days on which the registered days amount to `months` of search within the last `within` months (C5)."""
    window, need = _tables(months, within)
    width = np.arange(FIRST, LAST) - window
    surely = _reaching(registered, int(width.min()), int(need.max()))
    perhaps = _reaching(registered, int(width.max()), int(need.min()))
    doubtful = perhaps - surely
    owner, day = _each_day(doubtful)
    found = _registered_before(registered, owner, day) - _registered_before(
        registered, owner, window[day - FIRST]
    )
    enough = found >= need[day - FIRST]
    return surely | Spans.of(registered.size, owner[enough], day[enough], day[enough] + 1)


def _reaching(registered: Spans, width: int, least: int) -> Spans:
    """Days on which the last `width` days hold at least `least` registered days."""
    owner, start, end = registered.columns()
    closed = end < LAST
    owners = np.concatenate([owner, owner, owner[closed], owner[closed]])
    days = np.concatenate([start, start + width, end[closed], end[closed] + width])
    turns = np.concatenate(
        [np.ones_like(start), -np.ones_like(start), -np.ones_like(end[closed]), np.ones_like(end[closed])]
    )
    if not len(days):
        return Spans.nowhere(registered.size)
    order = np.argsort((owners << _KEY_BITS) | days, kind="stable")
    owners, days, turns = owners[order], days[order], turns[order]
    slope = np.cumsum(turns)  # each owner's turns sum to zero, so this restarts by itself
    last = np.empty(len(owners), np.bool_)
    last[-1] = True
    last[:-1] = owners[1:] != owners[:-1]
    following = np.where(last, LAST, np.roll(days, -1))
    rise = np.where(last, 0, slope * (following - days))
    total = np.cumsum(rise)
    value = total - rise  # count at `days`, but for what former owners added
    first = np.empty_like(last)
    first[0] = True
    first[1:] = last[:-1]
    value -= np.repeat(value[first], np.diff(np.append(np.flatnonzero(first), len(value))))
    lack = least - value
    begins = np.where(slope > 0, days + np.maximum(lack, 0), days)
    ends = np.where(slope < 0, np.minimum(following, days - lack + 1), following)
    flat = (slope == 0) & (lack > 0)
    begins = np.where(flat, following, begins)
    return Spans.of(registered.size, owners, begins, np.maximum(np.minimum(ends, following), begins))


def _each_day(spans: Spans) -> tuple[Days, Days]:
    """(owner, day) of every single day in the spans."""
    lengths = spans.end - spans.start
    owner = np.repeat(spans.owner, lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return owner, np.repeat(spans.start, lengths) + offset


def _registered_before(registered: Spans, owner: Days, day: Days) -> Days:
    """Registered days of each owner strictly before its day."""
    lengths = registered.end - registered.start
    total = np.concatenate([[0], np.cumsum(lengths)])
    keys = (registered.owner << _KEY_BITS) | registered.start
    first = np.searchsorted(registered.owner, owner)
    past = np.searchsorted(keys, (owner << _KEY_BITS) | day, side="left")
    whole = total[past] - total[first]
    # The last span begun may run beyond the day.
    running = past > first
    beyond = np.where(running, registered.end[np.maximum(past - 1, 0)] - day, 0) if len(lengths) else 0
    found: Days = whole - np.maximum(np.where(running, beyond, 0), 0)
    return found
