"""Into the club: invited, agreed or not, registered in a seat or put on the waiting list (workflow.md iv).

The young person answers by the link of the message, or on the phone to the animator, who registers. Registering judges
the terms of that day; what they leave open, the animator notes as seen or said, and both are kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import (
    audit,
    club as machine,
    club_guards,
    club_terms,
    cohorts,
    contacts,
    daily,
    links,
    outbox,
    reminders,
    silence,
)
from .club import Details, MembershipAction as Action
from .club_terms import Term, Terms
from .errors import Duplicate, IllegalTransition, PasserelleError, StaleVersion
from .store import scope
from .store.club import Club, ClubMembership, Cohort, MembershipEvent
from .store.messages import AccessLink
from .store.people import Person, full_name
from .transitions import flush, refuse
from .vocabulary import LIVE_MEMBERSHIPS, MembershipState as State, Party

if TYPE_CHECKING:
    from .daily import Day

INVITED, REMINDED = "club_invited", "club_reminded"
#: A line of the log beside the machine: the person said yes, by the link or to the animator; another group.
AGREED, MOVED = "agreed", "moved"
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
    _trail(session, made, person, Action.INVITE, actor.id, at)
    return Line(person, written=message is not None)


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
    _trail(session, made, person, action, actor.id, at)
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
    _trail(session, membership, session.get_one(Person, membership.person_id), MOVED, actor.id, at)


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
    _trail(session, membership, session.get_one(Person, membership.person_id), AGREED, actor_id, at)
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
    _trail(session, membership, person, Action.DECLINE, actor_id, at)


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


def _trail(
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
