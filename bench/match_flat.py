"""The facts of a market as flat columns of whole numbers: what the peers of bench/match.py read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.match_market import PROGRAMMES
from matching.scoring.prepare import Problem, rows_of

Columns = dict[str, np.ndarray]
#: skills in one whole number
BITS = 62


@dataclass(frozen=True)
class Flat:
    """One row a person or offer; skills asked anywhere are bits, `words` whole numbers of them."""

    people: Columns
    offers: Columns
    #: occupations: (person, code, sure), (offer, code, sure), (wanted, offered, affinity) in points
    wanted: Columns
    offered: Columns
    related: Columns
    words: int
    weights: tuple[int, ...]


def flat(problem: Problem) -> Flat:
    people, offers, point = problem.people, problem.offers, problem.tables.places.point
    asked, serves = problem.asked, problem.serves
    bit = {skill: at for at, skill in enumerate(np.unique(asked.skill).tolist())}
    words = max(-(-len(bit) // BITS), 1)

    def place(of: np.ndarray) -> Columns:
        xyz = point[np.maximum(of, 0)].astype(np.int64)
        return {"known": of >= 0, "x": xyz[:, 0], "y": xyz[:, 1], "z": xyz[:, 2]}

    def skills(lists: np.ndarray, size: int, owner: np.ndarray) -> Columns:
        number = np.array([bit.get(skill, -1) for skill in range(problem.tables.skills.size)])[lists]
        made = np.zeros((words, size), np.int64)
        kept = np.flatnonzero(number >= 0)
        np.bitwise_or.at(
            made, (number[kept] // BITS, owner[kept]), np.int64(1) << (number[kept] % BITS).astype(np.int64)
        )
        return {f"skills{word}": made[word] for word in range(words)}

    rights = people.rights
    owner = rows_of(rights.indptr)
    windows: Columns = {}
    for programme in range(PROGRAMMES):
        mine = np.flatnonzero(rights.programme == programme)
        for name, column in (("start", rights.start), ("stop", rights.end)):
            windows[f"{name}{programme}"] = np.zeros(people.size, np.int32)
            windows[f"{name}{programme}"][owner[mine]] = column[mine]
    wanted, offered = np.nonzero(problem.affinity)
    return Flat(
        people={
            "id": np.arange(people.size), **place(people.place), "radius": problem.radius, "rung": problem.person_rung,
            "free": np.where(people.available_known, people.available_from, -1).astype(np.int32),
            "licence": people.licence.astype(np.int32), "search": problem.search, **windows,
            **skills(serves.skill, people.size, rows_of(serves.indptr)),
        },
        offers={
            "id": np.arange(offers.size), **place(offers.place), "rung": problem.offer_rung,
            "day": offers.contract_day, "programme": offers.programme.astype(np.int32),
            "licence": offers.needs_licence, "asks": np.diff(asked.indptr),
            **skills(asked.skill, offers.size, rows_of(asked.indptr)),
        },
        wanted=_postings(problem.wanted, "person"),
        offered=_postings(problem.offered, "offer"),
        related={"wanted": wanted, "offered": offered, "affinity": problem.affinity[wanted, offered]},
        words=words,
        weights=problem.weight_points,
    )  # fmt: skip


def _postings(slots, owner: str) -> Columns:
    row, slot = np.nonzero(slots.code >= 0)
    return {owner: row, "code": slots.code[row, slot], "sure": slots.confidence[row, slot]}
