"""Into the club: registered in a seat, or put on the waiting list (workflow.md iv).

Registering judges the terms of that day; what they leave open, the animator notes as seen or said, and both are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club as machine, club_guards, club_terms, cohorts
from .club import Details, MembershipAction as Action
from .club_invitations import trail
from .club_terms import Term, Terms
from .errors import Duplicate, IllegalTransition, StaleVersion
from .store import scope
from .store.club import Club, ClubMembership, Cohort
from .store.people import Person, full_name
from .transitions import flush, refuse
from .vocabulary import LIVE_MEMBERSHIPS, MembershipState as State

#: A line of the log beside the machine: into another group.
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Registration:
    """What the animator says when somebody enters: what was seen or said for each term not known, the consent."""

    seen: Mapping[Term, str] = field(default_factory=dict)
    consent: bool = False
    project: str | None = None
    project_rome: str | None = None


def judged(session: Session, club: Club, person_id: int, on: date, cohort: Cohort | None = None) -> Terms:
    """The terms of somebody that day, to be available from the first day of the group."""
    by = max(on, cohort.starts_on) if cohort is not None else on
    return club_terms.judge(session, club, [person_id], on, free_by=by)[person_id]


def register(
    session: Session,
    actor: scope.Actor,
    club: Club,
    who: ClubMembership | Person,
    cohort: Cohort,
    said: Registration,
    *,
    on: date,
    at: datetime,
    version: int | None = None,
) -> ClubMembership:
    """A seat for somebody who is invited, waits, or comes by themselves; in a group that has begun, the weeks begin.

    Raises InvalidInput: a term is not met or not settled, no consent, the group is full, others wait before;
    StaleVersion, IllegalTransition, NotAllowed, Duplicate. Flushes, never commits.
    """
    cohorts.must_write(actor)
    known, person = _who(session, who)
    _in_turn(session, cohort, known)
    entry = club_terms.admit(
        judged(session, club, person.id, on, cohort), _seen(known, said), actor_id=actor.id
    )
    details = Details(
        cohort_id=cohort.id,
        entry=entry,
        consent=said.consent,
        project=said.project,
        project_rome=said.project_rome,
    )
    made = _step(session, actor, club, known, person, Action.REGISTER, details, on, at, version)
    if cohort.starts_on <= on:
        machine.change(session, made, Action.START, actor_id=actor.id, party=actor.party, on=on, at=at)
    return made


def wait(
    session: Session,
    actor: scope.Actor,
    club: Club,
    who: ClubMembership | Person,
    cohort: Cohort,
    said: Registration,
    *,
    on: date,
    at: datetime,
    version: int | None = None,
) -> ClubMembership:
    """A place at the end of the waiting list of a group. What was seen or said is kept until a seat frees.

    Raises InvalidInput: a term is not met; StaleVersion, IllegalTransition, NotAllowed, Duplicate.
    """
    cohorts.must_write(actor)
    known, person = _who(session, who)
    entry = club_terms.keep(
        judged(session, club, person.id, on, cohort), _seen(known, said), actor_id=actor.id
    )
    details = Details(cohort_id=cohort.id, project=said.project, project_rome=said.project_rome)
    made = _step(session, actor, club, known, person, Action.WAIT, details, on, at, version)
    made.entry = entry
    if said.consent and made.consent_on is None:
        made.consent_on = on
    flush(session, "membership")
    return made


def _who(session: Session, who: ClubMembership | Person) -> tuple[ClubMembership | None, Person]:
    """The membership at hand, if any, and its person. Raises Duplicate for a person who has one already."""
    if isinstance(who, ClubMembership):
        return who, session.get_one(Person, who.person_id)
    live = sa.select(ClubMembership.id).where(
        ClubMembership.person_id == who.id, ClubMembership.state.in_(LIVE_MEMBERSHIPS)
    )
    if session.scalar(live) is not None:
        raise Duplicate("membership-exists")
    return None, who


def _step(
    session: Session,
    actor: scope.Actor,
    club: Club,
    known: ClubMembership | None,
    person: Person,
    action: Action,
    details: Details,
    on: date,
    at: datetime,
    version: int | None,
) -> ClubMembership:
    if known is None:
        made = machine.enter(
            session, club, person, action, actor_id=actor.id, party=actor.party, on=on, at=at, details=details
        )
    else:
        made = known
        machine.change(
            session,
            made,
            action,
            actor_id=actor.id,
            party=actor.party,
            on=on,
            at=at,
            details=details,
            version=version,
        )
    trail(session, made, person, action, actor.id, at)
    return made


def move(
    session: Session,
    actor: scope.Actor,
    membership: ClubMembership,
    cohort: Cohort,
    *,
    version: int,
    on: date,
    at: datetime,
) -> None:
    """Into another group of the club, before the weeks begin. Flushes, never commits.

    Raises NotAllowed, StaleVersion, IllegalTransition once the weeks have begun, InvalidInput: no seat is free there.
    """
    cohorts.must_write(actor)
    if membership.state not in (State.INVITED, State.WAITING_LIST, State.REGISTERED):
        raise IllegalTransition(
            "illegal-step", machine="membership", state=str(membership.state), action=MOVED
        )
    if cohort.club_id != membership.club_id:
        refuse("cohort-elsewhere")
    if cohort.id == membership.cohort_id:
        return
    if membership.version != version:
        raise StaleVersion("stale-version", machine="membership")
    if membership.state is State.REGISTERED:
        club_guards.seat(session, cohort)
    membership.cohort_id, membership.animator_id = cohort.id, cohort.animator_id
    if membership.state is State.WAITING_LIST:
        membership.waiting_since = at
    machine.beside(session, membership, MOVED, actor_id=actor.id, party=actor.party, on=on, at=at)
    flush(session, "membership")
    trail(session, membership, session.get_one(Person, membership.person_id), MOVED, actor.id, at)


def _in_turn(session: Session, cohort: Cohort, known: ClubMembership | None) -> None:
    """Nobody passes who waits for a seat of that group."""
    first = cohorts.waiting(session, [cohort.id])[cohort.id]
    if first and (known is None or first[0][0].id != known.id):
        _, person = first[0]
        refuse("cohort-others-wait", name=full_name(person))


def _seen(known: ClubMembership | None, said: Registration) -> dict[Term, str]:
    """What was noted before and now; a project that is typed settles that term."""
    seen = {**(club_terms.seen_in(known.entry) if known is not None else {}), **said.seen}
    if said.project:
        seen.setdefault(Term.PROJECT, said.project)
    return seen
