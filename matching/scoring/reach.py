"""Which of many posts, one after the other, reach the most people who have nothing: greedy marginal gain.

A post has so many seats, the first list of an offer. They go to people without an offer first, then to people who are
only past the rank of other lists; whoever has a seat once needs none at the next post. The first gain counts before
the second whatever the second is: gains only ever shrink, and greedy reaches at least half of what the best calls could
(a coverage under a matroid: one post a caller).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .prepare import rows_of, spread_rows

Rows = NDArray[np.int64]
#: What somebody lacks: an offer at all, or a seat on a first list; NOTHING: neither.
NOTHING, SEAT, OFFER = 0, 1, 2
#: The most that a post may be favoured by.
MOST = 4_095


@dataclass(frozen=True)
class Posts:
    """Whom each post fits (CSR), the one who would come first on its list first."""

    indptr: Rows
    person: Rows

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Posts:
        lengths = [len(people) for people in lists]
        return cls(
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            np.array([person for people in lists for person in people], np.int64),
        )

    @property
    def size(self) -> int:
        return len(self.indptr) - 1

    def people(self, post: int) -> Rows:
        return self.person[self.indptr[post] : self.indptr[post + 1]]

    def lacking(self, lack: NDArray[np.int8], what: int) -> Rows:
        """How many people of each post lack that."""
        return np.bincount(rows_of(self.indptr)[lack[self.person] == what], minlength=self.size)


class Pick(NamedTuple):
    """A caller at its turn: the post it is asked for (-1: it has none), who is seated there, in order of the list."""

    caller: int
    post: int
    offered: tuple[int, ...]
    seated: tuple[int, ...]


def order(
    options: Sequence[Sequence[int]],
    posts: Posts,
    lack: NDArray[np.int8],
    *,
    seats: int,
    favour: Sequence[Sequence[int]] | None = None,
) -> list[Pick]:
    """Everybody of `options` once, the largest gain first; at equal gain the most favoured, then the earlier one.

    `options`: posts that each may be asked for; at equal gain for one caller the earlier post. `favour`: of each of
    them, in [0, MOST]. Where nobody is gained any more, callers follow in the order given, a post that fits the most
    people named for each.
    """
    lack = lack.copy()
    callers = len(options)
    width = max((len(each) for each in options), default=0)
    table = np.full((callers, max(width, 1)), posts.size, np.int64)
    favoured = np.zeros(table.shape, np.int64)
    for row, each in enumerate(options):
        table[row, : len(each)] = each
        if favour is not None:
            favoured[row, : len(each)] = favour[row]
    every = np.arange(callers)
    fitting = np.append(np.diff(posts.indptr), -1)
    lacks = {what: posts.lacking(lack, what) for what in (OFFER, SEAT)}
    at, of_person = _by_person(posts, len(lack))
    open_to = np.ones(callers, np.bool_)
    made: list[Pick] = []
    while len(made) < callers:
        gain = np.append(_gain(lacks[OFFER], lacks[SEAT], seats), -1)[table]
        chosen = gain.argmax(axis=1)
        gained = np.where(open_to, gain[every, chosen], -1)
        caller = int((gained * (MOST + 1) + favoured[every, chosen]).argmax())
        if gained[caller] <= 0:
            break
        post = int(table[caller, chosen[caller]])
        people = posts.people(post)
        offered = people[lack[people] == OFFER][:seats]
        seated = people[lack[people] == SEAT][: seats - len(offered)]
        for what, taken in ((OFFER, offered), (SEAT, seated)):
            _, position = spread_rows(at, taken)
            np.subtract.at(lacks[what], of_person[position], 1)
            lack[taken] = NOTHING
        open_to[caller] = False
        made.append(Pick(caller, post, tuple(offered.tolist()), tuple(seated.tolist())))
    for caller in np.flatnonzero(open_to).tolist():
        post = int(table[caller, fitting[table[caller]].argmax()])
        made.append(Pick(caller, post if post < posts.size else -1, (), ()))
    return made


def _gain(offers: Rows, seats_wanted: Rows, seats: int) -> Any:
    """People given an offer, then people given a seat, as one number."""
    offered = np.minimum(offers, seats)
    return offered * (seats + 1) + np.minimum(seats_wanted, seats - offered)


def _by_person(posts: Posts, size: int) -> tuple[Rows, Rows]:
    """(pointers, posts): the posts that fit each person."""
    turned = np.argsort(posts.person, kind="stable")
    counts = np.bincount(posts.person, minlength=size)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), rows_of(posts.indptr)[turned]
