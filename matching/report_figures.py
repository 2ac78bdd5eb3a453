"""The counts behind the monthly report: one query a figure, whatever the number of rows.

Each fact stands in the month of its own day (`signed_on`, `decided_on`, `done_on`, `paid_on`), never of the day it was
typed or read, so that a month says the same on any later day. A contract counts as signed unless it was taken back
(cancelled by a supervisor) or nobody came to work (no-show): both leave it `abandoned`, and no other step leads there
from a signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .offers import OfferAction
from .proposals import ProposalAction
from .report_model import NO_DIPLOMA, NO_PROGRAMME, OUTSIDE_ZONES, STEPS, UNKNOWN, Month
from .store.campaign import OutreachEvent, TenderEvent
from .store.club import MembershipEvent
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer, OfferEvent, Zone
from .store.people import Diploma, Person, ResidenceSpell
from .store.placements import AidMilestone, Placement, PlacementEvent
from .store.sessions import SessionEvent
from .vocabulary import PRIORITY_ZONES, MilestoneState, OfferState, PlacementState, ResidenceKind, ZoneKind

#: Kinds of zones that people live in for a right (a ZFU is about firms).
HOMES = (ZoneKind.ZUS, ZoneKind.QPV, ZoneKind.ZRR)
SEXES = {"Mme": "women", "M": "men"}

#: What a decision proves of its proposal. A person selected without a noted interview was met.
REACHED = {
    ProposalAction.REJECT: 1,
    ProposalAction.APPROVE: 2,
    ProposalAction.CONTACT: 3,
    ProposalAction.NO: 3,
    ProposalAction.NO_ANSWER: 3,
    ProposalAction.YES: 4,
    ProposalAction.SEND: 5,
    ProposalAction.NOT_SELECTED: 5,
    ProposalAction.NO_ANSWER_EMPLOYER: 5,
    ProposalAction.INTERVIEW: 6,
    ProposalAction.SELECTED: 7,
}
HIRED = 8


class Signed(NamedTuple):
    """So many contracts signed in a month by people of one kind."""

    month: Month
    programme: str
    zone: str
    level: str
    sex: str
    contracts: int


class Aid(NamedTuple):
    """Payments of the aid of one programme: how many contracts they are for, how many payments, cents."""

    contracts: int
    payments: int
    cents: int


@dataclass(frozen=True, slots=True)
class Zones:
    """Zone versions by local id: name and kind; those in force on the day, and any that a figure names."""

    names: dict[str, str]
    kinds: dict[str, ZoneKind]
    in_force: tuple[str, ...]


#: Days after the month over which aid to come is looked at.
NEXT_DAYS = 60
AID_DUE, AID_ASKED, AID_PAID, AID_LOST, AID_OWED, AID_NEXT = (
    "E6-due",
    "E6-asked",
    "E6-paid",
    "E6-lapsed",
    "E6-repay",
    "E6-next",
)


def kept() -> sa.ColumnElement[bool]:
    """Contracts that were: signed, and neither taken back nor left before they began."""
    return sa.and_(Placement.signed_on.is_not(None), Placement.state != PlacementState.ABANDONED)


#: Where two zones hold a home, the one whose key sorts first counts: town before country, a zone before none.
_RANKED = sa.case(
    (ResidenceSpell.zone_id.is_(None), "2" + OUTSIDE_ZONES),
    (Zone.kind == ZoneKind.ZRR, sa.literal("1") + Zone.local_id),
    else_=sa.literal("0") + Zone.local_id,
)
_ZONE = sa.func.substr(sa.func.min(_RANKED), 2)


def homes(day: Any) -> sa.Select[Any]:
    """Confirmed homes that hold on the day, each with its zone if it is in one.

    A zone counts on the days of its version: a home confirmed in a ZUS says nothing once the ZUS are gone.
    """
    in_force = sa.and_(
        Zone.kind.in_(HOMES), Zone.valid_from <= day, sa.or_(Zone.valid_to.is_(None), Zone.valid_to >= day)
    )
    return (
        sa.select(ResidenceSpell.person_id)
        .select_from(ResidenceSpell)
        .outerjoin(Zone, Zone.id == ResidenceSpell.zone_id)
        .where(
            ResidenceSpell.kind == ResidenceKind.CONFIRMED,
            ResidenceSpell.start_on <= day,
            sa.or_(ResidenceSpell.end_on.is_(None), ResidenceSpell.end_on >= day),
            sa.or_(ResidenceSpell.zone_id.is_(None), in_force),
        )
    )


def _homes(day: Any) -> sa.Select[Any]:
    """The zone (`_ZONE`) of these homes, to be grouped by person."""
    return homes(day).with_only_columns(_ZONE.label("zone"))


def zone_of(person: sa.SQLColumnExpression[int], day: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[str]:
    """The zone version of a person's confirmed home that day, `outside` every zone, or `unknown`."""
    own = _homes(day).where(ResidenceSpell.person_id == person).scalar_subquery()
    return sa.func.coalesce(own, UNKNOWN)


def level_of(person: sa.SQLColumnExpression[int], day: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[str]:
    """The highest level held that day, `none` when its absence was stated, else `unknown`."""
    highest = (
        sa.select(sa.func.max(Diploma.level))
        .where(Diploma.person_id == person, sa.or_(Diploma.obtained_on.is_(None), Diploma.obtained_on <= day))
        .scalar_subquery()
    )
    return sa.case(
        (highest.is_not(None), sa.cast(highest, sa.String)),
        (Person.no_diploma_stated_on.is_not(None), NO_DIPLOMA),
        else_=UNKNOWN,
    )


def signatures(session: Session, first: date, last: date) -> list[Signed]:
    """Contracts signed from `first` to `last`, counted by month, programme and what the person was that day."""
    each = (
        sa.select(
            sa.extract("year", Placement.signed_on).label("year"),
            sa.extract("month", Placement.signed_on).label("month"),
            sa.func.coalesce(Placement.programme, NO_PROGRAMME).label("programme"),
            zone_of(Placement.person_id, Placement.signed_on).label("zone"),
            level_of(Placement.person_id, Placement.signed_on).label("level"),
            Person.civility.label("civility"),
        )
        .join(Person, Person.id == Placement.person_id)
        .where(kept(), Placement.signed_on.between(first, last))
        .subquery()
    )
    counted = session.execute(sa.select(*each.c, sa.func.count().label("number")).group_by(*each.c))
    return sorted(
        Signed(
            Month(int(row.year), int(row.month)),
            row.programme,
            row.zone,
            row.level,
            SEXES.get(row.civility or "", UNKNOWN),
            row.number,
        )
        for row in counted
    )


def funnel(session: Session, cohort: Month, until: date) -> list[int]:
    """How many proposals computed in `cohort` reached each of STEPS by `until`.

    A decision that was undone counts for nothing. A proposal replaced before anybody looked at it (`stale`) is left
    out: the next run computed it again.
    """
    events = (
        sa.select(ReviewDecision.id, ReviewDecision.proposal_id, ReviewDecision.action)
        .join(MatchProposal, MatchProposal.id == ReviewDecision.proposal_id)
        .where(
            MatchProposal.proposed_on.between(cohort.first, cohort.last),
            ReviewDecision.decided_on <= until,
            ReviewDecision.action.in_([*REACHED, ProposalAction.UNDO, ProposalAction.STALE]),
        )
        .cte("events")
    )
    undone = (
        sa.select(events.c.proposal_id, sa.func.max(events.c.id).label("last"))
        .where(events.c.action == ProposalAction.UNDO)
        .group_by(events.c.proposal_id)
        .subquery()
    )
    stands = sa.or_(undone.c.last.is_(None), events.c.id > undone.c.last)
    rank = sa.case(*((events.c.action == action, step) for action, step in REACHED.items()), else_=0)
    furthest = (
        sa.select(
            events.c.proposal_id,
            sa.func.max(sa.case((stands, rank), else_=0)).label("step"),
            sa.func.max(sa.case((events.c.action == ProposalAction.STALE, 1), else_=0)).label("stale"),
        )
        .outerjoin(undone, undone.c.proposal_id == events.c.proposal_id)
        .group_by(events.c.proposal_id)
        .subquery()
    )
    hired = (
        sa.exists()
        .where(Placement.proposal_id == MatchProposal.id, kept(), Placement.signed_on <= until)
        .correlate(MatchProposal)
    )
    step = sa.case((hired, HIRED), else_=sa.func.coalesce(furthest.c.step, 0)).label("step")
    each = (
        sa.select(step)
        .select_from(MatchProposal)
        .outerjoin(furthest, furthest.c.proposal_id == MatchProposal.id)
        .where(
            MatchProposal.proposed_on.between(cohort.first, cohort.last),
            sa.or_(furthest.c.stale.is_(None), furthest.c.stale == 0, furthest.c.step > 0),
        )
        .subquery()
    )
    stopped = {row.step: row.number for row in session.execute(
        sa.select(each.c.step, sa.func.count().label("number")).group_by(each.c.step)
    )}  # fmt: skip
    return [sum(stopped.get(further, 0) for further in range(at, len(STEPS))) for at in range(len(STEPS))]


def decisions(session: Session, month: Month) -> tuple[int, dict[str, int]]:
    """Proposals approved in the month, and those set aside by reason; what was undone counts for nothing."""
    later = sa.orm.aliased(ReviewDecision)
    undone = (
        sa.exists()
        .where(
            later.proposal_id == ReviewDecision.proposal_id,
            later.id > ReviewDecision.id,
            later.action == ProposalAction.UNDO,
        )
        .correlate(ReviewDecision)
    )
    rows = session.execute(
        sa.select(ReviewDecision.action, ReviewDecision.reason_code, sa.func.count().label("number"))
        .where(
            ReviewDecision.decided_on.between(month.first, month.last),
            ReviewDecision.action.in_([ProposalAction.APPROVE, ProposalAction.REJECT]),
            ~undone,
        )
        .group_by(ReviewDecision.action, ReviewDecision.reason_code)
    )
    approved, by_reason = 0, dict[str, int]()
    for row in rows:
        if row.action == ProposalAction.APPROVE:
            approved += row.number
        else:
            key = row.reason_code or "other"
            by_reason[key] = by_reason.get(key, 0) + row.number
    return approved, by_reason


def aid(session: Session, month: Month) -> dict[str, dict[str, Aid]]:
    """Aid with money due, asked for, paid, lost or to be paid back in the month, and due in the days after it."""
    state, horizon = AidMilestone.state, month.last + timedelta(days=NEXT_DAYS)
    paid_by_then = sa.and_(AidMilestone.paid_on.is_not(None), AidMilestone.paid_on <= month.last)
    lost = (MilestoneState.CANCELLED, MilestoneState.REFUSED, MilestoneState.LAPSED)
    kinds = {
        AID_DUE: sa.and_(
            AidMilestone.due_on.between(month.first, month.last), state != MilestoneState.CANCELLED
        ),
        AID_ASKED: AidMilestone.asked_on.between(month.first, month.last),
        AID_PAID: AidMilestone.paid_on.between(month.first, month.last),
        # Lost on the last day of its window; owed back from the end of the contract.
        AID_LOST: sa.and_(
            state == MilestoneState.LAPSED,
            sa.func.coalesce(AidMilestone.window_closes_on, AidMilestone.due_on).between(
                month.first, month.last
            ),
        ),
        AID_OWED: sa.and_(
            state.in_((MilestoneState.TO_REPAY, MilestoneState.REPAID)),
            Placement.ended_on.between(month.first, month.last),
        ),
        AID_NEXT: sa.and_(
            AidMilestone.due_on > month.last,
            AidMilestone.due_on <= horizon,
            state.not_in(lost),
            sa.not_(paid_by_then),
        ),
    }
    columns: list[sa.ColumnElement] = []
    for kind, holds in kinds.items():
        columns += [
            sa.func.count(sa.distinct(sa.case((holds, Placement.id)))).label(f"{kind}_contracts"),
            sa.func.count(sa.case((holds, AidMilestone.id))).label(f"{kind}_payments"),
            sa.func.coalesce(sa.func.sum(sa.case((holds, AidMilestone.amount_cents))), 0).label(
                f"{kind}_cents"
            ),
        ]
    rows = session.execute(
        sa.select(Placement.programme, *columns)
        .select_from(AidMilestone)
        .join(Placement, Placement.id == AidMilestone.placement_id)
        .where(AidMilestone.amount_cents > 0, Placement.programme.is_not(None), sa.or_(*kinds.values()))
        .group_by(Placement.programme)
    ).mappings()
    found: dict[str, dict[str, Aid]] = {kind: {} for kind in kinds}
    for row in rows:
        for kind in kinds:
            counted = Aid(*(int(row[f"{kind}_{name}"]) for name in Aid._fields))
            if counted.contracts:
                found[kind][row["programme"]] = counted
    return found


def offer_movements(session: Session, month: Month) -> dict[str, tuple[int, int]]:
    """Offers (and their posts) accepted, filled and lapsed in the month, and open at its end."""
    moves = {
        "opened": OfferAction.ACCEPT,
        "filled": OfferAction.FILL,
        "lapsed": OfferAction.LAPSE,
    }  # fmt: skip
    latest = (
        sa.select(OfferEvent.offer_id, sa.func.max(OfferEvent.id).label("id"))
        .where(OfferEvent.done_on <= month.last)
        .group_by(OfferEvent.offer_id)
        .subquery()
    )
    open_then = (
        sa.select(sa.literal("open").label("move"), OfferEvent.offer_id)
        .join(latest, latest.c.id == OfferEvent.id)
        .where(OfferEvent.to_state == OfferState.OPEN)
    )
    moved = (
        sa.select(OfferEvent.action.label("move"), OfferEvent.offer_id)
        .where(
            OfferEvent.done_on.between(month.first, month.last),
            OfferEvent.action.in_(list(moves.values())),
        )
        .distinct()
    )
    both = sa.union_all(open_then, moved).subquery()
    rows = session.execute(
        sa.select(both.c.move, sa.func.count().label("offers"), sa.func.sum(Offer.positions).label("posts"))
        .join(Offer, Offer.id == both.c.offer_id)
        .group_by(both.c.move)
    )
    found = {row.move: (row.offers, int(row.posts)) for row in rows}
    return {
        name: found.get(action, (0, 0)) for name, action in (*moves.items(), ("open", "open"))
    }  # fmt: skip


def register(session: Session, day: date) -> dict[str, int]:
    """People known by the end of that day, by the zone of their confirmed home."""
    homes = _homes(day).add_columns(ResidenceSpell.person_id).group_by(ResidenceSpell.person_id).subquery()
    zone = sa.func.coalesce(homes.c.zone, UNKNOWN)
    rows = session.execute(
        sa.select(zone.label("zone"), sa.func.count().label("number"))
        .select_from(Person)
        .outerjoin(homes, homes.c.person_id == Person.id)
        .where(Person.known_since <= day)
        .group_by(homes.c.zone)
    )
    return {row.zone: row.number for row in rows}


def residents(session: Session, day: date) -> set[int]:
    """Who has a confirmed home in a zone of town policy that day."""
    return set(session.scalars(homes(day).where(Zone.kind.in_(PRIORITY_ZONES))))


def zones(session: Session, day: date, named: Iterable[str]) -> Zones:
    """The zones to show: in force that day, or named by a figure."""
    wanted = {key for key in named if key not in (UNKNOWN, OUTSIDE_ZONES)}
    current = sa.and_(
        Zone.kind.in_(HOMES), Zone.valid_from <= day, sa.or_(Zone.valid_to.is_(None), Zone.valid_to >= day)
    )
    rows = session.execute(
        sa.select(Zone.local_id, Zone.name, Zone.kind, current.label("current"))
        .where(sa.or_(current, Zone.local_id.in_(wanted)))
        .order_by(Zone.local_id)
    ).all()
    return Zones(
        {row.local_id: row.name for row in rows},
        {row.local_id: row.kind for row in rows},
        tuple(row.local_id for row in rows if row.current),
    )


def known_as_of(session: Session, month: Month) -> date:
    """The last day on which anything that a figure reads was done, the last of the month at the earliest.

    Taken from the rows and not from the calendar: the same data says the same whenever it is asked.
    """
    days: Sequence[date | None] = session.execute(
        sa.select(
            sa.select(sa.func.max(ReviewDecision.decided_on)).scalar_subquery(),
            sa.select(sa.func.max(PlacementEvent.done_on)).scalar_subquery(),
            sa.select(sa.func.max(OfferEvent.done_on)).scalar_subquery(),
            sa.select(sa.func.max(Person.known_since)).scalar_subquery(),
            sa.select(sa.func.max(MembershipEvent.done_on)).scalar_subquery(),
            sa.select(sa.func.max(SessionEvent.done_on)).scalar_subquery(),
            sa.select(sa.func.max(OutreachEvent.done_on)).scalar_subquery(),
            sa.select(sa.func.max(TenderEvent.done_on)).scalar_subquery(),
        )
    ).one()
    return max(day for day in (*days, month.last) if day is not None)


def first_month(session: Session) -> Month | None:
    """The month of the first thing a report could speak of; None in an empty base."""
    days = session.execute(
        sa.select(
            sa.select(sa.func.min(Person.known_since)).scalar_subquery(),
            sa.select(sa.func.min(OfferEvent.done_on)).scalar_subquery(),
            sa.select(sa.func.min(Placement.signed_on)).scalar_subquery(),
        )
    ).one()
    known = [day for day in days if day is not None]
    return Month.of(min(known)) if known else None
