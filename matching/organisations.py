"""Associations and other employers read from files: which record a row means, and what it changes there.

Identity (imports.md §6): rna, else siret, else folded name and postcode. An organisation that only an offer named so
far is taken over by the first file that describes it, so that it does not stand in the base twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import duplicates, edits as editing, names
from .duplicates import Named, Pair
from .edits import Cells, Edits, cell, chunks, table_of
from .facts import OrganisationFacts
from .planned import Incoming, Plan, Planned, Refusal, Who
from .store.organisations import Organisation, Subsidy
from .vocabulary import ImportKind, RowOutcome, Sector

ORGANISATIONS, SUBSIDIES = table_of(Organisation), table_of(Subsidy)

#: Fields of a row that go as they are into the column of that name.
FIELDS = (
    "rna",
    "siret",
    "name",
    "address",
    "postcode",
    "commune",
    "declared_quarter",
    "field",
    "object",
    "naf",
    "workforce",
    "contact_name",
    "contact_email",
    "contact_phone",
)


class Directory:
    """The organisations that the rows of a file may mean: those of the base, and those the file brings."""

    def __init__(self) -> None:
        self.by_siret: dict[str, Edits] = {}
        self.by_rna: dict[str, Edits] = {}
        self.by_name: dict[str, list[Edits]] = defaultdict(list)
        self.by_id: dict[int, Edits] = {}

    def load(
        self,
        session: Session,
        *,
        sirets: Iterable[str] = (),
        rnas: Iterable[str] = (),
        names: Iterable[str] = (),
    ) -> None:
        """Read every organisation that one of these keys names: a few queries, whatever the number of rows."""
        table = ORGANISATIONS
        for column, keys in ((table.c.siret, sirets), (table.c.rna, rnas), (table.c.name_key, names)):
            for some in chunks(sorted(set(keys))):
                found = sa.select(table).where(column.in_(some)).order_by(table.c.id)
                for row in session.execute(found).mappings():
                    if row["id"] not in self.by_id:
                        self.enter(Edits(dict(row)))

    def enter(self, edits: Edits) -> Edits:
        """Make an organisation findable under the keys it has now; again after they changed."""
        owner = edits.owner
        if edits not in self.by_name[owner["name_key"]]:
            self.by_name[owner["name_key"]].append(edits)
        if owner.get("siret"):
            self.by_siret[owner["siret"]] = edits
        if owner.get("rna"):
            self.by_rna[owner["rna"]] = edits
        if "id" in owner:
            self.by_id[owner["id"]] = edits
        return edits

    def described(self, facts: OrganisationFacts, name_key: str) -> Edits | None:
        """The record that a row of a file of organisations means. Raises LookupError when its numbers disagree."""
        by_rna = self.by_rna.get(facts.rna or "")
        by_siret = self.by_siret.get(facts.siret or "")
        if by_rna is not None:
            if by_siret is not None and by_siret is not by_rna:
                raise LookupError
            return by_rna
        if by_siret is not None:
            if facts.rna and by_siret.owner["rna"] and by_siret.owner["rna"] != facts.rna:
                raise LookupError
            return by_siret
        if facts.rna or facts.siret:
            return None
        alike = [
            edits
            for edits in self.by_name.get(name_key, ())
            if edits.owner["postcode"] == facts.postcode and ("id" in edits.owner or not numbered(edits))
        ]
        return min(alike, key=lambda edits: (numbered(edits), order(edits)), default=None)

    def only_named(self, facts: OrganisationFacts, name_key: str) -> Edits | None:
        """The organisation of that name that only an offer brought in: nobody has described it yet."""
        for edits in self.by_name.get(name_key, ()):
            owner = edits.owner
            undescribed = owner["sector"] is None and owner["postcode"] is None and owner["rna"] is None
            if "id" in owner and undescribed and (not owner["siret"] or not facts.siret):
                return edits
        return None


def numbered(edits: Edits) -> bool:
    return bool(edits.owner.get("siret") or edits.owner.get("rna"))


def order(edits: Edits) -> tuple[str, ...]:
    """Sorts organisations by what they are called, never by the row or the day they came."""
    owner = edits.owner
    return tuple(str(owner.get(name) or "") for name in ("siret", "rna", "name_key", "postcode"))


def plan(session: Session, rows: Sequence[Incoming[OrganisationFacts]], kind: ImportKind) -> Plan:
    """What a file of associations or employers would do. Reads, never writes."""
    keys = {row.line: names.key(row.facts.name or "") for row in rows}
    directory = Directory()
    directory.load(
        session,
        sirets=(row.facts.siret for row in rows if row.facts.siret),
        rnas=(row.facts.rna for row in rows if row.facts.rna),
        names=keys.values(),
    )
    subsidies = _subsidies(session, list(directory.by_id))
    newcomers = Counter(
        key
        for key, _, _ in {
            (keys[r.line], r.facts.rna, r.facts.siret) for r in rows if _is_new(directory, r, keys)
        }
    )
    made = Plan()
    first_line: dict[int, int] = {}
    for row in rows:
        facts, key = row.facts, keys[row.line]
        try:
            target = directory.described(facts, key)
        except LookupError:
            refusal = Refusal("identifier-conflict", "siret", facts.siret, {"kind": "organisation"})
            made.rows.append(Planned.refused(row.line, refusal))
            continue
        if row.faulty:
            continue
        if target is not None and id(target) in first_line:
            refusal = Refusal("duplicate-in-file", facts={"first": first_line[id(target)]})
            made.rows.append(Planned.refused(row.line, refusal))
            continue
        outcome = RowOutcome.UPDATED
        if target is None:
            outcome = RowOutcome.CREATED
            target = directory.only_named(facts, key) if newcomers[key] == 1 else None
            target = target or Edits({"name_key": key})
        first_line[id(target)] = row.line
        _describe(target, facts, key, kind, subsidies.get(target.owner.get("id", 0), []))
        directory.enter(target)
        if outcome is RowOutcome.UPDATED and not target.any:
            outcome = RowOutcome.UNCHANGED
        made.rows.append(Planned(row.line, outcome, target))
    made.pairs = _pairs(session, made.rows)
    return made


def _is_new(directory: Directory, row: Incoming[OrganisationFacts], keys: dict[int, str]) -> bool:
    try:
        return not row.faulty and directory.described(row.facts, keys[row.line]) is None
    except LookupError:
        return False


def _describe(
    target: Edits, facts: OrganisationFacts, key: str, kind: ImportKind, subsidies: list[Cells]
) -> None:
    """Put what the row says into the record; a blank erases nothing."""
    values = {name: cell(getattr(facts, name)) for name in FIELDS}
    target.own(**{name: value for name, value in values.items() if value is not None})
    for name in (*FIELDS, "sector"):
        target.owner.setdefault(name, None)
    target.own(name_key=key, sector=sector(target.owner["sector"], kind))
    amount, year = facts.subsidy_cents, facts.year
    if amount is None and year is None and (subsidies or kind is not ImportKind.ASSOCIATIONS):
        return
    known = next((row for row in subsidies if row["year"] == year), None)
    waiting = next((row for row in subsidies if row["year"] is None), None)
    if known is None and waiting is not None and amount in (None, waiting["amount_cents"]):
        target.change(SUBSIDIES, year, waiting, year=year)  # the year that nobody had said
    elif known is None:
        subsidies.append(target.add(SUBSIDIES, year, year=year, amount_cents=amount))
    elif amount is not None:
        target.change(SUBSIDIES, year, known, amount_cents=amount)


def sector(known: Sector | None, kind: ImportKind) -> Sector:
    """Associations are non-market, employers market. Whom a file of associations names is one, whatever was thought;
    a file of employers does not undo what somebody stated."""
    if kind is ImportKind.ASSOCIATIONS:
        return Sector.NON_PROFIT if known in (None, Sector.MARKET) else known
    return known or Sector.MARKET


def _subsidies(session: Session, ids: Sequence[int]) -> dict[int, list[Cells]]:
    found: dict[int, list[Cells]] = defaultdict(list)
    for some in chunks(ids):
        for row in session.execute(
            sa.select(SUBSIDIES).where(SUBSIDIES.c.organisation_id.in_(some))
        ).mappings():
            found[row["organisation_id"]].append(dict(row))
    return found


def _pairs(session: Session, rows: Sequence[Planned]) -> list[Pair]:
    """New records and those of the same postcode whose name is near, in the base or earlier in the file."""
    fresh, known = defaultdict[Any, list[Named]](list), defaultdict[Any, list[Named]](list)
    touched: set[int] = set()
    for row in rows:
        if row.edits is None:
            continue
        owner = row.edits.owner
        touched.add(owner.get("id", 0))
        side = fresh if row.outcome is RowOutcome.CREATED else known
        if owner["postcode"]:
            who = Who(row.line, owner.get("public_id"), edits=row.edits)
            side[owner["postcode"]].append(Named(who, owner["name_key"][: names.LONGEST]))
    table = ORGANISATIONS
    columns = (table.c.id, table.c.public_id, table.c.name_key, table.c.postcode)
    for some in chunks(sorted(fresh)):
        for found in session.execute(
            sa.select(*columns).where(table.c.postcode.in_(some)).order_by(table.c.id)
        ):
            if found.id not in touched:
                who = Who(None, found.public_id, found.id)
                known[found.postcode].append(Named(who, found.name_key[: names.LONGEST]))
    return [
        pair for postcode, group in fresh.items() for pair in duplicates.organisations(group, known[postcode])
    ]


def write(session: Session, planned: Plan) -> None:
    """Write what `plan` said. Flushes, never commits; raises StaleVersion when a record changed since."""
    edited = sorted(planned.edited(), key=order)
    editing.write(session, ORGANISATIONS, "organisation_id", edited)
