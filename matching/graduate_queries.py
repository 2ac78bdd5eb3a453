"""What the pages of graduates read: one person with their employers, the profiles that an employer might take on."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import graduate_log, graduates, offer_aid, offer_queries, potential
from .errors import NotFound
from .graduate_approaches import may_undo
from .graduates import Graduate
from .offer_aid import Lump
from .potential import Suggestion
from .store import scope
from .store.accounts import User
from .store.campaign import ApproachEvent, PotentialApproach
from .store.organisations import Offer, Organisation
from .store.people import Person

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook
    from .scoring.titles import Coder

#: Employers that a search shows.
FOUND = 10
#: The scheme that measure 12 is for.
SCHEME = "emploi_franc"
FULL_TIME = 35.0


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of what was done, with who did it."""

    event: ApproachEvent
    by: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One employer for the person. `row` None: suggested, and nobody has taken it up yet; `found` None: the person or
    the employer is no longer compared. `aid`: what it would be paid for the contract of the measure; None when it may
    not surely sign one."""

    employer: Organisation
    row: PotentialApproach | None
    found: Suggestion | None
    log: Sequence[Noted]
    aid: Lump | None
    undoable: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A graduate with what was done for them, then who is suggested."""

    person: Person
    line: Graduate
    taken: Sequence[Card]
    suggested: Sequence[Card]


def line_of(session: Session, actor: scope.Actor, ref: uuid.UUID, coder: Coder, on: date) -> Graduate:
    """One graduate of the caseload. Raises NotFound: missing, not theirs, or no such graduate."""
    found = graduates.listed(session, scope.people(actor).where(Person.public_id == ref), coder, on)
    if not found:
        raise NotFound("not-found")
    return found[0]


def sheet(
    session: Session,
    actor: scope.Actor,
    ref: uuid.UUID,
    coder: Coder,
    book: ProgrammeBook,
    *,
    on: date,
    at: datetime,
) -> Sheet:
    """The person with their employers. Raises NotFound."""
    line = line_of(session, actor, ref, coder, on)
    person = scope.one(session, scope.people(actor), Person.public_id == ref)
    world = potential.world(session, coder, on)
    rows = session.scalars(
        scope.approaches(actor)
        .where(PotentialApproach.person_id == person.id)
        .order_by(PotentialApproach.made_on, PotentialApproach.id)
    ).all()
    suggested = [] if line.under_contract else world.of(person.id)
    ids = {row.organisation_id for row in rows} | {each.organisation_id for each in suggested}
    employers = {
        each.id: each for each in session.scalars(scope.organisations(actor).where(Organisation.id.in_(ids)))
    }
    logs = _logs(session, [row.id for row in rows])
    taken = []
    for row in rows:
        noted = logs.get(row.id, [])
        steps = graduate_log.standing([each.event for each in noted])
        taken.append(
            Card(
                employers[row.organisation_id],
                row,
                world.pair(person.id, row.organisation_id),
                noted,
                _aid(book, employers[row.organisation_id], on),
                len(steps) > 1 and may_undo(steps[-1], actor.id, actor.party, at),
            )
        )
    offered = [
        Card(
            employers[each.organisation_id],
            None,
            each,
            (),
            _aid(book, employers[each.organisation_id], on),
            False,
        )
        for each in suggested
    ]
    return Sheet(person, line, taken, offered)


def searched(
    session: Session, actor: scope.Actor, person_id: int, text: str, coder: Coder, on: date
) -> list[tuple[Organisation, Suggestion | None]]:
    """Employers of that name or number that nobody has taken up for the person, with how they compare."""
    held = sa.select(PotentialApproach.organisation_id).where(PotentialApproach.person_id == person_id)
    found = session.scalars(
        scope.organisations(actor)
        .where(offer_queries.named(text), Organisation.id.not_in(held))
        .order_by(Organisation.name_key, Organisation.id)
        .limit(FOUND)
    ).all()
    world = potential.world(session, coder, on)
    return [(each, world.pair(person_id, each.id)) for each in found]


def other(
    session: Session,
    person_id: int,
    employer: Organisation,
    coder: Coder,
    book: ProgrammeBook,
    on: date,
) -> Card:
    """An employer that nobody suggested, for that person."""
    found = potential.world(session, coder, on).pair(person_id, employer.id)
    return Card(employer, None, found, (), _aid(book, employer, on), False)


@dataclass(frozen=True, slots=True)
class Profiles:
    """What an employer can be told before anybody is decided on: how many people, of which occupation and level."""

    employer: Organisation
    total: int
    #: (occupation, how many by band), the most common first
    occupations: Sequence[tuple[str, Mapping[str, int]]]
    suggested: int


def profiles(session: Session, actor: scope.Actor, employer: uuid.UUID, coder: Coder, on: date) -> Profiles:
    """Graduates of the caseload whom the like of that employer takes on: counts, no names. Raises NotFound."""
    organisation = scope.one(session, scope.organisations(actor), Organisation.public_id == employer)
    world = potential.world(session, coder, on)
    fits = world.profiles(organisation.id)
    lines = [
        each for each in graduates.listed(session, scope.people(actor), coder, on)
        if each.id in fits and not each.under_contract
    ]  # fmt: skip
    counted: dict[str, Counter[str]] = {}
    for each in lines:
        counted.setdefault(each.occupation or "", Counter())[str(each.band)] += 1
    ordered = sorted(counted.items(), key=lambda item: (-item[1].total(), item[0]))
    suggested = world.employers_of({each.id for each in lines})[organisation.id]
    return Profiles(organisation, len(lines), ordered, suggested)


def _aid(book: ProgrammeBook, employer: Organisation, on: date) -> Lump | None:
    """Of a lasting contract, full time, from that day."""
    post = Offer(scheme=SCHEME, contract_kind="CDI", months=None, weekly_hours=FULL_TIME)
    estimate = offer_aid.estimate(post, employer, book, on)
    return estimate if isinstance(estimate, Lump) else None


def _logs(session: Session, ids: Sequence[int]) -> dict[int, list[Noted]]:
    query = (
        sa.select(ApproachEvent, User.name)
        .outerjoin(User, User.id == ApproachEvent.actor_id)
        .where(ApproachEvent.approach_id.in_(ids))
        .order_by(ApproachEvent.id)
    )
    found: dict[int, list[Noted]] = {}
    for event, by in session.execute(query):
        found.setdefault(event.approach_id, []).append(Noted(event, by))
    return found
