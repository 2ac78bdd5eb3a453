"""What each step of a proposal asks before it is taken (workflow.md ii, column « guards »)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import outbox, silence
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.messages import OutgoingMessage
from .store.organisations import Offer
from .store.people import Person
from .transitions import refuse
from .vocabulary import LIVE_PROPOSALS, RELEASED_PROPOSALS, OfferState, Party, ProposalState, Verdict

if TYPE_CHECKING:
    from .proposals import Details

#: Live proposals a person may hold at once, counted from `to_review` on.
CAP = 5
#: Live releases an offer may have for each of its posts (reliability.md C3).
RELEASES_PER_POST = 5
#: The longest a proposal may be put off, in days.
DEFER_DAYS = 30
#: The author of a decision may take it back for so long; a supervisor longer.
UNDO_WITHIN = timedelta(hours=24)
#: Working days of silence after which an advisor calls: the person, the employer.
PERSON_SILENCE, EMPLOYER_SILENCE = silence.PERSON_REMINDERS[-1], silence.EMPLOYER_REMINDERS[-1]

REJECT_REASONS = frozenset(
    {
        "not_eligible",
        "not_the_wish",
        "skills",
        "mobility",
        "child_care",
        "language",
        "already_in_a_path",
        "data_wrong",
        "duplicate",
        "other",
    }
)
DECLINE_REASONS = frozenset(
    {
        "not_the_wish",
        "mobility",
        "hours",
        "pay",
        "child_care",
        "found_a_job",
        "in_training",
        "health",
        "other",
    }
)
NOT_SELECTED_REASONS = frozenset(
    {"skills", "experience", "availability", "did_not_come", "chose_another", "post_cancelled", "other"}
)
CLOSE_REASONS = frozenset(
    {
        "withdrawn_by_adviser",
        "placed_elsewhere",
        "position_filled",
        "offer_withdrawn",
        "left_programme",
        "moved_out_of_zone",
        "age_limit",
        "not_forwarded",
        "duplicate_merged",
        "erased",
    }
)
#: Steps whose reason goes without saying.
IMPLIED_REASONS = {"no_answer": "no_answer", "no_answer_employer": "no_answer_employer"}

#: security.md §2, "released, limited fields".
LIMITED_FIELDS = ("first_name", "initial", "level", "skills", "availability", "advisor_contact")
DISCLOSED_FIELDS = ("full_name", "email", "phone")

CHANNELS = {"email": "email", "phone": "phone", "sms": "phone", "letter": "address"}


def check(
    session: Session,
    proposal: MatchProposal,
    action: str,
    details: Details,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
) -> None:
    """Raise InvalidInput when a guard of `action` is not met."""
    match action:
        case "shortlist":
            if live_count(session, proposal.person_id) >= CAP:
                refuse("person-at-cap", cap=CAP)
        case "approve":
            _offer_live(session, proposal)
            _right_holds(session, proposal, details, on)
        case "reject":
            _reason(details, REJECT_REASONS)
        case "defer":
            if details.wake_on is None or not on < details.wake_on <= on + timedelta(days=DEFER_DAYS):
                refuse("bad-wake-day", days=DEFER_DAYS)
        case "wake":
            if party is Party.CLOCK and (proposal.wake_on is None or proposal.wake_on > on):
                refuse("not-yet", day=proposal.wake_on or on)
        case "contact":
            _reachable(session, proposal, details)
        case "no":
            if details.reason_code is not None:
                _reason(details, DECLINE_REASONS)
        case "no_answer":
            asked = proposal.asked_on or proposal.proposed_on
            _over(silence.last_day_to_answer(asked, proposal.called_on), on)
        case "send":
            _sendable(session, proposal, details, actor_id)
        case "selected":
            if details.starts_on is None:
                refuse("start-needed")
        case "not_selected":
            _reason(details, NOT_SELECTED_REASONS)
        case "no_answer_employer":
            _over(silence.last_day(employer_since(session, proposal)), on)
        case "close":
            _reason(details, CLOSE_REASONS if party is Party.SYSTEM else {"withdrawn_by_adviser"})
            if party is not Party.SYSTEM and not (details.note or "").strip():
                refuse("note-needed")
        case "undo":
            _undoable(session, proposal, actor_id, party, at)
        case _:
            pass


def live_count(session: Session, person_id: int) -> int:
    """Live proposals of a person, from `to_review` on."""
    counted = [state for state in LIVE_PROPOSALS if state is not ProposalState.COMPUTED]
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(MatchProposal)
            .where(MatchProposal.person_id == person_id, MatchProposal.state.in_(counted))
        )
        or 0
    )


def _reason(details: Details, allowed: frozenset[str] | set[str]) -> None:
    if details.reason_code not in allowed:
        refuse("bad-reason", reason=details.reason_code or "", allowed=", ".join(sorted(allowed)))
    if details.reason_code == "other" and not (details.note or "").strip():
        refuse("note-needed")


def _offer(session: Session, proposal: MatchProposal) -> Offer:
    return session.get_one(Offer, proposal.offer_id)


def _offer_live(session: Session, proposal: MatchProposal) -> Offer:
    offer = _offer(session, proposal)
    if offer.state not in (OfferState.OPEN, OfferState.ON_HOLD):
        refuse("offer-not-live", state=str(offer.state))
    return offer


def _right_holds(session: Session, proposal: MatchProposal, details: Details, on: date) -> None:
    """Proof valid on the expected start, or the list of proofs to bring."""
    if details.proofs:
        return
    starts_on = _offer(session, proposal).starts_on
    day = max(on, starts_on) if starts_on else on
    if proposal.eligible_until is not None and proposal.eligible_until < day:
        refuse("right-lapsed", until=proposal.eligible_until, day=day)
    if proposal.verdict == Verdict.UNKNOWN and not proposal.reservations:
        refuse("proofs-needed")


def _reachable(session: Session, proposal: MatchProposal, details: Details) -> None:
    """A known channel and consent: given for e-mail, which leaves by itself; not refused where an advisor acts."""
    if details.channel not in CHANNELS:
        refuse("unknown-channel", allowed=", ".join(CHANNELS))
    person = session.get_one(Person, proposal.person_id)
    if getattr(person, CHANNELS[details.channel]) is None:
        refuse("channel-missing", channel=details.channel)
    if person.contact_agreed is False or (details.channel == "email" and person.contact_agreed is None):
        refuse("no-consent", channel=details.channel)


def employer_since(session: Session, proposal: MatchProposal) -> date:
    """The day of the last news of an employer about a proposal, sent to it or not yet."""
    release = session.scalar(sa.select(Release).where(Release.proposal_id == proposal.id))
    if release is None:
        return proposal.proposed_on
    return silence.last_news(release.released_on, release.answered_on)


def _over(last: date, on: date) -> None:
    """Refuse as long as whoever is waited for may still answer, that day included."""
    if on <= last:
        refuse("not-yet", day=last + timedelta(days=1))


def _sendable(session: Session, proposal: MatchProposal, details: Details, actor_id: int | None) -> None:
    if actor_id is None:
        refuse("advisor-needed")  # M1: a name stands behind every release
    allowed = LIMITED_FIELDS + (DISCLOSED_FIELDS if details.contact_disclosed else ())
    beyond = sorted(set(details.fields) - set(allowed))
    if beyond:
        refuse("field-not-disclosed", fields=", ".join(beyond))
    # The last place must not be taken twice: the offer's row is the lock.
    offer = session.scalars(
        sa.select(Offer)
        .where(Offer.id == proposal.offer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if offer.state not in (OfferState.OPEN, OfferState.ON_HOLD):
        refuse("offer-not-live", state=str(offer.state))
    out = session.scalar(
        sa.select(sa.func.count())
        .select_from(MatchProposal)
        .where(
            MatchProposal.offer_id == offer.id,
            MatchProposal.state.in_(RELEASED_PROPOSALS),
        )
    )
    limit = (offer.positions - offer.posts_filled) * RELEASES_PER_POST
    if (out or 0) >= limit:
        refuse("too-many-releases", limit=limit)


def _undoable(
    session: Session, proposal: MatchProposal, actor_id: int | None, party: Party, at: datetime
) -> None:
    last = session.scalars(
        sa.select(ReviewDecision)
        .where(ReviewDecision.proposal_id == proposal.id)
        .order_by(ReviewDecision.id.desc())
        .limit(1)
    ).one()
    if last.told or outbox.has_left(session, last.id):
        refuse("already-told")
    if party is not Party.SUPERVISOR and (last.actor_id != actor_id or at - last.decided_at > UNDO_WITHIN):
        refuse("not-yours-to-undo", hours=int(UNDO_WITHIN.total_seconds() // 3600))
    # What still waits is taken back first: a worker that was faster between the two questions is seen by the second.
    outbox.cancel(session, OutgoingMessage.decision_id == last.id)
    if outbox.has_left(session, last.id):
        refuse("already-told")
    if proposal.state is not ProposalState.REJECTED:
        return
    if live_count(session, proposal.person_id) >= CAP:
        refuse("person-at-cap", cap=CAP)
    again = sa.select(MatchProposal.id).where(
        MatchProposal.person_id == proposal.person_id,
        MatchProposal.offer_id == proposal.offer_id,
        MatchProposal.state.in_(LIVE_PROPOSALS),
    )
    if session.scalar(again.limit(1)) is not None:
        refuse("already-proposed")
