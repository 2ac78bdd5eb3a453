"""Whom to call first: the register in the order that gives the most entitled people without an offer one (issue 6, 4).

Each organisation is asked for one post, of the occupation among those it plausibly employs that serves most; what the
calls before it serve is served. At equal gain sports clubs come first, then whose like offer such posts most, then who
was never tried, then the name. What no organisation could serve is told by occupation: somebody looks elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from .call_needs import SEATS, Key, Need
from .employs import PLAUSIBLE
from .scoring.reach import OFFER, Pick, Posts, order
from .store import scope
from .store.campaign import Outreach, OutreachAttempt
from .store.organisations import Organisation
from .store.people import Person
from .store.placements import Placement
from .vocabulary import ENGAGED_PLACEMENTS, OutreachPurpose, OutreachState as State

#: A call may still bring a post: nothing promised, nothing refused, not put off.
TO_CALL = (State.LISTED, State.TO_CONTACT, State.CONTACTED, State.TO_CHASE, State.INTERESTED)
#: What comes first at equal gain (measure 3).
FIRST_FIELD = "sport"


@dataclass(frozen=True, slots=True)
class Tried:
    """The last attempt at an organisation, and how many there were."""

    on: date
    channel: str
    result: str
    times: int


@dataclass(frozen=True, slots=True)
class Caller:
    """A line of the register to be called."""

    outreach: Outreach
    organisation: Organisation
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class Line:
    """A caller at its rank. Counts are of people: `waiting` without an offer, whom the post would fit; `served` the
    first list takes of them; `already` of `waiting` are served by lines before, `new` by this one; `seated` had an
    offer, but no first list; `fits` entitled people whom it would fit in all. `rome` None: nothing plausible is known
    of this employer."""

    rank: int
    caller: Caller
    rome: str | None
    label: str | None
    waiting: int
    served: int
    already: int
    new: int
    seated: int
    fits: int
    #: employers of its field or division that offered that occupation: why it is plausible
    seen: int
    #: person ids, in the order of the list: those without an offer, the new ones among them
    people: tuple[int, ...]
    first: frozenset[int]


@dataclass(frozen=True)
class CallList:
    """The lines in order; who is without an offer; and by occupation whom no line could serve, most first."""

    lines: tuple[Line, ...]
    without: int
    reached: int
    left: tuple[tuple[str, int], ...]

    @property
    def beyond(self) -> int:
        """How many people without an offer no line could serve."""
        return sum(count for _, count in self.left)

    @cached_property
    def by_outreach(self) -> Mapping[int, Line]:
        return {line.caller.outreach.id: line for line in self.lines}


def callers(
    session: Session, actor: scope.Actor, purpose: OutreachPurpose, year: int | None = None
) -> list[Caller]:
    """Lines of the register that a call may still move, of that year (the latest one by default). Three queries."""
    seen = scope.outreaches(actor).where(Outreach.purpose == purpose)
    if year is None:
        year = session.scalar(seen.with_only_columns(sa.func.max(Outreach.year)))
    chosen = seen.where(Outreach.year == year, Outreach.state.in_(TO_CALL))
    rows = session.execute(
        chosen.join(Organisation, Organisation.id == Outreach.organisation_id).add_columns(Organisation)
    ).all()
    tried = _tried(session, chosen.with_only_columns(Outreach.id))
    return [Caller(row.Outreach, row.Organisation, tried.get(row.Outreach.id)) for row in rows]


def years(session: Session, actor: scope.Actor, purpose: OutreachPurpose) -> Sequence[int]:
    """Years of the register, the latest first."""
    query = scope.outreaches(actor).where(Outreach.purpose == purpose)
    return session.scalars(
        query.with_only_columns(Outreach.year).distinct().order_by(Outreach.year.desc())
    ).all()


def _tried(session: Session, chosen: sa.Select[tuple[int]]) -> dict[int, Tried]:
    """The last attempt at each, and how many there were."""
    found: dict[int, Tried] = {}
    attempts = session.scalars(
        sa.select(OutreachAttempt)
        .where(OutreachAttempt.outreach_id.in_(chosen))
        .order_by(OutreachAttempt.done_on, OutreachAttempt.id)
    )
    for each in attempts:
        before = found.get(each.outreach_id)
        found[each.outreach_id] = Tried(
            each.done_on, each.channel, each.result, before.times + 1 if before else 1
        )
    return found


def ordered(need: Need, found: Iterable[Caller], *, at_least: float = PLAUSIBLE) -> CallList:
    """These callers in order. Reads no database; the order of `found` does not matter."""
    rows = sorted(found, key=_turn)
    asked = [dict(need.asked_for(each.organisation, at_least)) for each in rows]
    keys = sorted({key for each in asked for key in each})
    at = {key: post for post, key in enumerate(keys)}
    posts, wished = need.fitting(keys)
    # Of one caller's posts that gain as much, what people look for itself before its sibling, then the likeliest.
    options = [sorted(each, key=lambda key: -wished[at[key]]) for each in asked]
    picks = order(
        [[at[key] for key in each] for each in options],
        posts,
        need.lack,
        seats=SEATS,
        favour=[
            [_favour(caller, likely[key]) for key in each]
            for caller, likely, each in zip(rows, asked, options, strict=True)
        ],
    )
    lines, served = [], np.zeros(need.pool.size, np.bool_)
    for rank, pick in enumerate(picks, 1):
        lines.append(_line(need, keys, posts, pick, rows[pick.caller], rank, served))
        served[list(pick.offered)] = True
    reached = np.zeros(need.pool.size, np.bool_)
    reached[posts.person] = True
    missed = need.without[~reached[need.without]]
    return CallList(
        tuple(lines),
        len(need.without),
        sum(line.new for line in lines),
        _by_occupation(need, missed.tolist()),
    )


def _favour(caller: Caller, share: float) -> int:
    """At equal gain: sports clubs, then who likelier takes on such people."""
    return 2_000 * (caller.organisation.field == FIRST_FIELD) + round(1_000 * share)


def _turn(caller: Caller) -> tuple[bool, bool, str, str, int]:
    """Where gain and favour are equal, or there is no gain: sports clubs, then who was never tried, then the name."""
    house = caller.organisation
    return (
        house.field != FIRST_FIELD,
        caller.tried is not None,
        house.name_key,
        house.siret or house.rna or "",
        caller.outreach.id,
    )


def _line(
    need: Need,
    keys: Sequence[Key],
    posts: Posts,
    pick: Pick,
    caller: Caller,
    rank: int,
    served: NDArray[np.bool_],
) -> Line:
    """`served`: by row of the pool, whom the lines before give an offer."""
    inputs = need.pool.inputs
    people = posts.people(pick.post) if pick.post >= 0 else np.zeros(0, np.int64)
    waiting = people[need.lack[people] == OFFER]
    code, house = keys[pick.post][0] if pick.post >= 0 else None, caller.organisation
    return Line(
        rank=rank,
        caller=caller,
        rome=None if code is None else inputs.referential.codes[code],
        label=None if code is None else inputs.referential.labels[code],
        waiting=len(waiting),
        served=min(len(waiting), SEATS),
        already=int(np.count_nonzero(served[waiting])),
        new=len(pick.offered),
        seated=len(pick.seated),
        fits=len(people),
        seen=0
        if code is None
        else need.employs.seen_in(house.field, house.naf, inputs.referential.codes[code]),
        people=tuple(inputs.person_ids[waiting].tolist()),
        first=frozenset(inputs.person_ids[list(pick.offered)].tolist()),
    )


def _by_occupation(need: Need, rows: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """(label of the first occupation sought, people), most first; "" for who seeks none that is known."""
    wanted, labels = need.pool.inputs.people.wanted, need.pool.inputs.referential.labels
    counted = Counter(
        labels[int(wanted.code[wanted.indptr[row]])] if wanted.indptr[row] < wanted.indptr[row + 1] else ""
        for row in rows
    )
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def people_of(session: Session, actor: scope.Actor, line: Line) -> list[Person]:
    """Those of the line who are in the caseload and still free, in the order of the list. One query."""
    engaged = sa.select(Placement.person_id).where(Placement.state.in_(ENGAGED_PLACEMENTS))
    query = scope.people(actor).where(Person.id.in_(line.people), Person.id.not_in(engaged))
    known = {person.id: person for person in session.scalars(query)}
    return [known[each] for each in line.people if each in known]
