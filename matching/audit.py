"""The trail: who did or read what, when. Each event is signed together with the one before it (security.md S3).

Appended in the transaction of the act itself; the database refuses UPDATE and DELETE. Details hold names of fields and
codes, never values.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.engine import seal_of
from .store.upkeep import AuditEvent, AuditHead

#: The one row of `audit_head`.
HEAD = 1
#: What the first event is chained to.
FIRST = "0" * 64
#: pg_advisory_xact_lock key: on PostgreSQL writers of the trail wait for each other, as on SQLite all writers do.
LOCK = 0x61756474
#: Events read at once while the chain is verified.
CHUNK = 5_000


def append(
    session: Session,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    subject_kind: str,
    subject_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write one event at the end of the chain. Flushes, never commits."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    previous = session.scalar(sa.select(AuditEvent.chain).order_by(AuditEvent.id.desc()).limit(1))
    event = AuditEvent(
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=dict(details or {}),
    )
    event.chain = _signed(session, previous or FIRST, event)
    session.add(event)
    session.flush()
    _move_head(session, event)
    return event


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events follow from one another; `broken`: the id of the first that does not, if any."""

    events: int
    broken: int | None

    @property
    def holds(self) -> bool:
        return self.broken is None


def verify(session: Session) -> Verdict:
    """Follow the chain from its first event to the signed head.

    Events missing at the end are told by the head (`broken` is then the first missing id). Whoever can write in the
    base and kept a former head could put both back: a head kept outside the base is for a later issue.
    """
    previous, last, count = FIRST, 0, 0
    while True:
        events = session.scalars(
            sa.select(AuditEvent).where(AuditEvent.id > last).order_by(AuditEvent.id).limit(CHUNK)
        ).all()
        if not events:
            return Verdict(count, None if _is_head(session, last, previous) else last + 1)
        for event in events:
            if event.chain != _signed(session, previous, event):
                return Verdict(count, event.id)
            previous, last, count = event.chain, event.id, count + 1
        session.expunge_all()


def _move_head(session: Session, event: AuditEvent) -> None:
    values = {"last_id": event.id, "signature": _head(session, event.id, event.chain)}
    moved = session.execute(
        sa.update(AuditHead)
        .where(AuditHead.id == HEAD)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(moved, sa.CursorResult)
    if moved.rowcount == 0:
        session.execute(sa.insert(AuditHead).values(id=HEAD, **values))


def _is_head(session: Session, last: int, chain: str) -> bool:
    head = session.execute(
        sa.select(AuditHead.last_id, AuditHead.signature).where(AuditHead.id == HEAD)
    ).one_or_none()
    if head is None:
        return last == 0
    return head.last_id == last and hmac.compare_digest(head.signature, _head(session, last, chain))


def _head(session: Session, last: int, chain: str) -> str:
    return seal_of(session).sign(f"head\0{last}\0{chain}".encode())


def _signed(session: Session, previous: str, event: AuditEvent) -> str:
    row = [
        previous,
        event.at.isoformat(),
        event.actor_id,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.details,
    ]
    return seal_of(session).sign(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
