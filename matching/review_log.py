"""Decisions already taken, as a list: one's own, or those of the agency for who supervises it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .store import scope
from .store.accounts import User
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer
from .store.people import Person


def decisions(
    actor: scope.Actor,
) -> sa.Select[ReviewDecision, MatchProposal, Person, Offer, str, bool]:
    """Each decision with its proposal, person, offer, author, and whether it is the last of its proposal.

    Within the caseload; without the supervisor's permission, one's own alone.
    """
    about = aliased(MatchProposal, scope.proposals(actor).subquery())
    later = aliased(ReviewDecision)
    last = ~sa.exists().where(later.proposal_id == ReviewDecision.proposal_id, later.id > ReviewDecision.id)
    supervises = scope.SUPERVISE in actor.permissions
    whose = User.agency_id == actor.agency_id if supervises else User.id == actor.id
    return (
        sa.select(ReviewDecision, about, Person, Offer, User.name, last.label("last"))
        .join(about, about.id == ReviewDecision.proposal_id)
        .join(Person, Person.id == about.person_id)
        .join(Offer, Offer.id == about.offer_id)
        .join(User, User.id == ReviewDecision.actor_id)
        .where(whose)
    )
