"""Attempts at an organisation: one form, one act. What came of a try takes the steps of its line at the same time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from .errors import IllegalTransition
from .outreach import RESULTS, TRANSITIONS, UNANSWERED, Details, OutreachAction as A, change
from .store.campaign import Outreach, OutreachAttempt
from .transitions import refuse
from .vocabulary import OutreachState as State, Party

CHANNELS = ("phone", "visit", "meeting", "email", "letter")
#: Results that may leave a line where it is.
QUIET = frozenset({*UNANSWERED, "talked"})


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt as it is noted; `details` are those of the step that its result takes."""

    done_on: date
    channel: str
    result: str
    reached: str | None = None
    note: str | None = None
    details: Details = field(default_factory=Details)


def way(state: State, result: str) -> tuple[A, ...]:
    """The steps that this result takes from that state; none where a line is all there is to write.

    Raises IllegalTransition where the result makes no sense (an offer is posted: interest is no news).
    """
    last = A.WITHDRAW if result == "refused" and state is State.PROMISED else RESULTS[result]
    if state in TRANSITIONS[last].starts:
        return (last,)
    if result in QUIET or (last is A.INTEREST and state is State.INTERESTED):
        return ()
    for first in (A.CONTACT, A.REOPEN):
        if state in TRANSITIONS[first].starts and TRANSITIONS[first].leads_to in TRANSITIONS[last].starts:
            return (first, last)
    raise IllegalTransition("illegal-step", machine="outreach", state=str(state), action=str(last))


def results(state: State) -> tuple[str, ...]:
    """What an attempt may come to from that state, for the form."""
    found = []
    for result in RESULTS:
        try:
            way(state, result)
        except IllegalTransition:
            continue
        found.append(result)
    return tuple(found)


def note(
    session: Session,
    row: Outreach,
    made: Try,
    *,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
) -> OutreachAttempt:
    """Write an attempt down and take the steps that its result means: one form, one act. Flushes, never commits.

    Raises as `change`, and InvalidInput for a day to come or a channel or result that is in no list.
    """
    if made.channel not in CHANNELS or made.result not in RESULTS:
        refuse("bad-choice")
    if made.done_on > on:
        refuse("outreach-attempt-later", day=made.done_on)
    steps = way(row.state, made.result)
    for number, action in enumerate(steps, 1):
        told = made.details if number == len(steps) else Details()
        change(
            session,
            row,
            action,
            actor_id=actor_id,
            party=party,
            on=made.done_on,
            details=told,
            today=on,
        )
    attempt = OutreachAttempt(
        outreach_id=row.id,
        done_on=made.done_on,
        channel=made.channel,
        reached=(made.reached or "").strip()[:160] or None,
        result=made.result,
        note=(made.note or made.details.note or "").strip()[:400] or None,
        noted_by_id=actor_id,
        noted_at=at,
    )
    session.add(attempt)
    session.flush()
    return attempt
