"""The next step of each proposal decided on, with its deadline: whom to contact, to remind, to call, to send.

Deadlines are computed from the dates of the proposal and the delays of `silence`, never stored. Who has an address is
reminded by the clock; an advisor reminds the others, and calls once the reminders made no difference.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import contacts, reminders, silence, workdays
from .reminders import Sent
from .store import scope
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.organisations import Offer, Organisation
from .store.people import Person, full_name
from .store.placements import Placement
from .vocabulary import AT_EMPLOYER, DECIDED_PROPOSALS, OfferState, ProposalState as State

#: Working days within which the next step of a proposal is taken once the former one is.
NEXT_STEP_DAYS = 2


class Waiting(StrEnum):
    """What a proposal waits for, in the order of its life."""

    CONTACT = "contact"
    PERSON = "person"
    CALL_PERSON = "call_person"
    SEND = "send"
    EMPLOYER = "employer"
    CALL_EMPLOYER = "call_employer"
    OPEN = "open"
    WAKE = "wake"


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of one proposal.

    `by_hand`: nobody can write to whom it waits for, an advisor does otherwise; `ends_on`: the last day before the
    clock gives an answer in their place; `reminded`: the last reminder; `called_on`: the last call in vain; `lapsed`:
    the offer is no longer open.
    """

    proposal: uuid.UUID
    offer: uuid.UUID
    person: uuid.UUID
    name: str
    title: str
    organisation: str
    waiting: Waiting
    since_on: date
    due_on: date
    by_hand: bool = False
    ends_on: date | None = None
    reminded: Sent | None = None
    called_on: date | None = None
    lapsed: bool = False


def steps(session: Session, actor: scope.Actor, *, on: date) -> Sequence[Step]:
    """The next step of every proposal decided on, soonest deadline first. Five queries, whatever their number."""
    rows = _rows(session, actor)
    asked = [row[0].id for row in rows if row[0].state is State.PERSON_ASKED]
    told = [row[1] for row in rows if row[0].state in AT_EMPLOYER]
    people = reminders.last(session, reminders.PERSON, "proposal", asked)
    employers = reminders.last(session, reminders.EMPLOYER, "offer", [offer.id for offer in told])
    addresses = contacts.employer_addresses(session, told)
    found = []
    for proposal, offer, organisation, person, decided_on, release in rows:
        since, more = decided_on or proposal.proposed_on, {}
        if proposal.state is State.PERSON_ASKED:
            more = _person(proposal, person, people.get(proposal.id), on)
        elif proposal.state in AT_EMPLOYER:
            if release is not None:
                since = silence.last_news(release.released_on, release.answered_on)
            more = _employer(since, offer.id not in addresses, employers.get(offer.id), on)
        else:
            more = _own(proposal, since)
        if more["waiting"] is Waiting.WAKE and more["due_on"] > on:
            continue
        found.append(
            Step(
                proposal.public_id,
                offer.public_id,
                person.public_id,
                full_name(person),
                offer.title,
                organisation,
                since_on=since,
                lapsed=offer.state is OfferState.LAPSED,
                **more,
            )
        )
    return sorted(found, key=lambda step: (step.due_on, step.name, str(step.proposal)))


def _rows(session: Session, actor: scope.Actor) -> list[Any]:
    """(proposal, offer, name of its employer, person, day of the last decision, release) of the caseload."""
    mine = scope.proposals(actor).where(MatchProposal.state.in_(DECIDED_PROPOSALS)).subquery()
    proposal = sa.orm.aliased(MatchProposal, mine)
    decided = (
        sa.select(ReviewDecision.proposal_id, sa.func.max(ReviewDecision.decided_on).label("on"))
        .where(ReviewDecision.proposal_id.in_(sa.select(mine.c.id)))
        .group_by(ReviewDecision.proposal_id)
        .subquery()
    )
    query = (
        sa.select(proposal, Offer, Organisation.name, Person, decided.c.on, Release)
        .join(Offer, Offer.id == proposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .join(Person, Person.id == proposal.person_id)
        .outerjoin(decided, decided.c.proposal_id == proposal.id)
        .outerjoin(Release, Release.proposal_id == proposal.id)
        # A placement takes over from its proposal.
        .where(~sa.exists().where(Placement.proposal_id == proposal.id))
    )
    return list(session.execute(query))


def _person(proposal: MatchProposal, person: Person, reminded: Sent | None, on: date) -> dict[str, Any]:
    """Somebody asked: reminded by hand on the third day where nobody can write to them, called from the seventh on."""
    asked_on = proposal.asked_on or proposal.proposed_on
    called_on = proposal.called_on if proposal.called_on and proposal.called_on >= asked_on else None
    by_hand = contacts.person_address(person) is None
    call_on = silence.call_day(asked_on, silence.PERSON_REMINDERS)
    ends_on = silence.last_day_to_answer(asked_on, called_on)
    waiting, due_on = Waiting.PERSON, call_on
    if called_on is not None:
        due_on = ends_on
    elif on >= call_on:
        waiting = Waiting.CALL_PERSON
    elif by_hand:
        due_on = workdays.after(asked_on, silence.PERSON_REMINDERS[0])
    return {
        "waiting": waiting,
        "due_on": due_on,
        "by_hand": by_hand,
        "ends_on": ends_on,
        "reminded": reminded,
        "called_on": called_on,
    }


def _employer(since: date, by_hand: bool, reminded: Sent | None, on: date) -> dict[str, Any]:
    """An employer: reminded by hand on the fifth day where nobody can write to it, called from the tenth on."""
    ends_on = silence.last_day(since)
    waiting, due_on = Waiting.EMPLOYER, ends_on
    if on >= silence.call_day(since, silence.EMPLOYER_REMINDERS):
        waiting = Waiting.CALL_EMPLOYER
    elif by_hand:
        due_on = workdays.after(since, silence.EMPLOYER_REMINDERS[0])
    return {
        "waiting": waiting,
        "due_on": due_on,
        "by_hand": by_hand,
        "ends_on": ends_on,
        "reminded": reminded,
    }


def _own(proposal: MatchProposal, since: date) -> dict[str, Any]:
    """What waits for nobody but an advisor."""
    soon = workdays.after(since, NEXT_STEP_DAYS)
    match proposal.state:
        case State.APPROVED:
            return {"waiting": Waiting.CONTACT, "due_on": soon}
        case State.AGREED:
            answered_on = proposal.answered_on or since
            return {
                "waiting": Waiting.SEND,
                "due_on": workdays.after(answered_on, NEXT_STEP_DAYS),
                "ends_on": silence.last_day(answered_on),
            }
        case State.SELECTED:
            return {"waiting": Waiting.OPEN, "due_on": proposal.expected_start_on or soon}
        case _:
            return {"waiting": Waiting.WAKE, "due_on": proposal.wake_on or since}
