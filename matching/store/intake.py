"""Imports: each file, each row of it and what became of it, pairs that may be one person."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import BatchState, ImportKind, RowOutcome, Source
from .base import KEEP_IMPORT, Row, Utc, code, owns, personal, plain, public_id, refers

ORIGIN = "where each fact comes from; taking an import back"
APPLIED = "state = 'applied'"


class ImportBatch(Row):
    """A file as it was applied. Its key is kind + source + sha256 (imports.md §6)."""

    __tablename__ = "import_batch"
    __table_args__ = (
        sa.Index(
            "uq_import_batch_applied",
            "kind",
            "source",
            "sha256",
            unique=True,
            sqlite_where=sa.text(APPLIED),
            postgresql_where=sa.text(APPLIED),
        ),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    agency_id: Mapped[int | None] = refers("agency.id", optional=True)
    kind: Mapped[ImportKind] = plain(code(ImportKind))
    source: Mapped[Source] = plain(code(Source))
    file_name: Mapped[str] = plain(sa.String(255))
    sha256: Mapped[str] = plain(sa.String(64))
    state: Mapped[BatchState] = plain(code(BatchState))
    dry_run: Mapped[bool] = plain(sa.Boolean, default=False)
    counts: Mapped[dict[str, Any]] = plain(sa.JSON)
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    applied_on: Mapped[date] = plain(sa.Date)
    applied_at: Mapped[datetime] = plain(Utc)


class ImportRow(Row):
    """A row that created or changed something, or was rejected; `changes`: field -> [before, after]."""

    __tablename__ = "import_row"
    __table_args__ = (sa.UniqueConstraint("batch_id", "line"),)

    batch_id: Mapped[int] = refers("import_batch.id", index=False)
    line: Mapped[int] = plain(sa.Integer)
    outcome: Mapped[RowOutcome] = plain(code(RowOutcome))
    person_id: Mapped[int | None] = owns("person.id", purpose=ORIGIN, optional=True)
    organisation_id: Mapped[int | None] = refers("organisation.id", optional=True)
    offer_id: Mapped[int | None] = refers("offer.id", optional=True)
    changes: Mapped[dict[str, Any]] = personal(sa.JSON, purpose=ORIGIN, keep=KEEP_IMPORT, default=dict)
    problems: Mapped[list[Any]] = personal(sa.JSON, purpose=ORIGIN, keep=KEEP_IMPORT, default=list)


class PossibleDuplicate(Row):
    """Two records that may be one: proposed once, decided by a person, never merged silently."""

    __tablename__ = "possible_duplicate"
    __table_args__ = (
        sa.UniqueConstraint("person_a_id", "person_b_id"),
        sa.UniqueConstraint("organisation_a_id", "organisation_b_id"),
        sa.CheckConstraint("person_a_id IS NULL OR person_a_id < person_b_id", name="person_order"),
        sa.CheckConstraint(
            "organisation_a_id IS NULL OR organisation_a_id < organisation_b_id", name="organisation_order"
        ),
        sa.CheckConstraint("(person_a_id IS NULL) <> (organisation_a_id IS NULL)", name="one_kind"),
        sa.CheckConstraint("(person_a_id IS NULL) = (person_b_id IS NULL)", name="two_people"),
        sa.CheckConstraint(
            "(organisation_a_id IS NULL) = (organisation_b_id IS NULL)", name="two_organisations"
        ),
    )

    person_a_id: Mapped[int | None] = owns("person.id", purpose=ORIGIN, optional=True, index=False)
    person_b_id: Mapped[int | None] = owns("person.id", purpose=ORIGIN, optional=True)
    organisation_a_id: Mapped[int | None] = refers("organisation.id", optional=True, index=False)
    organisation_b_id: Mapped[int | None] = refers("organisation.id", optional=True)
    batch_id: Mapped[int | None] = refers("import_batch.id", optional=True)
    reason: Mapped[str] = plain(sa.String(24))
    score: Mapped[float] = plain(sa.Float)
    decision: Mapped[str | None] = plain(sa.String(12))
    decided_by_id: Mapped[int | None] = refers("user.id", optional=True)
    decided_on: Mapped[date | None] = plain(sa.Date)
