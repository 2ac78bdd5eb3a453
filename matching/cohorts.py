"""Groups of a club: their first day, their seats, who waits for one. On its day the clock starts who registered
(`club_rules.begin`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import audit, club_setup, workdays
from .errors import Duplicate, NotAllowed, StaleVersion
from .store import scope
from .store.accounts import User
from .store.club import Club, ClubMembership, Cohort
from .store.people import Person
from .transitions import flush, refuse
from .vocabulary import RUNNING_MEMBERSHIPS, SEATED_MEMBERSHIPS, MembershipState as State, Party

SEATS: Final = (1, 60)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a group is made of; `animator_id` None: nobody in particular."""

    name: str
    starts_on: date
    seats: int
    animator_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A group with how many of its people are in each state."""

    cohort: Cohort
    animator: str | None
    counts: Mapping[State, int]

    @property
    def taken(self) -> int:
        """Seats that are held; who ended gave theirs back."""
        return sum(self.counts.get(state, 0) for state in SEATED_MEMBERSHIPS)

    @property
    def free(self) -> int:
        return max(self.cohort.seats - self.taken, 0)

    @property
    def running(self) -> int:
        return sum(self.counts.get(state, 0) for state in RUNNING_MEMBERSHIPS)

    def of(self, *states: State) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def must_write(actor: scope.Actor) -> None:
    """An animator writes in a club, an advisor reads it (security.md §2). Raises NotAllowed."""
    if actor.party is not Party.ANIMATOR:
        raise NotAllowed("not-your-step", machine="cohort", action="edit", party=str(actor.party))


def create(session: Session, actor: scope.Actor, club: Club, plan: Plan, *, on: date, at: datetime) -> Cohort:
    """A group to come, or one that begins that day. Flushes, never commits.

    Raises NotAllowed, InvalidInput (no name, a day past or off, seats, an animator of another club), Duplicate.
    """
    must_write(actor)
    _check(session, club, plan)
    if plan.starts_on < on:
        refuse("cohort-starts-past", day=plan.starts_on)
    cohort = Cohort(club_id=club.id)
    _write(session, cohort, plan)
    _trail(session, actor, cohort, "created", ("name", "starts_on", "seats", "animator_id"), at)
    return cohort


def edit(
    session: Session,
    actor: scope.Actor,
    cohort: Cohort,
    plan: Plan,
    *,
    version: int,
    on: date,
    at: datetime,
) -> tuple[str, ...]:
    """Another name, first day, number of seats or animator; the names of what changed. Flushes, never commits.

    Raises NotAllowed, StaleVersion, InvalidInput: a first day past, or moved once somebody's weeks began; fewer seats
    than are held.
    """
    must_write(actor)
    # The row is the lock of its seats, as when one is taken (club_guards).
    cohort = session.scalars(
        sa.select(Cohort)
        .where(Cohort.id == cohort.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if cohort.version != version:
        raise StaleVersion("stale-version", machine="cohort")
    _check(session, session.get_one(Club, cohort.club_id), plan)
    now = standing(session, [cohort])[0]
    if plan.starts_on != cohort.starts_on:
        if now.running or now.of(State.ENDED):
            refuse("cohort-started", day=cohort.starts_on)
        if plan.starts_on < on:
            refuse("cohort-starts-past", day=plan.starts_on)
    if plan.seats < now.taken:
        refuse("cohort-seats-taken", taken=now.taken)
    fields = ("name", "starts_on", "seats", "animator_id")
    changed = tuple(name for name in fields if getattr(cohort, name) != getattr(plan, name))
    _write(session, cohort, plan)
    if changed:
        _trail(session, actor, cohort, "edited", changed, at)
    return changed


def standing(session: Session, cohorts: Sequence[Cohort]) -> list[Standing]:
    """These groups with their counts, in that order. Two queries."""
    ids = [each.id for each in cohorts]
    counts: dict[int, dict[State, int]] = {each: {} for each in ids}
    rows = session.execute(
        sa.select(ClubMembership.cohort_id, ClubMembership.state, sa.func.count())
        .where(ClubMembership.cohort_id.in_(ids))
        .group_by(ClubMembership.cohort_id, ClubMembership.state)
    )
    for cohort_id, state, number in rows:
        counts[cohort_id or 0][state] = int(number)
    named = {each.animator_id for each in cohorts if each.animator_id is not None}
    called = session.execute(sa.select(User.id, User.name).where(User.id.in_(named)))
    names: dict[int, str] = {row.id: row.name for row in called}
    return [Standing(each, names.get(each.animator_id or 0), counts[each.id]) for each in cohorts]


def waiting(session: Session, cohort_ids: Collection[int]) -> dict[int, list[tuple[ClubMembership, Person]]]:
    """Who waits for a seat of each of these groups, in order. One query."""
    found: dict[int, list[tuple[ClubMembership, Person]]] = {each: [] for each in cohort_ids}
    rows = session.execute(
        sa.select(ClubMembership, Person)
        .join(Person, Person.id == ClubMembership.person_id)
        .where(ClubMembership.cohort_id.in_(list(cohort_ids)), ClubMembership.state == State.WAITING_LIST)
        .order_by(ClubMembership.waiting_since, ClubMembership.id)
    )
    for membership, person in rows:
        found[membership.cohort_id or 0].append((membership, person))
    return found


def _check(session: Session, club: Club, plan: Plan) -> None:
    low, high = SEATS
    if not plan.name.strip():
        refuse("cohort-name-needed")
    if not low <= plan.seats <= high:
        refuse("cohort-seats", low=low, high=high)
    if not workdays.is_working(plan.starts_on):
        refuse("cohort-day-off", day=plan.starts_on)
    if plan.animator_id is not None and plan.animator_id not in {
        each.id for each in club_setup.animators(session, club)
    }:
        refuse("club-animator-unknown")


def _write(session: Session, cohort: Cohort, plan: Plan) -> None:
    called = " ".join(plan.name.split())[: club_setup.NAME_LONGEST]
    try:
        with session.begin_nested():
            cohort.name, cohort.seats = called, plan.seats
            cohort.starts_on, cohort.animator_id = plan.starts_on, plan.animator_id
            session.add(cohort)
            flush(session, "cohort")
    except IntegrityError as clash:
        raise Duplicate("cohort-name-taken", name=called) from clash


def _trail(
    session: Session, actor: scope.Actor, cohort: Cohort, action: str, fields: Sequence[str], at: datetime
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action=f"cohort.{action}",
        subject_kind="cohort",
        subject_id=str(cohort.public_id),
        details={"fields": list(fields)},
    )
