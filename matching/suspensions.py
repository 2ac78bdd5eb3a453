"""Days on which a contract stands still: never two at once, all of them within it. What they do to its aid.

A suspension starts from a contract that runs (workflow.md iii): it runs from the end of its trial on, or
from its first day without trial, by the clock. Months that were suspended whole are not owed where its programme's
file says so (`aid.suspension`); its term moves only where the file says so: the law leaves it where it is (Code du
travail, art. L1243-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import milestones
from .eligibility.aid_rules import Suspended
from .store.follow_up import Suspension
from .store.placements import AidMilestone, Placement
from .transitions import refuse
from .vocabulary import Party

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

DAY = timedelta(days=1)
#: Kept with a month that is not owed because the contract stood still.
REASON = "suspended"


def of(session: Session, placement_id: int) -> Sequence[Suspension]:
    """Those of a contract, oldest first."""
    return session.scalars(
        sa.select(Suspension).where(Suspension.placement_id == placement_id).order_by(Suspension.starts_on)
    ).all()


def may_begin(session: Session, placement: Placement, on: date, until: date | None) -> None:
    """Raise InvalidInput when a suspension from that day, to that one if known, does not fit in the contract."""
    if placement.starts_on is not None and on < placement.starts_on:
        refuse("suspension-before-start", day=placement.starts_on)
    if until is not None and until < on:
        refuse("ends-before-it-starts", start=on, end=until)
    last = placement.planned_end_on
    if last is not None and max(on, until or on) > last:
        refuse("suspension-after-end", day=last)
    for other in of(session, placement.id):
        if (other.ends_on is None or other.ends_on >= on) and (until is None or other.starts_on <= until):
            refuse("suspension-overlaps", day=other.starts_on)


def may_end(session: Session, placement: Placement, on: date) -> None:
    """Raise InvalidInput when the work cannot begin again that day."""
    held = of(session, placement.id)
    if held and on <= held[-1].starts_on:
        refuse("not-yet", day=held[-1].starts_on + DAY)
    if placement.planned_end_on is not None and on > placement.planned_end_on:
        refuse("suspension-after-end", day=placement.planned_end_on)


def begin(session: Session, placement: Placement, on: date, until: date | None, reason: str) -> None:
    """The contract stands still from that day on."""
    session.add(
        Suspension(placement_id=placement.id, starts_on=on, ends_on=until, reason=reason.strip()[:255])
    )


def end(
    session: Session, placement: Placement, on: date, *, actor_id: int | None, book: ProgrammeBook
) -> None:
    """The work begins again that day: whole months before it are not owed, the term moves where its programme says."""
    held = of(session, placement.id)
    if not held:
        return
    held[-1].ends_on = on - DAY
    rule = rule_of(book, placement.programme)
    if rule is not None and rule.end == "pushed" and placement.planned_end_on is not None:
        placement.planned_end_on += on - held[-1].starts_on
    _not_owed(session, placement, on - DAY, actor_id=actor_id, book=book)


def cut(
    session: Session, placement: Placement, on: date, *, actor_id: int | None, book: ProgrammeBook
) -> None:
    """The contract ends that day: so does what stood still, and its whole months are not owed."""
    held = of(session, placement.id)
    if held and (held[-1].ends_on is None or held[-1].ends_on > on):
        held[-1].ends_on = max(on, held[-1].starts_on)
    if held:
        _not_owed(session, placement, on, actor_id=actor_id, book=book)


def _not_owed(
    session: Session, placement: Placement, on: date, *, actor_id: int | None, book: ProgrammeBook
) -> None:
    rule = rule_of(book, placement.programme)
    if rule is None:
        return
    held = of(session, placement.id)
    for row in milestones.of(session, placement.id):
        wanted = row.kind in rule.pauses and row.state in milestones.WITHOUT_PAPER and row.due_on <= on
        if wanted and stood_still(held, first_day(row, placement.starts_on), row.due_on):
            milestones.settle(
                session,
                row,
                milestones.MilestoneAction.CANCEL,
                actor_id=actor_id,
                party=Party.SYSTEM,
                on=on,
                reason=REASON,
            )


def rule_of(book: ProgrammeBook, programme: str | None) -> Suspended | None:
    """What the programme's file says of suspensions; None when it says nothing, or without a programme."""
    law = book.get(programme) if programme is not None else None
    return law.file.aid.suspension if law is not None and law.file.aid is not None else None


def first_day(row: AidMilestone, starts_on: date | None) -> date:
    """The first day that a monthly row pays: it falls due on the last one."""
    return max(row.due_on.replace(day=1), starts_on or date.min)


def stood_still(held: Sequence[Suspension], first: date, last: date) -> bool:
    """Whether the contract was suspended on each of these days, both included."""
    day = first
    for suspension in held:
        if suspension.starts_on <= day and (suspension.ends_on is None or suspension.ends_on >= day):
            if suspension.ends_on is None or suspension.ends_on >= last:
                return True
            day = suspension.ends_on + DAY
    return False
