"""Who is put forward where: a slow and plain answer, the same whatever the order of rows, and full for everybody."""

import math

import numpy as np
from hypothesis import given, settings, strategies as st

from matching.scoring import factors, potential
from matching.scoring.columns import UNKNOWN, Affinity, Occupations, stable_keys
from matching.scoring.places import Places
from matching.scoring.spread import WHYS, Why

CODES = 4
PLACES = Places.build([49.894, 49.87, 49.95, 50.4], [2.296, 2.36, 2.30, 2.8])
#: Occupation 0 is near 1, the others near themselves alone.
AFFINITY = Affinity(
    np.array([0, 2, 4, 5, 6]),
    np.array([0, 1, 1, 0, 2, 3], np.int32),
    np.array([1, 0.75, 1, 0.75, 1, 1], np.float32),
)
SHARES = st.lists(st.integers(0, 20), min_size=CODES, max_size=CODES)
PERSON = st.tuples(
    st.dictionaries(st.integers(0, CODES - 1), st.sampled_from((1.0, 0.5)), max_size=2),
    st.integers(UNKNOWN, 3),
    st.sampled_from((1.0, 5.0, 20.0)),
    st.integers(0, 3),
)
FIRM = st.tuples(
    st.integers(0, 2), st.integers(UNKNOWN, 3), st.sampled_from((UNKNOWN, 1_000, 7_000)), st.integers(0, 4)
)
WORLD = st.tuples(
    st.lists(SHARES, min_size=3, max_size=3), st.lists(PERSON, max_size=9), st.lists(FIRM, max_size=9)
)


def field(world, people=None, firms=None):
    """The columns of that world, with its rows in that order."""
    shares, persons, employers = world
    people = list(range(len(persons))) if people is None else people
    firms = list(range(len(employers))) if firms is None else firms
    some, others = [persons[at] for at in people], [employers[at] for at in firms]
    share = np.array(shares, float)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    return potential.Field(
        potential.Seekers(
            stable_keys(f"p{at}" for at in people),
            Occupations.of([sorted(each[0].items()) for each in some]),
            np.array([each[1] for each in some], np.int32),
            np.array([each[2] for each in some], np.float32),
            np.array([each[3] for each in some], np.int64),
        ),
        potential.Firms(
            stable_keys(f"f{at}" for at in firms),
            np.array([each[0] for each in others], np.int64),
            share,
            np.array([each[1] for each in others], np.int32),
            np.array([each[2] for each in others], np.int32),
            np.array([each[3] for each in others], np.int64),
        ),
        AFFINITY,
        PLACES,
    )


def score(world, person, firm):
    """(parts in millionths, may be suggested) by hand."""
    shares, persons, employers = world
    wanted, place, radius, _ = persons[person]
    kind, where, workforce, _ = employers[firm]
    whole = max(sum(shares[kind]), 1)
    near = {(0, 0): 1, (0, 1): 0.75, (1, 1): 1, (1, 0): 0.75, (2, 2): 1, (3, 3): 1}
    fit = 0
    for code in range(CODES):
        need = max((round(near.get((w, code), 0) * sure * 10_000) for w, sure in wanted.items()), default=0)
        fit += need * round(shares[kind][code] / whole * 1_000_000)
    weights, values = [6_000], [min(10_000, fit * 10_000 // 2_500_000_000)]
    far = False
    if place != UNKNOWN and where != UNKNOWN:
        metres = PLACES.metres_between(place, where)
        far = metres > radius * 1_000
        weights.append(2_500)
        values.append(factors.distance(metres, round(radius * 1_000)))
    else:
        weights.append(0)
        values.append(0)
    weights.append(1_500 if workforce != UNKNOWN else 0)
    values.append(workforce if workforce != UNKNOWN else 0)
    asked = (6_000, 2_500, 1_500)
    parts = [int(v) * w * 100 // sum(weights) for v, w in zip(values, asked, strict=True)]
    return parts, fit >= 100_000_000 and not far


def by_hand(world):
    """{(person, firm): why} by going through all pairs, again and again."""
    _, persons, employers = world
    edges = []
    keys = (
        stable_keys([*(f"p{at}" for at in range(len(persons)))]),
        stable_keys([*(f"f{at}" for at in range(len(employers)))]),
    )
    for person in range(len(persons)):
        for firm in range(len(employers)):
            parts, may = score(world, person, firm)
            if may and persons[person][3]:
                with np.errstate(over="ignore"):
                    hashed = int(factors.pair_hash(keys[0][person], keys[1][firm]))
                edges.append((-sum(parts), -hashed, person, firm))
    edges.sort()
    reached = {edge[3] for edge in edges}
    seats = sum(each[3] for each in persons)
    cap = max(5, math.ceil(1.5 * seats / len(reached))) if reached else 0
    load = [each[3] for each in employers]
    chosen = {}
    for turn in range(4):
        for _, _, person, firm in edges:
            mine = [pair for pair in chosen if pair[0] == person]
            if (person, firm) in chosen or len(mine) != turn or turn >= persons[person][3]:
                continue
            if load[firm] < cap:
                load[firm] += 1
                chosen[person, firm] = Why.BEST
    for _, _, person, firm in edges:
        mine = [pair for pair in chosen if pair[0] == person]
        if (person, firm) not in chosen and len(mine) < persons[person][3]:
            chosen[person, firm] = Why.COMPLEMENT
    return chosen


@settings(max_examples=120, deadline=None)
@given(WORLD)
def test_everybody_gets_what_a_slow_and_plain_search_gives(world):
    found = potential.suggest(field(world))
    plain = by_hand(world)
    pairs = list(zip(found.person.tolist(), found.firm.tolist(), strict=True))
    assert set(pairs) == set(plain) and len(pairs) == len(plain)
    for at, pair in enumerate(pairs):
        parts, _ = score(world, *pair)
        assert found.parts[at].tolist() == parts and found.score[at] == sum(parts)
        assert (WHYS[found.why[at]] is Why.COMPLEMENT) == (plain[pair] is Why.COMPLEMENT)


@settings(max_examples=60, deadline=None)
@given(WORLD, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world, dice):
    _, persons, employers = world
    people, firms = list(range(len(persons))), list(range(len(employers)))
    dice.shuffle(people)
    dice.shuffle(firms)

    def told(found, rows, columns):
        return {
            (rows[p], columns[f], int(s), int(w))
            for p, f, s, w in zip(found.person, found.firm, found.score, found.why, strict=True)
        }

    straight = told(potential.suggest(field(world)), range(len(persons)), range(len(employers)))
    assert told(potential.suggest(field(world, people, firms)), people, firms) == straight


@settings(max_examples=60, deadline=None)
@given(WORLD)
def test_who_is_taken_up_already_is_not_suggested_again_and_nobody_gets_less_than_there_is(world):
    _, persons, employers = world
    taken = {(0, 0)} if persons and employers else set()
    found = potential.suggest(field(world), taken)
    pairs = set(zip(found.person.tolist(), found.firm.tolist(), strict=True))
    assert not pairs & taken
    for person, each in enumerate(persons):
        possible = sum(
            score(world, person, firm)[1] and (person, firm) not in taken for firm in range(len(employers))
        )
        assert sum(pair[0] == person for pair in pairs) == min(each[3], possible)
