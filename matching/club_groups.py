"""Groups of similar prospects, of about a club's seats: support works better among people who look for alike jobs.

Alike by the occupation sought, the level and how long they have searched; never by sex, name, origin or quarter. The
suggestion is a start: the animator moves people, and decides. Same people in any order, same groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .club_prospects import Prospect, in_order
from .scoring.factors import rung
from .scoring.referential import Referential

#: What makes two people unlike, out of 1: the occupation most of all.
OCCUPATION, LEVEL, SEARCH = 0.6, 0.25, 0.15
#: Levels (in steps of `rung`) and months of search beyond which two are as unlike as can be.
RUNGS, MONTHS = 8, 24
#: People compared pair by pair; a longer list is cut into parts of that many, neighbours together.
COMPARED = 480
#: Rounds of exchanges between groups; each lowers what is unlike, a few are enough.
ROUNDS = 40
#: Smaller than this, an exchange is not worth it: it keeps rounding from deciding.
WORTH = 1e-6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """People of a group, longest search first; domains sought (first three signs of the code, how many) by number;
    lowest and highest level known; months of search, fewest and most."""

    people: tuple[Prospect, ...]
    fields: tuple[tuple[str | None, int], ...]
    levels: tuple[int, int] | None
    months: tuple[int, int]

    @property
    def size(self) -> int:
        return len(self.people)


def suggest(prospects: Sequence[Prospect], seats: int, referential: Referential) -> list[Group]:
    """Everybody in exactly one group, of three quarters of the seats to one and a half times as many, fewer only where
    there are fewer in all; the group that has searched longest first."""
    people = sorted(prospects, key=lambda each: (*_place(each), each.order))
    if not people:
        return []
    made: list[list[Prospect]] = []
    for part in _cut(people, -(-len(people) // COMPARED)):
        made += _groups(part, seats, referential)
    groups = [_group(members) for members in made]
    return sorted(
        groups,
        key=lambda each: (-sum(one.search_days for one in each.people) / each.size, each.people[0].order),
    )


def unlikeness(people: Sequence[Prospect], referential: Referential) -> Floats:
    """How unlike each two are: 0 alike in all, 1 in nothing."""
    return (
        OCCUPATION * (1 - _affinity(people, referential))
        + LEVEL * _apart(_rungs(people), RUNGS)
        + SEARCH * _apart(np.array([each.search_days / 30.44 for each in people]), MONTHS)
    )


def inside(groups: Sequence[Group], referential: Referential) -> float:
    """How unlike two people of one group are, on average: what the suggestion lowers."""
    total, pairs = 0.0, 0
    for group in groups:
        total += float(unlikeness(group.people, referential).sum())
        pairs += group.size * (group.size - 1)
    return total / pairs if pairs else 0.0


def _place(prospect: Prospect) -> tuple[str, int, int]:
    """Where somebody stands in the row that groups are cut from: occupation, level, search."""
    level = -1 if prospect.level is None else prospect.level
    return prospect.rome or "~", level, -prospect.search_days // 180


def _cut(people: Sequence[Prospect], parts: int) -> list[Sequence[Prospect]]:
    """Consecutive parts, one apart in size at most."""
    edges = [len(people) * number // parts for number in range(parts + 1)]
    return [people[first:last] for first, last in pairwise(edges)]


def _groups(people: Sequence[Prospect], seats: int, referential: Referential) -> list[list[Prospect]]:
    """Cut the row into groups of about `seats`, then exchange two people as long as both groups gain by it."""
    number = max(1, round(len(people) / seats))
    of = np.repeat(np.arange(number), [len(part) for part in _cut(people, number)])
    apart = unlikeness(people, referential)
    for _ in range(ROUNDS):
        if not _exchange(apart, of, number):
            break
    return [[people[at] for at in np.flatnonzero(of == group).tolist()] for group in range(number)]


def _exchange(apart: Floats, of: NDArray[np.int64], number: int) -> bool:
    """The best exchanges of one round, each group in one at most; whether there was any. Changes `of`."""
    belongs = np.zeros((len(of), number))
    belongs[np.arange(len(of)), of] = 1.0
    total = apart @ belongs  # how unlike each is to all of each group
    own = total[np.arange(len(of)), of]
    move = total[:, of] - own[:, None]  # i goes where j is
    gain = -(move + move.T - 2 * apart)
    gain[of[:, None] == of[None, :]] = 0.0
    first, second = np.nonzero(np.triu(gain > WORTH))
    best = np.round(gain[first, second], 9)
    touched: set[int] = set()
    for at in np.lexsort((second, first, -best)).tolist():
        if number - len(touched) < 2:
            break
        i, j = int(first[at]), int(second[at])
        if touched & {int(of[i]), int(of[j])}:
            continue
        touched |= {int(of[i]), int(of[j])}
        of[i], of[j] = of[j], of[i]
    return bool(touched)


def _affinity(people: Sequence[Prospect], referential: Referential) -> Floats:
    """How near the occupations sought are; two that nobody knows are alike: both have a project to make."""
    sought = [each.rome for each in people]
    known = sorted({code for code in sought if code is not None})
    table = np.array([[referential.affinity(one, other) for other in known] for one in known])
    place = {code: at for at, code in enumerate(known)}
    at = np.array([place.get(code, -1) if code is not None else -1 for code in sought])
    both = (at[:, None] == -1) & (at[None, :] == -1)
    if not len(known):
        return np.ones((len(people), len(people)))
    near: Floats = table[np.ix_(at, at)]
    near[(at == -1), :] = 0.0
    near[:, (at == -1)] = 0.0
    near[both] = 1.0
    return near


def _rungs(people: Sequence[Prospect]) -> Floats:
    """Levels as steps; one that is not known stands at the bac, in the middle."""
    level = np.array([4 if each.level is None else each.level for each in people])
    years = np.array([-1 if each.bac_plus is None else each.bac_plus for each in people])
    steps: Floats = rung(level, years).astype(np.float64)
    return steps


def _apart(values: Floats, most: float) -> Floats:
    apart: Floats = np.minimum(np.abs(values[:, None] - values[None, :]), most) / most
    return apart


def _group(members: Sequence[Prospect]) -> Group:
    levels = [each.level for each in members if each.level is not None]
    months = [int(each.search_days / 30.44) for each in members]
    fields = Counter(each.rome[:3] if each.rome else None for each in members)
    return Group(
        tuple(in_order(members)),
        tuple(sorted(fields.items(), key=lambda item: (-item[1], item[0] or "~"))),
        (min(levels), max(levels)) if levels else None,
        (min(months), max(months)),
    )
