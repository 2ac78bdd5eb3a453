"""The offers shown at a collective session: at most a dozen, chosen to reach whoever is registered, changed by hand.

Whom it is for and which offers fit them: `offer_reach`. What was put in by hand stays in, what was taken out by hand
stays out, of the next choice too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import offer_queries, offers as offer_flow
from .errors import NotFound
from .match_inputs import Inputs
from .offer_reach import matrix, turns
from .scoring import cover
from .store import scope
from .store.organisations import Offer, Organisation
from .store.sessions import CollectiveSession, SessionOffer
from .transitions import refuse
from .vocabulary import OfferState, SessionState

#: Offers of a pack.
MOST = 12
#: Offers that a search answers with.
FOUND = 20


@dataclass(frozen=True, slots=True)
class Packed:
    """An offer of a pack as it stands now. `running`: it is still open, and will be that day."""

    row: SessionOffer
    offer: Offer
    employer: str
    running: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """What a session shows, in order, and what was taken out of it by hand."""

    shown: tuple[Packed, ...]
    removed: tuple[Packed, ...]

    @property
    def running(self) -> tuple[Packed, ...]:
        return tuple(each for each in self.shown if each.running)

    @property
    def reached(self) -> int:
        """People whom at least one offer fits, as the last choice counted."""
        return sum(each.row.adds or 0 for each in self.shown)


def pack_of(session: Session, row: CollectiveSession, *, on: date) -> Pack:
    """The pack of that session. One query."""
    found = [
        Packed(packed, offer, employer, _runs(row, offer, on))
        for packed, offer, employer in session.execute(
            sa.select(SessionOffer, Offer, Organisation.name)
            .join(Offer, Offer.id == SessionOffer.offer_id)
            .join(Organisation, Organisation.id == Offer.organisation_id)
            .where(SessionOffer.session_id == row.id)
            .order_by(SessionOffer.rank, SessionOffer.id)
        )
    ]
    return Pack(
        tuple(each for each in found if each.row.packed != "removed"),
        tuple(each for each in found if each.row.packed == "removed"),
    )


def may_change(row: CollectiveSession, on: date) -> bool:
    """Whether the pack still has a session to come."""
    return row.state is SessionState.PLANNED and row.held_on >= on


def choose(session: Session, row: CollectiveSession, inputs: Inputs, *, on: date) -> Pack:
    """Choose the pack anew. `inputs`: what the matcher reads as of the session's day.

    Raises InvalidInput `pack-session-over`. Flushes, never commits.
    """
    rows = _open(session, row, on)
    fits, score, weight = matrix(session, row, inputs)
    by_offer = {each.offer_id: each for each in rows}
    at = dict(zip(inputs.offer_ids.tolist(), range(len(inputs.offer_ids)), strict=True))
    kept = [each for each in rows if each.packed == "added"]
    out = [at[each.offer_id] for each in rows if each.packed == "removed" and each.offer_id in at]
    able = fits.copy()
    able[out] = False
    preferred, turn = turns(session, inputs)
    by_hand = [at[each.offer_id] for each in kept if each.offer_id in at]
    order = cover.choose(able, score, weight, turn, preferred, kept=by_hand, most=MOST)
    for each in rows:
        if each.packed == "chosen":
            session.delete(each)
    session.flush()
    for number in order:
        offer_id = int(inputs.offer_ids[number])
        if offer_id not in by_offer or by_offer[offer_id].packed == "chosen":
            kept.append(_put(row, offer_id, "chosen"))
    session.add_all(kept)
    _tell(kept, fits, at)
    session.flush()
    return pack_of(session, row, on=on)


def remove(session: Session, row: CollectiveSession, offer_id: int, inputs: Inputs, *, on: date) -> None:
    """Take an offer out: it stays out of the next choice. Taken out twice, it is out once.

    Raises NotFound, InvalidInput `pack-session-over`. Flushes, never commits.
    """
    rows = _open(session, row, on)
    _of(rows, offer_id).packed = "removed"
    _settle(session, row, rows, inputs)


def add(
    session: Session,
    row: CollectiveSession,
    offer: Offer,
    inputs: Inputs,
    *,
    on: date,
) -> None:
    """Put an offer in, last: it stays in the next choice. One that is in already keeps its place, by hand from now on.

    Raises InvalidInput: `pack-full`, `pack-offer-closed` (not open on the session's day), `pack-session-over`.
    Flushes, never commits.
    """
    rows = _open(session, row, on)
    if not _runs(row, offer, on):
        refuse("pack-offer-closed", title=offer.title, day=row.held_on)
    known = next((each for each in rows if each.offer_id == offer.id), None)
    if known is None or known.packed == "removed":
        shown = pack_of(session, row, on=on)
        if len(shown.running) >= MOST:
            refuse("pack-full", most=MOST)
        if known is not None:
            rows.remove(known)
        last = known or _put(row, offer.id, "added")
        session.add(last)
        rows.append(last)
        known = last
    known.packed = "added"
    _settle(session, row, rows, inputs)


def move(
    session: Session, row: CollectiveSession, offer_id: int, steps: int, inputs: Inputs, *, on: date
) -> None:
    """Move an offer so many places down (up where negative), no further than the ends.

    Raises NotFound, InvalidInput `pack-session-over`. Flushes, never commits.
    """
    rows = _open(session, row, on)
    shown = [each for each in rows if each.packed != "removed"]
    moved = _of(shown, offer_id)
    place = shown.index(moved)
    shown.insert(max(0, min(len(shown) - 1, place + steps)), shown.pop(place))
    _settle(session, row, [*shown, *(each for each in rows if each.packed == "removed")], inputs)


def found(
    session: Session, actor: scope.Actor, row: CollectiveSession, text: str, *, on: date
) -> list[tuple[Offer, str]]:
    """Open offers that a search names, those of the pack left out. One query."""
    shown = sa.select(SessionOffer.offer_id).where(
        SessionOffer.session_id == row.id, SessionOffer.packed != "removed"
    )
    asked = (
        scope.offers(actor)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .add_columns(Organisation.name)
        .where(Offer.state == OfferState.OPEN, Offer.id.not_in(shown), offer_queries.says(text))
        .order_by(Offer.title_key, Offer.id)
    )
    rows = [(offer, name) for offer, name in session.execute(asked) if _runs(row, offer, on)]
    return rows[:FOUND]


def _settle(session: Session, row: CollectiveSession, rows: Sequence[SessionOffer], inputs: Inputs) -> None:
    """Number the pack in that order, and count again what each offer adds."""
    shown = [each for each in rows if each.packed != "removed"]
    fits, _, _ = matrix(session, row, inputs)
    at = dict(zip(inputs.offer_ids.tolist(), range(len(inputs.offer_ids)), strict=True))
    _tell(shown, fits, at)
    session.flush()


def _tell(shown: Sequence[SessionOffer], fits: NDArray[np.bool_], at: dict[int, int]) -> None:
    """Rank, reach and what is added; an offer that is not open reaches nobody."""
    listed = [each for each in shown if each.offer_id in at]
    figures = dict(
        zip(
            (each.offer_id for each in listed),
            cover.told(fits, [at[each.offer_id] for each in listed]),
            strict=True,
        )
    )
    for rank, each in enumerate(shown, start=1):
        each.rank = rank
        each.reach, each.adds = figures.get(each.offer_id, (0, 0))


def _open(session: Session, row: CollectiveSession, on: date) -> list[SessionOffer]:
    """The rows of the pack in order, with the session held: two choices at once wait for each other."""
    session.execute(sa.select(CollectiveSession.id).where(CollectiveSession.id == row.id).with_for_update())
    if not may_change(row, on):
        refuse("pack-session-over", day=row.held_on)
    return list(
        session.scalars(
            sa.select(SessionOffer)
            .where(SessionOffer.session_id == row.id)
            .order_by(SessionOffer.rank, SessionOffer.id)
        )
    )


def _of(rows: Sequence[SessionOffer], offer_id: int) -> SessionOffer:
    for each in rows:
        if each.offer_id == offer_id:
            return each
    raise NotFound("not-found")


def _put(row: CollectiveSession, offer_id: int, how: str) -> SessionOffer:
    return SessionOffer(session_id=row.id, offer_id=offer_id, rank=0, packed=how)


def _runs(row: CollectiveSession, offer: Offer, on: date) -> bool:
    return offer_flow.open_on(offer, on) and offer_flow.open_on(offer, max(on, row.held_on))
