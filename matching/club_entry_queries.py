"""What the pages of the club's way in read: its clubs, its groups, who is in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_invitations, club_setup, cohorts
from .cohorts import Standing
from .errors import NotFound
from .store import scope
from .store.accounts import User
from .store.club import Club, ClubMembership, Cohort, MembershipEvent
from .store.messages import AccessLink, OutgoingMessage
from .store.people import Person, full_name
from .vocabulary import RUNNING_MEMBERSHIPS, MembershipState as State

#: In which order a group's people are told.
ORDER: Sequence[State] = (
    *RUNNING_MEMBERSHIPS,
    State.REGISTERED,
    State.INVITED,
    State.WAITING_LIST,
    State.ENDED,
    State.DECLINED,
    State.NO_ANSWER,
)
#: Nothing more is asked of these.
OVER = (State.ENDED, State.DECLINED, State.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Run:
    """A club and who runs it."""

    club: Club
    animators: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a group, invited, waiting or in it, with the lines of their log."""

    row: ClubMembership
    person: Person
    events: tuple[MembershipEvent, ...]

    @property
    def name(self) -> str:
        return full_name(self.person)

    @property
    def waits_since(self) -> date | None:
        """The business day on which they were put on the waiting list."""
        days = [each.done_on for each in self.events if each.to_state is State.WAITING_LIST]
        return days[-1] if days else None

    @property
    def agreed(self) -> bool:
        return self.row.consent_on is not None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A group, whole: its club, its seats, its people in order, who waits, in their order."""

    club: Club
    standing: Standing
    members: tuple[Member, ...]

    @property
    def cohort(self) -> Cohort:
        return self.standing.cohort

    def of(self, *states: State) -> list[Member]:
        return [each for each in self.members if each.row.state in states]

    @property
    def waiting(self) -> list[Member]:
        found = self.of(State.WAITING_LIST)
        return sorted(found, key=lambda each: (str(each.row.waiting_since), each.row.id))

    @property
    def next(self) -> Member | None:
        """Whose turn it is, when a seat is free."""
        return self.waiting[0] if self.standing.free and self.waiting else None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a personal link asks about: no more than its message said, and no name but of who signed it."""

    link: AccessLink
    row: ClubMembership
    club: Club
    cohort: Cohort | None
    signer: str | None

    @property
    def said(self) -> bool | None:
        return club_invitations.said(self.row)

    @property
    def open(self) -> bool:
        return self.row.state is State.INVITED and self.said is None


def invitation(session: Session, link: AccessLink) -> Invitation:
    """The invitation that a link of the club is about. One query. Raises NotFound once it is gone."""
    found = session.execute(
        sa.select(ClubMembership, Club, Cohort, User.name)
        .join(Club, Club.id == ClubMembership.club_id)
        .outerjoin(Cohort, Cohort.id == ClubMembership.cohort_id)
        .outerjoin(OutgoingMessage, OutgoingMessage.id == link.message_id)
        .outerjoin(User, User.id == OutgoingMessage.sender_id)
        .where(ClubMembership.id == link.membership_id)
    ).one_or_none()
    if found is None:
        raise NotFound("link-unknown")
    row, club, cohort, signer = found
    return Invitation(link, row, club, cohort, signer)


def who(session: Session, row: ClubMembership) -> tuple[Person, Club, Cohort | None]:
    """Whose membership it is, of which club, in which group. One query."""
    found = session.execute(
        sa.select(Person, Club, Cohort)
        .select_from(ClubMembership)
        .join(Person, Person.id == ClubMembership.person_id)
        .join(Club, Club.id == ClubMembership.club_id)
        .outerjoin(Cohort, Cohort.id == ClubMembership.cohort_id)
        .where(ClubMembership.id == row.id)
    ).one()
    person, club, cohort = found
    return person, club, cohort


def clubs(session: Session, actor: scope.Actor) -> list[Run]:
    """The clubs of the actor, by name, with their animators. One query for each club, and one."""
    found = session.scalars(scope.clubs(actor).order_by(Club.name, Club.id)).all()
    return [Run(each, tuple(club_setup.animators(session, each))) for each in found]


def groups(session: Session, actor: scope.Actor, club_ids: Sequence[int] | None = None) -> list[Standing]:
    """The groups of these clubs (all of the actor's), the latest first. Three queries."""
    query = scope.cohorts(actor)
    if club_ids is not None:
        query = query.where(Cohort.club_id.in_(club_ids))
    found = session.scalars(query.order_by(Cohort.starts_on.desc(), Cohort.name, Cohort.id)).all()
    return cohorts.standing(session, found)


def enterable(session: Session, actor: scope.Actor, club: Club, on: date) -> list[Standing]:
    """The groups of a club that are not over that day: one may still enter, the next to begin first."""
    return [
        each
        for each in reversed(groups(session, actor, [club.id]))
        if each.cohort.starts_on + timedelta(weeks=club.weeks) > on
    ]


def sheet(session: Session, actor: scope.Actor, cohort: Cohort) -> Sheet:
    """A group of the actor's with its people. Five queries, whatever their number."""
    rows = session.execute(
        scope.memberships(actor)
        .where(ClubMembership.cohort_id == cohort.id)
        .join(Person, Person.id == ClubMembership.person_id)
        .add_columns(Person)
    ).all()
    log: Mapping[int, Sequence[MembershipEvent]] = club_invitations.log(session, [row[0].id for row in rows])
    people = [Member(row, person, tuple(log[row.id])) for row, person in rows]
    # Invited: who said yes first, for there is something to do.
    people.sort(
        key=lambda each: (
            ORDER.index(each.row.state),
            not each.agreed,
            each.person.family_name,
            each.person.given_names,
            each.row.id,
        )
    )
    return Sheet(session.get_one(Club, cohort.club_id), cohorts.standing(session, [cohort])[0], tuple(people))
