"""From the base to the columns the matcher reads: people, open offers, occupations, places, skills, rights.

A fixed number of queries whatever the size; titles are coded once on unique labels and remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import employer_rights, match_history, match_names, match_rights, offer_terms, offers as offer_flow
from .eligibility.programme import ProgrammeBook
from .match_names import Names
from .scoring.columns import (
    DEFAULT_RADIUS_KM,
    UNKNOWN,
    Occupations,
    OfferColumns,
    PeopleColumns,
    SkillLists,
    Tables,
    stable_keys,
)
from .scoring.places import Places
from .scoring.referential import Referential
from .scoring.skills import SkillTable
from .scoring.titles import Coder, LabelCache
from .store.organisations import Commune, OccupationLabel, Offer, Organisation
from .store.people import Person
from .store.placements import Placement
from .vocabulary import ENGAGED_PLACEMENTS, OfferState

#: Codes of one title that count, the best first (matching.md §1).
CODES = 3


@dataclass(frozen=True)
class Inputs:
    """Everything one run reads. Rows of the columns are `person_ids` and `offer_ids`, by increasing id."""

    on: date
    book: ProgrammeBook
    programmes: tuple[str, ...]
    person_ids: NDArray[np.int64]
    offer_ids: NDArray[np.int64]
    person_names: Names
    offer_names: Names
    people: PeopleColumns
    offers: OfferColumns
    tables: Tables
    #: int64[people], ordinals: first day the base knows of them
    known_since: NDArray[np.int64]
    open_facts: match_rights.OpenFacts
    fresh_labels: Mapping[str, Any]
    referential: Referential

    def person_rows(self, ids: Sequence[int]) -> NDArray[np.int64]:
        """The row of each of these people; -1 for who is not proposed."""
        return _rows_of(self.person_ids, ids)

    def offer_rows(self, ids: Sequence[int]) -> NDArray[np.int64]:
        """The row of each of these offers; -1 for one that is not open."""
        return _rows_of(self.offer_ids, ids)

    def with_history(self, held: match_history.Held) -> Inputs:
        """The same after proposals were set aside: what is live and who waits is read again, nothing else."""
        live, weeks, back = _history(self.person_ids, self.known_since, held, self.on)
        people = replace(self.people, live_proposals=live, weeks_without=weeks, returned=back)
        posts = np.array([held.offers.get(key, 0) for key in self.offer_ids.tolist()], np.int16)
        return replace(self, people=people, offers=replace(self.offers, live_proposals=posts))


def load(
    session: Session,
    book: ProgrammeBook,
    referential: Referential,
    *,
    on: date,
    seed: int,
    pair: tuple[int, int] | None = None,
) -> Inputs:
    """Read the base as of that day; with `pair`, that person and that offer alone, whatever their state.

    Reads, never writes.
    """
    open_offers = _open_offers(session, on) if pair is None else _one_offer(session, pair[1])
    people = _people(session, pair and pair[0])
    person_ids = np.array([row.id for row in people], np.int64)
    offer_ids = np.array([offer.id for offer, _ in open_offers], np.int64)
    stated = {row.wanted_rome for row in people} | {offer.rome for offer, _ in open_offers}
    referential = referential.with_codes({code for code in stated if code})
    coder = coder_of(session, referential)
    places, place_of = places_of(session)
    skills = SkillTable.build(
        [label for row in people for label in row.skills]
        + [label for offer, _ in open_offers for label in offer.skills]
    )
    names = tuple(book)
    under = (
        offer_terms.programme_on(offer, book, offer_terms.contract_day(offer, on)) for offer, _ in open_offers
    )
    asked = {name for name in under if name is not None}
    assessed = match_rights.assess(session, person_ids, book, names, on, asked)
    wanted = _codes(coder, [(row.wanted_rome, row.wanted_title) for row in people])
    sought = _codes(coder, [(offer.rome, offer.title) for offer, _ in open_offers])
    held = match_history.held(session)
    person_names = match_names.of_people(session, pair and pair[0])
    offer_names = match_names.of_offers(session, pair and pair[1])
    known_since = np.array([row.known_since.toordinal() for row in people], np.int64)
    live, weeks, back = _history(person_ids, known_since, held, on)
    columns = PeopleColumns(
        key=stable_keys((person_names.hashed[row.id] for row in people), seed),
        wanted=wanted,
        skills=SkillLists.of([skills.of(row.skills) for row in people]),
        level=assessed.level,
        bac_plus=assessed.bac_plus,
        place=np.array([place_of.get(row.insee_code, UNKNOWN) for row in people], np.int32),
        radius_km=np.array(
            [DEFAULT_RADIUS_KM if row.mobility_km is None else row.mobility_km for row in people], np.float32
        ),
        available_from=np.array(
            [row.available_from.toordinal() if row.available_from else 0 for row in people], np.int32
        ),
        available_known=np.array([row.available_from is not None for row in people], np.bool_),
        licence=np.array(
            [UNKNOWN if row.driving_licence is None else int(row.driving_licence) for row in people], np.int8
        ),
        rights=assessed.rights,
        live_proposals=live,
        days_left=assessed.days_left,
        search_days=assessed.search_days,
        weeks_without=weeks,
        returned=back,
    )
    return Inputs(
        on=on,
        book=book,
        programmes=names,
        person_ids=person_ids,
        offer_ids=offer_ids,
        person_names=person_names,
        offer_names=offer_names,
        people=columns,
        offers=_offer_columns(
            open_offers, offer_names, sought, skills, place_of, book, names, held, on, seed
        ),
        tables=Tables(referential.neighbours(), places, skills),
        known_since=known_since,
        open_facts=assessed.open_facts,
        fresh_labels=coder.cache.fresh,
        referential=referential,
    )


def coder_of(session: Session, referential: Referential) -> Coder:
    """The coder of that referential, with the labels that were coded before. One query."""
    known = session.execute(
        sa.select(OccupationLabel.label, OccupationLabel.codes).where(
            OccupationLabel.referential == referential.digest
        )
    )
    return Coder(referential, LabelCache(referential.digest, {row.label: row.codes for row in known}))


def _rows_of(sorted_ids: NDArray[np.int64], ids: Sequence[int]) -> NDArray[np.int64]:
    wanted = np.array(ids, np.int64)
    if not len(sorted_ids):
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return np.where(sorted_ids[at] == wanted, at, -1)


def _history(
    ids: NDArray[np.int64], known_since: NDArray[np.int64], held: match_history.Held, on: date
) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.bool_]]:
    """Live proposals of each person, their weeks without any, and whether they are back from a broken contract."""
    keys = ids.tolist()
    live = np.array([held.people.get(key, 0) for key in keys], np.int16)
    last = np.array([day.toordinal() if (day := held.last.get(key)) else 0 for key in keys], np.int64)
    back = np.array([key in held.returned for key in keys], np.bool_)
    return live, match_history.weeks_without(known_since, last, on.toordinal()), back


def _open_offers(session: Session, on: date) -> list[tuple[Offer, Organisation]]:
    found = session.execute(
        sa.select(Offer, Organisation)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(Offer.state == OfferState.OPEN)
        .order_by(Offer.id)
    )
    return [(offer, organisation) for offer, organisation in found if offer_flow.open_on(offer, on)]


def _one_offer(session: Session, offer_id: int) -> list[tuple[Offer, Organisation]]:
    offer = session.get_one(Offer, offer_id)
    return [(offer, session.get_one(Organisation, offer.organisation_id))]


def _people(session: Session, only: int | None) -> Sequence[Any]:
    """Everybody who may be proposed: those under contract or promised a post are not."""
    placed = sa.select(Placement.person_id).where(Placement.state.in_(ENGAGED_PLACEMENTS))
    chosen = Person.id.not_in(placed) if only is None else Person.id == only
    return session.execute(
        sa.select(
            Person.id, Person.wanted_rome, Person.wanted_title, Person.skills, Person.insee_code, Person.mobility_km,
            Person.available_from, Person.driving_licence, Person.known_since,
        )
        .where(chosen)
        .order_by(Person.id)
    ).all()  # fmt: skip


def places_of(session: Session) -> tuple[Places, dict[str | None, int]]:
    """The communes, and the row of each by its code."""
    rows = session.execute(
        sa.select(Commune.insee_code, Commune.latitude, Commune.longitude).order_by(Commune.insee_code)
    ).all()
    places = Places.build([row.latitude for row in rows], [row.longitude for row in rows])
    return places, {row.insee_code: at for at, row in enumerate(rows)}


def _codes(coder: Coder, rows: Sequence[tuple[str | None, str | None]]) -> Occupations:
    """A stated code alone, else up to three codes of the title with their likeness to the first."""
    titles = [title or "" for rome, title in rows if rome is None]
    coded = iter(coder.code(titles))
    index = coder.referential.index
    made = []
    for rome, _ in rows:
        if rome is not None:
            made.append([(index[rome], 1.0)])
            continue
        matches = next(coded)[:CODES]
        made.append([(index[match.rome], match.score / matches[0].score) for match in matches])
    return Occupations.of(made)


def _offer_columns(
    rows: Sequence[tuple[Offer, Organisation]],
    names: Names,
    sought: Occupations,
    skills: SkillTable,
    place_of: Mapping[str | None, int],
    book: ProgrammeBook,
    programmes: Sequence[str],
    held: match_history.Held,
    on: date,
    seed: int,
) -> OfferColumns:
    days = [offer_terms.contract_day(offer, on) for offer, _ in rows]
    under = [_under(book, programmes, offer, day) for (offer, _), day in zip(rows, days, strict=True)]
    return OfferColumns(
        key=stable_keys((names.hashed[offer.id] for offer, _ in rows), seed),
        occupations=sought,
        skills=SkillLists.of([skills.of(offer.skills) for offer, _ in rows]),
        level_min=np.array([UNKNOWN if o.level_min is None else o.level_min for o, _ in rows], np.int8),
        bac_plus_min=np.array(
            [UNKNOWN if o.bac_plus_min is None else o.bac_plus_min for o, _ in rows], np.int8
        ),
        place=np.array([place_of.get(offer.insee_code, UNKNOWN) for offer, _ in rows], np.int32),
        programme=np.array(under, np.int16),
        allowed=np.array(
            [
                _allowed(book, programmes, offer, organisation, day)
                for (offer, organisation), day in zip(rows, days, strict=True)
            ],
            np.uint32,
        ),
        contract_day=np.array([day.toordinal() for day in days], np.int32),
        needs_licence=np.array([bool(offer.needs_licence) for offer, _ in rows], np.bool_),
        live_proposals=np.array([held.offers.get(offer.id, 0) for offer, _ in rows], np.int16),
    )


def _under(book: ProgrammeBook, programmes: Sequence[str], offer: Offer, day: date) -> int:
    """Index of the programme whose right the offer asks for; UNKNOWN for ordinary law.

    One past the last where none of the offer's scheme is in force that day: nobody has that right (programmes.md C10).
    """
    name = offer_terms.programme_on(offer, book, day)
    if name is not None:
        return programmes.index(name)
    return UNKNOWN if offer.scheme is None else len(programmes)


def _allowed(
    book: ProgrammeBook, programmes: Sequence[str], offer: Offer, organisation: Organisation, day: date
) -> int:
    """Bit p set: programme p is in force that day and the contract's terms and the employer's sector allow it."""
    number, bits = day.toordinal(), 0
    for position, name in enumerate(programmes):
        start, end = book[name].in_force()
        if not start <= number < end or not employer_rights.fits(book[name], organisation, day):
            continue
        kind, months, hours = offer.contract_kind, offer.months, offer.weekly_hours
        if not offer_terms.contract_gaps(book, name, kind, months, hours, day):
            bits |= 1 << position
    return bits
