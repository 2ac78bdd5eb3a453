"""An offer as an advisor states it: completed, changed, or taken down on behalf of an employer.

Only what `OfferEntry` names may be set here; state, owner and version follow from the machine (offers.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, names, offer_messages, offers, outreach_offers
from .eligibility.contract import TermVerdict
from .errors import Duplicate
from .offer_terms import (
    EMPLOYER_GAPS,
    MENDED_BY,
    contract_day,
    mended_by,
    missing_for,
    open_terms,
    programme_on,
)
from .postal import Communes
from .store.organisations import Offer, Organisation
from .transitions import flush, refuse
from .vocabulary import OfferState as State, Source, Verdict

if TYPE_CHECKING:
    from .eligibility.programme import Programme, ProgrammeBook


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """What may be stated of an offer. `scheme` None: ordinary law; the others None: not said."""

    title: str
    contract_kind: str
    scheme: str | None = None
    months: int | None = None
    weekly_hours: float | None = None
    exception_noted: str | None = None
    tutor: str | None = None
    training: str | None = None
    starts_on: date | None = None
    apply_before: date | None = None
    postcode: str | None = None
    commune: str | None = None
    positions: int = 1
    level_min: int | None = None
    bac_plus_min: int | None = None
    needs_licence: bool | None = None
    skills: tuple[str, ...] = ()
    salary: str | None = None
    description: str | None = None
    rome: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    #: The employer agreed that the public planning names it beside this offer; None: was not asked.
    may_be_named: bool | None = None


FIELDS = tuple(field.name for field in fields(OfferEntry))
#: A change of one of these makes the matcher look at the candidates again.
CRITERIA = frozenset(
    {
        "title", "rome", "scheme", "contract_kind", "months", "weekly_hours", "starts_on", "postcode", "commune",
        "level_min", "bac_plus_min", "needs_licence", "skills",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an edit: the fields that changed, what is still missing, the state it led to."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    after: State

    @property
    def criteria_changed(self) -> bool:
        return bool(CRITERIA & set(self.changed))


def entry_of(offer: Offer) -> OfferEntry:
    """The offer as it stands."""
    values = {name: getattr(offer, name) for name in FIELDS}
    return OfferEntry(**{**values, "skills": tuple(offer.skills or ())})


def edit(
    session: Session,
    offer: Offer,
    organisation: Organisation,
    entry: OfferEntry,
    book: ProgrammeBook,
    *,
    employer_changed: Iterable[str] = (),
    version: int,
    on: date,
    at: datetime,
    actor_id: int,
) -> Edited:
    """Set what the entry says and judge the guards again: a waiting offer that lacks nothing any more opens.

    `employer_changed`: what was stated of its employer in the same act (`siret`, `sector`). What somebody ticked when
    sending the offer back goes on missing until one of its fields changes. Logged on the trail by names of fields.
    Raises StaleVersion; InvalidInput `offer-over` (filled or withdrawn), `fewer-than-filled`, and `guards-broken` for
    an open offer that would no longer meet its programme. Then nothing is to be kept. Flushes, never commits.
    """
    offers.expect(offer, version)
    if offer.state in (State.FILLED, State.WITHDRAWN):
        refuse("offer-over", state=str(offer.state))
    if entry.positions < offer.posts_filled:
        refuse("fewer-than-filled", filled=offer.posts_filled)
    before, ticked = offer.state, list(offer.missing or ())
    changed = set_terms(session, offer, entry)
    gaps = missing_for(offer, organisation, book, on)
    if before is State.OPEN and (new := [gap for gap in gaps if gap not in ticked]):
        refuse("guards-broken", missing=", ".join(new), gaps=new)
    mended = {*changed, *employer_changed}
    left = [gap for gap in ticked if gap not in gaps and _still_missing(gap, mended)]
    if left and before is not State.OPEN:
        offer.missing = [*gaps, *left]
    else:
        offers.admit(session, offer, organisation, book, on=on, actor_id=actor_id)
    if offer.state is State.OPEN and before is State.OPEN:
        offer.review_by = _closer(offer)
    flush(session, "offer")
    if offer.state is State.OPEN and before is not State.OPEN:
        outreach_offers.opened(session, [offer.id], actor_id=actor_id, on=on)
    if changed:
        note_edit(session, offer, changed, on, at, actor_id)
    if before in (State.TO_COMPLETE, State.SUBMITTED) and offer.state is State.OPEN:
        offer_messages.tell(session, offer, "accept", sender_id=actor_id, on=on, at=at)
    return Edited(changed, tuple(offer.missing), offer.state)


def attach(
    session: Session,
    offer: Offer,
    organisation: Organisation,
    *,
    version: int,
    on: date,
    at: datetime,
    actor_id: int,
) -> None:
    """The offer is this employer's: a file had named it without its number. To be judged again by `edit`.

    Raises StaleVersion; Duplicate when that employer has an offer of the same source and reference.
    """
    offers.expect(offer, version)
    same = sa.select(Offer.id).where(
        Offer.source == offer.source,
        Offer.organisation_id == organisation.id,
        Offer.reference == offer.reference,
        Offer.id != offer.id,
    )
    if offer.reference is not None and session.scalar(same.limit(1)) is not None:
        raise Duplicate("offer-exists", reference=offer.reference, name=organisation.name)
    offer.organisation_id = organisation.id
    flush(session, "offer")
    note_edit(session, offer, ("organisation_id",), on, at, actor_id)


def take(
    session: Session,
    organisation: Organisation,
    entry: OfferEntry,
    book: ProgrammeBook,
    *,
    public_id: uuid.UUID,
    agency_id: int | None,
    on: date,
    at: datetime,
    actor_id: int,
) -> Offer:
    """A new offer of that employer, taken down by an advisor: open at once, or waiting for what it lacks.

    `public_id` is drawn with the form, so that a form sent twice makes one offer: the second time it is given back.
    """
    known = session.scalar(sa.select(Offer).where(Offer.public_id == public_id))
    if known is not None:
        return known
    offer = Offer(
        public_id=public_id,
        source=Source.OTHER,
        organisation_id=organisation.id,
        agency_id=agency_id,
        missing=[],
        posts_filled=0,
    )
    set_terms(session, offer, entry)
    offer.created_at_source_on = on
    session.add(offer)
    offers.admit(session, offer, organisation, book, on=on, actor_id=actor_id)
    session.flush()
    outreach_offers.opened(session, [offer.id], actor_id=actor_id, on=on)
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="offer.take",
        subject_kind="offer",
        subject_id=str(offer.public_id),
        details={"version": offer.version},
    )
    return offer


def broken_terms(
    entry: OfferEntry, book: ProgrammeBook, on: date
) -> tuple[Programme | None, list[TermVerdict]]:
    """The programme that the entry's scheme means, and its rules that the contract breaks; none where an exception is
    noted or a term is not said."""
    offer = draft(entry)
    day = contract_day(offer, on)
    name = programme_on(offer, book, day)
    if name is None or entry.exception_noted:
        return None, []
    found = open_terms(book, name, entry.contract_kind, entry.months, entry.weekly_hours, day)
    return book[name], [term for term in found if term.holds is Verdict.NO]


def day_of(entry: OfferEntry, on: date) -> date:
    """The day its contract is judged on."""
    return contract_day(draft(entry), on)


def judged(organisation: Organisation, entry: OfferEntry, book: ProgrammeBook, on: date) -> list[str]:
    """What an offer of that employer with those terms would lack. Writes nothing."""
    return missing_for(draft(entry), organisation, book, on)


def draft(entry: OfferEntry) -> Offer:
    """An offer of those terms that is in no session."""
    values = {name: getattr(entry, name) for name in FIELDS}
    return Offer(**{**values, "skills": list(entry.skills), "missing": []})


def set_terms(session: Session, offer: Offer, entry: OfferEntry) -> tuple[str, ...]:
    """Write the entry's terms into the offer. Returns the fields that changed; judges and flushes nothing."""
    changed = []
    for name in FIELDS:
        value = getattr(entry, name)
        value = list(value) if name == "skills" else value
        if getattr(offer, name) != value:
            setattr(offer, name, value)
            changed.append(name)
    if "title" in changed:
        offer.title_key = names.key(entry.title)
    if {"postcode", "commune"} & set(changed):
        offer.insee_code = Communes.load(session).only(entry.postcode, entry.commune)
    return tuple(changed)


def note_edit(
    session: Session, offer: Offer, changed: Iterable[str], on: date, at: datetime, actor_id: int
) -> None:
    """Put an edit on the trail: names of fields, the version it made, the business day."""
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="offer.edit",
        subject_kind="offer",
        subject_id=str(offer.public_id),
        details={"fields": sorted(changed), "version": offer.version, "on": on.isoformat()},
    )


def _still_missing(gap: str, mended: set[str]) -> bool:
    """Whether what somebody ticked is still to be answered: no guard finds it and nothing that mends it changed."""
    if gap in EMPLOYER_GAPS or gap not in MENDED_BY or gap in ("positions", "programme-not-in-force"):
        return False
    return not mended & {*mended_by(gap), "scheme"}


def _closer(offer: Offer) -> date | None:
    """The day it is looked at again does not lie behind its closing date."""
    if offer.apply_before is None or offer.review_by is None:
        return offer.review_by
    return min(offer.review_by, offer.apply_before)
