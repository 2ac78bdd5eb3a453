"""Whether an employer may hire under a programme, in words: by what it is in law, else by its sector.

The answer is the programme file's (`employers`); an employer whose kind nobody has said is judged by its sector alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from .eligibility.employer import Entitlement
from .store.organisations import Organisation
from .vocabulary import MARKET_SCHEMES, SCHEMES, EmployerKind, Sector, Verdict

if TYPE_CHECKING:
    from .eligibility.programme import Programme, ProgrammeBook

#: What an employer is in law -> its sector, where one follows from the other.
SECTOR_OF: dict[EmployerKind, Sector] = {
    EmployerKind.ASSOCIATION: Sector.NON_PROFIT,
    EmployerKind.LOCAL_AUTHORITY: Sector.PUBLIC,
    EmployerKind.PUBLIC_BODY: Sector.PUBLIC,
    EmployerKind.STATE: Sector.PUBLIC,
    EmployerKind.GEIQ: Sector.NON_PROFIT,
    EmployerKind.INSERTION: Sector.NON_PROFIT,
    EmployerKind.COMPANY: Sector.MARKET,
    EmployerKind.PUBLIC_INDUSTRIAL: Sector.PUBLIC,
    EmployerKind.MIXED_COMPANY: Sector.MARKET,
    EmployerKind.PRIVATE_PERSON: Sector.MARKET,
}
#: The kind that a sector alone lets one think of, for the words of an answer.
SURE = {Sector.NON_PROFIT: EmployerKind.ASSOCIATION, Sector.MARKET: EmployerKind.COMPANY}
#: What each answer leaves to be mended in an offer.
CODES: dict[Verdict, list[str]] = {
    Verdict.YES: [],
    Verdict.UNKNOWN: ["employer-to-check"],
    Verdict.NO: ["employer-excluded"],
}
#: Said where the sector does not settle it.
TO_SAY = "Cela dépend de ce que vous êtes en droit : dites-le, ou demandez à votre conseiller."


@dataclass(frozen=True, slots=True)
class SchemeRight:
    """What an employer is told of one scheme before it fills in a form."""

    scheme: str
    programme: str
    label: str
    verdict: Verdict
    because: str
    source: str


def entitled(programme: Programme, organisation: Organisation, day: date) -> Entitlement | None:
    """The programme's answer to this employer that day; None when its kind is not known, or the file says nothing."""
    rules = programme.file.employers
    if rules is None or organisation.legal_kind is None:
        return None
    return rules.of(organisation.legal_kind, day)


def fits(programme: Programme, organisation: Organisation, day: date) -> bool:
    """Whether it surely may; by its kind where that is known, else by its sector. Nobody knows either: no."""
    return programme.file.scheme is None or not gaps(programme.file.scheme, programme, organisation, day)


def gaps(scheme: str, programme: Programme | None, organisation: Organisation, day: date) -> list[str]:
    """Codes of what keeps this employer from hiring under the scheme; none when it surely may.

    `programme`: the scheme's one that day; None when none is in force, then the sector alone is looked at.
    """
    found = entitled(programme, organisation, day) if programme is not None else None
    if found is not None:
        return CODES[found.verdict]
    if organisation.sector is None:
        return ["sector"]
    market = organisation.sector is Sector.MARKET
    if scheme in MARKET_SCHEMES and not market:
        return ["employer-not-market"]
    if scheme not in MARKET_SCHEMES and market:
        return ["employer-not-agreed" if scheme == "emploi_avenir" else "employer-excluded"]
    return []


def told(organisation: Organisation, book: ProgrammeBook, day: date) -> list[SchemeRight]:
    """For each scheme that has a programme in force that day: yes, no, or to be checked, and by which text."""
    made = []
    for scheme, names in SCHEMES.items():
        for name in names:
            if name not in book or book[name].file.employers is None or not _in_force(book[name], day):
                continue
            found = _answer(scheme, book[name], organisation, day)
            made.append(
                SchemeRight(scheme, name, book[name].file.label, found.verdict, found.because, found.source)
            )
    return made


def _answer(scheme: str, programme: Programme, organisation: Organisation, day: date) -> Entitlement:
    """As the guards of an offer would judge; a sector alone never says more than they do."""
    found = entitled(programme, organisation, day)
    if found is not None:
        return found
    rules = programme.file.employers
    likely = SURE.get(organisation.sector) if organisation.sector is not None else None
    if rules is not None and likely is not None and not gaps(scheme, programme, organisation, day):
        return rules.of(likely, day)
    return Entitlement(Verdict.UNKNOWN, TO_SAY, programme.file.in_force.reference)


def _in_force(programme: Programme, day: date) -> bool:
    start, end = programme.in_force()
    return start <= day.toordinal() < end
