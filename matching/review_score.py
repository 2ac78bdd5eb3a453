"""A stored score told criterion by criterion, in whole points that add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .scoring.columns import PARTS, Weights
from .scoring.skills import SkillTable
from .store.matches import MatchProposal, MatchRun


@dataclass(frozen=True, slots=True)
class Part:
    """A criterion of the score with its points out of those it could bring; the points of all add up to the score."""

    part: str
    points: int
    out_of: int
    statement: Mapping[str, object]


def score_parts(session: Session, proposal: MatchProposal) -> tuple[Part, ...]:
    """The points of each criterion out of 100, whole, in the order of the weights; none for a pair without score."""
    weights = session.scalar(sa.select(MatchRun.weights).where(MatchRun.id == proposal.run_id))
    given = weights or {part: getattr(Weights(), part) for part in PARTS}
    applied = [part for part in PARTS if part in proposal.parts and given.get(part)]
    total = sum(given[part] for part in applied)
    if proposal.score is None or not total:
        return ()
    said = {each["part"]: each for each in (*proposal.reasons, *proposal.reservations) if "part" in each}
    shares = [100 * given[part] / total for part in applied]
    points = [share * proposal.parts[part] for share, part in zip(shares, applied, strict=True)]
    brought, possible = _rounded(points, round(100 * proposal.score)), _rounded(shares, 100)
    return tuple(
        Part(part, got, out_of, said.get(part, {}))
        for part, got, out_of in zip(applied, brought, possible, strict=True)
    )


def _rounded(values: Sequence[float], total: int) -> list[int]:
    """Whole numbers that add up to `total`: the largest remainders are rounded up."""
    whole = [int(value) for value in values]
    by_remainder = sorted(range(len(values)), key=lambda i: whole[i] - values[i])
    for at in by_remainder[: max(total - sum(whole), 0)]:
        whole[at] += 1
    return whole


def lacking(asked: Sequence[str], held: Sequence[str]) -> tuple[str, ...]:
    """Skills that the offer asks for and the person does not state, as the score compares them."""
    if not asked:
        return ()
    table = SkillTable.build([*asked, *held])
    own = {
        int(same)
        for one in table.of(held)
        for same in table.similar[table.indptr[one] : table.indptr[one + 1]]
    }
    return tuple(label for label in asked if not own & set(table.of([label])))
