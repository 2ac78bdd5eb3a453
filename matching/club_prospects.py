"""Who could enter a club: the people of its agency whom the terms let in, or may let in once asked.

The order never knows sex, name, origin or quarter (security.md M4): who has searched longest comes first, then who has
waited longest for a proposal, then a hash. Nobody under a contract or in a job, nobody who is in a club already.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_terms, contacts, match_history, rights
from .club_terms import Term, Terms
from .dossiers import age
from .match_rights import days_searched
from .scoring.titles import Coder
from .store import scope
from .store.club import Club, ClubMembership
from .store.people import Person, full_name
from .store.placements import Placement
from .vocabulary import ENGAGED_PLACEMENTS, LIVE_MEMBERSHIPS, MembershipState, Verdict


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an animator reads of somebody who is no member: name, age, level, project, and what the terms ask.

    `before`: how a former way through a club ended, and when. `writable`: an e-mail may be sent.
    """

    id: int
    public_id: uuid.UUID
    given_names: str
    family_name: str
    age: int | None
    level: int | None
    bac_plus: int | None
    sought: str | None
    rome: str | None
    search_days: int
    weeks_without: int
    writable: bool
    phoned: bool
    before: tuple[MembershipState, date] | None
    terms: Terms
    order: bytes

    @property
    def name(self) -> str:
        return full_name(self)

    @property
    def to_ask(self) -> tuple[Term, ...]:
        return tuple(each.term for each in self.terms.unknown)


def find(
    session: Session,
    actor: scope.Actor,
    club: Club,
    coder: Coder,
    *,
    on: date,
    free_by: date | None = None,
    only: Sequence[uuid.UUID] | None = None,
) -> list[Prospect]:
    """Everybody who could enter that day, in order; twenty queries at most for each few thousand people.

    `only`: these people alone, if they could.
    """
    rows = _people(session, actor, only)
    cohorts = list(rights.load_cohort(session, [row.id for row in rows], recognitions=False)) if rows else []
    searched, working = _search(cohorts, on)
    rows = [row for row in rows if row.id not in working]
    terms = club_terms.judge(session, club, searched, on, free_by=free_by, cohorts=cohorts)
    rows = [row for row in rows if terms[row.id].verdict is not Verdict.NO]
    last, before = match_history.last_proposed(session), _before(session, club, on)
    codes = coder.code([row.wanted_title or "" for row in rows])
    levels = _levels(cohorts)
    made = [
        Prospect(
            id=row.id,
            public_id=row.public_id,
            given_names=row.given_names,
            family_name=row.family_name,
            age=age(row.birth_date, on) if row.birth_date else None,
            level=levels[row.id][0],
            bac_plus=levels[row.id][1],
            sought=row.wanted_title,
            rome=row.wanted_rome or (found[0].rome if found else None),
            search_days=searched[row.id],
            weeks_without=max((on - max(row.known_since, last.get(row.id, date.min))).days, 0) // 7,
            writable=contacts.person_address(row) is not None,
            phoned=row.phone is not None,
            before=before.get(row.id),
            terms=terms[row.id],
            order=hashlib.sha256(club.public_id.bytes + row.public_id.bytes).digest(),
        )
        for row, found in zip(rows, codes, strict=True)
    ]
    return in_order(made)


def still(
    session: Session, actor: scope.Actor, club: Club, found: Iterable[Prospect], *, on: date
) -> list[Prospect]:
    """Of those found a while ago, in their order, who is still of the actor's and free. Two queries."""
    free = frozenset(session.scalars(_free(actor).with_only_columns(Person.id)))
    before = _before(session, club, on)
    return [
        each if each.before == before.get(each.id) else replace(each, before=before.get(each.id))
        for each in found
        if each.id in free
    ]


def in_order(prospects: Sequence[Prospect]) -> list[Prospect]:
    """Longest search first, then longest without a proposal, then a hash of the club and the person."""
    return sorted(prospects, key=lambda each: (-each.search_days, -each.weeks_without, each.order))


def _people(session: Session, actor: scope.Actor, only: Sequence[uuid.UUID] | None) -> Sequence[Any]:
    query = _free(actor).with_only_columns(
        Person.id, Person.public_id, Person.given_names, Person.family_name, Person.birth_date, Person.wanted_title,
        Person.wanted_rome, Person.known_since, Person.email, Person.phone, Person.contact_agreed,
    )  # fmt: skip
    if only is not None:
        query = query.where(Person.public_id.in_(only))
    return session.execute(query.order_by(Person.id)).all()


def _free(actor: scope.Actor) -> sa.Select[Person]:
    """In no club, under no contract or promise of one."""
    live = sa.select(ClubMembership.person_id).where(ClubMembership.state.in_(LIVE_MEMBERSHIPS))
    engaged = sa.select(Placement.person_id).where(Placement.state.in_(ENGAGED_PLACEMENTS))
    return scope.prospects(actor).where(Person.id.not_in(live), Person.id.not_in(engaged))


def _search(cohorts: Sequence[tuple[Any, Any]], on: date) -> tuple[dict[int, int], frozenset[int]]:
    """Days registered as a job seeker, of each; and who is in a job that day."""
    day = on.toordinal()
    searched: dict[int, int] = {}
    working: set[int] = set()
    for ids, cohort in cohorts:
        searched |= dict(zip(ids.tolist(), days_searched(cohort, day).tolist(), strict=True))
        working |= set(ids[np.asarray(cohort.in_job.at(day), np.bool_)].tolist())
    return searched, frozenset(working)


def _levels(cohorts: Sequence[tuple[Any, Any]]) -> dict[int, tuple[int | None, int | None]]:
    found: dict[int, tuple[int | None, int | None]] = {}
    for ids, cohort in cohorts:
        for at, each in enumerate(ids.tolist()):
            found[each] = (
                None if cohort.level_missing[at] else int(cohort.level[at]),
                None if cohort.bac_plus_missing[at] else int(cohort.bac_plus[at]),
            )
    return found


def _before(session: Session, club: Club, on: date) -> dict[int, tuple[MembershipState, date]]:
    """The last way through this club that is over: how it ended, and its last known day."""
    row = ClubMembership
    day = sa.func.coalesce(row.left_on, row.registered_on, row.invited_on)
    rows = session.execute(
        sa.select(row.person_id, row.state, day.label("day"))
        .where(row.club_id == club.id, row.state.not_in(LIVE_MEMBERSHIPS))
        .order_by(row.id)
    )
    return {found.person_id: (found.state, found.day or on) for found in rows}
