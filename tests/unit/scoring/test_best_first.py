"""Sorting shortcuts of the batch against the plain way to the same order."""

import numpy as np
import pytest

from matching.scoring import index as indexes
from matching.scoring.best import best_first
from matching.scoring.prepare import affinity_matrix
from tests.unit.scoring.problems import AFFINITY, affinity


def test_equal_rankings_are_ordered_by_the_greater_key():
    order, place = best_first(
        np.array([1, 0, 1, 1]), np.array([7, 7, 7, 9], np.uint64), np.array([2, 5, 3, 1], np.uint64)
    )
    assert order.tolist() == [1, 3, 2, 0]
    assert place.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize("distinct", [5, 10**15])
def test_best_first_is_the_order_by_owner_ranking_and_key(distinct):
    dice = np.random.default_rng(3)
    owner, key = dice.integers(0, 40, 2_000), dice.permutation(2_000).astype(np.uint64)
    ranking = dice.integers(0, distinct, 2_000).astype(np.uint64)
    assert best_first(owner, ranking, key)[0].tolist() == np.lexsort((~key, ~ranking, owner)).tolist()


def test_codes_near_an_offered_one_are_a_column_of_the_affinity_table():
    table = affinity([*AFFINITY, (0, 1, 0.5), (3, 3, 0.2), (5, 1, 0.0)])
    indptr, wanted, close = indexes.related(table)
    sparse = np.zeros((table.size, table.size), np.int32)
    sparse[wanted, np.repeat(np.arange(table.size), np.diff(indptr))] = close
    assert len(wanted) == np.count_nonzero(sparse)
    assert np.array_equal(sparse, affinity_matrix(table))
