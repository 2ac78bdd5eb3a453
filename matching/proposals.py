"""Machine (ii) of workflow.md: a proposal and what becomes of it. One row of `review_decision` a step.

Nothing reaches an employer but by `send`, which writes the release beside the decision of a named advisor (M1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import proposal_guards as guards, telling, workdays
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.people import Person
from .transitions import Step, flush, step, target
from .vocabulary import LIVE_PROPOSALS, Party, ProposalState as State

#: Days within which a proposal waits to be looked at.
REVIEW_WORKING_DAYS = 5


class ProposalAction(StrEnum):
    COMPUTE = "compute"
    STALE = "stale"
    SHORTLIST = "shortlist"
    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"
    WAKE = "wake"
    CONTACT = "contact"
    CALLED = "called"
    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"
    SEND = "send"
    INTERVIEW = "interview"
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"
    NO_ANSWER_EMPLOYER = "no_answer_employer"
    CLOSE = "close"
    UNDO = "undo"


A = ProposalAction
ADVISOR, LOCAL, CLOCK, SYSTEM = Party.ADVISOR, Party.MISSION_LOCALE, Party.CLOCK, Party.SYSTEM
EMPLOYER, YOUNG = Party.EMPLOYER, Party.YOUNG_PERSON

TRANSITIONS: dict[ProposalAction, Step[State]] = {
    A.COMPUTE: step({None}, State.COMPUTED, SYSTEM, CLOCK, ADVISOR),
    A.STALE: step({State.COMPUTED, State.TO_REVIEW}, State.STALE, SYSTEM, CLOCK),
    A.SHORTLIST: step({State.COMPUTED}, State.TO_REVIEW, SYSTEM, CLOCK, ADVISOR),
    A.APPROVE: step({State.TO_REVIEW, State.DEFERRED}, State.APPROVED, ADVISOR, LOCAL),
    A.REJECT: step({State.TO_REVIEW, State.DEFERRED}, State.REJECTED, ADVISOR, LOCAL),
    A.DEFER: step({State.TO_REVIEW}, State.DEFERRED, ADVISOR),
    A.WAKE: step({State.DEFERRED}, State.TO_REVIEW, ADVISOR, CLOCK),
    A.CONTACT: step({State.APPROVED}, State.PERSON_ASKED, ADVISOR, SYSTEM),
    # A call in vain: noted, nothing moves.
    A.CALLED: step({State.PERSON_ASKED}, State.PERSON_ASKED, ADVISOR),
    A.YES: step({State.PERSON_ASKED}, State.AGREED, YOUNG, ADVISOR),
    A.NO: step({State.PERSON_ASKED}, State.DECLINED, YOUNG, ADVISOR),
    A.NO_ANSWER: step({State.PERSON_ASKED}, State.DECLINED, CLOCK),
    A.SEND: step({State.AGREED}, State.SENT, ADVISOR),
    A.INTERVIEW: step({State.SENT}, State.INTERVIEW, EMPLOYER, ADVISOR),
    A.SELECTED: step({State.SENT, State.INTERVIEW}, State.SELECTED, EMPLOYER, ADVISOR),
    A.NOT_SELECTED: step({State.SENT, State.INTERVIEW}, State.NOT_SELECTED, EMPLOYER, ADVISOR),
    A.NO_ANSWER_EMPLOYER: step({State.SENT, State.INTERVIEW}, State.NOT_SELECTED, CLOCK),
    A.CLOSE: step(LIVE_PROPOSALS, State.CLOSED, SYSTEM, ADVISOR),
    A.UNDO: step({State.APPROVED, State.REJECTED, State.DEFERRED}, State.TO_REVIEW, ADVISOR, LOCAL),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What a step carries beside its reason; each step reads its own, see `proposal_guards`."""

    reason_code: str | None = None
    note: str | None = None
    wake_on: date | None = None
    channel: str | None = None
    starts_on: date | None = None
    fields: tuple[str, ...] = guards.LIMITED_FIELDS
    contact_disclosed: bool = False
    #: What the person brings to prove a right that is not known yet.
    proofs: tuple[str, ...] = field(default=())


NOTHING = Details()


def review(
    session: Session,
    proposal: MatchProposal,
    action: ProposalAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    details: Details = NOTHING,
    told: bool = False,
) -> ReviewDecision:
    """Take one step of a stored proposal and log it. `on` is the business day, `at` the instant it is recorded.

    `told`: the outside knows already, so the step cannot be undone. Flushes, never commits. Raises
    IllegalTransition, NotAllowed, InvalidInput (a guard), StaleVersion; then nothing was written.
    """
    before = proposal.state
    leads_to = target("proposal", TRANSITIONS, action, before, party)
    guards.check(session, proposal, str(action), details, actor_id=actor_id, party=party, on=on, at=at)
    decision = ReviewDecision(
        proposal_id=proposal.id,
        actor_id=actor_id,
        action=str(action),
        from_state=before,
        to_state=leads_to,
        reason_code=details.reason_code or guards.IMPLIED_REASONS.get(str(action)),
        note=_note(details),
        channel=details.channel,
        party=str(party),
        told=told or action in TOLD,
        decided_on=on,
        decided_at=at,
    )
    proposal.state = leads_to
    session.add(decision)
    _date(proposal, action, details, on)
    flush(session, "proposal")
    if action is A.SEND:
        session.add(_release(proposal, decision, details, on))
    elif action in ANSWERS:
        _answer(session, proposal, str(action), on)
    if action in SPOKEN and actor_id is not None:
        _spoken(session, proposal.person_id, on)
    session.flush()
    telling.follow(session, proposal, decision, told=told, on=on, at=at)
    return decision


#: By their nature these tell the outside.
TOLD = {A.CONTACT, A.SEND, A.INTERVIEW, A.SELECTED, A.NOT_SELECTED, A.YES, A.NO}
#: Steps at which an advisor and the person spoke.
SPOKEN = {A.CONTACT, A.YES, A.NO}
#: What an employer answers to a release.
ANSWERS = {A.INTERVIEW, A.SELECTED, A.NOT_SELECTED, A.NO_ANSWER_EMPLOYER}


def close_all(
    session: Session,
    proposals: Sequence[MatchProposal],
    reason: str,
    *,
    actor_id: int | None,
    on: date,
    at: datetime,
    told: bool = False,
) -> int:
    """Close the live ones among `proposals` for one reason of `proposal_guards.CLOSE_REASONS`. Returns how many."""
    live = [proposal for proposal in proposals if proposal.state in LIVE_PROPOSALS]
    for proposal in live:
        review(
            session,
            proposal,
            A.CLOSE,
            actor_id=actor_id,
            party=SYSTEM,
            on=on,
            at=at,
            details=Details(reason_code=reason),
            told=told,
        )
    return len(live)


def live_of(
    session: Session, *, person_id: int | None = None, offer_id: int | None = None
) -> Sequence[MatchProposal]:
    """Live proposals of a person, of an offer, or of both, oldest first."""
    query = sa.select(MatchProposal).where(MatchProposal.state.in_(LIVE_PROPOSALS))
    if person_id is not None:
        query = query.where(MatchProposal.person_id == person_id)
    if offer_id is not None:
        query = query.where(MatchProposal.offer_id == offer_id)
    return session.scalars(query.order_by(MatchProposal.id)).all()


def review_due(on: date) -> date:
    """The day by which an advisor should have looked at a proposal queued on `on`."""
    return workdays.after(on, REVIEW_WORKING_DAYS)


def _note(details: Details) -> str | None:
    words = [details.note.strip()] if details.note and details.note.strip() else []
    if details.proofs:
        words.append("À apporter : " + ", ".join(details.proofs))
    return " · ".join(words)[:400] or None


def _date(proposal: MatchProposal, action: ProposalAction, details: Details, on: date) -> None:
    match action:
        case A.SHORTLIST | A.WAKE | A.UNDO:
            proposal.due_on, proposal.wake_on = review_due(on), None
        case A.DEFER:
            proposal.wake_on = details.wake_on
        case A.CONTACT:
            proposal.asked_on = on
        case A.CALLED:
            proposal.called_on = on
        case A.YES | A.NO | A.NO_ANSWER:
            proposal.answered_on = on
        case A.SELECTED:
            proposal.expected_start_on = details.starts_on
        case A.CLOSE | A.STALE:
            proposal.closed_on = on
        case _:
            pass


def _release(proposal: MatchProposal, decision: ReviewDecision, details: Details, on: date) -> Release:
    assert decision.actor_id is not None  # the guard of `send` refused otherwise
    return Release(
        proposal_id=proposal.id,
        decision_id=decision.id,
        decided_by_id=decision.actor_id,
        fields=list(details.fields),
        contact_disclosed_on=on if details.contact_disclosed else None,
        released_on=on,
    )


def _spoken(session: Session, person_id: int, on: date) -> None:
    """The last contact is that day, unless a later one is known. Not an edit of the dossier: its version stays."""
    earlier = sa.or_(Person.last_contact_on.is_(None), Person.last_contact_on < on)
    session.execute(
        sa.update(Person)
        .where(Person.id == person_id, earlier)
        .values(last_contact_on=on)
        .execution_options(synchronize_session="fetch")
    )


def _answer(session: Session, proposal: MatchProposal, answer: str, on: date) -> None:
    session.execute(
        sa.update(Release)
        .where(Release.proposal_id == proposal.id)
        .values(answer=answer, answered_on=on)
        .execution_options(synchronize_session="fetch")
    )
