"""The animator's morning: how many members nobody has heard of for too long. No message when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import club_board, outbox, reminders, workdays
from .club_board import Member
from .daily import Day
from .pressing import PREFERENCE
from .store import scope
from .store.accounts import User
from .store.club import ClubAnimator
from .store.people import Agency
from .vocabulary import Role

DIGEST = "digest_animator"


def digest(session: Session, day: Day) -> int:
    """Queue the digest of each animator who has somebody to call; none on a day off, nor for who turned it off."""
    if not workdays.is_working(day.on):
        return 0
    rows = session.execute(
        sa.select(User, Agency)
        .join(Agency, Agency.id == User.agency_id)
        .where(
            User.role == Role.ANIMATOR, User.active, User.id.in_(sa.select(ClubAnimator.user_id).distinct())
        )
        .order_by(User.id)
    ).all()
    before = reminders.known(session, [DIGEST], "user", [user.id for user, _ in rows])
    occasion = day.on.isoformat()
    wanted = [
        user
        for user, agency in rows
        if (DIGEST, user.id, occasion) not in before
        and (user.preferences or {}).get(PREFERENCE, True)
        and silent(session, scope.Actor.of(user, agency), day.on)
    ]
    return outbox.queue_all(
        session,
        [
            outbox.waiting(
                DIGEST,
                subject=("user", user.id),
                address=user.email,
                on=day.on,
                at=day.at,
                occasion=occasion,
                user_id=user.id,
            )
            for user in wanted
        ],
    )


def silent(session: Session, actor: scope.Actor, on: date) -> Sequence[Member]:
    """Whom to call that day, the longest silence first. Nine queries."""
    return [each for each in club_board.members(session, actor, on) if each.silent]
