"""What a young person is told of an offer, and what they answer: by the link of a message, or from their own page.

A link is spent in the transaction of its answer: pressed twice, it answers once. Reading never writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, contacts, links, proposals, silence
from .proposals import Details, ProposalAction as Action
from .scoring.places import Places
from .store.accounts import User
from .store.matches import MatchProposal, ReviewDecision
from .store.messages import AccessLink
from .store.organisations import Commune, Offer, Organisation
from .store.people import Agency, Person
from .vocabulary import PURSUED_PROPOSALS, Party, ProposalState as State

#: Steps that say what a person answered; the last of them is the one that counts.
SAID = (Action.YES, Action.NO, Action.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Signer:
    """Whom to call about a proposal; `name` None: nobody is named, the agency is."""

    name: str | None
    phone: str | None
    agency: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as its person is told of it. `km`: from commune to commune, None when one of them is unknown;
    `answer_by`: the day after which an advisor calls."""

    proposal: MatchProposal
    person: Person
    offer: Offer
    employer: str
    km: float | None
    signer: Signer
    answer_by: date


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered, and when. `action` yes, no or no_answer; `by` None: the person, by their link."""

    action: Action
    on: date
    at: datetime
    by: str | None


def asked(session: Session, proposal_ids: Sequence[int], *, on: date) -> list[Asked]:
    """These proposals as their people are told of them, in that order. Five queries, whatever their number."""
    rows = session.execute(
        sa.select(MatchProposal, Person, Offer, Organisation.name, Agency.name)
        .join(Person, Person.id == MatchProposal.person_id)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(MatchProposal.id.in_(proposal_ids))
    ).all()
    signers = contacts.signers_of_proposals(session, proposal_ids)
    users = {
        user.id: user for user in session.scalars(sa.select(User).where(User.id.in_(set(signers.values()))))
    }
    apart = _distances(session, {(row[1].insee_code, row[2].insee_code) for row in rows})
    made = {}
    for proposal, person, offer, employer, agency in rows:
        user = users.get(signers.get(proposal.id, 0))
        made[proposal.id] = Asked(
            proposal,
            person,
            offer,
            employer,
            apart.get((person.insee_code, offer.insee_code)),
            Signer(user.name if user else None, user.phone if user else None, agency),
            silence.call_day(proposal.asked_on or on, silence.PERSON_REMINDERS),
        )
    return [made[key] for key in proposal_ids if key in made]


def _distances(
    session: Session, pairs: set[tuple[str | None, str | None]]
) -> dict[tuple[str | None, str | None], float]:
    """Kilometres between the centres of the communes of each pair where both are known."""
    codes = sorted({code for pair in pairs for code in pair if code})
    rows = session.execute(
        sa.select(Commune.insee_code, Commune.latitude, Commune.longitude).where(
            Commune.insee_code.in_(codes)
        )
    ).all()
    index: dict[str | None, int] = {row.insee_code: at for at, row in enumerate(rows)}
    places = Places.build([row.latitude for row in rows], [row.longitude for row in rows])
    apart = {
        (home, work): places.metres_between(index[home], index[work]) / 1000
        for home, work in pairs
        if home in index and work in index
    }
    return apart | {(home, work): 0.0 for home, work in pairs if home and home == work}


def of_link(session: Session, link: AccessLink, *, on: date) -> Asked:
    """The proposal that an answer link is about."""
    assert link.proposal_id is not None  # links of that kind are issued for a proposal
    (found,) = asked(session, [link.proposal_id], on=on)
    return found


def of_person(session: Session, person_id: int, *, on: date) -> list[Asked]:
    """Proposals that a person may hear of, those that wait for their answer first."""
    waiting = MatchProposal.state == State.PERSON_ASKED
    ids = session.scalars(
        sa.select(MatchProposal.id)
        .where(MatchProposal.person_id == person_id, MatchProposal.state.in_(PURSUED_PROPOSALS))
        .order_by(waiting.desc(), MatchProposal.id.desc())
    ).all()
    return asked(session, ids, on=on)


def said(session: Session, proposal_id: int) -> Said | None:
    """The last answer to that proposal; None while there is none. One query."""
    row = session.execute(
        sa.select(ReviewDecision, User.name)
        .outerjoin(User, User.id == ReviewDecision.actor_id)
        .where(
            ReviewDecision.proposal_id == proposal_id,
            ReviewDecision.action.in_([str(action) for action in SAID]),
        )
        .order_by(ReviewDecision.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    decision, name = row
    return Said(Action(decision.action), decision.decided_on, decision.decided_at, name)


def give(
    session: Session,
    proposal_id: int,
    action: Action,
    *,
    reason: str | None = None,
    link: AccessLink | None = None,
    on: date,
    at: datetime,
) -> bool:
    """Record the person's yes or no; False when that very answer was given before, and nothing is written.

    `link`: the answer link, spent by it. Raises IllegalTransition when the proposal no longer waits for an answer,
    InvalidInput (reason), StaleVersion. Flushes, never commits.
    """
    proposal = session.scalars(
        sa.select(MatchProposal)
        .where(MatchProposal.id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if proposal.state is not State.PERSON_ASKED:
        before = said(session, proposal_id)
        if before is not None and before.action is action and before.by is None:
            return False
    elif link is not None and not links.use(session, link, at=at):
        return False
    decision = proposals.review(
        session,
        proposal,
        action,
        actor_id=None,
        party=Party.YOUNG_PERSON,
        on=on,
        at=at,
        details=Details(reason_code=reason),
    )
    audit.append(
        session,
        at=at,
        actor_id=None,
        action=f"own.{action}",
        subject_kind="proposal",
        subject_id=str(proposal.public_id),
        details={"from": str(decision.from_state), "to": str(decision.to_state)},
    )
    return True


def note_call(session: Session, proposal: MatchProposal, *, actor_id: int, on: date, at: datetime) -> None:
    """An advisor called and nobody answered: once the person was asked, the clock counts it (workflow.md ii)."""
    if proposal.state is State.PERSON_ASKED:
        proposals.review(
            session, proposal, Action.CALLED, actor_id=actor_id, party=Party.ADVISOR, on=on, at=at
        )
    else:
        proposal.called_on = on
        session.flush()
    audit.append(
        session,
        at=at,
        actor_id=actor_id,
        action="proposal.called",
        subject_kind="proposal",
        subject_id=str(proposal.public_id),
        details={"on": on.isoformat()},
    )
