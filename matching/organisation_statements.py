"""What an advisor states of an employer: its sector, its number, that it exists. Its offers are then judged again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, names, offers
from .employer_rights import SECTOR_OF
from .errors import Duplicate
from .offer_terms import valid_siret
from .store.organisations import Offer, Organisation
from .transitions import flush, refuse
from .vocabulary import EmployerKind, OfferState, Sector

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: How the sector of an organisation is known, for whoever states it.
GROUNDS = ("statutes", "register", "employer", "mistake")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a statement about an organisation did to its offers: those that opened, were held, still wait."""

    opened: tuple[Offer, ...] = ()
    held: tuple[Offer, ...] = ()


def state_sector(
    session: Session,
    organisation: Organisation,
    stated: Sector,
    book: ProgrammeBook,
    *,
    ground: str,
    actor_id: int,
    on: date,
    at: datetime,
) -> Stated:
    """Say which sector an organisation is of, and how that is known (one of GROUNDS); then its offers are judged again.

    Raises InvalidInput: no ground, or the sector that is known already. Flushes, never commits.
    """
    if ground not in GROUNDS:
        refuse("bad-reason", reason=ground, allowed=", ".join(GROUNDS))
    if organisation.sector is stated:
        refuse("sector-known", sector=str(stated))
    before = organisation.sector
    organisation.sector = stated
    flush(session, "organisation")
    _trail(
        session,
        organisation,
        "organisation.sector",
        _sector(before, stated, ground, on),
        actor_id,
        at,
    )
    return _judged_again(session, organisation, book, on=on, actor_id=actor_id)


def state_kind(
    session: Session,
    organisation: Organisation,
    stated: EmployerKind,
    book: ProgrammeBook,
    *,
    ground: str,
    actor_id: int,
    on: date,
    at: datetime,
) -> Stated:
    """Say what an organisation is in law, and how that is known; a sector that nobody had said follows from it.

    Its offers are then judged again. Raises InvalidInput: no ground, or the kind that is known already.
    """
    if ground not in GROUNDS:
        refuse("bad-reason", reason=ground, allowed=", ".join(GROUNDS))
    if organisation.legal_kind is stated:
        refuse("kind-known", kind=str(stated))
    _kind(session, organisation, stated, ground, actor_id, on, at)
    return _judged_again(session, organisation, book, on=on, actor_id=actor_id)


def own_facts(
    session: Session,
    organisation: Organisation,
    kind: EmployerKind | None,
    siret: str | None,
    *,
    actor_id: int,
    on: date,
    at: datetime,
) -> None:
    """What an organisation says of itself where nobody had said it; what is known already stays.

    None of its offers opens by that: an advisor reads first. Raises as `state_siret`.
    """
    if kind is not None and organisation.legal_kind is None:
        _kind(session, organisation, kind, "employer", actor_id, on, at)
    if siret is not None and organisation.siret is None:
        _free(session, siret)
        organisation.siret = siret
        flush(session, "organisation")
        _trail(session, organisation, "organisation.edit", {"fields": ["siret"]}, actor_id, at)


def _kind(
    session: Session,
    organisation: Organisation,
    stated: EmployerKind,
    ground: str,
    actor_id: int,
    on: date,
    at: datetime,
) -> None:
    before, sector = organisation.legal_kind, organisation.sector
    organisation.legal_kind = stated
    if sector is None:
        organisation.sector = SECTOR_OF[stated]
    flush(session, "organisation")
    details = {"before": before and str(before), "after": str(stated), "ground": ground, "on": on.isoformat()}
    _trail(session, organisation, "organisation.kind", details, actor_id, at)
    if sector is None:
        known = _sector(None, SECTOR_OF[stated], ground, on)
        _trail(session, organisation, "organisation.sector", known, actor_id, at)


def state_siret(
    session: Session,
    organisation: Organisation,
    siret: str,
    book: ProgrammeBook,
    *,
    actor_id: int,
    on: date,
    at: datetime,
) -> Stated:
    """Give an organisation its number; then its offers are judged again.

    Raises InvalidInput (no valid number), Duplicate (`siret-taken`, with the name of the one that has it).
    """
    _free(session, siret)
    organisation.siret = siret
    flush(session, "organisation")
    _trail(session, organisation, "organisation.edit", {"fields": ["siret"]}, actor_id, at)
    return _judged_again(session, organisation, book, on=on, actor_id=actor_id)


def create(
    session: Session,
    name: str,
    *,
    siret: str | None,
    sector: Sector | None,
    actor_id: int,
    on: date,
    at: datetime,
) -> Organisation:
    """An employer that an advisor names. Raises as `state_siret`."""
    if siret is not None:
        _free(session, siret)
    made = Organisation(name=name, name_key=names.key(name), siret=siret, sector=sector)
    session.add(made)
    session.flush()
    fields = ["name", *(["siret"] if siret else [])]
    _trail(session, made, "organisation.create", {"fields": fields}, actor_id, at)
    if sector is not None:
        known = _sector(None, sector, "employer", on)
        _trail(session, made, "organisation.sector", known, actor_id, at)
    return made


def _sector(before: Sector | None, after: Sector, ground: str, on: date) -> dict[str, Any]:
    return {"before": before and str(before), "after": str(after), "ground": ground, "on": on.isoformat()}


def _free(session: Session, siret: str) -> None:
    """Raises when the number is none, or another organisation's."""
    if not valid_siret(siret):
        refuse("bad-siret", siret=siret)
    taken = session.scalar(sa.select(Organisation.name).where(Organisation.siret == siret))
    if taken is not None:
        raise Duplicate("siret-taken", name=taken)


def _judged_again(
    session: Session, organisation: Organisation, book: ProgrammeBook, *, on: date, actor_id: int
) -> Stated:
    moved = offers.readmit(session, {organisation.id: organisation}, book, on=on, actor_id=actor_id)
    return Stated(
        tuple(offer for offer, _ in moved if offer.state is OfferState.OPEN),
        tuple(offer for offer, _ in moved if offer.state is OfferState.ON_HOLD),
    )


def _trail(
    session: Session,
    organisation: Organisation,
    action: str,
    details: dict[str, Any],
    actor_id: int,
    at: datetime,
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind="organisation",
        subject_id=str(organisation.public_id),
        details=details,
    )
