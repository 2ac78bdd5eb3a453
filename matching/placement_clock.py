"""Rules of the clock for contracts: set-based, each reads the state of the base and the day. Of their aid: aid_clock.

What only reminds somebody is computed where it is shown (deadlines.py, follow_up_due.py): a start or an end of trial to
confirm, an aid request without an answer. That silence is a refusal in law (décret 2013-549, art. 6), but a decision
may have come and not been typed: an advisor is told and notes which, the clock refuses nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import check_ins, contacts, outbox, placement_log
from .daily import Day
from .placement_guards import last_step
from .store.follow_up import CheckIn
from .store.messages import OutgoingMessage
from .store.people import Person
from .store.placements import Placement, PlacementEvent
from .vocabulary import CheckInState, PlacementState as State

#: A young person is asked how it goes within so many days after the day of a check-in: later, an advisor calls.
ASKED_WITHIN = timedelta(days=30)


def run_after_trial(session: Session, day: Day) -> int:
    """A contract whose trial is behind, or that has none, runs."""
    last = (
        last_step().where(PlacementEvent.placement_id == Placement.id).correlate(Placement).scalar_subquery()
    )
    ready = session.execute(
        sa.select(Placement.id, Placement.state)
        .where(
            sa.or_(
                Placement.state == State.TRIAL_PASSED,
                sa.and_(Placement.state == State.STARTED, Placement.trial_end_on.is_(None)),
            ),
            sa.or_(last.is_(None), last <= day.on),
        )
        .order_by(Placement.id)
        .with_for_update(of=Placement)
    ).all()
    if not ready:
        return 0
    update_all(
        session, Placement, [row.id for row in ready], state=State.RUNNING, version=Placement.version + 1
    )
    placement_log.of_the_clock(
        session,
        [(row.id, "run", row.state, State.RUNNING, None) for row in ready],
        day.on,
    )
    return len(ready)


def ask_how_it_goes(session: Session, day: Day) -> int:
    """A young person who agreed to be written to is asked by a link, once a check-in, from its day on."""
    asked = sa.exists().where(
        OutgoingMessage.kind == "check_in_asked",
        OutgoingMessage.subject_kind == "check_in",
        OutgoingMessage.subject_id == CheckIn.id,
    )
    rows = session.execute(
        sa.select(CheckIn, Person)
        .join(Placement, Placement.id == CheckIn.placement_id)
        .join(Person, Person.id == Placement.person_id)
        .where(
            CheckIn.state == CheckInState.PLANNED,
            CheckIn.due_on.between(day.on - ASKED_WITHIN, day.on),
            Person.contact_agreed.is_(True),
            Person.email.is_not(None),
            ~asked,
        )
        .order_by(CheckIn.id)
    ).all()
    return outbox.queue_all(
        session,
        [
            outbox.waiting(
                "check_in_asked",
                subject=("check_in", check_in.id),
                address=address,
                on=day.on,
                at=day.at,
                person_id=person.id,
                sender_id=person.caseload_user_id,
                hold=timedelta(0),
            )
            for check_in, person in rows
            if (address := contacts.person_address(person))
        ],
    )


def give_up(session: Session, day: Day) -> int:
    """A check-in that nobody could hold for three months is told as missed: it may still be noted."""
    rows = session.execute(
        sa.select(
            CheckIn.id, CheckIn.kind, CheckIn.month, Placement.id.label("placement_id"), Placement.state
        )
        .join(Placement, Placement.id == CheckIn.placement_id)
        .where(CheckIn.state == CheckInState.PLANNED, CheckIn.due_on < day.on - check_ins.GIVEN_UP)
        .order_by(CheckIn.id)
        .with_for_update(of=CheckIn)
    ).all()
    if not rows:
        return 0
    update_all(session, CheckIn, [row.id for row in rows], state=CheckInState.MISSED)
    placement_log.of_the_clock(
        session,
        [
            (row.placement_id, "check_in_missed", row.state, row.state, f"{row.kind} {row.month}")
            for row in rows
        ],
        day.on,
    )
    return len(rows)


def update_all(session: Session, table: Any, ids: Sequence[int], **values: Any) -> None:
    """These rows, which are held, take these values, in bulk."""
    for start in range(0, len(ids), 500):
        session.execute(
            sa.update(table)
            .where(table.id.in_(ids[start : start + 500]))
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )
