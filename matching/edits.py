"""What one imported row changes in the base, gathered first and written later in bulk.

Planning (dry run, checks, counts) needs no write; writing needs no thought: a list of Edits becomes a handful of
statements, whatever the number of rows. The log of each says field by field what was there before, so that an import
can be taken back.
"""

from __future__ import annotations

import base64
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import StaleVersion
from .store.base import Base

#: A row of a table: column -> value. One that is not in the base yet has no "id".
Cells = dict[str, Any]

#: Values a statement may carry at once on any database we know (SQLite: 32,766; PostgreSQL: 65,535).
CHUNK = 900


def table_of(model: type[Base]) -> sa.Table:
    """The table of a model, for statements in bulk."""
    table = model.__table__
    assert isinstance(table, sa.Table)
    return table


@dataclass(slots=True, eq=False)
class Edits:
    """Changes to one owner (a person) and the rows that hang on it.

    `owner` holds the owner's cells as they will be; `log`: field, or `table@key` for a hanging row, -> [before, after]
    in JSON values.
    """

    owner: Cells
    log: dict[str, list[Any]] = field(default_factory=dict)
    owner_set: set[str] = field(default_factory=set)
    added: list[tuple[sa.Table, Cells]] = field(default_factory=list)
    changed: list[tuple[sa.Table, Cells, Cells]] = field(default_factory=list)
    dropped: list[tuple[sa.Table, int]] = field(default_factory=list)
    new: bool = field(init=False)

    def __post_init__(self) -> None:
        self.new = "id" not in self.owner

    @property
    def any(self) -> bool:
        return bool(self.log)

    def own(self, **values: Any) -> None:
        """Set fields of the owner; what is there already is no change."""
        for name, value in values.items():
            before = self.owner.get(name)
            if before == value:
                continue
            first = self.log[name][0] if name in self.log else as_json(before)
            self.log[name] = [first, as_json(value)]
            self.owner[name] = value
            self.owner_set.add(name)

    def add(self, table: sa.Table, key: object, **values: Any) -> Cells:
        """A new hanging row; returns its cells."""
        self.added.append((table, values))
        self.log[f"{table.name}@{key}"] = [None, _cells(values)]
        return values

    def change(self, table: sa.Table, key: object, row: Cells, **values: Any) -> None:
        """Set cells of a hanging row; what is there already is no change."""
        new = {name: value for name, value in values.items() if row.get(name) != value}
        if not new:
            return
        before = _cells({name: row.get(name) for name in new})
        row.update(new)
        if "id" in row:
            self.changed.append((table, row, new))
            self.log[f"{table.name}@{key}"] = [before, _cells(new)]

    def drop(self, table: sa.Table, key: object, row: Cells) -> None:
        """A hanging row that a newer statement replaces."""
        if "id" in row:
            self.dropped.append((table, row["id"]))
        self.log[f"{table.name}@{key}"] = [_cells(row), None]


def write(session: Session, table: sa.Table, link: str, edits: Sequence[Edits]) -> None:
    """Write what `edits` say: owners into `table`, hanging rows with their column `link` set to the owner's id.

    New owners get their "id" in `owner`. Raises StaleVersion when an owner changed since it was read. Flushes what the
    session holds, never commits; objects of the session are expired, for the rows go past them.
    """
    session.flush()
    insert_owners(session, table, [edit.owner for edit in edits if edit.new])
    _update_owners(session, table, [edit for edit in edits if edit.owner_set and not edit.new])
    dropped: dict[sa.Table, list[int]] = defaultdict(list)
    changed: dict[tuple[sa.Table, tuple[str, ...]], list[Cells]] = defaultdict(list)
    added: dict[sa.Table, list[Cells]] = defaultdict(list)
    for edit in edits:
        for hanging, row_id in edit.dropped:
            dropped[hanging].append(row_id)
        for hanging, row, new in edit.changed:
            changed[hanging, tuple(sorted(new))].append({"_id": row["id"], **new})
        for hanging, row in edit.added:
            row[link] = edit.owner["id"]
            added[hanging].append(row)
    for hanging, ids in dropped.items():
        for some in chunks(ids):
            session.execute(hanging.delete().where(hanging.c.id.in_(some)))
    for (hanging, _), rows in changed.items():
        session.execute(hanging.update().where(hanging.c.id == sa.bindparam("_id")), rows)
    for hanging, rows in added.items():
        insert(session, hanging, rows)
    session.expire_all()


def insert(session: Session, table: sa.Table, rows: Iterable[Cells]) -> None:
    """Insert rows of any shape: a cell that one row lacks and another has is NULL there."""
    listed = list(rows)
    if listed:
        names = sorted({name for row in listed for name in row})
        session.execute(table.insert(), [{name: row.get(name) for name in names} for row in listed])


def insert_owners(session: Session, table: sa.Table, rows: Sequence[Cells]) -> None:
    """Insert rows that carry a public_id (made here when missing) and put their new "id" into them."""
    if not rows:
        return
    for row in rows:
        row.setdefault("public_id", uuid.uuid4())
        row.setdefault("version", 1)
    by_public_id = {row["public_id"]: row for row in rows}
    insert(session, table, rows)
    for some in chunks(list(by_public_id)):
        found = sa.select(table.c.id, table.c.public_id).where(table.c.public_id.in_(some))
        for row_id, public_id in session.execute(found):
            by_public_id[public_id]["id"] = row_id


def _update_owners(session: Session, table: sa.Table, edits: Sequence[Edits]) -> None:
    by_shape: dict[tuple[str, ...], list[Edits]] = defaultdict(list)
    for edit in edits:
        by_shape[tuple(sorted(edit.owner_set))].append(edit)
    for names, alike in by_shape.items():
        statement = (
            table.update()
            .where(table.c.id == sa.bindparam("_id"), table.c.version == sa.bindparam("_version"))
            .values({**{name: sa.bindparam(f"_{name}") for name in names}, "version": table.c.version + 1})
        )
        rows = [
            {
                "_id": edit.owner["id"],
                "_version": edit.owner["version"],
                **{f"_{name}": edit.owner[name] for name in names},
            }
            for edit in alike
        ]
        done = session.execute(statement, rows)
        if done.rowcount not in (-1, len(rows)):  # type: ignore[attr-defined]
            raise StaleVersion("changed-meanwhile", table=table.name)
        for edit in alike:
            edit.owner["version"] += 1


def chunks(values: Sequence[Any], size: int = CHUNK) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def cell(value: Any) -> Any:
    """A fact as its column holds it: several values are a list, and none at all is nothing said."""
    return (list(value) or None) if isinstance(value, tuple) else value


def as_json(value: Any) -> Any:
    """A cell as the journal of an import keeps it; sealed bytes stay sealed."""
    match value:
        case date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case bytes():
            return "sealed:" + base64.b64encode(value).decode()
        case _:
            return value


def _cells(row: Cells) -> Cells:
    return {name: as_json(value) for name, value in row.items() if name not in ("id", "person_id")}
