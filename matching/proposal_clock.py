"""Rules of time of proposals (workflow.md ii): what wakes, what is stale, whose silence is over.

A step of the clock has no author: it is logged and put on the trail like any other. The days are those of `silence`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, contacts, outbox, proposals, reminders, silence
from .daily import Day, each
from .proposals import Details, ProposalAction as Action
from .store.matches import MatchProposal, Release
from .store.organisations import Offer
from .store.people import Person
from .vocabulary import AT_EMPLOYER, DECIDED_PROPOSALS, LIVE_PROPOSALS, Party, ProposalState as State

#: Nobody has decided on these: set aside, they are computed again.
UNDECIDED = tuple(state for state in LIVE_PROPOSALS if state not in DECIDED_PROPOSALS)
NOTHING = Details()


def take(
    session: Session,
    day: Day,
    rows: Iterable[MatchProposal],
    action: Action,
    *,
    details: Details = NOTHING,
    party: Party = Party.CLOCK,
) -> int:
    """The clock takes this step of each proposal, with its line in the log and on the trail. Returns how many."""

    def act(proposal: MatchProposal) -> None:
        before = proposal.state
        decision = proposals.review(
            session, proposal, action, actor_id=None, party=party, on=day.on, at=day.at, details=details
        )
        audit.append(
            session,
            at=day.at,
            actor_id=None,
            action=f"proposal.{action}",
            subject_kind="proposal",
            subject_id=str(proposal.public_id),
            details={"from": str(before), "to": str(decision.to_state)},
        )

    return each(session, rows, act)


def wake(session: Session, day: Day) -> int:
    """What was put off to that day is to be examined again."""
    put_off = _in(State.DEFERRED).where(MatchProposal.wake_on <= day.on)
    return take(session, day, session.scalars(put_off).all(), Action.WAKE)


def stale(session: Session, day: Day) -> int:
    """What nobody has decided and whose right, as the proposal kept it, is over.

    The matcher compares the others with the base each morning; it leaves alone what somebody put off or added by
    hand, and the offers that rest.
    """
    over = _in(*UNDECIDED).where(MatchProposal.eligible_until < day.on)
    return take(session, day, session.scalars(over).all(), Action.STALE)


def remind_people(session: Session, day: Day) -> int:
    """Reminders to people who were asked and have not answered: by e-mail, to those who agreed to it."""
    rows = session.execute(_in(State.PERSON_ASKED).join(Person).add_columns(Person)).all()
    due: dict[int, tuple[str, str, int]] = {}
    for proposal, person in rows:
        since = proposal.asked_on or proposal.proposed_on
        number = silence.reminder_due(since, silence.PERSON_REMINDERS, day.on)
        address = contacts.person_address(person)
        if number is not None and address is not None:
            due[proposal.id] = str(number), address, person.id
    if not due:
        return 0
    before = reminders.known(session, [reminders.PERSON], "proposal", due)
    wanted = [key for key, (occasion, _, _) in due.items() if (reminders.PERSON, key, occasion) not in before]
    if not wanted:
        return 0
    signers = contacts.signers_of_proposals(session, wanted)
    reminders.replace_waiting(session, reminders.PERSON, "proposal", wanted)
    messages = []
    for key in wanted:
        occasion, address, person_id = due[key]
        messages.append(
            outbox.waiting(
                reminders.PERSON,
                subject=("proposal", key),
                address=address,
                on=day.on,
                at=day.at,
                occasion=occasion,
                person_id=person_id,
                sender_id=signers.get(key),
            )
        )
    return outbox.queue_all(session, messages)


def close_unanswered(session: Session, day: Day) -> int:
    """People whose time to answer is over: two reminders and a call made no difference, or 15 days did."""
    over = [
        proposal
        for proposal in session.scalars(_in(State.PERSON_ASKED))
        if day.on > silence.last_day_to_answer(proposal.asked_on or proposal.proposed_on, proposal.called_on)
    ]
    return take(session, day, over, Action.NO_ANSWER)


def remind_employers(session: Session, day: Day) -> int:
    """One reminder an offer and a day of release: to answer about all the people it was sent that day."""
    waiting: dict[tuple[int, date], Offer] = {}
    for _, release, offer in _at_employers(session):
        waiting[offer.id, silence.last_news(release.released_on, release.answered_on)] = offer
    due = {}
    for (offer_id, since), offer in waiting.items():
        number = silence.reminder_due(since, silence.EMPLOYER_REMINDERS, day.on)
        if number is not None:
            due[offer_id, f"{since}:{number}"] = offer
    if due:
        before = reminders.known(session, [reminders.EMPLOYER], "offer", {key for key, _ in due})
        due = {at: offer for at, offer in due.items() if (reminders.EMPLOYER, *at) not in before}
    if not due:
        return 0
    addresses = contacts.employer_addresses(session, due.values())
    signers = contacts.signers_of_offers(session, {key for key, _ in due})
    reminders.replace_waiting(session, reminders.EMPLOYER, "offer", addresses)
    return outbox.queue_all(
        session,
        [
            outbox.waiting(
                reminders.EMPLOYER,
                subject=("offer", key),
                address=addresses[key],
                on=day.on,
                at=day.at,
                occasion=occasion,
                organisation_id=offer.organisation_id,
                sender_id=signers.get(key),
            )
            for (key, occasion), offer in sorted(due.items(), key=lambda line: line[0])
            if key in addresses  # else an advisor's list says to call
        ],
    )


def answer_for_employers(session: Session, day: Day) -> int:
    """People sent to an employer that says nothing: 15 working days after the last news they are told so."""
    over = [
        proposal
        for proposal, release, _ in _at_employers(session)
        if day.on > silence.last_day(silence.last_news(release.released_on, release.answered_on))
    ]
    return take(session, day, over, Action.NO_ANSWER_EMPLOYER)


def close_unsent(session: Session, day: Day) -> int:
    """People who said yes and were not sent to the employer within 15 working days: closed, and told so."""
    over = [
        proposal
        for proposal in session.scalars(_in(State.AGREED))
        if day.on > silence.last_day(proposal.answered_on or proposal.proposed_on)
    ]
    return take(
        session, day, over, Action.CLOSE, details=Details(reason_code="not_forwarded"), party=Party.SYSTEM
    )


def _in(*states: State) -> sa.Select[MatchProposal]:
    return sa.select(MatchProposal).where(MatchProposal.state.in_(states)).order_by(MatchProposal.id)


def _at_employers(session: Session) -> list[Any]:
    """(proposal, its release, its offer) of everybody an employer has not answered about."""
    query = (
        _in(*AT_EMPLOYER)
        .join(Release, Release.proposal_id == MatchProposal.id)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .add_columns(Release, Offer)
    )
    return list(session.execute(query))
