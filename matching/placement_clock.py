"""Rules of the clock for contracts and their aid: set-based, each reads the state of the base and the day.

What only reminds somebody is computed where it is shown (deadlines.py, follow_up_due.py): a start or an end of trial to
confirm, an aid request without an answer. That silence is a refusal in law (décret 2013-549, art. 6), but a decision
may have come and not been typed: an advisor is told and notes which, the clock refuses nothing by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import check_ins, contacts, milestones, outbox, suspensions
from .daily import Day
from .eligibility.aid import after
from .placement_guards import UNDER_CONTRACT
from .placement_terms import BESIDE
from .store.follow_up import CheckIn, Suspension
from .store.messages import OutgoingMessage
from .store.organisations import Offer
from .store.people import Person
from .store.placements import AidMilestone, Placement, PlacementEvent
from .vocabulary import CheckInState, MilestoneState, PlacementState as State

#: An employer is told of a paper so many days before it is due, or before its window closes.
NOTICE = timedelta(days=15)
#: A young person is asked how it goes within so many days after the day of a check-in: later, an advisor calls.
ASKED_WITHIN = timedelta(days=30)
#: Papers that are the advisor's own work: no employer is told of them.
OWN_PAPERS = ("first-visit",)
#: Kept with rows of an aid that is lost whole.
WHOLE = "whole aid"


def run_after_trial(session: Session, day: Day) -> int:
    """A contract whose trial is behind, or that has none, runs."""
    last = (
        sa.select(sa.func.max(PlacementEvent.done_on))
        .where(
            PlacementEvent.placement_id == Placement.id,
            PlacementEvent.action.not_like("milestone%"),
            PlacementEvent.action.not_in(BESIDE),
        )
        .correlate(Placement)
        .scalar_subquery()
    )
    ready = session.execute(
        sa.select(Placement.id, Placement.state).where(
            sa.or_(
                Placement.state == State.TRIAL_PASSED,
                sa.and_(Placement.state == State.STARTED, Placement.trial_end_on.is_(None)),
            ),
            sa.or_(last.is_(None), last <= day.on),
        )
    ).all()
    if not ready:
        return 0
    _update(session, Placement, [row.id for row in ready], state=State.RUNNING, version=Placement.version + 1)
    _log(
        session,
        [(row.id, "run", row.state, State.RUNNING, None) for row in ready],
        day.on,
    )
    return len(ready)


def fall_due(session: Session, day: Day) -> int:
    """Rows of the aid whose day has come wait for their paper."""
    rows = _rows(
        session,
        AidMilestone.state == MilestoneState.UPCOMING,
        AidMilestone.due_on <= day.on,
        sa.or_(AidMilestone.window_closes_on.is_(None), AidMilestone.window_closes_on >= day.on),
    )
    return _move(session, rows, MilestoneState.DUE, "milestone_fall_due", day.on)


def lapse(session: Session, day: Day) -> int:
    """Rows whose paper did not come within their window are lost; the rest with them where the programme says so."""
    rows = _rows(
        session,
        AidMilestone.state.in_(milestones.WITHOUT_PAPER),
        AidMilestone.window_closes_on < day.on,
    )
    return _move(session, rows, MilestoneState.LAPSED, "milestone_lapse", day.on) + _lose_the_rest(
        session, day
    )


def _lose_the_rest(session: Session, day: Day) -> int:
    """No attestation within so many months of a period: the whole aid is lost (décret 2018-230, art. 7)."""
    lost = 0
    for name, law in day.book.items():
        periods = law.file.aid.periods if law.file.aid is not None else None
        if periods is None or periods.aid_lost_months is None:
            continue
        latest = after(day.on, -periods.aid_lost_months)
        late = (
            sa.select(AidMilestone.placement_id)
            .join(Placement, Placement.id == AidMilestone.placement_id)
            .where(
                Placement.programme == name,
                AidMilestone.kind == periods.kind,
                AidMilestone.state == MilestoneState.LAPSED,
                AidMilestone.due_on < latest,
            )
        )
        rows = _rows(
            session,
            AidMilestone.state.in_(milestones.WITHOUT_PAPER),
            AidMilestone.kind == periods.kind,
            AidMilestone.placement_id.in_(late),
        )
        lost += _move(session, rows, MilestoneState.LAPSED, "milestone_lapse", day.on, WHOLE)
    return lost


def pause_months(session: Session, day: Day) -> int:
    """Months that went by while a contract stood still are not owed, as the programme's file says."""
    paused = 0
    for name in day.book:
        rule = suspensions.rule_of(day.book, name)
        if rule is None or not rule.pauses:
            continue
        rows = _rows(
            session,
            Placement.programme == name,
            Placement.state == State.SUSPENDED,
            AidMilestone.kind.in_(rule.pauses),
            AidMilestone.state.in_(milestones.WITHOUT_PAPER),
            AidMilestone.due_on < day.on,
        )
        held: dict[int, list[Suspension]] = defaultdict(list)
        keys = {row.AidMilestone.placement_id for row in rows}
        for one in session.scalars(
            sa.select(Suspension).where(Suspension.placement_id.in_(keys)).order_by(Suspension.starts_on)
        ):
            held[one.placement_id].append(one)
        still = [
            row
            for row in rows
            if suspensions.stood_still(
                held[row.AidMilestone.placement_id],
                suspensions.first_day(row.AidMilestone, row.starts_on),
                row.AidMilestone.due_on,
            )
        ]
        paused += _move(
            session, still, MilestoneState.CANCELLED, "milestone_cancel", day.on, suspensions.REASON
        )
    return paused


def tell_of_papers(session: Session, day: Day) -> int:
    """An employer is written to before a paper is due or its delay is over, once a paper.

    Monthly statements are left out: they are routine, without a delay that loses anything, and one message a month and
    a contract would hide the others.
    """
    told = sa.exists().where(
        OutgoingMessage.kind == "aid_notice",
        OutgoingMessage.subject_kind == "milestone",
        OutgoingMessage.subject_id == AidMilestone.id,
    )
    last = milestones.last_day()
    rows = _rows(
        session,
        Placement.state.in_(UNDER_CONTRACT),
        AidMilestone.state.in_(milestones.WITHOUT_PAPER),
        AidMilestone.kind.not_in(OWN_PAPERS),
        sa.or_(AidMilestone.window_closes_on.is_not(None), AidMilestone.amount_cents == 0),
        last.between(day.on, day.on + NOTICE),
        ~told,
    )
    offers = {
        offer.id: offer
        for offer in session.scalars(
            sa.select(Offer).where(Offer.id.in_({row.offer_id for row in rows if row.offer_id}))
        )
    }
    by_offer = contacts.employer_addresses(session, offers.values())
    houses = contacts.house_addresses(session, {row.organisation_id for row in rows})
    written = 0
    for row in rows:
        address = by_offer.get(row.offer_id) or houses.get(row.organisation_id)
        made = outbox.queue(
            session,
            "aid_notice",
            subject=("milestone", row.AidMilestone.id),
            address=address,
            on=day.on,
            at=day.at,
            organisation_id=row.organisation_id,
            person_id=row.person_id,
            hold=timedelta(0),
        )
        written += made is not None
    return written


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
    written = 0
    for check_in, person in rows:
        made = outbox.queue(
            session,
            "check_in_asked",
            subject=("check_in", check_in.id),
            address=contacts.person_address(person),
            on=day.on,
            at=day.at,
            person_id=person.id,
            sender_id=person.caseload_user_id,
            hold=timedelta(0),
        )
        written += made is not None
    return written


def give_up(session: Session, day: Day) -> int:
    """A check-in that nobody could hold for three months is told as missed: it may still be noted."""
    rows = session.execute(
        sa.select(
            CheckIn.id, CheckIn.kind, CheckIn.month, Placement.id.label("placement_id"), Placement.state
        )
        .join(Placement, Placement.id == CheckIn.placement_id)
        .where(CheckIn.state == CheckInState.PLANNED, CheckIn.due_on < day.on - check_ins.GIVEN_UP)
        .order_by(CheckIn.id)
    ).all()
    if not rows:
        return 0
    _update(session, CheckIn, [row.id for row in rows], state=CheckInState.MISSED)
    _log(
        session,
        [
            (row.placement_id, "check_in_missed", row.state, row.state, f"{row.kind} {row.month}")
            for row in rows
        ],
        day.on,
    )
    return len(rows)


def _rows(session: Session, *conditions: Any) -> Sequence[Any]:
    """Rows of the aid with what is needed of their contract."""
    return session.execute(
        sa.select(
            AidMilestone,
            Placement.state,
            Placement.starts_on,
            Placement.offer_id,
            Placement.organisation_id,
            Placement.person_id,
        )
        .join(Placement, Placement.id == AidMilestone.placement_id)
        .where(*conditions)
        .order_by(AidMilestone.id)
        .execution_options(populate_existing=True)
    ).all()


def _move(
    session: Session,
    rows: Sequence[Any],
    leads_to: MilestoneState,
    action: str,
    on: date,
    reason: str | None = None,
) -> int:
    if not rows:
        return 0
    _update(session, AidMilestone, [row.AidMilestone.id for row in rows], state=leads_to)
    _log(
        session,
        [
            (
                row.AidMilestone.placement_id,
                action,
                row.state,
                row.state,
                " · ".join(filter(None, (f"{row.AidMilestone.kind} {row.AidMilestone.number}", reason))),
            )
            for row in rows
        ],
        on,
    )
    return len(rows)


def _update(session: Session, table: Any, ids: Sequence[int], **values: Any) -> None:
    for start in range(0, len(ids), 500):
        session.execute(
            sa.update(table)
            .where(table.id.in_(ids[start : start + 500]))
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )


def _log(session: Session, lines: Iterable[tuple[int, str, State, State, str | None]], on: date) -> None:
    """One line a step, as every flow leaves one; nobody's: the clock's."""
    session.execute(
        sa.insert(PlacementEvent),
        [
            {
                "placement_id": placement_id,
                "actor_id": None,
                "action": action,
                "from_state": before,
                "to_state": leads_to,
                "reason": reason,
                "told": False,
                "done_on": on,
            }
            for placement_id, action, before, leads_to, reason in lines
        ],
    )
