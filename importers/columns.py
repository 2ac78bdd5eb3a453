"""Columns as data, rows as checked values: a column knows its headers, its parser and its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import cells, messages
from .cells import Bad
from .folding import folded
from .report import SHOWN, Finding
from .values import Context, Parser, text

#: No header is longer; a cell of megabytes in the first rows is not folded to find that out.
LONGEST_HEADER = 255

#: Headers that are never stored, whatever they hold (imports.md §2).
SENSITIVE = frozenset(
    (
        "nir", "numero_securite_sociale", "num_secu", "n_securite_sociale", "numero_de_securite_sociale",
        "nationalite", "handicap", "sante", "religion", "origine", "casier", "casier_judiciaire",
        "situation_familiale",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """`name`: canonical header; `field`: attribute of the facts (None = read by the kind itself)."""

    name: str
    field: str | None = None
    aliases: tuple[str, ...] = ()
    parse: Parser = text
    required: bool = False
    free_text: bool = False
    keeps_lines: bool = False
    longest: int = 255


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one shape of file, and what a row's values become. `finish` may add findings of its own."""

    columns: tuple[Column, ...]
    build: Callable[[dict[str, Any]], Any]
    finish: Callable[[Row], None] | None = None

    def by_header(self) -> Mapping[str, Column]:
        return {header: column for column in self.columns for header in (column.name, *column.aliases)}


@dataclass(slots=True)
class Row:
    """One row under way: parsed values by canonical name, findings, and what the cells said."""

    number: int
    values: dict[str, Any]
    said: dict[str, str]
    present: frozenset[str]
    context: Context
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def fail(self, column: str | None, code: str, value: str | None = None, **facts: Any) -> None:
        self.errors.append(Finding(self.number, column, code, messages.cell(code, **facts), _cut(value)))

    def warn(self, column: str | None, code: str, value: str | None = None, **facts: Any) -> None:
        self.warnings.append(Finding(self.number, column, code, messages.cell(code, **facts), _cut(value)))

    def failed(self, column: str) -> bool:
        return any(error.column == column for error in self.errors)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row as the flows take it: its facts (what could be read of them), errors and warnings."""

    number: int
    facts: Any
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def _cut(value: str | None) -> str | None:
    return None if value is None else value[:SHOWN]


def recognise(header: str, layout: Layout) -> Column | None:
    """The column that a header names, aliases included."""
    return layout.by_header().get(folded(header)) if len(header) <= LONGEST_HEADER else None


def is_sensitive(header: str, *, rqth: bool) -> bool:
    """Whether a header's column must not even be looked at; that of RQTH when the setting of P2 is off."""
    name = folded(header[:LONGEST_HEADER])
    return name in SENSITIVE or (
        not rqth and name in ("rqth", "travailleur_handicape", "rqth_fin", "fin_rqth")
    )


def check_row(
    number: int,
    said: Mapping[str, str],
    layout: Layout,
    context: Context,
    *,
    formulas: bool = True,
    extra: bool = False,
) -> CheckedRow:
    """Parse one row. `said`: canonical column -> raw text of the columns present. All errors are reported."""
    row = Row(number, {}, {}, frozenset(said), context)
    if extra:
        row.fail(None, "extra-cells")
    for column in layout.columns:
        if column.name in said or column.required:
            _cell(row, column, said.get(column.name, ""), formulas)
    if layout.finish is not None:
        layout.finish(row)
    values = {
        column.field: row.values[column.name]
        for column in layout.columns
        if column.field is not None and row.values.get(column.name) is not None
    }
    values.update({key[1:]: value for key, value in row.values.items() if key.startswith("=")})
    return CheckedRow(number, layout.build(values), tuple(row.errors), tuple(row.warnings))


def _cell(row: Row, column: Column, raw: str, formulas: bool) -> None:
    cleaned = cells.clean(
        raw,
        free_text=column.free_text,
        keeps_lines=column.keeps_lines,
        formulas=formulas,
        longest=column.longest,
    )
    for code in cleaned.warnings:
        row.warn(column.name, code, "***" if code == "nir-removed" else cleaned.shown)
    if cleaned.error is not None:
        row.fail(column.name, cleaned.error.code, cleaned.shown, **cleaned.error.facts)
        return
    if not cleaned.text:
        if column.required:
            row.fail(column.name, "missing-required", "***" if cleaned.shown == "***" else "")
        return
    row.said[column.name] = cleaned.text
    row.context.warnings.clear()
    try:
        row.values[column.name] = column.parse(cleaned.text, row.context)
    except Bad as bad:
        row.fail(
            column.name, bad.code, cleaned.shown if cleaned.shown == "***" else cleaned.text, **bad.facts
        )
        return
    for code, facts in row.context.warnings:
        row.warn(column.name, code, cleaned.text, **facts)
