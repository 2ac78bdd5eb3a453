"""Offers of France Travail, key by key (imports.md §5)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from importers.checking import Checked, check
from matching.vocabulary import ImportKind, Source
from tests.importing import TODAY


def read(*elements: Any) -> Checked:
    file = json.dumps({"resultats": list(elements)}).encode()
    return check(ImportKind.OFFERS, file, "l.json", source=Source.FRANCE_TRAVAIL, today=TODAY)


def offer(**keys: Any) -> dict[str, Any]:
    return {"id": "048KLTP", "intitule": "Vendeur", "typeContrat": "CDD", **keys}


def test_every_mapped_key_is_read_and_the_others_are_ignored_without_a_word():
    found = read(
        offer(
            description="Vendre", entreprise={"nom": "Boutique"}, typeContratLibelle="Contrat à durée déterminée - 6 Mois",
            lieuTravail={"libelle": "974 - SAINT DENIS", "codePostal": "97400", "commune": "97411"}, romeCode="D1106",
            salaire={"libelle": "Mensuel de Euros ï¿½ 1800"}, nombrePostes=2, dateActualisation="2013-10-01T08:30:00.000Z",
            dateCreation="2013-09-01T08:30:00.000Z", alternance=True, origineOffre={"urlOrigine": "https://exemple.fr/1"},
            formations=[{"exigence": "S", "niveauLibelle": "CAP"}, {"exigence": "E", "niveauLibelle": "Bac+2 ou équivalents"},
                        {"exigence": "E", "niveauLibelle": "Bac ou équivalent"}, {"exigence": "E", "niveauLibelle": "?"}],
            competences=[{"libelle": "Encaisser"}, {"libelle": None}], permis=[{"libelle": "B - Véhicule léger"}],
            contact={"courriel": "Pour postuler : https://exemple.fr"}, qualitesProfessionnelles=[], accessibleTH=False,
        )
    )  # fmt: skip
    assert (found.report.errors, found.report.warnings) == ([], [])
    facts = found.rows[0].facts
    assert (facts.reference, facts.title, facts.employer, facts.siret) == (
        "048KLTP",
        "Vendeur",
        "Boutique",
        None,
    )
    assert (facts.commune, facts.postcode, facts.insee_code, facts.rome) == (
        "SAINT DENIS",
        "97400",
        "97411",
        "D1106",
    )
    assert (facts.contract_kind, facts.months, facts.positions, facts.salary) == (
        "CDD",
        6,
        2,
        "Mensuel de Euros ï¿½ 1800",
    )
    assert (facts.created_at_source_on, facts.updated_at_source_on) == (date(2013, 9, 1), date(2013, 10, 1))
    assert (facts.level_min, facts.bac_plus_min, facts.needs_licence, facts.apprenticeship) == (
        4,
        0,
        True,
        True,
    )
    assert (facts.skills, facts.origin_url, facts.contact_email) == (
        ("Encaisser",),
        "https://exemple.fr/1",
        None,
    )


def test_what_may_be_absent_is_unknown_and_the_employer_has_its_name():
    facts = (
        read(offer(entreprise={}, lieuTravail=None, typeContratLibelle="CDD de 6 mois", formations=None))
        .rows[0]
        .facts
    )
    assert (facts.employer, facts.postcode, facts.months, facts.level_min) == (
        "Employeur non communiqué",
        None,
        None,
        None,
    )


def test_skills_of_an_offer_are_a_list_and_no_cell_of_255_characters():
    listed = [{"libelle": f"Compétence n° {number} avec son long libellé"} for number in range(20)]
    found = read(offer(competences=listed))
    assert (found.report.errors, len(found.rows[0].facts.skills)) == ([], 20)


@pytest.mark.parametrize(
    "wrong",
    [
        1, None, "x", [], {"id": 1}, {"entreprise": "x"}, {"entreprise": {"nom": 1}}, {"lieuTravail": []}, {"typeContrat": 1},
        {"nombrePostes": True}, {"nombrePostes": "2"}, {"nombrePostes": 2.5}, {"dateCreation": 20130901},
        {"dateActualisation": {}}, {"formations": {}}, {"formations": ["x"]}, {"formations": [{"exigence": 1}]},
        {"competences": [{"libelle": 1}]}, {"permis": [1]}, {"alternance": "oui"}, {"origineOffre": {"urlOrigine": 1}},
        {"salaire": {"libelle": 1}}, {"description": ["x"]},
    ],
)  # fmt: skip
def test_a_key_of_another_type_is_a_bad_record(wrong):
    report = read(offer(**wrong) if isinstance(wrong, dict) else wrong).report
    assert [(e.row, e.column, e.code) for e in report.errors] == [(1, None, "bad-record")]


@pytest.mark.parametrize(
    ("keys", "column", "code", "value"),
    [
        ({"id": None}, "reference", "missing-required", ""),
        ({"intitule": " "}, "intitule", "missing-required", ""),
        ({"typeContrat": None}, "type_contrat", "missing-required", ""),
        ({"typeContrat": "ZZZ"}, "type_contrat", "bad-choice", "ZZZ"),
        ({"nombrePostes": 0}, "nombre_postes", "bad-number", "0"),
        ({"nombrePostes": 501}, "nombre_postes", "bad-number", "501"),
        ({"dateCreation": "hier"}, "date_creation", "bad-date", "hier"),
        ({"dateCreation": "2026-09-01Tx"}, "date_creation", "bad-date", "2026-09-01Tx"),
        ({"dateActualisation": "2026-02-31"}, "date_actualisation", "bad-date", "2026-02-31"),
        ({"typeContratLibelle": "CDD - 61 Mois"}, "duree_contrat", "bad-number", "61"),
        ({"intitule": "a\0b"}, "intitule", "control-character", "a\0b"),
        ({"intitule": "a\ud800b"}, "intitule", "control-character", "a?b"),
        ({"origineOffre": {"urlOrigine": "h" * 1001}}, "url_origine", "too-long", "h" * 80),
    ],
)
def test_a_value_that_cannot_be_taken_names_the_column_of_the_tables(keys, column, code, value):
    report = read(offer(), offer(**keys)).report
    assert [(e.row, e.column, e.code, e.value) for e in report.errors] == [(2, column, code, value)]


def test_texts_of_json_are_never_formulas():
    assert read(offer(intitule="=1+1", description="-a")).rows[0].facts.title == "=1+1"
