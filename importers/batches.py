"""The life of an import: received, checked without the base, planned against it, applied in one transaction.

`run` is the whole of it for a command; `apply` does the last two steps inside the caller's transaction. What a file of
the web goes through before and after is in `uploads`. On SQLite a writer blocks everybody: all reading and judging
happens before the write transaction begins, and is done again inside it only when the base changed in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
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

from . import kinds, messages, preview, reading, uploads
from .checking import Checked, Progress, check, without_year
from .report import SHOWN, Finding, Report

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook

#: A file of so many rows or more, over half of them refused, is the wrong file (imports.md §6).
ENOUGH_ROWS = 10

#: pg_advisory_xact_lock key: on PostgreSQL imports wait for each other, as on SQLite all writers do.
LOCK = 0x696D706F


#: Called in the transaction of an import, once it is written.
Also = Callable[[Session, Report], None]


@dataclass(slots=True)
class Judged:
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
    year: int | None = None,
    agency: str | None = None,
    dry_run: bool = False,
    actor_id: int | None = None,
    book: ProgrammeBook | None = None,
) -> Report:
    """Import a file and say what became of it. Raises Unavailable; a bad file is a report with `refused`."""
    checked = check(
        kind, data, file_name, source=source, today=today, nomenclature=nomenclature, sheet=sheet, year=year
    )
    return take(database, checked, agency=agency, dry_run=dry_run, actor_id=actor_id, book=book)


def take(
    database: Database,
    checked: Checked,
    *,
    agency: str | int | None = None,
    dry_run: bool = False,
    actor_id: int | None = None,
    book: ProgrammeBook | None = None,
    batch_id: int | None = None,
    on_progress: Progress | None = None,
    also: Also | None = None,
) -> Report:
    """Plan and write a checked file, in a transaction of its own; a dry run only reads.

    `agency`: its name, or its id. `batch_id`: the batch as which the file was received and confirmed; it gets its end
    in the same transaction. `also` is called there too. Raises IllegalTransition when that batch had its end already.
    """
    tell = on_progress or (lambda step, done, total: None)
    tell("plan", 0, 1)
    with database.reading() as session:
        judged = judge(session, checked, agency)
    judged.report.dry_run = dry_run
    if dry_run or (judged.report.refused and batch_id is None):
        return judged.report
    tell("write", 0, 1)
    keep = partial(
        _keep, checked=checked, agency=agency, actor_id=actor_id, book=book, batch_id=batch_id, also=also
    )
    try:
        with database.transaction() as session:
            _one_at_a_time(session)
            if _stamp(session) != judged.stamp:
                judged = judge(session, checked, agency)
            return keep(session, judged)
    except StaleVersion:
        # Somebody saved a dossier between our reading and our writing: judge again what is there now.
        with database.transaction() as session:
            _one_at_a_time(session)
            return keep(session, judge(session, checked, agency))


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
        judge(session, checked, agency),
        checked=checked,
        agency=agency,
        actor_id=actor_id,
        book=book,
    )


def judge(session: Session, checked: Checked, agency: str | int | None) -> Judged:
    """The plan of a file and its report, as if it had been written. Reads, never writes."""
    report = replace(checked.report, errors=[*checked.report.errors], warnings=[*checked.report.warnings])
    setting = kinds.Setting(checked.kind, checked.source, checked.today, None, checked.json, checked.model)
    judged = Judged(Plan(), report, setting, None, _stamp(session))
    if report.refused:
        return judged
    if checked.kind in (ImportKind.YOUNG_PEOPLE, ImportKind.OFFERS):
        try:
            chosen = agency if isinstance(agency, int) else agencies.chosen(session, agency)
            judged.setting = replace(setting, agency_id=chosen)
        except InvalidInput as refusal:
            needed = checked.kind is ImportKind.YOUNG_PEOPLE or agency is not None
            if needed:
                _refuse(report, refusal.code, kinds.AGENCY[refusal.code].format(**refusal.facts))
                return judged
    judged.earlier = _applied_before(session, checked)
    if judged.earlier is not None:
        judged.setting = replace(judged.setting, as_new=_created_by(session, judged.earlier))
        report.warnings.append(Finding(None, None, "already-imported", messages.cell("already-imported")))
    if bare := len(without_year(checked)):
        said = messages.cell("missing-year", count=bare)
        report.warnings.append(Finding(None, "annee", "missing-year", said))
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
    judged: Judged,
    *,
    checked: Checked,
    agency: str | int | None,
    actor_id: int | None,
    book: ProgrammeBook | None,
    batch_id: int | None = None,
    also: Also | None = None,
) -> Report:
    """Write the plan, its pairs and its journal, and give the batch its end."""
    report = judged.report
    if batch_id is not None:
        uploads.lock(session, batch_id)
    fresh = any(row.outcome in (RowOutcome.CREATED, RowOutcome.UPDATED) for row in judged.plan.rows)
    if not report.refused and (judged.earlier is None or fresh):
        _write(
            session, judged, checked=checked, agency=agency, actor_id=actor_id, book=book, batch_id=batch_id
        )
    if batch_id is not None:
        shown = preview.summary(session, checked, judged)
        refused = [row for row in preview.rows(checked, judged) if row["outcome"] is RowOutcome.REJECTED]
        uploads.settle(
            session,
            batch_id,
            report,
            shown,
            refused,
            earlier=judged.earlier,
            actor_id=actor_id,
            on=checked.today,
            at=clock.now(),
        )
    if also is not None:
        also(session, report)
    return report


def _write(
    session: Session,
    judged: Judged,
    *,
    checked: Checked,
    agency: str | int | None,
    actor_id: int | None,
    book: ProgrammeBook | None,
    batch_id: int | None,
) -> None:
    report, plan = judged.report, judged.plan
    if checked.kind is ImportKind.YOUNG_PEOPLE and judged.setting.agency_id is None:
        assert not isinstance(agency, int)
        made = agencies.create(session, agency, checked.source)
        judged.setting = replace(judged.setting, agency_id=made.id)
        for row in plan.rows:
            if row.outcome is RowOutcome.CREATED and row.edits is not None:
                row.edits.owner["agency_id"] = made.id
    kinds.write(session, plan, judged.setting, book, actor_id=actor_id)
    written_to = judged.earlier or batch_id or _batch(session, judged, checked, actor_id)
    kind = "person" if checked.kind is ImportKind.YOUNG_PEOPLE else "organisation"
    write_pairs(session, plan.pairs, kind, written_to)
    _journal(session, written_to, judged, checked)
    report.run_id = written_to


def _batch(session: Session, judged: Judged, checked: Checked, actor_id: int | None) -> int:
    report = judged.report
    batch = ImportBatch(
        agency_id=judged.setting.agency_id,
        kind=checked.kind,
        source=checked.source,
        file_name=report.file_name[:255],
        sha256=report.file_sha256,
        state=BatchState.APPLIED,
        counts=report.counts(),
        actor_id=actor_id,
        received_at=clock.now(),
        applied_on=checked.today,
        applied_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    return batch.id


def _journal(session: Session, batch_id: int, judged: Judged, checked: Checked) -> None:
    """One line of the journal for each row that created or changed something, or was refused."""
    column = kinds.subject(checked.kind)
    lines: dict[int, dict[str, Any]] = {}
    named = preview.labels(checked)
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
            finding.row,
            {
                "line": finding.row,
                "outcome": RowOutcome.REJECTED,
                "label": named.get(finding.row),
                "problems": [],
            },
        )
        line["problems"].append(finding.as_problem())
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
