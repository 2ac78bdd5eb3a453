"""What every cell goes through before its own parser: white space, unwanted signs, formulas, forbidden numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


class Bad(ValueError):
    """A cell that cannot be taken: its code, and what its sentence needs."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Formula(str):
    """Text of a workbook cell that is a formula or an error value: never used."""

    __slots__ = ()


@dataclass(slots=True)
class Cleaned:
    """A cell's text; `hidden`: what may be shown of it; `warnings` by code; `error`, after which it gets no other."""

    text: str
    shown: str
    warnings: list[str] = field(default_factory=list)
    error: Bad | None = None


_BREAKS = re.compile("[\r\n\u2028\u2029]+")
#: White space at the ends of a cell: spaces of every width, no-break ones too; no control character.
SPACES = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SUSPECT = re.compile("Ã©|Ã¨|Ã |\ufffd")
_QUOTED_DIGITS = re.compile(r'^="(\d+)"$')
_ONLY_NUMBER = re.compile(r"^(?:-|[\d\s+\-.()\u00a0\u202f]*\d[\d\s+\-.()\u00a0\u202f]*)$")
_NIR = re.compile(r"(?<![0-9A-Za-z])\d(?:\s?\d){4}\s?(?:\d\s?\d|2\s?[ABab])(?:\s?\d){8}(?![0-9A-Za-z])")
#: security.md I2: what a spreadsheet could take for a formula.
DANGEROUS = "=+-@\t\r\n\0＝＋－＠"


def clean(raw: str, *, free_text: bool, formulas: bool, longest: int, keeps_lines: bool = False) -> Cleaned:
    """The text of a known cell. `free_text`: line breaks stay and formulas are words; `formulas`: tested at all."""
    text = raw.strip(SPACES) if free_text or keeps_lines else _BREAKS.sub(" ", raw).strip(SPACES)
    if isinstance(raw, Formula):
        return Cleaned("", str(raw), [], Bad("formula-cell"))
    if not text:
        return Cleaned("", "")
    found = Cleaned(text, text)
    if _INVISIBLE.search(text):
        found.text = text = _INVISIBLE.sub("", text).strip(SPACES)
        found.warnings.append("invisible-character")
    if _CONTROL.search(text):
        found.error = Bad("control-character")
    elif len(text) > longest:
        found.error = Bad("too-long", longest=longest)
    elif formulas:
        _formula(found, free_text)
    if _SUSPECT.search(text):
        found.warnings.append("suspect-encoding")
    _forget_nir(found, free_text)
    return found


def _formula(found: Cleaned, free_text: bool) -> None:
    text = found.text
    if text.startswith("'") and text[1:].strip()[:1] in tuple(DANGEROUS):
        found.text = text[1:]
    elif quoted := _QUOTED_DIGITS.match(text):
        found.text = quoted.group(1)
    elif not free_text and (text[0] in "=@" or (text[0] in "+-" and not _ONLY_NUMBER.match(text))):
        found.error = Bad("formula-cell")


def _forget_nir(found: Cleaned, free_text: bool) -> None:
    """The number goes before anything can keep it: report, rejects and base see stars or nothing."""
    hits = [hit for hit in _NIR.finditer(found.text) if is_nir(hit.group())]
    if not hits:
        return
    found.warnings.append("nir-removed")
    for hit in hits:
        found.text = found.text.replace(hit.group(), "***")
    found.shown = "***"
    if not free_text:
        found.text, found.error = "", None


def is_nir(text: str) -> bool:
    """15 digits with a valid key; Corsica's 2A and 2B count as 19 and 18 (imports.md §2)."""
    digits = "".join(text.split()).upper()
    if len(digits) != 15:
        return False
    body = digits[:13].replace("2A", "19", 1) if digits[5:7] == "2A" else digits[:13]
    body = body.replace("2B", "18", 1) if digits[5:7] == "2B" else body
    return body.isdigit() and digits[13:].isdigit() and int(digits[13:]) == 97 - int(body) % 97


def starred(text: str) -> str:
    """The text with every NIR as ***, for the rejects file."""
    return _NIR.sub(lambda hit: "***" if is_nir(hit.group()) else hit.group(), text)
