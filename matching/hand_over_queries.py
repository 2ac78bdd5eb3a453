"""What the pages of hand-overs read: the lists of both directions, one request, who has the file of a person.

Before it accepts, the agency that is asked gets the fields of `Asked` and nothing else of the person.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from . import hand_overs
from .errors import NotFound
from .store import scope
from .store.accounts import User
from .store.follow_up import HandOver
from .store.matches import MatchProposal
from .store.organisations import Offer, Organisation
from .store.people import Agency, Person
from .store.placements import Placement
from .vocabulary import HandOverState as State

#: Lines that are over and still listed.
OVER = 50
#: Those under way first, the soonest answer first.
LIVE = (State.ASKED, State.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as both agencies see it: name, offer, employer, programme, why, by when."""

    row: HandOver
    given_names: str
    family_name: str
    title: str | None
    employer: str | None
    giver: str
    taker: str
    asked_by: str
    decided_by: str | None
    ended_by: str | None
    #: Where the file itself is, for who may open it.
    person: uuid.UUID
    offer: uuid.UUID | None
    proposal: uuid.UUID | None
    placement: uuid.UUID | None
    #: Whether the reader belongs to the agency that is asked.
    incoming: bool

    @property
    def readable(self) -> bool:
        """Whether the reader may open the file: who gave it goes on reading, who is asked may once it accepted."""
        return not self.incoming or self.row.state is State.ACCEPTED


def listed(session: Session, actor: scope.Actor) -> Sequence[Asked]:
    """What the agency is asked and asks: what waits, then what holds, then the last ones over. Two queries."""
    live = _lines(session, actor, HandOver.state.in_(LIVE))
    over = _lines(session, actor, HandOver.state.not_in(LIVE), limit=OVER)
    waiting = sorted(live, key=lambda each: (each.row.state is not State.ASKED, each.row.due_on, each.row.id))
    return [*waiting, *over]


def waiting(session: Session, actor: scope.Actor) -> Sequence[Asked]:
    """Requests that this agency has to answer, the soonest first. One query."""
    return sorted(
        _lines(session, actor, HandOver.state == State.ASKED, HandOver.to_agency_id == actor.agency_id),
        key=lambda each: (each.row.due_on, each.row.id),
    )


def one(session: Session, actor: scope.Actor, ref: uuid.UUID) -> Asked:
    """One of them. Raises NotFound: missing, or neither given by the agency nor asked of it."""
    found = _lines(session, actor, HandOver.public_id == ref)
    if not found:
        raise NotFound("not-found")
    return found[0]


def of_person(session: Session, actor: scope.Actor, person_id: int) -> Sequence[Asked]:
    """Every time the file changed hands or was to, the latest first. One query."""
    return _lines(session, actor, HandOver.person_id == person_id)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request would be about: whose file, for which offer; `taker`: who has it or is asked already."""

    row: MatchProposal | Placement
    person: Person
    offer: Offer | None
    known: HandOver | None
    taker: str | None


def subject(session: Session, actor: scope.Actor, ref: uuid.UUID, *, placement: bool) -> Subject:
    """A hire, or a proposal, of the caseload. Raises NotFound. Five queries at most."""
    row: MatchProposal | Placement
    if placement:
        row = scope.one(session, scope.placements(actor), Placement.public_id == ref)
    else:
        row = scope.one(session, scope.proposals(actor), MatchProposal.public_id == ref)
    person = scope.one(session, scope.people(actor), Person.id == row.person_id)
    offer = session.get(Offer, row.offer_id) if row.offer_id is not None else None
    known = hand_overs.live_of(session, person.id)
    taker = session.get_one(Agency, known.to_agency_id).name if known is not None else None
    return Subject(row, person, offer, known, taker)


def _lines(
    session: Session, actor: scope.Actor, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> list[Asked]:
    giver, taker = aliased(Agency), aliased(Agency)
    asker, decider, ender = aliased(User), aliased(User), aliased(User)
    # A request made from a proposal follows it into its hire.
    placement = sa.or_(
        Placement.id == HandOver.placement_id,
        HandOver.placement_id.is_(None) & (Placement.proposal_id == HandOver.proposal_id),
    )
    rows: Any = session.execute(
        scope.hand_overs(actor)
        .where(*conditions)
        .join(Person, Person.id == HandOver.person_id)
        .outerjoin(MatchProposal, MatchProposal.id == HandOver.proposal_id)
        .outerjoin(Placement, placement)
        .outerjoin(Offer, Offer.id == sa.func.coalesce(MatchProposal.offer_id, Placement.offer_id))
        .outerjoin(
            Organisation,
            Organisation.id == sa.func.coalesce(Offer.organisation_id, Placement.organisation_id),
        )
        .join(giver, giver.id == HandOver.from_agency_id)
        .join(taker, taker.id == HandOver.to_agency_id)
        .join(asker, asker.id == HandOver.asked_by_id)
        .outerjoin(decider, decider.id == HandOver.decided_by_id)
        .outerjoin(ender, ender.id == HandOver.ended_by_id)
        .add_columns(
            Person.given_names, Person.family_name, Offer.title, Organisation.name, giver.name, taker.name,
            asker.name, decider.name, ender.name, Person.public_id, Offer.public_id, MatchProposal.public_id,
            Placement.public_id, HandOver.to_agency_id == actor.agency_id,
        )
        .order_by(HandOver.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [Asked(*row) for row in rows]
