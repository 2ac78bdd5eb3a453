"""Who is listed to be won over: the associations that the State subsidised, by grant year; employers, by choice.

A file of associations lists those of its years at once. A grant whose year no file said waits until somebody says it,
for all that one file brought. Everything here is done in bulk, and twice does nothing more.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .edits import chunks
from .outreach import TRANSITIONS, OutreachAction as A
from .outreach_offers import opened
from .store.campaign import Outreach, OutreachEvent
from .store.intake import ImportBatch, ImportRow
from .store.organisations import Organisation, Subsidy
from .transitions import refuse, target
from .vocabulary import ImportKind, OutreachPurpose, Party, Sector

#: Years of a register (the table's own bounds).
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Undated:
    """Grants without a year that one file brought; `ref` None: nobody knows any more which one."""

    ref: uuid.UUID | None
    file_name: str | None
    applied_on: date | None
    count: int


def list_grants(
    session: Session, *, actor_id: int | None, on: date, organisations: Iterable[int] | None = None
) -> int:
    """A line for each dated grant that has none: of these associations, or of all. Flushes; returns how many."""
    query = (
        sa.select(Subsidy.organisation_id, Subsidy.year)
        .outerjoin(
            Outreach,
            sa.and_(
                Outreach.organisation_id == Subsidy.organisation_id,
                Outreach.year == Subsidy.year,
                Outreach.purpose == OutreachPurpose.AVENIR,
            ),
        )
        .where(Outreach.id.is_(None), Subsidy.year.between(FIRST_YEAR, LAST_YEAR))
        .order_by(Subsidy.year, Subsidy.organisation_id)
    )
    if organisations is None:
        wanted = list(session.execute(query))
    else:
        wanted = [
            row
            for some in chunks(sorted(set(organisations)))
            for row in session.execute(query.where(Subsidy.organisation_id.in_(some)))
        ]
    by_year: dict[int, list[int]] = defaultdict(list)
    for organisation_id, year in wanted:
        by_year[int(year or 0)].append(organisation_id)
    for year, ids in sorted(by_year.items()):
        _list(session, ids, OutreachPurpose.AVENIR, year, actor_id, Party.IMPORTER, on)
    return len(wanted)


def add_employers(
    session: Session, ids: Iterable[int], year: int, *, actor_id: int, party: Party, on: date
) -> int:
    """Put employers of the market sector on the year's campaign; those who are there stay. Returns how many were new.

    Raises InvalidInput: no year of a register.
    """
    _year(year)
    chosen = employers_outside(year).with_only_columns(Organisation.id).where(Organisation.id.in_(list(ids)))
    fresh = sorted(session.scalars(chosen))
    _list(session, fresh, OutreachPurpose.FRANC, year, actor_id, party, on)
    return len(fresh)


def employers_outside(year: int) -> sa.Select[Organisation]:
    """Employers of the market sector that the year's campaign does not have yet."""
    listed = sa.exists().where(
        Outreach.organisation_id == Organisation.id,
        Outreach.purpose == OutreachPurpose.FRANC,
        Outreach.year == year,
    )
    return sa.select(Organisation).where(Organisation.sector == Sector.MARKET, ~listed)


def _list(
    session: Session,
    ids: Sequence[int],
    purpose: OutreachPurpose,
    year: int,
    actor_id: int | None,
    party: Party,
    on: date,
) -> None:
    """Two statements, whatever their number."""
    if not ids:
        return
    state = target("outreach", TRANSITIONS, A.LIST, None, party)
    told = {
        "organisation_id": 0,
        "purpose": purpose,
        "year": year,
        "state": state,
        "listed_on": on,
        "version": 1,
    }
    rows = [{**told, "organisation_id": each, "public_id": uuid.uuid4()} for each in ids]
    session.execute(sa.insert(Outreach), rows)
    for some in chunks(ids):
        made = session.scalars(
            sa.select(Outreach.id)
            .where(Outreach.organisation_id.in_(some), Outreach.purpose == purpose, Outreach.year == year)
            .order_by(Outreach.id)
        ).all()
        event = {
            "actor_id": actor_id, "action": str(A.LIST), "party": str(party), "to_state": state, "done_on": on,
        }  # fmt: skip
        session.execute(sa.insert(OutreachEvent), [{**event, "outreach_id": each} for each in made])


# --- grants without a year


def undated(session: Session) -> list[Undated]:
    """Grants whose year nobody said, by the file that brought them, the latest first. Two queries at most."""
    held = _held(session)
    if not held:
        return []
    batches = {
        batch.id: batch
        for batch in session.execute(
            sa.select(ImportBatch.id, ImportBatch.public_id, ImportBatch.file_name, ImportBatch.applied_on)
            .where(ImportBatch.id.in_({key for key in held if key is not None}))
        )
    }  # fmt: skip
    found = []
    for key in sorted(held, key=lambda key: -(key or 0)):
        batch = batches.get(key) if key is not None else None
        found.append(
            Undated(
                batch.public_id if batch else None,
                batch.file_name if batch else None,
                batch.applied_on if batch else None,
                len(held[key]),
            )
        )
    return found


def date_grants(session: Session, ref: uuid.UUID | None, year: int, *, actor_id: int, on: date) -> int:
    """Give its year to all that one file brought without, and list it. Flushes; returns how many were listed.

    Where a grant of that year was known, what the file said of its amount completes it. Raises InvalidInput.
    """
    _year(year)
    key = (
        session.scalar(sa.select(ImportBatch.id).where(ImportBatch.public_id == ref))
        if ref is not None
        else None
    )
    ids = _held(session).get(key, [])
    if not ids:
        refuse("outreach-nothing-undated")
    for some in chunks(ids):
        grants = session.scalars(
            sa.select(Subsidy).where(Subsidy.organisation_id.in_(some), Subsidy.year.is_(None))
        ).all()
        known = {
            grant.organisation_id: grant
            for grant in session.scalars(
                sa.select(Subsidy).where(Subsidy.organisation_id.in_(some), Subsidy.year == year)
            )
        }
        for grant in grants:
            same = known.get(grant.organisation_id)
            if same is None:
                grant.year = year
                known[grant.organisation_id] = grant
                continue
            if same.amount_cents is None:
                same.amount_cents = grant.amount_cents
            session.delete(grant)
    session.flush()
    made = list_grants(session, actor_id=actor_id, on=on, organisations=ids)
    opened(session, None, actor_id=actor_id, on=on)
    return made


def _held(session: Session) -> dict[int | None, list[int]]:
    """Import (the latest that names the association) -> associations with a grant without a year."""
    latest = (
        sa.select(sa.func.max(ImportRow.batch_id))
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(
            ImportRow.organisation_id == Subsidy.organisation_id, ImportBatch.kind == ImportKind.ASSOCIATIONS
        )
        .correlate(Subsidy)
        .scalar_subquery()
    )
    found: dict[int | None, list[int]] = defaultdict(list)
    query = sa.select(Subsidy.organisation_id, latest).where(Subsidy.year.is_(None))
    for organisation_id, batch_id in session.execute(query.order_by(Subsidy.organisation_id)):
        if organisation_id not in found[batch_id]:
            found[batch_id].append(organisation_id)
    return found


def _year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        refuse("outreach-year", last=LAST_YEAR)
