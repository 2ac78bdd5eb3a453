"""Démarches of a member towards employers: by day, employer, channel, and what came of them (programmes.md c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import NotAllowed
from .store.club import Approach, ClubMembership
from .transitions import refuse
from .vocabulary import RUNNING_MEMBERSHIPS, MembershipState as State, Party

CHANNELS = ("visit", "call", "offer", "network", "email", "event")
RESULTS = ("waiting", "no_answer", "refused", "interview", "trial", "hired")
PARTIES = frozenset({Party.ANIMATOR})


@dataclass(frozen=True, slots=True)
class Done:
    """An approach as it is typed. `result_on`: the day of the answer, or of the interview to come."""

    done_on: date
    employer: str
    channel: str
    result: str = "waiting"
    result_on: date | None = None
    note: str | None = None


def note(
    session: Session, membership: ClubMembership, done: Done, *, actor_id: int | None, party: Party, on: date
) -> Approach:
    """Keep an approach. Flushes, never commits.

    Raises NotAllowed, InvalidInput: not begun, to come, before the first day, no employer, a word not in the list.
    """
    _allow(party)
    if membership.joined_on is None or membership.state not in (*RUNNING_MEMBERSHIPS, State.ENDED):
        refuse("club-not-begun")
    if done.done_on > on:
        refuse("contact-to-come", day=on)
    if done.done_on < membership.joined_on:
        refuse("contact-before-club", day=membership.joined_on)
    if not done.employer.strip():
        refuse("approach-employer")
    if done.channel not in CHANNELS:
        refuse("bad-choice")
    made = Approach(
        membership_id=membership.id,
        done_on=done.done_on,
        employer=done.employer.strip()[:255],
        channel=done.channel,
        noted_by_id=actor_id,
    )
    _answer(made, done.result, done.result_on, done.note)
    session.add(made)
    session.flush()
    return made


def answer(
    session: Session,
    row: Approach,
    result: str,
    *,
    result_on: date | None,
    note: str | None,
    party: Party,
) -> None:
    """What came of it, later; a new answer takes the place of the one before. Raises NotAllowed, InvalidInput."""
    _allow(party)
    _answer(row, result, result_on, note if (note or "").strip() else row.note)
    session.flush()


def take_back(session: Session, row: Approach, *, party: Party) -> None:
    """It was noted by mistake. Raises NotAllowed."""
    _allow(party)
    session.delete(row)
    session.flush()


def query(membership_id: int) -> sa.Select[Approach]:
    """The approaches of a member, the latest first."""
    return (
        sa.select(Approach)
        .where(Approach.membership_id == membership_id)
        .order_by(Approach.done_on.desc(), Approach.id.desc())
    )


def _answer(row: Approach, result: str, result_on: date | None, note: str | None) -> None:
    if result not in RESULTS:
        refuse("bad-choice")
    if result_on is not None and result_on < row.done_on:
        refuse("approach-answer-early", day=row.done_on)
    row.result, row.result_on = result, None if result == "waiting" else result_on
    row.note = (note or "").strip()[:400] or None


def _allow(party: Party) -> None:
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="approach_of_member", action="note", party=str(party))
