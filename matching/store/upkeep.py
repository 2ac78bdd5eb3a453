"""What keeps the service honest: long work, forms sent twice, the audit trail, published reports."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import JobState
from .base import KEEP_AUDIT, Row, Utc, code, plain, pseudonym, public_id, refers


class Job(Row):
    """Long work as the truth knows it; the queue only carries it (architecture.md §9)."""

    __tablename__ = "job"
    __table_args__ = (sa.CheckConstraint("done >= 0 AND total >= 0", name="progress"),)

    public_id: Mapped[uuid.UUID] = public_id()
    kind: Mapped[str] = plain(sa.String(40))
    arguments: Mapped[dict[str, Any]] = plain(sa.JSON)
    state: Mapped[JobState] = plain(code(JobState), index=True)
    step: Mapped[str | None] = plain(sa.String(60))
    step_at: Mapped[datetime | None] = plain(Utc)
    done: Mapped[int] = plain(sa.Integer, default=0)
    total: Mapped[int] = plain(sa.Integer, default=0)
    message: Mapped[str | None] = plain(sa.String(400))
    cancel_asked: Mapped[bool] = plain(sa.Boolean, default=False)
    submitted_by_id: Mapped[int | None] = refers("user.id", optional=True)
    submitted_at: Mapped[datetime] = plain(Utc)
    started_at: Mapped[datetime | None] = plain(Utc)
    beat_at: Mapped[datetime | None] = plain(Utc)
    lease_until: Mapped[datetime | None] = plain(Utc)
    finished_at: Mapped[datetime | None] = plain(Utc)
    attempts: Mapped[int] = plain(sa.Integer, default=0)
    error_code: Mapped[str | None] = plain(sa.String(60))


class FormKey(Row):
    """A form sent twice has one effect (reliability.md C2)."""

    __tablename__ = "form_key"
    __table_args__ = (sa.UniqueConstraint("key", "user_id", "route"),)

    key: Mapped[str] = plain(sa.String(64))
    user_id: Mapped[int | None] = refers("user.id", optional=True)
    route: Mapped[str] = plain(sa.String(100))
    request_hash: Mapped[str] = plain(sa.String(64))
    answer_location: Mapped[str | None] = plain(sa.String(400))
    used_at: Mapped[datetime] = plain(Utc)


class AuditEvent(Row):
    """Who did what to whom, and when. Chained; triggers refuse UPDATE and DELETE. Field names, no values."""

    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_subject", "subject_kind", "subject_id"),)

    at: Mapped[datetime] = plain(Utc)
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(60))
    subject_kind: Mapped[str] = plain(sa.String(40))
    subject_id: Mapped[str | None] = pseudonym(sa.String(40), purpose="who looked at whom", keep=KEEP_AUDIT)
    details: Mapped[dict[str, Any]] = plain(sa.JSON)
    chain: Mapped[str] = plain(sa.String(64), unique=True)


class AuditHead(Row):
    """One row: which event of the trail is the last, signed. Without it nobody would miss events cut off the end."""

    __tablename__ = "audit_head"

    last_id: Mapped[int] = plain(sa.Integer)
    signature: Mapped[str] = plain(sa.String(64))


class PublishedReport(Row):
    """A month as the committee read it: frozen with its hash."""

    __tablename__ = "published_report"
    __table_args__ = (sa.UniqueConstraint("month", "edition", "version"),)

    month: Mapped[str] = plain(sa.String(7))
    edition: Mapped[int] = plain(sa.SmallInteger)
    version: Mapped[int] = plain(sa.SmallInteger)
    content: Mapped[dict[str, Any]] = plain(sa.JSON)
    sha256: Mapped[str] = plain(sa.String(64))
    published_by_id: Mapped[int] = refers("user.id")
    published_on: Mapped[date] = plain(sa.Date)
