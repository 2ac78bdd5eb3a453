"""What an employer may know of the people sent to it, and its answers (security.md §2, « released, limited fields »).

The release is the only door: what it does not list never leaves this module. An account sees its own organisation's;
a link, those of its offer that its message told of. People who are gone are a number.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import silence
from .store import scope
from .store.accounts import User
from .store.matches import MatchProposal, Release, ReviewDecision
from .store.messages import AccessLink
from .store.organisations import Offer, Organisation
from .store.people import Agency, Diploma, Person
from .store.placements import Placement
from .vocabulary import AT_EMPLOYER, RELEASED_PROPOSALS, OfferState, ProposalState as State

#: Known to the employer as the release says; of others who were answered, the name alone stays.
MET = RELEASED_PROPOSALS
#: Over by the employer's own word or silence: shown in the history. Any other state is a person who is gone.
ANSWERED = (State.NOT_SELECTED,)
#: Steps of a proposal that are the employer's business.
OUTCOMES = ("interview", "selected", "not_selected", "no_answer_employer")
TOLD = ("send", *OUTCOMES)


@dataclass(frozen=True, slots=True)
class Contact:
    """The advisor who sent the person: whom to call."""

    name: str
    email: str
    phone: str | None
    agency: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A step that the employer knows: what, when, by whom (None: by the link of a message, or by the clock)."""

    action: str
    on: date
    reason: str | None
    who: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person as released: what the release does not list is None or empty. `level`: RNCP level, years after the bac;
    `answer_by`: the last day to answer, after it silence is a no; `ref`, `state`, `version` are the proposal's."""

    ref: uuid.UUID
    state: State
    version: int
    name: str
    disclosed: bool
    level: tuple[int, int | None] | None
    skills: tuple[str, ...]
    available_from: date | None
    email: str | None
    phone: str | None
    advisor: Contact | None
    released_on: date
    answer_by: date
    starts_on: date | None
    placement: uuid.UUID | None
    history: tuple[Said, ...]

    @property
    def waits(self) -> bool:
        return self.state in AT_EMPLOYER


@dataclass(frozen=True, slots=True)
class Sent:
    """An offer and the people sent for it; `gone`: how many are no longer to be met."""

    offer: uuid.UUID
    title: str
    organisation: str
    offer_state: OfferState
    starts_on: date | None
    candidates: tuple[Candidate, ...]
    gone: int

    @property
    def waiting(self) -> tuple[Candidate, ...]:
        return tuple(candidate for candidate in self.candidates if candidate.waits)


def for_account(session: Session, actor: scope.Actor) -> list[Sent]:
    """By offer, those with an answer to give first. Four queries, whatever their number."""
    return _sent(session, scope.released(actor))


def for_link(session: Session, link: AccessLink) -> Sent | None:
    """The people of the offer that the message of the link told of; None when the offer is no more."""
    found = _sent(session, of_link(link))
    if found:
        return found[0]
    row = session.execute(
        sa.select(Offer, Organisation.name)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(Offer.id == link.offer_id)
    ).one_or_none()
    return None if row is None else _of_offer(row.Offer, row.name, (), 0)


def of_link(link: AccessLink) -> sa.Select[MatchProposal]:
    """What the link opens: no more than its message said.

    Who was sent for the offer before the link was made, and still waited then: a later one has a message of their own.
    """
    step = sa.orm.aliased(ReviewDecision)
    answered_since = sa.exists().where(
        step.proposal_id == MatchProposal.id, step.action.in_(OUTCOMES), step.decided_at >= link.issued_at
    )
    return (
        sa.select(MatchProposal)
        .join(Release, Release.proposal_id == MatchProposal.id)
        .join(ReviewDecision, ReviewDecision.id == Release.decision_id)
        .where(
            MatchProposal.offer_id == link.offer_id,
            ReviewDecision.decided_at <= link.issued_at,
            sa.or_(
                MatchProposal.state.in_(AT_EMPLOYER),
                sa.and_(MatchProposal.state.in_((*MET, *ANSWERED)), answered_since),
            ),
        )
    )


#: What a release may name -> the columns that say it.
COLUMNS: Mapping[str, Sequence[Any]] = {
    "first_name": (Person.given_names,),
    "initial": (sa.func.substr(Person.family_name, 1, 1).label("initial"),),
    "skills": (Person.skills,),
    "availability": (Person.available_from,),
    "full_name": (Person.family_name,),
    "email": (Person.email,),
    "phone": (Person.phone,),
}


def _sent(session: Session, query: sa.Select[MatchProposal]) -> list[Sent]:
    advisor = sa.orm.aliased(User)
    named = [column for columns in COLUMNS.values() for column in columns]
    rows = session.execute(
        query.join(Person, Person.id == MatchProposal.person_id)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .join(advisor, advisor.id == Release.decided_by_id)
        .outerjoin(Agency, Agency.id == advisor.agency_id)
        .outerjoin(Placement, Placement.proposal_id == MatchProposal.id)
        .with_only_columns(
            MatchProposal.id, MatchProposal.public_id, MatchProposal.state, MatchProposal.version,
            MatchProposal.person_id, MatchProposal.expected_start_on,
            Release.fields, Release.contact_disclosed_on, Release.released_on, Release.answered_on,
            Offer, Organisation.name.label("organisation"), Placement.public_id.label("placement"),
            advisor.name.label("advisor"), advisor.email.label("advisor_email"), advisor.phone.label("advisor_phone"),
            Agency.name.label("agency"), *named,
        )
        .order_by(Release.released_on.desc(), MatchProposal.id)
    ).all()  # fmt: skip
    shown = [row for row in rows if row.state in (*MET, *ANSWERED)]
    levels = _levels(session, [row.person_id for row in shown if row.state in MET and "level" in row.fields])
    histories = _histories(session, [row.id for row in shown])
    offers: dict[int, Any] = {}
    people: dict[int, list[Candidate]] = defaultdict(list)
    gone: dict[int, int] = defaultdict(int)
    for row in rows:
        offers[row.Offer.id] = row
        if row.state not in (*MET, *ANSWERED):
            gone[row.Offer.id] += 1
    for row in shown:
        people[row.Offer.id].append(_candidate(row, levels, histories.get(row.id, ())))
    found = [
        _of_offer(row.Offer, row.organisation, people[key], gone[key])
        for key, row in offers.items()
        if people[key] or gone[key]
    ]
    return sorted(found, key=_order)


def _order(sent: Sent) -> tuple[bool, date, str]:
    first = min((candidate.answer_by for candidate in sent.waiting), default=date.max)
    return (not sent.waiting, first, sent.title)


def _of_offer(offer: Offer, organisation: str, people: Sequence[Candidate], gone: int) -> Sent:
    return Sent(offer.public_id, offer.title, organisation, offer.state, offer.starts_on, tuple(people), gone)


def _candidate(row: Any, levels: Mapping[int, tuple[int, int | None]], history: Sequence[Said]) -> Candidate:
    """Only what the release lists; of somebody who was answered no, the name."""
    disclosed = row.contact_disclosed_on is not None and row.state in MET
    fields = set(row.fields) if row.state in MET else set(row.fields) & {"first_name", "initial"}
    if not disclosed:
        fields -= {"full_name", "email", "phone"}

    def said(field: str, value: Any, otherwise: Any = None) -> Any:
        return value if field in fields else otherwise

    contact = Contact(row.advisor, row.advisor_email, row.advisor_phone, row.agency)
    return Candidate(
        ref=row.public_id,
        state=row.state,
        version=row.version,
        name=name_of(row.given_names, row.initial, row.family_name, fields),
        disclosed=disclosed,
        level=said("level", levels.get(row.person_id)),
        skills=said("skills", tuple(row.skills), ()),
        available_from=said("availability", row.available_from),
        email=said("email", row.email),
        phone=said("phone", row.phone),
        advisor=said("advisor_contact", contact),
        released_on=row.released_on,
        answer_by=silence.last_day(silence.last_news(row.released_on, row.answered_on)),
        starts_on=row.expected_start_on if row.state is State.SELECTED else None,
        placement=row.placement,
        history=tuple(history),
    )


def name_of(given_names: str, initial: str, family_name: str, fields: set[str]) -> str:
    """« Inès M. », « Inès Morel » once disclosed; empty when the release names nobody."""
    if "full_name" in fields:
        return f"{given_names} {family_name}".strip()
    first = (given_names.split() or [""])[0] if "first_name" in fields else ""
    return f"{first} {initial}.".strip() if "initial" in fields and initial else first


def _levels(session: Session, people: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """The highest diploma of each, 0 where somebody said there is none; no line when nobody knows."""
    rows = session.execute(
        sa.select(Person.id, Person.no_diploma_stated_on, Diploma.level, Diploma.bac_plus)
        .outerjoin(Diploma, Diploma.person_id == Person.id)
        .where(Person.id.in_(people))
        .order_by(Person.id, Diploma.level, Diploma.bac_plus)
    )
    found: dict[int, tuple[int, int | None]] = {}
    for row in rows:
        if row.level is not None:
            found[row.id] = (row.level, row.bac_plus)
        elif row.no_diploma_stated_on is not None:
            found[row.id] = (0, None)
    return found


def _histories(session: Session, proposals: Sequence[int]) -> dict[int, list[Said]]:
    """What was said of each, oldest first; a reason only where the employer gave it."""
    rows = session.execute(
        sa.select(
            ReviewDecision.proposal_id,
            ReviewDecision.action,
            ReviewDecision.decided_on,
            ReviewDecision.reason_code,
            User.name,
        )
        .outerjoin(User, User.id == ReviewDecision.actor_id)
        .where(ReviewDecision.proposal_id.in_(proposals), ReviewDecision.action.in_(TOLD))
        .order_by(ReviewDecision.id)
    )
    found: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        reason = row.reason_code if row.action == "not_selected" else None
        found[row.proposal_id].append(Said(row.action, row.decided_on, reason, row.name))
    return found
