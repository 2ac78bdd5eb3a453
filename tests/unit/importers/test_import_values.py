"""Values of cells, rule by rule of imports.md §3: what is read, what is refused, what is said of it."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from importers.checking import check
from importers.columns import CheckedRow
from matching.vocabulary import ImportKind, SituationValue, Source
from tests.importing import TODAY

#: A row without anything to say against it, for each kind.
GOOD = {
    "jeunes": {"nom": "Dupont", "prenom": "Inès", "date_naissance": "02/03/1995", "quartier": "nord", "niveau": "CAP"},
    "offres": {"intitule": "Vendeur", "employeur": "Club", "type_contrat": "CDI", "code_postal": "80000"},
    "associations": {"nom": "Club", "code_postal": "80000"},
    "employeurs": {"nom": "Club", "code_postal": "80000"},
}  # fmt: skip


def row(kind: str, column: str, text: str, **how: Any) -> tuple[CheckedRow, list[str], list[str]]:
    """(the facts of a row with that cell, codes of its errors, codes of its warnings)."""
    cells = {**GOOD[kind], column: text}
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([cells, cells.values()])
    how = {"source": Source.OTHER, "today": TODAY, **how}
    checked = check(ImportKind(kind), out.getvalue().encode(), "liste.csv", **how)
    assert checked.report.refused is None
    assert {finding.column for finding in checked.report.errors} <= {column}
    return (
        checked.rows[0].facts,
        [error.code for error in checked.report.errors],
        [warning.code for warning in checked.report.warnings],
    )


SERIAL, TWO_DIGITS, ZERO = "excel-serial-date", "two-digit-year", "lost-leading-zero"

#: kind.column.field, or several wordings at once -> (what is read, the warnings) of each text
READ: dict[str, dict[str, Any]] = {
    "jeunes.date_naissance.birth_date": {
        **dict.fromkeys(
            ("2/3/1995", "02-03-1995", "02.03.1995", "1995-03-02", "2 mars 1995", "2\u00a0MARS  1995",
             "02/03/1995 00:00:00", "1995-03-02T10:11:12.5Z"), date(1995, 3, 2)),
        "1er août 1996": date(1996, 8, 1), "1ER AOUT 1996": date(1996, 8, 1), "29/02/1996": date(1996, 2, 29),
        "34760": (date(1995, 3, 2), SERIAL), "34760.0": (date(1995, 3, 2), SERIAL),
        "02/03/95": (date(1995, 3, 2), TWO_DIGITS), "04/11/99": (date(1999, 11, 4), TWO_DIGITS),
    },
    "jeunes.disponible_le.available_from": {
        "1": (date(1899, 12, 31), SERIAL), "73050": (date(2099, 12, 31), SERIAL),
        "02/03/95": (date(2095, 3, 2), TWO_DIGITS),
    },
    "jeunes.code_postal.postcode": {
        "80000": "80000", "8000": ("08000", ZERO), '="08000"': "08000", "'=\"08000\"": "08000",
        "80021": (None, "insee-as-postcode"),
    },
    "jeunes.code_insee.insee_code": {"80021": "80021", "2a004": "2A004"},
    "jeunes.identifiant.identifier": {"a/b.c_d-1": "A/B.C_D-1", "000": "000", "x" * 39 + "y": "X" * 39 + "Y"},
    "jeunes.telephone.phone": {
        **dict.fromkeys(
            ("06 39 98 00 01", "06.39-98/00 01", "(06)39980001", "+33(0)639980001", "+33 (0) 6 39 98 00 01",
             "+33.(0)6.39.98.00.01", "0033 (0)6 39 98 00 01", "00 33 6 39 98 00 01", "'+33639980001",
             "06\u00a039\u202f98 00 01"), "+33639980001"),
        "639980001": ("+33639980001", ZERO), "+3221234567": "+3221234567", "+12345678": "+12345678",
        **dict.fromkeys(("123", "06 39 98 00", "+1234567", "+1234567890123456", "-", "--", "０639980001"), (None, "bad-phone")),
    },
    "jeunes.courriel.email": {
        "A.B@C.FR": "a.b@c.fr", "x@y.zz": "x@y.zz",
        **dict.fromkeys(("a@b", "a b@c.fr", "a@b@c.fr", "a@.fr", "a@b.f", "a@b..fr", "İ" * 240 + "@b.fr"), (None, "bad-email")),
    },
    "jeunes.mobilite_km.mobility_km": {"12 km": 12.0, "0": 0.0, "200": 200.0, "12,5km": 12.5},
    "jeunes.permis_b.driving_licence": {
        **dict.fromkeys(("oui", "O", "yes", "Vrai", "x", "1"), True), **dict.fromkeys(("non", "N", "no", "FAUX", "0"), False),
    },
    "jeunes.civilite.civility": {
        **dict.fromkeys(("M", "M.", "Mr", "Monsieur", "H"), "M"), **dict.fromkeys(("Mme", "Mlle", "Madame", "f"), "Mme"),
    },
    "jeunes.situation.situation": {
        **dict.fromkeys(("Sans emploi", "Demandeur d'emploi", "inactif"), SituationValue.NO_JOB),
        **dict.fromkeys(("En emploi", "salarié", "en poste"), SituationValue.IN_JOB),
        **dict.fromkeys(("en formation", "scolarisé", "étudiant"), SituationValue.IN_TRAINING),
    },
    "jeunes.categorie.category": {"1": 1, "8": 8, "A": 1, "b": 1, "C": 1, "D": 4, "E": 5},
    "jeunes.competences.skills": {"a; b,c|d\ne,a": ("a", "b", "c", "d", "e")},
    "jeunes.code_rome.wanted_rome": {"g1204": "G1204", "A0000": "A0000", "N9999": "N9999"},
    "jeunes.prenom.given_names": dict.fromkeys(("-", "X", "x", "SNP", "Sans prénom", "SANS PRENOM"), ("", "mononym")),
    "jeunes.nom.family_name": {"Dupоnt": ("Dupоnt", "mixed-script"), "Дупонт": "Дупонт", "dE LA tour": "dE LA tour"},
    "offres.siret.siret": {
        **dict.fromkeys(("900 000 019 00019", "900.000.019-00019", "90000001900019.0", "90000001900019,0"), "90000001900019"),
        "35600000000048": "35600000000048", "35600000049837": "35600000049837",
    },
    "offres.duree_hebdo.weekly_hours": {"35 h": 35.0, "35,5": 35.5, "1": 1.0, "48": 48.0},
    "offres.duree_contrat.months": {"24 mois": 24, "1": 1, "60": 60, "24,0": 24},
    "offres.nombre_postes.positions": {"1": 1, "500": 500},
    "offres.type_contrat.contract_kind": {
        **{code: code for code in ("CDI", "CDD", "MIS", "SAI", "CCE", "FRA", "LIB", "REP", "TTI", "DDI", "DIN", "DDT", "APP", "PRO")},
        "cdi": "CDI", "Intérim": "MIS", "Mission intérimaire": "MIS", "Saisonnier": "SAI", "Apprentissage": "APP",
        "Contrat d’apprentissage": "APP", "Professionnalisation": "PRO", "Contrat à durée déterminée": "CDD",
        "Contrat à durée indéterminée": "CDI",
    },
    "offres.dispositif.scheme": {
        **dict.fromkeys(("Emploi d'avenir", "Emplois d’avenir", "EA"), "emploi_avenir"),
        **dict.fromkeys(("Emploi franc", "emplois francs", "ef"), "emploi_franc"), "aucun": "", "Droit commun": "", "": None,
    },
    "offres.niveau_requis.level_min": {"bac+2": 5, "": None, "sans diplôme": 0},
    "associations.rna.rna": {"W802000001": "W802000001", "w 8a2 000 001": "W8A2000001"},
    "associations.montant_subvention.subsidy_cents": {
        "12 500,50 €": 1_250_050, "1.234,50": 123_450, "12\u202f500 EUR": 1_250_000, "12,5": 1250, "12.5": 1250,
        "12.500,0": 1_250_000, "0": 0, "12,500": 1250,
    },
    "associations.annee.year": {"2000": 2000, "2100": 2100},
    "associations.domaine.field": {
        "Sport": "sport", "Éducation": "education", "SANTÉ": "sante", "bricolage": "autre",
        **{name: name for name in ("culture", "social", "environnement", "insertion", "loisirs")},
    },
    "employeurs.tranche_effectif.workforce": {
        code: code for code in ("NN", "00", "01", "02", "03", "11", "12", "21", "22", "31", "32", "41", "42", "51", "52", "53")
    },
    "employeurs.code_naf.naf": {"8551Z": "8551Z", "85.51z": "8551Z"},
}  # fmt: skip

#: kind.column.code -> texts that are refused so
REFUSED: dict[str, tuple[str, ...]] = {
    "jeunes.date_naissance.bad-date": (
        "31/02/1995", "02/25/1995", "1995/03/02", "1995-13-01", "1995-3-2", "02/03-1995", "0", "73051", "29/02/1995",
        "00/01/1995", "02/03/195", "2 marz 1995", "０2/03/1995",
    ),
    "jeunes.date_naissance.future-birth-date": ("05/11/2013",),
    "jeunes.code_postal.bad-postcode": ("800000", "800", "8000A", "８００８０"),
    "jeunes.code_insee.bad-postcode": ("2C004", "8002", "８００２１"),
    "jeunes.identifiant.bad-identifier": ("A 1", "é1", "ß1", "0000", "aAaA", "x" * 40 + "y", "A,1"),
    "jeunes.mobilite_km.bad-number": ("201", "-1", "12.000", "loin"),
    "jeunes.permis_b.bad-choice": ("peut-être", "2", "true"),
    "jeunes.civilite.bad-choice": ("X", "Dr"),
    "jeunes.situation.bad-choice": ("retraité",),
    "jeunes.categorie.bad-choice": ("9", "0", "F"),
    "jeunes.code_rome.bad-rome": ("O1204", "G120", "G12045", "G１204"),
    "jeunes.quartier.unknown-zone": ("Paris", "hors"),
    "jeunes.nom.missing-required": ("", " \u00a0 "),
    "offres.siret.bad-siret": ("7,32829E+13", "90000001900018", "9000000190001A", "123", "９0000001900019"),
    "offres.duree_hebdo.bad-number": ("0", "49", "48,5", "12.000"),
    "offres.duree_contrat.bad-number": ("0", "61", "12,5", "12.000"),
    "offres.nombre_postes.bad-number": ("0", "501", "1.000", "2,5"),
    "offres.type_contrat.bad-choice": ("CUI", "stage"),
    "offres.dispositif.bad-choice": ("CUI",),
    "associations.rna.bad-rna": ("W80200001", "X802000001", "W80200000A", "WA02000001", "W80２000001"),
    "associations.montant_subvention.bad-number": ("12.500", "1234.500", "12.500 €", "1,234,567", "1.234.567", "-5", "1e5", "１２"),
    "associations.annee.bad-number": ("1999", "2101"),
    "employeurs.tranche_effectif.bad-choice": ("04", "99", "10 à 19"),
    "employeurs.code_naf.bad-choice": ("8551", "855Z", "8551ZZ"),
}  # fmt: skip


@pytest.mark.parametrize("place", READ)
def test_what_is_read(place):
    kind, column, field = place.split(".")
    for text, expected in READ[place].items():
        value, *warnings = expected if isinstance(expected, tuple) and field != "skills" else (expected,)
        facts, errors, told = row(kind, column, text)
        assert (getattr(facts, field), errors, told) == (value, [], warnings), text


@pytest.mark.parametrize("place", REFUSED)
def test_what_is_refused(place):
    kind, column, code = place.split(".")
    for text in REFUSED[place]:
        assert row(kind, column, text)[1:] == ([code], []), text


@pytest.mark.parametrize(
    ("text", "today", "born"),
    [
        ("02/03/12", date(2026, 3, 1), date(1912, 3, 2)),  # 14 tomorrow
        ("01/03/12", date(2026, 3, 1), date(2012, 3, 1)),
        ("29/02/00", date(2014, 3, 1), date(2000, 2, 29)),  # 1900 had no such day
        ("29/02/00", date(2014, 2, 28), date(2000, 2, 29)),
    ],
)
def test_two_digits_are_the_century_that_makes_the_person_14(text, today, born):
    facts, errors, warnings = row("jeunes", "date_naissance", text, today=today)
    assert (facts.birth_date, errors, warnings) == (born, [], [TWO_DIGITS])


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("1234567a", "1234567A"),
        ("12345678", "12345678"),
        ("12345678901", "12345678901"),
        ("1234567", "01234567"),
        ("1234567890", "01234567890"),
        *dict.fromkeys(
            ("123456", "123456A", "123456789", "123456789012", "A1234567", "0000000"), None
        ).items(),
    ],
)
def test_identifiers_of_pole_emploi_have_its_form(text, identifier):
    facts, errors, warnings = row("jeunes", "identifiant", text, source=Source.POLE_EMPLOI)
    assert (facts.identifier, errors) == (identifier, [] if identifier else ["bad-identifier"])
    assert warnings == ([ZERO] if identifier and len(identifier) > len(text) else [])


PLACES = {
    "nord": "amiens_nord, quartier_nord, quartiers_nord, fafet, brossolette, fafet_brossolette, calmette, colvert, pigeonnier",
    "etouvie": "amiens_etouvie, les_coursives, Étouvie",
    "sud_est": "quartier_sud_est, amiens_sud_est, victorine_autier",
    "salamandre": "marcel_paul, salamandre_marcel_paul, marcel_paul_salamandre, Marcel Paul - Salamandre",
    "lebesgue": "phileas_lebesgue, condorcet, phileas_lebesgue_condorcet, Philéas Lebesgue",
    "rollin": "pierre_rollin",
    "parcheminiers": "les_parcheminiers",
    "elbeuf": "lescouve, elbeuf_lescouve, Elbeuf - Lescouvé",
    "hors_zone": "hors_qpv, hors_zus, Hors zone",
    "qpv2024-marcel-paul-salamandre": "QN08004M",
    "zfu-nord": "Quartiers Nord (zone franche urbaine)",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_quarter_is_kept_as_the_place_declared(place):
    for wording in (place, *PLACES[place].split(", ")):
        facts, errors, warnings = row("jeunes", "quartier", wording.replace("_", " ").upper())
        assert (facts.declared_quarter, errors, warnings) == (place, [], []), wording


def test_a_blank_quarter_is_kept_with_a_warning():
    assert row("jeunes", "quartier", "")[1:] == ([], ["missing-zone"])


def test_the_end_of_a_registration_is_not_before_its_start():
    header = "nom;prenom;date_naissance;date_inscription;date_fin_inscription"
    file = f"{header}\nDupont;Inès;02/03/1995;02/02/2013;01/02/2013\n".encode()
    checked = check(ImportKind.YOUNG_PEOPLE, file, "l.csv", source=Source.OTHER, today=TODAY)
    assert [(e.column, e.code, e.value) for e in checked.report.errors] == [
        ("date_fin_inscription", "bad-date", "01/02/2013")
    ]


def test_a_value_is_shown_to_80_characters():
    file = f"nom;prenom;date_naissance;code_rome\nDupont;Inès;02/03/1995;{'é' * 200}\n".encode()
    checked = check(ImportKind.YOUNG_PEOPLE, file, "l.csv", source=Source.OTHER, today=TODAY)
    assert checked.report.errors[0].value == "é" * 80
