"""Which counts of the report add up to which: the tables that disclosure control reads.

A count has one name in every table that shows it: what the month's total by zone and by level share, or the month
among those of the year, is hidden in all of them or in none. Differences that a reader can make are cells too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from . import disclosure, report_words as words
from .disclosure import Group, Table
from .report_figures import Aid, Signed, Zones
from .report_model import LEVELS, OUTSIDE_ZONES, STEPS, UNKNOWN, Month
from .vocabulary import PRIORITY_ZONES, SCHEMES

AVENIR = SCHEMES["emploi_avenir"][0]
ALL, YEAR, LEFT = "all", "year", "left"

Name = tuple[str, ...]
Key = TypeVar("Key", bound=Hashable)

LEVEL_TREE = Group(ALL, (Group("known", (Group("low", LEVELS[:2]), *LEVELS[2:])), UNKNOWN))
SEX_TREE = Group(ALL, (Group("known", ("women", "men")), UNKNOWN))


def zone_tree(zones: Zones) -> Group:
    """All, known or not, in a priority zone or not: so that D3 and the table by zone are hidden as one."""
    priority = tuple(key for key, kind in zones.kinds.items() if kind in PRIORITY_ZONES)
    rest = tuple(key for key, kind in zones.kinds.items() if kind not in PRIORITY_ZONES)
    return Group(ALL, (Group("known", (Group("priority", priority), *rest, OUTSIDE_ZONES)), UNKNOWN))


def signed_name(period: str, programme: str, by: str = "", key: str = ALL) -> Name:
    """The name of a count of signatures; sums over everything else carry no `by`."""
    return ("D1", period, programme) if key == ALL else ("D1", period, programme, by, key)


def dear(month: Month) -> Callable[[Name], int]:
    """How dear each count is to who reads the report of that month, when others must be hidden to protect a small one:
    the month before the year, both before the months past, sums before their parts."""

    def weight(name: Name) -> int:
        first, period, *rest = name
        if first == "C1":
            return 20 if name[-1] in (STEPS[0], STEPS[-1]) and LEFT not in name else 1
        if first != "D1":
            return 20 if name[-1] in (ALL, "rejected", "reviewed") else 1
        total = rest[0] == ALL
        if len(rest) > 1:  # by zone, level or sex
            return 4 if total or rest[-1] in ("known", "priority", "low", "women") else 1
        if period == str(month):
            return 400 if total else 100
        if period == YEAR:
            return 200 if total else 50
        return 10 if total else 4

    return weight


def signed(
    rows: Sequence[Signed], programmes: Sequence[str], zones: Zones, january: Month, month: Month
) -> list[Table]:
    """Signatures of the month and of the year: by zone and by level within programmes, by sex, and month by month."""
    tables: list[Table] = []
    for period in (str(month), YEAR):
        here = [row for row in rows if row.month >= january and (period == YEAR or row.month == month)]
        tables += [
            _within(
                period,
                programmes,
                "zone",
                zone_tree(zones),
                [(r.programme, r.zone, r.contracts) for r in here],
            ),
            _within(
                period, programmes, "level", LEVEL_TREE, [(r.programme, r.level, r.contracts) for r in here]
            ),
            _by_sex(period, here),
        ]
    year = Group(YEAR, tuple(str(january.plus(step)) for step in range(month.number)))
    by_month = sums(((row.programme, str(row.month)), row.contracts) for row in rows)
    tables.append(
        disclosure.crossed(programmes, year, by_month, lambda row, key: signed_name(key, row), total=ALL)
    )
    if month == january:  # December stands in no table of this year, and the change since then is shown
        december = sums((row.programme, row.contracts) for row in rows if row.month < january)
        earlier = str(month.plus(-1))
        tables.append(
            disclosure.listed(Group(ALL, tuple(programmes)), december, lambda key: signed_name(earlier, key))
        )
    return tables


def _within(
    period: str, programmes: Sequence[str], by: str, tree: Group, rows: Iterable[tuple[str, str, int]]
) -> Table:
    shown = {ALL, *tree.leaves()}
    return disclosure.crossed(
        programmes,
        tree,
        sums(((programme, key), count) for programme, key, count in rows),
        lambda row, key: signed_name(period, row, by, key),
        total=ALL,
        # A share is printed of the emplois d'avenir alone: other subtotals stand nowhere.
        printed=lambda row, key: key in shown or row == AVENIR,
    )


def _by_sex(period: str, rows: Iterable[Signed]) -> Table:
    counts = sums((row.sex, row.contracts) for row in rows)
    return disclosure.listed(SEX_TREE, counts, lambda key: signed_name(period, ALL, "sex", key))


def funnel(reached: Sequence[int]) -> Table:
    """How many came to each step, and how many stopped there; `reached`: in the order of STEPS."""
    return disclosure.chain(reached, lambda step: ("C1", STEPS[step]), lambda step: ("C1", LEFT, STEPS[step]))


def decisions(approved: int, by_reason: Mapping[str, int]) -> Table:
    """Proposals reviewed: approved, or rejected for a reason."""
    root = Group("reviewed", ("approved", Group("rejected", tuple(reasons(by_reason)))))
    return disclosure.listed(root, {"approved": approved, **by_reason}, lambda key: ("C4", key))


def reasons(by_reason: Iterable[str]) -> list[str]:
    """The reasons of the list, then any other that a row holds."""
    return [*words.REASONS, *sorted(set(by_reason) - set(words.REASONS))]


def aid(kind: str, month: Month, of: Mapping[str, Aid], programmes: Sequence[str]) -> Table:
    """Contracts and not payments: two payments for one person are one person."""
    counts = {key: each.contracts for key, each in of.items()}
    return disclosure.listed(Group(ALL, tuple(programmes)), counts, lambda key: (kind, str(month), key))


def offers(month: Month, moves: Mapping[str, tuple[int, int]]) -> list[Table]:
    """Counts that do not add up to one another. An offer filled is a person hired: they are hidden alike."""
    return [disclosure.single(("B1", str(month), move), count) for move, (count, _) in moves.items()]


def register(month: Month, counts: Mapping[str, int], zones: Zones) -> Table:
    """People of the register by zone; its sums « known » and « priority » are nowhere shown."""
    return disclosure.listed(
        zone_tree(zones),
        counts,
        lambda key: ("A1", str(month), key),
        lambda key: key not in ("known", "priority"),
    )


def sums(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Counts added up by key."""
    found: dict[Key, int] = {}
    for key, count in pairs:
        found[key] = found.get(key, 0) + count
    return found
