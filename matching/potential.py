"""Employers to approach for graduates, where no offer is (matching.md §5): read from the base, scored, with reasons.

Everybody is solved together, whoever asks: who is suggested where does not depend on which page was opened first.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import employs, graduates
from .employs import Employs, Group
from .match_inputs import CODES, places_of
from .postal import Communes
from .scoring import potential as core
from .scoring.columns import DEFAULT_RADIUS_KM, UNKNOWN, Occupations, stable_keys
from .scoring.factors import ONE
from .scoring.spread import WHYS, Why
from .store.campaign import PotentialApproach
from .store.organisations import Offer, Organisation
from .store.people import Person, SourceRecord
from .store.placements import Placement
from .vocabulary import ENGAGED_PLACEMENTS

if TYPE_CHECKING:
    from .scoring.titles import Coder

#: Days and bases whose answer is kept.
REMEMBERED = 4
Reason = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One employer for one person. The points of `reasons` add up to `score`; `why`: how it came to be listed."""

    organisation_id: int
    score: float
    reasons: tuple[Reason, ...]
    why: Why


@dataclass(frozen=True)
class Rows:
    """What is read of the base, plain values by increasing id: people, employers, offers, who was put forward where."""

    people: Sequence[tuple[Any, ...]]
    employers: Sequence[tuple[Any, ...]]
    offers: Sequence[tuple[Any, ...]]
    taken: Sequence[tuple[Any, ...]]
    communes: Mapping[tuple[str | None, str | None], str | None]

    @cached_property
    def digest(self) -> bytes:
        whole = (
            self.people,
            self.employers,
            self.offers,
            self.taken,
            sorted(self.communes.items(), key=repr),
        )
        return hashlib.sha256(repr(whole).encode()).digest()


@dataclass(frozen=True)
class World:
    """Everybody solved on one day."""

    person_row: Mapping[int, int]
    employer_row: Mapping[int, int]
    employer_ids: Sequence[int]
    groups: Sequence[tuple[str | None, str | None, str | None]]
    known: Employs
    #: group of employers -> how many of it have offered anything
    offering: Mapping[Group, int]
    #: occupation -> its place in `field.firms.share`
    codes: Mapping[str, int]
    field: core.Field
    wanted: Sequence[Sequence[tuple[str, float]]]
    found: core.Suggestions

    def of(self, person_id: int) -> list[Suggestion]:
        """The employers suggested for that person, the best first; none for who is not put forward."""
        row = self.person_row.get(person_id)
        if row is None:
            return []
        first, last = np.searchsorted(self.found.person, [row, row + 1])
        return [
            self._told(row, int(self.found.firm[at]), self.found.parts[at], WHYS[self.found.why[at]])
            for at in range(first, last)
        ]

    def pair(self, person_id: int, organisation_id: int) -> Suggestion | None:
        """The same of one employer somebody chose; None when nothing is known to compare."""
        row, column = self.person_row.get(person_id), self.employer_row.get(organisation_id)
        if row is None or column is None:
            return None
        parts, _ = self.field.parts(np.array([row]), np.array([column]))
        return self._told(row, column, parts[0], Why.BEST)

    def profiles(self, organisation_id: int) -> set[int]:
        """Whom the like of that employer may take on, wherever they live: ids of people."""
        column = self.employer_row.get(organisation_id)
        if column is None:
            return set()
        fits = self.field.plausible(column)
        return {person for person, row in self.person_row.items() if fits[row]}

    def employers_of(self, person_ids: set[int]) -> Counter[int]:
        """To how many of these people each employer is suggested, by its id."""
        rows = [self.person_row[each] for each in person_ids if each in self.person_row]
        firms = self.found.firm[np.isin(self.found.person, rows)]
        return Counter(self.employer_ids[firm] for firm in firms.tolist())

    def _told(self, row: int, column: int, parts: Any, why: Why) -> Suggestion:
        """The parts with the facts that each comes from."""
        field, naf, workforce = self.groups[column]
        reasons: list[Reason] = []
        points = dict(zip(core.PARTS, (int(part) / ONE for part in parts), strict=True))
        reasons.append({"part": "occupation", **self._evidence(row, column, field, naf)})
        kilometres = self.field.kilometres(row, column)
        if kilometres is not None:
            reasons.append({"part": "distance", "km": round(kilometres, 1)})
        if workforce in core.WORKFORCE:
            reasons.append({"part": "workforce", "band": workforce})
        for reason in reasons:
            reason["points"] = points[reason["part"]]
        return Suggestion(self.employer_ids[column], int(sum(parts)) / ONE, tuple(reasons), why)

    def _evidence(self, row: int, column: int, field: str | None, naf: str | None) -> Reason:
        """Of the sought occupations, the one most common there: how often, and who of its group asked for it."""
        share = self.field.firms.share[int(self.field.firms.kind[column])]
        sought = [(float(share[self.codes[rome]]) * sure, sure, rome) for rome, sure in self.wanted[row]]
        rome = max(sought)[2] if sought else None
        own = {self.known.codes[at] for at in self.known.own.get(self.employer_ids[column], ())}
        at = self.known.index.get(rome or "")
        seen = [
            (int(self.known.seen[self.known.groups[group], at]), self.offering.get(group, 0))
            for group in employs.groups_of(field, naf)
            if at is not None and group in self.known.groups
        ]
        asked, of = max(seen, default=(0, 0))
        return {
            "rome": rome,
            "field": field,
            "naf": naf[:2] if naf else None,
            "share": round(float(share[self.codes[rome]]), 4) if rome else 0.0,
            "seen": asked,
            "of": of,
            "own": rome in own,
        }


def read(session: Session, on: date) -> Rows:
    """Six queries, whatever the base holds."""
    placed = sa.select(Placement.person_id).where(Placement.state.in_(ENGAGED_PLACEMENTS))
    everybody = graduates.among(sa.select(Person), on).where(Person.id.not_in(placed))
    # Ties are broken by a hash of what the sources call somebody, as in the matcher: the same in every base.
    named = (
        sa.cast(SourceRecord.source, sa.Text)
        + ":"
        + sa.func.coalesce(SourceRecord.identifier, SourceRecord.natural_key)
    )
    called = sa.select(sa.func.min(named)).where(SourceRecord.person_id == Person.id).scalar_subquery()
    people = session.execute(
        everybody.with_only_columns(
            Person.id, called, Person.wanted_rome, Person.wanted_title, Person.insee_code, Person.mobility_km,
            Person.public_id,
        ).order_by(Person.id)
    ).all()  # fmt: skip
    employers = session.execute(
        sa.select(
            Organisation.id, Organisation.siret, Organisation.field, Organisation.naf, Organisation.workforce,
            Organisation.postcode, Organisation.commune, Organisation.public_id,
        ).order_by(Organisation.id)
    ).all()  # fmt: skip
    offers = session.execute(
        sa.select(Offer.organisation_id, Offer.rome, Offer.title)
        .distinct()
        .order_by(Offer.organisation_id, Offer.rome, Offer.title)
    ).all()
    table = PotentialApproach
    taken = session.execute(
        sa.select(table.person_id, table.organisation_id, table.state).order_by(
            table.person_id, table.organisation_id
        )
    ).all()
    known = Communes.load(session)
    lines = {(row.postcode, row.commune) for row in employers}
    return Rows(
        [tuple(row) for row in people],
        [tuple(row) for row in employers],
        [tuple(row) for row in offers],
        [(row.person_id, row.organisation_id, str(row.state)) for row in taken],
        {line: known.only(*line) for line in lines},
    )


_kept: OrderedDict[tuple[Any, ...], World] = OrderedDict()
_lock = threading.Lock()


def world(session: Session, coder: Coder, on: date) -> World:
    """Everybody solved that day, computed again only when something that it reads is another."""
    rows = read(session, on)
    key = (rows.digest, coder.referential.digest)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = solve(session, rows, coder)
    with _lock:
        _kept[key] = made
        while len(_kept) > REMEMBERED:
            _kept.popitem(last=False)
    return made


def solve(session: Session, rows: Rows, coder: Coder) -> World:
    """Score everybody, and give each up to five employers beside those already taken up for them."""
    known = employs.learn(session, coder)
    wanted = _wanted(coder, rows.people)
    referential = coder.referential.with_codes({*known.codes, *(rome for some in wanted for rome, _ in some)})
    places, place_of = places_of(session)
    employers = [row for row in rows.employers if employs.groups_of(row[2], row[3]) or row[0] in known.own]
    person_row = {row[0]: at for at, row in enumerate(rows.people)}
    employer_row = {row[0]: at for at, row in enumerate(employers)}
    kind, share = _kinds(known, employers, referential.index)
    live: Counter[int] = Counter()
    held: Counter[int] = Counter()
    excluded = set()
    for person, employer, state in rows.taken:
        if state in graduates.LIVE:
            live[person] += 1
            held[employer] += 1
        if person in person_row and employer in employer_row:
            excluded.add((person_row[person], employer_row[employer]))
    index = referential.index
    field = core.Field(
        core.Seekers(
            key=stable_keys(row[1] or row[6].hex for row in rows.people),
            wanted=Occupations.of([[(index[rome], sure) for rome, sure in some] for some in wanted]),
            place=np.array([place_of.get(row[4], UNKNOWN) for row in rows.people], np.int32),
            radius_km=np.array(
                [DEFAULT_RADIUS_KM if row[5] is None else row[5] for row in rows.people], np.float32
            ),
            room=np.array([max(core.KEPT - live[row[0]], 0) for row in rows.people], np.int64),
        ),
        core.Firms(
            key=stable_keys(row[1] or row[7].hex for row in employers),
            kind=kind,
            share=share,
            place=np.array(
                [place_of.get(rows.communes[row[5], row[6]], UNKNOWN) for row in employers], np.int32
            ),
            workforce=np.array([core.WORKFORCE.get(row[4] or "", UNKNOWN) for row in employers], np.int32),
            held=np.array([held[row[0]] for row in employers], np.int64),
        ),
        referential.neighbours(),
        places,
    )
    return World(
        person_row,
        employer_row,
        [row[0] for row in employers],
        [(row[2], row[3], row[4]) for row in employers],
        known,
        Counter(
            group for row in employers if row[0] in known.own for group in employs.groups_of(row[2], row[3])
        ),
        index,
        field,
        wanted,
        core.suggest(field, excluded),
    )


def _wanted(coder: Coder, people: Sequence[tuple[Any, ...]]) -> list[list[tuple[str, float]]]:
    """(occupation, how sure) of each: as stated, else up to three readings of the title."""
    coded = iter(coder.code([row[3] or "" for row in people if row[2] is None]))
    made = []
    for row in people:
        if row[2] is not None:
            made.append([(str(row[2]), 1.0)])
            continue
        matches = next(coded)[:CODES]
        made.append([(match.rome, match.score / matches[0].score) for match in matches])
    return made


def _kinds(
    known: Employs, employers: Sequence[tuple[Any, ...]], index: Mapping[str, int]
) -> tuple[core.Rows, Any]:
    """(the kind of each employer, what each kind takes on): those alike in group and in their own offers are one."""
    rows: dict[tuple[Any, ...], int] = {}
    kind = np.zeros(len(employers), np.int64)
    at = np.array([index[code] for code in known.codes], np.int64)
    share: list[Any] = []
    for place, row in enumerate(employers):
        alike = (row[2], row[3][:2] if row[3] else None, known.own.get(row[0], ()))
        if alike not in rows:
            rows[alike] = len(share)
            line = np.zeros(len(index))
            line[at] = known.share(row[0], row[2], row[3])
            share.append(line)
        kind[place] = rows[alike]
    return kind, np.array(share) if share else np.zeros((0, len(index)))
