"""The contracts of an employer and what their aid asks of it: which paper, by when, sent to whom, what is lost.

The name of the person is as it was released; nothing else of theirs is read.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, milestones, released
from .eligibility.aid import after
from .milestones import MilestoneAction, Standing
from .released import Contact
from .store import scope
from .store.accounts import User
from .store.matches import Release
from .store.organisations import Offer
from .store.people import Agency, Person
from .store.placements import AidMilestone, Placement, PlacementEvent
from .transitions import refuse
from .vocabulary import OVER_PLACEMENTS, Party, Role

if TYPE_CHECKING:
    from datetime import datetime

    from .eligibility.programme import ProgrammeBook

#: Kept with the event: the employer says that it sent the paper, an advisor confirms by asking for the money.
DECLARED = "sent_by_employer"
#: Days ahead that « bientôt » looks.
AHEAD = 30
#: What a release names when there is none: a hire that an advisor opened by hand.
LEAST = ("first_name", "initial")


@dataclass(frozen=True, slots=True)
class Stake:
    """What a row asks of the employer, by its programme file. `aid_lost_after`: then the rest is lost too."""

    sent_to: str | None
    if_missing: str | None
    aid_lost_after: date | None


@dataclass(frozen=True, slots=True)
class Contract:
    """A hire of the employer's: who, for which post, the rows of its aid, the papers that it says it sent."""

    placement: Placement
    who: str
    title: str | None
    advisor: Contact | None
    rows: tuple[AidMilestone, ...]
    declared: Mapping[tuple[str, int], date]

    @property
    def ref(self) -> uuid.UUID:
        return self.placement.public_id


def contracts(session: Session, actor: scope.Actor, *conditions: Any) -> list[Contract]:
    """The hires of the employer, those under way first, then the latest. Three queries, whatever their number."""
    advisor = sa.orm.aliased(User)
    rows = session.execute(
        scope.placements(actor)
        .where(*conditions)
        .join(Person, Person.id == Placement.person_id)
        .outerjoin(Offer, Offer.id == Placement.offer_id)
        .outerjoin(Release, Release.proposal_id == Placement.proposal_id)
        .outerjoin(advisor, advisor.id == Release.decided_by_id)
        .outerjoin(Agency, Agency.id == advisor.agency_id)
        .add_columns(
            Person.given_names, Person.family_name, sa.func.substr(Person.family_name, 1, 1).label("initial"),
            Offer.title, Release.fields, Release.contact_disclosed_on,
            advisor.name.label("advisor"), advisor.email.label("advisor_email"), advisor.phone.label("advisor_phone"),
            Agency.name.label("agency"),
        )
        .order_by(Placement.state.in_(OVER_PLACEMENTS), Placement.id.desc())
    ).all()  # fmt: skip
    ids = [row.Placement.id for row in rows]
    owed, declared = _milestones(session, ids), _declared(session, ids)
    return [
        Contract(
            row.Placement,
            _who(row),
            row.title,
            Contact(row.advisor, row.advisor_email, row.advisor_phone, row.agency) if row.advisor else None,
            tuple(owed[row.Placement.id]),
            declared[row.Placement.id],
        )
        for row in rows
    ]


def contract(session: Session, actor: scope.Actor, ref: uuid.UUID) -> Contract:
    """One hire of the employer's. Raises NotFound."""
    scope.one(session, scope.placements(actor), Placement.public_id == ref)
    return contracts(session, actor, Placement.public_id == ref)[0]


def stake(row: AidMilestone, programme: str | None, book: ProgrammeBook) -> Stake:
    """What the row asks of the employer."""
    rules = book[programme].file.aid if programme is not None and programme in book else None
    if rules is None:
        return Stake(None, None, None)
    paper = rules.papers().get(row.kind)
    lost = None
    if rules.periods and row.kind == rules.periods.kind and rules.periods.aid_lost_months is not None:
        lost = after(row.due_on, rules.periods.aid_lost_months)
    return Stake(paper.sent_to if paper else None, paper.if_missing if paper else None, lost)


def to_send(row: AidMilestone, programme: str | None, book: ProgrammeBook, on: date) -> bool:
    """Whether the employer may say that day that it sent the paper."""
    return (
        stake(row, programme, book).sent_to is not None
        and MilestoneAction.RECEIVE in milestones.offered(row, Party.EMPLOYER, on)
        and _too_soon(row, on) is None
    )


def soon(
    session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date
) -> list[tuple[Contract, AidMilestone, Stake]]:
    """Papers that wait or will within the month, with the contract and what is at stake."""
    until = on + timedelta(days=AHEAD)
    found = []
    for held in contracts(session, actor, Placement.state.not_in(OVER_PLACEMENTS)):
        for row in held.rows:
            asked = stake(row, held.placement.programme, book)
            waits = milestones.standing(row, on) not in (None, Standing.LOST)
            if waits and asked.sent_to is not None and (row.window_opens_on or row.due_on) <= until:
                found.append((held, row, asked))
    return found


def declare_sent(
    session: Session,
    placement: Placement,
    row: AidMilestone,
    *,
    actor_id: int,
    on: date,
    at: datetime,
    book: ProgrammeBook,
) -> None:
    """Note that the employer says it sent the paper on that day: an advisor confirms it. Flushes, never commits.

    Raises InvalidInput: nothing to send, too soon, its delay over; IllegalTransition.
    """
    if stake(row, placement.programme, book).sent_to is None:
        refuse("nothing-to-send")
    if placement.signed_on is not None and on < placement.signed_on:
        refuse("before-last-step", day=placement.signed_on)
    if (first := _too_soon(row, on)) is not None:
        refuse("not-yet", day=first)
    milestones.settle(
        session, row, MilestoneAction.RECEIVE, actor_id=actor_id, party=Party.EMPLOYER, on=on, reason=DECLARED,
        told=True,
    )  # fmt: skip
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="milestone.declare",
        subject_kind="placement",
        subject_id=str(placement.public_id),
        details={"kind": row.kind, "number": row.number},
    )


def _too_soon(row: AidMilestone, on: date) -> date | None:
    """The first day on which the paper may be said sent, while it is to come; None from then on.

    A month is stated once it is over; a paper without money may come some weeks early.
    """
    if row.window_opens_on is not None:
        return None  # the machine's own guard
    first = row.due_on if row.amount_cents else row.due_on - timedelta(days=AHEAD)
    return first if on < first else None


def _who(row: Any) -> str:
    fields = set(row.fields if row.fields is not None else LEAST)
    if row.contact_disclosed_on is None:
        fields.discard("full_name")
    return released.name_of(row.given_names, row.initial, row.family_name, fields)


def _milestones(session: Session, placements: Sequence[int]) -> dict[int, list[AidMilestone]]:
    found: dict[int, list[AidMilestone]] = defaultdict(list)
    for row in session.scalars(
        sa.select(AidMilestone)
        .where(AidMilestone.placement_id.in_(placements))
        .order_by(milestones.last_day(), AidMilestone.kind, AidMilestone.number)
    ):
        found[row.placement_id].append(row)
    return found


def _declared(session: Session, placements: Sequence[int]) -> dict[int, dict[tuple[str, int], date]]:
    """The papers that the employer says it sent, with the day: (kind, number) of each."""
    rows = session.execute(
        sa.select(PlacementEvent.placement_id, PlacementEvent.reason, PlacementEvent.done_on)
        .join(User, User.id == PlacementEvent.actor_id)
        .where(
            PlacementEvent.placement_id.in_(placements),
            PlacementEvent.action == f"milestone_{MilestoneAction.RECEIVE}",
            User.role == Role.EMPLOYER,
        )
        .order_by(PlacementEvent.id)
    )
    found: dict[int, dict[tuple[str, int], date]] = defaultdict(dict)
    for row in rows:
        kind, _, number = (row.reason or "").split(" · ")[0].rpartition(" ")
        if number.isdecimal():
            found[row.placement_id][kind, int(number)] = row.done_on
    return found


@dataclass(frozen=True, slots=True)
class Last:
    """The latest step of a contract: what, on which day, by whom (None: Passerelle itself)."""

    action: str
    on: date
    who: str | None


def last_step(session: Session, placement_id: int) -> Last | None:
    """What was noted last of the contract itself, its papers apart."""
    row = session.execute(
        sa.select(PlacementEvent.action, PlacementEvent.done_on, User.name)
        .outerjoin(User, User.id == PlacementEvent.actor_id)
        .where(PlacementEvent.placement_id == placement_id, PlacementEvent.action.not_like("milestone%"))
        .order_by(PlacementEvent.id.desc())
        .limit(1)
    ).one_or_none()
    return Last(*row) if row else None
