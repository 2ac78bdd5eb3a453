"""A file that changes hands: Pôle emploi finds, the mission locale or Cap emploi signs and follows (workflow.md iii).

Emplois d'avenir only. Who is asked sees what the decision needs and no more; once it accepts, the person is in its
caseload too (store/scope.py), and the agency that gave the file goes on reading it. Nothing of the history moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, outbox, workdays
from .errors import Duplicate, StaleVersion
from .offer_terms import programmes_of
from .store import scope
from .store.accounts import User
from .store.follow_up import HandOver
from .store.matches import MatchProposal
from .store.messages import OutgoingMessage
from .store.organisations import Offer
from .store.people import Agency, Person
from .store.placements import Placement
from .transitions import Step, flush, refuse, step, target
from .vocabulary import (
    OVER_PLACEMENTS,
    RELEASED_PROPOSALS,
    AgencyKind,
    HandOverState as State,
    Party,
    PlacementState,
    ProposalState,
    Role,
)

if TYPE_CHECKING:
    from .daily import Day

#: The programmes whose contracts are signed by a mission locale or a Cap emploi.
PROGRAMMES = frozenset({"emplois-avenir"})
#: Who may be asked.
PRESCRIBERS = (AgencyKind.MISSION_LOCALE, AgencyKind.CAP_EMPLOI)
#: Within which the agency that is asked answers.
ANSWER_DAYS = 5

#: From the person's yes on there is something to sign.
PROPOSALS = (ProposalState.AGREED, *RELEASED_PROPOSALS)
#: Until the contract is over there is something to follow.
PLACEMENTS = tuple(state for state in PlacementState if state not in OVER_PLACEMENTS)

REFUSE_REASONS = (
    "not_ours",
    "followed_elsewhere",
    "no_capacity",
    "right_in_doubt",
    "person_declined",
    "other",
)
END_REASONS = ("contract_over", "person_moved", "person_asked", "signed_elsewhere", "other")


class HandOverAction(StrEnum):
    ASK = "ask"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    END = "end"


A = HandOverAction
ADVISOR, LOCAL, SUPERVISOR = Party.ADVISOR, Party.MISSION_LOCALE, Party.SUPERVISOR

TRANSITIONS: dict[HandOverAction, Step[State]] = {
    A.ASK: step({None}, State.ASKED, ADVISOR),
    A.ACCEPT: step({State.ASKED}, State.ACCEPTED, LOCAL, SUPERVISOR),
    A.REFUSE: step({State.ASKED}, State.REFUSED, LOCAL, SUPERVISOR),
    A.WITHDRAW: step({State.ASKED}, State.WITHDRAWN, ADVISOR),
    A.EXPIRE: step({State.ASKED}, State.EXPIRED, Party.CLOCK),
    A.END: step({State.ACCEPTED}, State.ENDED, LOCAL, SUPERVISOR),
}
#: Steps of the agency that was asked; the others are of the agency that asked.
OF_THE_RECEIVER = frozenset({A.ACCEPT, A.REFUSE, A.END})


def may_ask(
    actor: scope.Actor, person: Person, subject: MatchProposal | Placement, offer: Offer | None
) -> bool:
    """Whether this advisor could ask for that file to be taken; what is asked already is another matter."""
    return (
        actor.party in TRANSITIONS[A.ASK].parties
        and actor.agency_kind not in PRESCRIBERS
        and person.agency_id == actor.agency_id
        and _programme(subject, offer) is not None
        and subject.state in (PLACEMENTS if isinstance(subject, Placement) else PROPOSALS)
    )


def receivers(session: Session, actor: scope.Actor) -> Sequence[Agency]:
    """Missions locales and Cap emploi where somebody would read the request, by name."""
    staffed = sa.exists().where(User.agency_id == Agency.id, User.role == Role.ADVISOR, User.active)
    return session.scalars(
        sa.select(Agency)
        .where(Agency.kind.in_(PRESCRIBERS), Agency.id != actor.agency_id, staffed)
        .order_by(Agency.name)
    ).all()


def ask(
    session: Session,
    actor: scope.Actor,
    subject: MatchProposal | Placement,
    to: Agency,
    *,
    note: str,
    on: date,
    at: datetime,
) -> HandOver:
    """Ask an agency to take the follow-up, of a proposal from the person's yes on or of a hire. Flushes.

    Raises NotAllowed, InvalidInput (a guard), Duplicate: the file is asked for or handed over already.
    """
    leads_to = target("hand_over", TRANSITIONS, A.ASK, None, actor.party)
    # The person's row is the lock: two requests at once cannot both find none.
    person = scope.one(session, scope.people(actor).with_for_update(), Person.id == subject.person_id)
    if actor.agency_id is None or person.agency_id != actor.agency_id or actor.agency_kind in PRESCRIBERS:
        refuse("hand-over-not-yours")
    offer = session.get(Offer, subject.offer_id) if subject.offer_id is not None else None
    programme = _programme(subject, offer)
    if programme is None:
        refuse("hand-over-other-programme")
    if subject.state not in (PLACEMENTS if isinstance(subject, Placement) else PROPOSALS):
        refuse("hand-over-too-early-or-late", state=str(subject.state))
    if to.id not in {each.id for each in receivers(session, actor)}:
        refuse("hand-over-nobody-there", name=to.name)
    if not note.strip():
        refuse("note-needed")
    if (known := live_of(session, person.id)) is not None:
        raise Duplicate("hand-over-exists", name=session.get_one(Agency, known.to_agency_id).name)
    made = HandOver(
        person_id=person.id,
        proposal_id=subject.proposal_id if isinstance(subject, Placement) else subject.id,
        placement_id=subject.id if isinstance(subject, Placement) else None,
        programme=programme,
        from_agency_id=actor.agency_id,
        to_agency_id=to.id,
        state=leads_to,
        asked_by_id=actor.id,
        asked_on=on,
        due_on=workdays.after(on, ANSWER_DAYS),
        note=note.strip()[:400],
    )
    session.add(made)
    session.flush()
    _trail(session, made, A.ASK, actor.id, at)
    for reader in _readers(session, to.id):
        outbox.queue(
            session,
            "hand_over_asked",
            subject=("hand_over", made.id),
            address=reader.email,
            on=on,
            at=at,
            person_id=made.person_id,
            user_id=reader.id,
            sender_id=actor.id,
        )
    return made


def change(
    session: Session,
    actor: scope.Actor,
    row: HandOver,
    action: HandOverAction,
    *,
    version: int,
    on: date,
    at: datetime,
    reason_code: str | None = None,
    note: str = "",
) -> None:
    """Accept, refuse, withdraw or give back. Flushes, never commits.

    Raises StaleVersion when the row is no longer as it was seen, NotAllowed when the step is the other agency's,
    IllegalTransition, InvalidInput; then nothing was written.
    """
    if row.version != version:
        raise StaleVersion("stale-version", machine="hand_over")
    leads_to = target("hand_over", TRANSITIONS, action, row.state, actor.party)
    if actor.agency_id != (row.to_agency_id if action in OF_THE_RECEIVER else row.from_agency_id):
        refuse("hand-over-not-yours")
    if action is A.ACCEPT and not stands(session, row):
        refuse("hand-over-pointless")
    if action in REASONS:
        _reasoned(reason_code, note, REASONS[action])
        row.reason_code, row.reason = reason_code, note.strip()[:400] or None
    row.state = leads_to
    if action is A.END:
        row.ended_on, row.ended_by_id = on, actor.id
    else:
        row.decided_on, row.decided_by_id = on, actor.id
    flush(session, "hand_over")
    _trail(session, row, action, actor.id, at)
    if action is A.WITHDRAW:  # what has not left yet does not leave any more
        outbox.cancel(
            session,
            OutgoingMessage.kind == "hand_over_asked",
            OutgoingMessage.subject_kind == "hand_over",
            OutgoingMessage.subject_id == row.id,
        )
    else:
        _answer(session, row, actor.id, on, at)


REASONS = {A.REFUSE: REFUSE_REASONS, A.END: END_REASONS}


def expire(session: Session, day: Day) -> int:
    """A request without an answer after its deadline is over, and who asked is told. Returns how many."""
    rows = session.scalars(
        sa.select(HandOver)
        .where(HandOver.state.in_(TRANSITIONS[A.EXPIRE].starts), HandOver.due_on < day.on)
        .order_by(HandOver.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.state = target("hand_over", TRANSITIONS, A.EXPIRE, row.state, Party.CLOCK)
        row.decided_on = day.on
        flush(session, "hand_over")
        _trail(session, row, A.EXPIRE, None, day.at)
        _answer(session, row, None, day.on, day.at)
    return len(rows)


def live_of(session: Session, person_id: int) -> HandOver | None:
    """The request that waits, or the hand-over that holds; a person has one at most."""
    return session.scalar(
        sa.select(HandOver).where(
            HandOver.person_id == person_id, HandOver.state.in_((State.ASKED, State.ACCEPTED))
        )
    )


def stands(session: Session, row: HandOver) -> bool:
    """Whether there is still something to sign or to follow."""
    if row.placement_id is not None:
        return session.get_one(Placement, row.placement_id).state in PLACEMENTS
    placed = session.scalar(sa.select(Placement.state).where(Placement.proposal_id == row.proposal_id))
    if placed is not None:
        return placed in PLACEMENTS
    assert row.proposal_id is not None  # a request is about a proposal or a hire
    return session.get_one(MatchProposal, row.proposal_id).state in PROPOSALS


def _programme(subject: MatchProposal | Placement, offer: Offer | None) -> str | None:
    """Under which programme the file would be handed over; None when it is none of those."""
    if isinstance(subject, Placement):
        return subject.programme if subject.programme in PROGRAMMES else None
    of_offer = programmes_of(offer) if offer is not None else ()
    return next((name for name in of_offer if name in PROGRAMMES), None)


def _reasoned(code: str | None, note: str, allowed: Sequence[str]) -> None:
    if code not in allowed:
        refuse("bad-reason", reason=code or "", allowed=", ".join(allowed))
    if code == "other" and not note.strip():
        refuse("note-needed")


def _readers(session: Session, agency_id: int) -> Sequence[User]:
    """Whom a request is written to: the supervisors of the agency, or all its advisors when it has none."""
    advisors = session.scalars(
        sa.select(User)
        .where(User.agency_id == agency_id, User.role == Role.ADVISOR, User.active)
        .order_by(User.id)
    ).all()
    return [each for each in advisors if scope.SUPERVISE in each.permissions] or advisors


def _answer(session: Session, row: HandOver, sender_id: int | None, on: date, at: datetime) -> None:
    asker = session.get_one(User, row.asked_by_id)
    outbox.queue(
        session,
        "hand_over_answered",
        subject=("hand_over", row.id),
        address=asker.email if asker.active else None,
        on=on,
        at=at,
        occasion=str(row.state),
        person_id=row.person_id,
        user_id=asker.id,
        sender_id=sender_id,
        arguments={"outcome": str(row.state)},
    )


def _trail(
    session: Session, row: HandOver, action: HandOverAction, actor_id: int | None, at: datetime
) -> None:
    person = session.get_one(Person, row.person_id)
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=f"hand_over.{action}",
        subject_kind="person",
        subject_id=str(person.public_id),
        details={"to": str(row.state), **({"reason": row.reason_code} if row.reason_code else {})},
    )
