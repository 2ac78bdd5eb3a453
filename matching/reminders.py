"""Reminders: which were sent for whom, and the next one, queued by the clock or by an advisor's hand.

A reminder by hand leaves at once, with the hand's name; one a day at most for the same person or offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, contacts, outbox, silence
from .proposal_guards import employer_since
from .store.matches import MatchProposal
from .store.messages import OutgoingMessage
from .store.organisations import Offer
from .store.people import Person
from .transitions import refuse
from .vocabulary import AT_EMPLOYER, MessageState, ProposalState as State

PERSON, EMPLOYER = "remind_person", "remind_employer"


@dataclass(frozen=True, slots=True)
class Sent:
    """The last reminder: caused on that day, in which state, how many there were."""

    on: date
    state: MessageState
    count: int


def last(session: Session, kind: str, subject_kind: str, subject_ids: Sequence[int]) -> dict[int, Sent]:
    """The last reminder for each subject that had one; those taken back do not count. One query."""
    rows = session.execute(
        sa.select(OutgoingMessage.subject_id, OutgoingMessage.caused_on, OutgoingMessage.state)
        .where(
            OutgoingMessage.kind == kind,
            OutgoingMessage.subject_kind == subject_kind,
            OutgoingMessage.subject_id.in_(subject_ids),
            OutgoingMessage.state != MessageState.CANCELLED,
        )
        .order_by(OutgoingMessage.id)
    )
    found: dict[int, Sent] = {}
    for row in rows:
        before = found.get(row.subject_id)
        found[row.subject_id] = Sent(row.caused_on, row.state, before.count + 1 if before else 1)
    return found


def known(
    session: Session, kinds: Iterable[str], subject_kind: str, ids: Iterable[int]
) -> set[tuple[str, int, str]]:
    """(kind, subject, occasion) of what was queued before, whatever its address and what became of it. One query."""
    rows = session.execute(
        sa.select(OutgoingMessage.kind, OutgoingMessage.subject_id, OutgoingMessage.occasion).where(
            OutgoingMessage.kind.in_(list(kinds)),
            OutgoingMessage.subject_kind == subject_kind,
            OutgoingMessage.subject_id.in_(list(ids)),
        )
    )
    return {(row.kind, row.subject_id, row.occasion) for row in rows}


def replace_waiting(session: Session, kind: str, subject_kind: str, subject_ids: Iterable[int]) -> None:
    """What still waits of that kind says the same as the ones that come: it does not leave."""
    outbox.cancel(
        session,
        OutgoingMessage.kind == kind,
        OutgoingMessage.subject_kind == subject_kind,
        OutgoingMessage.subject_id.in_(list(subject_ids)),
    )


@dataclass(frozen=True, slots=True)
class Silence:
    """Whom a proposal waits for, on its sheet: reminded when, by whom they can be, the last day they have.

    `may_remind`: a message can leave today; `to_whom`: PERSON or EMPLOYER.
    """

    to_whom: str
    since_on: date
    reminded: Sent | None
    may_remind: bool
    by_hand: bool
    ends_on: date
    called_on: date | None


def of(session: Session, proposal: MatchProposal, *, on: date) -> Silence | None:
    """The silence that a proposal is in; None when it waits for nobody's answer. Four queries at most."""
    if proposal.state is State.PERSON_ASKED:
        person = session.get_one(Person, proposal.person_id)
        since = proposal.asked_on or proposal.proposed_on
        called = proposal.called_on if proposal.called_on and proposal.called_on >= since else None
        address, ends_on = contacts.person_address(person), silence.last_day_to_answer(since, called)
        kind, subject = PERSON, ("proposal", proposal.id)
    elif proposal.state in AT_EMPLOYER:
        offer = session.get_one(Offer, proposal.offer_id)
        since, called = employer_since(session, proposal), None
        address, ends_on = contacts.employer_address(session, offer), silence.last_day(since)
        kind, subject = EMPLOYER, ("offer", offer.id)
    else:
        return None
    reminded = last(session, kind, subject[0], [subject[1]]).get(subject[1])
    today = reminded is not None and reminded.on >= on
    return Silence(kind, since, reminded, address is not None and not today, address is None, ends_on, called)


def by_hand(
    session: Session, proposal: MatchProposal, *, actor_id: int, on: date, at: datetime
) -> OutgoingMessage:
    """An advisor reminds whoever the proposal waits for; put on the trail. Flushes, never commits.

    Raises InvalidInput: it waits for nobody, there is no address (or no consent), one left that very day.
    """
    if proposal.state is State.PERSON_ASKED:
        person = session.get_one(Person, proposal.person_id)
        kind, subject, occasion = PERSON, ("proposal", proposal.id), f"hand:{on}"
        address, person_id, organisation_id = contacts.person_address(person), person.id, None
    elif proposal.state in AT_EMPLOYER:
        offer = session.get_one(Offer, proposal.offer_id)
        kind, subject = EMPLOYER, ("offer", offer.id)
        occasion = f"{employer_since(session, proposal)}:{on}"
        address, person_id, organisation_id = (
            contacts.employer_address(session, offer),
            None,
            offer.organisation_id,
        )
    else:
        refuse("nobody-to-remind")
    if address is None:
        refuse("no-address")
    before = last(session, kind, subject[0], [subject[1]]).get(subject[1])
    if before is not None and before.on >= on:
        refuse("reminded-today", day=before.on)
    replace_waiting(session, kind, subject[0], [subject[1]])
    made = outbox.queue(
        session,
        kind,
        subject=subject,
        address=address,
        on=on,
        at=at,
        occasion=occasion,
        person_id=person_id,
        organisation_id=organisation_id,
        sender_id=actor_id,
    )
    assert made is not None  # there is an address
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="proposal.remind",
        subject_kind="proposal",
        subject_id=str(proposal.public_id),
    )
    return made
