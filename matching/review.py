"""The examination of an offer: who is proposed for it in rank order, and all that deciding on one of them needs.

Reads only, in a number of queries that does not grow with the queue. Rights are asked of the engine on the day; the
score and its reasons are those that the proposal kept of the day it was made (security.md M3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import offer_terms, person_facts, rights
from .eligibility.contract import Contract
from .eligibility.explain import Explanation, explain
from .eligibility.missing import Questions, questions
from .eligibility.programme import Programme, ProgrammeBook
from .offer_aid import SECTORS
from .proposal_guards import REJECT_REASONS, UNDO_WITHIN
from .proposals import TRANSITIONS, ProposalAction
from .review_score import Part, lacking, score_parts
from .store import scope
from .store.accounts import User
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer, Organisation, Zone
from .store.people import Person, ResidenceSpell
from .store.upkeep import AuditEvent
from .vocabulary import LIVE_PROPOSALS, Party, ProposalState as State, ResidenceKind, Verdict

#: What an examination shows: all but what the matcher has not handed over, or has set aside itself.
SHOWN = tuple(state for state in State if state not in (State.COMPUTED, State.STALE))
#: Steps that nobody decides.
OF_THE_MATCHER = tuple(map(str, (ProposalAction.COMPUTE, ProposalAction.SHORTLIST, ProposalAction.STALE)))
#: As many decisions of one reason on an offer, and the offer itself is in question (ux.md §5).
SAME_REASON = 3
#: An advisor whose last look at an offer is no older examines it too.
PRESENT = 300
#: Reasons to set somebody aside in the order in which they are offered before anybody has used them.
REASONS = (
    "skills",
    "mobility",
    "not_the_wish",
    "already_in_a_path",
    "child_care",
    "language",
    "not_eligible",
    "data_wrong",
    "duplicate",
    "other",
)
assert set(REASONS) == REJECT_REASONS


@dataclass(frozen=True, slots=True)
class Decided:
    """The last step of a proposal, and who took it (None: the matcher, the clock, an import)."""

    decision: ReviewDecision
    by: str | None


@dataclass(frozen=True, slots=True)
class Queued:
    """A line of the queue. `quarter`: the zone of a confirmed home, else the place as declared."""

    proposal: MatchProposal
    person: Person
    rank: int
    zone: str | None
    last: Decided | None

    def waits(self, on: date) -> bool:
        """Whether it is still to be examined: never looked at, or put off to a day that has come."""
        return waits(self.proposal, on)


@dataclass(frozen=True, slots=True)
class Other:
    """Another live proposal of the same person."""

    title: str
    organisation: str
    state: State


@dataclass(frozen=True, slots=True)
class Right:
    """The right of one person to the offer's programme, now and on the day the contract would begin."""

    programme: Programme
    said: Explanation
    asked: Questions | None
    told: Mapping[str, person_facts.Dated]
    contract_day: date
    then: Verdict


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands beside one line of the queue."""

    queued: Queued
    right: Right | None
    parts: tuple[Part, ...]
    lacking_skills: tuple[str, ...]
    others: tuple[Other, ...]
    history: tuple[Decided, ...]


def waits(proposal: MatchProposal, on: date) -> bool:
    """Whether it is to be decided that day: nobody has yet, or it was put off until then."""
    return proposal.state is State.TO_REVIEW or (
        proposal.state is State.DEFERRED and proposal.wake_on is not None and proposal.wake_on <= on
    )


def offer_of(
    session: Session, actor: scope.Actor, *condition: sa.ColumnElement[bool]
) -> tuple[Offer, Organisation]:
    """An offer and its employer. Raises NotFound when it is not in the scope. Two queries."""
    offer = scope.one(session, scope.offers(actor), *condition)
    return offer, session.get_one(Organisation, offer.organisation_id)


def queue(session: Session, actor: scope.Actor, offer: Offer, *, on: date) -> list[Queued]:
    """The offer's proposals within the caseload, best first, the complement after. Three queries."""
    rows = session.execute(
        scope.proposals(actor)
        .where(MatchProposal.offer_id == offer.id, MatchProposal.state.in_(SHOWN))
        .join(Person, Person.id == MatchProposal.person_id)
        .add_columns(Person)
        .order_by(
            MatchProposal.why == "complement",
            sa.func.coalesce(MatchProposal.score, 0.0).desc(),
            MatchProposal.rank.is_(None),
            MatchProposal.rank,
            MatchProposal.id,
        )
    ).all()
    zones = _zones(session, [person.id for _, person in rows], on)
    last = last_decisions(session, [proposal.id for proposal, _ in rows])
    return [
        Queued(proposal, person, rank, zones.get(person.id), last.get(proposal.id))
        for rank, (proposal, person) in enumerate(rows, 1)
    ]


def _zones(session: Session, people: Sequence[int], on: date) -> dict[int, str]:
    """Name of the zone in which each of these people is known to live that day."""
    rows = session.execute(
        sa.select(ResidenceSpell.person_id, Zone.name)
        .join(Zone, Zone.id == ResidenceSpell.zone_id)
        .where(
            ResidenceSpell.person_id.in_(people),
            ResidenceSpell.kind == ResidenceKind.CONFIRMED,
            ResidenceSpell.start_on <= on,
            sa.or_(ResidenceSpell.end_on.is_(None), ResidenceSpell.end_on >= on),
        )
        .order_by(ResidenceSpell.start_on)
    )
    return {row.person_id: row.name for row in rows}


def last_decisions(session: Session, proposals: Sequence[int]) -> dict[int, Decided]:
    """The last step of each of these proposals since the matcher handed it over. One query."""
    newest = (
        sa.select(sa.func.max(ReviewDecision.id))
        .where(ReviewDecision.proposal_id.in_(proposals), ReviewDecision.action.not_in(OF_THE_MATCHER))
        .group_by(ReviewDecision.proposal_id)
    )
    rows = session.execute(
        sa.select(ReviewDecision, User.name)
        .outerjoin(User, User.id == ReviewDecision.actor_id)
        .where(ReviewDecision.id.in_(newest))
    )
    return {decision.proposal_id: Decided(decision, name) for decision, name in rows}


def sheet(
    session: Session,
    actor: scope.Actor,
    queued: Queued,
    offer: Offer,
    organisation: Organisation,
    book: ProgrammeBook,
    *,
    on: date,
) -> Sheet:
    """Everything about one line of the queue; about twenty queries, always the same."""
    proposal, person = queued.proposal, queued.person
    return Sheet(
        queued,
        right_to(session, person.id, offer, organisation, book, on=on),
        score_parts(session, proposal),
        lacking(offer.skills, person.skills),
        _others(session, actor, proposal),
        _history(session, actor, person.id),
    )


def right_to(
    session: Session,
    person_id: int,
    offer: Offer,
    organisation: Organisation,
    book: ProgrammeBook,
    *,
    on: date,
) -> Right | None:
    """What the offer's programme says of a person with the offer's terms; None for ordinary law."""
    day = offer_terms.contract_day(offer, on)
    name = offer_terms.programme_on(offer, book, day)
    if name is None:
        return None
    ((_, cohort),) = rights.load_cohort(session, [person_id])
    assessment = book[name].assess(cohort, terms_of(offer, organisation), on)
    said = explain(assessment, 0, on)
    then = assessment.windows.verdict_of(0, day.toordinal())
    if assessment.contract is not None:
        then = min(then, assessment.contract)
    open_on = on if said.verdict is Verdict.UNKNOWN else day if then is Verdict.UNKNOWN else None
    return Right(
        book[name],
        said,
        questions(assessment, 0, open_on) if open_on is not None else None,
        person_facts.dated(session, [person_id], on).get(person_id, {}),
        day,
        then,
    )


def terms_of(offer: Offer, organisation: Organisation) -> Contract:
    """The offer as a contract; a sector that nobody has stated stays unknown."""
    sector = SECTORS[organisation.sector] if organisation.sector is not None else None
    return Contract(None, offer.contract_kind, offer.months, offer.weekly_hours, sector)


def _others(session: Session, actor: scope.Actor, proposal: MatchProposal) -> tuple[Other, ...]:
    """The person's other live proposals, those decided first."""
    mine = (
        scope.proposals(actor)
        .where(
            MatchProposal.person_id == proposal.person_id,
            MatchProposal.id != proposal.id,
            MatchProposal.state.in_([state for state in LIVE_PROPOSALS if state is not State.COMPUTED]),
        )
        .with_only_columns(Offer.title, Organisation.name, MatchProposal.state)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .order_by(MatchProposal.state == State.TO_REVIEW, MatchProposal.id)
    )
    return tuple(Other(*row) for row in session.execute(mine))


def _history(session: Session, actor: scope.Actor, person_id: int) -> tuple[Decided, ...]:
    """What advisors did with the person's proposals, newest first."""
    mine = (
        scope.proposals(actor).where(MatchProposal.person_id == person_id).with_only_columns(MatchProposal.id)
    )
    rows = session.execute(
        sa.select(ReviewDecision, User.name)
        .join(User, User.id == ReviewDecision.actor_id)
        .where(ReviewDecision.proposal_id.in_(mine))
        .order_by(ReviewDecision.id.desc())
        .limit(20)
    )
    return tuple(Decided(*row) for row in rows)


def reasons_by_use(session: Session, actor: scope.Actor, *, on: date) -> list[str]:
    """The closed list, most used first. Decisions of the day do not count: keys must not change under one's fingers."""
    mine = scope.proposals(actor).with_only_columns(MatchProposal.id)
    used = session.execute(
        sa.select(ReviewDecision.reason_code, sa.func.count())
        .where(
            ReviewDecision.action == str(ProposalAction.REJECT),
            ReviewDecision.decided_on < on,
            ReviewDecision.proposal_id.in_(mine),
        )
        .group_by(ReviewDecision.reason_code)
    )
    counted = Counter({row[0]: row[1] for row in used})
    return sorted(REASONS, key=lambda reason: (reason == "other", -counted[reason], REASONS.index(reason)))


def repeated_reason(listed: Sequence[Queued]) -> str | None:
    """A reason for which so many were set aside that the offer should be looked at; None else."""
    counted = Counter(
        each.last.decision.reason_code
        for each in listed
        if each.proposal.state is State.REJECTED and each.last is not None and each.last.decision.reason_code
    )
    reason, times = counted.most_common(1)[0] if counted else (None, 0)
    return reason if times >= SAME_REASON else None


def present(session: Session, actor: scope.Actor, offer: Offer, *, at: datetime) -> list[str]:
    """Names of the colleagues who looked at this offer's candidates in the last minutes. One query."""
    since = datetime.fromtimestamp(at.timestamp() - PRESENT, at.tzinfo)
    return list(
        session.scalars(
            sa.select(User.name)
            .join(AuditEvent, AuditEvent.actor_id == User.id)
            .where(
                AuditEvent.subject_kind == "offer",
                AuditEvent.subject_id == str(offer.public_id),
                AuditEvent.action == "offer.examine",
                AuditEvent.at > since,
                User.id != actor.id,
                User.agency_id == actor.agency_id,
            )
            .distinct()
            .order_by(User.name)
        )
    )


def can_undo(
    proposal: MatchProposal,
    last: ReviewDecision | None,
    actor: scope.Actor,
    *,
    at: datetime,
    left: Collection[int] = (),
) -> bool:
    """Whether the guard of `undo` would let this account take its last decision back, the cap of the person aside.

    `left`: decisions that a message has told of (`outbox.have_left`).
    """
    if last is None or last.told or last.id in left:
        return False
    if proposal.state not in TRANSITIONS[ProposalAction.UNDO].starts:
        return False
    if actor.party is Party.SUPERVISOR:
        return True
    return last.actor_id == actor.id and at - last.decided_at <= UNDO_WITHIN


def next_of(listed: Sequence[Queued], after: MatchProposal | None, *, on: date) -> Queued | None:
    """Whom to look at next: the first that waits below the one just decided, else the first that waits."""
    waiting = [each for each in listed if each.waits(on)]
    rank = next((each.rank for each in listed if after is not None and each.proposal.id == after.id), 0)
    return next((each for each in waiting if each.rank > rank), waiting[0] if waiting else None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How far an examination is: still waiting, and what became of the others."""

    waiting: int
    proposed: int
    set_aside: int
    put_off: int


def tally(listed: Sequence[Queued], *, on: date) -> Tally:
    """How the decided part of a queue was decided; what somebody else closed counts for nothing."""
    decided = [each.proposal.state for each in listed if not each.waits(on)]
    aside, off = decided.count(State.REJECTED), decided.count(State.DEFERRED)
    closed = decided.count(State.CLOSED)
    return Tally(len(listed) - len(decided), len(decided) - aside - off - closed, aside, off)
