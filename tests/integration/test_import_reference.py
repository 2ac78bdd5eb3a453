"""Zones, streets, perimeters, occupations, titles and mobility from files (imports.md §4)."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from matching import reference
from matching.store.organisations import (
    Occupation,
    OccupationMobility,
    OccupationTitle,
    Zone,
    ZonePerimeter,
    ZoneStreet,
)
from tests.importing import codes, counts, take

ZONES = (
    "zone_kind,local_id,official_code,name,commune_insee,valid_from,valid_to,latitude_approx,longitude_approx,"
    "confidence,source"
)
LAMBERT = "QPV,qpv2024-essai,QN08099I,Essai,80021,2024-01-01,,49.9,2.3,approx,test"
STREETS = "local_id,commune_insee,voie,cote,numero_debut,numero_fin"
TITLES = (
    "code_ogr,libelle_appellation_long,libelle_appellation_court,code_rome,code_rome_parent,classification"
)
OCCUPATIONS = (
    "code_rome,libelle_rome,code_grand_domaine,libelle_grand_domaine,code_domaine_professionel,"
    "libelle_domaine_professionel"
)


def lines(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


def test_a_zone_version_is_known_by_its_local_id(session):
    reference.write(session)
    known = session.scalar(sa.select(sa.func.count(Zone.id)))
    assert counts(take(session, "zones", lines(ZONES, LAMBERT))) == (1, 0, 0, 0)
    ended = LAMBERT.replace("2024-01-01,,", "2024-01-01,2030-12-31,")
    assert counts(take(session, "zones", lines(ZONES, ended))) == (0, 1, 0, 0)
    reopened = take(session, "zones", lines(ZONES, LAMBERT + " "))
    assert counts(reopened) == (0, 0, 1, 0)
    zone = session.scalars(sa.select(Zone).where(Zone.local_id == "qpv2024-essai")).one()
    assert (zone.insee_codes, str(zone.valid_to)) == (["80021"], "2030-12-31")
    assert session.scalar(sa.select(sa.func.count(Zone.id))) == known + 1


def test_streets_belong_to_a_zone_version_already_known(session):
    reference.write(session)
    rows = (
        "zus-nord,80021,rue Fafet,pair,2,40",
        "zus-nord,80021,avenue de la Paix,,,",
        "nulle-part,80021,rue X,,,",
    )
    report = take(session, "zones", lines(STREETS, *rows))
    assert codes(report) == [(4, "local_id", "unknown-zone")]
    assert report.errors[0].value == "nulle-part"
    stored = session.execute(
        sa.select(ZoneStreet.street_key, ZoneStreet.side, ZoneStreet.first_number, ZoneStreet.last_number)
    ).all()
    assert sorted(stored) == [("avenue de la paix", "both", 0, 99_999), ("rue fafet", "even", 2, 40)]
    assert counts(take(session, "zones", lines(STREETS, rows[1], rows[0]))) == (0, 0, 2, 0)


def test_rows_refused_for_a_zone_that_is_known_now_are_taken_from_the_same_file(session):
    reference.write(session)
    file = lines(STREETS, "zus-nord,80021,rue Fafet,,,", "qpv2024-essai,80021,rue X,,,")
    first = take(session, "zones", file)
    assert counts(first) == (1, 0, 0, 1)
    take(session, "zones", lines(ZONES, LAMBERT))
    second = take(session, "zones", file)
    assert counts(second) == (1, 0, 1, 0)
    assert second.run_id == first.run_id
    assert counts(take(session, "zones", file)) == (0, 0, 2, 0)


def perimeter(zone: dict, size: float) -> bytes:
    ring = [[2.3, 49.9], [2.3 + size, 49.9], [2.3, 49.9 + size], [2.3, 49.9]]
    feature = {"type": "Feature", "properties": zone, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_a_perimeter_is_known_by_local_id_or_official_code(session):
    reference.write(session)
    take(session, "zones", lines(ZONES, LAMBERT))
    assert counts(take(session, "zones", perimeter({"local_id": "qpv2024-essai"}, 0.1))) == (1, 0, 0, 0)
    assert counts(take(session, "zones", perimeter({"code_qp": "QN08099I"}, 0.1))) == (0, 0, 1, 0)
    assert counts(take(session, "zones", perimeter({"code_qp": "QN08099I"}, 0.2))) == (0, 1, 0, 0)
    assert codes(take(session, "zones", perimeter({"code_qp": "QN1"}, 0.1))) == [
        (1, "local_id", "unknown-zone")
    ]
    assert len(session.scalars(sa.select(ZonePerimeter)).all()) == 1


@pytest.mark.parametrize(
    ("model", "header", "row", "changed"),
    [
        (Occupation, OCCUPATIONS, "G1204,Éducation en activités sportives,G,Tourisme,G12,Animation",
         "G1204,Activités sportives,G,Tourisme,G12,Animation"),
        (OccupationTitle, TITLES, "10200,Abatteur de carrière,Abatteur,F1402,F1402,SYNONYME",
         "10200,Abatteur de carrière,Abatteur,F1402,F1402,PRINCIPALE"),
        (OccupationMobility, "code_rome,code_rome_cible,rank", "G1204,K1206,1", "G1204,K1206,2"),
    ],
)  # fmt: skip
def test_an_identical_reference_row_is_unchanged_and_another_updates_it(session, model, header, row, changed):
    assert counts(take(session, "metiers", lines(header, row))) == (1, 0, 0, 0)
    assert counts(take(session, "metiers", lines(header, row, row))) == (0, 0, 1, 1)
    assert counts(take(session, "metiers", lines(header, changed))) == (0, 1, 0, 0)
    assert len(session.scalars(sa.select(model)).all()) == 1


def test_a_zone_may_not_begin_after_the_end_that_is_known(session):
    reference.write(session)
    header = "zone_kind,local_id,name,commune_insee,valid_from,valid_to"
    report = take(session, "zones", lines(header, "ZUS,zus-nord,Quartier Nord,80021,2020-01-01,"))
    assert [(e.column, e.code, e.value) for e in report.errors] == [("valid_from", "bad-date", "2020-01-01")]
    assert codes(take(session, "zones", lines(header, "ZUS,z,Z,80021,20240101,2024-W01-1"))) == [
        (2, "valid_from", "bad-date"),
        (2, "valid_to", "bad-date"),
    ]


def test_a_zone_named_with_half_a_character_is_unknown(session):
    report = take(session, "zones", perimeter({"local_id": "a\ud800"}, 0.1))
    assert [(e.code, e.value) for e in report.errors] == [("unknown-zone", "a?")]
