"""The two works behind a file sent by the web: look at it, apply it; and the forgetting of what nobody confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from importers import batches, preview, uploads as flows
from importers.apart import check_apart
from importers.checking import Checked
from importers.report import Report
from matching.errors import IllegalTransition, NotFound
from matching.store.engine import Database
from matching.store.intake import ImportBatch
from matching.store.upkeep import Job
from matching.vocabulary import BatchState

from . import database as databases, uploads
from .settings import Settings
from .wording.jobs import MESSAGES

if TYPE_CHECKING:
    from .worker import Progress


def look(database: Database, settings: Settings, arguments: dict[str, Any], progress: Progress) -> str:
    """Check a received file and keep what it would do. Once is enough: a second time finds nothing to do."""
    batch, _ = _batch(database, arguments)
    if batch.state is not BatchState.RECEIVED:
        return MESSAGES["nothing-to-do"]
    checked = _checked(database, settings, batch, progress)
    progress(0, 0, "plan")
    with database.reading() as session:
        judged = batches.judge(session, checked, batch.agency_id)
        shown = preview.summary(session, checked, judged)
    if judged.report.errors:
        uploads.keep_rejects(settings, batch.upload, checked.rejects(judged.report))
    rows = preview.rows(checked, judged)
    try:
        with database.transaction() as session:
            state = flows.show(session, batch.id, judged.report, shown, rows, earlier=judged.earlier)
    except IllegalTransition:  # abandoned meanwhile, or another worker was faster
        return MESSAGES["nothing-to-do"]
    if state is not BatchState.CHECKED:
        _let_go(settings, batch, judged.report)
    return MESSAGES["checked"].format(name=batch.file_name)


def apply(database: Database, settings: Settings, arguments: dict[str, Any], progress: Progress) -> str:
    """Check the file again, plan it against the base as it is now, and write: in one transaction, once."""
    from .rules import book_of
    from .worker import Stopped

    batch, actor_id = _batch(database, arguments)
    if batch.state is not BatchState.APPLYING:
        return MESSAGES["nothing-to-do"]

    def keep_rejects(_session: Session, report: Report) -> None:
        if report.errors:
            uploads.keep_rejects(settings, batch.upload, checked.rejects(report))

    try:
        checked = _checked(database, settings, batch, progress)
        report = batches.take(
            database,
            checked,
            agency=batch.agency_id,
            actor_id=actor_id,
            book=book_of(settings),
            batch_id=batch.id,
            on_progress=_told(progress),
            also=keep_rejects,
        )
    except IllegalTransition as faster:
        if faster.code != "import-not-waiting":
            raise
        return MESSAGES["nothing-to-do"]
    except Stopped:
        with database.transaction() as session:
            flows.take_back(session, batch.id)
        raise
    _let_go(settings, batch, report)
    return MESSAGES["applied"].format(name=batch.file_name)


def forget(database: Database, settings: Settings, *, at: datetime) -> int:
    """Let go of files nobody confirmed, of what was shown a month ago, of what an accident left. Returns how many."""
    with database.transaction() as session:
        gone = flows.lapse(session, at=at)
    uploads.delete_all(settings, *gone)
    with database.reading() as session:
        files, named = flows.kept(session)
    return len(gone) + uploads.sweep(settings, files, named)


def _batch(database: Database, arguments: dict[str, Any]) -> tuple[ImportBatch, int | None]:
    """The batch of a job and who asked for the job. Raises NotFound."""
    with database.reading() as session:
        found = session.execute(
            sa.select(ImportBatch, Job.submitted_by_id)
            .outerjoin(Job, Job.id == ImportBatch.job_id)
            .where(ImportBatch.public_id == uuid.UUID(arguments["batch"]))
        ).first()
    if found is None:
        raise NotFound("upload-gone")
    return found[0], found[1]


def _checked(database: Database, settings: Settings, batch: ImportBatch, progress: Progress) -> Checked:
    progress(0, 0, "read")
    return check_apart(
        batch.kind,
        uploads.read(settings, batch.upload),
        batch.file_name,
        source=batch.source,
        today=databases.business_day(settings, database, None),
        nomenclature=batch.options.get("nomenclature", "2019"),
        sheet=batch.options.get("sheet"),
        year=batch.options.get("year"),
        rqth=uploads.takes_rqth(),
        sha256=batch.sha256,
        on_progress=_told(progress),
    )


def _told(progress: Progress) -> Callable[[str, int, int], None]:
    return lambda step, done, total: progress(done, total, step)


def _let_go(settings: Settings, batch: ImportBatch, report: Report) -> None:
    """The file has had its end: it goes, and so do refused lines of an earlier look when there are none any more."""
    if batch.upload is not None:
        uploads.delete(settings, batch.upload)
        if not report.errors:
            uploads.delete_all(settings, batch.upload)
