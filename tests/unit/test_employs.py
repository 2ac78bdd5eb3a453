"""Whom an employer plausibly takes on: starting table, then its group's offers, then its own."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from matching import employs
from matching.scoring.referential import Referential

START = {
    ("field", "sport"): {"G1204": 3.0, "M1601": 1.0},
    ("field", "autre"): {"M1601": 1.0},
    ("naf", "47"): {"D1505": 1.0},
}


def share(made, rome, employer=99, field=None, naf=None):
    return made.share(employer, field, naf)[made.index[rome]]


def test_before_any_offer_the_starting_table_speaks():
    made = employs.made([], START)
    assert share(made, "G1204", field="sport") == pytest.approx(0.75)
    assert share(made, "M1601", field="sport", naf="9499Z") == pytest.approx(0.25)
    assert share(made, "D1505", naf="4711B") == 1
    assert (
        share(made, "M1601") == share(made, "M1601", field="autre") == share(made, "M1601", naf="9499Z") == 1
    )


def test_each_employer_of_the_group_counts_once_for_an_occupation():
    offered = [(1, "sport", None, "K2205")] * 50 + [(n, "sport", None, "I1203") for n in range(2, 22)]
    made = employs.made(offered, START)
    assert made.seen_in("sport", None, "K2205") == 1 and made.seen_in("sport", None, "I1203") == 20
    assert share(made, "I1203", field="sport") == pytest.approx(20 / 41)
    assert share(made, "G1204", field="sport") == pytest.approx(15 / 41)
    assert share(made, "I1203", naf="4711B") == 0


def test_what_an_employer_offered_itself_weighs_more_than_what_its_group_did():
    made = employs.made([(1, "sport", None, "D1505")], START)
    assert share(made, "D1505", employer=1, field="sport") > 0.2 > share(made, "D1505", field="sport")


def test_a_group_that_no_table_knows_starts_from_its_kind():
    made = employs.made([(1, "pêche", None, "A1208")], START)
    assert share(made, "G1204", field="pêche") > 0 and share(made, "A1208", field="pêche") > 0


def test_field_and_division_weigh_alike():
    made = employs.made([], START)
    both = made.group_share("sport", "4711B")
    assert both == pytest.approx((made.group_share("sport", None) + made.group_share(None, "4711B")) / 2)


EMPLOYERS = st.tuples(st.integers(1, 5), st.sampled_from(("G1204", "D1505", "Z9999")))
KINDS = {1: ("sport", None), 2: ("sport", "4711B"), 3: (None, "4711B"), 4: (None, None), 5: ("x", "9499Z")}


@settings(max_examples=30, deadline=None)
@given(st.lists(EMPLOYERS, max_size=12), st.randoms())
def test_shares_sum_to_one_and_no_order_changes_them(offers, dice):
    rows = [(employer, *KINDS[employer], rome) for employer, rome in offers]
    made = employs.made(rows, START)
    dice.shuffle(rows)
    again = employs.made(rows, START)
    for employer, (field, naf) in KINDS.items():
        found = made.share(employer, field, naf)
        assert found.sum() == pytest.approx(1) and (found >= 0).all()
        assert np.array_equal(found, again.share(employer, field, naf))


def test_the_tables_name_occupations_that_exist():
    known = set(Referential.starter().codes)
    for (kind, key), weights in employs.starting().items():
        assert set(weights) <= known and min(weights.values()) > 0, (kind, key)
