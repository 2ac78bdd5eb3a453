"""Working days of France: Monday to Friday, without the eleven public holidays (Code du travail, art. L3133-1)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

#: (month, day) -> its name, as people say it.
FIXED = {
    (1, 1): "jour de l’An",
    (5, 1): "fête du Travail",
    (5, 8): "victoire de 1945",
    (7, 14): "fête nationale",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "armistice de 1918",
    (12, 25): "Noël",
}
#: Days after Easter Sunday -> the same.
AFTER_EASTER = {1: "lundi de Pâques", 39: "Ascension", 50: "lundi de Pentecôte"}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, in_century = year % 19, year // 100, year % 100
    leaps, rest = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leaps - shift + 15) % 30
    leap, ordinary = divmod(in_century, 4)
    sunday = (32 + 2 * rest + 2 * leap - moon - ordinary) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    moving = (easter(year) + timedelta(days=days) for days in AFTER_EASTER)
    return frozenset((*(date(year, month, day) for month, day in FIXED), *moving))


def holiday(day: date) -> str | None:
    """Of which public holiday it is the day, by its name; None: of none."""
    if day not in holidays(day.year):
        return None
    return FIXED.get((day.month, day.day)) or AFTER_EASTER[(day - easter(day.year)).days]


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def after(day: date, working_days: int) -> date:
    """The n-th working day after `day`."""
    left = working_days
    while left:
        day += timedelta(days=1)
        left -= is_working(day)
    return day


def before(day: date, working_days: int) -> date:
    """The n-th working day before `day`."""
    left = working_days
    while left:
        day -= timedelta(days=1)
        left -= is_working(day)
    return day
