"""Rules of the clock for the aid of contracts: papers fall due, are told of, lapse; months not worked are not owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import contacts, milestones, outbox, placement_log, suspensions
from .daily import Day
from .eligibility.aid import after
from .placement_clock import update_all
from .placement_guards import UNDER_CONTRACT
from .store.follow_up import Suspension
from .store.messages import OutgoingMessage
from .store.organisations import Offer
from .store.placements import AidMilestone, Placement
from .vocabulary import MilestoneState, PlacementState as State

#: An employer is told of a paper so many days before it is due, or before its window closes.
NOTICE = timedelta(days=15)
#: Papers that are the advisor's own work: no employer is told of them.
OWN_PAPERS = ("first-visit",)
#: Kept with rows of an aid that is lost whole.
WHOLE = "whole aid"


def fall_due(session: Session, day: Day) -> int:
    """Rows of the aid whose day has come wait for their paper."""
    rows = _rows(
        session,
        AidMilestone.state == MilestoneState.UPCOMING,
        AidMilestone.due_on <= day.on,
        milestones.in_time(day.on),
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
    signers = contacts.signers_of_offers(session, offers)
    return outbox.queue_all(
        session,
        [
            outbox.waiting(
                "aid_notice",
                subject=("milestone", row.AidMilestone.id),
                address=address,
                on=day.on,
                at=day.at,
                organisation_id=row.organisation_id,
                person_id=row.person_id,
                sender_id=signers.get(row.offer_id),
                hold=timedelta(0),
            )
            for row in rows
            if (address := by_offer.get(row.offer_id) or houses.get(row.organisation_id))
        ],
    )


def _rows(session: Session, *conditions: Any) -> Sequence[Any]:
    """Rows of the aid with what is needed of their contract, held: somebody who notes one of them now comes first."""
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
        .with_for_update(of=AidMilestone)
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
    update_all(session, AidMilestone, [row.AidMilestone.id for row in rows], state=leads_to)
    placement_log.of_the_clock(
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
