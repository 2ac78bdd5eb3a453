"""Residents of the priority zone with a bac+4 or more (measure 12): who they are, what they look for, how far one is.

Nobody is left out silently: a home that is only declared, and a level 6 that does not say bac+3 or bac+4, are told as
things to confirm.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import person_list, report_figures
from .edits import chunks
from .person_homes import OUTSIDE
from .placement_guards import UNDER_CONTRACT
from .store.campaign import PotentialApproach
from .store.organisations import Zone
from .store.people import Diploma, Person, ResidenceSpell, full_name
from .store.placements import Placement
from .vocabulary import PRIORITY_ZONES, ApproachState

if TYPE_CHECKING:
    from .scoring.titles import Coder

#: Of these an employer may still answer, or is still to be asked.
LIVE = (
    ApproachState.SUGGESTED,
    ApproachState.CONTACTED,
    ApproachState.INTERESTED,
    ApproachState.INTERVIEW,
)
#: Nobody has spoken to the employer yet.
NOT_MADE = (ApproachState.SUGGESTED, ApproachState.SET_ASIDE)


class Band(StrEnum):
    """Of the highest diploma. UNCLEAR: level 6, which is bac+3 or bac+4, and nobody has said which."""

    FOUR = "bac4"
    FIVE = "bac5"
    EIGHT = "bac8"
    UNCLEAR = "a-preciser"


class Where(StrEnum):
    """How sure it is that somebody lives in the priority zone."""

    CONFIRMED = "zone"
    DECLARED = "declare"
    UNKNOWN = "inconnu"


@dataclass(frozen=True, slots=True)
class Approached:
    """What was done for one person: approaches by state, the last one that reached an employer."""

    states: dict[ApproachState, int] = field(default_factory=dict)
    last_on: date | None = None

    @property
    def made(self) -> int:
        """Employers who were spoken to, whatever they said."""
        return sum(count for state, count in self.states.items() if state not in NOT_MADE)

    @property
    def live(self) -> int:
        return sum(count for state, count in self.states.items() if state in LIVE)


@dataclass(frozen=True, slots=True)
class Graduate:
    """A line of the list. `rome` None: no occupation could be read from what the person looks for."""

    id: int
    public_id: uuid.UUID
    given_names: str
    family_name: str
    name_key: str
    phone: str | None
    where: Where
    zone: str | None
    place: str | None
    band: Band
    diploma: str | None
    rome: str | None
    occupation: str | None
    wanted_title: str | None
    under_contract: bool
    approached: Approached

    @property
    def name(self) -> str:
        return full_name(self)

    @property
    def domain(self) -> str:
        """The large ROME domain of the occupation, by its letter; empty when there is none."""
        return self.rome[0] if self.rome else ""


def _exists(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Diploma.person_id == Person.id, *conditions).correlate(Person)


#: A bac+4 or more, surely: maîtrise, master, doctorate.
SURE = _exists(sa.or_(Diploma.level >= 7, Diploma.bac_plus >= 4))
#: Perhaps: a level 6 whose years are not said.
UNCLEAR = sa.and_(~SURE, _exists(Diploma.level == 6, Diploma.bac_plus.is_(None)))


def among(people: sa.Select[Person], on: date) -> sa.Select[Person]:
    """Of those people, who is such a graduate or may be: in the zone that day, or perhaps."""
    quarter = Person.declared_quarter
    known = _home(on).exists()
    perhaps = sa.and_(~known, sa.or_(quarter.is_(None), quarter != OUTSIDE))
    return people.where(sa.or_(SURE, UNCLEAR), sa.or_(_inside(on), perhaps))


def _home(on: date) -> sa.Select[Any]:
    """The confirmed home of that day, as the report reads it: a zone counts while its version is in force."""
    return report_figures.homes(on).where(ResidenceSpell.person_id == Person.id).correlate(Person)


def _inside(on: date) -> sa.ColumnElement[bool]:
    return _home(on).where(Zone.kind.in_(PRIORITY_ZONES)).exists()


def listed(session: Session, people: sa.Select[Person], coder: Coder, on: date) -> list[Graduate]:
    """Those of `people` who are, by name. Six queries, whatever their number (homes: one for each 5,000)."""
    query = among(people, on)
    rows = session.execute(
        query.with_only_columns(
            Person.id, Person.public_id, Person.given_names, Person.family_name, Person.name_key, Person.phone,
            Person.declared_quarter, Person.wanted_title, Person.wanted_rome, _inside(on).label("inside"),
        ).order_by(Person.name_key, Person.id)
    ).all()  # fmt: skip
    ids = query.with_only_columns(Person.id)
    bands = _bands(session, ids)
    homes = {
        person: home
        for some in chunks([row.id for row in rows])
        for person, home in person_list.confirmed_homes(session, some, on).items()
    }
    placed = set(
        session.scalars(
            sa.select(Placement.person_id).where(
                Placement.person_id.in_(ids), Placement.state.in_(UNDER_CONTRACT)
            )
        )
    )
    approached = _approached(session, ids)
    codes = occupations(coder, [(row.wanted_rome, row.wanted_title) for row in rows])
    labels = dict(zip(coder.referential.codes, coder.referential.labels, strict=True))
    found = []
    for row, code in zip(rows, codes, strict=True):
        _, _, zone = homes.get(row.id, (None, None, None))
        where = Where.CONFIRMED if row.inside else Where.DECLARED if row.declared_quarter else Where.UNKNOWN
        band, diploma = bands[row.id]
        found.append(
            Graduate(
                id=row.id,
                public_id=row.public_id,
                given_names=row.given_names,
                family_name=row.family_name,
                name_key=row.name_key,
                phone=row.phone,
                where=where,
                zone=zone if row.inside else None,
                place=row.declared_quarter,
                band=band,
                diploma=diploma,
                rome=code,
                occupation=labels.get(code, row.wanted_title) if code else row.wanted_title,
                wanted_title=row.wanted_title,
                under_contract=row.id in placed,
                approached=approached.get(row.id, Approached()),
            )
        )
    return found


def is_one(session: Session, person: Person, on: date) -> bool:
    """Whether the person is such a graduate, or may be. One query."""
    query = among(sa.select(Person).where(Person.id == person.id), on)
    return session.scalar(query.with_only_columns(Person.id)) is not None


def occupations(coder: Coder, rows: Sequence[tuple[str | None, str | None]]) -> list[str | None]:
    """The occupation that each person looks for: as stated, else the best reading of their title."""
    titles = [title or "" for rome, title in rows if rome is None]
    coded = iter(coder.code(titles))
    return [rome or next((match.rome for match in next(coded)[:1]), None) for rome, _ in rows]


def _bands(session: Session, ids: sa.Select[Any]) -> dict[int, tuple[Band, str | None]]:
    """The band of each, with the title of the diploma that puts them there."""
    query = (
        sa.select(Diploma.person_id, Diploma.level, Diploma.bac_plus, Diploma.title)
        .where(Diploma.person_id.in_(ids))
        .order_by(Diploma.person_id, Diploma.level, Diploma.bac_plus, Diploma.id)
    )
    order = list(Band)[:3]
    best: dict[int, tuple[int, str | None]] = {}
    for person, level, bac_plus, title in session.execute(query):
        if level == 8 or (bac_plus or 0) >= 8:
            at = 2
        elif level == 7 or (bac_plus or 0) >= 5:
            at = 1
        elif bac_plus == 4:
            at = 0
        elif level == 6 and bac_plus is None:
            at = -1
        else:
            continue
        if person not in best or at >= best[person][0]:
            best[person] = at, title
    return {person: (order[at] if at >= 0 else Band.UNCLEAR, title) for person, (at, title) in best.items()}


def _approached(session: Session, ids: sa.Select[Any]) -> dict[int, Approached]:
    table = PotentialApproach
    query = (
        sa.select(table.person_id, table.state, sa.func.count(), sa.func.max(table.approached_on))
        .where(table.person_id.in_(ids))
        .group_by(table.person_id, table.state)
    )
    found: dict[int, Approached] = {}
    for person, state, count, last in session.execute(query):
        before = found.get(person, Approached())
        days = [day for day in (before.last_on, last) if day is not None]
        found[person] = Approached({**before.states, state: count}, max(days, default=None))
    return found
