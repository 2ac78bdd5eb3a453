"""Whom to call first, against a slow oracle that tries every caller and every post at every turn."""

import itertools

import numpy as np
from hypothesis import given, settings, strategies as st

from matching.scoring.reach import NOTHING, OFFER, SEAT, Posts, order

WORLDS = st.fixed_dictionaries(
    {
        "lists": st.lists(st.lists(st.integers(0, 7), unique=True, max_size=6), min_size=1, max_size=6),
        "lack": st.lists(st.sampled_from((NOTHING, SEAT, OFFER)), min_size=8, max_size=8),
        "callers": st.lists(st.lists(st.integers(0, 5), unique=True, max_size=4), max_size=6),
        "seats": st.integers(1, 4),
        "favour": st.lists(st.integers(0, 2), min_size=6, max_size=6),
    }
)


def read(world):
    options = [[post for post in each if post < len(world["lists"])] for each in world["callers"]]
    favour = [[world["favour"][post] for post in each] for each in options]
    return options, world["lists"], list(world["lack"]), world["seats"], favour


def slow(options, lists, lack, seats, favour):
    """By the definition: at each turn, who would be gained by each (caller, post)."""
    lack, left, made = list(lack), list(range(len(options))), []
    while left:
        best = None
        for caller in left:
            mine = None
            for post, liked in zip(options[caller], favour[caller], strict=True):
                offered = [person for person in lists[post] if lack[person] == OFFER][:seats]
                seated = [person for person in lists[post] if lack[person] == SEAT][: seats - len(offered)]
                if mine is None or (len(offered), len(seated)) > (len(mine[2]), len(mine[3])):
                    mine = caller, post, offered, seated, liked
            if mine and (best is None or _worth(mine) > _worth(best)):
                best = mine
        if best is None or not (best[2] or best[3]):
            break
        made.append((best[0], best[1], tuple(best[2]), tuple(best[3])))
        left.remove(best[0])
        for person in (*best[2], *best[3]):
            lack[person] = NOTHING
    return made


def _worth(turn):
    return len(turn[2]), len(turn[3]), turn[4]


@settings(max_examples=150, deadline=None)
@given(WORLDS)
def test_each_turn_is_the_best_one_left(world):
    options, lists, lack, seats, favour = read(world)
    picks = order(options, Posts.of(lists), np.array(lack, np.int8), seats=seats, favour=favour)
    expected = slow(options, lists, lack, seats, favour)
    assert [tuple(pick) for pick in picks[: len(expected)]] == expected
    # Nobody is left out; who gains nobody comes after, in the order given, with the post that fits the most.
    assert sorted(pick.caller for pick in picks) == list(range(len(options)))
    rest = picks[len(expected) :]
    assert [pick.caller for pick in rest] == sorted(pick.caller for pick in rest)
    for pick in rest:
        assert not pick.offered and not pick.seated
        fitting = [len(lists[post]) for post in options[pick.caller]]
        assert pick.post == (-1 if not fitting else options[pick.caller][fitting.index(max(fitting))])


@settings(max_examples=60, deadline=None)
@given(WORLDS)
def test_the_first_calls_keep_the_bound_of_greedy(world):
    """Two calls reach at least half of what the best two would (people without an offer, whom nobody was given)."""
    options, lists, lack, seats, _ = read(world)
    picks = order(options, Posts.of(lists), np.array(lack, np.int8), seats=seats)[:2]
    reached = sum(len(pick.offered) for pick in picks)
    best = 0
    for pair in itertools.combinations(range(len(options)), min(2, len(options))):
        for posts in itertools.product(*(options[caller] for caller in pair)):
            groups = [[person for person in lists[post] if lack[person] == OFFER] for post in posts]
            best = max(best, _seated(groups, seats))
    assert 2 * reached >= best


def _seated(groups, seats):
    """The most distinct people that so many seats each can take: by trying."""
    first = groups[0] if groups else []
    if len(groups) < 2:
        return min(len(first), seats)
    return max(
        len(set(chosen) | set([p for p in groups[1] if p not in chosen][:seats]))
        for chosen in itertools.combinations(first, min(seats, len(first)))
    )
