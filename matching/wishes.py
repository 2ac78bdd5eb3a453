"""What a person says they would like: occupations in order, hours, how far. Written by them, through their link.

An edit like any other: it claims the version that was seen, goes on the trail and into the history of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, person_edits
from .scoring.referential import Referential
from .scoring.titles import Coder
from .store.messages import Wish
from .store.people import Person
from .transitions import refuse

#: As many occupations as one may name.
AT_MOST = 5
#: person.wished_hours: full time, part time, both.
HOURS = ("full", "part", "any")
#: The act of the history (person_history.ACTS).
ACT = "person.wishes"


@dataclass(frozen=True, slots=True)
class Wished:
    """`titles`: the first is the one wanted most; `hours` one of HOURS; None: not said."""

    titles: tuple[str, ...]
    hours: str | None
    mobility_km: float | None


def stated(session: Session, person: Person) -> Wished:
    """What the file holds: the first occupation is `wanted_title`, whoever wrote it last. One query."""
    rows = session.scalars(sa.select(Wish).where(Wish.person_id == person.id).order_by(Wish.rank)).all()
    first = [person.wanted_title] if person.wanted_title else []
    others = [row.title for row in rows if row.title not in first and (row.rank > 1 or not first)]
    return Wished(tuple([*first, *others][:AT_MOST]), person.wished_hours, person.mobility_km)


def state(
    session: Session,
    person: Person,
    wished: Wished,
    referential: Referential,
    *,
    version: int,
    on: date,
    at: datetime,
) -> tuple[str, ...]:
    """Write the wishes; returns the names of what changed, nothing when all was so already.

    The code of an occupation is kept only when the title is one of its labels: a guess is left to the matcher. Raises
    StaleVersion, InvalidInput. Flushes, never commits.
    """
    titles = tuple(dict.fromkeys(title.strip() for title in wished.titles if title.strip()))
    if len(titles) > AT_MOST:
        refuse("too-many-wishes", limit=AT_MOST)
    if wished.hours not in (None, *HOURS):
        refuse("bad-choice", field="hours")
    if stated(session, person) == Wished(titles, wished.hours, wished.mobility_km):
        return ()
    person_edits.claim(session, person, version)
    before = stated(session, person)
    changed = []
    if before.titles != titles:
        changed.append("wishes")
        _replace(session, person, titles, referential, on)
    for name, value in (("wished_hours", wished.hours), ("mobility_km", wished.mobility_km)):
        if getattr(person, name) != value:
            changed.append(name)
            setattr(person, name, value)
    session.flush()
    audit.append(
        session,
        at=at,
        actor_id=None,
        action=ACT,
        subject_kind="person",
        subject_id=str(person.public_id),
        details={"fields": changed, "version": person.version, "on": on.isoformat()},
    )
    return tuple(changed)


def _replace(
    session: Session, person: Person, titles: Sequence[str], referential: Referential, on: date
) -> None:
    codes = _codes(titles, referential)
    known = {title: person.wanted_rome for title in titles if title == person.wanted_title}
    session.execute(sa.delete(Wish).where(Wish.person_id == person.id))
    session.add_all(
        Wish(person_id=person.id, rank=rank, title=title, rome=known.get(title) or code, stated_on=on)
        for rank, (title, code) in enumerate(zip(titles, codes, strict=True), 1)
    )
    first = titles[0] if titles else None
    if first != person.wanted_title:
        person.wanted_title, person.wanted_rome = first, codes[0] if codes else None


def _codes(titles: Sequence[str], referential: Referential) -> list[str | None]:
    """The occupation of each title that is one of its labels, else None."""
    found = Coder(referential).code(list(titles)) if titles else []
    return [matches[0].rome if matches and matches[0].score == 1.0 else None for matches in found]
