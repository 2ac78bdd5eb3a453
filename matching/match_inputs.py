"""From the base to the columns the matcher reads: people, open offers, occupations, places, skills, rights.

A fixed number of queries whatever the size; titles are coded once on unique labels and remembered.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import offer_terms, offers as offer_flow, rights
from .eligibility.cohort import Cohort
from .eligibility.days import LAST
from .eligibility.programme import ProgrammeBook
from .scoring.columns import (
    DEFAULT_RADIUS_KM,
    UNKNOWN,
    Occupations,
    OfferColumns,
    PeopleColumns,
    Rights,
    SkillLists,
    Tables,
    stable_keys,
)
from .scoring.places import Places
from .scoring.referential import Referential
from .scoring.skills import SkillTable
from .scoring.titles import Coder, LabelCache
from .store.matches import MatchProposal
from .store.organisations import Commune, OccupationLabel, Offer, Organisation
from .store.people import Person, SourceRecord
from .store.placements import Placement
from .vocabulary import LIVE_PROPOSALS, OfferState, PlacementState, ProposalState

#: Codes of one title that count, the best first (matching.md §1).
CODES = 3
#: Days left when no right is open, or the open one never ends.
NO_END = 32_000
#: Somebody in one of these is placed: not proposed elsewhere.
PLACED = (
    PlacementState.PROMISED,
    PlacementState.AID_REQUESTED,
    PlacementState.AID_GRANTED,
    PlacementState.AID_REFUSED,
    PlacementState.SIGNED,
    PlacementState.STARTED,
    PlacementState.TRIAL_PASSED,
    PlacementState.RUNNING,
    PlacementState.SUSPENDED,
)
#: Live proposals that hold a slot: those a person or an advisor can see.
HOLDING = tuple(state for state in LIVE_PROPOSALS if state is not ProposalState.COMPUTED)


class Names(NamedTuple):
    """What the sources call people and offers: by id, for the results; and what their stable hash is made of."""

    shown: dict[int, str]
    hashed: dict[int, str]


@dataclass(frozen=True)
class Inputs:
    """Everything one run reads. Rows of the columns are `person_ids` and `offer_ids`, by increasing id."""

    on: date
    book: ProgrammeBook
    programmes: tuple[str, ...]
    person_ids: NDArray[np.int64]
    offer_ids: NDArray[np.int64]
    people: PeopleColumns
    offers: OfferColumns
    tables: Tables
    #: fact -> programme -> for whom it keeps the right open (bool[people]) on the run's day
    missing: Mapping[str, Mapping[str, NDArray[np.bool_]]]
    fresh_labels: Mapping[str, Any]
    referential: Referential


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
    known = session.execute(
        sa.select(OccupationLabel.label, OccupationLabel.codes).where(
            OccupationLabel.referential == referential.digest
        )
    )
    coder = Coder(referential, LabelCache(referential.digest, {row.label: row.codes for row in known}))
    places, place_of = _places(session)
    skills = SkillTable.build(
        [label for row in people for label in row.skills]
        + [label for offer, _ in open_offers for label in offer.skills]
    )
    names = tuple(book)
    windows = _rights(session, person_ids, book, names, on)
    wanted = _codes(coder, [(row.wanted_rome, row.wanted_title) for row in people])
    sought = _codes(coder, [(offer.rome, offer.title) for offer, _ in open_offers])
    live_people, live_offers, last = _held(session)
    person_names, offer_names = people_names(session), offers_names(session)
    columns = PeopleColumns(
        key=stable_keys((person_names.hashed[row.id] for row in people), seed),
        wanted=wanted,
        skills=SkillLists.of([skills.of(row.skills) for row in people]),
        level=windows.level,
        bac_plus=windows.bac_plus,
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
        rights=windows.rights,
        live_proposals=np.array([live_people[row.id] for row in people], np.int16),
        days_left=windows.days_left,
        search_days=windows.search_days,
        weeks_without=np.array(
            [min(max((on - max(last.get(row.id, row.known_since), row.known_since)).days // 7, 0), 32_000)
             for row in people], np.int16,
        ),
    )  # fmt: skip
    return Inputs(
        on=on,
        book=book,
        programmes=names,
        person_ids=person_ids,
        offer_ids=offer_ids,
        people=columns,
        offers=_offer_columns(
            open_offers, offer_names, sought, skills, place_of, book, names, live_offers, on, seed
        ),
        tables=Tables(referential.neighbours(), places, skills),
        missing=windows.missing,
        fresh_labels=coder.cache.fresh,
        referential=referential,
    )


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
    placed = sa.select(Placement.person_id).where(Placement.state.in_(PLACED))
    chosen = Person.id.not_in(placed) if only is None else Person.id == only
    return session.execute(
        sa.select(
            Person.id, Person.wanted_rome, Person.wanted_title, Person.skills, Person.insee_code, Person.mobility_km,
            Person.available_from, Person.driving_licence, Person.known_since,
        )
        .where(chosen)
        .order_by(Person.id)
    ).all()  # fmt: skip


def _places(session: Session) -> tuple[Places, dict[str | None, int]]:
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


class _Windows(NamedTuple):
    rights: Rights
    level: NDArray[np.int8]
    bac_plus: NDArray[np.int8]
    days_left: NDArray[np.int32]
    search_days: NDArray[np.int32]
    missing: dict[str, dict[str, NDArray[np.bool_]]]


def _rights(
    session: Session, ids: NDArray[np.int64], book: ProgrammeBook, names: Sequence[str], on: date
) -> _Windows:
    """Windows of everybody, cohort by cohort; what is past is left out."""
    day = on.toordinal()
    rows: list[list[tuple[int, int, int, bool]]] = []
    level, bac_plus, left, searched = [], [], [], []
    missing: dict[str, dict[str, list[NDArray[np.bool_]]]] = defaultdict(lambda: defaultdict(list))
    sizes = 0
    for _, cohort in rights.load_cohort(session, ids.tolist()):
        mine: list[list[tuple[int, int, int, bool]]] = [[] for _ in range(cohort.size)]
        soonest = np.full(cohort.size, NO_END, np.int64)
        blind = cohort.without_recognition()
        for number, name in enumerate(names):
            windows = book[name].assess(cohort).windows
            for certain, spans in ((True, windows.certain), (False, windows.possible - windows.certain)):
                now = spans.clip(day, LAST)
                for owner, start, end in zip(*(column.tolist() for column in now.columns()), strict=True):
                    mine[owner].append((number, start, end, certain))
            open_now = book[name].assess(blind).windows.certain.clip(day, LAST)
            holding = (open_now.start == day) & (open_now.end < LAST)
            np.minimum.at(soonest, open_now.owner[holding], open_now.end[holding] - day)
            for fact, mask in rights.missing_facts(book[name], cohort, on).items():
                pieces = missing[fact][name]
                pieces.append(np.zeros(sizes - sum(map(len, pieces)), np.bool_))
                pieces.append(mask)
        rows += mine
        level.append(np.where(cohort.level_missing, UNKNOWN, cohort.level))
        bac_plus.append(np.where(cohort.bac_plus_missing, UNKNOWN, cohort.bac_plus))
        left.append(np.minimum(soonest, NO_END))
        searched.append(_searched(cohort, day))
        sizes += cohort.size
    whole = {
        fact: {
            name: np.concatenate([*pieces, np.zeros(sizes - sum(map(len, pieces)), np.bool_)])
            for name, pieces in by_programme.items()
        }
        for fact, by_programme in missing.items()
    }
    empty = [np.empty(0, np.int64)]
    return _Windows(
        Rights.of(rows),
        np.concatenate([*empty, *level]).astype(np.int8),
        np.concatenate([*empty, *bac_plus]).astype(np.int8),
        np.concatenate([*empty, *left]).astype(np.int32),
        np.concatenate([*empty, *searched]).astype(np.int32),
        whole,
    )


def _searched(cohort: Cohort, day: int) -> NDArray[np.int64]:
    """Days registered before that day."""
    spans = cohort.registered
    days = np.maximum(np.minimum(spans.end, day) - np.minimum(spans.start, day), 0)
    total = np.zeros(cohort.size, np.int64)
    np.add.at(total, spans.owner, days)
    return total


def _held(session: Session) -> tuple[Counter[int], Counter[int], dict[int, date]]:
    """Live proposals by person and by offer, and each person's last day of proposal."""
    people: Counter[int] = Counter()
    offers: Counter[int] = Counter()
    for person, offer in session.execute(
        sa.select(MatchProposal.person_id, MatchProposal.offer_id).where(MatchProposal.state.in_(HOLDING))
    ):
        people[person] += 1
        offers[offer] += 1
    last = session.execute(
        sa.select(MatchProposal.person_id, sa.func.max(MatchProposal.proposed_on))
        .where(MatchProposal.state != ProposalState.STALE)
        .group_by(MatchProposal.person_id)
    )
    return people, offers, dict(last.all())


def _offer_columns(
    rows: Sequence[tuple[Offer, Organisation]],
    names: Names,
    sought: Occupations,
    skills: SkillTable,
    place_of: Mapping[str | None, int],
    book: ProgrammeBook,
    programmes: Sequence[str],
    live: Counter[int],
    on: date,
    seed: int,
) -> OfferColumns:
    days = [offer_terms.contract_day(offer, on) for offer, _ in rows]
    under = [offer_terms.programme_on(offer, book, day) for (offer, _), day in zip(rows, days, strict=True)]
    return OfferColumns(
        key=stable_keys((names.hashed[offer.id] for offer, _ in rows), seed),
        occupations=sought,
        skills=SkillLists.of([skills.of(offer.skills) for offer, _ in rows]),
        level_min=np.array([UNKNOWN if o.level_min is None else o.level_min for o, _ in rows], np.int8),
        bac_plus_min=np.array(
            [UNKNOWN if o.bac_plus_min is None else o.bac_plus_min for o, _ in rows], np.int8
        ),
        place=np.array([place_of.get(offer.insee_code, UNKNOWN) for offer, _ in rows], np.int32),
        programme=np.array([programmes.index(name) if name else UNKNOWN for name in under], np.int16),
        allowed=np.array(
            [
                _allowed(book, programmes, offer, organisation, day)
                for (offer, organisation), day in zip(rows, days, strict=True)
            ],
            np.uint32,
        ),
        contract_day=np.array([day.toordinal() for day in days], np.int32),
        needs_licence=np.array([bool(offer.needs_licence) for offer, _ in rows], np.bool_),
        live_proposals=np.array([live[offer.id] for offer, _ in rows], np.int16),
    )


def _allowed(
    book: ProgrammeBook, programmes: Sequence[str], offer: Offer, organisation: Organisation, day: date
) -> int:
    """Bit p set: programme p is in force that day and the contract's terms and the employer's sector allow it."""
    number, bits = day.toordinal(), 0
    for position, name in enumerate(programmes):
        start, end = book[name].in_force()
        if not start <= number < end or not offer_terms.employer_fits(book[name].file.scheme, organisation):
            continue
        kind, months, hours = offer.contract_kind, offer.months, offer.weekly_hours
        if not offer_terms.contract_gaps(book, name, kind, months, hours, day):
            bits |= 1 << position
    return bits


def people_names(session: Session) -> Names:
    """Each person's identifier as the files give it; `SOURCE:IDENTIFIER` where two sources use the same one."""
    rows = session.execute(
        sa.select(
            SourceRecord.person_id, SourceRecord.source, SourceRecord.identifier, SourceRecord.natural_key
        ).order_by(SourceRecord.person_id, SourceRecord.source, SourceRecord.id)
    ).all()
    public = {row.id: str(row.public_id) for row in session.execute(sa.select(Person.id, Person.public_id))}
    first: dict[int, tuple[str, str]] = {}
    hashed: dict[int, str] = {}
    for row in rows:
        hashed.setdefault(row.person_id, f"{row.source}:{row.identifier or row.natural_key}")
        if row.identifier:
            first.setdefault(row.person_id, (row.source, row.identifier))
    return _named(public, first, hashed)


def offers_names(session: Session) -> Names:
    """Each offer's reference as its file gives it; `SOURCE:REFERENCE` where it is not alone, else the public id."""
    rows = session.execute(
        sa.select(
            Offer.id, Offer.public_id, Offer.source, Offer.reference, Offer.title_key, Offer.postcode, Offer.starts_on,
            Organisation.siret, Organisation.name_key,
        ).join(Organisation, Organisation.id == Offer.organisation_id)
    ).all()  # fmt: skip
    public = {row.id: str(row.public_id) for row in rows}
    first = {row.id: (row.source, row.reference) for row in rows if row.reference}
    hashed = {
        row.id: "|".join(
            str(part)
            for part in (
                row.source, row.siret or row.name_key, row.reference or (row.title_key, row.postcode, row.starts_on),
            )
        )
        for row in rows
    }  # fmt: skip
    return _named(public, first, hashed)


def _named(public: Mapping[int, str], first: Mapping[int, tuple[str, str]], hashed: dict[int, str]) -> Names:
    plain = Counter(name for _, name in first.values())
    full = Counter(f"{source}:{name}" for source, name in first.values())
    shown = {}
    for key, fallback in public.items():
        if key not in first:
            shown[key] = fallback
            continue
        source, name = first[key]
        long = f"{source}:{name}"
        shown[key] = name if plain[name] == 1 else long if full[long] == 1 else fallback
    # Two natural keys may be alike only where the base holds two records of one row: the public id tells them apart.
    seen = Counter(hashed.get(key, fallback) for key, fallback in public.items())
    told = {
        key: name if (name := hashed.get(key, fallback)) and seen[name] == 1 else f"{name}|{fallback}"
        for key, fallback in public.items()
    }
    return Names(shown, told)


def states_of(session: Session) -> Iterator[tuple[int, int, int, ProposalState, int | None]]:
    """(id, person, offer, state, run) of every proposal that was not set aside as stale."""
    yield from session.execute(
        sa.select(
            MatchProposal.id,
            MatchProposal.person_id,
            MatchProposal.offer_id,
            MatchProposal.state,
            MatchProposal.run_id,
        ).where(MatchProposal.state != ProposalState.STALE)
    )
