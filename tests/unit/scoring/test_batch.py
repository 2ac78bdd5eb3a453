"""The batch: equal to the explanation of every pair, whoever does the work and in whatever order it comes."""

import numpy as np
import pytest

from matching.scoring import batch, compiled
from matching.scoring.columns import PARTS, Weights, stable_key
from matching.scoring.pair import explain_pair
from tests.unit.scoring.problems import TABLES, O, P, draw, offers, people

WEIGHTS = Weights()
ENGINES = [
    "columns",
    pytest.param("compiled", marks=pytest.mark.skipif(not compiled.available(), reason="no numba")),
]
N, M = 70, 30


def by_name(rows, posts, found):
    """Everything a run says, without row numbers."""
    return {
        (rows[p].name, posts[o].name): (rank, score, tuple(np.nan_to_num(parts, nan=-1)))
        for p, o, rank, score, parts in zip(
            found.person.tolist(),
            found.offer.tolist(),
            found.rank.tolist(),
            found.score.tolist(),
            found.parts,
            strict=True,
        )
    }


def oracle(rows, posts, excluded=()):
    """Every feasible pair with its score, one explanation at a time."""
    people_, offers_ = people(rows), offers(posts)
    made = {}
    for i in range(len(rows)):
        for j in range(len(posts)):
            pair = explain_pair(people_, i, offers_, j, TABLES, WEIGHTS)
            if pair.feasible and (i, j) not in excluded:
                made[i, j] = pair
    return made


def order_of(person: P, offer: O, score: float) -> tuple:
    """Score, longest search, hash, in Python's own whole numbers."""
    mask = 2**64 - 1
    one, other = stable_key(person.name), stable_key(offer.name)
    mixed = one ^ (((other << 25) | (other >> 39)) & mask)
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
    return (score, min(person.search, 65_535), (mixed ^ (mixed >> 31)) >> 36)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(4))
def test_scores_parts_and_lists_equal_the_explanation_of_all_pairs(seed, engine):
    rows, posts = draw(seed, N, M)
    excluded = {(1, 2), (5, 7), (9, 0), (33, 12)}
    found = batch.candidates(
        people(rows), offers(posts), TABLES, WEIGHTS,
        excluded=np.array(sorted(excluded)), per_offer=6, per_person=3, engine=engine,
    )  # fmt: skip
    every = oracle(rows, posts, excluded)
    best = sorted(
        every, key=lambda pair: order_of(rows[pair[0]], posts[pair[1]], every[pair].score), reverse=True
    )
    wanted = set()
    for j in range(M):
        wanted |= set([pair for pair in best if pair[1] == j][:6])
    for i in range(N):
        wanted |= set([pair for pair in best if pair[0] == i][:3])
    kept = list(zip(found.person.tolist(), found.offer.tolist(), strict=True))
    assert set(kept) == wanted
    assert kept == sorted(wanted, key=lambda pair: (pair[1], best.index(pair)))
    assert found.pairs_scored == len(every)
    assert found.feasible_people.tolist() == [sum(pair[1] == j for pair in every) for j in range(M)]
    assert found.feasible_offers.tolist() == [sum(pair[0] == i for pair in every) for i in range(N)]
    for pair, score, parts, right in zip(
        kept, found.score.tolist(), found.parts, found.right.tolist(), strict=True
    ):
        assert score == every[pair].score
        assert {name: p for name, p in zip(PARTS, parts, strict=True) if not np.isnan(p)} == every[pair].parts
        assert right == every[pair].right


@pytest.mark.skipif(not compiled.available(), reason="no numba")
@pytest.mark.parametrize("workers", [1, 3])
def test_the_compiled_kernel_gives_the_very_answer_of_numpy_whatever_the_workers(workers):
    rows, posts = draw(11, 400, 260)
    one = batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS, engine="columns")
    other = batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS, engine="compiled", workers=workers)
    for name in ("person", "offer", "rank", "score", "ranking", "feasible_people", "feasible_offers"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_of_people_offers_and_skills_changes_nothing(engine):
    rows, posts = draw(5, N, M)
    before = by_name(
        rows, posts, batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS, engine=engine)
    )
    dice = np.random.default_rng(3)
    turned = [
        row.but(skills=row.skills[::-1], wanted=row.wanted[::-1], rights=row.rights[::-1])
        for row in (rows[i] for i in dice.permutation(N))
    ]
    other = [
        post.but(skills=post.skills[::-1], codes=post.codes[::-1])
        for post in (posts[j] for j in dice.permutation(M))
    ]
    after = by_name(
        turned, other, batch.candidates(people(turned), offers(other), TABLES, WEIGHTS, engine=engine)
    )
    assert after == before


def test_equal_scores_go_to_the_longest_search_then_by_a_seeded_hash():
    rows = [P(name=f"P-{i}", search=50) for i in range(12)] + [P(name="long", search=51)]
    first = batch.candidates(people(rows), offers([O()]), TABLES, WEIGHTS)
    names = [rows[i].name for i in first.person]
    assert names[0] == "long"
    assert names[1:] == sorted(
        names[1:], key=lambda n: order_of(P(name=n, search=50), O(), 1.0), reverse=True
    )
    other = batch.candidates(people(rows, seed=1), offers([O()], seed=1), TABLES, WEIGHTS)
    assert [rows[i].name for i in other.person] != names


def test_who_has_no_occupation_is_told_and_gets_no_number():
    rows = [P(name="a"), P(name="b", wanted=()), P(name="c")]
    found = batch.candidates(people(rows), offers([O()]), TABLES, WEIGHTS)
    assert found.not_enough_data.tolist() == [1]
    assert sorted(found.person.tolist()) == [0, 2]


def test_a_person_beyond_the_list_of_every_offer_keeps_their_own_best():
    rows = [P(name=f"P-{i}", search=i) for i in range(30)]
    found = batch.candidates(
        people(rows), offers([O(), O(name="O-2")]), TABLES, WEIGHTS, per_offer=4, per_person=1
    )
    assert set(found.person.tolist()) == set(range(30))


@pytest.mark.parametrize(("persons", "posts"), [(0, 5), (5, 0), (0, 0), (1, 1)])
@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_or_nothing_to_match_is_an_empty_answer(persons, posts, engine):
    rows, offered = draw(1, persons, posts)
    found = batch.candidates(people(rows), offers(offered), TABLES, WEIGHTS, engine=engine)
    assert found.pairs_scored == len(oracle(rows, offered))
    assert found.parts.shape == (len(found.person), 6)


def test_without_numba_the_answer_is_numpys(monkeypatch):
    rows, posts = draw(2, N, M)
    monkeypatch.setattr(batch, "SMALL_DAY", 0)
    monkeypatch.setattr(compiled, "available", lambda: False)
    found = batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS)
    assert found.pairs_scored == len(oracle(rows, posts))


@pytest.mark.parametrize("engine", ENGINES)
def test_progress_ends_at_all_offers_and_may_stop_the_run(engine):
    rows, posts = draw(2, N, 150)
    told = []

    def tell(done, of):
        told.append((done, of))

    batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS, engine=engine, on_progress=tell)
    able = sum(bool(post.codes) for post in posts)
    assert told[-1] == (able, able) and [done for done, _ in told] == sorted(done for done, _ in told)

    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.candidates(people(rows), offers(posts), TABLES, WEIGHTS, engine=engine, on_progress=stop)


def test_two_rows_with_one_key_are_refused():
    with pytest.raises(ValueError, match="key"):
        batch.candidates(people([P(), P()]), offers([O()]), TABLES, WEIGHTS)


def test_an_index_made_for_other_offers_serves_a_new_one():
    rows, posts = draw(8, N, M)
    made = batch.indexes.build(batch.Problem(people(rows), offers([]), TABLES, WEIGHTS))
    one = [posts[3]]
    with_it = batch.candidates(people(rows), offers(one), TABLES, WEIGHTS, index=made)
    assert by_name(rows, one, with_it) == by_name(
        rows, one, batch.candidates(people(rows), offers(one), TABLES, WEIGHTS)
    )


def test_compiled_code_is_kept_in_a_folder_of_this_very_code(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    folder = compiled.keep_in(tmp_path)
    assert folder.parent.parent == tmp_path
    assert compiled.keep_in(tmp_path) == folder
    assert not compiled.is_kept()


def test_whoever_waits_is_told_once_that_code_is_being_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    told = []
    compiled.tell(lambda: told.append("compiling"))
    for function in (lambda: 1, lambda: 2):
        compiled.compiled(function)
    assert told == ["compiling"]
