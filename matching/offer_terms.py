"""Guards of an offer: what a programme asks of the employer and the contract, met, not met or not known.

Read by the offer's own flow (workflow.md i, `submit` and `accept`) and by the matcher, which also asks which
programmes the terms of an ordinary offer would allow.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from stdnum.fr import siret as siret_numbers

from . import employer_rights
from .eligibility.contract import Contract, TermVerdict
from .store.organisations import Offer, Organisation
from .vocabulary import SCHEMES, Verdict

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: Gaps that only a fact about the employer can mend.
EMPLOYER_GAPS = frozenset(
    {
        "siret",
        "sector",
        "employer-not-market",
        "employer-not-agreed",
        "employer-to-check",
        "employer-excluded",
    }
)
#: What an employer may send an offer with: an advisor checks it, and opens the offer with a reason or sends it back.
TO_CHECK = frozenset({"employer-to-check"})
#: Gap -> what mends it: fields of the offer, `siret` and `sector` of its employer. Those that no guard finds may be
#: ticked by whoever sends an offer back.
MENDED_BY: dict[str, tuple[str, ...]] = {
    "positions": ("positions",),
    "siret": ("siret",),
    "sector": ("sector",),
    "employer-not-market": ("scheme", "sector"),
    "employer-not-agreed": ("scheme", "sector"),
    "employer-to-check": ("scheme", "sector"),
    "employer-excluded": ("scheme", "sector"),
    "programme-not-in-force": ("scheme", "starts_on"),
    "contract-kind": ("contract_kind", "months", "exception_noted"),
    "contract-hours": ("weekly_hours", "exception_noted"),
    "tutor": ("tutor",),
    "training": ("training",),
    "description": ("description",),
    "place": ("postcode", "commune"),
    "start": ("starts_on",),
    "salary": ("salary",),
    "requirements": ("level_min", "needs_licence", "skills"),
    "contact": ("contact_email", "contact_phone"),
}
#: What a rule that only an installation's own programme file names may be about.
CONTRACT_FIELDS = ("contract_kind", "months", "weekly_hours", "exception_noted")
#: What an advisor may tick when sending an offer back.
RETURNABLE = (
    "description",
    "place",
    "start",
    "contract-kind",
    "contract-hours",
    "salary",
    "requirements",
    "tutor",
    "training",
    "siret",
    "sector",
    "contact",
)


def contract_day(offer: Offer, on: date) -> date:
    """The day rights are asked for: the offer's start, or `on` when it has none or it is past."""
    return offer.starts_on if offer.starts_on is not None and offer.starts_on > on else on


def missing_for(offer: Offer, organisation: Organisation, book: ProgrammeBook, on: date) -> list[str]:
    """Codes of what keeps the offer from being open, in a fixed order; empty when every guard is met and known.

    Reads the two rows only: no query.
    """
    gaps = ["positions"] if (1 if offer.positions is None else offer.positions) < 1 else []
    if organisation.siret is not None and not valid_siret(organisation.siret):
        gaps.append("siret")
    if offer.scheme is None:
        return gaps
    if organisation.siret is None:
        gaps.append("siret")
    day = contract_day(offer, on)
    programme = programme_on(offer, book, day)
    gaps += employer_rights.gaps(offer.scheme, book[programme] if programme else None, organisation, day)
    if programme is None:
        return [*gaps, "programme-not-in-force"]
    if not offer.exception_noted:
        gaps += contract_gaps(book, programme, offer.contract_kind, offer.months, offer.weekly_hours, day)
    if offer.scheme == "emploi_avenir":
        gaps += [name for name in ("tutor", "training") if not getattr(offer, name)]
    return gaps


def programmes_of(offer: Offer) -> tuple[str, ...]:
    """Programmes that the offer's scheme may stand for; none for ordinary law."""
    return SCHEMES.get(offer.scheme or "", ())


def programme_on(offer: Offer, book: ProgrammeBook, day: date) -> str | None:
    """The programme of the offer's scheme that is in force that day; None for ordinary law, or when none is."""
    number = day.toordinal()
    for name in programmes_of(offer):
        if name in book:
            start, end = book[name].in_force()
            if start <= number < end:
                return name
    return None


def contract_gaps(
    book: ProgrammeBook, programme: str, kind: str, months: int | None, hours: float | None, on: date
) -> list[str]:
    """Ids of the programme's rules about the contract that its terms break or leave open that day.

    The employer's sector is judged apart: its legal form is the test, not what a contract says.
    """
    return [term.id for term in open_terms(book, programme, kind, months, hours, on)]


def open_terms(
    book: ProgrammeBook, programme: str, kind: str, months: int | None, hours: float | None, on: date
) -> list[TermVerdict]:
    """The same rules with what each says: broken (NO), or not known (UNKNOWN, and which term is missing)."""
    contract = Contract(on, kind, months, hours, None)
    return [
        term
        for term in book[programme].terms(contract, on)
        if term.holds is not Verdict.YES and term.missing != "contract.sector"
    ]


def mended_by(gap: str) -> tuple[str, ...]:
    """Fields whose answer closes that gap."""
    return MENDED_BY.get(gap, CONTRACT_FIELDS)


def valid_siret(siret: str) -> bool:
    """Luhn, and La Poste's own rule (imports.md §3)."""
    return siret_numbers.is_valid(siret) or (siret.startswith("356000000") and sum(map(int, siret)) % 5 == 0)
