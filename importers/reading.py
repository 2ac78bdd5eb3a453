"""Bytes become a table: format by content, encoding, separator, header row; refusals in the order of imports.md §2."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from matching.errors import TooLarge, UnreadableFile
from matching.vocabulary import ImportKind

from . import geojson, messages, workbook
from .cells import SPACES, starred
from .columns import Layout, is_sensitive, recognise
from .report import Finding

LARGEST = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
#: So much of a row is kept for the file of rejects.
LONGEST_ROW = 2 * MOST_COLUMNS
#: The header row is looked for in so many first records.
HEAD = 20
SEPARATORS = (";", ",", "\t", "|")
_ACCENTED = "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ"

#: A record: its number as a spreadsheet shows it, and its cells.
Record = tuple[int, Sequence[str]]


@dataclass(slots=True)
class Table:
    """A file as rows. `rows`: (row number, cells by canonical column, has extra cells, cells as they were)."""

    encoding: str
    layout: Layout
    header_row: int
    headers: list[str]
    columns: list[dict[str, str]]
    rows: list[tuple[int, Mapping[str, str], bool, Sequence[str]]]
    warnings: list[Finding] = field(default_factory=list)


def refused(code: str, **facts: object) -> UnreadableFile:
    """The refusal of a whole file, with its sentence."""
    kind = TooLarge if code == "too-large" else UnreadableFile
    return kind(code, message=messages.refusal(code, **facts))


def format_of(data: bytes, kind: ImportKind) -> str:
    """`workbook`, `json` or `text`. Raises UnreadableFile for refusals 1 to 3."""
    head = _first_character(data)
    if head == "":
        raise refused("empty-file")
    if len(data) > LARGEST:
        raise refused("too-large")
    if data.startswith(b"PK\x03\x04"):
        return "workbook"
    if data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")) or head == "<":
        raise refused("unsupported-format")
    if head in "{[":
        if kind is ImportKind.OFFERS or (kind is ImportKind.ZONES and geojson.looks_like_it(data)):
            return "json"
        raise refused("unsupported-format")
    return "text"


def _first_character(data: bytes) -> str:
    """First character after BOM and white space; empty for nothing but white space."""
    for mark, encoding in (
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):
        if data.startswith(mark):
            start = data[len(mark) :].decode(encoding, errors="replace")
            break
    else:
        start = data.decode("utf-8", errors="replace")
    return start.lstrip(SPACES + "\x0b\x0c")[:1]


def decode(data: bytes) -> tuple[str, str]:
    """(text, name of the encoding). Raises UnreadableFile("bad-encoding")."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    for mark, encoding in marks:
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as wrong:
                raise refused("bad-encoding") from wrong
            if "\0" in text:
                raise refused("bad-encoding")
            return text, encoding
    if b"\0" in data:
        raise refused("bad-encoding")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    best: tuple[int, str, str] | None = None
    for encoding in ("cp1252", "mac_roman"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        count = sum(text.count(letter) for letter in _ACCENTED)
        if best is None or count > best[0]:
            best = (count, encoding, text)
    if best is None:
        raise refused("bad-encoding")
    return best[2], best[1]


def read(
    data: bytes, kind: ImportKind, layouts: Sequence[Layout], *, sheet: str | None = None, rqth: bool = True
) -> Table:
    """The table of a workbook or a delimited text. Raises UnreadableFile or TooLarge for a whole-file refusal."""
    if format_of(data, kind) == "workbook":
        workbook.inspect(data)
        records, encoding = (
            workbook.records(data, sheet, lambda head: find_header(head, layouts) is not None),
            "xlsx",
        )
    else:
        text, encoding = decode(data)
        records = delimited(text, layouts)
    return table(records, encoding, layouts, rqth=rqth)


def delimited(text: str, layouts: Sequence[Layout]) -> Iterator[Record]:
    """Records of a text, cut at the separator with which one row of the head has the most known headers."""
    csv.field_size_limit(2**31 - 1)

    def records(separator: str) -> Iterator[Record]:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=separator, quotechar='"', doublequote=True
        )
        return ((number, cells) for number, cells in enumerate(reader, 1))

    def most_known(separator: str) -> int:
        head = [
            cells for _, cells in zip(range(HEAD), (cells for _, cells in records(separator)), strict=False)
        ]
        return max((known(cells, layout) for cells in head for layout in layouts), default=0)

    return records(max(SEPARATORS, key=most_known))


def known(cells: Sequence[str], layout: Layout) -> int:
    """How many cells are headers of this layout."""
    return sum(1 for cell in cells if cell and recognise(cell, layout) is not None)


def find_header(head: Sequence[Record], layouts: Sequence[Layout]) -> tuple[int, Layout] | None:
    """(index in the head, layout) of the first record with at least two known headers; of its layouts the fullest."""
    for index, (_, cells) in enumerate(head):
        counts = [known(cells, layout) for layout in layouts]
        if max(counts) >= 2:
            # Of two layouts that know as many headers, the one that misses fewer of its own columns.
            ranked = [(count, -len(layout.columns)) for count, layout in zip(counts, layouts, strict=True)]
            return index, layouts[ranked.index(max(ranked))]
    return None


def blank(cells: Sequence[str]) -> bool:
    return all(not cell.strip(SPACES) for cell in cells)


def table(records: Iterator[Record], encoding: str, layouts: Sequence[Layout], *, rqth: bool) -> Table:
    """Header found and checked, rows gathered. Raises UnreadableFile for refusals of number 6."""
    head: list[Record] = [record for _, record in zip(range(HEAD), records, strict=False)]
    found = find_header(head, layouts)
    if found is None:
        raise refused("header-not-found")
    index, layout = found
    header_row, cells = head[index]
    headers = [starred(cell.strip(SPACES)) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MOST_COLUMNS:
        raise refused("too-many-columns")
    names = [_name(header, layout, rqth) for header in headers]
    _no_column_twice(names, headers)
    rows: list[tuple[int, Mapping[str, str], bool, Sequence[str]]] = []
    unnamed = [at for at, header in enumerate(headers) if not header]
    too_many = False
    filled: set[int] = set()
    for number, row in (*head[index + 1 :], *records):
        if blank(row):
            continue
        filled.update(at for at in unnamed if at < len(row) and row[at].strip(SPACES))
        if len(rows) >= MOST_ROWS:
            too_many = True
            if not unnamed or filled:
                break
            continue
        said = {name: row[at] if at < len(row) else "" for at, name in enumerate(names) if name}
        rows.append((number, said, not blank(row[len(headers) :]), row[:LONGEST_ROW]))
    if filled:
        raise refused("merged-header", position=min(filled) + 1)
    missing = [column.name for column in layout.columns if column.required and column.name not in names]
    if missing:
        raise refused("missing-column", columns=", ".join(missing))
    if too_many:
        raise refused("too-many-rows")
    made = Table(
        encoding,
        layout,
        header_row,
        headers,
        [{"header": header, "column": name} for header, name in zip(headers, names, strict=True) if name],
        rows,
    )
    made.warnings = list(_header_warnings(made, names, rqth))
    return made


def _name(header: str, layout: Layout, rqth: bool) -> str | None:
    column = recognise(header, layout) if header and not is_sensitive(header, rqth=rqth) else None
    return column.name if column else None


def _no_column_twice(names: Sequence[str | None], headers: Sequence[str]) -> None:
    for name in {name for name in names if name}:
        twice = [header for header, each in zip(headers, names, strict=True) if each == name]
        if len(twice) > 1:
            raise refused("duplicate-column", columns=" et ".join(f"« {header} »" for header in twice))


def _header_warnings(made: Table, names: Sequence[str | None], rqth: bool) -> Iterator[Finding]:
    for header, name in zip(made.headers, names, strict=True):
        if header and name is None:
            code = "sensitive-column" if is_sensitive(header, rqth=rqth) else "unknown-column"
            yield Finding(made.header_row, header, code, messages.cell(code), None)
    if not made.rows:
        yield Finding(None, None, "no-rows", messages.cell("no-rows"), None)
