"""The life of an import: received, checked without the base, planned against it, applied in one transaction.

`run` is the whole of it for a command or a worker; `apply` does the last two steps inside the caller's transaction.
On SQLite a writer blocks everybody: all reading and judging happens before the write transaction begins, and is done
again inside it only when the base changed in between.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import agencies, clock
from matching.errors import InvalidInput, StaleVersion, UnreadableFile
from matching.offer_intake import OfferPlan
from matching.planned import Plan, Planned, write_pairs, write_rows
from matching.store.engine import Database
from matching.store.intake import ImportBatch, ImportRow
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person, SourceRecord
from matching.vocabulary import BatchState, ImportKind, RowOutcome, Source

from . import kinds, messages, reading
from .checking import Checked, Progress, check
from .report import SHOWN, Finding, Report

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook

#: A file of so many rows or more, over half of them refused, is the wrong file (imports.md §6).
ENOUGH_ROWS = 10

#: pg_advisory_xact_lock key: on PostgreSQL imports wait for each other, as on SQLite all writers do.
LOCK = 0x696D706F


@dataclass(slots=True)
class _Judged:
    """A file judged against the base as it was at `stamp`."""

    plan: Plan
    report: Report
    setting: kinds.Setting
    earlier: int | None  # the batch that applied this very file
    stamp: tuple[Any, ...]


def read_file(path: Path) -> tuple[bytes, str]:
    """(content, sha256 of the whole). Of a file beyond the limit only as much as shows it. Raises UnreadableFile."""
    try:
        with path.open("rb") as file:
            data = file.read(reading.LARGEST + 1)
            digest = hashlib.sha256(data)
            while more := file.read(1 << 20):
                digest.update(more)
    except OSError as fault:
        raise UnreadableFile("no-file", path=path) from fault
    return data, digest.hexdigest()


def run(
    database: Database,
    kind: ImportKind,
    data: bytes,
    file_name: str,
    *,
    source: Source = Source.OTHER,
    today: date,
    nomenclature: str = "2019",
    sheet: str | None = None,
    agency: str | None = None,
    dry_run: bool = False,
    actor_id: int | None = None,
    book: ProgrammeBook | None = None,
    rqth: bool = True,
) -> Report:
    """Import a file and say what became of it. Raises Unavailable; a bad file is a report with `refused`."""
    checked = check(kind, data, file_name, source=source, today=today, nomenclature=nomenclature, sheet=sheet)
    return take(database, checked, agency=agency, dry_run=dry_run, actor_id=actor_id, book=book)


def take(
    database: Database,
    checked: Checked,
    *,
    agency: str | None = None,
    dry_run: bool = False,
    actor_id: int | None = None,
    book: ProgrammeBook | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Plan and write a checked file, in a transaction of its own; a dry run only reads."""
    tell = on_progress or (lambda step, done, total: None)
    tell("plan", 0, 1)
    with database.reading() as session:
        judged = _judge(session, checked, agency)
    judged.report.dry_run = dry_run
    if dry_run or judged.report.refused:
        return judged.report
    tell("write", 0, 1)
    keep = partial(_keep, checked=checked, agency=agency, actor_id=actor_id, book=book)
    try:
        with database.transaction() as session:
            _one_at_a_time(session)
            if _stamp(session) != judged.stamp:
                judged = _judge(session, checked, agency)
            return keep(session, judged)
    except StaleVersion:
        # Somebody saved a dossier between our reading and our writing: judge again what is there now.
        with database.transaction() as session:
            _one_at_a_time(session)
            return keep(session, _judge(session, checked, agency))


def apply(
    session: Session,
    checked: Checked,
    *,
    agency: str | None = None,
    actor_id: int | None = None,
    book: ProgrammeBook | None = None,
) -> Report:
    """Plan and write a checked file inside the caller's transaction. Flushes, never commits; raises StaleVersion."""
    _one_at_a_time(session)
    return _keep(
        session,
        _judge(session, checked, agency),
        checked=checked,
        agency=agency,
        actor_id=actor_id,
        book=book,
    )


def _judge(session: Session, checked: Checked, agency: str | None) -> _Judged:
    """The plan of a file and its report, as if it had been written. Reads, never writes."""
    report = replace(checked.report, errors=[*checked.report.errors], warnings=[*checked.report.warnings])
    setting = kinds.Setting(checked.kind, checked.source, checked.today, None, checked.json, checked.model)
    judged = _Judged(Plan(), report, setting, None, _stamp(session))
    if report.refused:
        return judged
    if checked.kind in (ImportKind.YOUNG_PEOPLE, ImportKind.OFFERS):
        try:
            judged.setting = replace(setting, agency_id=agencies.chosen(session, agency))
        except InvalidInput as refusal:
            needed = checked.kind is ImportKind.YOUNG_PEOPLE or agency is not None
            if needed:
                _refuse(report, refusal.code, kinds.AGENCY[refusal.code].format(**refusal.facts))
                return judged
    judged.earlier = _applied_before(session, checked)
    if judged.earlier is not None:
        judged.setting = replace(judged.setting, as_new=_created_by(session, judged.earlier))
        report.warnings.append(Finding(None, None, "already-imported", messages.cell("already-imported")))
    judged.plan = kinds.plan(session, checked.rows, judged.setting)
    _add_refusals(report, judged.plan, checked)
    refused = {finding.row for finding in report.errors}
    report.rejected = len(refused)
    if report.rows_read >= ENOUGH_ROWS and report.rejected * 2 > report.rows_read:
        report.refuse("too-many-errors", messages.refusal("too-many-errors"))
        return judged
    if judged.earlier is not None:
        _leave_out_what_is_kept(session, judged.plan, judged.earlier)
    tally = dict.fromkeys(RowOutcome, 0)
    for row in judged.plan.rows:
        tally[row.outcome] += 1
    report.created, report.updated = tally[RowOutcome.CREATED], tally[RowOutcome.UPDATED]
    report.unchanged = tally[RowOutcome.UNCHANGED]
    report.duplicates = _duplicates(judged.plan)
    return judged


def _refuse(report: Report, code: str, message: str) -> None:
    report.refuse(code, message)
    report.rows_read, report.errors = 0, []


def _add_refusals(report: Report, plan: Plan, checked: Checked) -> None:
    """What the base has against rows joins what the file alone showed."""
    for row in plan.rows:
        for refusal in row.refusals:
            value = checked.text(row.line, refusal.column) or refusal.value
            sentence = kinds.sentence(checked.kind, refusal)
            shown = value[:SHOWN] if value else value
            report.errors.append(Finding(row.line, refusal.column, refusal.code, sentence, shown))
    report.errors.sort(key=lambda finding: finding.row or 0)


def _applied_before(session: Session, checked: Checked) -> int | None:
    """The import that applied this very file, and was not undone."""
    return session.scalar(
        sa.select(ImportBatch.id).where(
            ImportBatch.kind == checked.kind,
            ImportBatch.source == checked.source,
            ImportBatch.sha256 == checked.report.file_sha256,
            ImportBatch.state == BatchState.APPLIED,
        )
    )


def _created_by(session: Session, batch_id: int) -> frozenset[int]:
    created = sa.select(ImportRow.person_id).where(
        ImportRow.batch_id == batch_id,
        ImportRow.outcome == RowOutcome.CREATED,
        ImportRow.person_id.is_not(None),
    )
    return frozenset(person_id for person_id in session.scalars(created) if person_id is not None)


def _leave_out_what_is_kept(session: Session, plan: Plan, batch_id: int) -> None:
    """A file that was applied before is not written again: what it could keep is unchanged.

    Its rows that were refused then and pass now (a zone is known meanwhile, somebody turned 14) are still taken.
    """
    refused_then = set(
        session.scalars(
            sa.select(ImportRow.line).where(
                ImportRow.batch_id == batch_id, ImportRow.outcome == RowOutcome.REJECTED
            )
        )
    )
    plan.rows = [
        row
        if row.outcome is RowOutcome.REJECTED or (row.line in refused_then and row.edits is not None)
        else Planned(row.line, RowOutcome.UNCHANGED)
        for row in plan.rows
    ]
    plan.pairs = [pair for pair in plan.pairs if pair.new.line in refused_then]


def _duplicates(plan: Plan) -> list[dict[str, Any]]:
    listed = [
        {
            "row": pair.new.line,
            "other_row": pair.other.line if (pair.other.line or 0) < pair.new.line else None,
            "other_id": str(pair.other.public_id) if pair.other.public_id else None,
            "reason": pair.reason,
            "score": round(pair.score, 4),
        }
        for pair in plan.pairs
    ]
    return sorted(listed, key=lambda pair: (pair["row"], pair["other_row"] or 0, pair["other_id"] or ""))


def _keep(
    session: Session,
    judged: _Judged,
    *,
    checked: Checked,
    agency: str | None,
    actor_id: int | None,
    book: ProgrammeBook | None,
) -> Report:
    """Write the plan, its pairs and its journal."""
    report, plan = judged.report, judged.plan
    fresh = any(row.outcome in (RowOutcome.CREATED, RowOutcome.UPDATED) for row in plan.rows)
    if report.refused or (judged.earlier is not None and not fresh):
        return report
    if checked.kind is ImportKind.YOUNG_PEOPLE and judged.setting.agency_id is None:
        made = agencies.create(session, agency, checked.source)
        judged.setting = replace(judged.setting, agency_id=made.id)
        for row in plan.rows:
            if row.outcome is RowOutcome.CREATED and row.edits is not None:
                row.edits.owner["agency_id"] = made.id
    kinds.write(session, plan, judged.setting, book, actor_id=actor_id)
    batch_id = judged.earlier or _batch(session, judged, checked, actor_id)
    kind = "person" if checked.kind is ImportKind.YOUNG_PEOPLE else "organisation"
    write_pairs(session, plan.pairs, kind, batch_id)
    _journal(session, batch_id, judged, checked)
    report.run_id = batch_id
    return report


def _batch(session: Session, judged: _Judged, checked: Checked, actor_id: int | None) -> int:
    report = judged.report
    counts = ("rows_read", "created", "updated", "unchanged", "rejected")
    batch = ImportBatch(
        agency_id=judged.setting.agency_id,
        kind=checked.kind,
        source=checked.source,
        file_name=report.file_name[:255],
        sha256=report.file_sha256,
        state=BatchState.APPLIED,
        counts={name: getattr(report, name) for name in counts},
        actor_id=actor_id,
        received_at=clock.now(),
        applied_on=checked.today,
        applied_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    return batch.id


def _journal(session: Session, batch_id: int, judged: _Judged, checked: Checked) -> None:
    """One line of the journal for each row that created or changed something, or was refused."""
    column = kinds.subject(checked.kind)
    lines: dict[int, dict[str, Any]] = {}
    for row in judged.plan.rows:
        if row.outcome not in (RowOutcome.CREATED, RowOutcome.UPDATED) or row.edits is None:
            continue
        lines[row.line] = {"line": row.line, "outcome": row.outcome}
        if column is not None:
            lines[row.line][column] = row.edits.owner["id"]
        if isinstance(judged.plan, OfferPlan) and judged.plan.employers[row.line].new:
            lines[row.line]["organisation_id"] = judged.plan.employers[row.line].owner["id"]
        if column is None or not row.edits.new:
            lines[row.line]["changes"] = row.edits.log
    for finding in judged.report.errors:
        if finding.row is None:
            continue
        line = lines.setdefault(
            finding.row, {"line": finding.row, "outcome": RowOutcome.REJECTED, "problems": []}
        )
        line["problems"].append({"column": finding.column, "code": finding.code, "value": finding.value})
    if judged.earlier is not None:
        session.execute(
            sa.delete(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.line.in_(list(lines)))
        )
    write_rows(session, batch_id, lines.values())


def _one_at_a_time(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def _stamp(session: Session) -> tuple[Any, ...]:
    """Changes whenever somebody adds a record or applies a file; saved dossiers are guarded by their version."""
    tables = (ImportBatch, SourceRecord, Person, Organisation, Offer)
    return tuple(session.scalar(sa.select(sa.func.max(model.id))) for model in tables)
