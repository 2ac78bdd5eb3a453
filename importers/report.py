"""The report of an import (imports.md §1): one JSON object, the same for a dry run and a real one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

#: What is counted of a file; the last four add up to the first.
COUNTS = ("rows_read", "created", "updated", "unchanged", "rejected")

#: Longest offending text that is shown.
SHOWN = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning. `row` as a spreadsheet shows it; `column` by its canonical name; `message` in French."""

    row: int | None
    column: str | None
    code: str
    message: str
    value: str | None = None

    def as_problem(self) -> dict[str, str | None]:
        """An error as the journal of its row keeps it."""
        return {"column": self.column, "code": self.code, "value": self.value, "message": self.message}


@dataclass(slots=True)
class Report:
    """What became of a file. `rows_read = created + updated + unchanged + rejected`, unless it was refused."""

    kind: str
    source: str
    file_name: str
    file_sha256: str
    dry_run: bool
    run_id: int | None = None
    encoding: str | None = None
    header_row: int | None = None
    columns: list[dict[str, str]] = field(default_factory=list)
    rows_read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    refused: dict[str, str] | None = None
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTS}

    def refuse(self, code: str, message: str) -> None:
        self.refused = {"code": code, "message": message}
