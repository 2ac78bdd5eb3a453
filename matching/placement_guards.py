"""What each step of a placement asks before it is taken (workflow.md iii, column « guards »)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import milestones, rights, suspensions
from .offer_terms import contract_gaps, programmes_of
from .placement_terms import (
    BESIDE,
    CONDITIONS as CONDITIONS,
    EXIT_REASONS as EXIT_REASONS,
    MOTIVES as MOTIVES,
    SITUATIONS as SITUATIONS,
    conditions_of as conditions_of,
)
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import Offer, Organisation
from .store.placements import AidMilestone, Placement, PlacementEvent
from .transitions import refuse
from .vocabulary import (
    ENGAGED_PLACEMENTS,
    MilestoneState,
    OfferState,
    PlacementState as State,
    ProposalState,
    Verdict,
)

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook
    from .placements import Details

#: action -> the day of the placement that it waits for
FROM = {
    "start": "starts_on",
    "no_show": "starts_on",
    "pass_trial": "trial_end_on",
    "complete": "planned_end_on",
}

#: A signed contract that has not ended.
UNDER_CONTRACT = (State.SIGNED, State.STARTED, State.TRIAL_PASSED, State.RUNNING, State.SUSPENDED)

#: Who may end a trial.
TRIAL_REASONS = frozenset({"employer_ended", "resigned"})

#: Somebody outside was asked for money, or paid it.
MONEY_MOVED = (
    MilestoneState.ASKED,
    MilestoneState.PAID,
    MilestoneState.TO_REPAY,
    MilestoneState.REPAID,
)


@dataclass(slots=True)
class Act:
    """One step being taken: who, when, on what, under which rules."""

    session: Session
    placement: Placement
    actor_id: int | None
    on: date
    at: datetime
    book: ProgrammeBook
    details: Details
    told: bool
    #: What the rights were judged to be, when the step judged them.
    judged: dict[str, Any] = field(default_factory=dict)

    def offer(self) -> Offer | None:
        key = self.placement.offer_id
        return self.session.get_one(Offer, key) if key is not None else None


def programme_of(offer: Offer, programme: str | None) -> None:
    """A placement stands under a programme of its offer's scheme, or under none."""
    allowed = programmes_of(offer)
    if programme is not None and allowed and programme not in allowed:
        refuse("programme-not-of-offer", programme=programme, allowed=", ".join(allowed))


def after_selection(session: Session, proposal: MatchProposal, on: date) -> None:
    """A hire comes on the day of the employer's choice or later."""
    chosen = session.scalar(
        sa.select(sa.func.max(ReviewDecision.decided_on)).where(
            ReviewDecision.proposal_id == proposal.id,
            ReviewDecision.to_state == ProposalState.SELECTED,
        )
    )
    if chosen is not None and on < chosen:
        refuse("before-selection", day=chosen)


def opens_on(placement: Placement, action: str) -> date | None:
    """The first day on which the action may be noted; None when no day of the placement holds it back."""
    day: date | None = getattr(placement, FROM[action]) if action in FROM else None
    return day


def applies(placement: Placement, action: str, book: ProgrammeBook) -> bool:
    """Whether the action makes sense for such a contract, once its day has come; asked before it is offered."""
    programme, trial = placement.programme, placement.trial_end_on is not None
    match action:
        case "request_aid":
            return programme is not None
        case "sign" if programme is not None and placement.state is State.PROMISED:
            return rights.judged_at_signature(book, programme)
        case "pass_trial" | "break_trial":
            return trial
        case "run" if placement.state is State.STARTED:
            return not trial
        case "complete":  # a contract without end is left, never lived to its term
            return placement.planned_end_on is not None
    return True


def check(act: Act, action: str) -> None:
    """Raise InvalidInput when a guard of `action` is not met."""
    _in_order(act)
    details, placement = act.details, act.placement
    match action:
        case "promise":
            _offer_open(act)
            _engaged_elsewhere(act)
        case "request_aid":
            _may_request(act)
        case "grant":
            if not (details.number or "").strip():
                refuse("aid-number-needed")
        case "refuse" | "abandon" | "suspend" | "cancel":
            if not (details.reason or "").strip():
                refuse("reason-needed", machine="placement", action=action)
            if action == "cancel":
                _nothing_asked(act)
            elif action == "suspend":
                suspensions.may_begin(act.session, placement, act.on, details.until)
        case "resume":
            suspensions.may_end(act.session, placement, act.on)
        case "sign":
            _may_sign(act)
        case "start" | "no_show":
            if placement.starts_on is None:
                refuse("start-needed")
            _reached(act, action)
        case "pass_trial":
            if not applies(placement, action, act.book):
                refuse("no-trial")
            _reached(act, action)
        case "run":
            if not applies(placement, action, act.book):
                refuse("trial-first", day=placement.trial_end_on)
        case "break_trial":
            _may_break(act)
        case "exit":
            _why(details, EXIT_REASONS)
            _situation(details)
        case "complete":
            _reached(act, action)
            _situation(details)
        case _:
            pass


def last_step() -> sa.Select[date]:
    """The day of the last step of contracts, without what is noted beside them."""
    return sa.select(sa.func.max(PlacementEvent.done_on)).where(
        PlacementEvent.action.not_like("milestone%"), PlacementEvent.action.not_in(BESIDE)
    )


def _in_order(act: Act) -> None:
    """A step comes on the day of the one before it or later; papers of the aid have days of their own."""
    last = act.session.scalar(last_step().where(PlacementEvent.placement_id == act.placement.id))
    if last is not None and act.on < last:
        refuse("before-last-step", day=last)


def _reached(act: Act, action: str) -> None:
    day = opens_on(act.placement, action)
    if day is not None and act.on < day:
        refuse("not-yet", day=day)


def _offer_open(act: Act) -> None:
    offer = act.offer()
    if offer is not None and offer.state is not OfferState.OPEN:
        refuse("offer-not-live", state=str(offer.state))


def _engaged_elsewhere(act: Act) -> None:
    other = act.session.scalar(
        sa.select(Placement.id)
        .where(
            Placement.person_id == act.placement.person_id,
            Placement.id != act.placement.id,
            Placement.state.in_(ENGAGED_PLACEMENTS),
        )
        .limit(1)
    )
    if other is not None:
        refuse("person-engaged")


def _may_request(act: Act) -> None:
    programme = act.placement.programme
    if programme is None:
        refuse("no-programme")
    missing = sorted(conditions_of(programme) - set(act.details.conditions))
    if missing:
        refuse("conditions-missing", missing=", ".join(missing))
    _judge(act, programme)


def _may_sign(act: Act) -> None:
    placement, details = act.placement, act.details
    starts_on = details.starts_on or placement.starts_on
    if starts_on is None:
        refuse("start-needed")
    if details.trial_end_on is not None and details.trial_end_on < starts_on:
        refuse("trial-before-start", start=starts_on, day=details.trial_end_on)
    offer = act.offer()
    if offer is not None and offer.posts_filled >= offer.positions:
        refuse("no-post-left", positions=offer.positions)
    if placement.contract_kind == "CDD" and placement.months is None:
        refuse("months-needed")
    _engaged_elsewhere(act)
    programme = placement.programme
    if programme is None or placement.state is State.AID_REFUSED:
        return
    if not applies(placement, "sign", act.book):
        refuse("aid-not-requested")
    if rights.judged_at_signature(act.book, programme):
        _judge(act, programme)


def _judge(act: Act, programme: str) -> None:
    """The person's right holds surely that day, and the contract's terms are legal for the programme."""
    organisation = act.session.get_one(Organisation, act.placement.organisation_id)
    placement = act.placement
    gaps = contract_gaps(
        act.book, programme, placement.contract_kind, placement.months, placement.weekly_hours, act.on
    )
    if gaps:
        refuse("contract-not-legal", programme=programme, missing=", ".join(gaps))
    judged = rights.snapshot(
        act.session, placement.person_id, act.book, programme, placement, organisation, act.on
    )
    if judged["verdict"] != Verdict.YES.eligibility:
        refuse(
            "right-not-proven",
            programme=programme,
            day=act.on,
            verdict=judged["verdict"],
            missing=", ".join(judged["missing_facts"]),
        )
    judged["conditions"] = {name: day.isoformat() for name, day in sorted(act.details.conditions.items())}
    act.judged = judged


def _may_break(act: Act) -> None:
    placement, details = act.placement, act.details
    if placement.trial_end_on is None or act.on > placement.trial_end_on:
        refuse("no-trial")
    _why(details, TRIAL_REASONS)


def _why(details: Details, allowed: frozenset[str]) -> None:
    if details.reason not in allowed:
        refuse("bad-reason", reason=details.reason or "", allowed=", ".join(sorted(allowed)))
    if details.reason == "employer_ended" and details.motive not in MOTIVES:
        refuse("bad-motive", allowed=", ".join(sorted(MOTIVES)))


def _situation(details: Details) -> None:
    if details.situation not in SITUATIONS:
        refuse("bad-situation", allowed=", ".join(sorted(SITUATIONS)))


def _nothing_asked(act: Act) -> None:
    if money_moved(milestones.of(act.session, act.placement.id)):
        refuse("milestone-asked")


def money_moved(rows: Iterable[AidMilestone]) -> bool:
    """Whether the outside was asked for money: a contract is not taken back from then on."""
    return any(row.state in MONEY_MOVED for row in rows)
