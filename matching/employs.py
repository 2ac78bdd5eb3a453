"""Whom an employer plausibly takes on: occupations by its field of work, its NAF division and its own offers.

Learnt from the offers seen, in three steps, each as strong as a few employers' word: a starting table of the project's
own, then how many employers of the group offered the occupation, then what this employer itself offered. An employer
counts once for an occupation, so that a large one does not speak for its whole group.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from .store.organisations import Offer, Organisation

if TYPE_CHECKING:
    from .scoring.titles import Coder

#: Employers whose word the starting table is worth, for a group; a group is worth that many offers of its employer.
GROUP_WORTH, OWN_WORTH = 20.0, 4.0
#: From this share on, one post in twenty, an employer may plausibly be asked for the occupation.
PLAUSIBLE = 0.05
#: NAF divisions that say how an employer is organised, not what is done there: its field of work does.
SAYS_NOTHING = frozenset({"94"})
#: The field of an employer that has none, and whose NAF says nothing.
NO_FIELD = "autre"

#: ("field", "sport") or ("naf", "47")
Group = tuple[str, str]
Shares = NDArray[np.float64]
#: kind of group -> its starting table in `scoring/data`
STARTING = {"field": "employs_fields.csv", "naf": "employs_naf.csv"}


@dataclass(frozen=True)
class Employs:
    """Shares by group and occupation. `codes` is sorted; each row of `shares` sums to 1."""

    codes: tuple[str, ...]
    groups: Mapping[Group, int]
    shares: Shares
    #: int64[groups, codes]: employers of the group that offered the occupation
    seen: NDArray[np.int64]
    #: employer -> rows of `codes` that it offered
    own: Mapping[int, tuple[int, ...]]
    #: occupations for which most offers seen that say so ask for a driving licence
    licensed: frozenset[str] = frozenset()

    def group_share(self, field: str | None, naf: str | None) -> Shares:
        """float64[codes] by the groups of an employer alone: the mean where its field and its NAF both speak."""
        rows = [self.groups[group] for group in self._known(field, naf)]
        found: Shares = self.shares[rows].mean(axis=0)
        return found

    def share(self, organisation_id: int, field: str | None, naf: str | None) -> Shares:
        """float64[codes]: the same, with what this employer itself offered."""
        offered = self.own.get(organisation_id, ())
        worth = self.group_share(field, naf) * OWN_WORTH
        worth[list(offered)] += 1.0
        return worth / (OWN_WORTH + len(offered))

    def plausible(self, organisation: Organisation, at_least: float = PLAUSIBLE) -> list[tuple[str, float]]:
        """(occupation, share) of what this employer may plausibly be asked for, the likeliest first."""
        share = self.share(organisation.id, organisation.field, organisation.naf)
        likely = np.lexsort((np.arange(len(share)), -share))
        return [(self.codes[row], float(share[row])) for row in likely.tolist() if share[row] >= at_least]

    def seen_in(self, field: str | None, naf: str | None, rome: str) -> int:
        """How many employers of those groups offered the occupation: the evidence, for the words of a reason."""
        if (at := self.index.get(rome)) is None:
            return 0
        return max(int(self.seen[self.groups[group], at]) for group in self._known(field, naf))

    @cached_property
    def index(self) -> dict[str, int]:
        """code -> its row in `codes`."""
        return _index(self.codes)

    def _known(self, field: str | None, naf: str | None) -> list[Group]:
        found = [group for group in groups_of(field, naf) if group in self.groups]
        return found or [("field", NO_FIELD)]


def groups_of(field: str | None, naf: str | None) -> list[Group]:
    """The groups that an employer's field and NAF code put it in."""
    found: list[Group] = []
    if field is not None and field != NO_FIELD:
        found.append(("field", field))
    if naf is not None and naf[:2] not in SAYS_NOTHING:
        found.append(("naf", naf[:2]))
    return found


def learn(session: Session, coder: Coder) -> Employs:
    """From every offer of the base, whatever became of it: one query. A title without a code is coded, its best."""
    rows = session.execute(
        sa.select(
            Offer.organisation_id,
            Organisation.field,
            Organisation.naf,
            Offer.rome,
            Offer.title,
            Offer.needs_licence,
        )
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .distinct()
    ).all()
    titles = sorted({row.title for row in rows if row.rome is None})
    coded = {title: found[0].rome for title, found in zip(titles, coder.code(titles), strict=True) if found}
    offered, asked = [], defaultdict(list)
    for row in rows:
        rome = row.rome or coded.get(row.title)
        if rome is None:
            continue
        offered.append((row.organisation_id, row.field, row.naf, rome))
        if row.needs_licence is not None:
            asked[rome].append(row.needs_licence)
    licensed = frozenset(rome for rome, said in asked.items() if 2 * sum(said) > len(said))
    return replace(made(offered, starting()), licensed=licensed)


def made(
    offered: Sequence[tuple[int, str | None, str | None, str]], start: Mapping[Group, Mapping[str, float]]
) -> Employs:
    """From (employer, its field, its NAF code, occupation offered) and a starting table; repeats count once."""
    once = sorted(set(offered), key=lambda row: (row[0], row[3]))
    codes = tuple(
        sorted({rome for *_, rome in once} | {rome for weights in start.values() for rome in weights})
    )
    at = _index(codes)
    names = set(start) | {group for _, field, naf, _ in once for group in groups_of(field, naf)}
    groups = {group: row for row, group in enumerate(sorted(names | {("field", NO_FIELD)}))}
    seen = np.zeros((len(groups), len(codes)), np.int64)
    own: dict[int, list[int]] = {}
    for employer, field, naf, rome in once:
        own.setdefault(employer, []).append(at[rome])
        for group in groups_of(field, naf) or [("field", NO_FIELD)]:
            seen[groups[group], at[rome]] += 1
    prior = np.zeros(seen.shape)
    for group, weights in start.items():
        for rome, weight in weights.items():
            prior[groups[group], at[rome]] = weight
    # A group that the table does not know starts from what its kind does as a whole.
    for kind in STARTING:
        rows = [row for (each, _), row in groups.items() if each == kind]
        if rows:
            whole = prior[rows].sum(axis=0) + seen[rows].sum(axis=0)
            empty = [row for row in rows if not prior[row].any()]
            prior[empty] = whole if whole.any() else 1.0
    prior /= np.maximum(prior.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    shares = (seen + GROUP_WORTH * prior) / (seen.sum(axis=1, keepdims=True) + GROUP_WORTH)
    return Employs(codes, groups, shares, seen, {employer: tuple(rows) for employer, rows in own.items()})


@cache
def starting() -> dict[Group, dict[str, float]]:
    """The project's own tables: the common occupations of each field and division, typed by hand."""
    found: dict[Group, dict[str, float]] = {}
    for kind, name in STARTING.items():
        for row in _rows(name):
            found.setdefault((kind, row[kind]), {})[row["rome"]] = float(row["weight"])
    return found


def _rows(name: str) -> list[dict[str, Any]]:
    text = (files("matching.scoring") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _index(codes: tuple[str, ...]) -> dict[str, int]:
    return {code: row for row, code in enumerate(codes)}
