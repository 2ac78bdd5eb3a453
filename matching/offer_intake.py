"""Offers read from files: which offer and which employer a row means, and what it changes there.

Identity (imports.md §6): in JSON source and reference; in a table source, employer (siret, else folded name) and
reference, or without a reference folded title, postcode and first day. Whether the offer is open or waits for
something is decided by `offers.admit` when the rows are written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from . import edits as editing, names, offers, organisations, outreach_offers
from .edits import Cells, Edits, cell, chunks, table_of
from .errors import StaleVersion
from .facts import OfferFacts
from .organisations import ORGANISATIONS, Directory
from .planned import Incoming, Plan, Planned, Refusal
from .postal import Communes
from .store.organisations import Offer, Organisation
from .vocabulary import RowOutcome, Source

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

OFFERS = table_of(Offer)

#: Fields of a row that go as they are into the column of that name.
FIELDS = (
    "reference",
    "scheme",
    "title",
    "rome",
    "description",
    "postcode",
    "commune",
    "insee_code",
    "contract_kind",
    "months",
    "weekly_hours",
    "salary",
    "positions",
    "starts_on",
    "apply_before",
    "level_min",
    "bac_plus_min",
    "needs_licence",
    "skills",
    "tutor",
    "training",
    "contact_email",
    "contact_phone",
    "origin_url",
    "apprenticeship",
    "created_at_source_on",
    "updated_at_source_on",
)

#: What France Travail's confidential offers are filed under.
UNNAMED = "Employeur non communiqué"


@dataclass(slots=True)
class OfferPlan(Plan):
    """A plan of offers also knows each row's employer, and the employers the file brings."""

    employers: dict[int, Edits] = field(default_factory=dict)

    def organisations(self) -> list[Edits]:
        """The employers of the rows that have something to write, each once."""
        written = (row for row in self.rows if row.outcome in (RowOutcome.CREATED, RowOutcome.UPDATED))
        return list({id(self.employers[row.line]): self.employers[row.line] for row in written}.values())


def plan(
    session: Session,
    rows: Sequence[Incoming[OfferFacts]],
    *,
    source: Source,
    numbered_by_source: bool,
    agency_id: int | None,
) -> OfferPlan:
    """What a file of offers would do. Reads, never writes. `numbered_by_source`: a reference is unique in the source
    (JSON); otherwise in each employer's own files."""
    good = [row for row in rows if not row.faulty]
    made = OfferPlan()
    directory = Directory()
    directory.load(
        session,
        sirets=(row.facts.siret for row in good if row.facts.siret),
        names=(names.key(row.facts.employer or UNNAMED) for row in good),
    )
    known = _Known.load(session, good, source, directory)
    communes = Communes.load(session)
    # Rows with a siret first: a row that only names its employer then means the same one in any order of rows.
    for row in sorted(good, key=_numbered_first):
        made.employers[row.line] = _employer(directory, row.facts)
    seen: dict[object, int] = {}
    for row in good:
        employer = made.employers[row.line]
        found = known.find(row.facts, employer, numbered_by_source)
        keys = _identity(row.facts, employer, numbered_by_source), found and found["id"]
        first = next((seen[key] for key in keys if key is not None and key in seen), None)
        if first is not None:
            del made.employers[row.line]
            made.rows.append(Planned.refused(row.line, Refusal("duplicate-in-file", facts={"first": first})))
            continue
        if found is not None and (row.facts.positions or found["positions"]) < found["posts_filled"]:
            del made.employers[row.line]
            filled = Refusal("bad-number", "nombre_postes", str(row.facts.positions))
            made.rows.append(Planned.refused(row.line, filled))
            continue
        seen.update((key, row.line) for key in keys if key is not None)
        made.rows.append(_merge(row, found, employer, source, agency_id, numbered_by_source, communes))
    return made


def _numbered_first(row: Incoming[OfferFacts]) -> tuple[bool, str, str, str]:
    """The wording comes last: of « Club A » and « club a » the same one names the organisation in any order of rows."""
    employer = row.facts.employer or UNNAMED
    return row.facts.siret is None, row.facts.siret or "", names.key(employer), employer


def _employer(directory: Directory, facts: OfferFacts) -> Edits:
    """The organisation with the row's siret, else with its folded name, else a new one."""
    name = facts.employer or UNNAMED
    key = names.key(name)
    if facts.siret and facts.siret in directory.by_siret:
        return directory.by_siret[facts.siret]
    alike = [
        edits for edits in directory.by_name.get(key, ()) if not (facts.siret and edits.owner.get("siret"))
    ]
    if alike:
        chosen = min(
            alike, key=lambda edits: (edits.owner["postcode"] != facts.postcode, organisations.order(edits))
        )
        if facts.siret and len(alike) == 1:
            chosen.own(siret=facts.siret)
        return directory.enter(chosen)
    new = Edits({"rna": None, "postcode": None, "sector": None})
    new.own(name=name, name_key=key, siret=facts.siret)
    new.owner.setdefault("siret", None)
    return directory.enter(new)


def _identity(facts: OfferFacts, employer: Edits, numbered_by_source: bool) -> object:
    if numbered_by_source and facts.reference:
        return facts.reference
    if facts.reference:
        return id(employer), facts.reference
    return id(employer), names.key(facts.title or ""), facts.postcode, facts.starts_on


class _Known:
    """The offers of the base that the rows may mean."""

    def __init__(self) -> None:
        self.by_reference: dict[str, list[Cells]] = defaultdict(list)
        self.by_title: dict[tuple[Any, ...], list[Cells]] = defaultdict(list)
        self.employer: dict[int, Mapping[str, Any]] = {}

    @classmethod
    def load(
        cls, session: Session, rows: Sequence[Incoming[OfferFacts]], source: Source, directory: Directory
    ) -> _Known:
        known, table = cls(), OFFERS
        references = sorted({row.facts.reference for row in rows if row.facts.reference})
        titles = sorted({names.key(row.facts.title or "") for row in rows if not row.facts.reference})
        for some in chunks(references):
            for row in known._read(session, source, table.c.reference.in_(some)):
                known.by_reference[row["reference"]].append(row)
        for some in chunks(titles):
            for row in known._read(session, source, table.c.reference.is_(None), table.c.title_key.in_(some)):
                known.by_title[row["title_key"], row["postcode"], row["starts_on"]].append(row)
        return known

    def _read(self, session: Session, source: Source, *where: Any) -> Iterator[Cells]:
        columns = (ORGANISATIONS.c.siret.label("_siret"), ORGANISATIONS.c.name_key.label("_name_key"))
        query = (
            sa.select(OFFERS, *columns)
            .join(ORGANISATIONS, ORGANISATIONS.c.id == OFFERS.c.organisation_id)
            .where(OFFERS.c.source == source, *where)
            .order_by(OFFERS.c.id)
        )
        for row in session.execute(query).mappings():
            cells = dict(row)
            names_of = {"siret": cells.pop("_siret"), "name_key": cells.pop("_name_key")}
            self.employer[cells["id"]] = names_of
            yield cells

    def find(self, facts: OfferFacts, employer: Edits, numbered_by_source: bool) -> Cells | None:
        """The offer of the base that the row means."""
        if facts.reference:
            rows = self.by_reference.get(facts.reference, [])
        else:
            rows = self.by_title.get((names.key(facts.title or ""), facts.postcode, facts.starts_on), [])
        own = [row for row in rows if row["organisation_id"] == employer.owner.get("id", 0)]
        if own or (numbered_by_source and facts.reference):
            return next(iter(own or rows), None)
        if facts.siret:
            return next((row for row in rows if self.employer[row["id"]]["siret"] == facts.siret), None)
        key = names.key(facts.employer or UNNAMED)
        return next((row for row in rows if self.employer[row["id"]]["name_key"] == key), None)


def _merge(
    row: Incoming[OfferFacts],
    found: Cells | None,
    employer: Edits,
    source: Source,
    agency_id: int | None,
    numbered_by_source: bool,
    communes: Communes,
) -> Planned:
    """Put what the row says into the offer; a blank erases nothing."""
    facts = row.facts
    target = Edits(dict(found) if found is not None else {})
    values = {name: cell(getattr(facts, name)) for name in FIELDS}
    target.own(**{name: value for name, value in values.items() if value is not None and value != ""})
    if facts.scheme == "":
        target.own(scheme=None)  # stated: none
    if not facts.insee_code and (facts.postcode or facts.commune):
        only = communes.only(target.owner.get("postcode"), target.owner.get("commune"))
        if only is not None:
            target.own(insee_code=only)
    target.own(title_key=names.key(facts.title or ""))
    if found is None:
        target.own(source=source, agency_id=agency_id)
        return Planned(row.line, RowOutcome.CREATED, target)
    named = facts.employer and facts.employer != UNNAMED
    if numbered_by_source and named and found["organisation_id"] != employer.owner.get("id", 0):
        target.log["organisation_id"] = [found["organisation_id"], employer.owner["name"]]
        target.owner_set.add("organisation_id")
    brought = target.any or (facts.siret is not None and "siret" in employer.log)
    return Planned(row.line, RowOutcome.UPDATED if brought else RowOutcome.UNCHANGED, target)


def write(
    session: Session, planned: OfferPlan, book: ProgrammeBook, *, on: date, actor_id: int | None
) -> None:
    """Write what `plan` said: employers, offers, and of each offer whether it opens or waits (workflow.md i).

    Flushes, never commits; raises StaleVersion when a record changed since.
    """
    employers = sorted((e for e in planned.organisations() if e.any), key=organisations.order)
    editing.write(session, ORGANISATIONS, "organisation_id", employers)
    created = [(row, row.edits) for row in planned.rows if row.outcome is RowOutcome.CREATED and row.edits]
    changed = {
        row.edits.owner["id"]: (row, row.edits)
        for row in planned.rows
        if row.outcome is RowOutcome.UPDATED and row.edits
    }
    stored = _objects(session, Offer, changed)
    ids = {edits.owner["id"] for edits in planned.organisations()}
    known = _objects(session, Organisation, ids | {offer.organisation_id for offer in stored.values()})
    fresh: list[tuple[Edits, Offer]] = []
    for row, edits in sorted(created, key=lambda pair: _order(pair[1], planned.employers[pair[0].line])):
        employer = known[planned.employers[row.line].owner["id"]]
        offer = Offer(**edits.owner, organisation_id=employer.id)
        session.add(offer)
        offers.admit(session, offer, employer, book, on=on, actor_id=actor_id)
        fresh.append((edits, offer))
    for offer_id, (row, edits) in changed.items():
        offer = stored[offer_id]
        for name in edits.owner_set - {"organisation_id"}:
            setattr(offer, name, edits.owner[name])
        if "organisation_id" in edits.owner_set:
            offer.organisation_id = planned.employers[row.line].owner["id"]
            edits.log["organisation_id"][1] = offer.organisation_id
        offers.admit(session, offer, known[offer.organisation_id], book, on=on, actor_id=actor_id)
    try:
        session.flush()
    except StaleDataError as stale:
        raise StaleVersion("changed-meanwhile", table="offer") from stale
    for edits, offer in fresh:
        edits.owner["id"] = offer.id
    outreach_offers.opened(session, None, actor_id=actor_id, on=on)


def _objects(session: Session, model: Any, ids: Iterable[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in chunks(sorted(ids)):
        found.update((row.id, row) for row in session.scalars(sa.select(model).where(model.id.in_(some))))
    return found


def _order(offer: Edits, employer: Edits) -> tuple[Any, ...]:
    """Offers are numbered by what they are called, so that the order of a file leaves no trace."""
    cells = offer.owner
    return (
        organisations.order(employer),
        cells.get("reference") or "",
        cells["title_key"],
        cells.get("postcode") or "",
        str(cells.get("starts_on") or ""),
    )


def readmit(
    session: Session, employers: Sequence[Edits], book: ProgrammeBook, *, on: date, actor_id: int | None
) -> None:
    """Judge again the programme's offers of employers whose number or sector a file made known."""
    known = _objects(
        session, Organisation, {e.owner["id"] for e in employers if {"siret", "sector"} & set(e.log)}
    )
    offers.readmit(session, known, book, on=on, actor_id=actor_id)
