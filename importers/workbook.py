"""Workbooks (.xlsx): inspected as an archive before any parser sees them, then read without trusting them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from datetime import date, datetime
from typing import Any
from xml.parsers import expat

from matching.errors import UnreadableFile

from . import messages
from .cells import Formula

MOST_MEMBERS = 200
LARGEST_INFLATED = 100 * 1024 * 1024
#: A member larger than this whose compression is stronger than RATIO is a bomb.
LARGE_MEMBER, RATIO = 1024 * 1024, 200
#: Elements of all members, and between two rows, beyond which no list is so large: each costs memory to read.
MOST_ELEMENTS, MOST_IN_A_ROW = 8_000_000, 1_000_000
#: No list has so many columns: what stands further out is only seen to be there.
WIDEST = 200
#: The last row and column of any spreadsheet.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: How workbooks spell characters that XML cannot hold: a carriage return is _x000D_.
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_ERRORS = {
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
}

Record = tuple[int, Sequence[str]]


def _refused(code: str, **facts: object) -> UnreadableFile:
    return UnreadableFile(code, message=messages.refusal(code, **facts))


def inspect(data: bytes) -> None:
    """Refuse what is no workbook, has macros, is broken, inflates too much or declares entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as wrong:  # zipfile raises whatever its parts raise on a broken directory
        raise _refused("corrupt-file") from wrong
    with archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if "xl/workbook.xml" not in names or "xl/vbaProject.bin" in names:
            raise _refused("unsupported-format")
        if any(_escapes(name) for name in names):
            raise _refused("corrupt-file")
        _look_inside(archive, members)


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or bool(re.match(r"^[A-Za-z]:", name))


def _look_inside(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Declared sizes before anything is inflated; then every member inflated in pieces, counted, looked into."""
    declared = sum(member.file_size for member in members)
    strong = any(_is_strong(member.file_size, member) for member in members)
    if len(members) > MOST_MEMBERS or declared > LARGEST_INFLATED or strong:
        raise _refused("zip-bomb")
    total = elements = 0
    unsafe = broken = unreadable = False
    for member in members:
        size, look = 0, _Look(member.filename)
        try:
            for piece in _inflated(archive, member):
                size, total = size + len(piece), total + len(piece)
                if total > LARGEST_INFLATED or _is_strong(size, member):
                    raise _refused("zip-bomb")
                look.at(piece)
                if elements + look.elements > MOST_ELEMENTS or look.in_a_row > MOST_IN_A_ROW:
                    raise _refused("zip-bomb")
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
            broken = True
        look.at(b"", last=True)
        elements += look.elements
        broken = broken or size != member.file_size
        unsafe, unreadable = unsafe or look.unsafe, unreadable or look.unreadable
    if broken:
        raise _refused("corrupt-file")
    if unsafe:
        raise _refused("unsafe-xml")
    if unreadable:
        raise _refused("corrupt-file")


def _is_strong(size: int, member: zipfile.ZipInfo) -> bool:
    return size > LARGE_MEMBER and size > RATIO * max(member.compress_size, 1)


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member really holds, in pieces: the size it declares does not cut it short."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("no spreadsheet packs its parts so")
    whole = copy(member)
    whole.file_size = 1 << 40
    with archive.open(whole) as opened:
        while piece := opened.read(65536):
            yield piece


class _Look:
    """Whether a member of a workbook, seen piece by piece, is safe and well-formed XML, and how much it holds."""

    def __init__(self, name: str) -> None:
        self.unsafe = self.unreadable = False
        self.elements = self.in_a_row = 0
        self._tail = b""
        self._parser = None
        if name.lower().endswith((".xml", ".rels")):
            self._parser = expat.ParserCreate()
            self._parser.StartElementHandler = self._start
            self._parser.StartDoctypeDeclHandler = self._declared

    def at(self, piece: bytes, *, last: bool = False) -> None:
        window = (self._tail + piece).replace(b"\0", b"")  # UTF-16 hides nothing
        self.unsafe = self.unsafe or bool(_DECLARATION.search(window))
        self._tail = piece[-64:]
        if self._parser is None or self.unsafe or self.unreadable:
            return
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError):  # no XML, or of an encoding nobody knows
            self.unreadable = not self.unsafe

    def _start(self, name: str, _: dict[str, str]) -> None:
        self.elements += 1
        self.in_a_row = 0 if name.endswith(("row", "si")) else self.in_a_row + 1

    def _declared(self, *_: Any) -> None:
        self.unsafe = True
        raise ValueError


def records(
    data: bytes, sheet: str | None, has_header: Callable[[Sequence[Record]], bool]
) -> Iterator[Record]:
    """Rows of the named sheet, else of the first one with a header row (else of the first), read as they are asked for.

    Raises UnreadableFile, then or later, when a part cannot be read or there is no such sheet.
    """
    import openpyxl
    from openpyxl.xml import DEFUSEDXML

    if not DEFUSEDXML:  # a billion laughs would go through: better not to read at all
        raise RuntimeError("defusedxml is not in use")
    # What openpyxl does without (validations, styles) is nothing to tell the user.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = {made.title: made for made in book.worksheets}
    except Exception as wrong:  # openpyxl raises whatever its parsers raise on a broken part
        raise _refused("corrupt-file") from wrong
    if sheet is not None and sheet not in sheets:
        listed = ", ".join(f"« {title} »" for title in sheets)
        raise _refused("unknown-sheet", sheet=sheet, sheets=listed)
    chosen = [sheets[sheet]] if sheet is not None else list(sheets.values())
    if not chosen:
        raise _refused("corrupt-file")
    for made in chosen:
        head = [row for _, row in zip(range(20), _rows(book, made), strict=False)]
        if has_header(head):
            return _rows(book, made)
    return _rows(book, chosen[0])


def _rows(book: Any, sheet: Any) -> Iterator[Record]:
    """Every row from the first, missing ones as blank. Raises UnreadableFile.

    The sheet's own parser, not `sheet.rows`: what the file says of its dimensions is never asked, a row is as long as
    its last cell with something in it, and nothing is kept of rows gone by.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    expected = 1
    try:
        with sheet._get_source() as source:
            parser = WorkSheetParser(
                source,
                sheet._shared_strings,
                data_only=False,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, cells in parser.parse():
                if not expected <= number <= LAST_ROW:
                    raise ValueError("rows out of order")
                for missing in range(expected, number):
                    yield missing, ()
                expected = number + 1
                parser.row_dimensions.clear()
                yield number, _row(cells)
    except UnreadableFile:
        raise
    except Exception as wrong:  # as above
        raise _refused("corrupt-file") from wrong


def _row(cells: Sequence[dict[str, Any]]) -> Sequence[str]:
    """The cells of a row, to its last with something in it; of what lies far out one cell shows that it is there."""
    found = {cell["column"]: _text(cell["value"], cell["data_type"]) for cell in cells}
    last = max((column for column, text in found.items() if text), default=0)
    if last > LAST_COLUMN:
        raise ValueError("a column beyond the last")
    row = [found.get(column, "") for column in range(1, min(last, WIDEST) + 1)]
    if last > WIDEST:
        row.append(found[last])
    return row


def _text(value: Any, kind: str) -> str:
    """A cell as text: whole numbers without decimals, dates ISO, yes and no in French; formulas marked."""
    if value is None:
        return ""
    if kind == "f":
        return Formula(value if isinstance(value, str) else getattr(value, "text", None) or "=")
    if kind == "e" or (isinstance(value, str) and value in _ERRORS):
        return Formula(value)
    if isinstance(value, str):
        return _ESCAPE.sub(lambda hit: chr(int(hit[1], 16)), value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    return str(value)
