"""Who is told that a session is cancelled, moved, held after all, or has a seat for them: `session_changed`.

Queued in the transaction of its cause; what is taken back before it left does not leave. Only who agreed to be written
to is: the others are to be called, which the page says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import contacts, outbox
from .store.messages import OutgoingMessage
from .store.people import Person
from .store.sessions import CollectiveSession, SessionAttendance, SessionEvent
from .vocabulary import AttendanceState, MessageState

if TYPE_CHECKING:
    from .collective import Plan

KIND = "session_changed"
#: Who counts on the session.
EXPECTED = (AttendanceState.REGISTERED, AttendanceState.WAITING)


def expected(session: Session, session_id: int) -> Sequence[Person]:
    """Who is registered or waits for a seat, by name."""
    return session.scalars(
        sa.select(Person)
        .join(SessionAttendance, SessionAttendance.person_id == Person.id)
        .where(SessionAttendance.session_id == session_id, SessionAttendance.state.in_(EXPECTED))
        .order_by(Person.name_key, Person.id)
    ).all()


def cancelled(
    session: Session, row: CollectiveSession, event: SessionEvent, *, on: date, at: datetime
) -> int:
    """That there is no session; a change of hours that has not left yet waits for it to be held again."""
    known = _was(_hold_back(session, row))
    return _tell(session, row, event, "cancelled", expected(session, row.id), known, on=on, at=at)


def restored(session: Session, row: CollectiveSession, event: SessionEvent, *, on: date, at: datetime) -> int:
    """That it is held after all, to whom the contrary was told; what had not left does not."""
    held = _hold_back(session, row)
    known, kept = _was(held), {each.person_id for each in held}
    people = expected(session, row.id)
    moved_first = [each for each in people if known.get(each.id) not in (None, when_and_where(row))]
    told = [each for each in people if each.id not in kept]
    return _tell(session, row, event, "restored", told, {}, on=on, at=at) + _tell(
        session, row, event, "moved", moved_first, known, on=on, at=at
    )


def moved(
    session: Session, row: CollectiveSession, event: SessionEvent, was: str, *, on: date, at: datetime
) -> int:
    """Its new day, hours and place. Moved back before anybody was told, nobody is."""
    known = _was(_hold_back(session, row))
    people = expected(session, row.id)
    first = {each.id: known.get(each.id, was) for each in people}
    told = [each for each in people if first[each.id] != when_and_where(row)]
    return _tell(session, row, event, "moved", told, first, on=on, at=at)


def when_and_where(row: CollectiveSession | Plan) -> str:
    """The day, the hours and the place that somebody was told, as a message keeps them."""
    return f"{row.held_on.isoformat()}T{row.starts_at:%H:%M}-{row.ends_at:%H:%M} {row.place}"


def promoted(
    session: Session, row: CollectiveSession, person: Person, *, occasion: str, on: date, at: datetime
) -> None:
    """A seat is free: to the first of the waiting list."""
    outbox.queue(
        session,
        KIND,
        subject=("session", row.id),
        address=contacts.person_address(person),
        on=on,
        at=at,
        occasion=occasion,
        person_id=person.id,
        arguments={"outcome": "seat"},
    )


def withdrawn(session: Session, row: CollectiveSession, person_id: int) -> None:
    """They do not come any more: what still waits for them does not leave."""
    outbox.cancel(session, *_of(row), OutgoingMessage.person_id == person_id)


def _tell(
    session: Session,
    row: CollectiveSession,
    event: SessionEvent,
    outcome: str,
    people: Iterable[Person],
    was: Mapping[int, str],
    *,
    on: date,
    at: datetime,
) -> int:
    ready = [
        outbox.waiting(
            KIND,
            subject=("session", row.id),
            address=address,
            on=on,
            at=at,
            occasion=f"e{event.id}",
            person_id=person.id,
            sender_id=event.actor_id,
            arguments={"outcome": outcome, **({"was": was[person.id]} if person.id in was else {})},
        )
        for person in people
        if (address := contacts.person_address(person)) is not None
    ]
    # Two people of one household may read the same mailbox: each message is one's own.
    seen: dict[str, int] = {}
    for each in ready:
        seen[each["address"]] = number = seen.get(each["address"], 0) + 1
        if number > 1:
            each["occasion"] = f"{each['occasion']}-{number}"
    return outbox.queue_all(session, ready)


def _was(held: Iterable[OutgoingMessage]) -> dict[int, str]:
    """When and where each person believes it is, of those whose messages did not leave."""
    return {
        each.person_id: each.arguments["was"]
        for each in held
        if each.person_id is not None and "was" in each.arguments
    }


def _hold_back(session: Session, row: CollectiveSession) -> Sequence[OutgoingMessage]:
    """What was queued of this session and has not left; it will not."""
    held = session.scalars(
        sa.select(OutgoingMessage).where(*_of(row), OutgoingMessage.state == MessageState.WAITING)
    ).all()
    outbox.cancel(session, OutgoingMessage.id.in_([each.id for each in held]))
    return held


def _of(row: CollectiveSession) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        OutgoingMessage.kind == KIND,
        OutgoingMessage.subject_kind == "session",
        OutgoingMessage.subject_id == row.id,
    )
