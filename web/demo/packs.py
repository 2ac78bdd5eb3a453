"""The offers of the demo's sessions: employers who agreed to be named, packs of the last sessions and of the next ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from matching import match_inputs, offer_entry, offer_pack, offer_terms
from matching.store.organisations import Offer, Organisation
from matching.store.people import Agency
from matching.store.sessions import CollectiveSession
from matching.vocabulary import OfferState, SessionState

from .actors import AGENCY
from .contracts import working

if TYPE_CHECKING:
    from .load import Line, Stage

#: Of so many open offers, one whose employer agreed to be named, one whose did not.
NAMED, UNNAMED = 3, 7
#: Weeks of sessions that were held with offers, and of sessions to come that have theirs.
LAST, NEXT = 2, 2


def tell(line: Callable[..., Line], people: int, seed: int, today: date) -> Iterator[Line]:
    """The same whatever the number of people; a day without session is passed over."""
    yield line(today, "advisor", "offers_named")
    monday = today - timedelta(days=today.weekday())
    for week in range(-LAST, NEXT):
        for number in (1, 3):
            held = monday + timedelta(weeks=week, days=number)
            eve = held - timedelta(days=1)
            while working(eve) != eve:  # a day off is moved past the session
                eve -= timedelta(days=1)
            by_hand = week == 0 and number == 3
            yield line(min(eve, today), "advisor", "session_pack", held=held.isoformat(), by_hand=by_hand)


def _named(stage: Stage, line: Line, day: date) -> None:
    open_ones = stage.session.execute(
        sa.select(Offer, Organisation)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(Offer.state == OfferState.OPEN)
        .order_by(Offer.id)
    ).all()
    for index, (offer, house) in enumerate(open_ones):
        if index % NAMED and index % UNNAMED:
            continue
        if offer_terms.missing_for(offer, house, stage.book, day):
            continue
        offer_entry.edit(
            stage.session,
            offer,
            house,
            replace(offer_entry.entry_of(offer), may_be_named=index % NAMED == 0),
            stage.book,
            version=offer.version,
            on=day,
            at=stage.at,
            actor_id=stage.users[line["actor"]].id,
        )


def _pack(stage: Stage, line: Line, day: date) -> None:
    agency = sa.select(Agency.id).where(Agency.name == AGENCY)
    row = stage.session.scalar(
        sa.select(CollectiveSession).where(
            CollectiveSession.agency_id.in_(agency),
            CollectiveSession.held_on == date.fromisoformat(line["held"]),
            CollectiveSession.state == SessionState.PLANNED,
        )
    )
    if row is None:
        return
    inputs = match_inputs.load(stage.session, stage.book, stage.referential, on=row.held_on, seed=0)
    pack = offer_pack.choose(stage.session, row, inputs, on=day)
    if not line["by_hand"] or not pack.shown:
        return
    offer_pack.remove(stage.session, row, pack.shown[-1].offer.id, inputs, on=day)
    shown = {each.offer.id for each in pack.shown}
    other = next((key for key in inputs.offer_ids.tolist() if key not in shown), None)
    if other is not None:
        offer = stage.session.get_one(Offer, other)
        offer_pack.add(stage.session, row, offer, inputs, on=day)


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {"offers_named": _named, "session_pack": _pack}
