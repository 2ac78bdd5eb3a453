"""What became of a member, asked again 3 and 6 months after the planned end of the club (workflow.md iv)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_outcomes
from .eligibility.aid import after
from .errors import Conflict, NotAllowed
from .store.club import ClubFollowUp, ClubMembership
from .transitions import refuse
from .vocabulary import CheckInState as State, Party

#: Months after the planned end, also for who left earlier: the club's own measure (programmes.md c).
MONTHS = (3, 6)
#: So many days before its day, one may be noted.
EARLY = timedelta(days=21)
#: Who asks.
PARTIES = frozenset({Party.ANIMATOR})
#: An answer may still be noted.
OPEN = (State.PLANNED, State.MISSED)


def plan(session: Session, membership: ClubMembership) -> None:
    """Those of somebody whose outcome is typed; one that was cancelled by a reopening stands again. Flushes."""
    assert membership.planned_end_on is not None
    known = {each.month: each for each in of(session, membership.id)}
    for month in MONTHS:
        due_on = after(membership.planned_end_on, month)
        if month not in known:
            session.add(
                ClubFollowUp(membership_id=membership.id, month=month, due_on=due_on, state=State.PLANNED)
            )
        elif known[month].state is State.CANCELLED:
            known[month].state, known[month].due_on = State.PLANNED, due_on
    session.flush()


def cancel(session: Session, membership: ClubMembership) -> None:
    """The outcome is taken back: nothing is asked until there is another. What was answered stays."""
    session.execute(
        sa.update(ClubFollowUp)
        .where(ClubFollowUp.membership_id == membership.id, ClubFollowUp.state.in_(OPEN))
        .values(state=State.CANCELLED)
        .execution_options(synchronize_session="fetch")
    )


def of(session: Session, membership_id: int) -> Sequence[ClubFollowUp]:
    """Those of a member by their day. One query."""
    return session.scalars(
        sa.select(ClubFollowUp)
        .where(ClubFollowUp.membership_id == membership_id)
        .order_by(ClubFollowUp.due_on)
        .execution_options(populate_existing=True)
    ).all()


def opens_on(row: ClubFollowUp) -> date:
    """The first day on which it may be noted."""
    return row.due_on - EARLY


def note(
    session: Session, row: ClubFollowUp, situation: str, *, actor_id: int | None, party: Party, on: date
) -> None:
    """Keep what the person says of their situation. Flushes, never commits.

    Raises NotAllowed, InvalidInput (a guard), Conflict("follow-up-noted") when somebody noted it before.
    """
    _allow(party, "note")
    if on < opens_on(row):
        refuse("not-yet", day=opens_on(row))
    if situation not in club_outcomes.OUTCOMES:
        refuse("club-outcome-needed")
    _move(session, row, State.HELD, OPEN, held_on=on, situation=situation, noted_by_id=actor_id)


def miss(session: Session, row: ClubFollowUp, *, actor_id: int | None, party: Party, on: date) -> None:
    """Nobody could be reached: said so. It may still be noted later. Raises as `note`."""
    _allow(party, "miss")
    if on < row.due_on:
        refuse("not-yet", day=row.due_on)
    _move(session, row, State.MISSED, (State.PLANNED,), noted_by_id=actor_id)


def _allow(party: Party, action: str) -> None:
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="club_follow_up", action=action, party=str(party))


def _move(
    session: Session, row: ClubFollowUp, leads_to: State, starts: tuple[State, ...], **values: object
) -> None:
    """Whoever comes first: two presses of a button have one effect."""
    taken = session.execute(
        sa.update(ClubFollowUp)
        .where(ClubFollowUp.id == row.id, ClubFollowUp.state.in_(starts))
        .values(state=leads_to, **values)
        .execution_options(synchronize_session="fetch")
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("follow-up-noted")
