"""Reasons and reservations: their points are the score, their facts give the points back, their words are French."""

import pytest

from matching.scoring.columns import PARTS, Weights
from matching.scoring.pair import explain_pair
from matching.scoring.reasons import recomputed, statements
from tests.unit.scoring.problems import DAY, TABLES, O, P, draw, offers, people
from web.wording.reasons import sentence

WEIGHTS = Weights()


def told(person: P, offer: O, **names):
    columns, posts = people([person]), offers([offer])
    pair = explain_pair(columns, 0, posts, 0, TABLES, WEIGHTS)
    reasons, reservations = statements(columns, 0, posts, 0, pair, WEIGHTS, **names)
    return pair, [s.as_json() for s in reasons], [s.as_json() for s in reservations]


def test_every_statement_recomputes_to_its_points_and_they_sum_to_the_score():
    rows, posts = draw(17, 60, 40)
    columns, offered = people(rows), offers(posts)
    weights = dict(zip(PARTS, WEIGHTS.as_points(), strict=True))
    seen = 0
    for i in range(60):
        for j in range(40):
            pair = explain_pair(columns, i, offered, j, TABLES, WEIGHTS)
            if not pair.feasible:
                continue
            seen += 1
            both = statements(columns, i, offered, j, pair, WEIGHTS)
            stated = [s.as_json() for s in [*both[0], *both[1]] if s.part]
            assert {s["part"] for s in stated} == set(pair.parts)
            assert sum(s["points"] for s in stated) == pytest.approx(pair.score, abs=5e-6)
            applied = sum(weights[part] for part in pair.parts)
            for s in stated:
                assert recomputed(s) == pair.parts[s["part"]]
                assert s["points"] == pytest.approx(weights[s["part"]] * recomputed(s) / applied, abs=1e-6)
            assert all(sentence(s.as_json()) for s in [*both[0], *both[1]])
    assert seen > 100


def test_what_fits_is_a_reason_most_points_first():
    _, reasons, reservations = told(P(place=1, radius=60.0), O())
    assert [r["code"] for r in reasons] == [
        "same-occupation", "all-skills", "near", "level-met", "free-on-day", "wanted",
    ]  # fmt: skip
    assert reservations == []
    assert sentence(reasons[0]) == "Même métier que celui recherché"
    assert sentence(reasons[2]) == "À 6 km de sa commune"


@pytest.mark.parametrize(
    ("person", "offer", "words"),
    [
        (P(place=-1), O(), "Commune à préciser"),
        (P(), O(place=-1), "Commune du poste à préciser"),
        (P(licence=-1), O(), "Permis à vérifier"),
        (P(level=-1), O(), "Diplôme à préciser (demandé : bac)"),
        (P(free_from=None), O(), "Date de disponibilité à préciser"),
        (P(skills=()), O(), "Compétences à vérifier : aucune de celles demandées n'est indiquée"),
        (P(level=0), O(level=4), "Niveau demandé : bac ; niveau connu : sans diplôme"),
        (P(free_from=DAY + 60), O(), "Disponible 60 jours après la date du poste"),
        (P(wanted=((2, 1.0),)), O(), "N'est pas le métier que la personne demande"),
        (P(place=2, radius=12.0), O(), "À 11 km de sa commune, pour un rayon de 12 km"),
    ],
)
def test_what_is_not_known_or_weak_is_a_reservation_in_words(person, offer, words):
    _, _, reservations = told(person, offer)
    assert words in [sentence(r) for r in reservations]


def test_a_right_that_hangs_on_a_fact_names_it():
    person = P(rights=((0, DAY - 5, DAY + 5, False),))
    _, _, reservations = told(
        person, O(), programmes=("emplois-avenir",), missing=("diploma_level", "residence")
    )
    assert sentence(reservations[0]) == "Droit à confirmer : emploi d'avenir (diplôme, domicile)"
