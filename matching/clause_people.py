"""Who gives hours to a lot: somebody of the caseload, or somebody not followed here, of whom the count alone is known.

Eligibility is proved once, by a paper of a day that does not come after the first hour; hours count for twenty-four
months from the first contract (programmes.md d).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import clause_lots, clauses
from .dossiers import age
from .eligibility.aid import after
from .errors import Duplicate, NotFound
from .report_figures import zone_of
from .report_model import OUTSIDE_ZONES, UNKNOWN
from .store.campaign import MODES, ClauseHours, ClausePerson, Lot
from .store.organisations import Zone
from .store.people import Person
from .transitions import refuse
from .vocabulary import Party, ZoneKind

#: Of which public somebody is (programmes.md d). What tells of health or of justice is kept nowhere here: `other`, on
#: a proof that was seen.
PUBLICS = ("long_term", "minima", "young_low_level", "iae", "plie", "geiq", "senior", "qpv", "other")
CONTRACTS = ("CDI", "CDD", "CTT", "CDU", "CPR", "APP")
EXITS = ("lasting_job", "short_job", "training", "other_lot", "unemployed", "left", "unknown")
#: So many months of hours count from the first contract.
MONTHS, BELOW = 24, 26
#: A young resident is one of these zones; a rural zone (ZRR) is no quarter.
QUARTERS = (ZoneKind.ZUS, ZoneKind.QPV)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is noted of somebody on a lot. `person_id` None: not followed here; then `under_26` and `resident` are as
    they were told (None: not known). Of a person of the base they are read there, on the first day."""

    public: str
    proof_on: date
    mode: str
    starts_on: date
    person_id: int | None = None
    under_26: bool | None = None
    resident: bool | None = None
    carrier: str | None = None
    job: str | None = None
    contract_kind: str | None = None
    ends_on: date | None = None
    exit: str | None = None


def add(
    session: Session, lot: Lot, facts: PersonFacts, *, actor_id: int | None, party: Party, version: int
) -> ClausePerson:
    """Put somebody on a lot. `facts.person_id` is of the caller's caseload: that is the page's to ask. Flushes.

    Raises NotAllowed, StaleVersion, InvalidInput: proof after the first hour, days, no carrier; Duplicate.
    """
    clause_lots.may(party)
    clauses.open_for_hours(session, lot)
    clause_lots.seen(lot, version)
    _check(session, lot, facts, None)
    made = ClausePerson(lot_id=lot.id, person_id=facts.person_id, noted_by_id=actor_id)
    _put(made, facts)
    settle(session, [made])
    session.add(made)
    clause_lots.touch(session, lot)
    return made


def edit(
    session: Session, lot: Lot, row: ClausePerson, facts: PersonFacts, *, party: Party, version: int
) -> tuple[str, ...]:
    """Correct it, note the end and the exit; names of what changed come back. Who it is about does not change.

    Raises as `add`, and when hours already noted would fall outside the contract.
    """
    clause_lots.may(party)
    clauses.open_for_hours(session, lot)
    clause_lots.seen(lot, version)
    _check(session, lot, facts, row)
    before = {name: getattr(row, name) for name in _COLUMNS}
    _put(row, facts)
    settle(session, [row])
    clause_lots.touch(session, lot)
    return tuple(name for name, value in before.items() if getattr(row, name) != value)


def drop(session: Session, lot: Lot, row: ClausePerson, *, party: Party, version: int) -> None:
    """Take somebody off who was put there by mistake. Raises InvalidInput: hours are noted."""
    clause_lots.may(party)
    clauses.open_for_hours(session, lot)
    clause_lots.seen(lot, version)
    if session.scalar(sa.select(sa.exists().where(ClauseHours.clause_person_id == row.id))):
        refuse("clause-person-has-hours")
    session.delete(row)
    clause_lots.touch(session, lot)


def on_lot(session: Session, lot: Lot, ref: uuid.UUID) -> ClausePerson:
    """Somebody of that lot. Raises NotFound."""
    found = session.scalar(
        sa.select(ClausePerson).where(ClausePerson.lot_id == lot.id, ClausePerson.public_id == ref)
    )
    if found is None:
        raise NotFound("not-found")
    return found


def settle(session: Session, rows: Iterable[ClausePerson]) -> None:
    """Of people of the base, read anew whether they were under 26 and at home in a quarter on the first day: a home
    confirmed later still counts from its own day. One query a distinct first day."""
    days: dict[date, list[ClausePerson]] = {}
    for row in rows:
        if row.person_id is not None:
            days.setdefault(row.starts_on, []).append(row)
    for day, some in days.items():
        found = _known(session, {row.person_id for row in some if row.person_id is not None}, day)
        for row in some:
            row.under_26, row.resident = found[row.person_id or 0]


def first_contracts(session: Session, rows: Iterable[ClausePerson]) -> dict[int, date]:
    """The first day of the first contract of each of these rows' people, on any lot. One query."""
    rows = list(rows)
    people = {row.person_id for row in rows if row.person_id is not None}
    found = session.execute(
        sa.select(ClausePerson.person_id, sa.func.min(ClausePerson.starts_on).label("first"))
        .where(ClausePerson.person_id.in_(people))
        .group_by(ClausePerson.person_id)
    )
    firsts = {row.person_id: row.first for row in found}
    return {row.id: firsts.get(row.person_id, row.starts_on) for row in rows}


def last_day(first: date) -> date:
    """The last day whose hours count."""
    return after(first, MONTHS) - DAY


_COLUMNS = (
    "public", "proof_on", "mode", "starts_on", "under_26", "resident", "carrier", "job", "contract_kind", "ends_on",
    "exit",
)  # fmt: skip


def _put(row: ClausePerson, facts: PersonFacts) -> None:
    for name in _COLUMNS:
        setattr(row, name, getattr(facts, name))


def _check(session: Session, lot: Lot, facts: PersonFacts, row: ClausePerson | None) -> None:
    if facts.public not in PUBLICS or facts.mode not in MODES:
        refuse("bad-choice")
    if facts.contract_kind is not None and facts.contract_kind not in CONTRACTS:
        refuse("bad-choice")
    if facts.proof_on > facts.starts_on:
        refuse("proof-after-first-hour", day=facts.starts_on)
    if facts.ends_on is not None and facts.ends_on < facts.starts_on:
        refuse("ends-before-it-starts", start=facts.starts_on, end=facts.ends_on)
    if lot.starts_on is not None and facts.starts_on < lot.starts_on:
        refuse("clause-person-before-lot", day=lot.starts_on)
    if facts.mode != "direct" and not facts.carrier:
        refuse("clause-carrier-needed")
    if facts.exit is not None:
        if facts.exit not in EXITS:
            refuse("bad-choice")
        if facts.ends_on is None:
            refuse("clause-exit-without-end")
    _alone(session, lot, facts, row)
    if row is not None:
        _keeps_hours(session, facts, row)


def _alone(session: Session, lot: Lot, facts: PersonFacts, row: ClausePerson | None) -> None:
    """One contract at a time of a person on a lot."""
    if facts.person_id is None:
        return
    other = sa.select(ClausePerson).where(
        ClausePerson.lot_id == lot.id,
        ClausePerson.person_id == facts.person_id,
        ClausePerson.starts_on <= (facts.ends_on or date.max),
        sa.or_(ClausePerson.ends_on.is_(None), ClausePerson.ends_on >= facts.starts_on),
    )
    if row is not None:
        other = other.where(ClausePerson.id != row.id)
    with session.no_autoflush:
        found = session.scalar(other.limit(1))
    if found is not None:
        raise Duplicate("clause-person-exists", day=found.starts_on)


def _keeps_hours(session: Session, facts: PersonFacts, row: ClausePerson) -> None:
    with session.no_autoflush:
        first, last = session.execute(
            sa.select(sa.func.min(ClauseHours.month), sa.func.max(ClauseHours.month)).where(
                ClauseHours.clause_person_id == row.id
            )
        ).one()
    if first is not None and (
        first < facts.starts_on.replace(day=1) or (facts.ends_on is not None and last > facts.ends_on)
    ):
        refuse("clause-hours-left-outside", first=first, last=last)


def _known(session: Session, people: set[int], day: date) -> Mapping[int, tuple[bool | None, bool | None]]:
    """person -> (under 26, at home in a quarter) that day; None: not known."""
    rows = session.execute(
        sa.select(
            Person.id, Person.birth_date, zone_of(Person.id, sa.literal(day, sa.Date)).label("zone")
        ).where(Person.id.in_(people))
    ).all()
    named = {row.zone for row in rows} - {UNKNOWN, OUTSIDE_ZONES}
    zones = session.execute(sa.select(Zone.local_id, Zone.kind).where(Zone.local_id.in_(named)))
    kinds = {zone.local_id: zone.kind for zone in zones}
    return {
        row.id: (
            None if row.birth_date is None else age(row.birth_date, day) < BELOW,
            None if row.zone == UNKNOWN else kinds.get(row.zone) in QUARTERS,
        )
        for row in rows
    }
