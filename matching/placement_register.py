"""An aided contract that did not come from a proposal: its aid was decided and it was signed before it was noted here.

It enters the machine of placements signed, with its first agreement, and follows the same steps from there. The right
is judged on the day of the decision and frozen as for any other; what is unknown of that day does not undo it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import (
    agreement_guards,
    agreements,
    placement_effects as effects,
    placement_guards as guards,
    placements,
    rights,
)
from .agreements import Terms
from .errors import Duplicate
from .offer_terms import contract_gaps
from .placements import TRANSITIONS, Details, PlacementAction
from .store.organisations import Organisation
from .store.people import Person, StatedFact
from .store.placements import Placement, PlacementEvent
from .transitions import refuse, target
from .vocabulary import Party, Verdict

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract as it was signed; `months` of a CDD. `diagnosed`: the prescriber's statement is on the papers."""

    programme: str
    kind: str
    months: int | None
    weekly_hours: float
    signed_on: date
    starts_on: date
    tutor: str | None = None
    diagnosed: bool = False


def register(
    session: Session,
    person: Person,
    organisation: Organisation,
    contract: Contract,
    first: Terms,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    book: ProgrammeBook,
) -> Placement:
    """The placement, signed, and begun when its first day has come, with its first agreement and the rows of its aid.

    Raises InvalidInput: a programme without agreements, terms that are not legal for it, days out of order, a right
    that surely was not there, and what `agreements.add` refuses; Duplicate: the person has a contract; NotAllowed.
    Flushes, never commits.
    """
    leads_to = target("placement", TRANSITIONS, PlacementAction.REGISTER, None, party)
    _check(contract, first, on, book)
    made = Placement(
        person_id=person.id,
        organisation_id=organisation.id,
        programme=contract.programme,
        contract_kind=contract.kind,
        months=contract.months if contract.kind == "CDD" else None,
        weekly_hours=contract.weekly_hours,
        state=leads_to,
        proposed_on=contract.signed_on,
        promised_on=contract.signed_on,
        aid_requested_on=first.decided_on,
        aid_decision_on=first.decided_on,
        aid_number=first.reference.strip(),
        starts_on=contract.starts_on,
        tutor=contract.tutor,
        snapshot={},
    )
    fact = book[contract.programme].file.opened_by
    if contract.diagnosed and fact is not None:
        _state(session, person, fact, first.decided_on, actor_id)
    judged = rights.snapshot(
        session, person.id, book, contract.programme, made, organisation, first.decided_on
    )
    missing = judged["missing_facts"]
    if judged["verdict"] == Verdict.NO.eligibility or fact in missing:
        refuse(
            "right-not-proven",
            programme=contract.programme,
            day=first.decided_on,
            verdict=judged["verdict"],
            missing=", ".join(missing),
        )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as clash:  # the schema lets a person have one contract at a time
        raise Duplicate("person-engaged") from clash
    session.add(
        PlacementEvent(
            placement_id=made.id,
            actor_id=actor_id,
            action=str(PlacementAction.REGISTER),
            from_state=None,
            to_state=leads_to,
            reason=first.reference.strip(),
            party=str(party),
            told=False,
            done_on=contract.signed_on,
        )
    )
    details = Details(starts_on=contract.starts_on)
    act = guards.Act(session, made, actor_id, contract.signed_on, at, book, details, False, judged)
    effects.follow(act, str(PlacementAction.SIGN))
    session.flush()
    agreements.add(session, made, first, number=1, actor_id=actor_id, party=party, on=on, book=book)
    if contract.starts_on <= on:
        placements.change(
            session, made, PlacementAction.START, actor_id=actor_id, party=party, on=contract.starts_on, at=at,
            book=book,
        )  # fmt: skip
    return made


def _check(contract: Contract, first: Terms, on: date, book: ProgrammeBook) -> None:
    if contract.programme not in agreement_guards.aided(book):
        refuse("agreement-not-of-programme", programme=contract.programme)
    if contract.kind == "CDD" and contract.months is None:
        refuse("months-needed")
    if contract.signed_on > on:
        refuse("contract-signed-later", day=contract.signed_on)
    if contract.starts_on < contract.signed_on:
        refuse("contract-starts-before-signature", day=contract.signed_on)
    start, end = book[contract.programme].in_force()
    if not start <= first.decided_on.toordinal() < end:
        refuse("agreement-not-in-force", day=first.decided_on)
    months = contract.months if contract.kind == "CDD" else None
    day = first.decided_on
    if gaps := contract_gaps(book, contract.programme, contract.kind, months, contract.weekly_hours, day):
        refuse("contract-not-legal", programme=contract.programme, missing=", ".join(gaps))


def _state(session: Session, person: Person, fact: str, day: date, actor_id: int | None) -> None:
    """What the papers say of the prescriber's statement, unless it was made by then."""
    known = session.scalar(
        sa.select(StatedFact.id)
        .where(StatedFact.person_id == person.id, StatedFact.fact == fact)
        .order_by(StatedFact.stated_on)
        .limit(1)
    )
    if known is None:
        session.add(
            StatedFact(person_id=person.id, fact=fact, value=True, stated_on=day, stated_by_id=actor_id)
        )
        session.flush()
