"""Everything a person's page reads beside their rights: who looks after them, their homes, proposals and contracts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import offer_queries, person_homes, statements
from .match_history import HOLDING
from .person_homes import Declared
from .proposal_guards import CAP
from .store import scope
from .store.accounts import User
from .store.engine import seal_of
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation, Zone
from .store.people import Agency, Diploma, DisabilityRecognition, Person, ResidenceSpell, SourceRecord
from .store.placements import Placement
from .vocabulary import LIVE_PROPOSALS, OfferState, PlacementState, ProposalState, ResidenceKind

#: Offers shown when one is looked for.
OFFERS = 20


@dataclass(frozen=True, slots=True)
class ConfirmedHome:
    """A home somebody confirmed; `zone` None: outside every zone."""

    start: date
    end: date | None
    zone: Zone | None
    proof: str | None
    confirmed_on: date | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal of the person, live or over."""

    public_id: uuid.UUID
    offer_id: uuid.UUID
    title: str
    employer: str
    state: ProposalState
    score: float | None
    proposed_on: date
    closed_on: date | None

    @property
    def live(self) -> bool:
        return self.state in HOLDING


@dataclass(frozen=True, slots=True)
class Placed:
    """A contract of the person, under way or over; `programme` None: ordinary law; `months` of a CDD."""

    public_id: uuid.UUID
    employer: str
    programme: str | None
    contract_kind: str
    months: int | None
    state: PlacementState
    starts_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a person tells, rights and RQTH apart: each has its own reading (security.md P2)."""

    person: Person
    agency: str | None
    advisor: str | None
    identifiers: tuple[SourceRecord, ...]
    level: int | None
    bac_plus: int | None
    homes: tuple[ConfirmedHome, ...]
    declared: Declared
    zones: tuple[Zone, ...]
    proposals: tuple[Proposed, ...]
    placements: tuple[Placed, ...]

    @property
    def home(self) -> ConfirmedHome | None:
        """The home of now, in a zone rather than outside."""
        return next((home for home in self.homes if home.end is None), None)

    @property
    def live(self) -> int:
        return sum(each.live for each in self.proposals)

    @property
    def at_cap(self) -> bool:
        return self.live >= CAP


def sheet(session: Session, actor: scope.Actor, person: Person, on: date) -> Sheet:
    """About ten queries, always the same."""
    zones = person_homes.choices(session, on)
    agency, advisor = session.execute(
        sa.select(Agency.name, User.name)
        .select_from(Person)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .outerjoin(User, User.id == Person.caseload_user_id)
        .where(Person.id == person.id)
    ).one()
    level, bac_plus = _level(session, person)
    return Sheet(
        person=person,
        agency=agency,
        advisor=advisor,
        identifiers=tuple(
            session.scalars(
                sa.select(SourceRecord)
                .where(SourceRecord.person_id == person.id, SourceRecord.identifier.is_not(None))
                .order_by(SourceRecord.id)
            )
        ),
        level=level,
        bac_plus=bac_plus,
        homes=_homes(session, person.id),
        declared=person_homes.declared(session, person, zones, on),
        zones=tuple(zones),
        proposals=_proposals(session, actor, person.id),
        placements=_placements(session, actor, person.id),
    )


def recognition(session: Session, person: Person) -> tuple[bool | None, date | None, date | None]:
    """(recognised, last day, stated on) of the RQTH; None when nobody said. Whoever reads it is noted (P2)."""
    row = session.scalar(sa.select(DisabilityRecognition).where(DisabilityRecognition.person_id == person.id))
    if row is None:
        return None, None, None
    return *statements.opened(seal_of(session), row), row.stated_on


def may_read_recognition(actor: scope.Actor, person: Person) -> bool:
    """Their own advisor, or while nobody is named, whoever shares the caseload (security.md §2)."""
    return person.caseload_user_id in (None, actor.id)


def _level(session: Session, person: Person) -> tuple[int | None, int | None]:
    """The highest diploma, then the longest studies within its level; 0 when it was said that there is none."""
    found = session.execute(
        sa.select(Diploma.level, Diploma.bac_plus)
        .where(Diploma.person_id == person.id)
        .order_by(Diploma.level.desc(), sa.func.coalesce(Diploma.bac_plus, -1).desc())
        .limit(1)
    ).first()
    if found is not None:
        return found.level, found.bac_plus
    return (0 if person.no_diploma_stated_on else None), None


def _homes(session: Session, person_id: int) -> tuple[ConfirmedHome, ...]:
    """The latest first; of one day, the zone before what lies outside."""
    table = ResidenceSpell
    rows = session.execute(
        sa.select(table, Zone, User.name)
        .outerjoin(Zone, Zone.id == table.zone_id)
        .outerjoin(User, User.id == table.confirmed_by_id)
        .where(table.person_id == person_id, table.kind == ResidenceKind.CONFIRMED)
        .order_by(table.start_on.desc(), table.id.desc())
    )
    return tuple(
        ConfirmedHome(spell.start_on, spell.end_on, zone, spell.proof, spell.confirmed_on, by)
        for spell, zone, by in rows
    )


def _proposals(session: Session, actor: scope.Actor, person_id: int) -> tuple[Proposed, ...]:
    """Live ones first, then the latest; those computed and not yet queued are nobody's business."""
    table = MatchProposal
    rows: Any = session.execute(
        scope.proposals(actor)
        .where(
            table.person_id == person_id, table.state.not_in((ProposalState.COMPUTED, ProposalState.STALE))
        )
        .join(Offer, Offer.id == table.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .with_only_columns(
            table.public_id, Offer.public_id.label("offer_id"), Offer.title, Organisation.name, table.state,
            table.score, table.proposed_on, table.closed_on,
        )
        .order_by(table.proposed_on.desc(), table.id.desc())
    )  # fmt: skip
    found = [Proposed(*row) for row in rows]
    return tuple(sorted(found, key=lambda each: not each.live))


def _placements(session: Session, actor: scope.Actor, person_id: int) -> tuple[Placed, ...]:
    table = Placement
    rows: Any = session.execute(
        scope.placements(actor)
        .where(table.person_id == person_id)
        .join(Organisation, Organisation.id == table.organisation_id)
        .with_only_columns(
            table.public_id, Organisation.name, table.programme, table.contract_kind, table.months, table.state,
            table.starts_on, table.ended_on,
        )
        .order_by(table.proposed_on.desc(), table.id.desc())
    )  # fmt: skip
    return tuple(Placed(*row) for row in rows)


def open_offers(
    session: Session, actor: scope.Actor, person_id: int, text: str, on: date
) -> list[tuple[Offer, Organisation]]:
    """Open offers that the text names, without those the person is proposed for already; the first 20."""
    taken = sa.select(MatchProposal.offer_id).where(
        MatchProposal.person_id == person_id, MatchProposal.state.in_(LIVE_PROPOSALS)
    )
    query = (
        scope.offers(actor)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(
            Offer.state == OfferState.OPEN,
            sa.or_(Offer.apply_before.is_(None), Offer.apply_before >= on),
            Offer.id.not_in(taken),
            offer_queries.says(text),
        )
        .add_columns(Organisation)
        .order_by(Offer.review_by, Offer.id)
        .limit(OFFERS)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
