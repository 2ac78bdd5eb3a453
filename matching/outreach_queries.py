"""What the pages of the campaign read: the lists, the chain of a year in counts, one line with all that happened.

An officer reads associations and no person: a hire is counted for them, never linked.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import outreach
from .disclosure import COMMITTEE
from .outreach import ANSWERED, CLOSED
from .outreach_offers import Hire, hires
from .outreach_register import employers_outside
from .store import scope
from .store.accounts import User
from .store.campaign import Outreach, OutreachAttempt, OutreachEvent, OutreachOffer
from .store.organisations import Offer, Organisation, Subsidy
from .store.people import Agency
from .store.placements import Placement
from .vocabulary import OutreachPurpose, OutreachState as State, Role, Sector

#: The chain, in order; a register of employers knows no letter of notification.
STAGES = ("listed", "notified", "contacted", "promised", "posted", "hired", "still_there")
#: Links that count people: what became of one person could be read from few (security.md R1).
OF_PEOPLE = ("hired", "still_there")
#: How the field of a sports club is written in the files (imports.md §4).
SPORT = "sport"
#: A due day means nothing any more.
SETTLED = (State.POSTED, State.HIRED, *CLOSED)

AMOUNT = (
    sa.select(sa.func.max(Subsidy.amount_cents))
    .where(Subsidy.organisation_id == Outreach.organisation_id, Subsidy.year == Outreach.year)
    .correlate(Outreach)
    .scalar_subquery()
)
LAST_ATTEMPT = (
    sa.select(sa.func.max(OutreachAttempt.done_on))
    .where(OutreachAttempt.outreach_id == Outreach.id)
    .correlate(Outreach)
    .scalar_subquery()
)
#: Sports clubs, then the larger grants, then by name.
SPORT_FIRST = (sa.case((Organisation.field == SPORT, 0), else_=1), -AMOUNT, Organisation.name_key)


@dataclass(frozen=True, slots=True)
class Stage:
    """One link of the chain: how many organisations came so far, and how many posts that makes where it is posts.

    `least`: the least count that the reader may be told.
    """

    key: str
    count: int
    posts: int | None = None
    least: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """An attempt and who made it."""

    row: OutreachAttempt
    who: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the log and its author."""

    row: OutreachEvent
    who: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """A hire; `ref` where this account may open the contract."""

    hire: Hire
    ref: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One line with all that happened to it."""

    row: Outreach
    house: Organisation
    owner: str | None
    agency: str | None
    grants: Sequence[Subsidy]
    others: Sequence[Outreach]
    attempts: Sequence[Made]
    events: Sequence[Happened]
    offers: Sequence[Offer]
    hires: Sequence[Signed]
    tries: int
    no_mail: bool


def years(session: Session, actor: scope.Actor, purpose: OutreachPurpose) -> list[int]:
    """The years that have a register, the latest first."""
    query = scope.outreaches(actor).where(Outreach.purpose == purpose)
    return list(
        session.scalars(query.with_only_columns(Outreach.year).distinct().order_by(Outreach.year.desc()))
    )


def listed(actor: scope.Actor, purpose: OutreachPurpose, year: int) -> sa.Select[Any]:
    """(Outreach, Organisation, amount, owner, last attempt) of a year's register."""
    return (
        scope.outreaches(actor)
        .add_columns(
            Organisation, AMOUNT.label("amount"), User.name.label("owner"), LAST_ATTEMPT.label("tried_on")
        )
        .join(Organisation, Organisation.id == Outreach.organisation_id)
        .outerjoin(User, User.id == Outreach.owner_id)
        .where(Outreach.purpose == purpose, Outreach.year == year)
    )


def late(on: date) -> sa.ColumnElement[bool]:
    """Due before that day, and still to be dealt with."""
    return sa.and_(Outreach.due_on < on, Outreach.state.not_in(SETTLED))


def is_late(row: Outreach, on: date) -> bool:
    """The same of a line at hand."""
    return row.due_on is not None and row.due_on < on and row.state not in SETTLED


def reached(stage: str, found: Sequence[Hire]) -> sa.ColumnElement[bool]:
    """Lines that came as far as that link of the chain; `found`: the hires of the year."""
    match stage:
        case "notified":
            return Outreach.with_clause.is_(True)
        case "contacted":
            return sa.exists().where(
                OutreachAttempt.outreach_id == Outreach.id, OutreachAttempt.result.in_(ANSWERED)
            )
        case "promised":
            return Outreach.promised_on.is_not(None)
        case "posted":
            return sa.exists().where(OutreachOffer.outreach_id == Outreach.id)
        case "hired":
            return Outreach.id.in_({hire.outreach_id for hire in found})
        case "still_there":
            return Outreach.id.in_({hire.outreach_id for hire in found if hire.still_there})
        case _:
            return sa.true()


def year_hires(session: Session, purpose: OutreachPurpose, year: int, on: date) -> list[Hire]:
    """The contracts that came of a year's register."""
    return hires(session, Outreach.purpose == purpose, Outreach.year == year, on=on)


def chain(
    session: Session, actor: scope.Actor, purpose: OutreachPurpose, year: int, found: Sequence[Hire]
) -> list[Stage]:
    """The chain of a year in counts. Two queries, whatever the number of lines.

    An officer, who reads the lines by name, is told no number of hires: beside those of the lines it would give each.
    """
    stages = [each for each in STAGES if each != "notified" or purpose is OutreachPurpose.AVENIR]
    query = scope.outreaches(actor).where(Outreach.purpose == purpose, Outreach.year == year)
    counted = [sa.func.sum(sa.case((reached(each, found), 1), else_=0)) for each in stages]
    row = session.execute(query.with_only_columns(*counted, sa.func.sum(Outreach.posts_promised))).one()
    counts = dict(zip(stages, (int(each or 0) for each in row[:-1]), strict=True))
    posted = session.scalar(
        sa.select(sa.func.sum(Offer.positions))
        .join(OutreachOffer, OutreachOffer.offer_id == Offer.id)
        .join(Outreach, Outreach.id == OutreachOffer.outreach_id)
        .where(Outreach.id.in_(query.with_only_columns(Outreach.id)))
    )
    visible = bool(counts["listed"])
    posts = {
        "promised": int(row[-1] or 0),
        "posted": int(posted or 0),
        "hired": len(found) if visible else 0,
        "still_there": sum(1 for hire in found if hire.still_there) if visible else 0,
    }
    least = least_told(actor)
    if least:
        posts = {each: count for each, count in posts.items() if each not in OF_PEOPLE}
    return [
        Stage(each, counts[each], posts.get(each), least if each == "still_there" else 0) for each in stages
    ]


def least_told(actor: scope.Actor) -> int:
    """The least count of people that this account is told of an organisation by name; 0: any."""
    return COMMITTEE if actor.role is Role.OFFICER else 0


def fields(session: Session, purpose: OutreachPurpose, year: int) -> list[str]:
    """Fields of work of a year's register, by name."""
    query = (
        sa.select(Organisation.field)
        .join(Outreach, Outreach.organisation_id == Organisation.id)
        .where(Outreach.purpose == purpose, Outreach.year == year, Organisation.field.is_not(None))
        .distinct()
        .order_by(Organisation.field)
    )
    return [field for field in session.scalars(query) if field]


def owners(session: Session, actor: scope.Actor, purpose: OutreachPurpose) -> Sequence[User]:
    """Whom a line may be given to: one's own agency and the officers of the associations; anybody for an officer."""
    roles = [User.role == Role.ADVISOR]
    if actor.role is not Role.OFFICER:
        roles = [sa.and_(User.role == Role.ADVISOR, User.agency_id == actor.agency_id)]
    if purpose is OutreachPurpose.AVENIR:
        roles.append(User.role == Role.OFFICER)
    return session.scalars(
        sa.select(User).where(User.active, sa.or_(*roles)).order_by(User.name, User.id)
    ).all()


def holders(session: Session, purpose: OutreachPurpose, year: int) -> Sequence[User]:
    """Who holds a line of that register, by name."""
    held = sa.select(Outreach.owner_id).where(Outreach.purpose == purpose, Outreach.year == year)
    return session.scalars(sa.select(User).where(User.id.in_(held)).order_by(User.name, User.id)).all()


def sheet(
    session: Session, actor: scope.Actor, purpose: OutreachPurpose, ref: uuid.UUID, *, on: date
) -> Sheet:
    """One line with its attempts, its offers, its hires. A fixed number of queries. Raises NotFound."""
    row = scope.one(session, scope.outreaches(actor), Outreach.public_id == ref, Outreach.purpose == purpose)
    house = session.get_one(Organisation, row.organisation_id)
    owner, agency = session.execute(
        sa.select(User.name, Agency.name)
        .select_from(Outreach)
        .outerjoin(User, User.id == Outreach.owner_id)
        .outerjoin(Agency, Agency.id == Outreach.agency_id)
        .where(Outreach.id == row.id)
    ).one()
    attempts = session.execute(
        sa.select(OutreachAttempt, User.name)
        .outerjoin(User, User.id == OutreachAttempt.noted_by_id)
        .where(OutreachAttempt.outreach_id == row.id)
        .order_by(OutreachAttempt.done_on.desc(), OutreachAttempt.id.desc())
    )
    events = session.execute(
        sa.select(OutreachEvent, User.name)
        .outerjoin(User, User.id == OutreachEvent.actor_id)
        .where(OutreachEvent.outreach_id == row.id)
        .order_by(OutreachEvent.done_on.desc(), OutreachEvent.id.desc())
    )
    offers = session.scalars(
        sa.select(Offer)
        .join(OutreachOffer, OutreachOffer.offer_id == Offer.id)
        .where(OutreachOffer.outreach_id == row.id)
        .order_by(Offer.opened_on.desc(), Offer.id)
    ).all()
    found = hires(session, Outreach.id == row.id, on=on)
    return Sheet(
        row=row,
        house=house,
        owner=owner,
        agency=agency,
        grants=session.scalars(
            sa.select(Subsidy)
            .where(Subsidy.organisation_id == house.id)
            .order_by(Subsidy.year.desc(), Subsidy.id)
        ).all(),
        others=session.scalars(
            scope.outreaches(actor)
            .where(Outreach.organisation_id == house.id, Outreach.id != row.id)
            .order_by(Outreach.year.desc(), Outreach.purpose)
        ).all(),
        attempts=[Made(*each) for each in attempts],
        events=[Happened(*each) for each in events],
        offers=offers,
        hires=_signed(session, actor, found),
        tries=outreach.tries(session, row.id),
        no_mail=bool(outreach.unwritten(session, {house.id})),
    )


def _signed(session: Session, actor: scope.Actor, found: Sequence[Hire]) -> list[Signed]:
    refs: dict[int, uuid.UUID] = {}
    if found and actor.role is Role.ADVISOR:
        ids = [hire.placement_id for hire in found]
        refs = {
            placement.id: placement.public_id
            for placement in session.scalars(scope.placements(actor).where(Placement.id.in_(ids)))
        }
    return [Signed(hire, refs.get(hire.placement_id)) for hire in found]


def outside(actor: scope.Actor, year: int) -> sa.Select[Organisation]:
    """Employers of the network that the year's campaign does not have yet; none for who may not read them."""
    if actor.role is not Role.ADVISOR:
        return sa.select(Organisation).where(sa.false())
    return employers_outside(year)


def communes(session: Session) -> list[str]:
    """Communes of the employers of the market sector."""
    query = (
        sa.select(Organisation.commune)
        .where(Organisation.sector == Sector.MARKET, Organisation.commune.is_not(None))
        .distinct()
        .order_by(Organisation.commune)
    )
    return [name for name in session.scalars(query) if name]
