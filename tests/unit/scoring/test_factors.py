"""Each part of a score, by exact answers."""

import numpy as np
import pytest

from matching.scoring import factors
from matching.scoring.columns import PARTS, Weights


@pytest.mark.parametrize(
    ("km", "radius", "part"),
    [(0, 20, 1.0), (2, 20, 1.0), (11, 20, 0.5), (20, 20, 0.0), (6.5, 20, 0.75), (1.5, 1.5, 1.0), (0, 0, 1.0)],
)
def test_distance_costs_nothing_up_to_2_km_then_falls_to_0_at_the_radius(km, radius, part):
    assert factors.distance(round(km * 1000), round(radius * 1000)) / factors.FULL == part


@pytest.mark.parametrize(
    ("level", "bac_plus", "rung"),
    [(-1, -1, -1), (0, -1, 0), (3, -1, 2), (4, 0, 4), (5, 2, 6), (6, 3, 8),
     (6, -1, 8), (6, 4, 9), (7, 5, 10), (8, 8, 12)],
)  # fmt: skip
def test_levels_are_steps_and_bac_plus_4_lies_between_licence_and_master(level, bac_plus, rung):
    assert factors.rung(level, bac_plus) == rung


@pytest.mark.parametrize(
    ("has", "asked", "part"), [(4, 4, 1), (8, 4, 1), (2, 4, 0.5), (0, 4, 0), (8, 9, 0.75), (0, 12, 0)]
)
def test_a_level_asked_costs_half_a_level_below_and_all_two_levels_below(has, asked, part):
    assert factors.level(has, asked) / factors.FULL == part


@pytest.mark.parametrize(("late", "part"), [(-50, 1.0), (0, 1.0), (45, 0.5), (90, 0.0), (400, 0.0)])
def test_availability_falls_to_0_at_90_days_after_the_contract(late, part):
    assert factors.availability(735_000 + late, 735_000) / factors.FULL == part


@pytest.mark.parametrize(
    ("held", "asked", "part"), [(0, 3, 0.0), (1, 3, 0.3333), (2, 3, 0.6667), (3, 3, 1.0)]
)
def test_skills_is_the_share_of_those_asked(held, asked, part):
    assert factors.skills(held, asked) / factors.FULL == part


@pytest.mark.parametrize(
    ("close", "sure", "part"),
    [(1.0, 1.0, 1.0), (1.0, 0.6, 0.6), (0.75, 1.0, 0.5), (0.5, 1.0, 0.0), (0.35, 1.0, 0.0)],
)
def test_wish_is_whole_for_the_occupation_asked_for_and_none_from_half_closeness_down(close, sure, part):
    assert factors.wish(round(close * factors.FULL), round(sure * factors.FULL)) / factors.FULL == part


def test_the_score_weighs_only_the_parts_that_apply():
    weights = dict(zip(PARTS, Weights().as_points(), strict=True))
    parts = {"occupation": 10_000, "distance": 5_000, "wish": 0}
    weighted = sum(weights[name] * value for name, value in parts.items())
    assert factors.total(weighted, sum(weights[name] for name in parts)) == round(
        (0.35 + 0.075) / 0.60 * 1_000_000
    )


def test_the_published_weights_sum_to_1():
    assert sum(Weights().as_points()) == 10_000


@pytest.mark.parametrize("wrong", [{"skills": -0.1}, {"occupation": 0.0}])
def test_weights_below_0_or_without_occupation_are_refused(wrong):
    with pytest.raises(ValueError):
        Weights(**wrong).as_points()


def test_every_part_gives_the_same_for_a_number_and_for_a_column():
    numbers = np.arange(0, 30_000, 7)
    assert factors.distance(numbers, 20_000).tolist() == [factors.distance(int(n), 20_000) for n in numbers]
    assert factors.availability(numbers, 15_000).tolist() == [
        factors.availability(int(n), 15_000) for n in numbers
    ]
    assert factors.wish(numbers % 10_001, 7_500).tolist() == [
        factors.wish(int(n), 7_500) for n in numbers % 10_001
    ]


def test_a_greater_rank_is_a_better_score_then_a_longer_search():
    def rank(score, search, hashed):
        return int(factors.ranking(np.uint64(score), np.uint64(search), np.uint64(hashed)))

    assert rank(800_001, 0, 0) > rank(800_000, 65_535, 2**28 - 1) > rank(800_000, 65_534, 2**28 - 1)
    assert rank(800_000, 10, 5) > rank(800_000, 10, 4)


def test_the_hash_of_a_pair_depends_on_both_and_not_on_their_order_in_a_column():
    keys = np.arange(1, 2_001, dtype=np.uint64)
    one = factors.pair_hash(keys, keys[::-1])
    assert one[::-1].tolist() == factors.pair_hash(keys[::-1], keys).tolist()
    assert len(set(one.tolist())) > 1_990 and one.max() < 2**28
    assert factors.pair_hash(keys[:1], keys[1:2]) != factors.pair_hash(keys[1:2], keys[:1])
