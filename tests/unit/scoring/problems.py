"""Small matching problems: drawn by a seed with every kind of missing fact, or built by hand with visible defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matching.scoring.columns import (
    Affinity,
    Occupations,
    OfferColumns,
    PeopleColumns,
    Rights,
    SkillLists,
    Tables,
    stable_keys,
)
from matching.scoring.places import Places
from matching.scoring.skills import SkillTable

DAY = 735_176
SKILLS = (
    "accueil",
    "vente",
    "caisse",
    "gestion des stocks",
    "gestion de stocks",
    "permis cariste",
    "anglais",
)
#: north to south: about 6, 11, 22 and 111 km from the first; the last lies far away
PLACES = Places.build([49.90, 49.95, 50.0, 50.1, 50.9, 43.3], [2.30, 2.30, 2.31, 2.40, 2.30, 5.4])
#: occupations 0..5: 0-1-2 near, 3 by itself, 4-5 one-way
AFFINITY = [(0, 1, 0.75), (1, 0, 0.75), (0, 2, 0.35), (2, 0, 0.35), (1, 2, 0.5), (4, 5, 0.5)]


def affinity(pairs: Sequence[tuple[int, int, float]], size: int = 6) -> Affinity:
    rows = [[(w, 1.0)] + [(o, a) for v, o, a in pairs if v == w] for w in range(size)]
    flat = [entry for row in rows for entry in sorted(row, key=lambda entry: -entry[1])]
    lengths = [len(row) for row in rows]
    return Affinity(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([code for code, _ in flat], dtype=np.int32),
        np.array([value for _, value in flat], dtype=np.float32),
    )


TABLES = Tables(affinity(AFFINITY), PLACES, SkillTable.build(SKILLS))


@dataclass(frozen=True)
class P:
    """One person, everything known and fitting; a test changes what matters."""

    name: str = "P-1"
    wanted: tuple[tuple[int, float], ...] = ((0, 1.0),)
    skills: tuple[str, ...] = ("accueil", "vente")
    level: int = 4
    bac_plus: int = 0
    place: int = 0
    radius: float = 20.0
    free_from: int | None = DAY
    licence: int = 1
    rights: tuple[tuple[int, int, int, bool], ...] = ((0, DAY - 100, DAY + 100, True),)
    live: int = 0
    days_left: int = 100
    search: int = 200
    weeks_without: int = 0
    returned: bool = False

    def but(self, **changes: Any) -> P:
        return replace(self, **changes)


@dataclass(frozen=True)
class O:  # noqa: E742 - beside P
    """One offer for which the default person fits wholly."""

    name: str = "O-1"
    codes: tuple[tuple[int, float], ...] = ((0, 1.0),)
    skills: tuple[str, ...] = ("accueil", "vente")
    level: int = 4
    bac_plus: int = -1
    place: int = 0
    programme: int = 0
    allowed: int = 0
    day: int = DAY
    licence: bool = True
    live: int = 0

    def but(self, **changes: Any) -> O:
        return replace(self, **changes)


def people(rows: Sequence[P], tables: Tables = TABLES, seed: int = 0) -> PeopleColumns:
    return PeopleColumns(
        key=stable_keys([p.name for p in rows], seed),
        wanted=Occupations.of([p.wanted for p in rows]),
        skills=SkillLists.of([tables.skills.of(p.skills) for p in rows]),
        level=np.array([p.level for p in rows], dtype=np.int8),
        bac_plus=np.array([p.bac_plus for p in rows], dtype=np.int8),
        place=np.array([p.place for p in rows], dtype=np.int32),
        radius_km=np.array([p.radius for p in rows], dtype=np.float32),
        available_from=np.array([p.free_from or 0 for p in rows], dtype=np.int32),
        available_known=np.array([p.free_from is not None for p in rows], dtype=np.bool_),
        licence=np.array([p.licence for p in rows], dtype=np.int8),
        rights=Rights.of([p.rights for p in rows]),
        live_proposals=np.array([p.live for p in rows], dtype=np.int16),
        days_left=np.array([p.days_left for p in rows], dtype=np.int32),
        search_days=np.array([p.search for p in rows], dtype=np.int32),
        weeks_without=np.array([p.weeks_without for p in rows], dtype=np.int16),
        returned=np.array([p.returned for p in rows], dtype=np.bool_),
    )


def offers(rows: Sequence[O], tables: Tables = TABLES, seed: int = 0) -> OfferColumns:
    return OfferColumns(
        key=stable_keys([o.name for o in rows], seed),
        occupations=Occupations.of([o.codes for o in rows]),
        skills=SkillLists.of([tables.skills.of(o.skills) for o in rows]),
        level_min=np.array([o.level for o in rows], dtype=np.int8),
        bac_plus_min=np.array([o.bac_plus for o in rows], dtype=np.int8),
        place=np.array([o.place for o in rows], dtype=np.int32),
        programme=np.array([o.programme for o in rows], dtype=np.int16),
        allowed=np.array([o.allowed for o in rows], dtype=np.uint32),
        contract_day=np.array([o.day for o in rows], dtype=np.int32),
        needs_licence=np.array([o.licence for o in rows], dtype=np.bool_),
        live_proposals=np.array([o.live for o in rows], dtype=np.int16),
    )


def draw(seed: int, persons: int, posts: int) -> tuple[list[P], list[O]]:
    """People and offers with everything that can be missing missing somewhere."""
    dice = np.random.default_rng(seed)

    def codes() -> tuple[tuple[int, float], ...]:
        chosen = dice.permutation(6)[: dice.integers(0, 4)]
        return tuple((int(code), round(float(dice.uniform(0.2, 1)), 3)) for code in chosen)

    def some_skills() -> tuple[str, ...]:
        return tuple(SKILLS[i] for i in dice.permutation(len(SKILLS))[: dice.integers(0, 5)])

    def some_rights() -> tuple[tuple[int, int, int, bool], ...]:
        made = []
        for _ in range(dice.integers(0, 4)):
            start = DAY + int(dice.integers(-60, 40))
            made.append(
                (int(dice.integers(0, 2)), start, start + int(dice.integers(0, 90)), bool(dice.integers(2)))
            )
        return tuple(made)

    rows = [
        P(
            name=f"P-{i}",
            wanted=codes(),
            skills=some_skills(),
            level=int(dice.choice([-1, 0, 3, 4, 5, 6, 7, 8])),
            bac_plus=int(dice.choice([-1, 3, 4])),
            place=int(dice.integers(-1, PLACES.size)),
            radius=float(dice.choice([0.0, 1.5, 5.0, 20.0, 20.0, 60.0, 150.0])),
            free_from=None if dice.random() < 0.3 else DAY + int(dice.integers(-30, 120)),
            licence=int(dice.integers(-1, 2)),
            rights=some_rights(),
            live=int(dice.choice([0, 0, 0, 1, 5])),
            days_left=int(dice.integers(0, 400)),
            search=int(dice.choice([0, 30, 30, 400, 70_000])),
            weeks_without=int(dice.integers(0, 9)),
        )
        for i in range(persons)
    ]
    posts_made = [
        O(
            name=f"O-{j}",
            codes=codes(),
            skills=some_skills(),
            level=int(dice.choice([-1, 0, 3, 4, 5, 6, 7])),
            bac_plus=int(dice.choice([-1, -1, 4])),
            place=int(dice.integers(-1, PLACES.size)),
            programme=int(dice.integers(-1, 2)),
            day=DAY + int(dice.integers(0, 60)),
            licence=bool(dice.random() < 0.3),
            live=int(dice.choice([0, 0, 2])),
        )
        for j in range(posts)
    ]
    return rows, posts_made
