"""Files made on the spot and taken in, for tests of imports."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
from sqlalchemy.orm import Session

from importers import batches
from importers.checking import check
from importers.report import Report
from matching.vocabulary import ImportKind, Source

TODAY = date(2013, 11, 4)


def csv_bytes(header: str, *rows: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([header, *rows, ""]).encode(encoding)


def xlsx_bytes(header: str, *rows: str) -> bytes:
    """The same table as a workbook, every cell a text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (header, *rows):
        sheet.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(
    session: Session, kind: str, data: bytes, *, today: date = TODAY, agency: str | None = None, **how: Any
) -> Report:
    """Import inside the test's transaction."""
    how.setdefault("source", Source.OTHER)
    checked = check(ImportKind(kind), data, "liste.csv", today=today, **how)
    return batches.apply(session, checked, agency=agency)


def counts(report: Report) -> tuple[int, int, int, int]:
    """(created, updated, unchanged, rejected), which always add up to the rows read."""
    found = (report.created, report.updated, report.unchanged, report.rejected)
    assert sum(found) == report.rows_read
    return found


def codes(report: Report) -> list[tuple[int | None, str | None, str]]:
    return [(error.row, error.column, error.code) for error in report.errors]
