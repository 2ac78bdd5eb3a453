"""Rights of many people under the three programmes, in cohorts, against plain tuples and against `portion`.

    python bench/rights.py [--people 1000000] [--cohort 5000] [--seed 1]

Prints one JSON object. Timed: the rights (certain and possible windows) of people whose facts stand in columns;
making up the people is not. The peers compute the certain windows of the same people only (compared on a sample
before anything is timed), from facts handed to them ready. They run on a stated sample, in turn with ours (A B A B),
and the ratio is the median of pairs. Memory is the peak of the process, libraries included, above a bare Python's.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matching.eligibility import programme
from matching.eligibility.cohort import ZONE_KINDS, Cohort, Homes, Tristate, registrations_of
from matching.eligibility.days import FIRST, LAST, add_months, birthday
from matching.eligibility.search import searching
from matching.eligibility.spans import Spans
from tests.oracle import tuples

BOOK = programme.load()
TODAY = date(2013, 11, 4).toordinal()


def people(size: int, seed: int) -> Cohort:
    """A synthetic cohort: 10 % of each fact missing, two registrations and two homes each."""
    dice = np.random.default_rng(seed)
    everyone = np.arange(size)
    start = TODAY - dice.integers(100, 2_000, (2, size))
    length = dice.integers(20, 700, (2, size))
    owner = np.tile(everyone, 2)
    opened = np.concatenate(list(start))
    closed = np.where(dice.random(2 * size) < 0.4, LAST, opened + np.concatenate(list(length)))
    registered, by_category = registrations_of(size, owner, opened, closed, np.zeros(2 * size, np.int8))
    moved = TODAY - dice.integers(0, 3_000, size)
    homes = Homes(
        owner,
        np.concatenate([np.full(size, FIRST), moved]),
        np.concatenate([moved, np.full(size, LAST)]),
        dice.choice([ZONE_KINDS.index(kind) for kind in ("none", "ZUS", "QPV")], 2 * size).astype(np.int8),
        np.full(2 * size, "80021"),
    )
    missing = dice.random((6, size)) < 0.1
    nobody = np.zeros(size, bool)
    jobs = TODAY - dice.integers(0, 1_500, size)
    worked = dice.random(size) < 0.3
    return Cohort(
        size=size, birth=TODAY - dice.integers(15 * 365, 32 * 365, size), birth_missing=missing[0],
        level=dice.choice([0, 3, 4, 5, 6, 7], size).astype(np.int8), level_missing=missing[1],
        bac_plus=dice.integers(0, 6, size).astype(np.int8), bac_plus_missing=missing[2],
        rqth=Tristate(dice.random(size) < 0.05, missing[3]), rqth_until=np.full(size, LAST),
        registered=registered, registered_by_category=by_category, registrations_missing=missing[4],
        in_job=Spans.of(size, everyone[worked], jobs[worked], jobs[worked] + 200),
        job_unknown=Spans.everywhere(size).of_these(missing[5]),
        homes=homes, home_unknown=Spans.nowhere(size), facts={"prescriber_waiver": Tristate(nobody, ~nobody)},
    )  # fmt: skip


def ours(cohort: Cohort) -> list[Spans]:
    return [each.assess(cohort).windows.certain for each in BOOK.values()]


class Facts:
    """What the peers read of one person: plain lists of (start, end), search duration given to both alike."""

    def __init__(self, cohort: Cohort, row: int, long: Spans, short: Spans) -> None:
        def known(mask: np.ndarray) -> bool:
            return not mask[row]

        birth = int(cohort.birth[row])
        day = np.array([birth])

        def ages(low: int, high: int) -> list[tuple[int, int]]:
            return (
                [(int(birthday(day, low)[0]), int(birthday(day, high)[0]))]
                if known(cohort.birth_missing)
                else []
            )

        always, never = [(FIRST, LAST)], []
        self.young, self.younger, self.any_age = ages(16, 26), ages(16, 30), ages(0, 30)
        self.rqth = always if known(cohort.rqth.missing) and cohort.rqth.value[row] else never
        self.busy = cohort.in_job.of_owner(row) + cohort.job_unknown.of_owner(row)
        level = int(cohort.level[row]) if known(cohort.level_missing) else None
        licence = level is not None and (
            level < 6 or (level == 6 and known(cohort.bac_plus_missing) and cohort.bac_plus[row] <= 3)
        )
        self.none, self.cap, self.licence = (
            always if x else never for x in (level == 0, level == 3, licence)
        )
        asked = known(cohort.registrations_missing)
        self.long, self.short = (long.of_owner(row), short.of_owner(row)) if asked else ([], [])
        self.registered = cohort.registered.of_owner(row) if asked else []
        spells = np.flatnonzero(cohort.homes.owner == row)
        self.homes = {
            kind: tuples.normal(
                [
                    (int(cohort.homes.start[at]), int(cohort.homes.end[at]))
                    for at in spells
                    if cohort.homes.kind[at] == ZONE_KINDS.index(kind)
                ]
            )
            for kind in ("ZUS", "QPV")
        }


def in_force(name: str) -> list[tuple[int, int]]:
    return [BOOK[name].in_force()]


SWITCH = date(2015, 1, 1).toordinal()
AMIENS = date(2019, 3, 28).toordinal()


def rules(facts: Facts, both, either, without, days) -> list:
    """The three programmes over any implementation of sets of days."""
    young = either(days(facts.young), both(days(facts.younger), days(facts.rqth)))
    zone = either(
        both(days(facts.homes["ZUS"]), days([(FIRST, SWITCH)])),
        both(days(facts.homes["QPV"]), days([(SWITCH, LAST)])),
    )
    diploma = either(
        either(days(facts.none), both(days(facts.cap), days(facts.short))),
        both(both(zone, days(facts.licence)), days(facts.long)),
    )
    avenir = both(both(both(young, without(days(facts.busy))), diploma), days(in_force("emplois-avenir")))
    settled = [
        (int(add_months(np.array([start]), 6)[0]) if start > FIRST else FIRST, end)
        for start, end in facts.homes["ZUS"]
    ]
    francs = both(
        both(both(days(facts.any_age), days(settled)), days(facts.long)),
        days(in_force("emplois-francs-2013")),
    )
    later = both(
        both(both(days(facts.homes["QPV"]), days([(AMIENS, LAST)])), days(facts.registered)),
        days(in_force("emplois-francs-2018")),
    )
    return [avenir, francs, later]


def by_tuples(facts: Facts) -> list[list[tuple[int, int]]]:
    return rules(
        facts,
        tuples.intersection,
        tuples.union,
        lambda a: tuples.complement(tuples.normal(a), FIRST, LAST),
        tuples.normal,
    )


def by_portion(facts: Facts) -> list[list[tuple[int, int]]]:
    import portion

    def days(spans):
        made = portion.empty()
        for start, end in spans:
            made |= portion.closedopen(start, end)
        return made

    whole = portion.closedopen(FIRST, LAST)
    made = rules(facts, lambda a, b: a & b, lambda a, b: a | b, lambda a: whole - a, days)
    return [[(each.lower, each.upper) for each in found if not each.empty] for found in made]


def clock(call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--cohort", type=int, default=5_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    if asked.people < 1 or asked.cohort < 1:
        options.error("--people and --cohort are at least 1")
    loaded = peak_mb()
    ours(people(asked.cohort, asked.seed))  # tables of the calendar are made once
    made, spent = 0, 0.0
    while made < asked.people:
        size = min(asked.cohort, asked.people - made)
        cohort = people(size, asked.seed + made)
        spent += clock(lambda cohort=cohort: ours(cohort))
        made += size
    peak, bare = peak_mb(), bare_interpreter_mb()
    peers = {
        name: against(peer, size, asked.cohort, asked.seed)
        for name, peer, size in (("tuples", by_tuples, 4_000), ("portion", by_portion, 400))
    }
    print(
        json.dumps(
            {
                "bench": "rights", "seed": asked.seed, "people": made, "cohort": asked.cohort, "programmes": len(BOOK),
                "microseconds_a_person": round(spent / made * 1e6, 2), "seconds": round(spent, 2),
                "memory_above_interpreter_mb": round(peak - bare, 1),
                "memory_above_loaded_libraries_mb": round(peak - loaded, 1),
                "peers": peers,
                "targets": {"memory_mb": 200, "tuples": 5, "portion": 20},
                "versions": {
                    "python": platform.python_version(),
                    **{name: importlib.metadata.version(name) for name in ("numpy", "portion")},
                },
                "machine": {"cores": os.cpu_count(), "system": platform.platform()},
            },
            indent=1,
        )
    )  # fmt: skip


def peak_mb() -> float:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_interpreter_mb() -> float:
    """The same of a Python that has done nothing."""
    program = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    # A child starts with the peak of who made it: the smallest shell in between forgets ours.
    command = ["/bin/sh", "-c", f"{sys.executable} -S -c '{program}'"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024


def against(peer, sample: int, cohort: int, seed: int) -> dict[str, object]:
    """Microseconds a person of both sides, in turn, and the median ratio; windows are compared first."""
    size = max(cohort, sample)
    crowd = people(size, seed)
    ready = {(12, 18): searching(crowd.registered, 12, 18), (6, 12): searching(crowd.registered, 6, 12)}
    facts = [Facts(crowd, row, ready[12, 18], ready[6, 12]) for row in range(sample)]
    found = ours(crowd)
    for row in range(min(sample, 1_000)):
        if [each.of_owner(row) for each in found] != peer(facts[row]):
            sys.exit(f"person {row} of seed {seed}: the windows differ, so no ratio means anything")
    own, theirs = [], []
    for _ in range(5):
        fresh = people(size, seed)
        for rule, days in ready.items():  # search duration is handed to both sides ready
            fresh.cache["searching", *rule] = days
        own.append(clock(lambda fresh=fresh: ours(fresh)) / size * 1e6)
        theirs.append(clock(lambda: [peer(each) for each in facts]) / sample * 1e6)
    ratios = [b / a for a, b in zip(own, theirs, strict=True)]
    return {
        "ratio": round(statistics.median(ratios), 1),
        "ratios": [round(ratio, 1) for ratio in ratios],
        "ours_microseconds_a_person": round(statistics.median(own), 2),
        "theirs_microseconds_a_person": round(statistics.median(theirs), 2),
        "sample": sample, "compared": min(sample, 1_000), "extrapolated": True,
        "left_out_of_both": "search duration, handed ready to both; birthdays handed ready to the peer",
    }  # fmt: skip


if __name__ == "__main__":
    main()
