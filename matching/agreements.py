"""Agreements of an aided contract (CUI, PEC): the first one, its renewals, the bilan that each renewal needs.

What an agreement decides becomes rows of the same ledger as other aids: a row a month, the bilan and the renewal called
two months before its end. Source: programmes.md (d). Flows flush, never commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import agreement_guards as guards, milestones, placement_log
from .eligibility import aid, aid_agreements as rules
from .errors import Duplicate, NotAllowed
from .milestones import MilestoneAction
from .store.follow_up import AidAgreement
from .store.placements import AidMilestone, Placement
from .transitions import flush
from .vocabulary import MilestoneState, Party

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook


class AgreementAction(StrEnum):
    """Noted beside the steps of the contract, with days of their own."""

    FIRST = "agreement_first"
    RENEW = "agreement_renew"
    REVIEW = "agreement_review"


#: Who prescribes, or records what was prescribed.
PARTIES = frozenset({Party.ADVISOR, Party.MISSION_LOCALE, Party.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Terms:
    """What the paper of an agreement says: its Cerfa number, days both included, rate in 1/100 of a percent and the
    regional arrêté that sets it. `contract_ends_on`: the last day of a fixed term that is extended with it."""

    reference: str
    decided_on: date
    starts_on: date
    ends_on: date
    weekly_hours: float
    rate_bp: int
    rate_source: str
    contract_ends_on: date | None = None


def of(session: Session, placement_id: int) -> Sequence[AidAgreement]:
    """The agreements of a contract, the first one first."""
    return session.scalars(
        sa.select(AidAgreement).where(AidAgreement.placement_id == placement_id).order_by(AidAgreement.number)
    ).all()


def add(
    session: Session,
    placement: Placement,
    terms: Terms,
    *,
    number: int,
    actor_id: int | None,
    party: Party,
    on: date,
    book: ProgrammeBook,
) -> AidAgreement:
    """Record the first agreement (`number` 1) or a renewal, and the rows of the aid that it makes.

    Raises InvalidInput: days out of order or outside the contract, too short, too long, over the maximum of the aid or
    the ceiling of its rate, no bilan before a renewal; Duplicate: that agreement exists; NotAllowed.
    """
    action = AgreementAction.FIRST if number == 1 else AgreementAction.RENEW
    _may(party, action)
    held = of(session, placement.id)
    if number <= len(held):
        raise Duplicate("agreement-exists", number=number)
    guards.check(session, placement, terms, held, on=on, book=book)
    made = AidAgreement(
        placement_id=placement.id,
        number=len(held) + 1,
        reference=terms.reference.strip(),
        decided_on=terms.decided_on,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        weekly_hours=terms.weekly_hours,
        rate_bp=terms.rate_bp,
        rate_source=terms.rate_source.strip(),
        noted_by_id=actor_id,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as clash:
        raise Duplicate("agreement-exists", number=number) from clash
    if terms.contract_ends_on is not None and placement.planned_end_on is not None:
        _extend(session, placement, max(terms.contract_ends_on, placement.planned_end_on), book)
    if held:
        _settle(session, held[-1], "renewal", actor_id, party, terms.decided_on, book, placement)
    _derive(session, placement, made, [*held, made], book)
    _log(session, placement, action, made, actor_id, party, terms.decided_on)
    flush(session, "placement")
    return made


def note_review(
    session: Session,
    placement: Placement,
    number: int,
    *,
    held_on: date,
    actor_id: int | None,
    party: Party,
    on: date,
    book: ProgrammeBook,
) -> AidAgreement:
    """Note the day on which the bilan of an agreement was held: its renewal may follow.

    Raises InvalidInput: before the agreement began, or to come; Duplicate: it is noted already; NotAllowed.
    """
    _may(party, AgreementAction.REVIEW)
    agreement = guards.numbered(of(session, placement.id), number)
    if agreement.review_on is not None:
        raise Duplicate("agreement-review-noted", day=agreement.review_on)
    guards.review_day(agreement, held_on, on)
    agreement.review_on = held_on
    _settle(session, agreement, "review", actor_id, party, held_on, book, placement)
    _log(session, placement, AgreementAction.REVIEW, agreement, actor_id, party, held_on)
    flush(session, "placement")
    return agreement


def stop(
    session: Session, placement: Placement, *, actor_id: int | None, on: date, book: ProgrammeBook
) -> None:
    """The contract is over: nobody waits for a bilan or a renewal any more."""
    share = guards.share_of(placement, book)
    if share is None:
        return
    kinds = (share.review.kind, share.renewal.kind)
    for row in milestones.of(session, placement.id):
        if row.kind in kinds and row.state in milestones.WITHOUT_PAPER:
            milestones.settle(
                session, row, MilestoneAction.CANCEL, actor_id=actor_id, party=Party.SYSTEM, on=on
            )


def part_owed(
    session: Session, placement: Placement, ended_on: date, book: ProgrammeBook
) -> aid.Milestone | None:
    """What an early end leaves owed of its month, in the place of the row that falls due after it; None: nothing."""
    share = guards.share_of(placement, book)
    if share is None or placement.programme is None:
        return None
    for each in of(session, placement.id):
        if not each.starts_on <= ended_on <= each.ends_on:
            continue
        row = session.scalar(
            sa.select(AidMilestone)
            .where(
                AidMilestone.placement_id == placement.id,
                AidMilestone.kind == share.kind,
                AidMilestone.due_on.between(ended_on, each.ends_on),
            )
            .order_by(AidMilestone.due_on)
            .limit(1)
        )
        if row is not None:
            return rules.part_owed(
                book[placement.programme], guards.as_rule(each), row.due_on, row.number, ended_on
            )
    return None


def _may(party: Party, action: AgreementAction) -> None:
    if party not in PARTIES:
        raise NotAllowed("not-your-step", machine="agreement", action=str(action), party=str(party))


def _derive(
    session: Session,
    placement: Placement,
    made: AidAgreement,
    held: Sequence[AidAgreement],
    book: ProgrammeBook,
) -> None:
    """Its months, numbered on from those of the agreements before it, and what is to be called before its end."""
    assert placement.programme is not None  # the guard
    programme, agreement = book[placement.programme], guards.as_rule(made)
    share = rules.rules_of(programme)
    assert share is not None
    last = session.scalar(
        sa.select(sa.func.max(AidMilestone.number)).where(
            AidMilestone.placement_id == placement.id, AidMilestone.kind == share.kind
        )
    )
    renewable = guards.may_be_renewed(session, placement, held, book)
    for row in (
        *rules.months(programme, agreement, number=(last or 0) + 1),
        *rules.warnings(programme, agreement, renewable=renewable),
    ):
        session.add(
            AidMilestone(
                placement_id=placement.id,
                kind=row.kind,
                number=row.number,
                due_on=row.due_on,
                window_opens_on=row.window_opens_on,
                window_closes_on=row.window_closes_on,
                amount_cents=row.amount_cents,
                paper=row.paper,
                state=MilestoneState.UPCOMING,
            )
        )


def _extend(session: Session, placement: Placement, ends_on: date, book: ProgrammeBook) -> None:
    """The fixed term goes on to that day, and the papers that wait for its end with it."""
    assert placement.programme is not None and placement.starts_on is not None
    months = next(n for n in range(1, 121) if rules.last_day(placement.starts_on, n) >= ends_on)
    placement.planned_end_on, placement.months = ends_on, months
    contract = aid.AidContract(
        signed_on=placement.signed_on or placement.starts_on,
        starts_on=placement.starts_on,
        kind=placement.contract_kind,
        weekly_hours=placement.weekly_hours or 35,
        months=months,
    )
    moved = {
        (row.kind, row.number): row.due_on for row in aid.milestones(book[placement.programme], contract)
    }
    for row in milestones.of(session, placement.id):
        if row.state in milestones.WITHOUT_PAPER:
            row.due_on = moved.get((row.kind, row.number), row.due_on)


def _settle(
    session: Session,
    agreement: AidAgreement,
    which: str,
    actor_id: int | None,
    party: Party,
    on: date,
    book: ProgrammeBook,
    placement: Placement,
) -> None:
    """The row that called for it is answered, where it still waits; one that is over stays as it is."""
    share = guards.share_of(placement, book)
    assert share is not None
    kind = share.review.kind if which == "review" else share.renewal.kind
    for row in milestones.of(session, placement.id):
        here = (row.kind, row.number) == (kind, agreement.number) and row.state in milestones.WITHOUT_PAPER
        if here and (row.window_closes_on is None or on <= row.window_closes_on):
            milestones.settle(session, row, MilestoneAction.RECEIVE, actor_id=actor_id, party=party, on=on)


def _log(
    session: Session,
    placement: Placement,
    action: AgreementAction,
    agreement: AidAgreement,
    actor_id: int | None,
    party: Party,
    on: date,
) -> None:
    reason = " · ".join(filter(None, (f"n° {agreement.number}", agreement.reference)))
    placement_log.beside(
        session, placement, str(action), actor_id=actor_id, party=party, on=on, reason=reason
    )
