"""What an agreement of an aided contract must be before it is recorded (programmes.md d), and what the law leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import rights
from .eligibility import aid_agreements as rules, criteria
from .eligibility.aid_agreements import Agreement, Bounds
from .eligibility.aid_rules import AgreementShare
from .errors import NotFound
from .placement_guards import UNDER_CONTRACT
from .store.follow_up import AidAgreement
from .store.placements import Placement
from .transitions import refuse

if TYPE_CHECKING:
    from .agreements import Terms
    from .eligibility.programme import ProgrammeBook

#: Nobody is older.
OLDEST = 150


def share_of(placement: Placement, book: ProgrammeBook) -> AgreementShare | None:
    """How agreements decide the aid of this contract; None where they do not."""
    law = book.get(placement.programme) if placement.programme is not None else None
    return rules.rules_of(law) if law is not None else None


def aided(book: ProgrammeBook) -> tuple[str, ...]:
    """The programmes whose aid agreements decide."""
    return tuple(name for name, each in book.items() if rules.rules_of(each) is not None)


def as_rule(row: AidAgreement) -> Agreement:
    return Agreement(row.number, row.starts_on, row.ends_on, row.weekly_hours, row.rate_bp)


def numbered(held: Sequence[AidAgreement], number: int) -> AidAgreement:
    """That agreement of the contract. Raises NotFound."""
    found = next((each for each in held if each.number == number), None)
    if found is None:
        raise NotFound("not-found")
    return found


def bounds_of(session: Session, placement: Placement, book: ProgrammeBook, day: date) -> Bounds:
    """What the law allows this contract on the day an agreement is decided."""
    assert placement.programme is not None  # share_of
    programme = book[placement.programme]
    share = rules.rules_of(programme)
    assert share is not None
    ((_, cohort),) = rights.load_cohort(session, [placement.person_id])
    since = max(day, programme.file.in_force.from_)
    old = criteria.aged(cohort, at_least=programme.figure(share.senior_from, since).value, below=OLDEST)
    longer = (old.certain | criteria.recognised(cohort).certain).at(day.toordinal())[0]
    return rules.bounds(programme, day, longest_open=bool(longer))


def may_be_renewed(
    session: Session, placement: Placement, held: Sequence[AidAgreement], book: ProgrammeBook
) -> bool:
    """Whether the shortest agreement could still follow the last one."""
    last = held[-1]
    bounds = bounds_of(session, placement, book, last.decided_on)
    starts_on = last.ends_on + rules.DAY
    next_one = Agreement(last.number + 1, starts_on, rules.last_day(starts_on, bounds.months_from), 1, 1)
    return rules.within([*map(as_rule, held), next_one], bounds.longest)


def check(
    session: Session,
    placement: Placement,
    terms: Terms,
    held: Sequence[AidAgreement],
    *,
    on: date,
    book: ProgrammeBook,
) -> None:
    """Raise InvalidInput when these terms do not make the next agreement of the contract."""
    if share_of(placement, book) is None:
        refuse("agreement-not-of-programme", programme=placement.programme or "")
    if placement.state not in UNDER_CONTRACT or placement.starts_on is None:
        refuse("agreement-no-contract")
    if not terms.reference.strip():
        refuse("agreement-number-needed")
    if not terms.rate_source.strip():
        refuse("agreement-source-needed")
    if terms.decided_on > on:
        refuse("agreement-decided-later", day=terms.decided_on)
    if terms.ends_on < terms.starts_on:
        refuse("ends-before-it-starts", start=terms.starts_on, end=terms.ends_on)
    bounds = bounds_of(session, placement, book, terms.decided_on)
    _in_order(terms, held)
    _within_contract(placement, terms, bounds)
    _within_law(terms, held, bounds)


def review_day(agreement: AidAgreement, held_on: date, on: date) -> None:
    """Raise InvalidInput when the bilan cannot have been held that day."""
    if held_on > on:
        refuse("agreement-review-later", day=held_on)
    if held_on < agreement.starts_on:
        refuse("agreement-review-early", day=agreement.starts_on)


def _in_order(terms: Terms, held: Sequence[AidAgreement]) -> None:
    """An agreement follows the one before it, whose bilan was held first."""
    if not held:
        return
    last = held[-1]
    if terms.starts_on <= last.ends_on:
        refuse("agreement-overlaps", day=last.ends_on)
    if terms.decided_on < last.decided_on:
        refuse("agreement-decided-early", day=last.decided_on)
    if last.review_on is None or last.review_on > terms.decided_on:
        refuse("agreement-review-needed", number=last.number)


def _within_contract(placement: Placement, terms: Terms, bounds: Bounds) -> None:
    assert placement.starts_on is not None  # asked above
    if terms.starts_on < placement.starts_on:
        refuse("agreement-before-contract", day=placement.starts_on)
    ends_on = placement.planned_end_on
    if ends_on is not None and terms.contract_ends_on is not None:
        if terms.contract_ends_on < ends_on:
            refuse("contract-shortened", day=ends_on)
        if terms.contract_ends_on > rules.last_day(placement.starts_on, bounds.longest):
            refuse("contract-too-long", months=bounds.longest)
        ends_on = terms.contract_ends_on
    if ends_on is not None and terms.ends_on > ends_on:
        refuse("agreement-after-contract", day=ends_on)
    if placement.weekly_hours is not None and terms.weekly_hours > placement.weekly_hours:
        refuse("agreement-hours-over-contract", hours=_said(placement.weekly_hours))


def _within_law(terms: Terms, held: Sequence[AidAgreement], bounds: Bounds) -> None:
    shortest = rules.last_day(terms.starts_on, bounds.months_from)
    longest = rules.last_day(terms.starts_on, bounds.months_to)
    if not shortest <= terms.ends_on <= longest:
        refuse(
            "agreement-length", low=bounds.months_from, high=bounds.months_to, first=shortest, last=longest
        )
    if not bounds.hours_from <= terms.weekly_hours <= bounds.hours_at_most:
        refuse("agreement-hours", low=_said(bounds.hours_from), high=_said(bounds.hours_at_most))
    if not 0 < terms.rate_bp <= bounds.rate_ceiling_bp:
        refuse("agreement-rate", ceiling=_said(bounds.rate_ceiling_bp / 100))
    made = Agreement(len(held) + 1, terms.starts_on, terms.ends_on, terms.weekly_hours, terms.rate_bp)
    if not rules.within([*map(as_rule, held), made], bounds.longest):
        refuse("agreement-too-long", months=bounds.longest)


def _said(figure: float) -> str:
    """« 35 », « 30,5 »."""
    return f"{figure:g}".replace(".", ",")
