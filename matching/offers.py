"""Machine (i) of workflow.md: an offer is taken in, opened, held, filled, withdrawn. One log row a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import offer_messages, outreach_offers, proposals
from .edits import chunks
from .errors import StaleVersion
from .offer_terms import EMPLOYER_GAPS, TO_CHECK, missing_for
from .store.organisations import Offer, OfferEvent, Organisation
from .transitions import Step, flush, refuse, step, target
from .vocabulary import OfferState as State, Party

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: An open offer is looked at again after so many days (or at its own closing date if earlier).
REVIEW_DAYS = 90


class OfferAction(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    HOLD = "hold"
    RESUME = "resume"
    REFRESH = "refresh"
    LAPSE = "lapse"
    FILL = "fill"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


A = OfferAction
EMPLOYER, ADVISOR, IMPORTER = Party.EMPLOYER, Party.ADVISOR, Party.IMPORTER

TRANSITIONS: dict[OfferAction, Step[State]] = {
    A.SUBMIT: step({None, State.DRAFT, State.TO_COMPLETE}, State.SUBMITTED, EMPLOYER, IMPORTER, ADVISOR),
    A.RETURN: step({State.SUBMITTED}, State.TO_COMPLETE, ADVISOR, IMPORTER),
    A.ACCEPT: step({State.SUBMITTED}, State.OPEN, ADVISOR, IMPORTER),
    A.HOLD: step({State.OPEN}, State.ON_HOLD, EMPLOYER, ADVISOR, IMPORTER),
    A.RESUME: step({State.ON_HOLD}, State.OPEN, EMPLOYER, ADVISOR, IMPORTER),
    A.REFRESH: step({State.OPEN, State.LAPSED}, State.OPEN, EMPLOYER, ADVISOR),
    A.LAPSE: step({State.OPEN}, State.LAPSED, Party.CLOCK),
    # The last post may be signed while the offer is held or lapsed: it is filled all the same.
    A.FILL: step({State.OPEN, State.ON_HOLD, State.LAPSED}, State.FILLED, Party.SYSTEM),
    A.WITHDRAW: step(
        {State.DRAFT, State.SUBMITTED, State.TO_COMPLETE, State.OPEN, State.ON_HOLD, State.LAPSED},
        State.WITHDRAWN,
        EMPLOYER,
        ADVISOR,
    ),
    A.REOPEN: step({State.FILLED, State.WITHDRAWN}, State.OPEN, ADVISOR, Party.SYSTEM),
}

#: Steps that say why.
REASONED = {A.HOLD, A.RESUME, A.WITHDRAW}


def steps(offer: Offer, party: Party) -> tuple[OfferAction, ...]:
    """What that party may do from the offer's state. Guards are judged when the step is taken."""
    return tuple(
        action for action, line in TRANSITIONS.items() if offer.state in line.starts and party in line.parties
    )


def expect(offer: Offer, version: int) -> None:
    """Raises StaleVersion when the offer is no longer the one that was shown."""
    if offer.version != version:
        raise StaleVersion("stale-version", machine="offer", version=offer.version)


def change(
    session: Session,
    offer: Offer,
    action: OfferAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    book: ProgrammeBook | None = None,
    organisation: Organisation | None = None,
    reason: str | None = None,
    missing: list[str] | None = None,
    at: datetime | None = None,
) -> OfferEvent:
    """Take one step and log it. Flushes, never commits.

    `submit` and `accept` judge the guards and need `book` and `organisation`; `accept` of an offer whose guards are
    not met is an override and needs a reason; `return` needs the list of what is missing; `withdraw` closes the live
    proposals and needs `at`, the instant of their decisions. With `at`, the employer is told of what concerns it.
    Raises IllegalTransition, NotAllowed, InvalidInput (a guard), StaleVersion; then nothing was written.
    """
    leads_to = target("offer", TRANSITIONS, action, offer.state, party)
    if action in REASONED and not (reason or "").strip():
        refuse("reason-needed", machine="offer", action=str(action))
    if action is A.LAPSE and (offer.review_by is None or offer.review_by >= on):
        refuse("not-lapsed-yet", review_by=offer.review_by)
    if action is A.FILL and offer.posts_filled < offer.positions:
        refuse("posts-left", left=offer.positions - offer.posts_filled)
    if action is A.REOPEN and offer.posts_filled >= offer.positions:
        refuse("no-post-left", positions=offer.positions)
    if action is A.REFRESH and offer.apply_before is not None and offer.apply_before < on:
        refuse("offer-closed", apply_before=offer.apply_before)
    if action in (A.SUBMIT, A.ACCEPT):
        if book is None or organisation is None:
            raise TypeError(f"{action} judges the guards: it needs the programmes and the organisation")
        offer.missing = missing_for(offer, organisation, book, on)
        if action is A.ACCEPT and offer.missing and not (reason or "").strip():
            refuse("guards-not-met", missing=", ".join(offer.missing))
        if action is A.SUBMIT and party is EMPLOYER and (left := set(offer.missing) - TO_CHECK):
            refuse("guards-not-met", missing=", ".join(gap for gap in offer.missing if gap in left))
    if action is A.WITHDRAW and at is None:
        raise TypeError(f"{action} closes proposals: it needs the instant")
    if action is A.RETURN:
        if missing is not None:
            offer.missing = sorted(set(offer.missing) | set(missing))
        if not offer.missing:
            refuse("nothing-missing", machine="offer")
    event = _log(session, offer, action, leads_to, actor_id, on, reason, party=party)
    _date(offer, action, on)
    flush(session, "offer")
    if action is A.ACCEPT:
        outreach_offers.opened(session, [offer.id], actor_id=actor_id, on=on)
    elif action is A.REOPEN:
        outreach_offers.reopened(session, offer, actor_id=actor_id, on=on)
    elif action is A.WITHDRAW:
        outreach_offers.withdrawn(session, offer, actor_id=actor_id, on=on)
    if at is not None:
        offer_messages.tell(session, offer, str(action), sender_id=_advisor(actor_id, party), on=on, at=at)
    if action is A.WITHDRAW and at is not None:
        live = proposals.live_of(session, offer_id=offer.id)
        proposals.close_all(session, live, "offer_withdrawn", actor_id=actor_id, on=on, at=at)
    return event


def admit(
    session: Session,
    offer: Offer,
    organisation: Organisation,
    book: ProgrammeBook,
    *,
    on: date,
    actor_id: int | None,
) -> list[str]:
    """Submit and accept, in one step, an offer read from a file; what it lacks makes it wait (`to_complete`).

    For a new offer (added to the session, not flushed yet) and for one that a later file changed: a waiting one whose
    gaps are filled opens, an open one that no longer meets its programme is held, one held for that reason resumes, a
    lapsed one with a closing date still to come opens again. What a person decided (hold, withdrawal, fill) stays.

    Returns what is missing. Queries nothing and does not flush: rows go out with the caller's chunk.
    """
    gaps = missing_for(offer, organisation, book, on)
    known = set(offer.missing or ())
    was_missing = bool(known)
    offer.missing = gaps
    state = offer.state if offer.id is not None else None
    actions: list[OfferAction] = []
    if state in (None, State.DRAFT, State.TO_COMPLETE, State.SUBMITTED):
        if state is State.TO_COMPLETE and gaps:
            return gaps
        actions = [] if state is State.SUBMITTED else [A.SUBMIT]
        actions.append(A.RETURN if gaps else A.ACCEPT)
    elif state is State.OPEN and set(gaps) - known:  # what somebody opened it in spite of is no news
        actions = [A.HOLD]
    elif state is State.ON_HOLD and was_missing and not gaps:
        actions = [A.RESUME]
    elif state is State.LAPSED and not gaps and offer.apply_before is not None and offer.apply_before >= on:
        actions = [A.REFRESH]
    reason = ", ".join(gaps)[:255] or None
    for action in actions:
        _log(
            session,
            offer,
            action,
            TRANSITIONS[action].leads_to,
            actor_id,
            on,
            reason,
            before=state,
            party=Party.IMPORTER,
        )
        _date(offer, action, on)
        state = offer.state
    return gaps


def readmit(
    session: Session,
    employers: Mapping[int, Organisation],
    book: ProgrammeBook,
    *,
    on: date,
    actor_id: int | None,
) -> list[tuple[Offer, State]]:
    """Judge again the programme's offers of employers whose number or sector became known; in bulk, then flush.

    An offer that waits for more than its employer (somebody may have sent it back) goes on waiting, for what is left.
    Returns the offers that changed state, each with its state before.
    """
    moved = []
    for offer in _judged_by_employer(session, employers):
        before, employer = offer.state, employers[offer.organisation_id]
        if before is State.TO_COMPLETE and not set(offer.missing) <= EMPLOYER_GAPS:
            gaps = missing_for(offer, employer, book, on)
            offer.missing = [gap for gap in gaps if gap in EMPLOYER_GAPS] + [
                gap for gap in offer.missing if gap not in EMPLOYER_GAPS
            ]
            continue
        admit(session, offer, employer, book, on=on, actor_id=actor_id)
        if offer.state is not before:
            moved.append((offer, before))
    flush(session, "offer")
    now_open = [offer.id for offer, _ in moved if offer.state is State.OPEN]
    outreach_offers.opened(session, now_open, actor_id=actor_id, on=on)
    return moved


def _judged_by_employer(session: Session, employers: Mapping[int, Organisation]) -> Iterator[Offer]:
    for some in chunks(sorted(employers)):
        live = sa.select(Offer).where(
            Offer.organisation_id.in_(some),
            Offer.scheme.is_not(None),
            Offer.state.in_((State.TO_COMPLETE, State.OPEN, State.ON_HOLD)),
        )
        yield from session.scalars(live.order_by(Offer.id))


def open_on(offer: Offer, on: date) -> bool:
    """Whether people can be proposed for it that day: open, and its closing date not past."""
    return (
        offer.state is State.OPEN
        and (offer.opened_on is None or offer.opened_on <= on)
        and (offer.apply_before is None or offer.apply_before >= on)
    )


def count_post(session: Session, offer: Offer, *, actor_id: int | None, on: date) -> bool:
    """One more post is taken. True when it was the last one: the offer is filled then.

    Raises InvalidInput when no post is left.
    """
    if offer.posts_filled >= offer.positions:
        refuse("no-post-left", positions=offer.positions)
    offer.posts_filled += 1
    last = offer.posts_filled == offer.positions
    if last and offer.state in TRANSITIONS[A.FILL].starts:
        change(session, offer, A.FILL, actor_id=actor_id, party=Party.SYSTEM, on=on)
    else:
        flush(session, "offer")
    return last


def free_post(session: Session, offer: Offer, *, actor_id: int | None, on: date, reason: str) -> None:
    """A post is free again (trial broken, no show): a filled offer opens again."""
    offer.posts_filled = max(0, offer.posts_filled - 1)
    if offer.state is State.FILLED:
        change(session, offer, A.REOPEN, actor_id=actor_id, party=Party.SYSTEM, on=on, reason=reason)
    else:
        flush(session, "offer")


def _advisor(actor_id: int | None, party: Party) -> int | None:
    """Who signs a message about the step: nobody who sent the offer themselves."""
    return actor_id if party in (ADVISOR, Party.SUPERVISOR, Party.MISSION_LOCALE) else None


def _log(
    session: Session,
    offer: Offer,
    action: OfferAction,
    leads_to: State,
    actor_id: int | None,
    on: date,
    reason: str | None,
    before: State | None = None,
    *,
    party: Party,
) -> OfferEvent:
    event = OfferEvent(
        actor_id=actor_id,
        action=str(action),
        from_state=before if before is not None or offer.id is None else offer.state,
        to_state=leads_to,
        reason=reason,
        party=str(party),
        done_on=on,
    )
    if offer.id is None:
        event.offer = offer
    else:
        event.offer_id = offer.id
    offer.state = leads_to
    session.add(event)
    return event


def _date(offer: Offer, action: OfferAction, on: date) -> None:
    """Write the days that a step carries."""
    match action:
        case A.SUBMIT:
            offer.submitted_on = on
        case A.ACCEPT | A.REOPEN:
            offer.opened_on = on
            offer.withdrawn_on = offer.filled_on = None
            offer.review_by = review_day(offer, on)
        case A.REFRESH:
            offer.review_by = review_day(offer, on)
        case A.FILL:
            offer.filled_on = on
        case A.WITHDRAW:
            offer.withdrawn_on = on
        case _:
            pass


def review_day(offer: Offer, on: date) -> date:
    """90 days on, or the offer's own closing date if earlier."""
    later = on + timedelta(days=REVIEW_DAYS)
    return min(later, offer.apply_before) if offer.apply_before else later
