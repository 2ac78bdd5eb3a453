"""The club of the demo: its terms, its groups, who was invited, who registered, who waits, who said no.

What its members did week after week is told elsewhere: `members` says who they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from .contracts import working
from .people import Young, person
from .words import PLACES

NAME = "Club des jeunes d’Amiens Nord"
SEATS = 12
#: Days before the last one that each group began: over, in its tenth week, in its fourth, and the one to come.
BEGAN = (203, 70, 28, -7)
#: Beyond the cast of the journal, whose people are on their way to a contract.
FIRST = 60
#: Of a group, the last one who came: a week after the others, in a seat that stood free.
LATE = 1


class Member(NamedTuple):
    """Somebody whose weeks began: their identifier in the source, the number of the group, the first day."""

    person: str
    cohort: int
    joined: date


def start(cohort: int, today: date) -> date:
    """The first day of that group: a working one."""
    return working(today - timedelta(days=BEGAN[cohort]))


def members(people: int, seed: int, today: date) -> list[Member]:
    """Who joined each group that has begun, group by group; a small demo has fewer, or none."""
    found = []
    for number, young in enumerate(_fitting(people, seed, today)):
        cohort, rank = divmod(number, SEATS)
        if BEGAN[cohort] < 0:
            break
        first = start(cohort, today)
        if cohort and rank >= SEATS - LATE:
            first = working(first + timedelta(days=7))
        found.append(Member(young.identifier, cohort, first))
    return found


def _fitting(people: int, seed: int, today: date) -> Iterator[Young]:
    """People of the quarter whom the terms let in, in the order of the file."""
    from .journal import CONFIRMED  # the journal asks the stories, and this is one of them

    for index in range(FIRST, people):
        young = person(index, seed, today)
        confirmed = (index * 7) % 10 < CONFIRMED
        if (
            confirmed
            and young.place is PLACES[0]
            and young.level in ("none", "3", "4", "5")
            and young.diploma
            and young.registered_on
            and not young.working
        ):
            yield young
