"""Communes as they stand in the project's table: distances of geography.md, codes from postal lines."""

import csv
from importlib.resources import files

import pytest

from matching.postal import Communes
from matching.scoring.places import Places

TABLE = list(
    csv.DictReader(
        (files("matching") / "store" / "reference" / "communes.csv").read_text(encoding="utf-8").splitlines()
    )
)
PLACES = Places.build([float(row["latitude"]) for row in TABLE], [float(row["longitude"]) for row in TABLE])
AT = {row["name"]: at for at, row in enumerate(TABLE)}
COMMUNES = Communes((row["insee_code"], row["name"], row["postal_codes"].split(";")) for row in TABLE)


def test_the_39_communes_of_the_metropole_stand_in_the_table_once_each():
    assert PLACES.size == 39 == len({row["insee_code"] for row in TABLE})
    assert TABLE[AT["Amiens"]]["insee_code"] == "80021"


@pytest.mark.parametrize(
    ("commune", "km"), [("Longueau", 5.8), ("Glisy", 7.5), ("Boves", 9.4), ("Poulainville", 6.0)]
)
def test_distances_from_amiens_are_those_of_geography_md(commune, km):
    assert round(PLACES.metres_between(AT["Amiens"], AT[commune]) / 1000, 1) == km


def test_a_distance_is_the_same_both_ways_nought_at_home_and_never_longer_than_a_detour():
    metres = [[PLACES.metres_between(a, b) for b in range(PLACES.size)] for a in range(PLACES.size)]
    for a in range(PLACES.size):
        assert metres[a][a] == 0
        for b in range(PLACES.size):
            assert metres[a][b] == metres[b][a]
            assert all(metres[a][b] <= metres[a][c] + metres[c][b] + 2 for c in range(PLACES.size))


@pytest.mark.parametrize(
    ("postcode", "commune", "insee_code"),
    [
        ("80000", "AMIENS", "80021"),
        ("80080", "Amiens Cedex 1", "80021"),
        ("80330", "longueau", "80489"),
        ("80680", "St-Fuscien", "80702"),
        ("80480", "Saleux", "80724"),
        ("80480", "Salouël", "80725"),  # one postcode, several communes: the name decides
        ("80480", None, None),
        (None, "Amiens", None),
        ("80330", "Amiens", None),  # Longueau written Amiens: nobody guesses
        ("80080", "Lille", None),
        ("", "", None),
    ],
)
def test_a_code_comes_from_postcode_and_name_when_they_leave_one_commune(postcode, commune, insee_code):
    assert COMMUNES.only(postcode, commune) == insee_code
