"""Messages to send: written in the transaction of their cause, given to a server later (reliability.md K3).

A message is given to the server at most once without a person's word: one whose outcome nobody knows is failed, visible
and sent again by hand. Instants (`at`) are arguments, and real (interfaces.md); `on` is the business day of the cause.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .errors import IllegalTransition
from .store.messages import OutgoingMessage
from .vocabulary import MessageState as State

#: So long a message waits: its author may take the decision back meanwhile.
HOLD = timedelta(minutes=10)
#: Messages leave between these hours of the day in France, never at night.
OPENS, CLOSES = time(7, 30), time(20, 0)
PARIS = ZoneInfo("Europe/Paris")
#: So many tries, further and further apart, then a person is told.
ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
#: Given to the server for so long without an answer noted: the worker is gone, and nobody knows.
LEASE = timedelta(minutes=5)

#: A server that is away is asked so often at least; a message is given up after so long: it is no fault of its own.
OUTAGE_PAUSE, OUTAGE = timedelta(minutes=30), timedelta(days=3)
AWAY = "server-down"

#: Failures that another try will not mend by itself: a person looks first. `interrupted`: nobody knows whether it left.
REFUSED_FOR_GOOD = frozenset(
    {"mailbox-refused", "address-invalid", "message-refused", "not-composed", "interrupted"}
)


class About(TypedDict, total=False):
    """Whom a message is for, who signs it, which decision it tells of; `occasion` tells two of the same kind apart."""

    occasion: str
    person_id: int | None
    organisation_id: int | None
    user_id: int | None
    sender_id: int | None
    decision_id: int | None
    arguments: Mapping[str, Any] | None


def waiting(
    kind: str,
    *,
    subject: tuple[str, int],
    address: str,
    on: date,
    at: datetime,
    hold: timedelta = HOLD,
    **about: Unpack[About],
) -> dict[str, Any]:
    """The values of a message that waits, not written yet."""
    due = in_hours(at + hold)
    return {
        "occasion": "",
        **about,
        "kind": kind,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "address": address,
        "arguments": dict(about.get("arguments") or {}),
        "state": State.WAITING,
        "caused_on": on,
        "queued_at": at,
        "due_at": due,
        "try_at": due,
    }


def queue(
    session: Session,
    kind: str,
    *,
    subject: tuple[str, int],
    address: str | None,
    on: date,
    at: datetime,
    hold: timedelta = HOLD,
    **about: Unpack[About],
) -> OutgoingMessage | None:
    """A message that waits; None without an address. The same (kind, subject, address, occasion) is written once.

    Flushes, never commits.
    """
    if not address:
        return None
    made = OutgoingMessage(
        **waiting(kind, subject=subject, address=address, on=on, at=at, hold=hold, **about)
    )
    same = sa.select(OutgoingMessage).where(
        OutgoingMessage.kind == kind,
        OutgoingMessage.subject_kind == made.subject_kind,
        OutgoingMessage.subject_id == made.subject_id,
        OutgoingMessage.address == address,
        OutgoingMessage.occasion == made.occasion,
    )
    known = session.scalar(same)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # another process was faster
        return session.scalars(same).one()
    return made


def queue_all(session: Session, messages: Sequence[Mapping[str, Any]]) -> int:
    """Write many of `waiting` in one statement, for who made sure that none is there; how many. Never commits.

    All of them say the same things of whom they are for.
    """
    if messages:
        session.execute(sa.insert(OutgoingMessage), messages)
    return len(messages)


def in_hours(at: datetime) -> datetime:
    """That instant, or the next morning's opening when it falls at night."""
    local = at.astimezone(PARIS)
    if local.time() < OPENS:
        local = datetime.combine(local.date(), OPENS, PARIS)
    elif local.time() >= CLOSES:
        local = datetime.combine(local.date() + timedelta(days=1), OPENS, PARIS)
    return local.astimezone(at.tzinfo)


def has_left(session: Session, decision_id: int) -> bool:
    """Whether a message that tells of this decision was given to a server, or may have been."""
    return bool(have_left(session, [decision_id]))


def have_left(session: Session, decision_ids: Iterable[int]) -> set[int]:
    """Those of these decisions that a message told of, or may have. One query."""
    ids = list(decision_ids)
    if not ids:
        return set()
    gone = sa.select(OutgoingMessage.decision_id).where(
        OutgoingMessage.decision_id.in_(ids),
        sa.or_(
            OutgoingMessage.state.in_((State.SENDING, State.SENT)),
            OutgoingMessage.error_code == "interrupted",
        ),
    )
    return {key for key in session.scalars(gone) if key is not None}


def cancel(session: Session, *conditions: Any) -> int:
    """Messages that meet the conditions and still wait will not leave. Returns how many."""
    stopped = session.execute(
        sa.update(OutgoingMessage)
        .where(OutgoingMessage.state == State.WAITING, *conditions)
        .values(state=State.CANCELLED)
        .execution_options(synchronize_session="fetch")
    )
    return int(stopped.rowcount)  # type: ignore[attr-defined]


def claim(session: Session, *, at: datetime, limit: int = 50) -> Sequence[OutgoingMessage]:
    """Messages to give to the server now, theirs alone who asked; those of a lost worker are failed instead.

    None at night: what was due in the evening and could not leave waits for the morning.
    """
    abandon(session, at=at)
    if in_hours(at) != at:
        return []
    ready = (
        sa.select(OutgoingMessage.id)
        .where(OutgoingMessage.state == State.WAITING, OutgoingMessage.try_at <= at)
        .order_by(OutgoingMessage.try_at, OutgoingMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    mine = list(session.scalars(ready))
    if not mine:
        return []
    session.execute(
        sa.update(OutgoingMessage)
        .where(OutgoingMessage.id.in_(mine), OutgoingMessage.state == State.WAITING)
        .values(state=State.SENDING, try_at=at, attempts=OutgoingMessage.attempts + 1)
    )
    return session.scalars(
        sa.select(OutgoingMessage)
        .where(OutgoingMessage.id.in_(mine))
        .order_by(OutgoingMessage.id)
        .execution_options(populate_existing=True)
    ).all()


def abandon(session: Session, *, at: datetime) -> None:
    """What a worker took and never answered for is failed: it may have left, a person decides."""
    session.execute(
        sa.update(OutgoingMessage)
        .where(OutgoingMessage.state == State.SENDING, OutgoingMessage.try_at < at - LEASE)
        .values(state=State.FAILED, error_code="interrupted")
    )


def sent(session: Session, message: OutgoingMessage, *, at: datetime, subject: str, text: str) -> None:
    """The server took it. `text` is kept, without the link."""
    message.state, message.sent_at, message.error_code = State.SENT, at, None
    message.sent_subject, message.sent_text = subject[:200], text
    session.flush()


def failed(session: Session, message: OutgoingMessage, code: str, *, at: datetime) -> None:
    """The server did not take it: tried again later, unless no further try would help."""
    message.error_code = code[:40]
    tired = at - message.due_at > OUTAGE if code == AWAY else message.attempts >= ATTEMPTS
    if code in REFUSED_FOR_GOOD or tired:
        message.state = State.FAILED
    else:
        wait = pause(message.attempts)
        message.state = State.WAITING
        message.try_at = in_hours(at + (min(wait, OUTAGE_PAUSE) if code == AWAY else wait))
    session.flush()


def drop(session: Session, message: OutgoingMessage, code: str) -> None:
    """What it was about has moved meanwhile: it does not leave, and says why."""
    message.state, message.error_code = State.CANCELLED, code[:40]
    session.flush()


def hurry(session: Session, message: OutgoingMessage, *, at: datetime) -> None:
    """Not to be held any longer. Raises IllegalTransition for one that does not wait."""
    if message.state is not State.WAITING:
        raise IllegalTransition("illegal-step", machine="message", state=str(message.state), action="hurry")
    message.try_at = in_hours(at)
    session.flush()


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubled each time, give or take a fifth so that not all come at once."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 20), LONGEST_PAUSE)
    return longest * random.uniform(0.8, 1.2)


def resend(session: Session, message: OutgoingMessage, *, at: datetime, address: str | None = None) -> None:
    """A failed or cancelled message waits again, to the present address. Raises IllegalTransition for any other."""
    if message.state not in (State.FAILED, State.CANCELLED):
        raise IllegalTransition("illegal-step", machine="message", state=str(message.state), action="resend")
    message.state, message.attempts, message.error_code = State.WAITING, 0, None
    message.due_at = message.try_at = in_hours(at)
    if address:
        message.address = address
    session.flush()


def last_of(
    session: Session, kinds: Iterable[str], subject_kind: str, subject_ids: Sequence[int]
) -> dict[int, OutgoingMessage]:
    """The latest message of these kinds for each subject that has one. One query."""
    latest = (
        sa.select(sa.func.max(OutgoingMessage.id))
        .where(
            OutgoingMessage.kind.in_(list(kinds)),
            OutgoingMessage.subject_kind == subject_kind,
            OutgoingMessage.subject_id.in_(subject_ids),
        )
        .group_by(OutgoingMessage.subject_id)
    )
    found = session.scalars(sa.select(OutgoingMessage).where(OutgoingMessage.id.in_(latest)))
    return {message.subject_id: message for message in found}
