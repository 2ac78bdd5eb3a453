"""The trail: who did or read what, when. Each event is signed together with the one before it (security.md S3).

Appended in the transaction of the act itself; the database refuses UPDATE and DELETE. Details hold names of fields and
codes, never values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.engine import seal_of
from .store.upkeep import AuditEvent

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
    return event


def first_broken(session: Session) -> int | None:
    """The id of the first event that does not follow from the one before it; None when the chain holds."""
    previous, last = FIRST, 0
    while True:
        events = session.scalars(
            sa.select(AuditEvent).where(AuditEvent.id > last).order_by(AuditEvent.id).limit(CHUNK)
        ).all()
        if not events:
            return None
        for event in events:
            if event.chain != _signed(session, previous, event):
                return event.id
            previous, last = event.chain, event.id
        session.expunge_all()


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
