"""Peers of the core, titles coded: our numpy version, an integer join in DuckDB, a lazy join in polars.

All score every feasible pair as we do, in whole numbers, and keep the best of both sides; their lists of scores are
compared with ours before anything is timed. Equal scores are ordered by search, then row: the hash is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.match_flat import Flat
from bench.match_market import PROGRAMMES
from bench.match_timing import Peer
from matching.scoring import batch
from matching.scoring.factors import FULL, NEAR_METRES, WAIT_DAYS
from matching.scoring.places import EARTH_METRES

#: (offer, score) of the best of each offer and (person, score) of the best of each person
Lists = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
CUBIC = 24.0 * EARTH_METRES * EARTH_METRES


def duckdb_peer(flat: Flat, per_offer: int, per_person: int, workers: int) -> Peer:
    import duckdb
    import pyarrow

    base = duckdb.connect()
    base.execute(f"SET threads = {int(workers)}")
    for name in ("people", "offers", "wanted", "offered", "related"):
        table = pyarrow.table(getattr(flat, name))
        base.register("given", table)
        base.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608 - our own words
        base.unregister("given")
    statement = duckdb_sql(flat)

    def run() -> Lists:
        base.execute("DROP TABLE IF EXISTS scored")
        base.execute(statement)
        found = []
        for owner, most in (("offer", per_offer), ("person", per_person)):
            columns = base.execute(
                f"SELECT {owner}, score FROM scored QUALIFY row_number() OVER "  # noqa: S608 - our own words
                f"(PARTITION BY {owner} ORDER BY score DESC, search DESC, person, offer) <= {int(most)}"
            ).fetchnumpy()
            found += [columns[owner], columns["score"]]
        return found[0], found[1], found[2], found[3]

    return Peer("duckdb", run, "core")


def duckdb_sql(flat: Flat) -> str:
    w = flat.weights
    held = " + ".join(f"bit_count(p.skills{n} & o.skills{n})" for n in range(flat.words))
    right = " OR ".join(
        f"(o.programme = {n} AND p.start{n} <= o.day AND o.day < p.stop{n})" for n in range(PROGRAMMES)
    )
    return f"""
        CREATE TEMP TABLE scored AS
        WITH sought AS (
            SELECT s.offer, r.wanted AS code, max((r.affinity * s.sure + {FULL // 2}) // {FULL}) AS close
            FROM offered s JOIN related r ON r.offered = s.code GROUP BY ALL
        ), met AS (
            SELECT t.person, s.offer, max(
                {w[0]} * ((s.close * t.sure + {FULL // 2}) // {FULL})
                + {w[5]} * ((t.sure * greatest(2 * s.close - {FULL}, 0) + {FULL // 2}) // {FULL})) AS gain
            FROM sought s JOIN wanted t USING (code)
            WHERE (s.close * t.sure + {FULL // 2}) // {FULL} > 0 GROUP BY ALL
        ), apart AS (
            SELECT m.person, m.offer, m.gain, p.search, p.radius, p.free, o.day, o.asks, p.known AND o.known AS placed,
                o.rung AS asked_rung, p.rung AS own_rung, {held} AS held,
                sqrt(((p.x - o.x) * (p.x - o.x) + (p.y - o.y) * (p.y - o.y) + (p.z - o.z) * (p.z - o.z))::DOUBLE)
                    AS chord
            FROM met m JOIN people p ON p.id = m.person JOIN offers o ON o.id = m.offer
            WHERE NOT (o.licence AND p.licence = 0) AND (o.programme < 0 OR {right})
        ), near AS (
            SELECT *, floor(chord + chord * (chord * chord / {CUBIC!r}))::BIGINT AS metres FROM apart
        ), parts AS (
            SELECT person, offer, search,
                gain + CASE WHEN placed THEN {w[2]} * ({FULL} - (greatest(least(metres, radius) - {NEAR_METRES}, 0)
                        * {FULL}) // greatest(radius - {NEAR_METRES}, 1)) ELSE 0 END
                    + CASE WHEN asks > 0 THEN {w[1]} * ((2 * {FULL} * held + asks) // (2 * asks)) ELSE 0 END
                    + CASE WHEN asked_rung > 0 AND own_rung >= 0
                        THEN {w[3]} * greatest({FULL} - {FULL // 4} * greatest(asked_rung - own_rung, 0), 0) ELSE 0 END
                    + CASE WHEN free >= 0 THEN {w[4]} * ({FULL} - (least(greatest(free - day, 0), {WAIT_DAYS})
                        * {FULL}) // {WAIT_DAYS}) ELSE 0 END AS weighted,
                {w[0] + w[5]} + CASE WHEN placed THEN {w[2]} ELSE 0 END + CASE WHEN asks > 0 THEN {w[1]} ELSE 0 END
                    + CASE WHEN asked_rung > 0 AND own_rung >= 0 THEN {w[3]} ELSE 0 END
                    + CASE WHEN free >= 0 THEN {w[4]} ELSE 0 END AS weight
            FROM near WHERE NOT placed OR metres <= radius
        )
        SELECT person, offer, search, (weighted * 200 + weight) // (2 * weight) AS score FROM parts
    """  # noqa: S608 - our own words


def polars_peer(flat: Flat, per_offer: int, per_person: int) -> Peer:
    import polars as pl

    people, offers, wanted, offered, related = (
        pl.DataFrame(getattr(flat, name)) for name in ("people", "offers", "wanted", "offered", "related")
    )
    scored = _polars_scored(pl, flat, people, offers, wanted, offered, related)

    def run() -> Lists:
        pairs = scored.collect()
        found = []
        for owner, most in (("offer", per_offer), ("person", per_person)):
            best = (
                pairs.lazy()
                .sort(["score", "search", "person", "offer"], descending=[True, True, False, False])
                .group_by(owner, maintain_order=True)
                .head(most)
                .select(owner, "score")
                .collect()
            )
            found += [best[owner].to_numpy(), best["score"].to_numpy()]
        return found[0], found[1], found[2], found[3]

    return Peer("polars", run, "core")


def _polars_scored(
    pl: Any, flat: Flat, people: Any, offers: Any, wanted: Any, offered: Any, related: Any
) -> Any:
    w, col, zero = flat.weights, pl.col, pl.lit(0, dtype=pl.Int64)
    close = (col("affinity").cast(pl.Int64) * col("sure") + FULL // 2) // FULL
    sought = (
        offered.lazy()
        .join(related.lazy(), left_on="code", right_on="offered")
        .with_columns(close=close)
        .group_by("offer", "wanted")
        .agg(col("close").max())
    )
    part = (col("close") * col("sure") + FULL // 2) // FULL
    wish = (col("sure") * pl.max_horizontal(2 * col("close") - FULL, zero) + FULL // 2) // FULL
    met = (
        sought.join(wanted.lazy(), left_on="wanted", right_on="code")
        .filter(part > 0)
        .with_columns(gain=w[0] * part + w[5] * wish)
        .group_by("person", "offer")
        .agg(col("gain").max())
    )
    right = col("programme") < 0
    for n in range(PROGRAMMES):
        right |= (col("programme") == n) & (col(f"start{n}") <= col("day")) & (col("day") < col(f"stop{n}"))
    apart = sum((col(axis) - col(f"{axis}_offer")) ** 2 for axis in ("x", "y", "z"))
    chord, placed = apart.cast(pl.Float64).sqrt(), col("known") & col("known_offer")
    metres = (chord + chord * (chord * chord / CUBIC)).floor().cast(pl.Int64)
    radius = col("radius").cast(pl.Int64)
    beyond = pl.max_horizontal(pl.min_horizontal(col("metres"), radius) - NEAR_METRES, zero)
    held = sum(
        (col(f"skills{n}") & col(f"skills{n}_offer")).bitwise_count_ones().cast(pl.Int64)
        for n in range(flat.words)
    )
    asks, levelled, dated = col("asks") > 0, (col("rung_offer") > 0) & (col("rung") >= 0), col("free") >= 0
    short = pl.max_horizontal((col("rung_offer") - col("rung")).cast(pl.Int64), zero)
    late = pl.min_horizontal(
        pl.max_horizontal((col("free") - col("day")).cast(pl.Int64), zero), pl.lit(WAIT_DAYS, dtype=pl.Int64)
    )
    weighted = (
        col("gain")
        + pl.when(placed).then(w[2] * (FULL - beyond * FULL // pl.max_horizontal(radius - NEAR_METRES, zero + 1)))
        .otherwise(0)
        + pl.when(asks).then(w[1] * ((2 * FULL * held + col("asks")) // (2 * col("asks")))).otherwise(0)
        + pl.when(levelled).then(w[3] * pl.max_horizontal(FULL - FULL // 4 * short, zero)).otherwise(0)
        + pl.when(dated).then(w[4] * (FULL - late * FULL // WAIT_DAYS)).otherwise(0)
    )  # fmt: skip
    weight = (
        pl.lit(w[0] + w[5], dtype=pl.Int64)
        + pl.when(placed).then(w[2]).otherwise(0)
        + pl.when(asks).then(w[1]).otherwise(0)
        + pl.when(levelled).then(w[3]).otherwise(0)
        + pl.when(dated).then(w[4]).otherwise(0)
    )
    return (
        met.join(people.lazy(), left_on="person", right_on="id")
        .join(offers.lazy(), left_on="offer", right_on="id", suffix="_offer")
        .filter(~(col("licence_offer") & (col("licence") == 0)) & right)
        .with_columns(metres=metres)
        .filter(~placed | (col("metres") <= radius))
        .select("person", "offer", "search", score=(weighted * 200 + weight) // (2 * weight))
    )


def lists_of(found: batch.Candidates, per_offer: int, per_person: int) -> Lists:
    """Ours in the same shape: the best scores of each offer and of each person."""
    score = np.rint(found.score * 1_000_000).astype(np.int64)
    first = found.rank <= per_offer
    order = np.lexsort((~found.ranking, found.person))
    person = found.person[order]
    own = order[np.arange(len(person)) - np.searchsorted(person, person) < per_person]
    return found.offer[first], score[first], found.person[own], score[own]


def same(ours: Lists, theirs: Lists) -> bool:
    """Whether both keep as many pairs for each owner, with the same scores."""
    return all(
        np.array_equal(a, b)
        for mine, other in zip(_sorted(ours), _sorted(theirs), strict=True)
        for a, b in zip(mine, other, strict=True)
    )


def _sorted(lists: Lists) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for owner, score in ((lists[0], lists[1]), (lists[2], lists[3])):
        order = np.lexsort((score, owner))
        yield np.asarray(owner)[order].astype(np.int64), np.asarray(score)[order].astype(np.int64)
