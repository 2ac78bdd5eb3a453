"""Clocks of bench/match.py: stages by median, peers in turn with ours (A B A B), memory."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def clock(call: Callable[[], object]) -> tuple[float, float]:
    """(wall, CPU of all threads) seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def stage(call: Callable[[], object], rounds: int) -> dict[str, float]:
    """Median wall and CPU seconds; the call has been warmed up before."""
    times = [clock(call) for _ in range(rounds)]
    return {
        "wall_s": round(statistics.median(wall for wall, _ in times), 5),
        "cpu_s": round(statistics.median(cpu for _, cpu in times), 5),
    }


def peak_mb() -> float:
    """Highest resident memory of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


@dataclass(frozen=True)
class Peer:
    """Another way to the same lists. `run` does it once, on everything or on a sample of it."""

    name: str
    run: Callable[[], object]
    #: which of our jobs it is compared with
    against: str
    #: whole over sample, 1 when everything runs
    factor: float = 1.0
    sample: str | None = None
    #: what it does once whatever the sample, timed with it
    before: Callable[[], object] | None = None
    #: its CPU is another process's
    elsewhere: bool = False


def against(peer: Peer, ours: Callable[[], object], rounds: int) -> dict[str, Any]:
    """Both in turn; `ratio` is the median over pairs of wall times, `ratio_cpu` the same of CPU times."""

    def theirs() -> tuple[float, float]:
        once = clock(peer.before) if peer.before else (0.0, 0.0)
        run = clock(peer.run)
        return once[0] + run[0] * peer.factor, once[1] + run[1] * peer.factor

    pairs = [(clock(ours), theirs()) for _ in range(rounds)]
    ratios = [other[0] / own[0] for own, other in pairs]
    found: dict[str, Any] = {
        "against": peer.against,
        "ratio": rounded(statistics.median(ratios)),
        "ratios": [rounded(ratio) for ratio in ratios],
        "ours_s": round(statistics.median(own[0] for own, _ in pairs), 4),
        "theirs_s": round(statistics.median(other[0] for _, other in pairs), 4),
        "extrapolated": peer.factor != 1.0,
    }
    if not peer.elsewhere:
        found["ratio_cpu"] = rounded(statistics.median(other[1] / own[1] for own, other in pairs))
    if peer.sample:
        found["sample"] = peer.sample
    return found


def rounded(number: float) -> float:
    return float(f"{number:.3g}")
