"""Who may see which rows: one query builder for each model (security.md Z2), asked by every page, list and export.

A row outside the scope is never told apart from one that does not exist: `one` raises the same NotFound for both.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..vocabulary import AgencyKind, HandOverState, OutreachPurpose, Party, Role
from .accounts import User
from .campaign import Lot, Outreach, PotentialApproach, Tender
from .club import Club, ClubAnimator, ClubMembership, Cohort
from .follow_up import BreakGlass, CheckIn, HandOver
from .intake import ImportBatch
from .matches import MatchProposal, Release
from .messages import OfferDraft, OutgoingMessage, PersonRequest
from .organisations import Offer, Organisation
from .people import Agency, Person
from .placements import Placement
from .sessions import CollectiveSession, SessionSlot
from .upkeep import AuditEvent, Job

Model = TypeVar("Model")

#: Permissions that an account may hold besides its role.
IMPORT, SUPERVISE = "import", "supervise"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in account, as far as rights are concerned."""

    id: int
    public_id: uuid.UUID
    name: str
    role: Role
    permissions: frozenset[str] = frozenset()
    agency_id: int | None = None
    agency_name: str | None = None
    organisation_id: int | None = None
    agency_kind: AgencyKind | None = None

    @classmethod
    def of(cls, user: User, agency: Agency | None) -> Actor:
        """That account, with the agency that it belongs to."""
        return cls(
            id=user.id,
            public_id=user.public_id,
            name=user.name,
            role=user.role,
            permissions=frozenset(user.permissions),
            agency_id=user.agency_id,
            agency_name=agency.name if agency else None,
            organisation_id=user.organisation_id,
            agency_kind=agency.kind if agency else None,
        )

    @property
    def party(self) -> Party:
        """As whom the account acts in a flow (workflow.md, roles)."""
        if self.role is Role.EMPLOYER:
            return Party.EMPLOYER
        if self.role is Role.ANIMATOR:
            return Party.ANIMATOR
        if self.role is Role.OFFICER:
            return Party.DELEGATE
        if SUPERVISE in self.permissions:
            return Party.SUPERVISOR
        if self.agency_kind in (AgencyKind.MISSION_LOCALE, AgencyKind.CAP_EMPLOI):
            return Party.MISSION_LOCALE
        return Party.ADVISOR


def people(actor: Actor) -> sa.Select[Person]:
    """An advisor's caseload: the people of the agency, and those handed over to it."""
    return sa.select(Person).where(_caseload(actor))


def opened(actor: Actor, at: datetime) -> sa.Select[Person]:
    """Files outside the caseload that this advisor opened with a reason, for half an hour (security.md §2).

    For the page of the person alone: no list, no search, no other page asks it.
    """
    held = sa.select(BreakGlass.person_id).where(
        BreakGlass.actor_id == actor.id, BreakGlass.opened_at <= at, BreakGlass.until_at > at
    )
    return sa.select(Person).where(Person.id.in_(held) if actor.role is Role.ADVISOR else sa.false())


def proposals(actor: Actor) -> sa.Select[MatchProposal]:
    """Proposals of the people of the caseload."""
    return _of_people(sa.select(MatchProposal), MatchProposal.person_id, actor)


def released(actor: Actor) -> sa.Select[MatchProposal]:
    """What was released to an employer, and nothing else; never more of it than the release says."""
    return (
        sa.select(MatchProposal)
        .join(Release, Release.proposal_id == MatchProposal.id)
        .where(MatchProposal.offer_id.in_(sa.select(Offer.id).where(_own(Offer.organisation_id, actor))))
    )


def messages(actor: Actor) -> sa.Select[OutgoingMessage]:
    """Messages to the people of the caseload and to those who employ them; all, but not their words, for the admin."""
    query = sa.select(OutgoingMessage)
    if actor.role is Role.ADMIN:
        return query
    if actor.role is not Role.ADVISOR or actor.agency_id is None:
        return query.where(sa.false())
    colleagues = sa.select(User.id).where(User.agency_id == actor.agency_id)
    own_offers = sa.select(Offer.id).where(Offer.agency_id == actor.agency_id)
    return query.where(
        sa.or_(
            OutgoingMessage.person_id.in_(sa.select(Person.id).where(_caseload(actor))),
            OutgoingMessage.person_id.is_(None)
            & sa.or_(
                OutgoingMessage.sender_id.in_(colleagues),
                OutgoingMessage.user_id.in_(colleagues),
                (OutgoingMessage.subject_kind == "offer") & OutgoingMessage.subject_id.in_(own_offers),
            ),
        )
    )


def requests(actor: Actor) -> sa.Select[PersonRequest]:
    """What the people of the caseload asked by their link."""
    return _of_people(sa.select(PersonRequest), PersonRequest.person_id, actor)


def hand_overs(actor: Actor) -> sa.Select[HandOver]:
    """Files that the agency gives or is asked to take."""
    query = sa.select(HandOver)
    if actor.role is not Role.ADVISOR or actor.agency_id is None:
        return query.where(sa.false())
    return query.where(
        sa.or_(HandOver.from_agency_id == actor.agency_id, HandOver.to_agency_id == actor.agency_id)
    )


def placements(actor: Actor) -> sa.Select[Placement]:
    """Placements of the people of the caseload; an employer's own."""
    if actor.role is Role.EMPLOYER:
        return sa.select(Placement).where(_own(Placement.organisation_id, actor))
    return _of_people(sa.select(Placement), Placement.person_id, actor)


def check_ins(actor: Actor) -> sa.Select[CheckIn]:
    """Check-ins of the contracts of the caseload."""
    return _of_people(
        sa.select(CheckIn).join(Placement, Placement.id == CheckIn.placement_id), Placement.person_id, actor
    )


def offers(actor: Actor) -> sa.Select[Offer]:
    """Every offer for an advisor; its own for an organisation."""
    if actor.role is Role.EMPLOYER:
        return sa.select(Offer).where(Offer.organisation_id == actor.organisation_id)
    return sa.select(Offer).where(sa.true() if actor.role is Role.ADVISOR else sa.false())


def offers_to_edit(actor: Actor) -> sa.Select[Offer]:
    """What one may change or take down (security.md §2): an agency's own offers, and those of none yet."""
    if actor.role is not Role.ADVISOR:
        return offers(actor)
    return offers(actor).where(sa.or_(Offer.agency_id.is_(None), Offer.agency_id == actor.agency_id))


def may_edit(actor: Actor, offer: Offer) -> bool:
    """The same of one offer at hand."""
    if actor.role is Role.EMPLOYER:
        return offer.organisation_id == actor.organisation_id
    return actor.role is Role.ADVISOR and offer.agency_id in (None, actor.agency_id)


def drafts(actor: Actor) -> sa.Select[OfferDraft]:
    """Offers that the actor's organisation is typing; nobody else reads them."""
    return sa.select(OfferDraft).where(_own(OfferDraft.organisation_id, actor))


def organisations(actor: Actor) -> sa.Select[Organisation]:
    """Every organisation for an advisor; itself for an organisation."""
    if actor.role is Role.EMPLOYER:
        return sa.select(Organisation).where(Organisation.id == actor.organisation_id)
    return sa.select(Organisation).where(sa.true() if actor.role is Role.ADVISOR else sa.false())


def clubs(actor: Actor) -> sa.Select[Club]:
    """An animator's own; those of the agency for an advisor, who reads them (a supervisor sets them up)."""
    return sa.select(Club).where(_club(Club.id, actor))


def cohorts(actor: Actor) -> sa.Select[Cohort]:
    """The groups of those clubs."""
    return sa.select(Cohort).where(_club(Cohort.club_id, actor))


def memberships(actor: Actor) -> sa.Select[ClubMembership]:
    """Who is in those clubs, was, or is invited: what an animator reads of people, and no more of them."""
    return sa.select(ClubMembership).where(_club(ClubMembership.club_id, actor))


def club_people(actor: Actor) -> sa.Select[Person]:
    """Whom an animator may look at: the members of their clubs. An advisor's caseload is `people`."""
    if actor.role is not Role.ANIMATOR:
        return people(actor)
    members = sa.select(ClubMembership.person_id).where(_club(ClubMembership.club_id, actor))
    return sa.select(Person).where(Person.id.in_(members))


def prospects(actor: Actor) -> sa.Select[Person]:
    """Among whom one looks for members of a club: the people of the agency. Pages show of them what the terms ask."""
    if actor.role is Role.ANIMATOR and actor.agency_id is not None:
        return sa.select(Person).where(Person.agency_id == actor.agency_id)
    return people(actor)


def slots(actor: Actor) -> sa.Select[SessionSlot]:
    """The weekly appointments of the agency."""
    return sa.select(SessionSlot).where(_agency(SessionSlot.agency_id, actor))


def sessions(actor: Actor) -> sa.Select[CollectiveSession]:
    """The collective sessions of the agency, for its advisors and animators; the planning is everybody's."""
    return sa.select(CollectiveSession).where(_agency(CollectiveSession.agency_id, actor))


def outreaches(actor: Actor) -> sa.Select[Outreach]:
    """The register: all of it for an advisor, the associations for an officer (security.md §2)."""
    query = sa.select(Outreach)
    if actor.role is Role.OFFICER:
        return query.where(Outreach.purpose == OutreachPurpose.AVENIR)
    return query.where(sa.true() if actor.role is Role.ADVISOR else sa.false())


def outreaches_to_note(actor: Actor) -> sa.Select[Outreach]:
    """The lines on which this account writes: `may_note`, as a query."""
    if actor.role is not Role.ADVISOR:
        return outreaches(actor)
    return outreaches(actor).where(
        sa.or_(Outreach.agency_id.is_(None), Outreach.agency_id == actor.agency_id)
    )


def may_note(actor: Actor, row: Outreach) -> bool:
    """Whether this account writes on that line: the owner's agency, anybody while nobody owns it; an officer notes and
    assigns associations."""
    if actor.role is Role.OFFICER:
        return row.purpose is OutreachPurpose.AVENIR
    return actor.role is Role.ADVISOR and row.agency_id in (None, actor.agency_id)


def approaches(actor: Actor) -> sa.Select[PotentialApproach]:
    """Employers approached for the graduates of the caseload."""
    return _of_people(sa.select(PotentialApproach), PotentialApproach.person_id, actor)


def tenders(actor: Actor) -> sa.Select[Tender]:
    """The public contracts that the agency follows."""
    own = actor.role is Role.ADVISOR and actor.agency_id is not None
    return sa.select(Tender).where(Tender.agency_id == actor.agency_id if own else sa.false())


def lots(actor: Actor) -> sa.Select[Lot]:
    """Their lots."""
    return sa.select(Lot).where(Lot.tender_id.in_(tenders(actor).with_only_columns(Tender.id)))


def batches(actor: Actor) -> sa.Select[ImportBatch]:
    """Imports of the agency, those of no agency (zones, occupations) included; the administrator's journal: all."""
    query = sa.select(ImportBatch)
    if actor.role is Role.ADMIN:
        return query
    own = sa.or_(ImportBatch.agency_id == actor.agency_id, ImportBatch.agency_id.is_(None))
    return query.where(own if _imports(actor) else sa.false())


def jobs(actor: Actor) -> sa.Select[Job]:
    """Long work that one has asked for; all of it for the administrator."""
    query = sa.select(Job)
    return query if actor.role is Role.ADMIN else query.where(Job.submitted_by_id == actor.id)


def accounts(actor: Actor) -> sa.Select[User]:
    """Every account for the administrator, nobody's for others."""
    return sa.select(User).where(sa.true() if actor.role is Role.ADMIN else sa.false())


def trail(actor: Actor) -> sa.Select[AuditEvent]:
    """Every event for the administrator, none for others."""
    return sa.select(AuditEvent).where(sa.true() if actor.role is Role.ADMIN else sa.false())


def one(session: Session, query: sa.Select[Model], *conditions: Any) -> Model:
    """The row of that query that meets the conditions. Raises NotFound: missing, or not for this actor."""
    found = session.scalar(query.where(*conditions))
    if found is None:
        raise NotFound("not-found")
    return found


def _caseload(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.role is not Role.ADVISOR or actor.agency_id is None:
        return sa.false()
    taken = sa.select(HandOver.person_id).where(
        HandOver.to_agency_id == actor.agency_id, HandOver.state == HandOverState.ACCEPTED
    )
    return sa.or_(Person.agency_id == actor.agency_id, Person.id.in_(taken))


def _club(club_id: Any, actor: Actor) -> sa.ColumnElement[bool]:
    """The club is the animator's own, or of the advisor's agency."""
    if actor.agency_id is None or actor.role not in (Role.ADVISOR, Role.ANIMATOR):
        return sa.false()
    own = sa.select(Club.id).where(Club.agency_id == actor.agency_id)
    if actor.role is Role.ANIMATOR:
        own = own.where(Club.id.in_(sa.select(ClubAnimator.club_id).where(ClubAnimator.user_id == actor.id)))
    held: sa.ColumnElement[bool] = club_id.in_(own)
    return held


def _agency(agency_id: Any, actor: Actor) -> sa.ColumnElement[bool]:
    """A row of the agency, for those who work there with people."""
    if actor.agency_id is None or actor.role not in (Role.ADVISOR, Role.ANIMATOR):
        return sa.false()
    own: sa.ColumnElement[bool] = agency_id == actor.agency_id
    return own


def _own(organisation_id: Any, actor: Actor) -> sa.ColumnElement[bool]:
    if actor.role is not Role.EMPLOYER or actor.organisation_id is None:
        return sa.false()
    owned: sa.ColumnElement[bool] = organisation_id == actor.organisation_id
    return owned


def _of_people(query: sa.Select[Any], person_id: Any, actor: Actor) -> sa.Select[Any]:
    return query.where(person_id.in_(sa.select(Person.id).where(_caseload(actor))))


def _imports(actor: Actor) -> bool:
    return actor.role is Role.ADVISOR and IMPORT in actor.permissions
