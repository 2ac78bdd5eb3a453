"""Invitations to a club: who is asked, what they answer, by the link or on the phone; one reminder, then no answer.

A yes dates the consent and registers nobody: the animator does (`club_entry`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, club as machine, club_terms, cohorts, contacts, daily, links, outbox, reminders, silence
from .club import Details, MembershipAction as Action
from .errors import IllegalTransition, PasserelleError
from .store import scope
from .store.club import Club, ClubMembership, Cohort, MembershipEvent
from .store.messages import AccessLink
from .store.people import Person
from .transitions import flush
from .vocabulary import MembershipState as State, Party

if TYPE_CHECKING:
    from .daily import Day

INVITED, REMINDED = "club_invited", "club_reminded"
#: A line of the log beside the machine: the person said yes, by the link or to the animator.
AGREED = "agreed"
#: Working days after which the one reminder leaves; after `silence.LONGEST` there was no answer.
REMINDERS: Final = (5,)
#: How an answer came, when not by the link.
CHANNELS: Final = ("phone", "in_person", "sms", "email")


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one of several: `fault` None: done. `written`: a message leaves."""

    person: Person
    fault: PasserelleError | None = None
    written: bool = False


def invite(
    session: Session,
    actor: scope.Actor,
    club: Club,
    refs: Sequence[uuid.UUID],
    cohort: Cohort | None,
    *,
    on: date,
    at: datetime,
) -> list[Line]:
    """Invite these people, each on their own: a line for each, in their order. Who has no e-mail is to be called.

    Raises NotAllowed; a person who is not of the agency has no line. Flushes, never commits.
    """
    cohorts.must_write(actor)
    found = {
        each.public_id: each
        for each in session.scalars(scope.prospects(actor).where(Person.public_id.in_(refs)))
    }
    people = [found[ref] for ref in dict.fromkeys(refs) if ref in found]
    terms = club_terms.judge(
        session,
        club,
        [each.id for each in people],
        on,
        free_by=max(on, cohort.starts_on) if cohort is not None else on,
    )
    lines = []
    for person in people:
        try:
            with session.begin_nested():
                club_terms.refuse_unmet(terms[person.id])
                lines.append(_invite(session, actor, club, person, cohort, on, at))
        except PasserelleError as fault:
            lines.append(Line(person, fault))
    return lines


def _invite(
    session: Session,
    actor: scope.Actor,
    club: Club,
    person: Person,
    cohort: Cohort | None,
    on: date,
    at: datetime,
) -> Line:
    made = machine.enter(
        session,
        club,
        person,
        Action.INVITE,
        actor_id=actor.id,
        party=actor.party,
        on=on,
        at=at,
        details=Details(cohort_id=cohort.id if cohort is not None else None),
    )
    message = outbox.queue(
        session,
        INVITED,
        subject=("membership", made.id),
        address=contacts.person_address(person),
        on=on,
        at=at,
        person_id=person.id,
        sender_id=actor.id,
    )
    trail(session, made, person, Action.INVITE, actor.id, at)
    return Line(person, written=message is not None)


def agree(
    session: Session,
    membership: ClubMembership,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    channel: str | None = None,
) -> bool:
    """The person said yes: the consent is dated, the animator registers next. False when it was said before.

    Raises IllegalTransition when nothing is asked any more. Flushes, never commits.
    """
    if membership.state not in (State.INVITED, State.WAITING_LIST):
        raise IllegalTransition(
            "illegal-step", machine="membership", state=str(membership.state), action=AGREED
        )
    if membership.consent_on is not None:
        return False
    membership.consent_on = on
    machine.beside(session, membership, AGREED, actor_id=actor_id, party=party, on=on, at=at, reason=channel)
    flush(session, "membership")
    trail(session, membership, session.get_one(Person, membership.person_id), AGREED, actor_id, at)
    return True


def decline(
    session: Session,
    membership: ClubMembership,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    reason: str | None = None,
    version: int | None = None,
) -> None:
    """The person does not come, or not any more: the seat is free again. Raises as `club.change` does."""
    machine.change(
        session,
        membership,
        Action.DECLINE,
        actor_id=actor_id,
        party=party,
        on=on,
        at=at,
        details=Details(reason=reason),
        version=version,
    )
    person = session.get_one(Person, membership.person_id)
    trail(session, membership, person, Action.DECLINE, actor_id, at)


def answer(session: Session, link: AccessLink, yes: bool, *, on: date, at: datetime) -> bool:
    """What the person said by the link, which it spends. False when that very answer was given before.

    Raises IllegalTransition when something else was answered, or noted meanwhile. Flushes, never commits.
    """
    row = session.scalars(
        sa.select(ClubMembership)
        .where(ClubMembership.id == link.membership_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    before = said(row)
    if before is yes:
        return False
    if before is not None or row.state is not State.INVITED or not links.use(session, link, at=at):
        raise IllegalTransition(
            "illegal-step", machine="membership", state=str(row.state), action=str(Action.DECLINE)
        )
    party = Party.YOUNG_PERSON
    if yes:
        return agree(session, row, actor_id=None, party=party, on=on, at=at)
    decline(session, row, actor_id=None, party=party, on=on, at=at)
    return True


def said(membership: ClubMembership) -> bool | None:
    """What somebody answered to the invitation, as far as the row tells; None: nothing yet, or it is over."""
    if membership.state is State.DECLINED:
        return False
    return True if membership.consent_on is not None else None


def remind(session: Session, day: Day) -> int:
    """One reminder to who was invited by a message and says nothing; how many leave."""
    rows = [
        (membership, person)
        for membership, person in _silent(session)
        if membership.invited_on is not None
        and silence.reminder_due(membership.invited_on, REMINDERS, day.on) is not None
        and contacts.person_address(person) is not None
    ]
    before = reminders.known(session, [REMINDED], "membership", [row.id for row, _ in rows])
    return outbox.queue_all(
        session,
        [
            outbox.waiting(
                REMINDED,
                subject=("membership", membership.id),
                address=contacts.person_address(person) or "",
                on=day.on,
                at=day.at,
                occasion="1",
                person_id=person.id,
                sender_id=membership.animator_id,
                hold=timedelta(0),
            )
            for membership, person in rows
            if (REMINDED, membership.id, "1") not in before
        ],
    )


def unanswered(session: Session, day: Day) -> int:
    """Who was invited and said nothing within the longest wait: over, and may be invited again; how many."""
    rows = [
        membership
        for membership, _ in _silent(session)
        if membership.invited_on is not None and day.on > silence.last_day(membership.invited_on)
    ]
    return daily.each(
        session,
        rows,
        lambda row: machine.change(
            session, row, Action.NO_ANSWER, actor_id=None, party=Party.CLOCK, on=day.on, at=day.at
        ),
    )


def log(session: Session, membership_ids: Sequence[int]) -> dict[int, list[MembershipEvent]]:
    """The lines of these memberships, oldest first. One query."""
    found: dict[int, list[MembershipEvent]] = {each: [] for each in membership_ids}
    rows = session.scalars(
        sa.select(MembershipEvent)
        .where(MembershipEvent.membership_id.in_(membership_ids))
        .order_by(MembershipEvent.id)
    )
    for row in rows:
        found[row.membership_id].append(row)
    return found


def _silent(session: Session) -> Sequence[tuple[ClubMembership, Person]]:
    rows = session.execute(
        sa.select(ClubMembership, Person)
        .join(Person, Person.id == ClubMembership.person_id)
        .where(ClubMembership.state == State.INVITED, ClubMembership.consent_on.is_(None))
        .order_by(ClubMembership.id)
        .with_for_update(of=ClubMembership)
    )
    return [(membership, person) for membership, person in rows]


def trail(
    session: Session,
    membership: ClubMembership,
    person: Person,
    action: str,
    actor_id: int | None,
    at: datetime,
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=f"club.{action}",
        subject_kind="person",
        subject_id=str(person.public_id),
        details={"to": str(membership.state)},
    )
