"""Hours of a lot, month by month: a cell a person and month, minutes worked and minutes of training.

A whole grid is entered at once or not at all; what is wrong in it is told cell by cell. A cell that is entered again
replaces what it held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import clause_lots, clause_people, clauses
from .errors import InvalidInput
from .store.campaign import ClauseHours, ClausePerson, Lot
from .transitions import refuse
from .vocabulary import Party

#: Minutes in a month of one person: more is a slip of the pen (300 h).
MOST = 18_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody did in a month, in minutes."""

    worked: int = 0
    trained: int = 0


@dataclass(frozen=True, slots=True)
class Entered:
    """How many cells were noted for the first time, corrected, emptied."""

    added: int
    corrected: int
    emptied: int

    @property
    def changed(self) -> int:
        return self.added + self.corrected + self.emptied


#: (id of the ClausePerson, first day of the month)
Key = tuple[int, date]


def enter(
    session: Session,
    lot: Lot,
    cells: Mapping[Key, Cell],
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    version: int,
) -> Entered:
    """Put these cells in the place of what they held; an empty one takes the month away. Flushes.

    Raises NotAllowed, StaleVersion, InvalidInput: the clause does not run, or a cell is refused (`refused` says which).
    """
    clause_lots.may(party)
    clauses.open_for_hours(session, lot)
    clause_lots.seen(lot, version)
    people = {row.id: row for row in of_lot(session, lot)}
    if faults := refused(session, list(people.values()), cells, on):
        raise next(iter(faults.values()))
    held = {(row.clause_person_id, row.month): row for row in months_of(session, list(people))}
    added = corrected = emptied = 0
    for key, cell in cells.items():
        row = held.get(key)
        if cell == Cell():
            if row is not None:
                session.delete(row)
                emptied += 1
        elif row is None:
            session.add(
                ClauseHours(
                    clause_person_id=key[0],
                    month=key[1],
                    worked_minutes=cell.worked,
                    trained_minutes=cell.trained,
                    noted_by_id=actor_id,
                )
            )
            added += 1
        elif (row.worked_minutes, row.trained_minutes) != (cell.worked, cell.trained):
            row.worked_minutes, row.trained_minutes, row.noted_by_id = cell.worked, cell.trained, actor_id
            corrected += 1
    if added or corrected or emptied:
        clause_people.settle(session, people.values())
        clause_lots.touch(session, lot)
    return Entered(added, corrected, emptied)


def refused(
    session: Session, people: Sequence[ClausePerson], cells: Mapping[Key, Cell], on: date
) -> dict[Key, InvalidInput]:
    """What is wrong with each of these cells; an empty cell is never wrong. One query."""
    rows = {row.id: row for row in people}
    firsts = clause_people.first_contracts(session, people)
    faults = {}
    for key, cell in cells.items():
        try:
            _check(rows.get(key[0]), firsts.get(key[0]), key[1], cell, on)
        except InvalidInput as fault:
            faults[key] = fault
    return faults


def of_lot(session: Session, lot: Lot) -> Sequence[ClausePerson]:
    """The people of a lot, in the order they were put there."""
    return session.scalars(
        sa.select(ClausePerson).where(ClausePerson.lot_id == lot.id).order_by(ClausePerson.id)
    ).all()


def months_of(session: Session, people: Sequence[int]) -> Sequence[ClauseHours]:
    """All that is noted of these, by month."""
    return session.scalars(
        sa.select(ClauseHours).where(ClauseHours.clause_person_id.in_(people)).order_by(ClauseHours.month)
    ).all()


def allowed(row: ClausePerson, first: date, on: date) -> tuple[date, date]:
    """The first and the last month that may be noted of somebody: of the contract, of the twenty-four months from the
    first contract, none to come. The last may come before the first: none."""
    last = min(filter(None, (row.ends_on, clause_people.last_day(first), on)))
    return row.starts_on.replace(day=1), last.replace(day=1)


def between(first: date, last: date) -> Iterator[date]:
    """Months, by their first day, both included."""
    while first <= last:
        yield first
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _check(row: ClausePerson | None, first: date | None, month: date, cell: Cell, on: date) -> None:
    if cell == Cell():
        return
    if row is None or first is None or month.day != 1:
        refuse("clause-cell-unknown")
    if cell.worked < 0 or cell.trained < 0:
        refuse("clause-hours-negative")
    if cell.worked > MOST or cell.trained > MOST:
        refuse("clause-hours-too-many", hours=MOST // 60)
    if month > on:
        refuse("clause-month-to-come")
    if month < row.starts_on.replace(day=1) or (row.ends_on is not None and month > row.ends_on):
        refuse("clause-month-outside")
    last = clause_people.last_day(first)
    if month > last:
        refuse("clause-month-after-24", day=first, last=last)
