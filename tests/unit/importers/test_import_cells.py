"""What every cell goes through (imports.md §2): white space, signs nobody sees, formulas, social security numbers."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pytest

from importers import rejects
from importers.checking import check
from importers.report import Report
from matching.vocabulary import ImportKind, Source
from tests.importing import TODAY
from tests.unit.importers.test_import_values import row

FORMULA, CONTROL, LONG, UNSEEN, SUSPECT = (
    "formula-cell", "control-character", "too-long", "invisible-character", "suspect-encoding",
)  # fmt: skip
NIR = "185057800608491"
SPACED = "1 85 05 78 006 084 91"


def cell(text: str, column: str = "commune") -> tuple[str | None, list[str], list[str]]:
    facts, errors, warnings = row("jeunes", column, text)
    return {"commune": facts.commune, "observations": facts.remarks}[column], errors, warnings


@pytest.mark.parametrize(
    ("text", "kept", "warnings"),
    [
        ("\u00a0 Amiens\u202f", "Amiens", []),
        ("Amiens\r\nNord", "Amiens Nord", []),
        ("Ami\u00adens\u200b", "Amiens", [UNSEEN]),
        ("\u200b", None, [UNSEEN]),
        ("\u202eAmiens\u2066", "Amiens", [UNSEEN]),
        ("e\u0301", "é", []),
        *((text, text, [SUSPECT]) for text in ("CrÃ©teil", "CrÃ¨me", "Ã Amiens", "Ã\u00a0Amiens", "Am\ufffdens")),
        ("VoilÃ\u00a0", "VoilÃ", [SUSPECT]),
        ("x" * 255, "x" * 255, []),
        *((text, text, []) for text in ("-", "--", "+33 (0)6", "-12", "- 3.5", "(a)", "'a", "a=1")),
        ('="08000"', "08000", []),
        *(("'" + text, text, []) for text in ("=1+1", "@x", "+a", "-a", "＝x")),
        ("'\tx", "x", []),
        ("'\nx", "x", []),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_cell(text, kept, warnings):
    assert cell(text) == (kept, [], warnings)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, FORMULA) for text in ("=1+1", "@x", "+a", "-a", "+33/6", " =A1", "\u200b=A1")),
        *((text, CONTROL) for text in ("A\u0001B", "A\tB", "A\u0085B", "=\u0001")),
        ("x" * 256, LONG),
        ("=" + "x" * 300_000, LONG),
    ],
)
def test_a_cell_that_is_refused_gets_no_other_error(text, code):
    _, errors, warnings = row("jeunes", "code_rome", text)
    assert (errors, set(warnings) <= {UNSEEN}) == ([code], True)


def test_free_text_keeps_its_lines_and_its_signs_and_has_its_own_length():
    assert cell("=a\r\n- b\rc", "observations") == ("=a\n- b\nc", [], [])
    assert cell("x" * 4000, "observations")[1] == []
    assert cell("x" * 4001, "observations")[1] == [LONG]
    assert cell("a\u0001", "observations")[1] == [CONTROL]
    assert [row("offres", "description", "x" * n)[1] for n in (10_000, 10_001)] == [[], [LONG]]
    assert [row("jeunes", "prenom", "x" * n)[1] for n in (100, 101)] == [[], [LONG]]


#: One number as people write it, and with what hides it from a plain search.
WRITTEN = (
    NIR, SPACED, SPACED.replace(" ", "  "), SPACED.replace(" ", "\u00a0"), SPACED.replace(" ", "\u200b"),
    NIR[:8] + "\u00ad" + NIR[8:], "'" + NIR, f'="{NIR}"', f"={NIR}", f"+{NIR}", f"NIR{NIR}", f"n° {SPACED}.",
    f"2 {SPACED}", f"06 39 98 00 01 {SPACED}", f"{SPACED} 2",
    "1 85 05 2A 006 084 35", "185052b00608462",
)  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_social_security_number_is_nowhere(written):
    for column in ("observations", "commune", "nom", "identifiant", "date_naissance", "telephone"):
        file = f"{column};prenom;quartier;niveau;secu {written}\n".replace('"', "")
        cells = written.replace('"', '""')
        file += f'"{cells}";Inès;nord;x;"{cells}"\n'
        for missing in {"nom", "date_naissance"} - {column}:
            file = file.replace("prenom;", f"prenom;{missing};", 1).replace("Inès;", "Inès;02/03/1995;", 1)
        checked = check(ImportKind.YOUNG_PEOPLE, file.encode(), "l.csv", source=Source.OTHER, today=TODAY)
        report = checked.report
        assert [w.value for w in report.warnings if w.code == "nir-removed"] == ["***"], column
        told = f"{report.as_json()} {checked.rows} {checked.rejects(report)}"
        bare = re.sub("[^0-9A-Za-z]", "", told).upper()
        assert not any(number in bare for number in (NIR, "185052A00608435", "185052B00608462")), column


def test_in_free_text_the_number_alone_goes_and_elsewhere_the_cell_is_blank():
    assert cell(f"Dossier 12 {SPACED} à voir", "observations") == (
        "Dossier 12 *** à voir",
        [],
        ["nir-removed"],
    )
    assert cell(f"x {SPACED}") == (None, [], ["nir-removed"])
    for other in ("185057800608492", "1" + NIR, NIR + "1", "123456789012345"):
        assert cell(other, "observations") == (other, [], [])


@pytest.mark.parametrize(
    "text", ["=1+1", " =1", "\t-a", "\nx", "@a", "＋b", '="08000"', "\u200b=1", "'=1", "plain", "-", "", "'x"]
)
def test_what_the_rejects_write_is_read_back_as_it_was(text):
    again = rejects.harmless(text)
    assert again.lstrip("\t\r\n")[:1] not in tuple("=+-@＝＋－＠")
    if text not in (
        "=1+1",
        " =1",
        "\t-a",
        "@a",
        "\u200b=1",
    ):  # refused as formulas until the mark makes them words
        assert cell(again)[0] == cell(text)[0]


def test_cells_of_a_workbook():
    cells = {
        "nom": "Dupont", "prenom": True, "date_naissance": datetime(1995, 3, 2, 4, 5, tzinfo=UTC).replace(tzinfo=None), "code_postal": 80000.0,
        "mobilite_km": 12.5, "telephone": 639980001, "disponible_le": 34760, "permis_b": False, "commune": '="80"',
        "observations": "a_x000D_\nb", "x_inconnu": "=1+1",
    }  # fmt: skip
    report, facts = workbook(cells)
    assert (report.errors, report.encoding, report.header_row) == ([], "xlsx", 1)
    assert (facts.given_names, facts.birth_date, facts.postcode) == ("oui", date(1995, 3, 2), "80000")
    assert (facts.mobility_km, facts.phone, facts.available_from) == (12.5, "+33639980001", date(1995, 3, 2))
    assert (facts.driving_licence, facts.commune, facts.remarks) == (False, "80", "a\nb")


@pytest.mark.parametrize("value", ["=1+1", "=A1", "#N/A", "#REF!", "#DIV/0!"])
def test_a_formula_or_an_error_of_a_workbook_is_never_used(value):
    report, _ = workbook(
        {"nom": "Dupont", "prenom": "Inès", "date_naissance": "02/03/1995", "observations": value}
    )
    assert [(e.column, e.code, e.value) for e in report.errors] == [("observations", FORMULA, value)]


def test_a_number_of_a_formula_is_not_told_either():
    report, facts = workbook(
        {"nom": "Dupont", "prenom": "Inès", "date_naissance": "02/03/1995", "commune": f"={NIR}"}
    )
    assert (report.errors, facts.commune) == ([], None)
    assert ("commune", "nir-removed", "***") in [(w.column, w.code, w.value) for w in report.warnings]


def test_a_workbook_counted_from_1904_keeps_its_days():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    cells = {"nom": "Dupont", "prenom": "Inès", "date_naissance": date(1995, 3, 2)}
    assert workbook(cells, book)[1].birth_date == date(1995, 3, 2)


def workbook(cells: dict, book: openpyxl.Workbook | None = None) -> tuple[Report, object]:
    book = book or openpyxl.Workbook()
    for line in (list(cells), list(cells.values())):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    checked = check(ImportKind.YOUNG_PEOPLE, out.getvalue(), "l.xlsx", source=Source.OTHER, today=TODAY)
    return checked.report, checked.rows[0].facts
