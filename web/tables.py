"""CSV that a French spreadsheet opens as it is, and that cannot become a formula there (security.md I2)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Response

#: First characters that a spreadsheet may take for the start of a formula, also in full width.
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
#: Spaces and signs of no width that a spreadsheet may skip before looking.
SKIPPED = " \u00a0\u202f\u200b\u200c\u200d\u2060\ufeff"


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """An attachment: UTF-8 with its mark, « ; », every field quoted, decimal comma, dates as 04/11/2013."""
    response = Response(csv_text(header, rows).encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{plain(filename)}"'
    return response


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """One value as people read it; typed values cannot be formulas and keep their sign."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case int():
            return str(value)
        case float():
            return f"{value:.10g}".replace(".", ",")
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case _:
            return safe(str(value))


def safe(text: str) -> str:
    """The same text, marked with one ' when a spreadsheet could run it."""
    return "'" + text if text.lstrip(SKIPPED).startswith(FORMULA) else text


def plain(filename: str) -> str:
    """Letters, digits, point and dash alone: nothing that a header or a shell could misread."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-_") else "-" for sign in filename)
    return kept.lstrip(".-") or "passerelle.csv"
