"""Every column that a file may have, and every field that a row may change, has a French name; values read well."""

import pytest

from importers.checking import LAYOUTS
from importers.messages import CELLS
from importers.preview import ELSEWHERE, OF_NEW
from matching import dossiers
from web.wording import import_fields as words


def test_every_column_of_every_kind_of_file_has_a_name():
    columns = {column.name for layouts in LAYOUTS.values() for layout in layouts for column in layout.columns}
    assert {name for name in columns if name not in words.COLUMNS} == set()


def test_every_field_that_a_row_may_change_has_a_name():
    fields = {column.field for layouts in LAYOUTS.values() for layout in layouts for column in layout.columns}
    fields |= {*dossiers.FIELDS, *(name for names in OF_NEW.values() for name in names)}
    ours = {
        "subsidy_cents",
        "year",
        "registered_on",
        "registered_until",
        "category",
        "home_since",
        "situation_since",
        "rqth_until",
        "employer",
        "zone",
    }  # kept in rows of their own
    assert {name for name in fields - {None} - ours if words.label(name) == name} == set()


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("phone", "+33639980001", "+33639980002", ("Téléphone", "06\u00a039\u00a098\u00a000\u00a001", "06\u00a039\u00a098\u00a000\u00a002")),
        ("birth_date", None, "1993-05-14", ("Date de naissance", "(vide)", "14/05/1993")),
        ("driving_licence", False, True, ("Permis B", "non", "oui")),
        ("skills", [], ["taille", "tonte"], ("Compétences", "(vide)", "taille, tonte")),
        ("mobility_km", 12.5, 20.0, ("Mobilité (km)", "12,5", "20")),
        ("declared_quarter", "nord", "etouvie", ("Quartier déclaré", "Amiens Nord", "Étouvie")),
        ("situation@no_job@2013-11-04", None, {"value": "no_job", "since_on": "2013-10-01", "source": "autre"},
         ("Situation", "(vide)", "sans emploi, depuis le 01/10/2013")),
        ("diploma@autre", {"level": 3}, {"level": 4}, ("Diplôme", "niveau 3", "niveau 4")),
        ("subsidy@2013", None, {"year": 2013, "amount_cents": 123456}, ("Subvention", "(vide)", "année 2013, 1\u202f234,56\u00a0€")),
    ],
)  # fmt: skip
def test_a_change_reads_from_old_to_new(name, before, after, said):
    assert words.changes({name: [before, after]}) == [words.Change(*said)]


def test_a_recognition_is_said_to_change_and_never_how():
    assert words.changes({"disability_recognition@rqth": [None, None]}) == [
        words.Change("RQTH", words.SEALED, words.SEALED)
    ]


def test_what_another_agency_knows_is_not_told():
    found = words.changes({"phone": [None, "+33639980002"], ELSEWHERE: [None, None]})
    assert found == [words.Change("Téléphone", words.ELSEWHERE_WORDS, "06\u00a039\u00a098\u00a000\u00a002")]


def test_lines_of_older_imports_still_say_what_to_do():
    assert words.advice({"code": "bad-date"}) == CELLS["bad-date"]
    assert words.advice({"code": "bad-choice"}).startswith("Cette valeur n'est pas dans la liste")
    assert words.advice({"code": "x", "message": "Corrigez."}) == "Corrigez."
