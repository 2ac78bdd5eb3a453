"""What the State may pay an employer for an offer, from its programme file: an estimate before any contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from .eligibility import aid
from .employer_rights import fits
from .offer_terms import contract_day, contract_gaps, programme_on
from .store.organisations import Offer, Organisation
from .vocabulary import Sector

if TYPE_CHECKING:
    from .eligibility.programme import Programme, ProgrammeBook

SECTORS = {Sector.NON_PROFIT: "non-marchand", Sector.PUBLIC: "non-marchand", Sector.MARKET: "marchand"}


@dataclass(frozen=True, slots=True)
class Monthly:
    """A share of the minimum wage each whole month; cents. `rate` is a share (0.75), `months` how long it is paid."""

    programme: str
    day: date
    aid_cents: int
    wage_cents: int
    rate: float
    months: int
    reference: str

    @property
    def total_cents(self) -> int:
        """Over all the months that it is paid."""
        return self.aid_cents * self.months

    @property
    def left_cents(self) -> int:
        """What is left of the gross minimum wage, contributions not counted."""
        return self.wage_cents - self.aid_cents


@dataclass(frozen=True, slots=True)
class Lump:
    """Sums at named moments of the contract; cents and the paper that each asks for."""

    programme: str
    payments: tuple[tuple[int, str, str], ...]
    reference: str

    @property
    def total_cents(self) -> int:
        return sum(amount for amount, _, _ in self.payments)


def estimate(
    offer: Offer, organisation: Organisation, book: ProgrammeBook, on: date
) -> Monthly | Lump | None:
    """None when nothing can be said honestly: ordinary law, a term or a sector that is not known or does not fit, no
    programme in force, or an aid whose amount depends on the person."""
    day = contract_day(offer, on)
    name = programme_on(offer, book, day)
    if name is None or not fits(book[name], organisation, day) or offer.weekly_hours is None:
        return None
    programme = book[name]
    rules = programme.file.aid
    terms = contract_gaps(book, name, offer.contract_kind, offer.months, offer.weekly_hours, day)
    if rules is None or (terms and not offer.exception_noted) or organisation.sector is None:
        return None
    if rules.monthly is not None:
        return _monthly(programme, offer, SECTORS[organisation.sector], day)
    paid = [event for event in rules.events if event.amount is not None]
    if rules.periods is not None or not paid:
        return None
    payments = tuple(
        (aid.cents(aid.exact(programme.figure(str(event.amount), day).value)), event.kind, event.paper)
        for event in paid
    )
    return Lump(name, payments, rules.reference)


def _monthly(programme: Programme, offer: Offer, sector: str, day: date) -> Monthly | None:
    rules = programme.file.aid
    assert rules is not None and rules.monthly is not None and offer.weekly_hours is not None
    item = rules.monthly
    if sector not in item.rate_by_sector:
        return None
    rate = programme.figure(item.rate_by_sector[sector], day).value
    wage = programme.figure(item.wage, day).value
    hours = min(offer.weekly_hours, programme.figure(item.hours_at_most, day).value)
    longest = programme.figure(item.months_at_most, day).value
    months = min(offer.months, longest) if offer.contract_kind == "CDD" and offer.months else longest
    return Monthly(
        programme.id,
        day,
        aid.monthly_share(rate, wage, hours),
        aid.monthly_share(1, wage, offer.weekly_hours),
        float(rate),
        int(months),
        item.reference,
    )
