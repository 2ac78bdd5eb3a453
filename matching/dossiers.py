"""Facts of files into the dossiers of young people: whom a row means, and what it changes (imports.md §3, §6).

`plan` reads and judges, `write` writes: a dry run is the first without the second. Nothing of a file ever erases a
stored value by a blank, and nobody is merged silently.
"""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import duplicates, edits as editing, names, statements
from .duplicates import Named, Pair
from .edits import Cells, Edits, cell, chunks, table_of
from .facts import PersonFacts
from .planned import Incoming, Plan, Planned, Refusal, Who
from .postal import Communes
from .statements import Held, Said
from .store.engine import seal_of
from .store.people import Person, SourceRecord
from .store.seal import Seal
from .vocabulary import RowOutcome, Source

PEOPLE, RECORDS = table_of(Person), table_of(SourceRecord)

#: Whom a file may bring: from this birthday, to the eve of that one (imports.md §3; plausibility, not a right).
YOUNGEST, TOO_OLD = 14, 68

#: Fields of a row that go as they are into the column of that name.
FIELDS = (
    "family_name",
    "given_names",
    "birth_date",
    "civility",
    "address",
    "postcode",
    "commune",
    "declared_quarter",
    "phone",
    "email",
    "skills",
    "mobility_km",
    "available_from",
    "wanted_title",
    "wanted_rome",
    "driving_licence",
    "contact_agreed",
    "remarks",
)


@dataclass(frozen=True, slots=True)
class _Context:
    """What every row of a file shares."""

    said: Said
    source: Source
    agency_id: int | None
    seal: Seal
    communes: Communes


def plan(
    session: Session,
    rows: Sequence[Incoming[PersonFacts]],
    *,
    source: Source,
    on: date,
    agency_id: int | None,
    as_new: Set[int] = frozenset(),
) -> Plan:
    """What a file of young people would do on the business day `on`. Reads, never writes.

    `as_new`: people whom this very file created when it was imported before. Its rows are judged as they were then,
    so that the same file shows the same errors; such a row is `created` with nothing to write.
    """
    context = _Context(Said(str(source), on), source, agency_id, seal_of(session), Communes.load(session))
    identities = {row.line: identity(row.facts) for row in rows}
    known = _records(session, source, identities.values())
    held = held_of(session, sorted(set(known.values())))
    made = Plan()
    first_line: dict[object, int] = {}
    for row in rows:
        who = identities[row.line]
        person_id = known.get(who)
        dossier = held[person_id] if person_id is not None and person_id not in as_new else None
        key = who if dossier is None else person_id
        if key in first_line:
            if not row.faulty:
                refusal = Refusal("duplicate-in-file", facts={"first": first_line[key]})
                made.rows.append(Planned.refused(row.line, refusal))
            continue
        refusals = _refusals(row.facts, dossier, on)
        if refusals:
            made.rows.append(Planned.refused(row.line, *refusals))
        elif not row.faulty:
            first_line[key] = row.line
            again = dossier is None and person_id is not None
            made.rows.append(
                Planned(row.line, RowOutcome.CREATED) if again else _merge(row, dossier, who, context)
            )
    made.pairs = _pairs(session, made.rows)
    return made


def write(session: Session, planned: Plan) -> None:
    """Write what `plan` said. Flushes, never commits; raises StaleVersion when a dossier changed since.

    New dossiers are numbered by what their source calls them: the order of a file leaves no trace.
    """
    editing.write(session, PEOPLE, "person_id", sorted(planned.edited(), key=_order))


def identity(facts: PersonFacts) -> tuple[str, str]:
    """("identifier", …), or for a row without one ("natural_key", names exactly as written and birth date)."""
    if facts.identifier:
        return "identifier", facts.identifier
    born = facts.birth_date.isoformat() if facts.birth_date else ""
    written = (_written(facts.family_name), _written(facts.given_names), born)
    return "natural_key", "\x1f".join(written)


def _written(name: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", name or "").split())


def _order(edits: Edits) -> tuple[str, ...]:
    record = next((row for table, row in edits.added if table is RECORDS), {})
    return record.get("identifier") or "", record.get("natural_key") or ""


def _refusals(facts: PersonFacts, dossier: Held | None, on: date) -> list[Refusal]:
    """What the base has against a row: a known identifier on somebody else, an age nobody of ours has."""
    born = facts.birth_date
    stored = dossier.person if dossier is not None else {"birth_date": None}
    # A birth date held is not checked again as years pass; one that a row brings is, for a known person too:
    # the 01/01/1900 of a form would else replace a true one, or not, by the order of files.
    if born is None or born == stored["birth_date"]:
        return []
    if born <= on and not YOUNGEST <= age(born, on) < TOO_OLD:
        return [Refusal("age-out-of-range", "date_naissance", born.isoformat(), {"age": age(born, on)})]
    if dossier is None or not facts.family_name:
        return []
    if names.alike(
        folded(facts.family_name, facts.given_names), folded(stored["family_name"], stored["given_names"])
    ):
        return []
    return [Refusal("identifier-conflict", "identifiant", facts.identifier)]


def age(born: date, on: date) -> int:
    """Birthdays reached; of someone born on 29 February, the 28th in a common year (programmes.md C2)."""
    day = min(born.day, monthrange(on.year, born.month)[1])
    return on.year - born.year - ((on.month, on.day) < (born.month, day))


def folded(family_name: str | None, given_names: str | None) -> tuple[str, str]:
    return names.fold(family_name or ""), names.fold(given_names or "")


def _records(
    session: Session, source: Source, identities: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """identity -> person, of the source's records."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, value in identities:
        wanted[kind].add(value)
    found: dict[tuple[str, str], int] = {}
    for kind, values in wanted.items():
        column = RECORDS.c[kind]
        for some in chunks(sorted(values)):
            query = sa.select(column, RECORDS.c.person_id).where(RECORDS.c.source == source, column.in_(some))
            found.update(((kind, value), person) for value, person in session.execute(query))
    return found


def held_of(session: Session, ids: Sequence[int]) -> dict[int, Held]:
    """The dossiers of these people, in a handful of queries."""
    held: dict[int, Held] = {}
    for some in chunks(ids):
        for row in session.execute(sa.select(PEOPLE).where(PEOPLE.c.id.in_(some))).mappings():
            held[row["id"]] = Held(dict(row))
        for table, name in (
            (statements.HOMES, "homes"),
            (statements.SITUATIONS, "situations"),
            (statements.REGISTRATIONS, "registrations"),
            (statements.DIPLOMAS, "diplomas"),
        ):
            for row in session.execute(_hanging(table, some)).mappings():
                getattr(held[row["person_id"]], name).append(dict(row))
        for row in session.execute(_hanging(statements.RECOGNITIONS, some)).mappings():
            held[row["person_id"]].recognition = dict(row)
    return held


def _hanging(table: sa.Table, ids: Sequence[int]) -> sa.Select[Any]:
    return sa.select(table).where(table.c.person_id.in_(ids)).order_by(table.c.id)


def _merge(
    row: Incoming[PersonFacts], dossier: Held | None, who: tuple[str, str], context: _Context
) -> Planned:
    """Put what the row says into the dossier, a new one when there is none."""
    facts = row.facts
    held = dossier or Held(_blank(context))
    edits = Edits(held.person)
    if dossier is None:
        edits.add(
            RECORDS,
            "new",
            **{"source": context.source, "identifier": None, "natural_key": None, who[0]: who[1]},
        )
    insee_code = _insee_code(held.person, facts, context.communes)
    moved = _moved(held.person, facts, insee_code)
    if insee_code is None and not moved:
        insee_code = held.person[
            "insee_code"
        ]  # a postcode of another commune on the same street: what was known stays
    _state(held, edits, facts, insee_code, moved, context)
    values = {name: cell(getattr(facts, name)) for name in FIELDS}
    edits.own(**{name: value for name, value in values.items() if value is not None})
    if insee_code is not None or moved:
        edits.own(insee_code=insee_code)
    edits.own(name_key=" ".join(folded(held.person["family_name"], held.person["given_names"])).strip()[:210])
    if dossier is None:
        return Planned(row.line, RowOutcome.CREATED, edits)
    return Planned(row.line, RowOutcome.UPDATED if edits.any else RowOutcome.UNCHANGED, edits)


def _blank(context: _Context) -> Cells:
    """The cells of somebody about to be created."""
    cells: Cells = {
        column.name: None for column in PEOPLE.c if column.name not in ("id", "public_id", "version")
    }
    cells.update(agency_id=context.agency_id, given_names="", skills=[], known_since=context.said.on)
    return cells


def _insee_code(person: Cells, facts: PersonFacts, communes: Communes) -> str | None:
    """The commune of the home: as the file says, else the one that postcode and name leave, else what is stored."""
    if facts.insee_code:
        return facts.insee_code
    postcode, commune = facts.postcode or person["postcode"], facts.commune or person["commune"]
    if _differs(facts.postcode, person["postcode"]) or _differs(facts.commune, person["commune"]):
        return communes.only(postcode, commune)
    stored: str | None = person["insee_code"]
    return stored or communes.only(postcode, commune)


def _moved(person: Cells, facts: PersonFacts, insee_code: str | None) -> bool:
    """Whether the row gives another home than the one stored: another street, or without streets another place.

    The same street line in another spelling of the postcode or the quarter is a correction, not a move.
    """
    commune = _differs(facts.commune, person["commune"])
    if insee_code and person["insee_code"]:
        commune = insee_code != person["insee_code"]
    if facts.address and person["address"]:
        return commune or _differs(facts.address, person["address"])
    return (
        commune
        or _differs(facts.postcode, person["postcode"])
        or _differs(facts.declared_quarter, person["declared_quarter"])
    )


def _differs(said: str | None, stored: str | None) -> bool:
    return bool(said and stored and names.fold(said) != names.fold(stored))


def _state(
    held: Held, edits: Edits, facts: PersonFacts, insee_code: str | None, moved: bool, context: _Context
) -> None:
    """The dated statements of the row."""
    said = context.said
    placed = facts.address or facts.postcode or facts.commune or facts.insee_code or facts.declared_quarter
    if placed or (facts.home_since and held.homes):
        statements.home(
            held,
            edits,
            said,
            moved=moved,
            place=facts.declared_quarter,
            insee_code=insee_code,
            since=facts.home_since,
        )
    if facts.situation is not None:
        statements.situation(held, edits, said, value=facts.situation, since=facts.situation_since)
    if facts.registered_on is not None:
        statements.registration(
            held,
            edits,
            said,
            start=facts.registered_on,
            end=facts.registered_until,
            category=facts.category,
        )
    if facts.diploma is not None:
        level, bac_plus = facts.diploma.level or None, facts.diploma.bac_plus
        statements.diploma(held, edits, said, level=level, bac_plus=bac_plus)
    if facts.rqth is not None or facts.rqth_until is not None:
        statements.recognition(held, edits, said, context.seal, recognised=facts.rqth, until=facts.rqth_until)


def _pairs(session: Session, rows: Sequence[Planned]) -> list[Pair]:
    """New people and those of the same birth date with alike names, in the base or earlier in the file."""
    fresh, known = defaultdict[Any, list[Named]](list), defaultdict[Any, list[Named]](list)
    touched: set[int] = set()
    for row in rows:
        if row.edits is None:
            continue
        person = row.edits.owner
        touched.add(person.get("id", 0))
        side = fresh if row.outcome is RowOutcome.CREATED else known
        who = Who(row.line, person.get("public_id"), edits=row.edits)
        side[person["birth_date"]].append(Named(who, *folded(person["family_name"], person["given_names"])))
    columns = (
        PEOPLE.c.id,
        PEOPLE.c.public_id,
        PEOPLE.c.birth_date,
        PEOPLE.c.family_name,
        PEOPLE.c.given_names,
    )
    for some in chunks(sorted(fresh)):
        query = sa.select(*columns).where(PEOPLE.c.birth_date.in_(some)).order_by(PEOPLE.c.id)
        for found in session.execute(query):
            if found.id not in touched:
                who = Who(None, found.public_id, found.id)
                known[found.birth_date].append(Named(who, *folded(found.family_name, found.given_names)))
    return [pair for born, group in fresh.items() for pair in duplicates.people(group, known[born])]
