"""What the demo tells besides offers and contracts: one module a subject, its lines of the journal, their acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from . import clauses, club, club_weeks, graduates, outreach, packs, sessions

if TYPE_CHECKING:
    from .load import Stage

Line = dict[str, Any]
#: (line, people, seed, today) -> lines; `line(day, actor, act, **what)` makes one, days in any order.
Story = Callable[[Callable[..., Line], int, int, date], Iterator[Line]]

STORIES: tuple[Story, ...] = (
    outreach.tell,
    clauses.tell,
    graduates.tell,
    club.tell,
    club_weeks.tell,
    sessions.tell,
    packs.tell,
)
ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    **outreach.ACTS,
    **clauses.ACTS,
    **graduates.ACTS,
    **club.ACTS,
    **club_weeks.ACTS,
    **sessions.ACTS,
    **packs.ACTS,
}
