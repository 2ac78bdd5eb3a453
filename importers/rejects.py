"""The rejected rows of a file as a file: mended, it can be imported (imports.md §1, `--rejects`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from .cells import is_dangerous
from .report import Report

#: The two columns that are added; a file of rejects imported and refused again has them once.
OURS = ("_ligne", "_erreurs")


def text(header: Sequence[str], rows: Mapping[int, Sequence[str]], report: Report) -> str:
    """A `;` table of the rows that have errors: the original cells, `_ligne` and `_erreurs`. To be written as
    UTF-8 with BOM. `rows`: row number -> its original cells, social security numbers already as stars."""
    found: dict[int, list[str]] = {}
    for error in report.errors:
        if error.row is not None:
            where = f"{error.column} : " if error.column else ""
            found.setdefault(error.row, []).append(f"{where}{error.message} ({error.code})")
    kept = [place for place, name in enumerate(header) if name not in OURS]
    width = max([len(header), *(len(rows.get(number, ())) for number in found)])
    surplus = range(len(header), width)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    named = [header[place] for place in kept] + [f"_en_trop_{place - len(header) + 1}" for place in surplus]
    writer.writerow([harmless(name) for name in named] + list(OURS))
    for number in sorted(found):
        cells = [*rows.get(number, ()), *[""] * width]
        written = [cells[place] for place in (*kept, *surplus)]
        writer.writerow([*map(harmless, written), str(number), " | ".join(found[number])])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet could take for a formula gets a leading apostrophe; our own reading takes it off."""
    return f"'{cell}" if is_dangerous(cell) else cell
