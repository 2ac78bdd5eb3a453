"""The peers of bench/match.py, each in turn with the job of ours that does the same."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from bench import match_quality as quality, peers_core, peers_postgres, peers_titles
from bench.match_flat import flat
from bench.match_job import PER_OFFER, PER_PERSON, Ours
from bench.match_timing import Peer, against, rounded
from matching.scoring import batch

PEERS = (
    "thefuzz", "rapidfuzz_loop", "rapidfuzz_cdist", "rapidfuzz_cdist_unique", "pg_trgm_cold", "pg_trgm_labels_cached",
    "numpy", "duckdb", "polars",
)  # fmt: skip
#: by scale, what a ratio should at least be (one département is what is promised)
TARGETS = {
    "thefuzz": 300, "rapidfuzz_cdist": 50, "pg_trgm_cold": 20, "pg_trgm_labels_cached": 100,
    "numpy": 5, "duckdb": 1.5, "polars": 1.5,
}  # fmt: skip


def compared(
    names: Sequence[str],
    ours: Ours,
    found: batch.Candidates,
    best: np.ndarray,
    stages: dict[str, Any],
    asked: Any,
) -> dict[str, Any]:
    """Each peer in turn with ours."""
    problem, market = found.problem, ours.market
    sides = (problem.people, problem.offers)
    jobs: dict[str, Callable[[], object]] = {
        "cold": ours.cold, "cached": ours.cached, "core": lambda: ours.core(sides),
    }  # fmt: skip
    columns = flat(problem)
    titles = peers_titles.Titles(columns, *ours.normalise(), asked.seed)
    result: dict[str, Any] = {}
    with ExitStack() as stack:
        peers = [*peers_titles.loops(titles), *peers_titles.matrices(titles, ours.workers)]
        peers.append(Peer("numpy", lambda: ours.core(sides, engine="columns"), "core"))
        peers.append(peers_core.duckdb_peer(columns, PER_OFFER, PER_PERSON, ours.workers))
        peers.append(peers_core.polars_peer(columns, PER_OFFER, PER_PERSON))
        made_of: dict[str, str] = {}
        if any(name.startswith("pg_trgm") for name in names):
            try:
                of_postgres, made_of = stack.enter_context(peers_postgres.peers(titles))
                peers += of_postgres
            except peers_postgres.Unavailable as reason:
                result |= {name: {"unavailable": str(reason)} for name in names if name.startswith("pg_trgm")}
        for peer in peers:
            if peer.name not in names:
                continue
            print(f"{peer.name}…", file=sys.stderr, flush=True)
            answer = peer.run()  # warms it up, and is what is checked
            timed = against(peer, jobs[peer.against], asked.pairs)
            if peer.name.startswith("pg_trgm"):
                timed |= made_of
            if peer.against == "core":
                agreed = answer if peer.name == "numpy" else None
                mine = peers_core.lists_of(found, PER_OFFER, PER_PERSON)
                theirs = peers_core.lists_of(agreed, PER_OFFER, PER_PERSON) if agreed else answer
                timed["same_scores"] = peers_core.same(mine, theirs)
            else:
                timed["quality"] = quality.of_lists(market, best, *answer)
            if peer.against == "cached":
                timed["ratio_to_core"] = rounded(timed["theirs_s"] / stages["core"]["wall_s"])
            if peer.against == "cold":
                timed["ratio_with_prepare"] = rounded(
                    timed["theirs_s"] / (timed["ours_s"] + stages["prepare"]["wall_s"])
                )
            if peer.name in TARGETS and market.scale == "departement":
                timed["target"] = {"ratio": TARGETS[peer.name], "met": timed["ratio"] >= TARGETS[peer.name]}
            result[peer.name] = timed
    return {name: result[name] for name in names if name in result}
