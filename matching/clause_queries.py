"""What the pages of social clauses read: the list with its totals, what is urgent, one contract, one lot with its grid.

Each function asks the same number of queries whatever the number of rows.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import clause_hours, clause_people, clause_sums as sums
from .clause_sums import Done, Totals
from .clauses import DOWNSTREAM, NEAR, UPSTREAM
from .store import scope
from .store.accounts import User
from .store.campaign import ClauseHours, ClausePerson, Lot, Tender, TenderEvent
from .store.organisations import Organisation
from .store.people import Person, full_name
from .store.upkeep import AuditEvent
from .vocabulary import TenderState


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot with its figures; `holder`: the organisation's name, or the one that was typed; so many people."""

    lot: Lot
    holder: str | None
    people: int
    totals: Totals


@dataclass(frozen=True, slots=True)
class Line:
    """A public contract with its lots on a day."""

    tender: Tender
    lots: tuple[LotLine, ...]
    on: date

    @property
    def due(self) -> int:
        return sum(each.totals.due for each in self.lots)

    @property
    def done(self) -> Done:
        return sum((each.totals.done for each in self.lots), Done())

    @property
    def gap(self) -> int | None:
        """Minutes ahead or late over the lots whose days are known; None: of none."""
        gaps = [each.totals.gap for each in self.lots if each.totals.gap is not None]
        return sum(gaps) if gaps else None

    @property
    def late(self) -> tuple[LotLine, ...]:
        """Its late lots, while the clause runs."""
        running = self.tender.state is TenderState.INSERTED
        return tuple(each for each in self.lots if each.totals.late) if running else ()

    @property
    def incomplete(self) -> bool:
        """The clause is in, and nobody has said on which lots."""
        return self.tender.state is TenderState.INSERTED and not self.lots

    @property
    def days_left(self) -> int | None:
        """Until the publication, while the buyer can still decide."""
        upstream = self.tender.state in UPSTREAM and self.tender.publishes_on is not None
        return (self.tender.publishes_on - self.on).days if upstream else None  # type: ignore[operator]

    @property
    def near(self) -> bool:
        """The clause is not proposed yet, and the publication is near or past."""
        left = self.days_left
        return self.tender.state is TenderState.KNOWN and left is not None and left <= NEAR

    @property
    def urgency(self) -> tuple[Any, ...]:
        """Upstream by its publication, then downstream the latest first, then what is over."""
        tender = self.tender
        if tender.state in UPSTREAM:
            return (0, tender.publishes_on or date.max, tender.id)
        if tender.state is TenderState.INSERTED:
            worst = max((each.totals.lateness for each in self.lots), default=0.0)
            return (1, date.min, not self.incomplete, -worst, tender.id)
        return (2, date.min, tender.state is TenderState.REFUSED, tender.id)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a lot: `name` and `ref` of people of the caseload alone; months that may be noted (`first` after
    `last`: none), and what is noted by month."""

    row: ClausePerson
    number: int
    followed: bool
    name: str | None
    ref: uuid.UUID | None
    first: date
    last: date
    months: Mapping[date, ClauseHours]

    @property
    def worked(self) -> int:
        return sum(each.worked_minutes for each in self.months.values())


@dataclass(frozen=True, slots=True)
class Sheet:
    """One lot as its page shows it."""

    tender: Tender
    lot: Lot
    holder: str | None
    totals: Totals
    members: tuple[Member, ...]

    @property
    def running(self) -> bool:
        return self.tender.state is TenderState.INSERTED

    def member(self, ref: uuid.UUID) -> Member | None:
        return next((each for each in self.members if each.row.public_id == ref), None)


@dataclass(frozen=True, slots=True)
class Told:
    """One public contract: its line of the list, its history with who acted."""

    line: Line
    events: Sequence[tuple[TenderEvent, str | None]] = field(default=())


def lines(session: Session, actor: scope.Actor, on: date) -> list[Line]:
    """Every public contract that the agency follows, the most urgent first. Three queries."""
    return sorted(
        _with_lots(session, session.scalars(scope.tenders(actor)).all(), on), key=lambda line: line.urgency
    )


def told(session: Session, actor: scope.Actor, ref: uuid.UUID, on: date) -> Told:
    """One of them. Raises NotFound."""
    tender = scope.one(session, scope.tenders(actor), Tender.public_id == ref)
    events = session.execute(
        sa.select(TenderEvent, User.name)
        .outerjoin(User, User.id == TenderEvent.actor_id)
        .where(TenderEvent.tender_id == tender.id)
        .order_by(TenderEvent.id)
    ).all()
    return Told(_with_lots(session, [tender], on)[0], [(event, name) for event, name in events])


def sheet(session: Session, actor: scope.Actor, ref: uuid.UUID, on: date) -> Sheet:
    """One lot with its people and all their months. Raises NotFound."""
    lot = scope.one(session, scope.lots(actor), Lot.public_id == ref)
    rows = clause_hours.of_lot(session, lot)
    held: dict[int, dict[date, ClauseHours]] = defaultdict(dict)
    for each in clause_hours.months_of(session, [row.id for row in rows]):
        held[each.clause_person_id][each.month] = each
    wanted = {row.person_id for row in rows if row.person_id is not None}
    names = {
        person.id: person for person in session.scalars(scope.people(actor).where(Person.id.in_(wanted)))
    }
    firsts = clause_people.first_contracts(session, rows)
    members = []
    for number, row in enumerate(rows, 1):
        person = names.get(row.person_id or 0)
        first, last = clause_hours.allowed(row, firsts[row.id], on)
        members.append(
            Member(
                row,
                number,
                row.person_id is not None,
                full_name(person) if person else None,
                person.public_id if person else None,
                first,
                last,
                held[row.id],
            )
        )
    (line,) = _lots(session, [lot], on)
    return Sheet(session.get_one(Tender, lot.tender_id), lot, line.holder, line.totals, tuple(members))


def last_hand(session: Session, kind: str, ref: uuid.UUID) -> tuple[str, datetime] | None:
    """Who wrote last on that contract or lot, and when, by the trail."""
    row = session.execute(
        sa.select(User.name, AuditEvent.at)
        .join(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject_kind == kind,
            AuditEvent.subject_id == str(ref),
            AuditEvent.action != f"{kind}.read",
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    return (row.name, row.at) if row else None


def buyers(session: Session, actor: scope.Actor) -> Sequence[str]:
    """Names of the agency's buyers, to be completed while typing."""
    return session.scalars(
        scope.tenders(actor).with_only_columns(Tender.buyer).distinct().order_by(Tender.buyer)
    ).all()


#: Young residents of the zones, and who is surely none; of the rest one does not know.
YOUNG_RESIDENTS = sa.and_(ClausePerson.under_26.is_(True), ClausePerson.resident.is_(True))
OTHERS = sa.or_(ClausePerson.under_26.is_(False), ClausePerson.resident.is_(False))


def minutes(*, until: date | None = None, since: date | None = None) -> tuple[Any, ...]:
    """Columns of a `Done` over ClauseHours joined with ClausePerson; `since` and `until` bound the months."""
    inside = sa.and_(
        sa.true(),
        *((ClauseHours.month <= until,) if until else ()),
        *((ClauseHours.month >= since,) if since else ()),
    )

    def total(column: Any, *conditions: Any) -> Any:
        counted = sa.case((sa.and_(inside, *conditions), column), else_=0)
        return sa.func.coalesce(sa.func.sum(counted), 0)

    worked = ClauseHours.worked_minutes
    return (
        total(worked),
        total(worked, YOUNG_RESIDENTS),
        total(worked, OTHERS),
        total(ClauseHours.trained_minutes),
    )


def done_by_lot(session: Session, lots: Iterable[int], **bounds: date) -> dict[int, Done]:
    """What was done on each of these lots. One query."""
    rows = session.execute(
        sa.select(ClausePerson.lot_id, *minutes(**bounds))
        .join(ClauseHours, ClauseHours.clause_person_id == ClausePerson.id)
        .where(ClausePerson.lot_id.in_(list(lots)))
        .group_by(ClausePerson.lot_id)
    )
    return {row[0]: Done(*map(int, row[1:])) for row in rows}


def _with_lots(session: Session, tenders: Sequence[Tender], on: date) -> list[Line]:
    wanted = [tender.id for tender in tenders if tender.state in DOWNSTREAM]
    held: dict[int, list[LotLine]] = defaultdict(list)
    rows = session.scalars(sa.select(Lot).where(Lot.tender_id.in_(wanted)).order_by(Lot.number)).all()
    for line in _lots(session, rows, on):
        held[line.lot.tender_id].append(line)
    return [Line(tender, tuple(held[tender.id]), on) for tender in tenders]


def _lots(session: Session, lots: Sequence[Lot], on: date) -> list[LotLine]:
    """Holders, people, hours: two queries."""
    ids = [lot.id for lot in lots]
    counted = sa.func.count(ClausePerson.id.distinct())
    holders = {
        row.id: (row.name, row.people)
        for row in session.execute(
            sa.select(Lot.id, Organisation.name, counted.label("people"))
            .outerjoin(Organisation, Organisation.id == Lot.holder_id)
            .outerjoin(ClausePerson, ClausePerson.lot_id == Lot.id)
            .where(Lot.id.in_(ids))
            .group_by(Lot.id, Organisation.name)
        )
    }
    done = done_by_lot(session, ids)
    return [
        LotLine(
            lot,
            holders[lot.id][0] or lot.holder,
            holders[lot.id][1],
            Totals(
                lot.minutes_due,
                done.get(lot.id, Done()),
                sums.expected(lot.minutes_due, lot.starts_on, lot.ends_on, on),
                lot.penalty_cents,
            ),
        )
        for lot in lots
    ]
