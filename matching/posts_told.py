"""What an employer is told before any offer: what the State would pay of a usual post, and how many could take it.

The post is a usual one: the longest contract that the programme aids, full time, from that day. Counts are told as
everywhere an employer reads them (offer_estimate): to the nearest five, below ten only that; never a name or a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import employer_rights, employs, offer_aid, offer_estimate
from .call_needs import SCHEME
from .employer_rights import SchemeRight
from .offer_aid import Lump, Monthly
from .offer_estimate import Pool
from .postal import Communes
from .store.organisations import Offer, Organisation
from .vocabulary import OutreachPurpose

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook
    from .employs import Employs

#: Purpose -> (kind of contract, months) of a usual post under its dispositif, full time.
USUAL = {OutreachPurpose.AVENIR: ("CDD", 36), OutreachPurpose.FRANC: ("CDI", None)}
FULL_TIME = 35.0


@dataclass(frozen=True, slots=True)
class Told:
    """`rome` None: nothing plausible is known of the employer; `about` None: fewer than `offer_estimate.LEAST` people.

    `right` None: no programme of the dispositif is in force; `aid` None: no amount can be said honestly.
    """

    rome: str | None
    label: str | None
    contract_kind: str
    months: int | None
    weekly_hours: float
    right: SchemeRight | None
    aid: Monthly | Lump | None
    about: int | None


def told(
    session: Session,
    pool: Pool,
    organisation: Organisation,
    purpose: OutreachPurpose,
    book: ProgrammeBook,
    on: date,
    *,
    rome: str | None = None,
    learnt: Employs | None = None,
) -> Told:
    """Of a post of that occupation, else of the one among those it plausibly employs that most people could take.

    `learnt`: for many employers in a row, learnt once.
    """
    scheme = SCHEME[purpose]
    rights = employer_rights.told(organisation, book, on)
    right = next((each for each in rights if each.scheme == scheme), None)
    insee_code = Communes.load(session).only(organisation.postcode, organisation.commune)
    labels, index = pool.inputs.referential.labels, pool.inputs.referential.index
    if rome is None:
        learnt = learnt or employs.learn(session, pool.coder)
        likely = [each for each, _ in learnt.plausible(organisation) if each in index]
        rome = max(
            likely,
            key=lambda each: offer_estimate.candidates(pool, _usual(purpose, each, insee_code, organisation)),
            default=None,
        )
    offer = _usual(purpose, rome, insee_code, organisation)
    return Told(
        rome=rome,
        label=labels[index[rome]] if rome in index else None,
        contract_kind=offer.contract_kind,
        months=offer.months,
        weekly_hours=FULL_TIME,
        right=right,
        aid=offer_aid.estimate(offer, organisation, book, on),
        about=offer_estimate.rounded(offer_estimate.candidates(pool, offer)) if rome is not None else None,
    )


def aid(
    organisation: Organisation, purpose: OutreachPurpose, book: ProgrammeBook, on: date
) -> Monthly | Lump | None:
    """What the State would pay of a usual post there, whatever its occupation. Reads no database."""
    return offer_aid.estimate(_usual(purpose, None, None, organisation), organisation, book, on)


def _usual(
    purpose: OutreachPurpose, rome: str | None, insee_code: str | None, organisation: Organisation
) -> Offer:
    kind, months = USUAL[purpose]
    return Offer(
        organisation_id=organisation.id,
        scheme=SCHEME[purpose],
        title="",
        rome=rome,
        contract_kind=kind,
        months=months,
        weekly_hours=FULL_TIME,
        insee_code=insee_code,
        positions=1,
        posts_filled=0,
    )
