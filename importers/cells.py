"""What every cell goes through before its own parser: white space, unwanted signs, formulas, forbidden numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any


class Bad(ValueError):
    """A cell that cannot be taken: its code, and what its sentence needs."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


#: Corsica's departments, as the key of a NIR counts them.
CORSICA = {"2A": "19", "2B": "18"}


class Formula(str):
    """Text of a workbook cell that is a formula or an error value: never used."""

    __slots__ = ()


@dataclass(slots=True)
class Cleaned:
    """A cell's text; `shown`: what may be shown of it; `warnings` by code; `error`, after which it gets no other."""

    text: str
    shown: str
    warnings: list[str] = field(default_factory=list)
    error: Bad | None = None


_BREAKS = re.compile("\r\n|[\r\n\u2028\u2029]")
_BREAK_RUNS = re.compile("[\r\n\u2028\u2029]+")
#: White space at the ends of a cell: spaces of every width, no-break ones too; no control character.
SPACES = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
#: Control characters, and halves of surrogate pairs, which are no text at all (JSON can spell them).
_CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SUSPECT = re.compile("Ã©|Ã¨|Ã[ \u00a0]|\ufffd")
_QUOTED_DIGITS = re.compile(r'^="([0-9]+)"$')
#: What may follow a leading + or -: « -- » or « +33 (0)6 » is no formula.
_ONLY_NUMBER = re.compile(r"^[\d\s+\-.()\u00a0\u202f]*$")
_GAP = rf"[\s{_UNSEEN}]*"
#: Every place where 15 digits begin, even inside others that are no social security number.
_NIR = re.compile(
    rf"(?<!\d)(?=(\d(?:{_GAP}\d){{4}}{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{8}})(?!\d))"
)
#: security.md I2: what a spreadsheet could take for a formula, after what it skips.
DANGEROUS = "=+-@\t\r\n\0＝＋－＠"
_SKIPPED = re.compile(f"^[\\s{_UNSEEN}]+")


def clean(raw: str, *, free_text: bool, formulas: bool, longest: int, keeps_lines: bool = False) -> Cleaned:
    """The text of a known cell. `free_text`: line breaks stay and formulas are words; `formulas`: tested at all."""
    formula = isinstance(raw, Formula) and not _QUOTED_DIGITS.match(raw)
    marked = formulas and not formula and is_marked(raw)
    said = unicodedata.normalize("NFC", raw.lstrip(SPACES)[1:] if marked else str(raw))
    kept_lines = free_text or keeps_lines
    text = (_BREAKS.sub("\n", said) if kept_lines else _BREAK_RUNS.sub(" ", said)).strip(SPACES)
    found = Cleaned(text, text)
    if not text:
        return found
    if _INVISIBLE.search(text):
        found.text = text = _INVISIBLE.sub("", text).strip(SPACES)
        found.warnings.append("invisible-character")
    if formula:
        found.error = Bad("formula-cell")
    elif _CONTROL.search(text):
        found.error = Bad("control-character")
        found.shown = text.encode("utf-8", "replace").decode()
    elif len(text) > longest:
        found.error = Bad("too-long", longest=longest)
    elif quoted := _QUOTED_DIGITS.match(text) if formulas else None:
        found.text = quoted.group(1)
    elif formulas and not marked and not free_text and _is_formula(text):
        found.error = Bad("formula-cell")
    if _SUSPECT.search(said):
        found.warnings.append("suspect-encoding")
    _forget_nir(found, free_text)
    if formula:
        found.text = ""
    return found


def _is_formula(text: str) -> bool:
    return text[:1] in ("=", "@") or (text[:1] in ("+", "-") and not _ONLY_NUMBER.match(text))


def is_dangerous(cell: str) -> bool:
    """Whether a spreadsheet could take the cell for a formula (security.md I2)."""
    first = _SKIPPED.sub("", cell, count=1)[:1]
    return (first != "" and first in DANGEROUS) or cell[:1] in ("\t", "\r", "\n", "\0")


def is_marked(cell: str) -> bool:
    """Whether the cell bears the apostrophe that our own exports put before what is_dangerous."""
    start = cell.lstrip(SPACES)
    return start.startswith("'") and is_dangerous(start[1:])


def _forget_nir(found: Cleaned, free_text: bool) -> None:
    """The number goes before anything can keep it: report, rejects and base see stars or nothing."""
    without = starred(found.text)
    if without == found.text:
        return
    found.warnings.append("nir-removed")
    found.text, found.shown = without, "***"
    if not free_text:
        found.text, found.error = "", None


def is_nir(text: str) -> bool:
    """15 digits with a valid key; Corsica's 2A and 2B count as 19 and 18 (imports.md §2)."""
    digits = re.sub(_GAP, "", text).upper()
    if len(digits) != 15:
        return False
    body = digits[:13]
    if digits[5:7] in CORSICA:
        body = digits[:5] + CORSICA[digits[5:7]] + digits[7:13]
    return body.isdigit() and digits[13:].isdigit() and int(digits[13:]) == 97 - int(body) % 97


def starred(text: str) -> str:
    """The text with every NIR as ***."""
    if len(text) < 15:
        return text
    parts, done = [], 0
    for hit in _NIR.finditer(text):
        start, end = hit.span(1)
        if start >= done and is_nir(hit.group(1)):
            parts += [text[done:start], "***"]
            done = end
    return "".join([*parts, text[done:]])
