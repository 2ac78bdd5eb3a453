"""Social clauses by period: what was proposed, inserted and refused, hours by young residents; a buyer's civil year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import clause_sums as sums, clauses, names
from .clause_queries import done_by_lot, minutes
from .clause_sums import Done, Totals
from .clauses import TenderAction as A
from .store import scope
from .store.campaign import ClauseHours, ClausePerson, Lot, Tender, TenderEvent


@dataclass(frozen=True, slots=True)
class Acts:
    """Contracts whose clause was proposed, inserted, refused (by reason) in a period."""

    proposed: int = 0
    inserted: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def refusals(self) -> int:
        return sum(self.refused.values())


@dataclass(frozen=True, slots=True)
class BuyerYear:
    """One buyer in one civil year. `due`: minutes of its lots that fall into the year; `undated`: lots whose days
    nobody knows, left out of it; `late`: lots late at the end of the year, or today."""

    buyer: str
    acts: Acts
    lots: int
    undated: int
    due: int
    done: Done
    people: int
    late: int


def acts(session: Session, first: date, last: date, *conditions: sa.ColumnElement[bool]) -> Acts:
    """Of the contracts that meet the conditions (on Tender), by the day of each step. One query.

    A refusal that was taken back within the period is none.
    """
    return _counted(_steps(session, first, last, conditions))


def hours(session: Session, first: date, last: date, *conditions: sa.ColumnElement[bool]) -> dict[date, Done]:
    """First day of the month -> minutes worked, by young residents, by others, of training. One query."""
    rows = session.execute(
        sa.select(ClauseHours.month, *minutes())
        .join(ClausePerson, ClausePerson.id == ClauseHours.clause_person_id)
        .join(Lot, Lot.id == ClausePerson.lot_id)
        .join(Tender, Tender.id == Lot.tender_id)
        .where(ClauseHours.month.between(first.replace(day=1), last), *conditions)
        .group_by(ClauseHours.month)
        .order_by(ClauseHours.month)
    )
    return {row[0]: Done(*map(int, row[1:])) for row in rows}


def of_year(session: Session, actor: scope.Actor, year: int, on: date) -> list[BuyerYear]:
    """Each buyer with whom anything happened that year, by name. Six queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    tenders = session.scalars(scope.tenders(actor).order_by(Tender.buyer, Tender.id)).all()
    lots = session.scalars(scope.lots(actor)).all()
    own = Tender.id.in_(scope.tenders(actor).with_only_columns(Tender.id))
    steps = defaultdict(list)
    for event in _steps(session, first, last, (own,)):
        steps[event.tender_id].append(event)
    ids = [lot.id for lot in lots]
    in_year = done_by_lot(session, ids, since=first, until=last)
    so_far = done_by_lot(session, ids, until=min(on, last))
    people = _people(session, ids, first, last)
    of_tender = defaultdict(list)
    for lot in lots:
        of_tender[lot.tender_id].append(lot)
    groups: dict[str, list[Tender]] = defaultdict(list)
    for tender in tenders:
        groups[names.fold(tender.buyer)].append(tender)
    found = []
    for some in groups.values():
        own_lots = [lot for tender in some for lot in of_tender[tender.id]]
        made = BuyerYear(
            some[0].buyer,
            _counted([event for tender in some for event in steps[tender.id]]),
            sum(1 for lot in own_lots if _runs(lot, first, last) or lot.id in people),
            sum(1 for lot in own_lots if lot.ends_on is None or lot.starts_on is None),
            sum(sums.in_year(lot.minutes_due, lot.starts_on, lot.ends_on, year) or 0 for lot in own_lots),
            sum((in_year.get(lot.id, Done()) for lot in own_lots), Done()),
            len(set().union(*(people.get(lot.id, set()) for lot in own_lots))),
            sum(
                1
                for lot in own_lots
                if _runs(lot, first, last)
                and _late(lot, so_far.get(lot.id, Done()), min(on, last + sums.DAY + sums.GRACE))
            ),
        )
        if made.acts != Acts() or made.lots or made.undated:
            found.append(made)
    return found


def _steps(
    session: Session, first: date, last: date, conditions: Sequence[sa.ColumnElement[bool]]
) -> Sequence[TenderEvent]:
    return session.scalars(
        sa.select(TenderEvent)
        .join(Tender, Tender.id == TenderEvent.tender_id)
        .where(TenderEvent.done_on.between(first, last), *conditions)
        .order_by(TenderEvent.done_on, TenderEvent.id)
    ).all()


def _counted(events: Sequence[TenderEvent]) -> Acts:
    """Each contract once for each thing that happened to it."""
    proposed, inserted, refused = set(), set(), {}
    for event in events:
        match event.action:
            case A.PROPOSE:
                proposed.add(event.tender_id)
            case A.INSERT:
                inserted.add(event.tender_id)
            case A.REFUSE:
                refused[event.tender_id] = clauses.reason_of(event)[0]
            case A.REOPEN:
                refused.pop(event.tender_id, None)
    by_reason = {code: list(refused.values()).count(code) for code in clauses.REFUSALS}
    return Acts(len(proposed), len(inserted), {code: count for code, count in by_reason.items() if count})


def _people(session: Session, lots: Sequence[int], first: date, last: date) -> dict[int, set[Any]]:
    """lot -> who gave hours in the period; somebody of the base is one person on all lots."""
    rows = session.execute(
        sa.select(ClausePerson.lot_id, ClausePerson.id, ClausePerson.person_id)
        .join(ClauseHours, ClauseHours.clause_person_id == ClausePerson.id)
        .where(ClausePerson.lot_id.in_(lots), ClauseHours.month.between(first, last))
        .distinct()
    )
    found: dict[int, set[Any]] = defaultdict(set)
    for row in rows:
        found[row.lot_id].add(("base", row.person_id) if row.person_id is not None else ("here", row.id))
    return found


def _runs(lot: Lot, first: date, last: date) -> bool:
    return (
        lot.starts_on is not None and lot.starts_on <= last and (lot.ends_on is None or lot.ends_on >= first)
    )


def _late(lot: Lot, done: Done, on: date) -> bool:
    return Totals(
        lot.minutes_due, done, sums.expected(lot.minutes_due, lot.starts_on, lot.ends_on, on), None
    ).late
