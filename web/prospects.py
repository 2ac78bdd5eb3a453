"""Who could enter a club, kept a while: a page, a filter or a group does not judge the whole agency anew.

A fact that changes is seen within KEPT seconds, which the pages say. Who was invited, has signed or is no longer of the
agency leaves at once; whoever is invited or registered is judged anew.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

from matching import club_groups, club_prospects
from matching.club_prospects import Prospect

from .db import today
from .occupations import coder
from .security import actor

if TYPE_CHECKING:
    from matching.club_groups import Group
    from matching.store.club import Club

KEY = "passerelle.prospects"
#: Seconds that a list is kept; lists of so many accounts and clubs; groups of so many filters.
KEPT, LISTS, FILTERS = 300, 16, 4
_lock = threading.Lock()


@dataclass(frozen=True)
class _Held:
    #: the settings and the day that it was judged under
    mark: tuple[object, ...]
    since: float
    people: list[Prospect]
    groups: OrderedDict[tuple[int, ...], list[Group]] = field(default_factory=OrderedDict)


def listed(session: Session, club: Club) -> list[Prospect]:
    """Everybody who could enter, as the account that is signed in may read them, in order."""
    return club_prospects.still(session, actor(), club, _held(session, club).people, on=today())


def grouped(session: Session, club: Club, people: list[Prospect]) -> list[Group]:
    """Groups of these people of the list."""
    held, key = _held(session, club), tuple(each.id for each in people)
    with _lock:
        if key in held.groups:
            return held.groups[key]
    made = club_groups.suggest(people, club.seats, coder(session).referential)
    with _lock:
        held.groups[key] = made
        while len(held.groups) > FILTERS:
            held.groups.popitem(last=False)
    return made


def _held(session: Session, club: Club) -> _Held:
    me, on = actor(), today()
    key, mark = (me.id, club.id), (on, club.version, me.role, me.agency_id)
    with _lock:
        kept: OrderedDict[tuple[int, int], _Held] = current_app.extensions.setdefault(KEY, OrderedDict())
        held = kept.get(key)
    if held is not None and held.mark == mark and time.monotonic() - held.since <= KEPT:
        return held
    began = time.monotonic()
    made = _Held(mark, began, club_prospects.find(session, me, club, coder(session), on=on))
    with _lock:
        kept[key] = made
        kept.move_to_end(key)
        while len(kept) > LISTS:
            kept.popitem(last=False)
    return made
