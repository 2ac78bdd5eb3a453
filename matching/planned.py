"""What a file would do to the base, row by row, before anything is written: the same for a dry run and a real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .duplicates import Pair
from .edits import Edits, chunks, insert, table_of
from .store.intake import ImportRow, PossibleDuplicate
from .vocabulary import RowOutcome

Facts = TypeVar("Facts")

PAIRS, ROWS = table_of(PossibleDuplicate), table_of(ImportRow)


@dataclass(frozen=True, slots=True)
class Incoming(Generic[Facts]):
    """A row as the file gave it. `faulty`: its cells have errors already; its facts are then what could be read."""

    line: int
    facts: Facts
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the base cannot take a row; `column` None = the row as a whole. `facts` fill in the sentence."""

    code: str
    column: str | None = None
    value: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Planned:
    """What becomes of one row; refused when it has refusals."""

    line: int
    outcome: RowOutcome
    edits: Edits | None = None
    refusals: list[Refusal] = field(default_factory=list)

    @classmethod
    def refused(cls, line: int, *refusals: Refusal) -> Planned:
        return cls(line, RowOutcome.REJECTED, None, list(refusals))


@dataclass(slots=True, eq=False)
class Who:
    """One side of a pair of look-alikes: a row of the file, a record of the base, or both."""

    line: int | None = None
    public_id: Any = None
    record_id: int | None = None
    edits: Edits | None = None  # of a row; the record's id is there once it is written

    @property
    def id(self) -> int:
        found = self.record_id if self.edits is None else self.edits.owner["id"]
        assert found is not None
        return found


@dataclass(slots=True)
class Plan:
    """All rows of a file that were looked at, in its order, and the pairs to ask about."""

    rows: list[Planned] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    def edited(self) -> list[Edits]:
        """The edits that have something to write, new owners first in the order the plan gave them."""
        return [row.edits for row in self.rows if row.edits is not None and row.edits.any]


def write_pairs(session: Session, pairs: Sequence[Pair], kind: str, batch_id: int) -> None:
    """Keep the pairs for a person to decide; one that was raised before, decided or not, is not raised again.

    `kind`: "person" or "organisation".
    """
    first, second = PAIRS.c[f"{kind}_a_id"], PAIRS.c[f"{kind}_b_id"]
    wanted: dict[tuple[int, int], Pair] = {}
    for pair in pairs:
        a, b = sorted((pair.new.id, pair.other.id))
        wanted.setdefault((a, b), pair)
    known: set[tuple[int, int]] = set()
    for some in chunks(sorted({a for a, _ in wanted})):
        known.update((a, b) for a, b in session.execute(sa.select(first, second).where(first.in_(some))))
    insert(
        session,
        PAIRS,
        [
            {
                first.name: a,
                second.name: b,
                "batch_id": batch_id,
                "reason": pair.reason,
                "score": pair.score,
            }
            for (a, b), pair in wanted.items()
            if (a, b) not in known
        ],
    )


def write_rows(session: Session, batch_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """The journal of an import: rows that created or changed something, and rows refused."""
    insert(session, ROWS, ({"batch_id": batch_id, "changes": {}, "problems": [], **row} for row in rows))
