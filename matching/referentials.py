"""Reference rows read from files: zones with their streets and outlines, occupations, titles, mobility.

One rule for all: a row is known by its identity; an identical one is unchanged, a blank erases nothing (imports.md §4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import names
from .edits import Cells, Edits, chunks, insert, table_of
from .planned import Incoming, Plan, Planned, Refusal
from .store.base import Base
from .store.organisations import (
    Occupation,
    OccupationMobility,
    OccupationTitle,
    Zone,
    ZonePerimeter,
    ZoneStreet,
)
from .vocabulary import RowOutcome

#: The columns by which a row of each table is known.
IDENTITIES: dict[type[Base], tuple[str, ...]] = {
    Zone: ("local_id",),
    ZoneStreet: ("zone_id", "insee_code", "street_key", "side", "first_number", "last_number"),
    ZonePerimeter: ("zone_id",),
    Occupation: ("rome",),
    OccupationTitle: ("ogr",),
    OccupationMobility: ("rome", "target"),
}


def plan(session: Session, model: type[Base], rows: Sequence[Incoming[Cells]]) -> Plan:
    """What rows of one table would do; their facts are its cells. Reads, never writes."""
    table, identity = table_of(model), IDENTITIES[model]
    made = Plan()
    if model in (ZoneStreet, ZonePerimeter):
        rows = _in_zones(session, rows, made)
    good = [row for row in rows if not row.faulty]
    known: dict[tuple[Any, ...], Cells] = {}
    leading = table.c[identity[0]]
    for some in chunks(sorted({row.facts[identity[0]] for row in good})):
        for found in session.execute(sa.select(table).where(leading.in_(some))).mappings():
            known[tuple(found[name] for name in identity)] = dict(found)
    first: dict[tuple[Any, ...], int] = {}
    for row in good:
        key = tuple(row.facts[name] for name in identity)
        if key in first:
            made.rows.append(
                Planned.refused(row.line, Refusal("duplicate-in-file", facts={"first": first[key]}))
            )
            continue
        first[key] = row.line
        edits = Edits(dict(known.get(key, {})))
        edits.own(**{name: value for name, value in row.facts.items() if value is not None})
        if (
            model is Zone
            and edits.owner.get("valid_to")
            and edits.owner["valid_to"] < edits.owner["valid_from"]
        ):
            # The end was stored by another file: a blank does not erase it.
            began = str(edits.owner["valid_from"])
            made.rows.append(Planned.refused(row.line, Refusal("bad-date", "valid_from", began)))
            continue
        if key not in known:
            outcome = RowOutcome.CREATED
        else:
            outcome = RowOutcome.UPDATED if edits.any else RowOutcome.UNCHANGED
        made.rows.append(Planned(row.line, outcome, edits))
    return made


def write(session: Session, model: type[Base], planned: Plan) -> None:
    """Write what `plan` said, new rows in the order of their identity. Flushes, never commits."""
    table, identity = table_of(model), IDENTITIES[model]
    session.flush()
    edited = planned.edited()
    new = [edits.owner for edits in edited if edits.new]
    changed: dict[tuple[str, ...], list[Cells]] = defaultdict(list)
    for edits in edited:
        if not edits.new:
            shape = tuple(sorted(edits.owner_set))
            changed[shape].append({"_id": edits.owner["id"], **{name: edits.owner[name] for name in shape}})
    insert(session, table, sorted(new, key=lambda cells: tuple(cells[name] for name in identity)))
    for values in changed.values():
        session.execute(table.update().where(table.c.id == sa.bindparam("_id")), values)
    session.expire_all()


def _in_zones(session: Session, rows: Sequence[Incoming[Cells]], made: Plan) -> list[Incoming[Cells]]:
    """Rows with the zone version they name; those that name none of the base are refused (`unknown-zone`)."""
    versions: dict[str, int] = {}
    known = sa.select(Zone.id, Zone.local_id, Zone.official_code).order_by(Zone.id)
    for zone_id, local_id, official_code in session.execute(known):
        versions[local_id] = zone_id
        if official_code:
            versions.setdefault(official_code, zone_id)
    found = []
    for row in rows:
        named = row.facts.get("zone")
        if named is None:
            continue
        if named not in versions:
            made.rows.append(Planned.refused(row.line, Refusal("unknown-zone", "local_id", named)))
            continue
        cells = {name: value for name, value in row.facts.items() if name != "zone"} | {
            "zone_id": versions[named]
        }
        if "street" in cells:
            cells["street_key"] = names.key(cells["street"])
        found.append(Incoming(row.line, cells, row.faulty))
    return found
