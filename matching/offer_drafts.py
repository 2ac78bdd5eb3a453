"""Offers that an organisation is typing: kept field by field, sent once, forgotten when nobody came back.

A draft of a new offer bears the number that its offer will have; that of an offer being changed, the offer's own. So a
form sent twice makes one offer, and two colleagues who change the same offer type in the same draft.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import audit, offer_entry, offers, organisation_statements as statements
from .daily import Day
from .errors import NotFound
from .offer_entry import OfferEntry
from .offer_terms import TO_CHECK, missing_for
from .store import scope
from .store.accounts import Invitation, User
from .store.messages import OfferDraft
from .store.organisations import Offer, OfferEvent, Organisation
from .store.people import Agency
from .transitions import flush, refuse
from .vocabulary import EmployerKind, OfferState as State, Party, Role, Source

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: Drafts that one organisation may leave lying.
MOST = 20
#: Characters kept of one field: what the longest one takes, and no more.
LONGEST = 4_000
#: Nobody came back to it for so long: it is forgotten.
KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What an organisation says of itself in the form of an offer, where nobody had said it."""

    kind: EmployerKind | None = None
    siret: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what an organisation sends: an advisor and their agency, as far as they are known."""

    user_id: int | None = None
    name: str | None = None
    agency_id: int | None = None
    agency: str | None = None


def find(session: Session, actor: scope.Actor, ref: uuid.UUID) -> OfferDraft | None:
    """The organisation's draft of that number."""
    return session.scalar(scope.drafts(actor).where(OfferDraft.public_id == ref))


def listed(session: Session, actor: scope.Actor) -> Sequence[OfferDraft]:
    """Drafts of offers that do not exist yet, the one last typed in first. One query."""
    known = sa.exists().where(Offer.public_id == OfferDraft.public_id)
    return session.scalars(
        scope.drafts(actor).where(~known).order_by(OfferDraft.saved_at.desc(), OfferDraft.id.desc())
    ).all()


def keep(
    session: Session, actor: scope.Actor, ref: uuid.UUID, fields: Mapping[str, str], *, at: datetime
) -> OfferDraft:
    """What the fields hold now. Raises NotFound for a number that is another organisation's, InvalidInput
    (`too-many-drafts`). Flushes, never commits."""
    if actor.organisation_id is None:
        raise NotFound("not-found")
    typed = {name: text[:LONGEST] for name, text in fields.items()}
    draft = find(session, actor, ref)
    if draft is None:
        _free(session, actor, ref)
        draft = OfferDraft(public_id=ref, user_id=actor.id, organisation_id=actor.organisation_id)
        draft.fields, draft.saved_at = typed, at
        try:
            with session.begin_nested():
                session.add(draft)
        except IntegrityError:  # the same form was faster, or somebody else's has that number
            session.expire_all()
            found = find(session, actor, ref)
            if found is None:
                raise NotFound("not-found") from None
            draft = found
    draft.user_id, draft.fields, draft.saved_at = actor.id, typed, at
    flush(session, "draft")
    return draft


def drop(session: Session, actor: scope.Actor, ref: uuid.UUID) -> None:
    """Throw the draft away; one that is gone already is no fault."""
    draft = find(session, actor, ref)
    if draft is not None:
        session.delete(draft)
        session.flush()


def send(
    session: Session,
    actor: scope.Actor,
    ref: uuid.UUID,
    entry: OfferEntry,
    book: ProgrammeBook,
    *,
    said: OwnFacts,
    version: int,
    on: date,
    at: datetime,
) -> Offer:
    """Send the draft: a new offer is submitted, one that was returned is again, another is changed where it stands.

    Sent twice, the offer of the first time is given back. `version`: of the offer that the form showed, 0 for none.
    Raises NotFound, StaleVersion, Duplicate (`siret-taken`), InvalidInput (`guards-not-met`, or as `offer_entry.edit`).
    """
    draft = session.scalar(scope.drafts(actor).where(OfferDraft.public_id == ref).with_for_update())
    known = session.scalar(scope.offers(actor).where(Offer.public_id == ref))
    if draft is None:
        if known is None:
            raise NotFound("not-found")
        return known
    organisation = scope.one(session, scope.organisations(actor), Organisation.id == actor.organisation_id)
    statements.own_facts(session, organisation, said.kind, said.siret, actor_id=actor.id, on=on, at=at)
    if known is None:
        offer = _submit(session, actor, organisation, ref, entry, book, on=on, at=at)
    else:
        offer = known
        _change(session, actor, organisation, offer, entry, book, version=version, on=on, at=at)
    session.delete(draft)
    session.flush()
    return offer


def reader(session: Session, organisation: Organisation) -> Reader:
    """The advisor who invited the organisation last, else who dealt with an offer of its last; nobody: not known."""
    found = session.execute(
        sa.select(User.id, User.name, Agency.id, Agency.name)
        .join(Invitation, Invitation.invited_by_id == User.id)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(
            Invitation.organisation_id == organisation.id,
            Invitation.user_id.is_(None),
            User.role == Role.ADVISOR,
            User.active,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    ).first()
    if found is None:
        dealt = (
            sa.select(User.id, User.name, Agency.id, Agency.name)
            .join(OfferEvent, OfferEvent.actor_id == User.id)
            .join(Offer, Offer.id == OfferEvent.offer_id)
            .outerjoin(Agency, Agency.id == User.agency_id)
            .where(Offer.organisation_id == organisation.id, User.role == Role.ADVISOR, User.active)
        )
        found = session.execute(dealt.order_by(OfferEvent.id.desc()).limit(1)).first()
    return Reader(*found) if found else Reader()


def forget(session: Session, day: Day) -> int:
    """A rule of the clock: drafts that nobody came back to are thrown away."""
    gone = session.execute(
        sa.delete(OfferDraft)
        .where(OfferDraft.saved_at < day.at - KEPT)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _free(session: Session, actor: scope.Actor, ref: uuid.UUID) -> None:
    """Raises when the number is an offer that is not theirs, or when too much lies about already."""
    owner = session.scalar(sa.select(Offer.organisation_id).where(Offer.public_id == ref))
    if owner is not None and owner != actor.organisation_id:
        raise NotFound("not-found")
    lying = session.scalar(sa.select(sa.func.count()).select_from(scope.drafts(actor).subquery())) or 0
    if lying >= MOST:
        refuse("too-many-drafts", most=MOST)


def _submit(
    session: Session,
    actor: scope.Actor,
    organisation: Organisation,
    ref: uuid.UUID,
    entry: OfferEntry,
    book: ProgrammeBook,
    *,
    on: date,
    at: datetime,
) -> Offer:
    offer = Offer(
        public_id=ref,
        source=Source.OTHER,
        organisation_id=organisation.id,
        agency_id=reader(session, organisation).agency_id,
        reference=f"E-{ref.hex[:8].upper()}",
        missing=[],
        posts_filled=0,
        created_at_source_on=on,
    )
    offer_entry.set_terms(session, offer, entry)
    session.add(offer)
    _send(session, offer, organisation, actor, book, on=on, at=at)
    return offer


def _change(
    session: Session,
    actor: scope.Actor,
    organisation: Organisation,
    offer: Offer,
    entry: OfferEntry,
    book: ProgrammeBook,
    *,
    version: int,
    on: date,
    at: datetime,
) -> None:
    """An open offer stays open as long as it meets its programme; one that nobody has accepted waits to be read."""
    if offer.state not in (State.DRAFT, State.TO_COMPLETE, State.SUBMITTED):
        offer_entry.edit(
            session, offer, organisation, entry, book, version=version, on=on, at=at, actor_id=actor.id
        )
        return
    offers.expect(offer, version)
    changed = offer_entry.set_terms(session, offer, entry)
    if offer.state is not State.SUBMITTED:
        _send(session, offer, organisation, actor, book, on=on, at=at)
    else:
        gaps = missing_for(offer, organisation, book, on)
        if left := [gap for gap in gaps if gap not in TO_CHECK]:
            refuse("guards-not-met", missing=", ".join(left))
        offer.missing = gaps
        flush(session, "offer")
    if changed:
        offer_entry.note_edit(session, offer, changed, on, at, actor.id)


def _send(
    session: Session,
    offer: Offer,
    organisation: Organisation,
    actor: scope.Actor,
    book: ProgrammeBook,
    *,
    on: date,
    at: datetime,
) -> None:
    offers.change(
        session,
        offer,
        offers.OfferAction.SUBMIT,
        actor_id=actor.id,
        party=Party.EMPLOYER,
        on=on,
        at=at,
        book=book,
        organisation=organisation,
    )
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action="offer.submit",
        subject_kind="offer",
        subject_id=str(offer.public_id),
        details={"version": offer.version},
    )
