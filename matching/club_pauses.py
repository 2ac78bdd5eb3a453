"""Pauses told before, during or after, and weeks added at the end. The weeks themselves: `club_weeks`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from . import club, club_weeks
from .errors import IllegalTransition, NotAllowed, StaleVersion
from .store.club import Club, ClubMembership, ClubPause
from .transitions import flush, refuse
from .vocabulary import RUNNING_MEMBERSHIPS, MembershipState as State, Party

PARTIES = frozenset({Party.ANIMATOR})


def note(
    session: Session,
    membership: ClubMembership,
    starts_on: date,
    until: date,
    reason: str | None,
    *,
    note: str | None = None,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    version: int | None = None,
) -> None:
    """A pause, both days included. One that covers the day begins at once; one told ahead begins by the clock.

    Flushes, never commits. Raises StaleVersion, IllegalTransition, NotAllowed, InvalidInput (`club_weeks.add_pause`).
    """
    now = starts_on <= on <= until
    if now and membership.state is not State.PAUSED:
        club.change(
            session, membership, club.MembershipAction.PAUSE, actor_id=actor_id, party=party, on=on, at=at,
            version=version,
            details=club.Details(reason=reason, note=note, starts_on=starts_on, until=until),
        )  # fmt: skip
        return
    _open(membership, party, version)
    parent = session.get_one(Club, membership.club_id)
    club_weeks.add_pause(
        session, membership, parent, club_weeks.Span(starts_on, until), reason=reason, note=note,
        actor_id=actor_id,
    )  # fmt: skip
    club.beside(
        session, membership, "pause_noted", actor_id=actor_id, party=party, on=on, at=at, reason=reason
    )
    flush(session, "membership")


def take_back(
    session: Session,
    membership: ClubMembership,
    pause: ClubPause,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    version: int | None = None,
) -> None:
    """A pause that has not begun, or that did not take place; one under way is ended by resuming. Raises as `note`."""
    _open(membership, party, version)
    if pause.starts_on <= on <= pause.ends_on:
        refuse("pause-under-way")
    session.delete(pause)
    club_weeks.lay_again(session, membership)
    club.beside(
        session, membership, "pause_removed", actor_id=actor_id, party=party, on=on, at=at,
        reason=pause.reason,
    )  # fmt: skip
    flush(session, "membership")


def extend(
    session: Session,
    membership: ClubMembership,
    weeks: int,
    reason: str,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    version: int | None = None,
) -> None:
    """Weeks more at the end, with a reason. Raises StaleVersion, IllegalTransition, NotAllowed, InvalidInput."""
    _open(membership, party, version)
    if not reason.strip():
        refuse("reason-needed")
    club_weeks.add_weeks(session, membership, weeks)
    club.beside(
        session, membership, "extended", actor_id=actor_id, party=party, on=on, at=at,
        reason=f"{weeks} · {reason.strip()}",
    )  # fmt: skip
    flush(session, "membership")


def _open(membership: ClubMembership, party: Party, version: int | None) -> None:
    if version is not None and membership.version != version:
        raise StaleVersion("stale-version", machine="membership")
    if membership.state not in RUNNING_MEMBERSHIPS:
        raise IllegalTransition(
            "illegal-step", machine="membership", state=str(membership.state), action="pause"
        )
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="membership", action="pause", party=str(party))
