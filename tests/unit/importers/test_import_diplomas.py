"""The diploma table of imports.md §3, line by line: level and years after the bac of a wording."""

from __future__ import annotations

import pytest

from importers.cells import Bad
from importers.diploma import diploma

NONE = (0, None)

#: (level, years after the bac), None = `unknown-diploma` -> wordings
TABLE: dict[tuple[int, int | None] | None, tuple[str, ...]] = {
    None: (
        "bac non obtenu", "licence en cours", "BTS (échec)", "CAP non validé", "abandon bac", "9", "0", "5 bis", "Vbis",
        "BAFA", "capacité", "doctorante", "niveau",
    ),
    NONE: (
        "sans diplôme", "Aucun", "aucun diplôme", "Non diplômé", "NÉANT", "sans", "niveau : sans diplôme", "VI", "V bis",
        "Niveau V bis", "1", "2", "6e", "5eme", "4ème", "3e", "troisième", "Seconde", "2nde", "Première", "1ère",
        "terminale", "Brevet", "Brevet des collèges", "DNB", "BEPC", "CFG",
    ),
    (3, None): ("V", "niveau V", "3", "CAP", "CAPA", "BEP", "BEPA", "Mention complémentaire", "CAP cuisine", "niveau 3 (CAP)"),
    (4, 0): ("IV", "Niv. IV", "4", "Bac", "Baccalauréat", "DAEU", "Brevet professionnel", "BP", "Brevet de technicien", "bac pro"),
    (4, 1): ("bac+1",),
    (5, 2): ("III", "5", "niveau de formation III", "Bac + 2", "BTS", "BTSA", "DUT", "DEUG", "DEUST",
             "Brevet de technicien supérieur", "1ère année de BTS"),
    (6, None): ("II", "6", "niveaux II"),
    (6, 3): ("bac plus 3", "Licence", "Bachelor", "BUT", "licence pro"),
    (6, 4): ("BAC+4", "Master 1", "M1", "Maîtrise"),
    (7, 5): ("I", "7", "bac+5", "Master", "Master 2", "M2", "DESS", "DEA", "Diplôme d'ingénieur", "Mastère", "MBA"),
    (7, 6): ("bac+6",),
    (7, 7): ("bac+7",),
    (8, 8): ("8", "bac+8", "Doctorat", "Thèse", "PhD", "HDR"),
    (8, 10): ("bac+10",),
    (8, 12): ("bac+12", "bac+99", "bac+1000"),  # a record holds no more years
}  # fmt: skip

OLD_FIGURES = {
    NONE: ("6", "5 bis"), (3, None): ("5", "niveau 5"), (4, 0): ("4",), (5, 2): ("3",), (6, None): ("2",),
    (7, 5): ("1",), None: ("7", "8"),
}  # fmt: skip


def read(text: str, nomenclature: str) -> tuple[int, int | None] | None:
    try:
        found = diploma(text, nomenclature=nomenclature)
    except Bad:
        return None
    return found.level, found.bac_plus


@pytest.mark.parametrize("expected", TABLE)
def test_a_wording_is_the_first_rule_that_applies(expected):
    assert {text: read(text, "2019") for text in TABLE[expected]} == dict.fromkeys(TABLE[expected], expected)


@pytest.mark.parametrize("expected", OLD_FIGURES)
def test_arabic_figures_of_the_1969_scale(expected):
    assert {text: read(text, "1969") for text in OLD_FIGURES[expected]} == dict.fromkeys(
        OLD_FIGURES[expected], expected
    )


def test_a_wording_of_no_rule_is_an_unknown_diploma():
    with pytest.raises(Bad, match="unknown-diploma"):
        diploma("BAFA")
