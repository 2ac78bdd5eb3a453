"""Contacts with a member, and what is noted of a week: an absence with its reason, an obstacle, the next step.

A two-way contact covers the week of its day and brings back who was at risk or had dropped out. Who found a job in
week 4 is still called until week 13: after the exit a contact may be noted up to the planned end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club, club_looks, club_silence, club_weeks
from .errors import NotAllowed, NotFound
from .store.club import Club, ClubContact, ClubMembership, ClubWeek
from .store.people import Person
from .transitions import refuse
from .vocabulary import RUNNING_MEMBERSHIPS, MembershipState as State, Party

CHANNELS = ("phone", "in_person", "session", "sms", "email")
#: Why an absence does not turn the week red.
EXCUSES = ("sickness", "family", "appointment", "work", "training", "holiday", "other")
PARTIES = frozenset({Party.ANIMATOR})
MINUTES_MOST = 600


@dataclass(frozen=True, slots=True)
class Said:
    """A contact as it is typed."""

    done_on: date
    channel: str
    two_way: bool
    minutes: int | None = None
    note: str | None = None
    next_step: str | None = None


def note(
    session: Session,
    membership: ClubMembership,
    said: Said,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
) -> ClubContact:
    """Keep a contact; `on` is the day on which it is noted. The very same noted again is the one that is kept.

    Flushes, never commits. Raises NotAllowed, InvalidInput: not begun, to come, before the first day, after the end, an
    unknown channel.
    """
    _check(membership, said, party, on)
    made = ClubContact(membership_id=membership.id, noted_by_id=actor_id)
    _write(made, said)
    if (known := _same(session, made)) is not None:
        return known
    session.add(made)
    session.flush()
    if said.two_way:
        _heard(session, membership.person_id, said.done_on)
    next_step(session, membership, said.done_on, said.next_step)
    _bring_back(session, membership, on, at)
    return made


def correct(
    session: Session,
    membership: ClubMembership,
    contact: ClubContact,
    said: Said,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
) -> None:
    """Change what was noted; a line says which day it was. Raises as `note`."""
    _check(membership, said, party, on)
    before = contact.done_on
    _write(contact, said)
    session.flush()
    club.beside(
        session, membership, "contact_corrected", actor_id=actor_id, party=party, on=on, at=at,
        reason=before.isoformat(),
    )  # fmt: skip
    _bring_back(session, membership, on, at)
    session.flush()


def take_back(
    session: Session,
    membership: ClubMembership,
    contact: ClubContact,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
) -> None:
    """It did not take place, or not with this person: taken away, and a line says so. Raises NotAllowed."""
    _allow(party)
    club.beside(
        session, membership, "contact_removed", actor_id=actor_id, party=party, on=on, at=at,
        reason=contact.done_on.isoformat(),
    )  # fmt: skip
    session.delete(contact)
    session.flush()


def mark(
    session: Session,
    membership: ClubMembership,
    week: ClubWeek,
    *,
    excused: str | None,
    obstacle: str | None,
    next_step: str | None,
    party: Party,
) -> None:
    """What is known of a week besides its contacts. Raises NotAllowed, InvalidInput("bad-choice")."""
    _allow(party)
    if excused is not None and excused not in EXCUSES:
        refuse("bad-choice")
    assert week.membership_id == membership.id
    week.excused, week.obstacle, week.next_step = excused, _short(obstacle), _short(next_step)
    session.flush()


def next_step(session: Session, membership: ClubMembership, on: date, text: str | None) -> None:
    """What comes next, said on that day: kept with its week. Nothing said changes nothing."""
    week = week_of(session, membership, on) if (text or "").strip() else None
    if week is not None:
        week.next_step = _short(text)
        session.flush()


def numbered(session: Session, membership: ClubMembership, number: int) -> ClubWeek:
    """That week of a member. Raises NotFound."""
    found = session.scalar(
        sa.select(ClubWeek).where(ClubWeek.membership_id == membership.id, ClubWeek.number == number)
    )
    if found is None:
        raise NotFound("not-found")
    return found


def may_note(membership: ClubMembership, on: date) -> bool:
    """Whether a contact of that day could be noted: somebody in the club, or gone and still in their thirteen weeks."""
    if membership.state is State.ENDED:
        return membership.planned_end_on is not None and on < membership.planned_end_on
    return membership.state in RUNNING_MEMBERSHIPS


def week_of(session: Session, membership: ClubMembership, day: date) -> ClubWeek | None:
    """The week that a day counts for; None after the last one. One query."""
    weeks = club_weeks.weeks_of(session, membership.id)
    place = club_looks.place_of([week.ends_on for week in weeks], day)
    return weeks[place] if place < len(weeks) else None


def _same(session: Session, made: ClubContact) -> ClubContact | None:
    """A form sent twice has one effect."""
    return session.scalar(
        sa.select(ClubContact).where(
            ClubContact.membership_id == made.membership_id,
            ClubContact.done_on == made.done_on,
            ClubContact.channel == made.channel,
            ClubContact.two_way == made.two_way,
            ClubContact.minutes.is_(None) if made.minutes is None else ClubContact.minutes == made.minutes,
            ClubContact.note.is_(None) if made.note is None else ClubContact.note == made.note,
        )
    )


def _heard(session: Session, person_id: int, on: date) -> None:
    """The last contact of the file, unless a later one is known."""
    earlier = sa.or_(Person.last_contact_on.is_(None), Person.last_contact_on < on)
    session.execute(
        sa.update(Person)
        .where(Person.id == person_id, earlier)
        .values(last_contact_on=on)
        .execution_options(synchronize_session="fetch")
    )


def _check(membership: ClubMembership, said: Said, party: Party, on: date) -> None:
    _allow(party)
    if membership.joined_on is None or membership.state not in (*RUNNING_MEMBERSHIPS, State.ENDED):
        refuse("club-not-begun")
    if said.done_on > on:
        refuse("contact-to-come", day=on)
    if said.done_on < membership.joined_on:
        refuse("contact-before-club", day=membership.joined_on)
    if not may_note(membership, said.done_on):
        refuse("contact-after-club", day=membership.planned_end_on)
    if said.channel not in CHANNELS:
        refuse("unknown-channel", allowed=", ".join(CHANNELS))
    if said.minutes is not None and not 0 < said.minutes <= MINUTES_MOST:
        refuse("contact-minutes", most=MINUTES_MOST)


def _allow(party: Party) -> None:
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="club_contact", action="note", party=str(party))


def _write(row: ClubContact, said: Said) -> None:
    row.done_on, row.channel, row.two_way = said.done_on, said.channel, said.two_way
    row.minutes, row.note = said.minutes, _short(said.note)


def _bring_back(session: Session, membership: ClubMembership, on: date, at: datetime) -> None:
    """Who was silent too long and no longer is comes back; a contact told late may leave them silent still."""
    if membership.state not in (State.AT_RISK, State.DROPPED_OUT):
        return
    session.flush()
    terms = session.execute(
        sa.select(Club.risk_weeks, Club.drop_weeks).where(Club.id == membership.club_id)
    ).one()
    weeks = terms.risk_weeks if membership.state is State.AT_RISK else terms.drop_weeks
    silence = club_silence.of(session, [membership], on)[membership.id]
    if silence.last is not None and silence.days < 7 * weeks:
        club.change(
            session,
            membership,
            club.MembershipAction.CONTACT,
            actor_id=None,
            party=Party.SYSTEM,
            on=on,
            at=at,
        )


def _short(text: str | None) -> str | None:
    return (text or "").strip()[:400] or None


def query(membership_id: int) -> sa.Select[ClubContact]:
    """The contacts of a member, the latest first."""
    return (
        sa.select(ClubContact)
        .where(ClubContact.membership_id == membership_id)
        .order_by(ClubContact.done_on.desc(), ClubContact.id.desc())
    )
