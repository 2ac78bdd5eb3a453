"""What an advisor writes into a dossier: dated facts that rights are read from, a contact, the simple fields.

Facts go through the same rules as those of a file (`statements`), their source being the advisor. Every change claims
the version that the advisor saw: a second one is told that the dossier changed, and nothing of theirs is written.
Flows flush, never commit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, dossiers, edits as editing, homes, statements
from .edits import Edits
from .eligibility.answers import reads
from .eligibility.programme import ProgrammeBook
from .errors import StaleVersion
from .statements import Held, Said
from .store.engine import seal_of
from .store.organisations import Zone
from .store.people import Person, ResidenceSpell, StatedFact
from .transitions import refuse
from .vocabulary import SituationValue

#: Who says what an advisor writes down.
SOURCE = "advisor"


@dataclass(frozen=True, slots=True)
class Born:
    day: date


@dataclass(frozen=True, slots=True)
class Level:
    """`level` 0: no diploma; 3 to 8. `bac_plus`: years after the bac, None when not said."""

    level: int
    bac_plus: int | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    start: date
    end: date | None = None
    category: int | None = None


@dataclass(frozen=True, slots=True)
class InSituation:
    value: SituationValue
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    recognised: bool
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact that a programme file names: mission_locale, csp, prescriber_waiver…"""

    fact: str
    value: bool


Answer = Born | Level | Registered | InSituation | Recognition | Stated


@dataclass(frozen=True, slots=True)
class Simple:
    """The fields an advisor edits as they are; a blank is None."""

    phone: str | None
    email: str | None
    contact_agreed: bool | None
    wanted_title: str | None
    available_from: date | None
    mobility_km: float | None
    driving_licence: bool | None
    remarks: str | None


#: How somebody is reached.
CHANNELS = ("phone", "in_person", "sms", "email", "letter")
SIMPLE = tuple(each.name for each in fields(Simple))


def claim(session: Session, person: Person, version: int) -> None:
    """Take the dossier as it was seen. Raises StaleVersion when someone else changed it since."""
    table = editing.table_of(Person)
    done = session.execute(
        table.update()
        .where(table.c.id == person.id, table.c.version == version)
        .values(version=table.c.version + 1)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion("stale-version", machine="person")
    session.refresh(person)


def answer(
    session: Session,
    person: Person,
    said: Answer,
    book: ProgrammeBook,
    *,
    version: int,
    actor_id: int,
    on: date,
    at: datetime,
) -> tuple[str, ...]:
    """Record the answer to a missing fact, said today; returns the names of what changed.

    Raises InvalidInput: a day to come, before birth or in the wrong order, an age nobody of ours has, a fact that no
    programme reads; StaleVersion.
    """
    claim(session, person, version)
    if isinstance(said, Stated):
        changed = _state(session, person, said, book, actor_id, on)
    else:
        _check(person, said, on)
        held = dossiers.held_of(session, [person.id])[person.id]
        edits = Edits(held.person)
        _record(session, held, edits, said, on)
        editing.write(session, dossiers.PEOPLE, "person_id", [edits])
        session.refresh(person)
        changed = tuple(sorted({name.split("@")[0] for name in edits.log}))
    _note(session, person, "person.state", actor_id, on, at, fields=list(changed))
    return changed


def _note(
    session: Session, person: Person, action: str, actor_id: int, on: date, at: datetime, **details: Any
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind="person",
        subject_id=str(person.public_id),
        details={**details, "version": person.version, "on": on.isoformat()},
    )


def _record(session: Session, held: Held, edits: Edits, said: Answer, on: date) -> None:
    by = Said(SOURCE, on)
    match said:
        case Born(day):
            edits.own(birth_date=day)
        case Level(level, bac_plus):
            statements.diploma(held, edits, by, level=level or None, bac_plus=bac_plus)
        case Registered(start, end, category):
            statements.registration(held, edits, by, start=start, end=end, category=category)
        case InSituation(value, since):
            statements.situation(held, edits, by, value=value, since=since)
        case Recognition(recognised, until):
            statements.recognition(
                held, edits, by, seal_of(session), recognised=recognised, until=until if recognised else None
            )


def _check(person: Person, said: Answer, on: date) -> None:
    match said:
        case Born(day):
            if day > on:
                refuse("birth-in-the-future", day=day)
            years = dossiers.age(day, on)
            if not dossiers.YOUNGEST <= years < dossiers.TOO_OLD:
                refuse("age-out-of-range", age=years)
        case Registered(start, end, _):
            _past(person, start, on)
            if end is not None and end < start:
                refuse("ends-before-it-starts", start=start, end=end)
        case InSituation(_, since) if since is not None:
            _past(person, since, on)


def _past(person: Person, day: date, on: date) -> None:
    if day > on:
        refuse("fact-in-the-future", day=day)
    if person.birth_date is not None and day < person.birth_date:
        refuse("fact-before-birth", day=day)


def facts_of(book: ProgrammeBook) -> frozenset[str]:
    """The stated facts that some programme reads."""
    return frozenset(
        name
        for programme in book.values()
        for leaf in programme.leaves()
        if leaf.is_leaf("stated")
        for name in reads(leaf)
    )


def _state(
    session: Session, person: Person, said: Stated, book: ProgrammeBook, actor_id: int, on: date
) -> tuple[str, ...]:
    """One statement of a fact a day: said again the same day, it is corrected."""
    if said.fact not in facts_of(book):
        refuse("bad-choice", field="fact")
    same = session.scalar(
        sa.select(StatedFact).where(
            StatedFact.person_id == person.id, StatedFact.fact == said.fact, StatedFact.stated_on == on
        )
    )
    stated = same or StatedFact(person_id=person.id, fact=said.fact, stated_on=on)
    stated.value, stated.stated_by_id = said.value, actor_id
    session.add(stated)
    session.flush()
    return (said.fact,)


def edit(
    session: Session, person: Person, values: Simple, *, version: int, actor_id: int, on: date, at: datetime
) -> tuple[str, ...]:
    """Write the simple fields; returns the names of those that changed. Raises StaleVersion."""
    claim(session, person, version)
    changed = tuple(name for name in SIMPLE if getattr(person, name) != getattr(values, name))
    for name in changed:
        setattr(person, name, getattr(values, name))
    session.flush()
    if changed:
        _note(session, person, "person.edit", actor_id, on, at, fields=list(changed))
    return changed


def note_contact(
    session: Session, person: Person, *, day: date, channel: str, actor_id: int, on: date, at: datetime
) -> None:
    """The person was reached that day, by that channel: dossiers are kept from the last such day on.

    Two advisors may note one each: the later day stays, both are on the trail. Raises InvalidInput.
    """
    if channel not in CHANNELS:
        refuse("unknown-channel", allowed=", ".join(CHANNELS))
    if day > on:
        refuse("contact-in-the-future", day=day)
    if day < person.known_since:
        refuse("contact-before-known", day=person.known_since)
    if person.last_contact_on is None or person.last_contact_on < day:
        person.last_contact_on = day
        session.flush()
    _note(session, person, "person.contact", actor_id, day, at, channel=channel)


def confirm_home(
    session: Session,
    person: Person,
    zone: Zone | None,
    *,
    since_on: date,
    proof: str,
    version: int,
    actor_id: int,
    on: date,
    at: datetime,
) -> ResidenceSpell:
    """`homes.confirm` of the dossier as it was seen. Raises InvalidInput, StaleVersion."""
    claim(session, person, version)
    made = homes.confirm(session, person, zone, since_on=since_on, proof=proof, actor_id=actor_id, on=on)
    _note(session, person, "person.home", actor_id, on, at, fields=["home"])
    return made
