"""What offers and contracts do to the register: a line is posted, hired, lost by what happens to them (workflow.md v).

Called by the flows of offers, of imports and of placements, in their transaction; nothing here is done by hand.
« Still there at six months » is read from the contracts on the day it is asked, never stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .edits import chunks
from .eligibility.aid import after
from .outreach import TRANSITIONS, Details, OutreachAction as A, change, write
from .store.campaign import Outreach, OutreachOffer
from .store.organisations import Offer
from .store.placements import Placement, PlacementEvent
from .transitions import flush
from .vocabulary import OfferState, OutreachPurpose, OutreachState, Party, PlacementState

#: Which register an offer of that scheme comes of; an ordinary one comes of whichever there is.
PURPOSES = {"emploi_avenir": OutreachPurpose.AVENIR, "emploi_franc": OutreachPurpose.FRANC}
#: Contracts that were signed and are still there, or were seen to their end.
HELD = (
    PlacementState.SIGNED,
    PlacementState.STARTED,
    PlacementState.TRIAL_PASSED,
    PlacementState.RUNNING,
    PlacementState.SUSPENDED,
    PlacementState.COMPLETED,
    PlacementState.EXITED,
)
#: In months: after so long a hire is looked at again.
STILL_THERE = 6


@dataclass(frozen=True, slots=True)
class Hire:
    """A contract that came of a line, and whether it still ran at six months; None: they are not over yet."""

    outreach_id: int
    placement_id: int
    signed_on: date
    still_there: bool | None


def opened(session: Session, offers: Iterable[int] | None, *, actor_id: int | None, on: date) -> int:
    """Link open offers of listed organisations to their line, which is posted then. Returns how many offers.

    `offers` None: all that no line has yet, as after a file. A fixed number of queries besides the steps taken.
    An offer comes of one line at most: the one that promised it, else the latest grant year that is not to come. What
    was open before the organisation was listed did not come of it.
    """
    if offers is None:
        return _link(session, sa.true(), actor_id, on)
    return sum(_link(session, Offer.id.in_(some), actor_id, on) for some in chunks(sorted(offers)))


def _link(session: Session, which: sa.ColumnElement[bool], actor_id: int | None, on: date) -> int:
    of_scheme = [
        sa.and_(Offer.scheme == scheme, Outreach.purpose == purpose) for scheme, purpose in PURPOSES.items()
    ]
    query = (
        sa.select(Offer.id, Outreach)
        .join(Outreach, Outreach.organisation_id == Offer.organisation_id)
        .outerjoin(OutreachOffer, OutreachOffer.offer_id == Offer.id)
        .where(
            which,
            OutreachOffer.id.is_(None),
            Offer.state == OfferState.OPEN,
            Offer.opened_on >= Outreach.listed_on,
            Outreach.year <= on.year,
            sa.or_(Offer.scheme.is_(None), *of_scheme),
        )
        .order_by(
            Offer.id,
            (Outreach.state == OutreachState.PROMISED).desc(),
            Outreach.year.desc(),
            Outreach.id,
        )
    )
    linked: dict[int, Outreach] = {}
    for offer_id, row in session.execute(query).all():
        linked.setdefault(offer_id, row)
    for row in {row.id: row for row in linked.values()}.values():
        _post(session, row, actor_id, on)
    if linked:
        flush(session, "outreach")
        links = [{"outreach_id": row.id, "offer_id": each, "linked_on": on} for each, row in linked.items()]
        session.execute(sa.insert(OutreachOffer), links)
    return len(linked)


def _post(session: Session, row: Outreach, actor_id: int | None, on: date) -> None:
    """The line is posted, where that is news. Queries nothing and does not flush."""
    line = TRANSITIONS[A.POST]
    if row.state in line.starts:
        write(session, row, A.POST, line.leads_to, Details(), actor_id, Party.SYSTEM, on)


def reopened(session: Session, offer: Offer, *, actor_id: int | None, on: date) -> None:
    """An offer that was down is up again: what had been lost with it is posted again."""
    row = _line(session, offer.id)
    if row is None:
        opened(session, [offer.id], actor_id=actor_id, on=on)
    elif row.state is OutreachState.TO_CHASE:
        _post(session, row, actor_id, on)
        flush(session, "outreach")


def signed(session: Session, placement: Placement, *, actor_id: int | None, on: date) -> None:
    """A contract on a linked offer: its line has hired."""
    row = _line(session, placement.offer_id)
    if row is None or row.state is OutreachState.HIRED:
        return
    _post(session, row, actor_id, on)
    change(session, row, A.HIRED, actor_id=actor_id, party=Party.SYSTEM, on=on)


def undone(session: Session, placement: Placement, *, actor_id: int | None, on: date) -> None:
    """A contract was taken back, nobody came, or the trial broke: with no other hire left, the line is chased again."""
    row = _line(session, placement.offer_id)
    if row is None or row.state is not OutreachState.HIRED:
        return
    others = hires(session, Outreach.id == row.id, on=on)
    if all(each.placement_id == placement.id for each in others):
        change(session, row, A.LOST, actor_id=actor_id, party=Party.SYSTEM, on=on)


def withdrawn(session: Session, offer: Offer, *, actor_id: int | None, on: date) -> None:
    """An offer nobody was hired for is withdrawn: with no other offer still up, the line is chased again."""
    row = _line(session, offer.id)
    if row is None or row.state is not OutreachState.POSTED:
        return
    up = (
        sa.select(Offer.id)
        .join(OutreachOffer, OutreachOffer.offer_id == Offer.id)
        .where(OutreachOffer.outreach_id == row.id, Offer.id != offer.id, Offer.state != OfferState.WITHDRAWN)
    )
    if session.scalar(up.limit(1)) is None:
        change(session, row, A.LOST, actor_id=actor_id, party=Party.SYSTEM, on=on)


def _line(session: Session, offer_id: int | None) -> Outreach | None:
    if offer_id is None:
        return None
    return session.scalar(
        sa.select(Outreach)
        .join(OutreachOffer, OutreachOffer.outreach_id == Outreach.id)
        .where(OutreachOffer.offer_id == offer_id)
    )


def hires(session: Session, *which: sa.ColumnElement[bool], on: date) -> list[Hire]:
    """Contracts that came of the lines that meet the conditions, in the order they were signed. One query.

    A contract taken back, one whose person never came and one broken in its trial are none.
    """
    broken = sa.exists().where(
        PlacementEvent.placement_id == Placement.id, PlacementEvent.action == "break_trial"
    )
    query = (
        sa.select(Outreach.id, Placement.id, Placement.signed_on, Placement.starts_on, Placement.ended_on)
        .join(OutreachOffer, OutreachOffer.outreach_id == Outreach.id)
        .join(Placement, Placement.offer_id == OutreachOffer.offer_id)
        .where(Placement.state.in_(HELD), Placement.signed_on <= on, ~broken, *which)
        .order_by(Placement.signed_on, Placement.id)
    )
    return [
        Hire(outreach_id, placement_id, signed_on, _still(starts_on or signed_on, ended_on, on))
        for outreach_id, placement_id, signed_on, starts_on, ended_on in session.execute(query)
        if signed_on is not None
    ]


def _still(starts_on: date, ended_on: date | None, on: date) -> bool | None:
    mark = after(starts_on, STILL_THERE)
    if ended_on is not None and ended_on < mark:
        return False
    return True if mark <= on else None
