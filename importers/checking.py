"""A file checked without the base: every row read, every error and warning that the file alone can show."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from matching.errors import UnreadableFile
from matching.planned import Incoming
from matching.store.base import Base
from matching.store.organisations import (
    Occupation,
    OccupationMobility,
    OccupationTitle,
    Zone,
    ZonePerimeter,
    ZoneStreet,
)
from matching.vocabulary import ImportKind, Source

from . import (
    cells,
    geojson,
    json_offers,
    messages,
    occupations,
    offers,
    organisations,
    reading,
    rejects,
    young_people,
    zones,
)
from .columns import CheckedRow, Layout, check_row
from .report import Finding, Report
from .values import Context

LAYOUTS: dict[ImportKind, Sequence[Layout]] = {
    ImportKind.YOUNG_PEOPLE: young_people.LAYOUTS,
    ImportKind.OFFERS: offers.LAYOUTS,
    ImportKind.ASSOCIATIONS: organisations.ASSOCIATION_LAYOUTS,
    ImportKind.EMPLOYERS: organisations.EMPLOYER_LAYOUTS,
    ImportKind.ZONES: zones.LAYOUTS,
    ImportKind.OCCUPATIONS: occupations.LAYOUTS,
}

#: The table that the rows of a reference file belong to.
MODELS: tuple[tuple[Layout, type[Base]], ...] = (
    (zones.ZONE_LAYOUT, Zone),
    (zones.STREET_LAYOUT, ZoneStreet),
    (occupations.OCCUPATION_LAYOUT, Occupation),
    (occupations.TITLE_LAYOUT, OccupationTitle),
    (occupations.MOBILITY_LAYOUT, OccupationMobility),
)

#: What the rejects show of an element of JSON: enough to find it where it came from.
JSON_HEADER = ("reference", "intitule", "employeur", "type_contrat", "code_postal")
JSON_FIELDS = ("reference", "title", "employer", "contract_kind", "postcode")

#: Progress is told every so many rows.
STEP = 500

#: (step, done, total) -> None
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Checked:
    """A file ready to be judged against the base. `report` says what the file alone shows; a refused one has no row."""

    kind: ImportKind
    source: Source
    today: date
    report: Report
    rows: list[Incoming[Any]] = field(default_factory=list)
    json: bool = False
    model: type[Base] | None = None
    header: Sequence[str] = ()
    originals: dict[int, Sequence[str]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def text(self, line: int, column: str | None) -> str | None:
        """What the cell of a canonical column says in a row, as written; None where there is no such cell."""
        place = self.places.get(column or "", -1)
        cells_of_row = self.originals.get(line, ())
        return cells_of_row[place].strip() if 0 <= place < len(cells_of_row) else None

    def rejects(self, report: Report) -> str:
        """The rejected rows as a table to mend and import again."""
        return rejects.text(self.header, self.originals, report)


def check(
    kind: ImportKind,
    data: bytes,
    file_name: str,
    *,
    source: Source,
    today: date,
    nomenclature: str = "2019",
    sheet: str | None = None,
    year: int | None = None,
    rqth: bool = True,
    sha256: str | None = None,
    on_progress: Progress | None = None,
) -> Checked:
    """Read and check a file. Raises nothing for a bad one: its report says why it is refused.

    `year`: the grant year of the associations whose row says none. `rqth` False: columns of the RQTH are not even
    looked at (security.md P2). `sha256`: of the whole file, where
    `data` is only the beginning of one that is too large.
    """
    digest = sha256 or hashlib.sha256(data).hexdigest()
    report = Report(str(kind), str(source), file_name, digest, dry_run=False)
    checked = Checked(kind, source, today, report)
    context = Context(today, source, nomenclature)
    try:
        if reading.format_of(data, kind) == "json":
            _take(checked, _json(checked, data, context), None, on_progress)
        else:
            table = reading.read(data, kind, LAYOUTS[kind], sheet=sheet, rqth=rqth)
            report.encoding, report.header_row = table.encoding, table.header_row
            report.columns = table.columns
            report.warnings += table.warnings
            checked.model = next((model for layout, model in MODELS if layout is table.layout), None)
            checked.header = table.headers
            checked.places = _places(table)
            rows = (
                (check_row(number, said, table.layout, context, extra=extra), original)
                for number, said, extra, original in table.rows
            )
            _take(checked, rows, len(table.rows), on_progress)
    except UnreadableFile as refusal:
        report.refuse(refusal.code, refusal.facts["message"])
    if kind is ImportKind.ASSOCIATIONS and year is not None:
        _date(checked, year)
    return checked


def without_year(checked: Checked) -> list[int]:
    """Positions of the good rows of associations that say no grant year."""
    if checked.kind is not ImportKind.ASSOCIATIONS:
        return []
    return [at for at, row in enumerate(checked.rows) if not row.faulty and row.facts.year is None]


def _date(checked: Checked, year: int) -> None:
    """Give them the year that was said for all of them."""
    for at in without_year(checked):
        row = checked.rows[at]
        checked.rows[at] = replace(row, facts=replace(row.facts, year=year))


def _places(table: reading.Table) -> dict[str, int]:
    """Canonical column -> its position among the headers."""
    found: dict[str, int] = {}
    at = 0
    for column in table.columns:
        at = table.headers.index(column["header"], at)
        found[column["column"]] = at
        at += 1
    return found


def _json(checked: Checked, data: bytes, context: Context) -> Iterator[tuple[CheckedRow, Sequence[str]]]:
    found: Iterable[CheckedRow]
    if checked.kind is ImportKind.ZONES:
        checked.report.encoding, found = geojson.perimeters(data)
        checked.model = ZonePerimeter
        checked.header = ("local_id",)
    else:
        checked.report.encoding, found = json_offers.offers(data, context)
        checked.header = JSON_HEADER
    checked.json = True
    for number, row in enumerate(found, 1):
        if number > reading.MOST_ROWS:
            raise reading.refused("too-many-rows")
        if checked.kind is ImportKind.ZONES:
            yield row, (str(row.facts.get("zone", "")),)
        else:
            yield row, [str(getattr(row.facts, name) or "") for name in JSON_FIELDS]


def _take(
    checked: Checked,
    rows: Iterable[tuple[CheckedRow, Sequence[str]]],
    total: int | None,
    on_progress: Progress | None,
) -> None:
    report = checked.report
    found: list[tuple[CheckedRow, Sequence[str]]] = []
    for each in rows:
        found.append(each)
        if on_progress is not None and len(found) % STEP == 0:
            on_progress("check", len(found), total or 0)
    for row, original in found:
        checked.rows.append(Incoming(row.number, row.facts, bool(row.errors)))
        checked.originals[row.number] = [cells.starred(str(cell)) for cell in original]
        report.errors += row.errors
        report.warnings += row.warnings
    report.rows_read = len(found)
    if not found and not any(warning.code == "no-rows" for warning in report.warnings):
        report.warnings.append(Finding(None, None, "no-rows", messages.cell("no-rows")))
