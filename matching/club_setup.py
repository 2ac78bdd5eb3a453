"""A club of an agency and its settings: its terms of entry, its rules of time, who runs it. A supervisor sets them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import audit
from .errors import Duplicate, NotAllowed, StaleVersion
from .store import scope
from .store.accounts import User
from .store.club import Club, ClubAnimator
from .transitions import flush, refuse
from .vocabulary import Party, Role

#: setting -> least and most; the table holds the same (store/club.py).
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "age_under": (16, 40),
    "bac_plus_most": (0, 8),
    "seats": (2, 60),
    "weeks": (1, 52),
    "silence_days": (1, 90),
    "risk_weeks": (1, 26),
    "drop_weeks": (2, 52),
    "pause_days_most": (1, 180),
}
NAME_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Settings:
    """A term that is None or False is not asked. The figures that are given without a law are those of the experiment
    (programmes.md c)."""

    name: str
    zone_asked: bool = True
    age_under: int | None = 30
    bac_plus_most: int | None = 2
    project_asked: bool = True
    full_time_asked: bool = True
    seats: int = 12
    weeks: int = 13
    silence_days: int = 10
    risk_weeks: int = 2
    drop_weeks: int = 4
    pause_days_most: int = 21


def settings_of(club: Club) -> Settings:
    return Settings(**{name: getattr(club, name) for name in Settings.__dataclass_fields__})


def animators(session: Session, club: Club) -> Sequence[User]:
    """Who runs it, by name."""
    return session.scalars(
        sa.select(User)
        .join(ClubAnimator, ClubAnimator.user_id == User.id)
        .where(ClubAnimator.club_id == club.id)
        .order_by(User.name, User.id)
    ).all()


def eligible(session: Session, agency_id: int | None) -> Sequence[User]:
    """Accounts of the agency that may run a club, by name."""
    return session.scalars(
        sa.select(User)
        .where(User.agency_id == agency_id, User.role == Role.ANIMATOR, User.active)
        .order_by(User.name, User.id)
    ).all()


def create(
    session: Session, actor: scope.Actor, settings: Settings, animator_ids: Collection[int], *, at: datetime
) -> Club:
    """A club of the supervisor's agency. Flushes, never commits.

    Raises NotAllowed, InvalidInput (a setting), Duplicate: another club has that name.
    """
    _allowed(actor)
    _check(settings)
    assert actor.agency_id is not None  # a supervisor is an advisor of an agency
    club = Club(agency_id=actor.agency_id)
    _write(session, club, settings)
    _name(session, club, animator_ids)
    _trail(session, actor, club, "created", [*Settings.__dataclass_fields__, "animators"], at)
    return club


def edit(
    session: Session,
    actor: scope.Actor,
    club: Club,
    settings: Settings,
    animator_ids: Collection[int],
    *,
    version: int,
    at: datetime,
) -> tuple[str, ...]:
    """The settings of a club and who runs it; the names of those that changed. Flushes, never commits.

    Who is in the club keeps the weeks and the terms of their own day. Raises NotAllowed, StaleVersion, InvalidInput,
    Duplicate.
    """
    _allowed(actor)
    if club.version != version:
        raise StaleVersion("stale-version", machine="club")
    _check(settings)
    before, known = settings_of(club), {each.id for each in animators(session, club)}
    changed = [
        name for name in Settings.__dataclass_fields__ if getattr(before, name) != getattr(settings, name)
    ]
    _write(session, club, settings)
    if known != set(animator_ids):
        _name(session, club, animator_ids)
        changed.append("animators")
    if changed:
        _trail(session, actor, club, "edited", changed, at)
    return tuple(changed)


def _allowed(actor: scope.Actor) -> None:
    if actor.party is not Party.SUPERVISOR or actor.agency_id is None:
        raise NotAllowed("not-your-step", machine="club", action="set_up", party=str(actor.party))


def _check(settings: Settings) -> None:
    if not settings.name.strip():
        refuse("club-name-needed")
    for name, (low, high) in LIMITS.items():
        value = getattr(settings, name)
        if value is not None and not low <= value <= high:
            refuse("club-limit", field=name, low=low, high=high)
    if settings.drop_weeks <= settings.risk_weeks:
        refuse("club-drop-before-risk", weeks=settings.risk_weeks)


def _write(session: Session, club: Club, settings: Settings) -> None:
    called = " ".join(settings.name.split())[:NAME_LONGEST]
    try:
        with session.begin_nested():
            for name, value in {**asdict(settings), "name": called}.items():
                # Not asked is NULL, said outright: of a new row, None would become the column's default.
                setattr(club, name, sa.null() if value is None else value)
            session.add(club)
            flush(session, "club")
    except IntegrityError as clash:
        raise Duplicate("club-name-taken", name=called) from clash


def _name(session: Session, club: Club, animator_ids: Collection[int]) -> None:
    """Those run it from now on. Raises InvalidInput for an account that may not."""
    wanted = set(animator_ids)
    if not wanted <= {each.id for each in eligible(session, club.agency_id)}:
        refuse("club-animator-unknown")
    known = set(session.scalars(sa.select(ClubAnimator.user_id).where(ClubAnimator.club_id == club.id)))
    session.execute(
        sa.delete(ClubAnimator).where(
            ClubAnimator.club_id == club.id, ClubAnimator.user_id.in_(known - wanted)
        )
    )
    session.add_all(ClubAnimator(club_id=club.id, user_id=each) for each in sorted(wanted - known))
    session.flush()


def _trail(
    session: Session, actor: scope.Actor, club: Club, action: str, fields: Sequence[str], at: datetime
) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action=f"club.{action}",
        subject_kind="club",
        subject_id=str(club.public_id),
        details={"fields": list(fields)},
    )
