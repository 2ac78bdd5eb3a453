"""Decisions of an examination, one or many: compared with what was on the screen, proved, logged, put on the trail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from . import audit, proposals, review, telling
from .eligibility.programme import ProgrammeBook
from .errors import PasserelleError, StaleVersion
from .proposals import Details, ProposalAction as Action
from .store import scope
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer, Organisation
from .store.people import Person, full_name
from .transitions import refuse
from .vocabulary import Verdict

#: What an advisor notes on the way from an examination to an employer's answer.
NOTED = (
    Action.APPROVE,
    Action.REJECT,
    Action.DEFER,
    Action.CONTACT,
    Action.CALLED,
    Action.YES,
    Action.NO,
    Action.SEND,
    Action.INTERVIEW,
    Action.SELECTED,
    Action.NOT_SELECTED,
    Action.CLOSE,
    Action.UNDO,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the screen showed when the decision was made."""

    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line of a bulk decision; `fault` None: done."""

    name: str
    ref: uuid.UUID
    fault: PasserelleError | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """The step that came first: plain values, for the transaction that read them is undone."""

    given_names: str
    family_name: str
    civility: str | None
    action: str | None
    by: str | None
    actor_id: int | None
    at: datetime | None


class Overtaken(StaleVersion):
    """Somebody decided first: `before` says who, what and when."""

    def __init__(self, person: Person, last: review.Decided | None) -> None:
        super().__init__("stale-version", machine="proposal")
        step = last.decision if last else None
        self.before = Before(
            person.given_names,
            person.family_name,
            person.civility,
            step.action if step else None,
            last.by if last else None,
            step.actor_id if step else None,
            step.decided_at if step else None,
        )


def locked(session: Session, actor: scope.Actor, ref: uuid.UUID) -> MatchProposal:
    """A proposal of the caseload, its row held until the end of the transaction. Raises NotFound."""
    return scope.one(session, scope.proposals(actor).with_for_update(), MatchProposal.public_id == ref)


def decide(
    session: Session,
    actor: scope.Actor,
    proposal: MatchProposal,
    action: Action,
    *,
    seen: Seen,
    details: Details,
    book: ProgrammeBook,
    on: date,
    at: datetime,
) -> ReviewDecision:
    """Take one step as this advisor and put it on the trail. Flushes, never commits.

    `contact` of a proposal that nobody approved yet approves it first; an approval alone asks the person by e-mail,
    after the ten minutes in which it can be taken back. Raises Overtaken when the row is no longer as
    it was seen, else what `proposals.review` raises; then nothing was written.
    """
    if (proposal.version, str(proposal.state)) != (seen.version, seen.state):
        person = session.get_one(Person, proposal.person_id)
        raise Overtaken(person, review.last_decisions(session, [proposal.id]).get(proposal.id))
    if action is Action.CONTACT and proposal.state in proposals.TRANSITIONS[Action.APPROVE].starts:
        _step(
            session,
            actor,
            proposal,
            Action.APPROVE,
            replace(details, note=None, channel=None),
            book,
            on=on,
            at=at,
        )
        details = replace(details, proofs=())
    decision = _step(session, actor, proposal, action, details, book, on=on, at=at)
    if action is Action.APPROVE:
        telling.ask(session, proposal, decision, on=on, at=at)
    return decision


def _step(
    session: Session,
    actor: scope.Actor,
    proposal: MatchProposal,
    action: Action,
    details: Details,
    book: ProgrammeBook,
    *,
    on: date,
    at: datetime,
) -> ReviewDecision:
    if action is Action.APPROVE and not details.proofs:
        _proved(session, proposal, book, on)
    decision = proposals.review(
        session, proposal, action, actor_id=actor.id, party=actor.party, on=on, at=at, details=details
    )
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action=f"proposal.{action}",
        subject_kind="proposal",
        subject_id=str(proposal.public_id),
        details={"from": str(decision.from_state), "to": str(decision.to_state)},
    )
    return decision


def _proved(session: Session, proposal: MatchProposal, book: ProgrammeBook, on: date) -> None:
    """Refuse when the right, asked of the engine today, is open to doubt or over on the day the contract begins.

    The guard of `approve` reads what the proposal kept of its own day; facts may have come since.
    """
    offer = session.get_one(Offer, proposal.offer_id)
    organisation = session.get_one(Organisation, offer.organisation_id)
    right = review.right_to(session, proposal.person_id, offer, organisation, book, on=on)
    if right is None or right.then is Verdict.YES:
        return
    until = right.said.eligible_until
    if right.then is Verdict.UNKNOWN:
        refuse("proofs-needed")
    if until is not None:
        refuse("right-lapsed", until=until, day=right.contract_day)
    refuse("no-right-then", programme=right.programme.file.label, day=right.contract_day)


def decide_many(
    session: Session,
    actor: scope.Actor,
    offer: Offer,
    chosen: Mapping[uuid.UUID, Seen],
    action: Action,
    *,
    details: Details,
    book: ProgrammeBook,
    on: date,
    at: datetime,
) -> list[Outcome]:
    """The same decision on several proposals of one offer; what cannot be done leaves the others alone.

    Rows are locked in one order (no two advisors wait for each other); what is missing or out of scope has no line.
    """
    rows: Sequence[tuple[MatchProposal, Person]] = session.execute(
        scope.proposals(actor)
        .where(MatchProposal.offer_id == offer.id, MatchProposal.public_id.in_(chosen))
        .join(Person, Person.id == MatchProposal.person_id)
        .add_columns(Person)
        .order_by(MatchProposal.id)
        .with_for_update(of=MatchProposal)
    ).all()
    outcomes = []
    for proposal, person in rows:
        ref, name = proposal.public_id, full_name(person)
        fault: PasserelleError | None = None
        try:
            with session.begin_nested():
                decide(
                    session,
                    actor,
                    proposal,
                    action,
                    seen=chosen[ref],
                    details=details,
                    book=book,
                    on=on,
                    at=at,
                )
        except PasserelleError as refusal:
            fault = refusal
            session.refresh(proposal)
        outcomes.append(Outcome(name, ref, fault))
    return outcomes


def note_sheet_read(
    session: Session, actor: scope.Actor, offer: Offer, person: Person | None, *, at: datetime
) -> None:
    """Put on the trail that this advisor examines the offer, and whose sheet was shown."""
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action="offer.examine",
        subject_kind="offer",
        subject_id=str(offer.public_id),
    )
    if person is not None:
        audit.append(
            session,
            at=at,
            actor_id=actor.id,
            action="person.read",
            subject_kind="person",
            subject_id=str(person.public_id),
            details={"page": "examination"},
        )
