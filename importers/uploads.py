"""The life of a file sent by the web: received, checked and shown, confirmed, applied; or refused, repeated, abandoned.

Every step is one UPDATE that names the state it starts from: of two people, or of a worker and its ghost, one wins and
the other is told. Flows flush, never commit, and know no file: they return the names of those that may go.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import audit, jobs
from matching.errors import IllegalTransition
from matching.planned import write_rows
from matching.store.intake import ImportBatch, ImportRow
from matching.store.upkeep import Job
from matching.vocabulary import BatchState, ImportKind, JobState, Source

from .report import Report

#: Kinds of long work that these flows submit.
CHECK, APPLY, MATCH = "import-check", "import-apply", "match"

#: state -> where a step may lead from there
STEPS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.RECEIVED: frozenset(
        {BatchState.CHECKED, BatchState.REFUSED, BatchState.REPEATED, BatchState.ABANDONED}
    ),
    BatchState.CHECKED: frozenset({BatchState.APPLYING, BatchState.ABANDONED}),
    BatchState.APPLYING: frozenset(
        {BatchState.APPLIED, BatchState.REFUSED, BatchState.REPEATED, BatchState.CHECKED}
    ),
}
#: A file nobody confirmed is forgotten after so long; what is shown of an applied one, after so long (P3).
UNCONFIRMED, KEPT = timedelta(hours=24), timedelta(days=30)

#: Kinds of file that change who may be proposed for what.
MATCHED = frozenset({ImportKind.YOUNG_PEOPLE, ImportKind.OFFERS})


def receive(
    session: Session,
    *,
    kind: ImportKind,
    source: Source,
    file_name: str,
    sha256: str,
    upload: str,
    options: Mapping[str, Any],
    agency_id: int,
    actor_id: int,
    at: datetime,
) -> ImportBatch:
    """A batch for that file, with the job that checks it; the one of this agency still under way for the very file."""
    waiting = session.scalar(
        sa.select(ImportBatch).where(
            ImportBatch.kind == kind,
            ImportBatch.source == source,
            ImportBatch.sha256 == sha256,
            ImportBatch.agency_id == agency_id,
            ImportBatch.state.in_((BatchState.RECEIVED, BatchState.CHECKED, BatchState.APPLYING)),
        )
    )
    if waiting is not None and waiting.options == dict(options):
        return waiting
    batch = ImportBatch(
        public_id=uuid.uuid4(),
        agency_id=agency_id,
        kind=kind,
        source=source,
        file_name=file_name[:255],
        sha256=sha256,
        state=BatchState.RECEIVED,
        counts={},
        actor_id=actor_id,
        options=dict(options),
        received_at=at,
        upload=upload,
        preview={},
    )
    session.add(batch)
    session.flush()
    _carry(session, batch, CHECK, actor_id=actor_id, at=at)
    _note(session, batch, "import.uploaded", actor_id=actor_id, at=at)
    return batch


def show(
    session: Session,
    batch_id: int,
    report: Report,
    shown: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    *,
    earlier: int | None,
) -> BatchState:
    """Keep what a checked file would do, for somebody to look at.

    Raises IllegalTransition when it was checked already, or abandoned meanwhile.
    """
    if report.refused is not None:
        state = BatchState.REFUSED
    elif earlier is not None and not report.created and not report.updated:
        state = BatchState.REPEATED
    else:
        state = BatchState.CHECKED
    values: dict[str, Any] = {"counts": report.counts(), "preview": _named(session, shown)}
    if state is not BatchState.CHECKED and not report.errors:
        values["upload"] = None
    _move(session, batch_id, BatchState.RECEIVED, state, **values)
    write_rows(session, batch_id, rows)
    return state


def say_year(session: Session, batch: ImportBatch, year: int) -> None:
    """The grant year of the rows that say none, told after the file was looked at: it is read with it when applied.

    Raises IllegalTransition when nobody waits for a decision any more.
    """
    if batch.kind is not ImportKind.ASSOCIATIONS or batch.state is not BatchState.CHECKED:
        raise IllegalTransition("import-not-waiting")
    batch.options = {**batch.options, "year": year}
    session.flush()


def confirm(session: Session, batch: ImportBatch, *, actor_id: int, at: datetime) -> Job:
    """Somebody wants the good rows applied. Raises IllegalTransition when another was faster."""
    _move(session, batch.id, BatchState.CHECKED, BatchState.APPLYING)
    session.refresh(batch)
    return _carry(session, batch, APPLY, actor_id=actor_id, at=at)


def take_back(session: Session, batch_id: int) -> None:
    """The application was stopped before it wrote anything: the file waits for a decision again."""
    _move(session, batch_id, BatchState.APPLYING, BatchState.CHECKED)


def lock(session: Session, batch_id: int) -> None:
    """Hold the batch whose rows are about to be written, and take away those that only said what would be.

    Raises IllegalTransition when it is not to be applied (any more): nothing may then be written for it.
    """
    held = session.execute(
        sa.update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.state == BatchState.APPLYING)
        .values(state=BatchState.APPLYING)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise IllegalTransition("import-not-waiting")
    session.execute(sa.delete(ImportRow).where(ImportRow.batch_id == batch_id))


def settle(
    session: Session,
    batch_id: int,
    report: Report,
    shown: Mapping[str, Any],
    refused: Iterable[Mapping[str, Any]],
    *,
    earlier: int | None,
    actor_id: int | None,
    at: datetime,
    on: date,
) -> None:
    """Give a batch its end in the transaction that wrote its rows; have proposals computed again where they may change.

    `refused`: the rows not taken, for a batch whose own journal was not written.
    """
    batch = session.scalars(sa.select(ImportBatch).where(ImportBatch.id == batch_id)).one()
    session.refresh(batch)
    foreseen = batch.counts
    if report.refused is not None:
        state = BatchState.REFUSED
    else:
        state = BatchState.APPLIED if earlier is None else BatchState.REPEATED
    kept = {name: value for name, value in shown.items() if name != "head"}
    _move(
        session,
        batch_id,
        BatchState.APPLYING,
        state,
        counts=report.counts(),
        preview={**_named(session, kept), "foreseen": foreseen if foreseen != report.counts() else None},
        upload=batch.upload if report.errors else None,
        applied_on=on,
        applied_at=at,
    )
    session.refresh(batch)
    if state is not BatchState.APPLIED:
        write_rows(session, batch_id, refused)
    _note(session, batch, "import.applied", actor_id=actor_id, at=at, outcome=str(state))
    if batch.kind in MATCHED and (report.created or report.updated):
        jobs.submit(session, MATCH, {}, actor_id=actor_id, at=at)


def abandon(session: Session, batch: ImportBatch, *, actor_id: int | None, at: datetime) -> list[str]:
    """Nothing of the file is kept but its journal. Returns the names of the uploads that may go.

    Raises IllegalTransition when it is being applied, or had its end.
    """
    gone = [batch.upload] if batch.upload else []
    if batch.job_id is not None:
        job = session.scalars(sa.select(Job).where(Job.id == batch.job_id)).one()
        if job.state in jobs.UNDER_WAY:
            jobs.stop(session, job, at=at)
    _move(
        session,
        batch.id,
        (BatchState.RECEIVED, BatchState.CHECKED),
        BatchState.ABANDONED,
        preview={},
        upload=None,
    )
    session.execute(sa.delete(ImportRow).where(ImportRow.batch_id == batch.id))
    session.refresh(batch)
    _note(session, batch, "import.abandoned", actor_id=actor_id, at=at)
    return gone


def stop(session: Session, batch: ImportBatch, job: Job, *, at: datetime) -> None:
    """Stop the work on a file: at once when nobody began it, else at its next word. Nothing of it is written."""
    jobs.stop(session, job, at=at)
    if job.state is JobState.CANCELLED and batch.state is BatchState.APPLYING:
        take_back(session, batch.id)


def lapse(session: Session, *, at: datetime) -> list[str]:
    """Forget what nobody confirmed for a day, and what was shown of files of a month ago. Returns uploads to delete."""
    gone: list[str] = []
    stale = session.scalars(
        sa.select(ImportBatch).where(
            ImportBatch.state.in_((BatchState.RECEIVED, BatchState.CHECKED)),
            ImportBatch.received_at < at - UNCONFIRMED,
        )
    )
    for batch in stale.all():
        gone += abandon(session, batch, actor_id=None, at=at)
    old = sa.and_(
        ImportBatch.received_at < at - KEPT,
        ImportBatch.state.not_in((BatchState.RECEIVED, BatchState.CHECKED, BatchState.APPLYING)),
    )
    gone += [
        name
        for name in session.scalars(sa.select(ImportBatch.upload).where(old, ImportBatch.upload.is_not(None)))
        if name is not None
    ]
    session.execute(
        sa.update(ImportBatch).where(old).values(preview={}, upload=None),
        execution_options={"synchronize_session": False},
    )
    return gone


def kept(session: Session) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the uploads whose file, and whose refused lines, a batch still needs: all else of that folder may go."""
    found = session.execute(
        sa.select(ImportBatch.upload, ImportBatch.state).where(ImportBatch.upload.is_not(None))
    ).all()
    files = frozenset(name for name, state in found if name is not None and state in STEPS)
    return files, frozenset(name for name, _ in found if name is not None)


def _move(
    session: Session,
    batch_id: int,
    start: BatchState | Sequence[BatchState],
    target: BatchState,
    **values: Any,
) -> None:
    """One step of STEPS. Raises IllegalTransition when the batch is not in a state that it starts from."""
    starts = (start,) if isinstance(start, BatchState) else tuple(start)
    assert all(target in STEPS[state] for state in starts)
    moved = session.execute(
        sa.update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.state.in_(starts))
        .values(state=target, **values)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise IllegalTransition("import-not-waiting")


def _carry(session: Session, batch: ImportBatch, kind: str, *, actor_id: int, at: datetime) -> Job:
    job = jobs.submit(session, kind, {"batch": str(batch.public_id)}, actor_id=actor_id, at=at)
    batch.job_id = job.id
    session.flush()
    return job


def _named(session: Session, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The import that took this very file before, by what may be shown of it."""
    earlier = shown.get("earlier")
    if earlier is None:
        return dict(shown)
    found = session.execute(
        sa.select(
            ImportBatch.public_id, ImportBatch.agency_id, ImportBatch.applied_on, ImportBatch.applied_at
        ).where(ImportBatch.id == earlier)
    ).one()
    said = {
        "ref": str(found.public_id),
        "agency_id": found.agency_id,
        "on": found.applied_on.isoformat() if found.applied_on else None,
    }
    return {**shown, "earlier": said}


def _note(
    session: Session, batch: ImportBatch, action: str, *, actor_id: int | None, at: datetime, **details: str
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind="import",
        subject_id=str(batch.public_id),
        details={"kind": str(batch.kind), "source": str(batch.source), **details},
    )
