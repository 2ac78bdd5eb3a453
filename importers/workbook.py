"""Workbooks (.xlsx): inspected as an archive before any parser sees them, then read without trusting them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from matching.errors import UnreadableFile

from . import messages
from .cells import Formula

MOST_MEMBERS = 200
LARGEST_INFLATED = 100 * 1024 * 1024
#: A member larger than this whose compression is stronger than RATIO is a bomb.
LARGE_MEMBER, RATIO = 1024 * 1024, 200
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
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
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as wrong:
        raise _refused("corrupt-file") from wrong
    with archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if "xl/workbook.xml" not in names or "xl/vbaProject.bin" in names:
            raise _refused("unsupported-format")
        if any(_escapes(name) for name in names):
            raise _refused("corrupt-file")
        _not_a_bomb(archive, members)


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or bool(re.match(r"^[A-Za-z]:", name))


def _not_a_bomb(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Declared sizes before anything is inflated; then every member inflated in pieces, counted, looked into."""
    declared = sum(member.file_size for member in members)
    strong = any(
        member.file_size > LARGE_MEMBER and member.file_size > RATIO * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > MOST_MEMBERS or declared > LARGEST_INFLATED or strong:
        raise _refused("zip-bomb")
    total, unsafe, broken = 0, False, False
    for member in members:
        size, tail = 0, b""
        try:
            with archive.open(member) as opened:
                while piece := opened.read(65536):
                    size += len(piece)
                    total += len(piece)
                    if total > LARGEST_INFLATED or (
                        size > LARGE_MEMBER and size > RATIO * max(member.compress_size, 1)
                    ):
                        raise _refused("zip-bomb")
                    if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                        window = (tail + piece).replace(b"\0", b"")  # UTF-16 hides nothing
                        unsafe = unsafe or bool(_DECLARATION.search(window))
                        tail = piece[-64:]
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError):
            broken = True
    if broken:
        raise _refused("corrupt-file")
    if unsafe:
        raise _refused("unsafe-xml")


def records(
    data: bytes, sheet: str | None, has_header: Callable[[Sequence[Record]], bool]
) -> Iterator[Record]:
    """Rows of the named sheet, else of the first one with a header row (else of the first).

    Raises UnreadableFile when the XML cannot be read or there is no such sheet.
    """
    import openpyxl
    from openpyxl.xml import DEFUSEDXML

    if not DEFUSEDXML:  # a billion laughs would go through: better not to read at all
        raise RuntimeError("defusedxml is not in use")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = {made.title: made for made in book.worksheets}
        if sheet is not None and sheet not in sheets:
            listed = ", ".join(f"« {title} »" for title in sheets)
            raise _refused("unknown-sheet", sheet=sheet, sheets=listed)
        chosen = [sheets[sheet]] if sheet is not None else list(sheets.values())
        if not chosen:
            raise _refused("corrupt-file")
        for made in chosen:
            made.reset_dimensions()  # a wrong <dimension> hides columns or declares a million
            head = [row for _, row in zip(range(20), _rows(made), strict=False)]
            if has_header(head):
                return iter(list(_rows(made)))
        return iter(list(_rows(chosen[0])))
    except UnreadableFile:
        raise
    except Exception as wrong:  # openpyxl raises whatever its parsers raise on a broken part
        raise _refused("corrupt-file") from wrong


def _rows(sheet: Any) -> Iterator[Record]:
    for number, row in enumerate(sheet.rows, 1):
        yield number, [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without decimals, dates ISO, yes and no in French; formulas marked."""
    value = cell.value
    if value is None:
        return ""
    kind = cell.data_type
    if kind == "f" or (kind == "e") or (isinstance(value, str) and value in _ERRORS):
        return Formula(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    return str(value)
