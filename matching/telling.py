"""Who is told what of a step of a proposal (workflow.md ii): messages queued in the transaction of the step.

Nobody who was never asked is written to, nor anybody who did not agree to it. An employer hears of somebody only when
that person was released to it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import contacts, outbox
from .store.matches import MatchProposal, ReviewDecision
from .store.messages import OutgoingMessage
from .store.organisations import Offer
from .store.people import Person
from .vocabulary import RELEASED_PROPOSALS, MessageState, ProposalState as State

#: States of a person who was asked.
ASKED = (State.PERSON_ASKED, State.AGREED, *RELEASED_PROPOSALS)
#: Questions to a person: they leave with the state that they belong to.
QUESTIONS = ("ask_person", "remind_person")

#: Why a proposal ended -> what the person who was asked is told. Who is hired, or erased, needs no word of ours.
OUTCOMES = {
    "not_selected": "not_selected",
    "no_answer_employer": "no_answer_employer",
    "position_filled": "position_filled",
    "offer_withdrawn": "offer_withdrawn",
    "withdrawn_by_adviser": "withdrawn",
    "not_forwarded": "withdrawn",
    "moved_out_of_zone": "withdrawn",
    "age_limit": "withdrawn",
}
#: Why the employer that received the person is told; what it did itself, it knows.
GONE = frozenset({"placed_elsewhere", "withdrawn_by_adviser", "moved_out_of_zone", "age_limit"})


def ask(
    session: Session, proposal: MatchProposal, decision: ReviewDecision, *, on: date, at: datetime
) -> OutgoingMessage | None:
    """The question to the person whose proposal was just approved; None when they cannot be written to."""
    person = session.get_one(Person, proposal.person_id)
    return outbox.queue(
        session,
        "ask_person",
        subject=("proposal", proposal.id),
        address=contacts.person_address(person),
        on=on,
        at=at,
        occasion=str(decision.id),
        person_id=person.id,
        sender_id=decision.actor_id,
        decision_id=decision.id,
    )


def follow(
    session: Session, proposal: MatchProposal, decision: ReviewDecision, *, told: bool, on: date, at: datetime
) -> None:
    """After a step of a proposal: questions that make no sense any more are held back, who must know is told.

    `told`: the outside knows already, nothing is queued.
    """
    before, action = decision.from_state, decision.action
    if before in (State.APPROVED, State.PERSON_ASKED):
        outbox.cancel(
            session,
            OutgoingMessage.subject_kind == "proposal",
            OutgoingMessage.subject_id == proposal.id,
            OutgoingMessage.kind.in_(QUESTIONS),
        )
    if told:
        return
    if action == "send":
        _candidates(session, proposal, decision, on=on, at=at)
    elif action in ("not_selected", "no_answer_employer", "close"):
        why = decision.reason_code or "" if action == "close" else action
        if why in OUTCOMES and (before in ASKED or _being_asked(session, proposal)):
            _person(session, proposal, decision, OUTCOMES[why], on=on, at=at)
        if action == "close" and why in GONE and before in RELEASED_PROPOSALS:
            _employer(session, proposal, decision, on=on, at=at)


def _being_asked(session: Session, proposal: MatchProposal) -> bool:
    """Whether the question is with the server, or left it without the step being noted."""
    out = sa.exists().where(
        OutgoingMessage.kind == "ask_person",
        OutgoingMessage.subject_kind == "proposal",
        OutgoingMessage.subject_id == proposal.id,
        sa.or_(
            OutgoingMessage.state.in_((MessageState.SENDING, MessageState.SENT)),
            OutgoingMessage.error_code == "interrupted",
        ),
    )
    return bool(session.scalar(sa.select(out)))


def _person(
    session: Session,
    proposal: MatchProposal,
    decision: ReviewDecision,
    outcome: str,
    *,
    on: date,
    at: datetime,
) -> None:
    person = session.get_one(Person, proposal.person_id)
    if (address := contacts.person_address(person)) is None:
        return
    outbox.queue(
        session,
        "person_told",
        subject=("proposal", proposal.id),
        address=address,
        on=on,
        at=at,
        person_id=person.id,
        sender_id=_signer(session, proposal),
        decision_id=decision.id,
        arguments={"outcome": outcome},
    )


def _employer(
    session: Session, proposal: MatchProposal, decision: ReviewDecision, *, on: date, at: datetime
) -> None:
    offer = session.get_one(Offer, proposal.offer_id)
    if (address := contacts.employer_address(session, offer)) is None:
        return
    outbox.queue(
        session,
        "candidate_gone",
        subject=("proposal", proposal.id),
        address=address,
        on=on,
        at=at,
        person_id=proposal.person_id,
        organisation_id=offer.organisation_id,
        sender_id=_signer(session, proposal),
        decision_id=decision.id,
    )


def _candidates(
    session: Session, proposal: MatchProposal, decision: ReviewDecision, *, on: date, at: datetime
) -> None:
    """One message an offer and a day, whoever else is sent before it leaves; who comes after it, the next morning."""
    offer = session.get_one(Offer, proposal.offer_id)
    if (address := contacts.employer_address(session, offer)) is None:
        return
    taken = {
        row.occasion: row.state
        for row in session.execute(
            sa.select(OutgoingMessage.occasion, OutgoingMessage.state).where(
                OutgoingMessage.kind == "candidates",
                OutgoingMessage.subject_kind == "offer",
                OutgoingMessage.subject_id == offer.id,
                OutgoingMessage.address == address,
            )
        )
    }
    day, hold = on, outbox.HOLD
    while taken.get(day.isoformat(), MessageState.WAITING) is not MessageState.WAITING:
        day += timedelta(days=1)
        morning = datetime.combine(
            at.astimezone(outbox.PARIS).date() + timedelta(days=1), time.min, outbox.PARIS
        )
        hold = morning - at
    outbox.queue(
        session,
        "candidates",
        subject=("offer", offer.id),
        address=address,
        on=on,
        at=at,
        occasion=day.isoformat(),
        organisation_id=offer.organisation_id,
        sender_id=decision.actor_id,
        hold=hold,
    )


def _signer(session: Session, proposal: MatchProposal) -> int | None:
    return contacts.signers_of_proposals(session, [proposal.id]).get(proposal.id)
