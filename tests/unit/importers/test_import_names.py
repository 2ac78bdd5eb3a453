"""Names as they are compared (imports.md §6): the fold, and which two may be one person's or one organisation's."""

from __future__ import annotations

import pytest

from matching import duplicates, names
from matching.duplicates import Named


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Béatrice-Zoë  O'Neil ", "beatrice zoe o neil"),
        ("L’Œuvre St. Æde", "l oeuvre st aede"),
        ("DUPОNT", "dupont"),  # a Cyrillic О
        ("аеорсухіјкмтвн", "aeopcyxijkmtbh"),
        ("АЕОРСУХІЈКМТВН", "aeopcyxijkmtbh"),
        ("αεορικτχ", "aeopiktx"),
        ("ΑΕΟΡΙΚΤΧ", "aeopiktx"),
        ("υν", "uv"),
        ("ΥΝ", "yn"),  # capitals look like others than their small letters do
    ],
)
def test_the_fold_of_a_name(written, folded):
    assert names.fold(written) == folded


@pytest.mark.parametrize(
    ("one", "other", "reason", "score"),
    [
        (("Dupont", "Inès"), ("DUPONT", "ines"), "same-name", 100),
        (("Le Goff", "Yann"), ("le-goff", "Yann"), "same-name", 100),
        (("Karim", "Benali"), ("Benali", "Karim"), "swapped-names", 100),
        (("Le", "Goff Yann"), ("Le Goff", "Yann"), "swapped-names", 100),
        (("Benali", "Karim"), ("Benali", "Karima"), "near-name", 90.909),
        (("Benali", "Karim"), ("Karima", "Benali"), "near-name", 90.909),
        (("Dupont", "Jean"), ("Dupont", "Jean-Pierre"), "near-name", 85),
        (("Dupont", ""), ("Dupont", "Inès"), "near-name", 85),
        (("Dupont", "Inès"), ("Dupont", "Lina"), None, None),
        (("Dupont", "Jean"), ("Dupont", "Jeanne"), None, None),
        (("Dupont", "Jean"), ("Duponts", "Jean-Pierre"), None, None),
        (("Petit", "Léa"), ("Grand", "Léa"), None, None),
    ],
)
def test_two_people_of_one_birth_date(one, other, reason, score):
    first, second = (tuple(map(names.fold, who)) for who in (one, other))
    for pair in (names.alike(first, second), names.alike(second, first)):
        assert (pair and pair.reason) == reason
        assert (pair and pair.score) == (pytest.approx(score, abs=0.001) if score else None)


@pytest.mark.parametrize("many", [3, 30, 120])
def test_blocks_of_comparisons_find_what_one_by_one_finds(many):
    folk = [Named(n, f"durand{n % 7}", ("lea", "leo", "", "lea rose")[n % 4]) for n in range(many)]
    found = {(pair.new, pair.other, pair.reason) for pair in duplicates.people(folk, [])}
    slow = {
        (a.key, b.key, alike.reason)
        for a in folk
        for b in folk[: a.key]
        if (alike := names.alike((a.first, a.second), (b.first, b.second)))
    }
    assert found <= slow
    assert found == slow or many > duplicates.CROWD


def test_every_pair_of_a_few_dozen_look_alikes_is_listed_and_of_a_crowd_twenty_each():
    for many, pairs in ((40, 780), (60, 20 * 19 // 2 + 20 + 20 * 39)):
        folk = [Named(n, "durand", "lea") for n in range(many)]
        assert len(list(duplicates.people(folk, []))) == pairs
