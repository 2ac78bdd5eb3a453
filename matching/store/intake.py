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
SHOWN = "showing what a file would do before anything is written"
KEEP_UNCONFIRMED = "24 h unconfirmed; 30 days once applied"
APPLIED = "state = 'applied'"


class ImportBatch(Row):
    """A file from its reception on. Once applied, its key is kind + source + sha256 (imports.md §6).

    `upload`: name of the file in the folder of uploads while it is kept; `preview`: what is shown of it besides its
    rows; `job_id`: the long work that reads or applies it.
    """

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
    options: Mapped[dict[str, Any]] = plain(sa.JSON, default=dict)
    received_at: Mapped[datetime] = plain(Utc)
    applied_on: Mapped[date | None] = plain(sa.Date)
    applied_at: Mapped[datetime | None] = plain(Utc)
    upload: Mapped[str | None] = plain(sa.String(64), unique=True)
    preview: Mapped[dict[str, Any]] = personal(
        sa.JSON, purpose=SHOWN, keep=KEEP_UNCONFIRMED, default=dict, deferred=True
    )
    job_id: Mapped[int | None] = refers("job.id", optional=True)


class ImportRow(Row):
    """A row that creates or changes something, or is rejected; `changes`: field -> [before, after].

    Of a batch that is not applied yet it says what would be done, and `label` whom or what the row is about.
    """

    __tablename__ = "import_row"
    __table_args__ = (sa.UniqueConstraint("batch_id", "line"),)

    batch_id: Mapped[int] = refers("import_batch.id", index=False)
    line: Mapped[int] = plain(sa.Integer)
    label: Mapped[str | None] = personal(sa.String(200), purpose=SHOWN, keep=KEEP_IMPORT)
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
