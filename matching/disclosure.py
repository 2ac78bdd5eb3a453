"""Small counts are not shown, and neither is what would give them away (security.md R1, R2; report.md §3).

A table is a set of counts that add up. Each count is an arrow between two nodes, and at every node what comes in goes
out: a line's total enters the line and leaves by its cells. Every table of the report has that shape (lists with a
total, crossed tables with margins and subtotals, funnels whose differences are counts), so how far a hidden count may
move is a question of flow: exact in whole numbers, and quick.

The rule: a count of 1 to k - 1 is hidden; 0 is shown; then enough others are hidden for every hidden count to keep at
least `width` possible values, for a reader who knows all that is shown and that a hidden count is not 0.

Within a table only. A count that stands in several tables (same name) is hidden in all or in none; what several tables
or months say together is not examined here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: Committees of State services read counts from 5 (security.md R1).
COMMITTEE = 5
#: Values that stay possible for a hidden count (security.md R2).
WIDTH = 5
#: No percentage under this denominator, for the committee.
RATE_FROM = 11

#: The node that closes every table: totals come from it, cells go back to it.
OUTSIDE = "outside the table"


class Cell(NamedTuple):
    """A count: its name (the same in every table that shows it), the nodes it runs between, whether it is printed."""

    name: Hashable
    tail: Hashable
    head: Hashable
    value: int
    printed: bool = True


Table = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of rows or columns: a subtotal over its members, which are groups again or single keys."""

    key: str
    members: tuple[Group | str, ...]

    def leaves(self) -> list[str]:
        found: list[str] = []
        for member in self.members:
            found += member.leaves() if isinstance(member, Group) else [member]
        return found


Namer = Callable[[str, str], Hashable]


def single(name: Hashable, value: int) -> Table:
    """A count that nothing adds up to."""
    return [Cell(name, OUTSIDE, OUTSIDE, value)]


def listed(
    root: Group,
    counts: Mapping[str, int],
    name: Callable[[str], Hashable],
    printed: Callable[[str], bool] = lambda key: True,
) -> Table:
    """A list with its total (`root`) and, where it has groups, its subtotals."""
    cells: list[Cell] = []

    def grow(key: str, value: int, tail: Hashable, head: Hashable) -> None:
        cells.append(Cell(name(key), tail, head, value, printed(key)))

    def descend(group: Group, parent: Hashable) -> int:
        node = ("group", group.key)
        total = 0
        for member in group.members:
            if isinstance(member, Group):
                total += descend(member, node)
            else:
                total += counts.get(member, 0)
                grow(member, counts.get(member, 0), node, OUTSIDE)
        grow(group.key, total, parent, node)
        return total

    descend(root, OUTSIDE)
    return cells


def crossed(
    rows: Sequence[str],
    columns: Group,
    counts: Mapping[tuple[str, str], int],
    name: Namer,
    *,
    total: str,
    printed: Callable[[str, str], bool] = lambda row, column: True,
) -> Table:
    """A table of `rows` by `columns` with every margin: `total` is the key of the row of sums."""
    cells: list[Cell] = []
    sums: dict[str, int] = {}

    def add(row: str, key: str, tail: Hashable, head: Hashable, value: int) -> None:
        if row == total:  # the sums run the other way: out of the columns
            tail, head = head, tail
        cells.append(Cell(name(row, key), tail, head, value, printed(row, key)))

    def descend(row: str, group: Group, parent: Hashable) -> int:
        summing = row == total
        node, value = ("row", row, group.key), 0
        for member in group.members:
            if isinstance(member, Group):
                value += descend(row, member, node)
                continue
            count = sums.get(member, 0) if summing else counts.get((row, member), 0)
            if not summing:
                sums[member] = sums.get(member, 0) + count
            value += count
            add(row, member, node, ("column", member), count)
        add(row, group.key, parent, node, value)
        return value

    for row in rows:
        descend(row, columns, OUTSIDE)
    descend(total, columns, OUTSIDE)
    return cells


def chain(reached: Sequence[int], name: Callable[[int], Hashable], left: Callable[[int], Hashable]) -> Table:
    """A funnel: how many reached each step, and, as counts of their own, how many went no further.

    Raises ValueError when a step was reached by more than the step before.
    """
    cells: list[Cell] = []
    for step, value in enumerate(reached):
        tail = ("step", step - 1) if step else OUTSIDE
        last = step == len(reached) - 1
        cells.append(Cell(name(step), tail, OUTSIDE if last else ("step", step), value))
        if not last:
            if reached[step + 1] > value:
                raise ValueError("a step is reached by those of the step before")
            cells.append(Cell(left(step), ("step", step), OUTSIDE, value - reached[step + 1]))
    return cells


def protect(
    tables: Iterable[Table],
    *,
    k: int = COMMITTEE,
    width: int = WIDTH,
    weight: Callable[[Any], int] = lambda name: 1,
) -> frozenset[Hashable]:
    """Names of the counts to hide. Hides nothing when no printed count lies in 1…k - 1.

    `weight`: how dear each count is, per person: of all ways to protect a small count the cheapest is taken.

    Raises ValueError for a table that does not add up or holds a negative count.
    """
    nets = [_Net(table) for table in tables]
    hidden = {
        cell.name for net in nets for cell in net.cells if cell.printed and 0 < cell.value < k
    }  # fmt: skip
    while True:
        before = len(hidden)
        for net in nets:
            net.shelter(hidden, width, weight)
        if len(hidden) == before:
            return frozenset(hidden)


def change(now: int | None, before: int | None, *, k: int = COMMITTEE) -> int | None:
    """The difference of two shown counts; None when either is hidden, or when few people make the difference."""
    if now is None or before is None or 0 < abs(now - before) < k:
        return None
    return now - before


def rate(numerator: int | None, denominator: int | None, *, at_least: int = RATE_FROM) -> float | None:
    """The share, to four digits; None when a count is hidden or the denominator too small to speak of a rate."""
    if numerator is None or denominator is None or denominator < at_least:
        return None
    return round(numerator / denominator, 4)


def exposed(table: Table, hidden: frozenset[Hashable], *, width: int = WIDTH) -> list[Hashable]:
    """The audit: hidden counts that all that is shown leaves fewer than `width` possible values."""
    net = _Net(table)
    return [
        cell.name
        for at, cell in enumerate(net.cells)
        if cell.printed and cell.name in hidden and net.play(at, hidden, width - 1).room < width - 1
    ]


class _Arc(NamedTuple):
    """One way of moving a cell: up (along it) or down (against it)."""

    at: int
    sign: int
    to: Hashable


@dataclass(slots=True)
class _Play:
    """How far a cell was pushed up (1) and down (-1), and what that moved of the others."""

    pushed: dict[int, int] = field(default_factory=dict)
    moved: dict[int, dict[int, int]] = field(default_factory=dict)

    @property
    def room(self) -> int:
        return sum(self.pushed.values())


class _Net:
    """The arrows of one table, walked along and against."""

    def __init__(self, table: Table) -> None:
        self.cells = list(table)
        self.safe: set[int] = set()
        self.arcs: dict[Hashable, list[_Arc]] = {}
        balance: dict[Hashable, int] = {}
        for at, cell in enumerate(self.cells):
            if cell.value < 0:
                raise ValueError(f"{cell.name}: a count is not negative")
            self.arcs.setdefault(cell.tail, []).append(_Arc(at, 1, cell.head))
            self.arcs.setdefault(cell.head, []).append(_Arc(at, -1, cell.tail))
            balance[cell.tail] = balance.get(cell.tail, 0) - cell.value
            balance[cell.head] = balance.get(cell.head, 0) + cell.value
        if any(balance.values()):
            raise ValueError("a table adds up")

    def shelter(self, hidden: set[Hashable], width: int, weight: Callable[[Any], int]) -> None:
        """Add to `hidden` what keeps its counts from being worked out. Ends: hiding a whole cycle frees any cell."""
        waiting = True
        while waiting:
            waiting = False
            for at, cell in enumerate(self.cells):
                if not cell.printed or cell.name not in hidden or at in self.safe:
                    continue
                while (play := self.play(at, hidden, width - 1)).room < width - 1:
                    hidden |= self._cheapest(at, hidden, width - 1 - play.room, play, weight)
                    waiting = True
                self.safe.add(at)  # and stays so: hiding more only widens what is possible

    def play(self, at: int, hidden: Iterable[Hashable], enough: int) -> _Play:
        """How far cell `at` can move (up plus down, `enough` at most) while what is shown stays as it is."""
        names = hidden if isinstance(hidden, set | frozenset) else frozenset(hidden)
        found = _Play()
        for sign in (1, -1):
            moved: dict[int, int] = {}
            limit = enough - found.room
            if sign < 0:
                limit = min(limit, self._down(at))
            pushed = 0
            while pushed < limit:
                path = self._path(at, sign, names, moved)
                if path is None:
                    break
                falls = [self._down(arc.at) + moved.get(arc.at, 0) for arc in path if arc.sign < 0]
                step = min([limit - pushed, *falls])
                for arc in path:
                    moved[arc.at] = moved.get(arc.at, 0) + arc.sign * step
                pushed += step
            found.pushed[sign], found.moved[sign] = pushed, moved
        return found

    def _down(self, at: int) -> int:
        """How far a hidden cell may fall: the reader knows that it is not 0, and nothing of one never printed."""
        cell = self.cells[at]
        return max(cell.value - 1, 0) if cell.printed else cell.value

    def _ends(self, at: int, sign: int) -> tuple[Hashable, Hashable]:
        """From where to where the others must carry what cell `at` takes (sign 1) or gives up (-1)."""
        cell = self.cells[at]
        return (cell.head, cell.tail) if sign > 0 else (cell.tail, cell.head)

    def _path(
        self, at: int, sign: int, hidden: set[Hashable] | frozenset[Hashable], moved: Mapping[int, int]
    ) -> list[_Arc] | None:
        """The others that can carry one more unit, breadth first; None when none can."""
        start, goal = self._ends(at, sign)
        came: dict[Hashable, tuple[Hashable, _Arc] | None] = {start: None}
        queue = [start]
        for node in queue:
            if node == goal:
                break
            for arc in self.arcs[node]:
                cell = self.cells[arc.at]
                if arc.at == at or arc.to in came or (cell.printed and cell.name not in hidden):
                    continue
                if arc.sign < 0 and self._down(arc.at) + moved.get(arc.at, 0) <= 0:
                    continue
                came[arc.to] = (node, arc)
                queue.append(arc.to)
        return _walked(came, goal)

    def _cheapest(
        self, at: int, hidden: set[Hashable], need: int, play: _Play, weight: Callable[[Any], int]
    ) -> set[Hashable]:
        """The names to hide so that cell `at` gains `need`: the fewest people lost from sight, by weight."""
        best: tuple[int, list[_Arc]] | None = None
        for sign in (1, -1):
            if sign < 0 and self._down(at) - play.pushed[sign] < need:
                continue
            found = self._least_lost(at, sign, hidden, need, play.moved[sign], weight)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        if best is None:
            raise ValueError("a table adds up")
        return {self.cells[arc.at].name for arc in best[1] if self.cells[arc.at].printed}

    def _least_lost(
        self,
        at: int,
        sign: int,
        hidden: set[Hashable],
        need: int,
        moved: Mapping[int, int],
        weight: Callable[[Any], int],
    ) -> tuple[int, list[_Arc]] | None:
        """Dijkstra over what is hidden (free) and what could be (its count by its weight): 0 stays shown."""
        start, goal = self._ends(at, sign)
        came: dict[Hashable, tuple[Hashable, _Arc] | None] = {start: None}
        cost = {start: 0}
        heap: list[tuple[int, int, Hashable]] = [(0, 0, start)]
        order, done = 1, set()
        while heap:
            spent, _, node = heapq.heappop(heap)
            if node in done:
                continue
            done.add(node)
            if node == goal:
                break
            for arc in self.arcs[node]:
                cell = self.cells[arc.at]
                shown = cell.printed and cell.name not in hidden
                if arc.at == at or arc.to in done or (shown and cell.value == 0):
                    continue
                if arc.sign < 0 and self._down(arc.at) + moved.get(arc.at, 0) < need:
                    continue
                total = spent + (cell.value * weight(cell.name) if shown else 0)
                if arc.to not in cost or total < cost[arc.to]:
                    cost[arc.to], came[arc.to] = total, (node, arc)
                    heapq.heappush(heap, (total, order, arc.to))
                    order += 1
        path = _walked(came, goal)
        return None if path is None else (cost[goal], path)


def _walked(came: Mapping[Hashable, tuple[Hashable, _Arc] | None], goal: Hashable) -> list[_Arc] | None:
    if goal not in came:
        return None
    path: list[_Arc] = []
    step = came[goal]
    while step is not None:
        path.append(step[1])
        step = came[step[0]]
    return path
