"""The peer in the database: titles joined by trigrams over a GIN index, rules and order in SQL, ten best an offer.

Titles are normalised as ours are before they are stored; neither that nor storing is charged to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from bench.match_flat import Columns
from bench.match_market import PROGRAMMES
from bench.match_timing import Peer
from bench.peers_titles import PER_OFFER, Answer, Titles
from tests.postgres import CannotStart, postgres

#: offers that one run asks for
OFFERS = 500
TYPES = {"b": "boolean", "i": "bigint", "u": "bigint"}


class Unavailable(Exception):
    """Why the peer cannot run here."""


@contextmanager
def peers(titles: Titles) -> Iterator[tuple[list[Peer], dict[str, str]]]:
    """The peers, cold and with its index standing, on a server of their own; and what they run on."""
    import psycopg

    try:
        with postgres() as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as base:
            try:
                base.execute("CREATE EXTENSION pg_trgm")
            except psycopg.Error as refusal:
                raise Unavailable(f"this PostgreSQL has no pg_trgm: {refusal}") from refusal
            base.execute("SET work_mem = '64MB'")
            base.execute("SET maintenance_work_mem = '256MB'")
            _store(base, "people", titles.people, titles.flat.people)
            _store(base, "offers", titles.offers, titles.flat.offers)
            some = np.sort(titles.turns[:OFFERS])
            statement = sql(titles.flat.words)

            def index() -> None:
                base.execute("DROP INDEX IF EXISTS by_label")
                base.execute("CREATE INDEX by_label ON people USING gin (label gin_trgm_ops)")
                base.execute("VACUUM ANALYZE people")
                base.execute("ANALYZE offers")

            def run() -> Answer:
                found = base.execute(statement, [some.tolist()]).fetchall()
                return np.array([row[0] for row in found]), np.array([row[1] for row in found]), some

            index()
            whole = len(some) == len(titles.offers)
            common = {
                "factor": len(titles.offers) / len(some),
                "sample": None
                if whole
                else f"{len(some)} offers of {len(titles.offers)}, each with all people",
                "elsewhere": True,
            }
            version = base.execute("SELECT current_setting('server_version')").fetchone()
            plan = "\n".join(row[0] for row in base.execute("EXPLAIN " + statement, [some.tolist()]))
            yield (
                [
                    Peer("pg_trgm_cold", run, "cold", before=index, **common),
                    Peer("pg_trgm_labels_cached", run, "cached", **common),
                ],
                {
                    "postgresql": version[0] if version else "",
                    "index_used": "yes" if "by_label" in plan else "no",
                },
            )
    except CannotStart as reason:
        raise Unavailable(f"no PostgreSQL could be started: {reason}") from reason


def _store(base, name: str, labels: list[str], columns: Columns) -> None:
    made = ", ".join(f"{column} {TYPES[values.dtype.kind]}" for column, values in columns.items())
    base.execute(f"CREATE TABLE {name} (label text, {made}, PRIMARY KEY (id))")
    with base.cursor().copy(f"COPY {name} FROM STDIN") as rows:
        for row in zip(labels, *(values.tolist() for values in columns.values()), strict=True):
            rows.write_row(row)


def sql(words: int) -> str:
    held = " + ".join(f"bit_count((p.skills{n} & o.skills{n})::bit(64))" for n in range(words))
    right = " OR ".join(
        f"(o.programme = {n} AND p.start{n} <= o.day AND o.day < p.stop{n})" for n in range(PROGRAMMES)
    )
    return f"""
        SELECT o.id, best.id FROM offers o CROSS JOIN LATERAL (
            SELECT p.id,
                0.45 * similarity(p.label, o.label)
                + 0.20 * CASE WHEN o.asks > 0 THEN ({held})::float / o.asks ELSE 0.5 END
                + 0.15 * CASE WHEN p.known AND o.known
                    THEN 1 - greatest(apart.metres - 2000, 0) / greatest(p.radius - 2000, 1) ELSE 0.5 END
                + 0.10 * CASE WHEN o.rung > 0 AND p.rung >= 0
                    THEN greatest(1 - greatest(o.rung - p.rung, 0) / 4.0, 0) ELSE 0.5 END
                + 0.10 * CASE WHEN p.free >= 0
                    THEN 1 - least(greatest(p.free - o.day, 0), 90) / 90.0 ELSE 0.5 END AS score
            FROM people p CROSS JOIN LATERAL (
                SELECT sqrt(((p.x - o.x) ^ 2 + (p.y - o.y) ^ 2 + (p.z - o.z) ^ 2)::float) AS metres) apart
            WHERE p.label %% o.label
                AND NOT (o.licence AND p.licence = 0) AND (o.programme < 0 OR {right})
                AND (NOT p.known OR NOT o.known OR apart.metres <= p.radius)
            ORDER BY score DESC, p.id LIMIT {PER_OFFER}) best
        WHERE o.id = ANY(%s) ORDER BY o.id, best.score DESC, best.id
    """  # noqa: S608 - our own words
