"""The list of a caseload: what it may be filtered by, and what a line shows. Never the RQTH (security.md Z6)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import rights
from .dossiers import age
from .match_history import HOLDING
from .placement_guards import UNDER_CONTRACT
from .store.matches import MatchProposal
from .store.organisations import Zone
from .store.people import Diploma, EmploymentSpell, Person, ResidenceSpell, Situation, SourceRecord, full_name
from .store.placements import Placement
from .vocabulary import ResidenceKind, SituationValue, ZoneKind

#: Bands of age: first and last year, None = no end.
AGES: Mapping[str, tuple[int, int | None]] = {
    "16-17": (16, 17),
    "18-21": (18, 21),
    "22-25": (22, 25),
    "26-29": (26, 29),
    "30": (30, None),
}
#: Bands of level: the RNCP levels they hold.
LEVELS: Mapping[str, tuple[int, ...]] = {"3": (3,), "4": (4,), "5": (5,), "6": (6, 7, 8)}


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person lives today. `confirmed` None: only declared (`place`), or nothing known."""

    confirmed: date | None
    kind: ZoneKind | None
    zone: str | None
    place: str | None
    commune: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the list; rights are told beside it (`person_rights.Standing`)."""

    id: int
    public_id: uuid.UUID
    family_name: str
    given_names: str
    age: int | None
    level: int | None
    home: Home
    situation: SituationValue | None
    live: int
    last_contact_on: date | None
    phone: str | None
    email: str | None
    identifiers: tuple[str, ...]

    @property
    def name(self) -> str:
        return full_name(self)


# --- what the list may be filtered by


def aged(band: str, on: date) -> sa.ColumnElement[bool]:
    """Birthdays reached that day (programmes.md C2); « unknown »: no birth date."""
    if band not in AGES:
        return Person.birth_date.is_(None)
    youngest, oldest = AGES[band]
    condition = Person.birth_date <= _born_by(on, youngest)
    if oldest is None:
        return condition
    return sa.and_(condition, Person.birth_date > _born_by(on, oldest + 1))


def _born_by(on: date, years: int) -> date:
    """The last birth date of whoever has reached that age; of a 29 February the 28th counts in a common year."""
    year = on.year - years
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if (on.month, on.day) == (2, 29) and not leap:
        return date(year, 2, 28)
    common = on.year % 4 != 0 or (on.year % 100 == 0 and on.year % 400 != 0)
    if (on.month, on.day) == (2, 28) and leap and common:
        return date(year, 2, 29)
    return on.replace(year=year)


def of_level(band: str) -> sa.ColumnElement[bool]:
    """The highest diploma held; « none »: it was said that there is none; « unknown »: nothing was said."""
    highest = sa.select(sa.func.max(Diploma.level)).where(Diploma.person_id == Person.id).scalar_subquery()
    if band == "none":
        return sa.and_(highest.is_(None), Person.no_diploma_stated_on.is_not(None))
    if band not in LEVELS:
        return sa.and_(highest.is_(None), Person.no_diploma_stated_on.is_(None))
    return highest.in_(LEVELS[band])


def living(where: str, on: date) -> sa.ColumnElement[bool]:
    """« inside » and « outside » a zone: confirmed; « declared »: only that; « unknown »: not even."""
    table = ResidenceSpell
    confirmed = (
        sa.select(table.id)
        .where(table.person_id == Person.id, table.kind == ResidenceKind.CONFIRMED, _covers(table, on))
        .correlate(Person)
    )
    inside = confirmed.where(table.zone_id.is_not(None)).exists()
    match where:
        case "inside":
            return inside
        case "outside":
            return sa.and_(confirmed.exists(), ~inside)
        case "declared":
            return sa.and_(~confirmed.exists(), Person.declared_quarter.is_not(None))
    return sa.and_(~confirmed.exists(), Person.declared_quarter.is_(None))


def in_situation(value: str, on: date) -> sa.ColumnElement[bool]:
    """The last statement that had begun that day, a job that a contract opened included; « unknown »: none."""
    begins = sa.func.coalesce(Situation.since_on, Situation.stated_on)
    latest = (
        sa.select(Situation.value)
        .where(Situation.person_id == Person.id, begins <= on)
        .order_by(begins.desc(), Situation.stated_on.desc(), Situation.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    table = EmploymentSpell
    working = sa.select(table.id).where(table.person_id == Person.id, _covers(table, on)).exists()
    if value == SituationValue.IN_JOB:
        return sa.or_(working, latest == SituationValue.IN_JOB)
    if value in set(SituationValue):
        return sa.and_(~working, latest == SituationValue(value))
    return sa.and_(~working, latest.is_(None))


def without_proposal() -> sa.ColumnElement[bool]:
    """Nothing under way that a person or an advisor can see."""
    table = MatchProposal
    return ~sa.select(table.id).where(table.person_id == Person.id, table.state.in_(HOLDING)).exists()


def not_under_contract() -> sa.ColumnElement[bool]:
    """A right that closes presses nobody who has a contract (as in `matching.deadlines`)."""
    return Person.id.not_in(sa.select(Placement.person_id).where(Placement.state.in_(UNDER_CONTRACT)))


def _covers(table: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.and_(table.start_on <= on, sa.or_(table.end_on.is_(None), table.end_on >= on))


# --- what a line shows


def lines(session: Session, ids: Sequence[int], on: date) -> list[Line]:
    """These people in this order; six queries, whatever their number."""
    if not ids:
        return []
    people = {
        row.id: row
        for row in session.execute(
            sa.select(
                Person.id, Person.public_id, Person.family_name, Person.given_names, Person.birth_date,
                Person.phone, Person.email, Person.no_diploma_stated_on, Person.declared_quarter, Person.commune,
                Person.last_contact_on,
            ).where(Person.id.in_(ids))
        )
    }  # fmt: skip
    levels = _levels(session, ids)
    homes = confirmed_homes(session, ids, on)
    situations = _situations(session, ids, on)
    counted = session.execute(
        sa.select(MatchProposal.person_id, sa.func.count())
        .where(MatchProposal.person_id.in_(ids), MatchProposal.state.in_(HOLDING))
        .group_by(MatchProposal.person_id)
    )
    live = {row[0]: int(row[1]) for row in counted}
    identifiers = _identifiers(session, ids)
    made = []
    for each in ids:
        row = people[each]
        confirmed, kind, zone = homes.get(each, (None, None, None))
        level = levels.get(each, 0 if row.no_diploma_stated_on else None)
        made.append(
            Line(
                id=each,
                public_id=row.public_id,
                family_name=row.family_name,
                given_names=row.given_names,
                age=age(row.birth_date, on) if row.birth_date else None,
                level=level,
                home=Home(confirmed, kind, zone, row.declared_quarter, row.commune),
                situation=situations.get(each),
                live=live.get(each, 0),
                last_contact_on=row.last_contact_on,
                phone=row.phone,
                email=row.email,
                identifiers=identifiers.get(each, ()),
            )
        )
    return made


def _levels(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        sa.select(Diploma.person_id, sa.func.max(Diploma.level))
        .where(Diploma.person_id.in_(ids))
        .group_by(Diploma.person_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def confirmed_homes(
    session: Session, ids: Sequence[int], on: date
) -> dict[int, tuple[date, ZoneKind | None, str | None]]:
    """Since when, kind and name of the zone (None: outside) of the home that somebody confirmed. One query."""
    table, wanted = ResidenceSpell, frozenset(ids)
    many = len(wanted) > rights.FEW
    these = table.person_id.between(min(ids), max(ids)) if many else table.person_id.in_(ids)
    query = (
        sa.select(table.person_id, table.start_on, Zone.kind, Zone.name)
        .outerjoin(Zone, Zone.id == table.zone_id)
        .where(these, table.kind == ResidenceKind.CONFIRMED, _covers(table, on))
        .order_by(table.person_id, Zone.id.is_not(None), table.start_on, table.id)
    )
    return {
        row.person_id: (row.start_on, row.kind, row.name)
        for row in session.execute(query)
        if row.person_id in wanted
    }


def _situations(session: Session, ids: Sequence[int], on: date) -> dict[int, SituationValue]:
    begins = sa.func.coalesce(Situation.since_on, Situation.stated_on)
    said = sa.select(
        Situation.person_id, begins.label("begins"), Situation.stated_on, Situation.value, sa.literal(0).label("job")
    ).where(Situation.person_id.in_(ids), begins <= on)  # fmt: skip
    table = EmploymentSpell
    jobs = sa.select(
        table.person_id, table.start_on.label("begins"), table.start_on.label("stated_on"),
        sa.literal(SituationValue.IN_JOB, Situation.value.type).label("value"), sa.literal(1).label("job"),
    ).where(table.person_id.in_(ids), _covers(table, on))  # fmt: skip
    found: dict[int, SituationValue] = {}
    both = said.union_all(jobs).subquery()
    query = sa.select(both.c.person_id, both.c.value).order_by(both.c.job, both.c.begins, both.c.stated_on)
    for person, value in session.execute(query):
        found[person] = value
    return found


def _identifiers(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    query = (
        sa.select(SourceRecord.person_id, SourceRecord.identifier)
        .where(SourceRecord.person_id.in_(ids), SourceRecord.identifier.is_not(None))
        .order_by(SourceRecord.id)
    )
    for person, identifier in session.execute(query):
        found[person] = (*found.get(person, ()), str(identifier))
    return found
