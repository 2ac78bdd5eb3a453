"""What a title may stand for, quickly: the coder is built once a process, and again after an import."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from matching.store.organisations import OccupationTitle

if TYPE_CHECKING:
    from matching.scoring.referential import Referential
    from matching.scoring.titles import Coder

KEY = "passerelle.coder"
#: Occupations among which somebody picks (ux.md §6).
PICKED = 3
#: Nothing this unlike is worth reading.
LIKE = 0.015
#: Titles whose answers are kept; then the coder is made anew.
REMEMBERED = 5_000
_lock = threading.Lock()


class Suggestion(NamedTuple):
    rome: str
    label: str


def coder(session: Session) -> Coder:
    """The coder under the referential that is in the base now."""
    from matching.scoring.titles import Coder

    mark = session.execute(sa.select(sa.func.count(), sa.func.max(OccupationTitle.id))).one()
    with _lock:
        held = current_app.extensions.get(KEY)
        if held is None or held[0] != tuple(mark) or len(held[1].cache.fresh) > REMEMBERED:
            held = tuple(mark), Coder(referential(session))
            current_app.extensions[KEY] = held
    found: Coder = held[1]
    return found


def referential(session: Session) -> Referential:
    """What was imported, else the starter table."""
    from matching.scoring.referential import Referential

    from .referential import stored

    return stored(session) or Referential.starter()


def suggestions(session: Session, title: str) -> list[Suggestion]:
    """Up to three occupations for what somebody called a post, likeliest first; none for a title that says nothing."""
    said = title.strip()[:255]
    if len(said) < 3:
        return []
    under = coder(session)
    names = dict(zip(under.referential.codes, under.referential.labels, strict=True))
    found = under.code([said])[0][:PICKED]
    return [Suggestion(match.rome, names[match.rome]) for match in found if match.score >= LIKE]
