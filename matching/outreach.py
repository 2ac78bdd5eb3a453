"""Machine (v) of workflow.md: an association or an employer is won over, step by step. One log row a step.

Who calls or writes notes an attempt, and what came of it takes the steps: `matching.outreach_attempts`. An offer that
opens and a contract that is signed take theirs by themselves: `matching.outreach_offers`. Whom a line belongs to, the
letter that notified a grant and the wish not to be written to are lines of the log beside the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import daily
from .errors import StaleVersion
from .store.accounts import User
from .store.campaign import Outreach, OutreachAttempt, OutreachEvent, OutreachOffer
from .transitions import Step, flush, refuse, step, target
from .vocabulary import OutreachPurpose, OutreachState as State, Party, Role

if TYPE_CHECKING:
    from .daily import Day

#: A promise without an offer is chased after so many days.
PROMISE_DAYS = 30
#: Tries on so many different days without reaching anybody, before « no answer » may be the last word.
TRIES = 3
#: How far ahead one may put a line off.
LATER_DAYS = 365
#: Most posts that one promise is believed for.
MOST_POSTS = 500

#: Why an organisation does not hire. The last one is noted by nobody who was reached: TRIES comes first.
NO_ANSWER = "no_answer"
REFUSALS = (
    "cost",
    "no_tutor",
    "no_work",
    "paperwork",
    "length",
    "premises",
    "has_one",
    "other",
    NO_ANSWER,
)


class OutreachAction(StrEnum):
    LIST = "list"
    ASSIGN = "assign"
    CONTACT = "contact"
    NO_ANSWER = "no_answer"
    INTEREST = "interest"
    LATER = "later"
    WAKE = "wake"
    PROMISE = "promise"
    CHASE = "chase"
    POST = "post"
    HIRED = "hired"
    LOST = "lost"
    REFUSE = "refuse"
    NOT_CONCERNED = "not_concerned"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


A, S = OutreachAction, State
ADVISOR, DELEGATE, SYSTEM = Party.ADVISOR, Party.DELEGATE, Party.SYSTEM
#: Lines that somebody still works on, before a promise.
WORKED = frozenset({S.TO_CONTACT, S.CONTACTED, S.TO_CHASE, S.INTERESTED})
#: What nobody has to do anything about.
CLOSED = frozenset({S.REFUSED, S.NOT_CONCERNED, S.WITHDRAWN})

TRANSITIONS: dict[OutreachAction, Step[State]] = {
    A.LIST: step({None}, S.LISTED, Party.IMPORTER, ADVISOR, SYSTEM),
    A.ASSIGN: step({S.LISTED}, S.TO_CONTACT, ADVISOR, DELEGATE),
    A.CONTACT: step({S.LISTED, S.TO_CONTACT, S.TO_CHASE, S.SLEEPING}, S.CONTACTED, ADVISOR, DELEGATE),
    A.NO_ANSWER: step({S.LISTED, S.TO_CONTACT, S.CONTACTED, S.TO_CHASE}, S.TO_CHASE, ADVISOR, DELEGATE),
    A.INTEREST: step({S.TO_CONTACT, S.CONTACTED, S.TO_CHASE, S.SLEEPING}, S.INTERESTED, ADVISOR, DELEGATE),
    A.LATER: step(WORKED, S.SLEEPING, ADVISOR, DELEGATE),
    A.WAKE: step({S.SLEEPING}, S.TO_CHASE, Party.CLOCK, ADVISOR, DELEGATE),
    # A promise may be made anew: more posts, another month.
    A.PROMISE: step({*WORKED, S.SLEEPING, S.PROMISED}, S.PROMISED, ADVISOR, DELEGATE),
    A.CHASE: step({S.PROMISED}, S.TO_CHASE, Party.CLOCK),
    A.POST: step(
        {S.LISTED, *WORKED, S.SLEEPING, S.PROMISED, *CLOSED}, S.POSTED, ADVISOR, Party.EMPLOYER, SYSTEM
    ),
    A.HIRED: step({S.POSTED}, S.HIRED, SYSTEM),
    A.LOST: step({S.HIRED, S.POSTED}, S.TO_CHASE, SYSTEM),
    A.REFUSE: step({S.LISTED, *WORKED, S.SLEEPING, S.PROMISED}, S.REFUSED, ADVISOR, DELEGATE),
    A.NOT_CONCERNED: step({S.LISTED, *WORKED, S.SLEEPING}, S.NOT_CONCERNED, ADVISOR, DELEGATE),
    A.WITHDRAW: step({S.PROMISED}, S.WITHDRAWN, ADVISOR, DELEGATE),
    A.REOPEN: step(CLOSED, S.TO_CONTACT, ADVISOR, DELEGATE),
}

#: What came of an attempt -> the step it takes.
RESULTS: dict[str, OutreachAction] = {
    "no_answer": A.NO_ANSWER,
    "message_left": A.NO_ANSWER,
    "talked": A.CONTACT,
    "interested": A.INTEREST,
    "later": A.LATER,
    "promised": A.PROMISE,
    "refused": A.REFUSE,
    "not_concerned": A.NOT_CONCERNED,
}
#: Nobody was reached: such tries are counted until somebody is.
UNANSWERED = ("no_answer", "message_left")
#: Somebody there was spoken with.
ANSWERED = tuple(result for result in RESULTS if result not in (*UNANSWERED, "not_concerned"))


@dataclass(frozen=True, slots=True)
class Details:
    """What a step carries: a reason of REFUSALS, words, the day to come back, posts promised and for which month."""

    reason_code: str | None = None
    note: str | None = None
    until: date | None = None
    posts: int | None = None
    month: date | None = None


def expect(row: Outreach, version: int) -> None:
    """Raises StaleVersion when the line is no longer the one that was shown."""
    if row.version != version:
        raise StaleVersion("stale-version", machine="outreach", version=row.version)


def change(
    session: Session,
    row: Outreach,
    action: OutreachAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    details: Details | None = None,
    today: date | None = None,
) -> OutreachEvent:
    """Take one step and log it. Flushes, never commits. `on`: the day it was done; `today`: the day it is noted.

    Raises IllegalTransition, NotAllowed, InvalidInput (a guard), StaleVersion; then nothing was written.
    """
    leads_to = target("outreach", TRANSITIONS, action, row.state, party)
    told = details or Details()
    _guard(session, row, action, told, party, on, today or on)
    event = write(session, row, action, leads_to, told, actor_id, party, on)
    flush(session, "outreach")
    return event


def write(
    session: Session,
    row: Outreach,
    action: OutreachAction,
    leads_to: State,
    told: Details,
    actor_id: int | None,
    party: Party,
    on: date,
) -> OutreachEvent:
    """What a step writes, once it was allowed. Neither queries nor flushes: many go out together."""
    event = log(row, str(action), leads_to, told, actor_id, party, on)
    row.state = leads_to
    row.wake_on = told.until if action is A.LATER else None
    row.refusal = told.reason_code if action in (A.REFUSE, A.WITHDRAW) else None
    if action is A.PROMISE:
        row.posts_promised, row.promised_on = told.posts, on
        row.target_month = told.month.replace(day=1) if told.month else None
    session.add(event)
    return event


def _guard(
    session: Session,
    row: Outreach,
    action: OutreachAction,
    told: Details,
    party: Party,
    on: date,
    today: date,
) -> None:
    match action:
        case A.REFUSE | A.WITHDRAW:
            if told.reason_code not in REFUSALS:
                refuse("outreach-reason-needed")
            if told.reason_code == "other" and not (told.note or "").strip():
                refuse("note-needed")
            if told.reason_code == NO_ANSWER and (made := tries(session, row.id)) < TRIES:
                refuse("outreach-tries-left", made=made, needed=TRIES)
        case A.NOT_CONCERNED:
            if not (told.note or "").strip():
                refuse("note-needed")
        case A.LATER:
            if told.until is None or not today < told.until <= today + timedelta(days=LATER_DAYS):
                refuse("bad-wake-day", days=LATER_DAYS)
        case A.PROMISE:
            if told.posts is None or not 0 < told.posts <= MOST_POSTS:
                refuse("outreach-posts-needed", most=MOST_POSTS)
            if told.month is None or told.month.replace(day=1) < on.replace(day=1):
                refuse("outreach-month-needed")
        case A.CHASE:
            first = (row.promised_on or on) + timedelta(days=PROMISE_DAYS + 1)
            if on < first:
                refuse("not-yet", day=first)
        case A.WAKE:
            if party is Party.CLOCK and row.wake_on is not None and on < row.wake_on:
                refuse("not-yet", day=row.wake_on)
        case A.POST:
            linked = sa.select(OutreachOffer.id).where(OutreachOffer.outreach_id == row.id).limit(1)
            if session.scalar(linked) is None:
                refuse("outreach-no-offer")
        case _:
            pass


def log(
    row: Outreach,
    action: str,
    leads_to: State,
    told: Details,
    actor_id: int | None,
    party: Party,
    on: date,
) -> OutreachEvent:
    """A line of the log; not added to the session."""
    return OutreachEvent(
        outreach_id=row.id,
        actor_id=actor_id,
        action=action,
        party=str(party),
        from_state=row.state,
        to_state=leads_to,
        reason_code=told.reason_code,
        reason=(told.note or "").strip()[:400] or None,
        done_on=on,
    )


def tries(session: Session, outreach_id: int) -> int:
    """On how many different days somebody tried since anybody there was last reached."""
    reached = (
        sa.select(sa.func.max(OutreachAttempt.done_on))
        .where(OutreachAttempt.outreach_id == outreach_id, OutreachAttempt.result.in_(ANSWERED))
        .scalar_subquery()
    )
    days = sa.select(sa.func.count(sa.distinct(OutreachAttempt.done_on))).where(
        OutreachAttempt.outreach_id == outreach_id,
        OutreachAttempt.result.in_(UNANSWERED),
        sa.or_(reached.is_(None), OutreachAttempt.done_on > reached),
    )
    return session.scalar(days) or 0


# --- beside the machine


def assign(
    session: Session,
    row: Outreach,
    owner: User,
    due_on: date,
    *,
    actor_id: int,
    party: Party,
    on: date,
) -> None:
    """Give a line to somebody, to be dealt with by a day; it belongs to their agency from then on. Flushes.

    Raises InvalidInput: a day that is past, or somebody who does not work on that register.
    """
    officer = owner.role is Role.OFFICER and row.purpose is OutreachPurpose.AVENIR
    if not owner.active or not (officer or owner.role is Role.ADVISOR):
        refuse("outreach-owner", name=owner.name)
    if due_on < on:
        refuse("outreach-due-past", day=due_on)
    if (row.owner_id, row.due_on) == (owner.id, due_on):
        return
    row.owner_id, row.due_on, row.agency_id = owner.id, due_on, owner.agency_id
    if row.state in TRANSITIONS[A.ASSIGN].starts:
        change(
            session, row, A.ASSIGN, actor_id=actor_id, party=party, on=on, details=Details(note=owner.name)
        )
        return
    _beside(session, row, "assign", Details(note=owner.name), actor_id, party, on)


def notify(
    session: Session,
    row: Outreach,
    sent_on: date,
    *,
    with_clause: bool,
    actor_id: int,
    party: Party,
    on: date,
) -> None:
    """The letter that notified the grant left that day, with the clause or without it (measure 11). Flushes."""
    if row.purpose is not OutreachPurpose.AVENIR:
        refuse("outreach-not-a-grant")
    if sent_on > on:
        refuse("outreach-attempt-later", day=sent_on)
    if (row.notified_on, row.with_clause) == (sent_on, with_clause):
        return
    row.notified_on, row.with_clause = sent_on, with_clause
    _beside(session, row, "notified" if with_clause else "notified_bare", Details(), actor_id, party, sent_on)


def no_mail(session: Session, row: Outreach, *, wished: bool, actor_id: int, party: Party, on: date) -> None:
    """The organisation asks not to be written to, or may be written to again: said once for all its lines. Flushes."""
    own = session.scalars(sa.select(Outreach).where(Outreach.organisation_id == row.organisation_id)).all()
    for each in own:
        if (each.no_mail_on is not None) is not wished:
            each.no_mail_on = on if wished else None
            if each is row:
                _beside(session, each, "no_mail" if wished else "mail", Details(), actor_id, party, on)
    flush(session, "outreach")


def unwritten(session: Session, organisation_ids: set[int]) -> set[int]:
    """Those of these organisations that asked not to be written to."""
    query = sa.select(Outreach.organisation_id).where(
        Outreach.organisation_id.in_(organisation_ids), Outreach.no_mail_on.is_not(None)
    )
    return set(session.scalars(query))


def _beside(
    session: Session,
    row: Outreach,
    action: str,
    told: Details,
    actor_id: int,
    party: Party,
    on: date,
) -> None:
    session.add(log(row, action, row.state, told, actor_id, party, on))
    flush(session, "outreach")


# --- the clock


def chase_promises(session: Session, day: Day) -> int:
    """A promise without an offer after thirty days is to be chased. Returns how many."""
    old = day.on - timedelta(days=PROMISE_DAYS)
    return _each(session, day, A.CHASE, Outreach.promised_on < old)


def wake(session: Session, day: Day) -> int:
    """Who asked to be called back that day is to be chased. Returns how many."""
    return _each(session, day, A.WAKE, Outreach.wake_on <= day.on)


def _each(session: Session, day: Day, action: OutreachAction, due: sa.ColumnElement[bool]) -> int:
    rows = session.scalars(
        sa.select(Outreach)
        .where(Outreach.state.in_(TRANSITIONS[action].starts), due)
        .order_by(Outreach.id)
        .with_for_update(skip_locked=True)
    ).all()
    return daily.each(
        session,
        rows,
        lambda row: change(session, row, action, actor_id=None, party=Party.CLOCK, on=day.on),
    )
