"""Public contracts that may carry a social clause (measure 13): known, the clause proposed, inserted or refused, over.

Upstream there is a day until which the buyer can still put the clause in; downstream there are lots and their hours
(clause_lots, clause_people, clause_hours). Source: programmes.md (d). Flows flush, never commit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from .errors import NotAllowed, StaleVersion
from .store.campaign import Lot, Tender, TenderEvent
from .store.scope import Actor
from .transitions import Step, flush, refuse, step, target
from .vocabulary import Party, TenderState as State

#: Why a buyer does not put the clause in.
REFUSALS = ("object", "too_small", "no_time", "buyer_opposed", "reserved", "other")
OTHER = "other"
#: Days before the publication from which a tender without its proposal is shown on top.
NEAR = 14


class TenderAction(StrEnum):
    KNOW = "know"
    PROPOSE = "propose"
    INSERT = "insert"
    REFUSE = "refuse"
    REOPEN = "reopen"
    FINISH = "finish"
    RESUME = "resume"


A = TenderAction

TRANSITIONS: dict[TenderAction, Step[State]] = {
    A.KNOW: step({None}, State.KNOWN, Party.ADVISOR),
    A.PROPOSE: step({State.KNOWN}, State.PROPOSED, Party.ADVISOR),
    A.INSERT: step({State.KNOWN, State.PROPOSED}, State.INSERTED, Party.ADVISOR),
    A.REFUSE: step({State.KNOWN, State.PROPOSED}, State.REFUSED, Party.ADVISOR),
    A.REOPEN: step({State.REFUSED}, State.KNOWN, Party.ADVISOR),
    A.FINISH: step({State.INSERTED}, State.OVER, Party.ADVISOR),
    A.RESUME: step({State.OVER}, State.INSERTED, Party.ADVISOR),
}
#: Before the buyer has decided; the clause is in.
UPSTREAM, DOWNSTREAM = (State.KNOWN, State.PROPOSED), (State.INSERTED, State.OVER)
#: Who follows clauses: edits what the steps leave alone.
PARTIES = TRANSITIONS[A.KNOW].parties


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a public contract. `publishes_on`: until when the clause can still be put in."""

    buyer: str
    object: str
    known_on: date
    reference: str | None = None
    cpv: str | None = None
    publishes_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def know(session: Session, actor: Actor, facts: Facts, *, on: date) -> Tender:
    """A public contract that the agency follows from now on. Flushes.

    Raises NotAllowed, InvalidInput: no buyer, no object, days to come or out of order.
    """
    leads_to = target("tender", TRANSITIONS, A.KNOW, None, actor.party)
    if actor.agency_id is None:
        raise NotAllowed("not-your-step", machine="tender", action=str(A.KNOW), party=str(actor.party))
    _check(facts, on)
    made = Tender(agency_id=actor.agency_id, state=leads_to, buyer="", object="", known_on=facts.known_on)
    _put(made, facts)
    session.add(made)
    session.flush()
    _log(session, made, A.KNOW, None, actor.id, actor.party, facts.known_on, None)
    session.flush()
    return made


def edit(
    session: Session, tender: Tender, facts: Facts, *, party: Party, version: int, on: date
) -> tuple[str, ...]:
    """Correct what is known; the names of what changed come back.

    Raises StaleVersion, NotAllowed, InvalidInput as `know`, and when a step is dated before the contract was known of.
    """
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="tender", action="edit", party=str(party))
    if tender.version != version:
        raise StaleVersion("stale-version", machine="tender")
    _check(facts, on)
    for day in (tender.proposed_on, tender.inserted_on):
        if day is not None and facts.known_on > day:
            refuse("tender-known-after-step", day=day)
    changed = tuple(
        each.name for each in fields(Facts) if getattr(tender, each.name) != _kept(facts, each.name)
    )
    _put(tender, facts)
    flush(session, "tender")
    return changed


def change(
    session: Session,
    tender: Tender,
    action: TenderAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    version: int | None = None,
    reason_code: str | None = None,
    note: str = "",
) -> TenderEvent:
    """Take a step on the day it happened; its line of the log comes back. Flushes, never commits.

    Raises StaleVersion, IllegalTransition, NotAllowed, InvalidInput (a guard): then nothing was written.
    """
    if version is not None and tender.version != version:
        raise StaleVersion("stale-version", machine="tender")
    came_from = tender.state
    leads_to = target("tender", TRANSITIONS, action, came_from, party)
    _guard(tender, action, on)
    reason = _reason(action, reason_code, note)
    tender.state = leads_to
    if action is A.PROPOSE:
        tender.proposed_on = on
    elif action is A.INSERT:
        tender.inserted_on = on
    elif action is A.REFUSE:
        tender.refusal = reason_code
    elif action is A.REOPEN:
        tender.refusal = tender.proposed_on = None
    made = _log(session, tender, action, came_from, actor_id, party, on, reason)
    flush(session, "tender")
    return made


def open_for_hours(session: Session, lot: Lot) -> Tender:
    """The contract of that lot, while its clause runs. Raises InvalidInput: no clause in it, or it is over."""
    tender = session.get_one(Tender, lot.tender_id)
    running(tender)
    return tender


def running(tender: Tender) -> None:
    """Raises InvalidInput when no lot, nobody and no hour may be written on that contract."""
    if tender.state is State.OVER:
        refuse("tender-over")
    if tender.state is not State.INSERTED:
        refuse("tender-without-clause")


def reason_of(event: TenderEvent) -> tuple[str, str]:
    """(code, note) of the line of a refusal."""
    code, _, note = (event.reason or "").partition(" ")
    return code, note


def _guard(tender: Tender, action: TenderAction, on: date) -> None:
    before = max(filter(None, (tender.known_on, tender.proposed_on, tender.inserted_on)))
    if on < before and action is not A.KNOW:
        refuse("before-last-step", day=before)
    if action is A.PROPOSE and tender.publishes_on is not None and on > tender.publishes_on:
        refuse("tender-published", day=tender.publishes_on)


def _reason(action: TenderAction, code: str | None, note: str) -> str | None:
    """What the log keeps: of a refusal its code, then the note."""
    note = note.strip()[:360]
    if action is not A.REFUSE:
        return note or None
    if code not in REFUSALS:
        refuse("tender-refusal-needed")
    if code == OTHER and not note:
        refuse("note-needed")
    return f"{code} {note}".strip()


def _check(facts: Facts, on: date) -> None:
    if not facts.buyer.strip():
        refuse("tender-buyer-needed")
    if not facts.object.strip():
        refuse("tender-object-needed")
    if facts.known_on > on:
        refuse("tender-known-later", day=facts.known_on)
    if facts.ends_on is not None:
        if facts.starts_on is None:
            refuse("tender-start-needed")
        if facts.ends_on < facts.starts_on:
            refuse("ends-before-it-starts", start=facts.starts_on, end=facts.ends_on)


def _kept(facts: Facts, name: str) -> object:
    value = getattr(facts, name)
    return (value.strip() or None) if isinstance(value, str) else value


def _put(tender: Tender, facts: Facts) -> None:
    for each in fields(Facts):
        setattr(tender, each.name, _kept(facts, each.name))


def _log(
    session: Session,
    tender: Tender,
    action: TenderAction,
    came_from: State | None,
    actor_id: int | None,
    party: Party,
    on: date,
    reason: str | None,
) -> TenderEvent:
    made = TenderEvent(
        tender_id=tender.id,
        actor_id=actor_id,
        action=str(action),
        party=str(party),
        from_state=came_from,
        to_state=tender.state,
        reason=reason,
        done_on=on,
    )
    session.add(made)
    return made
