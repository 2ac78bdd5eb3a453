"""The machine of the club (workflow.md iv): a young person's way in, through thirteen weeks, out. One event a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import club_follow_up, club_guards as guards, club_weeks
from .errors import Duplicate, StaleVersion
from .store.club import Club, ClubMembership, MembershipEvent
from .store.people import Person
from .transitions import Step, flush, step, target
from .vocabulary import MembershipState as State, Party


class MembershipAction(StrEnum):
    INVITE = "invite"
    WAIT = "wait"
    REGISTER = "register"
    DECLINE = "decline"
    NO_ANSWER = "no_answer"
    START = "start"
    RISK = "risk"
    CONTACT = "contact"
    DROP_OUT = "drop_out"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    REOPEN = "reopen"


A = MembershipAction
ANIMATOR, CLOCK, SYSTEM = Party.ANIMATOR, Party.CLOCK, Party.SYSTEM

TRANSITIONS: dict[MembershipAction, Step[State]] = {
    A.INVITE: step({None}, State.INVITED, ANIMATOR),
    A.WAIT: step({None, State.INVITED, State.REGISTERED}, State.WAITING_LIST, ANIMATOR),
    A.REGISTER: step({None, State.INVITED, State.WAITING_LIST}, State.REGISTERED, ANIMATOR),
    A.DECLINE: step(
        {State.INVITED, State.WAITING_LIST, State.REGISTERED}, State.DECLINED, Party.YOUNG_PERSON, ANIMATOR
    ),
    A.NO_ANSWER: step({State.INVITED}, State.NO_ANSWER, CLOCK, ANIMATOR),
    A.START: step({State.REGISTERED}, State.ACTIVE, ANIMATOR, CLOCK),
    A.RISK: step({State.ACTIVE}, State.AT_RISK, CLOCK),
    A.CONTACT: step({State.AT_RISK, State.DROPPED_OUT}, State.ACTIVE, SYSTEM),
    A.DROP_OUT: step({State.ACTIVE, State.AT_RISK}, State.DROPPED_OUT, CLOCK, ANIMATOR),
    # By the clock: a pause that was noted ahead begins.
    A.PAUSE: step({State.ACTIVE, State.AT_RISK}, State.PAUSED, ANIMATOR, CLOCK),
    A.RESUME: step({State.PAUSED}, State.ACTIVE, ANIMATOR, CLOCK),
    A.END: step({State.ACTIVE, State.AT_RISK, State.PAUSED, State.DROPPED_OUT}, State.ENDED, ANIMATOR),
    A.REOPEN: step({State.ENDED}, State.ACTIVE, ANIMATOR, Party.SUPERVISOR),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What a step carries; each reads its own, see `club_guards`."""

    #: Why: a refusal, a drop-out, a reopening, a pause (a code of club_weeks.PAUSE_REASONS).
    reason: str | None = None
    note: str | None = None
    cohort_id: int | None = None
    animator_id: int | None = None
    #: The terms of entry as they were judged; None: `club_terms` is asked.
    entry: Mapping[str, Any] | None = None
    #: The person agreed to be followed by the club.
    consent: bool = False
    project: str | None = None
    project_rome: str | None = None
    #: Days of a pause, both included.
    starts_on: date | None = None
    until: date | None = None
    outcome: str | None = None
    satisfaction: int | None = None


NOTHING = Details()


def allowed(state: State | None, party: Party) -> tuple[MembershipAction, ...]:
    """Actions that this party may take from there, in the order of the table."""
    return tuple(
        action for action, line in TRANSITIONS.items() if state in line.starts and party in line.parties
    )


def enter(
    session: Session,
    club: Club,
    person: Person,
    action: MembershipAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    details: Details = NOTHING,
) -> ClubMembership:
    """Invite, put on the waiting list or register somebody who is not in the club. Flushes, never commits.

    Raises IllegalTransition, NotAllowed, InvalidInput (a guard), Duplicate("membership-exists"): a person has one live
    membership; then nothing was written.
    """
    action = A(action)
    leads_to = target("membership", TRANSITIONS, action, None, party)
    made = ClubMembership(
        club_id=club.id, person_id=person.id, state=leads_to, entry={}, extended_days=0, animator_id=None
    )
    act = guards.Act(session, made, club, actor_id, party, on, at, details)
    guards.check(act, str(action))
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as clash:
        raise Duplicate("membership-exists") from clash
    _log(act, str(action), None, _words(details))
    session.flush()
    return made


def change(
    session: Session,
    membership: ClubMembership,
    action: MembershipAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    details: Details = NOTHING,
    version: int | None = None,
) -> MembershipEvent:
    """Take one step and log it, with what it brings: weeks, pauses, the planned follow-up. Flushes, never commits.

    Raises StaleVersion when the row is no longer as it was seen, IllegalTransition, NotAllowed, InvalidInput (a guard),
    Duplicate("membership-exists"); then nothing was written, or the caller's transaction is to be given up.
    """
    if version is not None and membership.version != version:
        raise StaleVersion("stale-version", machine="membership")
    action, before = A(action), membership.state
    leads_to = target("membership", TRANSITIONS, action, before, party)
    club = session.get_one(Club, membership.club_id)
    act = guards.Act(session, membership, club, actor_id, party, on, at, details)
    with session.no_autoflush:
        guards.check(act, str(action))
        membership.state = leads_to
    try:
        flush(session, "membership")
    except IntegrityError as clash:  # a reopened one beside a new one; the same first day twice
        raise Duplicate("membership-exists") from clash
    _follow(act, action)
    event = _log(act, str(action), before, _words(details))
    flush(session, "membership")
    return event


def _follow(act: guards.Act, action: MembershipAction) -> None:
    session, membership, details = act.session, act.membership, act.details
    if action is A.START:
        club_weeks.lay_out(session, membership, act.club)
    elif action is A.PAUSE and details.starts_on is not None and details.until is not None:
        club_weeks.add_pause(
            session,
            membership,
            act.club,
            club_weeks.Span(details.starts_on, details.until),
            reason=details.reason,
            note=details.note,
            actor_id=act.actor_id,
        )
    elif action is A.RESUME:
        club_weeks.end_pause(session, membership, act.on)
    elif action is A.END:
        club_weeks.drop_pauses(session, membership, act.on)
        club_follow_up.plan(session, membership)
    elif action is A.REOPEN:
        club_follow_up.cancel(session, membership)


def beside(
    session: Session,
    membership: ClubMembership,
    action: str,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    reason: str | None = None,
) -> MembershipEvent:
    """A line beside the machine: a pause noted ahead, an extension. The state stays. Added, not flushed."""
    club = session.get_one(Club, membership.club_id)
    act = guards.Act(session, membership, club, actor_id, party, on, at, NOTHING)
    return _log(act, action, membership.state, reason)


def _log(act: guards.Act, action: str, before: State | None, reason: str | None) -> MembershipEvent:
    event = MembershipEvent(
        membership_id=act.membership.id,
        actor_id=act.actor_id,
        action=action,
        party=str(act.party),
        from_state=before,
        to_state=act.membership.state,
        reason=(reason or "").strip()[:400] or None,
        done_on=act.on,
        done_at=act.at,
    )
    act.session.add(event)
    return event


def _words(details: Details) -> str | None:
    parts = (details.outcome, details.reason, (details.note or "").strip())
    return " · ".join(part for part in parts if part) or None
