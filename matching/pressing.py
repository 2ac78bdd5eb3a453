"""What cannot wait until tomorrow for an advisor: the lines of the morning's digest, and whether there is one.

One digest for each account and working day, in the place of a message for each thing to do. Who turned it off gets none
(`preferences`, key `digest`). The words are made when it leaves, from the base as it is then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import agenda, deadlines, follow_up_due, next_steps, outbox, reminders, workdays
from .agenda import ToExamine
from .daily import Day
from .deadlines import Deadline
from .eligibility.programme import ProgrammeBook
from .next_steps import Step
from .store import scope
from .store.accounts import User
from .store.people import Agency
from .vocabulary import Role

DIGEST = "digest_advisor"
#: What an account may turn off.
PREFERENCE = "digest"
#: Days ahead that the digest looks for rights that close: that many are needed to do something about them.
RIGHTS_AHEAD = 7

Line = Deadline | ToExamine | Step


def lines(
    session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date
) -> Sequence[tuple[date, Line]]:
    """(last day, what) of all that is late or due that day, latest first, and of rights about to close."""
    return sorted(_lines(session, actor, book, on), key=lambda line: line[0])


def _lines(
    session: Session, actor: scope.Actor, book: ProgrammeBook, on: date
) -> Iterator[tuple[date, Line]]:
    """The same in no order, what is quickly asked first."""
    yield from ((row.due_on, row) for row in agenda.to_examine(session, actor) if row.due_on <= on)
    yield from ((row.due_on, row) for row in next_steps.steps(session, actor, on=on) if row.due_on <= on)
    yield from ((row.day, row) for row in deadlines.milestones_due(session, actor, on=on, within=0))
    yield from ((row.day, row) for row in follow_up_due.open_alerts(session, actor))
    rights = deadlines.closing_rights(session, actor, book, on=on, within=RIGHTS_AHEAD)
    yield from ((row.day, row) for row in rights)


def digest(session: Session, day: Day) -> int:
    """Queue the digest of each advisor who has something pressing; none on a day off.

    An agency's advisors share its work: it is looked at once for all of them.
    """
    if not workdays.is_working(day.on):
        return 0
    rows = session.execute(
        sa.select(User, Agency)
        .join(Agency, Agency.id == User.agency_id)
        .where(User.role == Role.ADVISOR, User.active)
        .order_by(User.id)
    ).all()
    before = reminders.known(session, [DIGEST], "user", [user.id for user, _ in rows])
    occasion = day.on.isoformat()
    presses: dict[int, bool] = {}
    wanted = []
    for user, agency in rows:
        if (DIGEST, user.id, occasion) in before or not (user.preferences or {}).get(PREFERENCE, True):
            continue
        if agency.id not in presses:
            presses[agency.id] = any(_lines(session, scope.Actor.of(user, agency), day.book, day.on))
        if presses[agency.id]:
            wanted.append(user)
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
