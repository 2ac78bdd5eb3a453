"""A home to confirm: what was declared, and the zone it would be by the reference tables (geography.md). They propose;
a proof seen by an advisor decides (`homes.confirm`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import names
from .store.organisations import Zone, ZoneStreet
from .store.people import Person, ResidenceSpell
from .vocabulary import ResidenceKind, ResidenceMethod, ZoneKind

#: How files declare a home outside every zone.
OUTSIDE = "hors_zone"
_LINE = re.compile(r"(?:(\d{1,4})\s*(?:bis|ter|quater|[a-d])?\b[\s,]*)?(.+)")


@dataclass(frozen=True, slots=True)
class Guess:
    """The zone version that a declared home would be in; `zone` None: outside every zone."""

    zone: Zone | None
    method: ResidenceMethod


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of a home that nobody confirmed. `guess` None: the tables do not tell."""

    address: str | None
    postcode: str | None
    commune: str | None
    place: str | None
    since: date | None
    guess: Guess | None


def choices(session: Session, on: date) -> list[Zone]:
    """Zone versions about people that have begun: those in force first, then the newest."""
    query = sa.select(Zone).where(Zone.kind != ZoneKind.ZFU, Zone.valid_from <= on)
    found = session.scalars(query.order_by(Zone.valid_from.desc(), Zone.name)).all()
    return sorted(found, key=lambda zone: zone.valid_to is not None and zone.valid_to < on)


def declared(session: Session, person: Person, zones: Sequence[Zone], on: date) -> Declared:
    """The declared home of that day, with the zone it would be among `zones`. Two queries."""
    table = ResidenceSpell
    since = session.scalar(
        sa.select(table.start_on)
        .where(
            table.person_id == person.id,
            table.kind == ResidenceKind.DECLARED,
            table.start_on <= on,
            sa.or_(table.end_on.is_(None), table.end_on >= on),
        )
        .order_by(table.start_on.desc())
        .limit(1)
    )
    current = [zone for zone in zones if zone.valid_to is None or zone.valid_to >= on]
    guess = _by_street(session, person, current) or _by_quarter(person, current)
    return Declared(person.address, person.postcode, person.commune, person.declared_quarter, since, guess)


def _by_street(session: Session, person: Person, zones: Sequence[Zone]) -> Guess | None:
    """The street list: a side of a street, or some of its numbers. Several answers, or no number, say nothing."""
    line = _LINE.fullmatch(names.fold(person.address or ""))
    if line is None or not zones:
        return None
    rows = session.scalars(
        sa.select(ZoneStreet).where(
            ZoneStreet.zone_id.in_([zone.id for zone in zones]),
            ZoneStreet.street_key == names.key(line[2]),
            ZoneStreet.insee_code == person.insee_code,
        )
    ).all()
    number = int(line[1]) if line[1] else None
    inside = {row.zone_id for row in rows if _holds(row, number)}
    if len(inside) != 1:
        return None
    zone = next(zone for zone in zones if zone.id in inside)
    return Guess(zone, ResidenceMethod.STREET_LIST)


def _holds(row: ZoneStreet, number: int | None) -> bool:
    if number is None:
        return row.side == "both" and row.first_number == 0 and row.last_number >= 9999
    even = number % 2 == 0
    right_side = row.side not in ("even", "odd") or (row.side == "even") == even
    return right_side and row.first_number <= number <= row.last_number


def _by_quarter(person: Person, zones: Sequence[Zone]) -> Guess | None:
    """The quarter as a file named it: the one zone whose name holds its words."""
    place = person.declared_quarter
    if place is None:
        return None
    if place == OUTSIDE:
        return Guess(None, ResidenceMethod.DECLARED)
    words = set(names.fold(place.replace("_", " ")).split())
    named = [zone for zone in zones if place == zone.local_id or words <= set(names.fold(zone.name).split())]
    return Guess(named[0], ResidenceMethod.DECLARED) if len(named) == 1 else None
