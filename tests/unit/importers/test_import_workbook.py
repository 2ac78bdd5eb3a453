"""Workbooks as archives nobody trusts (imports.md §2, security.md I1)."""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile

import openpyxl
import pytest

from importers.checking import Checked, check
from matching.vocabulary import ImportKind, Source
from tests.importing import TODAY, xlsx_bytes

HEADER = "identifiant;nom;prenom;date_naissance"
PLAIN = xlsx_bytes(HEADER, "A1;Dupont;Inès;02/03/1995")
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
MEBI = 1024 * 1024


def read(data: bytes, **how) -> Checked:
    return check(ImportKind.YOUNG_PEOPLE, data, "l.xlsx", source=Source.OTHER, today=TODAY, **how)


def code(data: bytes) -> str | None:
    refused = read(data).report.refused
    return refused["code"] if refused else None


def parts(data: bytes = PLAIN) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(changes: dict[str, bytes | None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The plain workbook with some of its parts changed, added, or left out (None)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in {**parts(), **changes}.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


def declaring(data: bytes, name: str, size: int) -> bytes:
    """The archive with another size declared for one member, in its directory and before the member."""
    made = bytearray(data)
    entry = zipfile.ZipFile(io.BytesIO(data)).getinfo(name)
    struct.pack_into("<I", made, entry.header_offset + 22, size)
    at = made.find(b"PK\x01\x02")
    while made[at + 46 : at + 46 + len(name)] != name.encode():
        at = made.find(b"PK\x01\x02", at + 1)
    struct.pack_into("<I", made, at + 24, size)
    return bytes(made)


def sheet(*rows: bytes, around: bytes = b"%s") -> bytes:
    first = b"".join(text(f"{letter}1", name) for letter, name in zip("ABCD", HEADER.split(";"), strict=True))
    inside = around % (b"<sheetData><row r='1'>" + first + b"</row>" + b"".join(rows) + b"</sheetData>")
    spelled = (
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
        + inside
        + b"</worksheet>"
    )
    return pack({SHEET: spelled})


def text(place: str, value: str) -> bytes:
    return f"<c r='{place}' t='inlineStr'><is><t>{value}</t></is></c>".encode()


def line(number: int, *more: bytes) -> bytes:
    cells = [
        text(f"{letter}{number}", value)
        for letter, value in zip("ABCD", (f"A{number}", "Dupont", "Inès", "02/03/1995"), strict=True)
    ]
    return f"<row r='{number}'>".encode() + b"".join([*cells, *more]) + b"</row>"


NOISE = os.urandom(600 * 1024)
REFUSED = {
    "no workbook part": ("unsupported-format", lambda: pack({BOOK: None})),
    "macros": ("unsupported-format", lambda: pack({"xl/vbaProject.bin": b"x"})),
    "a name above the archive": ("corrupt-file", lambda: pack({"xl/../../x": b""})),
    "an absolute name": ("corrupt-file", lambda: pack({"/x": b""})),
    "cut short": ("corrupt-file", lambda: PLAIN[: len(PLAIN) // 2]),
    "four bytes": ("corrupt-file", lambda: b"PK\x03\x04"),
    "a packing nobody uses": ("corrupt-file", lambda: pack({}, zipfile.ZIP_LZMA)),
    "201 members": ("zip-bomb", lambda: pack({f"x{n}": b"" for n in range(201 - len(parts()))})),
    "strong compression": ("zip-bomb", lambda: pack({"xl/media/a": bytes(2 * MEBI)})),
    "over 100 MiB": ("zip-bomb", lambda: pack({f"xl/media/{n}": bytes(51 * MEBI) + NOISE for n in "ab"})),
    "over 100 MiB, declared small": (
        "zip-bomb",
        lambda: declaring(pack({"xl/media/a": bytes(101 * MEBI) + NOISE}), "xl/media/a", 1000),
    ),
    "declared smaller than it is": ("corrupt-file", lambda: declaring(PLAIN, SHEET, 100)),
    "a row without end": ("zip-bomb", lambda: sheet(b"<row>" + b"<c/>" * 1_000_100 + b"</row><!--" + NOISE.hex().encode() + b"-->")),
    "an entity": ("unsafe-xml", lambda: pack({SHEET: b"<!DOCTYPE a [<!ENTITY x 'y'>]>" + parts()[SHEET]})),
    "a document type in UTF-16": (
        "unsafe-xml",
        lambda: pack({BOOK: '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16")}),
    ),
    "a document type in a part nobody reads": ("unsafe-xml", lambda: pack({"customXml/item1.xml": b"<!DOCTYPE a><a/>"})),
    "bomb before document type": ("zip-bomb", lambda: pack({BOOK: b"<!DOCTYPE a>", "xl/media/a": bytes(2 * MEBI)})),
    "document type before broken XML": ("unsafe-xml", lambda: pack({BOOK: b"<a", SHEET: b"<!DOCTYPE a>"})),
    **{f"broken {name}": ("corrupt-file", lambda name=name: pack({name: parts()[name][:-9]})) for name in (SHEET, BOOK, "xl/styles.xml")},
    "rows out of order": ("corrupt-file", lambda: sheet(line(5), line(3))),
    "a row below the last": ("corrupt-file", lambda: sheet(line(2_000_000_000))),
    "a column beyond the last": ("corrupt-file", lambda: sheet(line(2, text("XFE2", "x")))),
    "a number that is none": ("corrupt-file", lambda: sheet(line(2, b"<c r='E2'><v>x</v></c>"))),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_an_archive_that_cannot_be_trusted_is_refused(what):
    expected, made = REFUSED[what]
    assert code(made()) == expected


def test_what_is_just_within_the_limits_is_read():
    for data in (
        pack({f"x{n}": b"" for n in range(200 - len(parts()))}),
        pack({"xl/media/a": bytes(MEBI)}),
        pack({}, zipfile.ZIP_STORED),
    ):
        assert read(data).report.rows_read == 1


@pytest.mark.parametrize("said", ["A1", "A1:B1", "A1:XFD1048576", "A1:A1048576"])
def test_what_a_sheet_says_of_its_size_is_not_believed(said):
    found = read(sheet(line(2), around=f"<dimension ref='{said}'/>".encode() + b"%s"))
    assert [row.facts.family_name for row in found.rows] == ["Dupont"]


def test_rows_keep_their_numbers_over_gaps_and_cells_far_out_are_seen():
    found = read(sheet(line(7), line(30_000), line(1_048_576, text("XFD1048576", "x"))))
    assert [row.line for row in found.rows] == [7, 30_000, 1_048_576]
    assert [(e.row, e.code) for e in found.report.errors] == [(1_048_576, "extra-cells")]


def test_the_first_sheet_with_headers_is_read_or_the_one_named():
    book = openpyxl.Workbook()
    book.active.append(["Notice", "à lire"])
    for title, name in (("Liste", "Dupont"), ("Autre", "Roux")):
        made = book.create_sheet(title)
        for cells in (["Liste"], HEADER.split(";"), ["A1", name, "Inès", "02/03/1995"]):
            made.append(cells)
    out = io.BytesIO()
    book.save(out)
    names = {
        sheet: read(out.getvalue(), sheet=sheet).rows[0].facts.family_name
        for sheet in (None, "Liste", "Autre")
    }
    assert names == {None: "Dupont", "Liste": "Dupont", "Autre": "Roux"}
    assert read(out.getvalue(), sheet="Sheet").report.refused["code"] == "header-not-found"
    unknown = read(out.getvalue(), sheet="Feuil9").report.refused
    assert (unknown["code"], "« Liste »" in unknown["message"]) == ("unknown-sheet", True)


@pytest.mark.parametrize(
    "formula", [b"<f>1+1</f>", b"<f t='array' ref='E2'>1+1</f>", b"<f t='shared' si='0'>1+1</f>", b"<f/>"]
)
def test_every_kind_of_formula_is_one_and_shown_as_text(formula):
    more = text("E1", "commune")
    made = sheet(line(2, b"<c r='E2'>" + formula + b"<v>2</v></c>"))
    changed = parts(made)[SHEET].replace(b"</row>", more + b"</row>", 1)
    (error,) = read(pack({SHEET: changed})).report.errors
    assert (error.code, error.value in ("=1+1", "=")) == ("formula-cell", True)


def test_damaged_workbooks_are_refused_or_read_and_never_raise():
    dice = random.Random(4)
    for _ in range(150):
        made = bytearray(PLAIN)
        for _ in range(dice.choice((1, 1, 2, 8))):
            made[dice.randrange(4, len(made))] = dice.randrange(256)
        read(bytes(made[: dice.choice((len(made), dice.randrange(10, len(made))))]))
    for _ in range(100):
        name, content = dice.choice(list(parts().items()))
        changed = bytearray(content)
        changed[dice.randrange(len(changed))] = dice.randrange(32, 127)
        read(pack({name: bytes(changed)}))
