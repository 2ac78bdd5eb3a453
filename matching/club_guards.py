"""Before a step of the club is taken: what it asks for, and what it writes on the membership besides the state.

A guard that is not met raises InvalidInput; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_outcomes, club_terms, club_weeks
from .store.club import Club, ClubMembership, Cohort
from .transitions import refuse
from .vocabulary import SEATED_MEMBERSHIPS, Party

if TYPE_CHECKING:
    from .club import Details


@dataclass(frozen=True, slots=True)
class Act:
    """One step being taken."""

    session: Session
    membership: ClubMembership
    club: Club
    actor_id: int | None
    party: Party
    on: date
    at: datetime
    details: Details


def check(act: Act, action: str) -> None:
    """Raises InvalidInput when the step may not be taken; writes its dates on the membership otherwise."""
    CHECKS.get(action, _nothing)(act)


def _nothing(act: Act) -> None:
    """The step asks for nothing and leaves nothing but its state."""


def _invite(act: Act) -> None:
    _group(act)
    act.membership.invited_on = act.on


def _wait(act: Act) -> None:
    _group(act)
    act.membership.waiting_since = act.at


def _register(act: Act) -> None:
    """A seat, the consent, the terms of entry as they are that day."""
    row, details = act.membership, act.details
    if row.consent_on is None and not details.consent:
        refuse("club-consent-needed")
    cohort = _group(act)
    if cohort is None:
        refuse("cohort-needed")
    if details.entry is None:
        judged = club_terms.judge(act.session, act.club, [row.person_id], act.on)[row.person_id]
        row.entry = club_terms.admit(judged, club_terms.seen_in(row.entry), actor_id=act.actor_id)
    else:
        row.entry = dict(details.entry)
    seat(act.session, cohort)
    row.consent_on = row.consent_on or act.on
    row.registered_on = act.on


def _group(act: Act) -> Cohort | None:
    """The cohort, the animator and the project that the step names, of this club."""
    row, details = act.membership, act.details
    wanted = details.cohort_id if details.cohort_id is not None else row.cohort_id
    cohort = act.session.get(Cohort, wanted) if wanted is not None else None
    if cohort is not None and cohort.club_id != act.club.id:
        refuse("cohort-elsewhere")
    row.cohort_id = cohort.id if cohort is not None else None
    animator = details.animator_id or row.animator_id or (cohort.animator_id if cohort is not None else None)
    row.animator_id = animator
    row.project = (details.project or "").strip()[:255] or row.project
    row.project_rome = details.project_rome or row.project_rome
    return cohort


def seat(session: Session, cohort: Cohort) -> None:
    """One is left. The cohort's row is the lock: two registrations at once cannot both take the last."""
    seats = session.scalar(sa.select(Cohort.seats).where(Cohort.id == cohort.id).with_for_update())
    taken = session.scalar(
        sa.select(sa.func.count()).where(
            ClubMembership.cohort_id == cohort.id, ClubMembership.state.in_(SEATED_MEMBERSHIPS)
        )
    )
    if taken is None or seats is None or taken >= seats:
        refuse("cohort-full", name=cohort.name, seats=seats)


def _start(act: Act) -> None:
    if act.membership.registered_on is not None and act.on < act.membership.registered_on:
        refuse("before-last-step", day=act.membership.registered_on)
    act.membership.joined_on = act.on
    # The check of the table wants both at once; `club_weeks.lay_out` sets the same day.
    act.membership.planned_end_on = act.on + club_weeks.WEEK * act.club.weeks


def _pause(act: Act) -> None:
    """Its days are said, and it has begun and is not over; or it was noted ahead and begins."""
    details = act.details
    if details.starts_on is None or details.until is None:
        known = map(club_weeks.span_of, club_weeks.pauses_of(act.session, act.membership.id))
        if not club_weeks.paused_on(known, act.on):
            refuse("pause-days-needed")
    elif not details.starts_on <= act.on <= details.until:
        refuse("pause-not-now")


def _drop_out(act: Act) -> None:
    if act.party is not Party.CLOCK and not (act.details.reason or "").strip():
        refuse("reason-needed")


def _end(act: Act) -> None:
    row, details = act.membership, act.details
    if details.outcome not in club_outcomes.OUTCOMES:
        refuse("club-outcome-needed")
    note = (details.note or "").strip()
    if details.outcome in club_outcomes.EXPLAINED and not note:
        refuse("club-outcome-note")
    if row.joined_on is not None and act.on < row.joined_on:
        refuse("before-last-step", day=row.joined_on)
    if details.satisfaction is not None and not 1 <= details.satisfaction <= 4:
        refuse("bad-choice")
    row.left_on, row.outcome = act.on, details.outcome
    row.outcome_note, row.satisfaction = note[:400] or None, details.satisfaction


def _reopen(act: Act) -> None:
    if not (act.details.reason or "").strip():
        refuse("reason-needed")
    row = act.membership
    row.left_on = row.outcome = row.outcome_note = row.satisfaction = None


CHECKS: dict[str, Callable[[Act], None]] = {
    "invite": _invite,
    "wait": _wait,
    "register": _register,
    "start": _start,
    "pause": _pause,
    "drop_out": _drop_out,
    "end": _end,
    "reopen": _reopen,
}
