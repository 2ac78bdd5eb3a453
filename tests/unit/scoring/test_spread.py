"""Lists that reach everybody: caps, coverage, complements, and the best total at equal coverage."""

import numpy as np
import pytest

from matching.scoring import batch, compiled, spread
from matching.scoring.columns import Weights
from matching.scoring.spread import WHYS, Why
from tests.unit.scoring.problems import TABLES, O, P, draw, offers, people

WEIGHTS = Weights()


def spread_out(rows, posts, **caps):
    found = batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS)
    return found, spread.assign(found, **caps)


def told(rows, posts, made):
    return {
        (rows[p].name, posts[o].name): (rank, WHYS[why])
        for p, o, rank, why in zip(
            made.person.tolist(), made.offer.tolist(), made.rank.tolist(), made.why.tolist(), strict=True
        )
    }


@pytest.mark.parametrize("seed", range(5))
def test_everybody_who_can_be_proposed_is_and_no_list_or_cap_is_passed(seed):
    rows, posts = draw(seed, 150, 20)
    found, made = spread_out(rows, posts, k=3, cap=2)
    count = np.bincount(made.person, minlength=len(rows))
    for i, row in enumerate(rows):
        assert count[i] + row.live <= max(2, row.live)
        if found.feasible_offers[i] and not row.live:
            assert count[i] >= 1
    listed = np.bincount(made.offer[made.why != 2], minlength=len(posts))
    for j, post in enumerate(posts):
        assert listed[j] <= max(3 - post.live, 0)
    assert not len(made.uncovered)
    assert len(set(zip(made.person.tolist(), made.offer.tolist(), strict=True))) == made.size


def test_whoever_finds_only_full_offers_is_a_complement_after_the_list():
    rows = [P(name=f"P-{i}", days_left=10 if i < 3 else 400) for i in range(5)]
    _, made = spread_out(rows, [O()], k=3)
    ranks = {
        rows[p].name: (rank, WHYS[why]) for p, rank, why in zip(made.person, made.rank, made.why, strict=True)
    }
    assert {name for name, (_, why) in ranks.items() if why == Why.COMPLEMENT} == {"P-3", "P-4"}
    assert sorted(rank for rank, why in ranks.values() if why == Why.COMPLEMENT) == [4, 5]


def test_complements_are_shared_between_offers():
    rows = [P(name=f"P-{i}") for i in range(12)]
    posts = [O(), O(name="O-2", skills=("anglais",))]  # the second fits everybody less
    _, made = spread_out(rows, posts, k=3)
    assert np.bincount(made.offer[made.why == 2]).tolist() == [3, 3]


def test_somebody_with_one_possible_offer_keeps_a_slot_there_before_those_who_have_another():
    rows = [P(name=f"both-{i}") for i in range(3)] + [P(name="near", radius=2.0, skills=())]
    posts = [O(), O(name="O-far", place=1, skills=())]
    _, made = spread_out(rows, posts, k=2)
    assert ("near", "O-1") in told(rows, posts, made)
    assert not (made.why == 2).any()


def test_the_end_of_a_right_decides_who_is_served_first_then_weeks_without_then_search():
    rows = [
        P(name="later", days_left=300, weeks_without=9, search=900),
        P(name="soon", days_left=20),
        P(name="waits", days_left=60, weeks_without=5),
        P(name="searches", days_left=70, weeks_without=2, search=900),
        P(name="new", days_left=61, weeks_without=2, search=10),
    ]
    assert [rows[i].name for i in spread.urgency(people(rows))] == [
        "soon",
        "waits",
        "searches",
        "new",
        "later",
    ]
    _, made = spread_out(rows, [O()], k=2, cap=5)
    assert {rows[p].name for p in made.person[made.why != 2]} == {"soon", "waits"}


def test_whoever_is_back_from_a_broken_contract_is_first_in_line():
    rows = [P(name="soon", days_left=3, weeks_without=20), P(name="back", returned=True), P(name="new")]
    assert [rows[i].name for i in spread.urgency(people(rows))] == ["back", "soon", "new"]
    _, made = spread_out(rows, [O()], k=1, cap=5)
    assert {rows[p].name for p in made.person[made.why != 2]} == {"back"}


def test_urgency_changes_no_score():
    rows = [P(name="a", days_left=3, weeks_without=20), P(name="b")]
    found, _ = spread_out(rows, [O()])
    assert found.score.tolist() == [1.0, 1.0]


def test_live_proposals_count_in_the_cap_of_a_person_and_in_the_slots_of_an_offer():
    rows = [P(name="full", live=5), P(name="one", live=4), P(name="none")]
    posts = [O(name=f"O-{j}", live=live) for j, live in enumerate([9, 0, 0])]
    _, made = spread_out(rows, posts)
    assert np.bincount(made.person, minlength=3).tolist() == [0, 1, 3]
    assert (made.offer == 0).sum() == 1


def test_best_coverage_and_complement_say_why():
    rows = [P(name=f"strong-{i}", search=i) for i in range(4)] + [
        P(name="weak", level=0, search=999, days_left=9)
    ]
    posts = [O(), O(name="O-far", place=5)]
    _, made = spread_out(rows, posts, k=2)
    why = {rows[p].name: WHYS[w] for p, w in zip(made.person, made.why, strict=True)}
    assert why["weak"] == Why.COVERAGE
    assert sorted(value for name, value in why.items() if name != "weak") == [Why.BEST, *[Why.COMPLEMENT] * 3]


@pytest.mark.parametrize("seed", range(4))
def test_the_total_is_within_1_percent_of_the_optimum_at_equal_coverage(seed):
    optimize = pytest.importorskip("scipy.optimize")
    sparse = pytest.importorskip("scipy.sparse")
    rows, posts = draw(seed + 20, 220, 40)
    found, made = spread_out(rows, posts, k=6, cap=3)
    edges = np.arange(len(found.person))
    room = np.array([max(3 - row.live, 0) for row in rows], dtype=float)
    room[made.person[made.why == 2]] = 0
    must = np.zeros(len(rows))
    must[[p for p in made.person[made.why != 2] if not rows[p].live]] = 1
    one = np.ones(len(edges))
    by_person = sparse.coo_matrix((one, (found.person, edges)), shape=(len(rows), len(edges)))
    by_offer = sparse.coo_matrix((one, (found.offer, edges)), shape=(len(posts), len(edges)))
    slots = [max(6 - post.live, 0) for post in posts]
    best = optimize.linprog(
        -found.score,
        A_ub=sparse.vstack([by_person, by_offer, -by_person]),
        b_ub=np.concatenate([room, slots, -must]),
        bounds=(0, 1),
    )
    assert found.score[made.candidate[made.why != 2]].sum() >= 0.99 * -best.fun


@pytest.mark.parametrize("seed", range(4))
def test_no_larger_set_of_people_could_have_been_listed(seed):
    graph = pytest.importorskip("scipy.sparse.csgraph")
    sparse = pytest.importorskip("scipy.sparse")
    rows, posts = draw(seed + 40, 160, 15)
    rows = [row.but(live=0) for row in rows]
    found, made = spread_out(rows, posts, k=3)
    n, m = len(rows), len(posts)
    capacity = sparse.lil_matrix((n + m + 2, n + m + 2), dtype=np.int32)
    for p, o in zip(found.person.tolist(), found.offer.tolist(), strict=True):
        capacity[p, n + o] = 1
    capacity[n + m, :n] = 1
    for j, post in enumerate(posts):
        capacity[n + j, n + m + 1] = max(3 - post.live, 0)
    most = graph.maximum_flow(capacity.tocsr(), n + m, n + m + 1).flow_value
    assert len(set(made.person[made.why != 2].tolist())) == most


def test_the_order_of_people_and_offers_changes_no_list():
    rows, posts = draw(9, 150, 20)
    before = told(rows, posts, spread_out(rows, posts, k=3)[1])
    assert told(rows[::-1], posts[::-1], spread_out(rows[::-1], posts[::-1], k=3)[1]) == before


@pytest.mark.skipif(not compiled.available(), reason="no numba")
def test_compiled_loops_give_the_very_lists_of_plain_python(monkeypatch):
    rows, posts = draw(12, 150, 25)
    plain = told(rows, posts, spread_out(rows, posts, k=3)[1])
    monkeypatch.setattr(spread, "LARGE", 0)
    assert told(rows, posts, spread_out(rows, posts, k=3)[1]) == plain


def test_coarser_bids_still_serve_everybody(monkeypatch):
    rows, posts = draw(4, 150, 20)
    monkeypatch.setattr(spread, "PATIENCE", 0.02)
    _, made = spread_out(rows, posts, k=3)
    assert not len(made.uncovered)
