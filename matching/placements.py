"""Machine (iii) of workflow.md: a placement, from the intent to hire to the end of the contract. One event a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import placement_effects as effects, placement_guards as guards
from .errors import Duplicate, PasserelleError
from .store.matches import MatchProposal
from .store.organisations import Offer
from .store.placements import Placement, PlacementEvent
from .transitions import Step, flush, refuse, step, target
from .vocabulary import Party, PlacementState as State, ProposalState

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook


class PlacementAction(StrEnum):
    OPEN = "open"
    REGISTER = "register"
    PROMISE = "promise"
    REQUEST_AID = "request_aid"
    GRANT = "grant"
    REFUSE = "refuse"
    SIGN = "sign"
    START = "start"
    NO_SHOW = "no_show"
    PASS_TRIAL = "pass_trial"
    RUN = "run"
    BREAK_TRIAL = "break_trial"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXIT = "exit"
    COMPLETE = "complete"
    ABANDON = "abandon"
    CANCEL = "cancel"


A = PlacementAction
ADVISOR, LOCAL, EMPLOYER, CLOCK = Party.ADVISOR, Party.MISSION_LOCALE, Party.EMPLOYER, Party.CLOCK

TRANSITIONS: dict[PlacementAction, Step[State]] = {
    A.OPEN: step({None}, State.PROPOSED, EMPLOYER, ADVISOR, LOCAL),
    # An aided contract that did not come from a proposal, signed when it is noted (`placement_register`).
    A.REGISTER: step({None}, State.SIGNED, ADVISOR, LOCAL),
    A.PROMISE: step({State.PROPOSED}, State.PROMISED, EMPLOYER, ADVISOR),
    A.REQUEST_AID: step({State.PROMISED}, State.AID_REQUESTED, ADVISOR, LOCAL),
    A.GRANT: step({State.AID_REQUESTED}, State.AID_GRANTED, ADVISOR),
    A.REFUSE: step({State.AID_REQUESTED}, State.AID_REFUSED, ADVISOR),
    # From a promise: a contract without aid, or one whose aid is asked for once it is signed.
    A.SIGN: step({State.PROMISED, State.AID_GRANTED, State.AID_REFUSED}, State.SIGNED, ADVISOR),
    A.START: step({State.SIGNED}, State.STARTED, EMPLOYER, ADVISOR),
    A.NO_SHOW: step({State.SIGNED}, State.ABANDONED, EMPLOYER, ADVISOR),
    A.PASS_TRIAL: step({State.STARTED}, State.TRIAL_PASSED, EMPLOYER, ADVISOR),
    A.BREAK_TRIAL: step({State.STARTED}, State.EXITED, EMPLOYER, ADVISOR),
    # The trial behind (or none agreed), the contract runs.
    A.RUN: step({State.STARTED, State.TRIAL_PASSED}, State.RUNNING, ADVISOR, CLOCK),
    A.SUSPEND: step({State.RUNNING}, State.SUSPENDED, ADVISOR),
    A.RESUME: step({State.SUSPENDED}, State.RUNNING, ADVISOR),
    A.EXIT: step({State.TRIAL_PASSED, State.RUNNING, State.SUSPENDED}, State.EXITED, ADVISOR),
    A.COMPLETE: step({State.RUNNING}, State.COMPLETED, ADVISOR),
    A.ABANDON: step(
        {State.PROPOSED, State.PROMISED, State.AID_REQUESTED, State.AID_GRANTED, State.AID_REFUSED},
        State.ABANDONED,
        EMPLOYER,
        ADVISOR,
    ),
    # Taken back as if it had not been: until money was asked for, whatever came since the signature.
    A.CANCEL: step(guards.UNDER_CONTRACT, State.ABANDONED, Party.SUPERVISOR),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What a step carries; each reads its own, see `placement_guards`."""

    reason: str | None = None
    motive: str | None = None
    situation: str | None = None
    number: str | None = None
    starts_on: date | None = None
    trial_end_on: date | None = None
    #: Last day of a suspension, where it is known beforehand.
    until: date | None = None
    #: Employer's conditions (placement_guards.CONDITIONS) -> the day each was ticked.
    conditions: Mapping[str, date] = field(default_factory=dict)
    note: str | None = None


NOTHING = Details()


@dataclass(frozen=True, slots=True)
class Planned:
    """A step to take, with the business day it is noted for."""

    action: PlacementAction
    on: date
    details: Details = NOTHING


def allowed(state: State | None, party: Party) -> tuple[PlacementAction, ...]:
    """Actions that this party may take from there, in the order of the table."""
    return tuple(
        action for action, line in TRANSITIONS.items() if state in line.starts and party in line.parties
    )


def drafted(proposal: MatchProposal, offer: Offer, programme: str | None, on: date) -> Placement:
    """A placement with the terms of its offer, not stored."""
    return Placement(
        proposal_id=proposal.id,
        person_id=proposal.person_id,
        organisation_id=offer.organisation_id,
        offer_id=offer.id,
        programme=programme,
        contract_kind=offer.contract_kind,
        months=offer.months if offer.contract_kind == "CDD" else None,
        weekly_hours=offer.weekly_hours,
        state=State.PROPOSED,
        proposed_on=on,
        starts_on=proposal.expected_start_on,
        snapshot={},
    )


def open_with(
    session: Session,
    proposal: MatchProposal,
    steps: Sequence[Planned],
    *,
    programme: str | None,
    actor_id: int | None,
    party: Party,
    at: datetime,
    book: ProgrammeBook,
) -> Placement:
    """Open a placement on the day of its first step and take these steps in order.

    Raises what `open` and `change` raise, with the step concerned among its facts; the caller's transaction is then to
    be given up, the steps before it included.
    """
    placement = None
    for planned in steps:
        try:
            if placement is None:
                placement = open(
                    session, proposal, programme=programme, actor_id=actor_id, party=party, on=planned.on
                )
            change(
                session,
                placement,
                planned.action,
                actor_id=actor_id,
                party=party,
                on=planned.on,
                at=at,
                book=book,
                details=planned.details,
            )
        except PasserelleError as fault:
            raise type(fault)(fault.code, **{**fault.facts, "step": str(planned.action)}) from fault
    if placement is None:
        refuse("no-step")
    return placement


def open(
    session: Session,
    proposal: MatchProposal,
    *,
    programme: str | None,
    actor_id: int | None,
    party: Party,
    on: date,
    told: bool = False,
) -> Placement:
    """A placement for a selected proposal, under one programme or none, with the terms of its offer.

    Raises InvalidInput: the person was not selected, or the offer does not stand under that programme; Duplicate: the
    proposal has its placement already.
    """
    leads_to = target("placement", TRANSITIONS, A.OPEN, None, party)
    if proposal.state is not ProposalState.SELECTED:
        refuse("not-selected", state=str(proposal.state))
    guards.after_selection(session, proposal, on)
    offer = session.get_one(Offer, proposal.offer_id)
    guards.programme_of(offer, programme)
    made = drafted(proposal, offer, programme, on)
    made.state = leads_to
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as clash:
        raise Duplicate("placement-exists") from clash
    _log(session, made, A.OPEN, None, leads_to, actor_id, party, on, None, told)
    session.flush()
    return made


def change(
    session: Session,
    placement: Placement,
    action: PlacementAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    book: ProgrammeBook,
    details: Details = NOTHING,
    told: bool = False,
) -> PlacementEvent:
    """Take one step, log it and let it have its effects (other proposals, the post, milestones, the snapshot).

    Flushes, never commits. Raises IllegalTransition, NotAllowed, InvalidInput (a guard), StaleVersion, Duplicate;
    then nothing was written.
    """
    before = placement.state
    leads_to = target("placement", TRANSITIONS, action, before, party)
    act = guards.Act(session, placement, actor_id, on, at, book, details, told)
    guards.check(act, str(action))
    placement.state = leads_to
    event = _log(session, placement, action, before, leads_to, actor_id, party, on, _words(details), told)
    try:
        flush(session, "placement")
    except IntegrityError as clash:  # two promises at once: the schema lets one through
        raise Duplicate("person-engaged") from clash
    effects.follow(act, str(action))
    flush(session, "placement")
    return event


def _words(details: Details) -> str | None:
    parts = (details.reason, details.motive, details.situation, details.number, details.note)
    return " · ".join(part for part in parts if part)[:255] or None


def _log(
    session: Session,
    placement: Placement,
    action: PlacementAction,
    before: State | None,
    leads_to: State,
    actor_id: int | None,
    party: Party,
    on: date,
    reason: str | None,
    told: bool,
) -> PlacementEvent:
    event = PlacementEvent(
        placement_id=placement.id,
        actor_id=actor_id,
        action=str(action),
        from_state=before,
        to_state=leads_to,
        reason=reason,
        party=str(party),
        told=told,
        done_on=on,
    )
    session.add(event)
    return event
