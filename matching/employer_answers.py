"""An employer's answer about a person sent to it: one step of the proposal; a choice makes the promise of a hire."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, placements, proposals
from .errors import Conflict, InvalidInput, StaleVersion
from .offer_terms import programme_on
from .proposals import Details, ProposalAction as Action
from .store import scope
from .store.accounts import User
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.organisations import Offer
from .store.placements import Placement
from .transitions import refuse
from .vocabulary import Party

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: What an employer may answer.
ANSWERS = (Action.INTERVIEW, Action.SELECTED, Action.NOT_SELECTED)
#: A first day of work further than this is a slip of the pen.
FARTHEST = timedelta(days=366)


class Answered(StaleVersion):
    """Somebody answered first: what, when and who (None: by the link of the message, or nobody in time)."""

    def __init__(self, last: ReviewDecision | None, who: str | None) -> None:
        super().__init__("stale-version", machine="proposal")
        self.action = last.action if last else None
        self.at = last.decided_at if last else None
        self.who = who


@dataclass(frozen=True, slots=True)
class Noted:
    """What an answer came to; `promise`: the placement that a choice opened, when nothing kept it from being."""

    action: Action
    promise: Placement | None


def locked(session: Session, query: sa.Select[MatchProposal], ref: uuid.UUID) -> MatchProposal:
    """The proposal of that query, its row held until the end of the transaction. Raises NotFound."""
    held = query.with_for_update(of=MatchProposal).execution_options(populate_existing=True)
    return scope.one(session, held, MatchProposal.public_id == ref)


def answer(
    session: Session,
    proposal: MatchProposal,
    action: Action,
    *,
    seen: str,
    details: Details,
    actor_id: int | None,
    on: date,
    at: datetime,
    book: ProgrammeBook,
) -> Noted:
    """Note what the employer says of a person, `actor_id` None: by the link of a message. Flushes, never commits.

    `seen`: the state on the screen. Raises Answered when it is another now, else what `proposals.review` raises; then
    nothing was written.
    """
    if str(proposal.state) != seen:
        raise _answered(session, proposal)
    if action is Action.SELECTED:
        _in_time(session, proposal, details.starts_on, on)
    proposals.review(
        session, proposal, action, actor_id=actor_id, party=Party.EMPLOYER, on=on, at=at, details=details
    )
    promise = None
    if action is Action.SELECTED:
        promise = _promise(session, proposal, actor_id=actor_id, on=on, at=at, book=book)
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action=f"proposal.{action}",
        subject_kind="proposal",
        subject_id=str(proposal.public_id),
        details={"to": str(proposal.state), "by": "link" if actor_id is None else "employer"},
    )
    return Noted(action, promise)


def _in_time(session: Session, proposal: MatchProposal, starts_on: date | None, on: date) -> None:
    released_on = session.scalar(sa.select(Release.released_on).where(Release.proposal_id == proposal.id))
    if starts_on is None:
        return  # the guard of the step says so
    if released_on is not None and starts_on < released_on:
        refuse("start-before-release", day=released_on)
    if starts_on > on + FARTHEST:
        refuse("start-too-far", day=on + FARTHEST)


def _promise(
    session: Session,
    proposal: MatchProposal,
    *,
    actor_id: int | None,
    on: date,
    at: datetime,
    book: ProgrammeBook,
) -> Placement | None:
    """The placement that follows, with the offer's terms and the day just given: nothing is typed again.

    None when the promise is not to be had that day (offer on hold, person promised elsewhere): the choice stands, and
    the advisor opens the hire. Why is not the employer's business.
    """
    programme = programme_on(session.get_one(Offer, proposal.offer_id), book, on)
    try:
        with session.begin_nested():
            made = placements.open_with(
                session,
                proposal,
                [placements.Planned(placements.PlacementAction.PROMISE, on)],
                programme=programme,
                actor_id=actor_id,
                party=Party.EMPLOYER,
                at=at,
                book=book,
            )
    except (InvalidInput, Conflict):
        return None
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="placement.promise",
        subject_kind="placement",
        subject_id=str(made.public_id),
        details={"programme": programme, "by": "link" if actor_id is None else "employer"},
    )
    return made


def _answered(session: Session, proposal: MatchProposal) -> Answered:
    found = session.execute(
        sa.select(ReviewDecision, User.name)
        .outerjoin(User, User.id == ReviewDecision.actor_id)
        .where(ReviewDecision.proposal_id == proposal.id)
        .order_by(ReviewDecision.id.desc())
        .limit(1)
    ).one_or_none()
    return Answered(*found) if found else Answered(None, None)
