"""Skills that are the same, communes and how far they are."""

import pytest

from matching.scoring.places import Places
from matching.scoring.skills import SkillTable


def same(table: SkillTable, one: str, other: str) -> bool:
    (i,), (j,) = table.of([one]), table.of([other])
    return j in table.similar[table.indptr[i] : table.indptr[i + 1]]


LABELS = [
    "Travail en équipe",
    "TRAVAIL EN EQUIPE",
    "équipe, travail en",
    "Travail en équipes",
    "Excel",
    "Word",
    "vente",
    "Gestion",
]


@pytest.mark.parametrize("other", ["TRAVAIL EN EQUIPE", "équipe, travail en", "Travail en équipes"])
def test_case_accents_word_order_and_a_letter_do_not_matter(other):
    table = SkillTable.build(LABELS)
    assert same(table, "Travail en équipe", other) and same(table, other, "Travail en équipe")


def test_other_skills_stay_apart_and_a_word_of_a_longer_label_is_not_the_label():
    table = SkillTable.build([*LABELS, "Gestion de paie"])
    assert not same(table, "Excel", "Word")
    assert not same(table, "Gestion", "Gestion de paie")


def test_similarity_agrees_with_rapidfuzz_on_every_pair():
    from rapidfuzz import fuzz

    labels = [
        f"{a} {b}{c}"
        for a in ("soin", "soins", "vente en", "gestion des")
        for b in ("x", "stocks", "enfants")
        for c in ("", "s", "1")
    ]
    table = SkillTable.build(labels)
    for one in table.ids:
        for other in table.ids:
            assert same(table, one, other) == (fuzz.token_sort_ratio(one, other) >= 90)


def test_labels_that_fold_to_nothing_are_no_skill():
    table = SkillTable.build(["", " - ", "vente"])
    assert table.size == 1
    assert table.of([" ", "Vente", "vente !"]) == [0]


def test_distances_are_great_circles_between_communes():
    # geography.md: Amiens–Longueau 5.8 km, Amiens–Boves 9.4 km between centroids; Amiens–Marseille about 760 km
    places = Places.build([49.9004, 49.8670, 43.2965], [2.2899, 2.3521, 5.3698])
    assert places.metres_between(0, 1) / 1000 == pytest.approx(5.8, abs=0.1)
    assert places.metres_between(0, 2) / 1000 == pytest.approx(770, abs=10)
    assert places.metres_between(1, 0) == places.metres_between(0, 1)
    assert places.metres_between(0, 0) == 0


def test_a_distance_equals_the_haversine_to_two_metres():
    from math import asin, cos, radians, sin, sqrt

    points = [(49.9, 2.3), (49.95, 2.31), (50.4, 3.1), (48.8, 2.35), (46.2, 6.1)]
    places = Places.build([a for a, _ in points], [b for _, b in points])
    for i, (la, lo) in enumerate(points):
        for j, (lb, lp) in enumerate(points):
            a, b = radians(la), radians(lb)
            h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lp - lo) / 2) ** 2
            assert places.metres_between(i, j) == pytest.approx(2 * 6_371_008.8 * asin(sqrt(h)), abs=2)
