"""Lots of a public contract with a clause: who holds them, hours due as agreed or by the rule, penalty, days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from . import clauses
from .clause_sums import due_of
from .errors import Duplicate, NotAllowed, StaleVersion
from .store.campaign import ClausePerson, Lot, Tender
from .transitions import flush, refuse
from .vocabulary import Party

#: What is copied as it is; the minutes due are worked out.
COLUMNS = (
    "number", "label", "holder_id", "holder", "subcontractors", "share_bp", "labour_minutes", "penalty_cents",
    "starts_on", "ends_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What the papers of a lot say. Hours due (minutes) as they were agreed, or by the rule: `share_bp`, in 1/100 of a
    percent, of `labour_minutes`. The holder is an organisation that we know, or a name."""

    number: int
    label: str
    minutes_due: int | None = None
    share_bp: int | None = None
    labour_minutes: int | None = None
    holder_id: int | None = None
    holder: str | None = None
    subcontractors: str | None = None
    penalty_cents: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def add(session: Session, tender: Tender, facts: LotFacts, *, party: Party) -> Lot:
    """A lot of a contract whose clause is in. Flushes.

    Raises NotAllowed, InvalidInput: the contract, hours due, days; Duplicate: the number is taken.
    """
    may(party)
    clauses.running(tender)
    made = Lot(tender_id=tender.id, number=facts.number, label="", minutes_due=_check(facts))
    _put(made, facts)
    _store(session, made, facts)
    return made


def edit(session: Session, lot: Lot, facts: LotFacts, *, party: Party, version: int) -> tuple[str, ...]:
    """Correct a lot; the names of what changed come back. Raises as `add`, StaleVersion."""
    may(party)
    clauses.open_for_hours(session, lot)
    seen(lot, version)
    due = _check(facts)
    first = session.scalar(
        sa.select(sa.func.min(ClausePerson.starts_on)).where(ClausePerson.lot_id == lot.id)
    )
    if first is not None and facts.starts_on is not None and facts.starts_on > first:
        refuse("lot-starts-after-somebody", day=first)
    changed = [name for name in COLUMNS if getattr(lot, name) != getattr(facts, name)]
    changed += ["minutes_due"] if lot.minutes_due != due else []
    lot.minutes_due = due
    _put(lot, facts)
    _store(session, lot, facts)
    return tuple(changed)


def drop(session: Session, lot: Lot, *, party: Party, version: int) -> None:
    """Take away a lot that was noted by mistake. Raises InvalidInput: somebody is on it."""
    may(party)
    clauses.open_for_hours(session, lot)
    seen(lot, version)
    if session.scalar(sa.select(sa.exists().where(ClausePerson.lot_id == lot.id))):
        refuse("lot-has-people")
    session.delete(lot)
    flush(session, "lot")


def may(party: Party) -> None:
    if party not in clauses.PARTIES:
        raise NotAllowed("not-your-step", machine="lot", action="edit", party=str(party))


def seen(lot: Lot, version: int) -> None:
    """The version of a lot is also that of its people and of their hours."""
    if lot.version != version:
        raise StaleVersion("stale-version", machine="lot")


def touch(session: Session, lot: Lot) -> None:
    """What belongs to the lot changed: who has an older page is told."""
    flag_modified(lot, "label")
    flush(session, "lot")


def _check(facts: LotFacts) -> int:
    """The minutes due."""
    if not 1 <= facts.number <= 999:
        refuse("lot-number")
    if not facts.label.strip():
        refuse("lot-label-needed")
    if facts.ends_on is not None:
        if facts.starts_on is None:
            refuse("lot-start-needed")
        if facts.ends_on < facts.starts_on:
            refuse("ends-before-it-starts", start=facts.starts_on, end=facts.ends_on)
    if facts.penalty_cents is not None and facts.penalty_cents < 0:
        refuse("lot-penalty")
    if (facts.share_bp is None) != (facts.labour_minutes is None):
        refuse("lot-rule-half")
    if facts.share_bp is not None and facts.labour_minutes is not None:
        if not 0 < facts.share_bp <= 10_000:
            refuse("lot-share")
        if facts.minutes_due is not None:
            refuse("lot-due-twice")
        due = due_of(facts.labour_minutes, facts.share_bp)
    else:
        due = facts.minutes_due or 0
    if due <= 0:
        refuse("lot-due-needed")
    return due


def _put(lot: Lot, facts: LotFacts) -> None:
    for name in COLUMNS:
        setattr(lot, name, getattr(facts, name))
    lot.label = facts.label.strip()


def _store(session: Session, lot: Lot, facts: LotFacts) -> None:
    taken = sa.select(Lot.id).where(Lot.tender_id == lot.tender_id, Lot.number == facts.number)
    with session.no_autoflush:
        other = session.scalar(taken)
    if other is not None and other != lot.id:
        raise Duplicate("lot-number-taken", number=facts.number)
    try:
        with session.begin_nested():
            session.add(lot)
            flush(session, "lot")
    except IntegrityError as clash:
        raise Duplicate("lot-number-taken", number=facts.number) from clash
