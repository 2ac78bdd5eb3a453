"""Since when, and from whom, the facts that decide a right are known: the evidence told beside each condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.people import (
    Diploma,
    DisabilityRecognition,
    Person,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
    StatedFact,
)
from .vocabulary import ResidenceKind


@dataclass(frozen=True, slots=True)
class Dated:
    """`code`: the fact as `eligibility.deciding` names it (`stated:` and its name for a stated one)."""

    code: str
    since: date | None = None
    stated_on: date | None = None
    source: str | None = None
    proof: str | None = None
    value: Any = None


def dated(session: Session, people: Sequence[int], on: date) -> dict[int, Mapping[str, Dated]]:
    """What is known of each of these people on that day, by code of fact; six queries whatever their number."""
    found: dict[int, dict[str, Dated]] = defaultdict(dict)
    for reader in (_levels, _situations, _registrations, _homes, _stated, _recognitions):
        for person, fact in reader(session, people, on):
            found[person][fact.code] = fact
    return dict(found)


def _levels(session: Session, people: Sequence[int], on: date) -> Iterator[tuple[int, Dated]]:
    """The highest diploma held, as the right reads it; else the day on which somebody said there is none."""
    query = (
        sa.select(Person.id, Person.no_diploma_stated_on, Diploma.level, Diploma.bac_plus, Diploma.source)
        .outerjoin(Diploma, Diploma.person_id == Person.id)
        .where(Person.id.in_(people))
        .order_by(Person.id, Diploma.level, Diploma.bac_plus, Diploma.id)
    )
    for row in session.execute(query):
        if row.level is not None:
            yield row.id, Dated("level", source=row.source, value=row.level)
        elif row.no_diploma_stated_on is not None:
            yield row.id, Dated("level", stated_on=row.no_diploma_stated_on, value=0)


def _situations(session: Session, people: Sequence[int], on: date) -> Iterator[tuple[int, Dated]]:
    begins = sa.func.coalesce(Situation.since_on, Situation.stated_on)
    query = (
        sa.select(Situation)
        .where(Situation.person_id.in_(people), begins <= on)
        .order_by(Situation.person_id, begins, Situation.stated_on, Situation.id)
    )
    for row in session.scalars(query):
        yield row.person_id, Dated("work", row.since_on, row.stated_on, row.source, value=row.value)


def _registrations(session: Session, people: Sequence[int], on: date) -> Iterator[tuple[int, Dated]]:
    """The registration that runs, else the last one."""
    query = (
        sa.select(RegistrationSpell)
        .where(RegistrationSpell.person_id.in_(people), RegistrationSpell.start_on <= on)
        .order_by(RegistrationSpell.person_id, RegistrationSpell.start_on, RegistrationSpell.id)
    )
    for row in session.scalars(query):
        for code in ("search", "registered"):
            yield row.person_id, Dated(code, row.start_on, None, row.source, value=row.category)


def _homes(session: Session, people: Sequence[int], on: date) -> Iterator[tuple[int, Dated]]:
    """The home that somebody confirmed (« home ») and the one that was declared (« declared », its place)."""
    query = (
        sa.select(ResidenceSpell)
        .where(
            ResidenceSpell.person_id.in_(people),
            ResidenceSpell.start_on <= on,
            sa.or_(ResidenceSpell.end_on.is_(None), ResidenceSpell.end_on >= on),
        )
        .order_by(ResidenceSpell.person_id, ResidenceSpell.start_on, ResidenceSpell.id)
    )
    for row in session.scalars(query):
        if row.kind is ResidenceKind.CONFIRMED:
            yield row.person_id, Dated("home", row.start_on, row.confirmed_on, row.source, row.proof)
        else:
            yield row.person_id, Dated("declared", row.start_on, None, row.source, value=row.declared_place)


def _stated(session: Session, people: Sequence[int], on: date) -> Iterator[tuple[int, Dated]]:
    query = (
        sa.select(StatedFact)
        .where(StatedFact.person_id.in_(people))
        .order_by(StatedFact.person_id, StatedFact.stated_on, StatedFact.id)
    )
    for row in session.scalars(query):
        yield row.person_id, Dated(f"stated:{row.fact}", None, row.stated_on, "advisor", value=row.value)


def _recognitions(session: Session, people: Sequence[int], on: date) -> Iterator[tuple[int, Dated]]:
    table = DisabilityRecognition
    query = sa.select(table.person_id, table.stated_on, table.source).where(table.person_id.in_(people))
    for row in session.execute(query):
        yield row.person_id, Dated("rqth", None, row.stated_on, row.source)
