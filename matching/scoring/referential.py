"""Occupations and their titles as arrays: the ROME that was imported, else the project's starter table."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files

import numpy as np

from .columns import Affinity

#: Raise it when the same titles may come to other codes, so that no answer kept in a base outlives its reasons.
CODING = "3"


@dataclass(frozen=True, slots=True)
class Affinities:
    """How near two occupations are, in [0, 1]; editable, the first that applies counts."""

    same: float = 1.0
    parent: float = 0.75
    mobility: float = 0.5
    domain: float = 0.35


@dataclass(frozen=True)
class Referential:
    """`codes` sorted; `titles` and `title_code` (index into codes) side by side; `principal`: the first title.

    `usual`: titles as people say them, with their index into codes, that count where `titles` know no better.
    """

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    parents: tuple[str, ...]
    titles: tuple[str, ...]
    title_code: tuple[int, ...]
    principal: tuple[bool, ...]
    mobility: tuple[tuple[int, int], ...] = ()
    usual: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(
        cls,
        occupations: Iterable[tuple[str, str]],
        titles: Iterable[tuple[str, str, str | None, bool]],
        mobility: Iterable[tuple[str, str]] = (),
        usual: Iterable[tuple[str, str]] = (),
    ) -> Referential:
        """(code, label) of occupations; (title, code, v3 parent, principal) of titles; (code, target) of mobility;
        (title, code) of usual titles.

        A title whose code has no occupation row brings it in, labelled by its own first title; a usual title whose
        code is unknown is left out.
        """
        rows = sorted(set(titles), key=lambda row: (row[1], row[0]))
        named = dict(occupations)
        for title, code, _, _ in rows:
            named.setdefault(code, title)
        codes = sorted(named)
        index = {code: at for at, code in enumerate(codes)}
        votes: dict[str, Counter[str]] = {code: Counter() for code in codes}
        for _, code, parent, _ in rows:
            votes[code][parent or code] += 1
        parents = [min(votes[code], key=lambda p: (-votes[code][p], p), default=code) for code in codes]
        return cls(
            tuple(codes),
            tuple(named[code] for code in codes),
            tuple(parents),
            tuple(row[0] for row in rows),
            tuple(index[row[1]] for row in rows),
            tuple(row[3] for row in rows),
            tuple(sorted({(index[a], index[b]) for a, b in mobility if a in index and b in index})),
            tuple(sorted({(title, index[code]) for title, code in usual if code in index})),
        )

    @classmethod
    def starter(cls) -> Referential:
        """The project's own table: some 150 occupations with the titles that people say."""
        return _starter()

    def with_usual_titles(self) -> Referential:
        """The same with the titles of the starter table, for the occupations that both know.

        The official labels miss what advertisements say most: agent d'entretien, femme de ménage, nounou.
        """
        own = Referential.starter()
        index = self.index
        said = {
            (title, index[own.codes[code]])
            for title, code in zip(own.titles, own.title_code, strict=True)
            if own.codes[code] in index
        }
        return replace(self, usual=tuple(sorted(said)))

    def with_codes(self, codes: Iterable[str]) -> Referential:
        """The same with occupations that people or offers state and it does not know: named by their code alone."""
        new = sorted(set(codes) - set(self.codes))
        if not new:
            return self
        names = self.codes
        return Referential.of(
            [*zip(self.codes, self.labels, strict=True), *((code, code) for code in new)],
            [
                (title, names[code], self.parents[code], principal)
                for title, code, principal in zip(self.titles, self.title_code, self.principal, strict=True)
            ],
            [(names[a], names[b]) for a, b in self.mobility],
            [(title, names[code]) for title, code in self.usual],
        )

    @cached_property
    def index(self) -> dict[str, int]:
        """code -> its place in `codes`."""
        return {code: at for at, code in enumerate(self.codes)}

    @cached_property
    def digest(self) -> str:
        """Changes whenever anything that coding reads does, or how it reads it: the key of cached labels."""
        titles = (f"{title}\t{code}" for title, code in zip(self.titles, self.title_code, strict=True))
        usual = (f"{title}\t{code}" for title, code in self.usual)
        content = "\n".join(
            (CODING, *self.codes, *self.labels, *self.parents, *titles, *map(str, self.principal), "", *usual)
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def affinity(self, one: str, other: str, weights: Affinities = Affinities()) -> float:
        """How near two occupations are: same code, same v3 parent, mobility, same domain; else 0."""
        if one == other:
            return weights.same
        a, b = self.index.get(one), self.index.get(other)
        if a is None or b is None:
            return 0.0
        if self.parents[a] == self.parents[b]:
            return weights.parent
        if (a, b) in self._moves or (b, a) in self._moves:
            return weights.mobility
        return weights.domain if one[:3] == other[:3] else 0.0

    @cached_property
    def _moves(self) -> frozenset[tuple[int, int]]:
        return frozenset(self.mobility)

    def neighbours(self, weights: Affinities = Affinities()) -> Affinity:
        """Every occupation's neighbours by decreasing affinity, itself first (CSR over the index of codes)."""
        found: list[dict[int, float]] = [{} for _ in self.codes]
        for groups, value in (
            (_groups([code[:3] for code in self.codes]), weights.domain),
            (None, weights.mobility),
            (_groups(self.parents), weights.parent),
            ([[at] for at in range(len(self.codes))], weights.same),
        ):
            pairs = (
                ((a, b) for group in groups for a in group for b in group)
                if groups is not None
                else ((a, b) for pair in self.mobility for a, b in (pair, pair[::-1]))
            )
            for a, b in pairs:
                found[a][b] = max(found[a].get(b, 0.0), value)
        indptr = np.zeros(len(self.codes) + 1, np.int64)
        code, affinity = [], []
        for at, near in enumerate(found):
            ordered = sorted(near.items(), key=lambda item: (-item[1], item[0]))
            code += [other for other, _ in ordered]
            affinity += [value for _, value in ordered]
            indptr[at + 1] = len(code)
        return Affinity(indptr, np.array(code, np.int32), np.array(affinity, np.float32))


def _groups(keys: Sequence[str]) -> list[list[int]]:
    by_key: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        by_key.setdefault(key, []).append(at)
    return list(by_key.values())


@cache
def _starter() -> Referential:
    """Codes, labels and v3 parents: France Travail, ROME v4.60 (Licence Ouverte); the titles are our own."""
    text = (files("matching.scoring") / "data" / "occupations.csv").read_text(encoding="utf-8")
    occupations, titles = [], []
    for row in csv.DictReader(text.splitlines()):
        occupations.append((row["rome"], row["label"]))
        titles.append((row["label"], row["rome"], row["parent"], True))
        titles += [
            (title.strip(), row["rome"], row["parent"], False) for title in row["titles"].split("|") if title
        ]
    return Referential.of(occupations, titles)
