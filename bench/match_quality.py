"""How good lists are, against the truth of the market; what spreading them gains and costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.match_market import Market
from matching.scoring import columnwise
from matching.scoring.batch import Candidates
from matching.scoring.places import arc_metres
from matching.scoring.prepare import Problem
from matching.scoring.spread import Assignment

#: places of a list that count
TOP = 10
#: grade from which somebody suits
SUITS = 2
#: pairs graded at once
CHUNK = 2_000_000


def grades(market: Market, person: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """What each pair is worth by the truth: 3 same trade and able, 2 one of both, 1 neighbouring trade and not able.

    Same trade = same code, neighbouring = same v3 parent, then able is worth 2; able = level reached and half of the
    skills held. 0 for somebody who lives too far, has no licence or no right on the day.
    """
    truth, offers = market.truth, market.offers
    wanted, code = truth.code[person], market.offer_code[offer]
    point = market.tables.places.point
    apart = point[truth.place[person]].astype(np.int64) - point[offers.place[offer]]
    near = arc_metres((apart * apart).sum(axis=1)) <= truth.radius[person] * 1000
    driving = ~offers.needs_licence[offer] | truth.licence[person]
    programme, day = offers.programme[offer], offers.contract_day[offer]
    under = np.maximum(programme, 0)
    right = (programme < 0) | ((truth.start[person, under] <= day) & (day < truth.end[person, under]))
    asked = market.offer_skills[offer]
    skilled = 2 * (asked & truth.skills[person]).sum(axis=1) >= asked.sum(axis=1)
    steps = np.maximum(2 * (offers.level_min[offer].astype(np.int64) - 2), 0)
    able = skilled & (truth.rung[person] >= steps)
    trade = np.where(wanted == code, 2, np.where(market.family[wanted] == market.family[code], 1, 0))
    return np.where(near & driving & right & (trade > 0), trade + able, 0).astype(np.int8)


def ideal(market: Market, most: int) -> np.ndarray:
    """int64[offers, 4]: how many people have each grade for each offer (grade 0 is not counted).

    Of `most` offers, evenly spread; the others stay empty, which leaves them out of every measure.
    """
    family = market.family[market.truth.code]
    by_family = np.argsort(family, kind="stable")
    start = np.searchsorted(family[by_family], np.arange(family.max(initial=0) + 2))
    wanted = np.minimum(market.family[market.offer_code], family.max(initial=0) + 1)
    start = np.append(start, start[-1])
    length = start[wanted + 1] - start[wanted]
    judged = np.linspace(0, market.offers.size - 1, min(most, market.offers.size)).astype(np.int64)
    length[np.setdiff1d(np.arange(market.offers.size), judged)] = 0
    counted = np.zeros((market.offers.size, 4), dtype=np.int64)
    done = 0
    while done < market.offers.size:
        many = max(int(np.searchsorted(np.cumsum(length[done:]), CHUNK)), 1)
        offer = np.repeat(np.arange(done, min(done + many, market.offers.size)), length[done : done + many])
        within = np.arange(len(offer)) - np.searchsorted(offer, offer)
        worth = grades(market, by_family[start[wanted[offer]] + within], offer)
        counted += np.bincount(offer * 4 + worth, minlength=counted.size).reshape(counted.shape)
        done += many
    counted[:, 0] = 0
    return counted


def of_lists(
    market: Market, best: np.ndarray, offer: np.ndarray, person: np.ndarray, only: np.ndarray | None = None
) -> dict[str, Any]:
    """precision, recall and nDCG of the first TOP of each offer, over the offers that somebody suits.

    Pairs stand by offer, best first; `best` is `ideal`; `only`: the offers that were asked for, all of them else.
    """
    place = np.arange(len(offer)) - np.searchsorted(offer, offer)
    first = np.flatnonzero(place < TOP)
    offer, place = offer[first], place[first]
    worth = grades(market, person[first], offer)
    suited = best[:, SUITS:].sum(axis=1)
    judged = suited > 0
    if only is not None:
        judged &= np.isin(np.arange(len(best)), only)
    hits = np.bincount(offer[worth >= SUITS], minlength=len(best))[judged]
    discount = 1 / np.log2(np.arange(TOP) + 2)
    gained = np.bincount(offer, weights=(2.0**worth - 1) * discount[place], minlength=len(best))[judged]
    at_most = np.zeros(len(best))
    filled = np.zeros(len(best), dtype=np.int64)
    whole = np.concatenate([[0.0], np.cumsum(discount)])
    for grade in (3, 2, 1):
        after = np.minimum(filled + best[:, grade], TOP)
        at_most += (2.0**grade - 1) * (whole[after] - whole[filled])
        filled = after
    possible = np.minimum(suited[judged], TOP)
    return {
        "precision_at_10": round(float(np.mean(hits / TOP)), 4),
        "recall_at_10": round(float(np.mean(hits / suited[judged])), 4),
        "ndcg_at_10": round(float(np.mean(gained / at_most[judged])), 4),
        "at_best": {
            "precision_at_10": round(float(np.mean(possible / TOP)), 4),
            "recall_at_10": round(float(np.mean(possible / suited[judged])), 4),
        },
        "offers": int(judged.sum()),
    }


def gini(amounts: np.ndarray) -> float:
    """0 when everybody has the same, near 1 when one has it all."""
    ordered = np.sort(amounts.astype(np.float64))
    if not ordered.sum():
        return 0.0
    size = len(ordered)
    return float(2 * (np.arange(1, size + 1) * ordered).sum() / (size * ordered.sum()) - (size + 1) / size)


def of_spread(market: Market, found: Candidates, person: np.ndarray) -> dict[str, Any]:
    """Who is reached by proposals to these people (one entry each), among those who have a feasible offer."""
    reachable = found.feasible_offers > 0
    mine = np.bincount(person, minlength=market.people.size)
    reached = mine > 0
    truth = market.truth
    groups = {
        "women": truth.woman, "men": ~truth.woman, "zone": truth.zone, "elsewhere": ~truth.zone,
        "no_diploma": truth.rung == 0, "any_diploma": truth.rung > 0,
    }  # fmt: skip
    share = {
        name: round(float(reached[reachable & group].mean()), 4)
        for name, group in groups.items()
        if (reachable & group).any()
    }
    pairs = (("women", "men"), ("zone", "elsewhere"), ("no_diploma", "any_diploma"))
    return {
        "coverage": round(float(reached[reachable].mean()), 4),
        "gini": round(gini(mine[reachable]), 4),
        "most_for_one_person": int(mine.max(initial=0)),
        "coverage_by_group": share,
        "coverage_gap": {
            f"{one}/{other}": round(abs(share[one] - share[other]), 4)
            for one, other in pairs
            if one in share and other in share
        },
    }


def against_optimum(found: Candidates, given: Assignment, *, k: int, cap: int) -> dict[str, Any]:
    """Our score within slots over the best one at equal coverage, by min-cost flow on the same edges.

    Once with the very people we serve (the most urgent first), once with as many, whoever they are: the second tells
    what serving the most urgent costs.
    """
    within = given.why != 2
    value = np.rint(found.score * 1_000_000).astype(np.int64)
    ours = int(value[given.candidate[within]].sum())
    served = np.unique(given.person[within])
    same = np.isin(found.person, served)
    same_people = best_flow(found, value, np.flatnonzero(same), k, cap)
    as_many = best_flow(found, value, np.arange(len(value)), k, cap)
    return {
        "score_over_optimum": round(ours / same_people[0], 5) if same_people[0] else 1.0,
        "score_over_optimum_whoever_is_served": round(ours / as_many[0], 5) if as_many[0] else 1.0,
        "served": len(served),
        "served_by_optimum": [same_people[1], as_many[1]],
        "edges": len(value),
    }


def best_flow(found: Candidates, value: np.ndarray, edges: np.ndarray, k: int, cap: int) -> tuple[int, int]:
    """(best total value, people served): as many served as can be, then the most value. RuntimeError if it fails."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    people, offers = found.problem.people.size, found.problem.offers.size
    first_one = 10**8  # more than all that serving one more can cost
    source, sink = people + offers, people + offers + 1
    posts, one = np.arange(people, people + offers), np.ones(people, np.int64)
    all_slots = offers * k
    arcs = [
        (np.full(people, source), np.arange(people), one, -first_one * one),
        (np.full(people, source), np.arange(people), (cap - 1) * one, 0 * one),
        (found.person[edges], people + found.offer[edges], np.ones(len(edges), np.int64), -value[edges]),
        (posts, np.full(offers, sink), np.full(offers, k), np.zeros(offers, np.int64)),
        (np.array([source]), np.array([sink]), np.array([all_slots]), np.array([0])),
    ]
    flow = SimpleMinCostFlow()
    tail, head, room, cost = (np.concatenate(column) for column in zip(*arcs, strict=True))
    added = flow.add_arcs_with_capacity_and_unit_cost(tail, head, room, cost)
    flow.set_nodes_supplies(np.array([source, sink]), np.array([all_slots, -all_slots]))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    used = flow.flows(added)
    return int((used[2 * people : 2 * people + len(edges)] * value[edges]).sum()), int(used[:people].sum())


def worth_under(problem: Problem, person: np.ndarray, offer: np.ndarray) -> float:
    """Sum of the scores these pairs have under that problem; a pair that is not feasible there is worth nothing."""
    nobody = np.zeros(0, dtype=np.int64)
    person, offer = columnwise.keep_feasible(problem, person, offer, nobody)
    return float(columnwise.scores(problem, columnwise.parts(problem, person, offer)).sum()) / 1_000_000
