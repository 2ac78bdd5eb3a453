"""What the pages of offers and employers read: lists with counts, history, who changed what. Bulk queries only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import names
from .store import scope
from .store.accounts import User
from .store.intake import ImportBatch, ImportRow
from .store.matches import MatchProposal, MatchRun
from .store.organisations import Offer, OfferEvent, Organisation, Subsidy
from .store.placements import Placement
from .store.upkeep import AuditEvent, Job
from .vocabulary import JobState, OfferState, ProposalState

#: The day an offer closes or is looked at again, the earlier.
DEADLINE: sa.ColumnElement[Any] = sa.case(
    (Offer.apply_before.is_(None), Offer.review_by),
    (Offer.review_by.is_(None), Offer.apply_before),
    (Offer.apply_before < Offer.review_by, Offer.apply_before),
    else_=Offer.review_by,
)
#: States in which a deadline still means something.
RUNNING = (
    OfferState.OPEN,
    OfferState.ON_HOLD,
    OfferState.TO_COMPLETE,
    OfferState.SUBMITTED,
    OfferState.DRAFT,
)


def to_examine(actor: scope.Actor) -> sa.ColumnElement[int]:
    """How many proposals of the offer wait for this actor's review, as a column of the list."""
    mine = scope.proposals(actor).where(MatchProposal.state == ProposalState.TO_REVIEW).subquery()
    return sa.select(sa.func.count()).where(mine.c.offer_id == Offer.id).correlate(Offer).scalar_subquery()


def listed(actor: scope.Actor) -> sa.Select[Any]:
    """(offer, employer's name and ref, proposals to examine) of the offers of this actor."""
    return (
        scope.offers(actor)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .add_columns(
            Organisation.name.label("employer"),
            Organisation.public_id.label("employer_ref"),
            to_examine(actor).label("to_examine"),
        )
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the offers of an actor: all, open, to complete, closing soon, and the posts still free in those open."""

    all: int
    open: int
    to_complete: int
    closing: int
    posts: int


def counts(session: Session, actor: scope.Actor, closing: sa.ColumnElement[bool]) -> Counts:
    """One query."""

    def how_many(condition: Any, value: Any = 1) -> Any:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, value), else_=0)), 0)

    is_open = Offer.state == OfferState.OPEN
    row = session.execute(
        scope.offers(actor).with_only_columns(
            sa.func.count(),
            how_many(is_open),
            how_many(Offer.state == OfferState.TO_COMPLETE),
            how_many(closing),
            how_many(is_open, Offer.positions - Offer.posts_filled),
        )
    ).one()
    return Counts(*(int(count) for count in row))


def says(text: str) -> sa.ColumnElement[bool]:
    """Every word is in the title, the employer's name or the reference; accents and case are forgiven."""
    words = names.fold(text)[: names.LONGEST].split()[:8]
    return sa.and_(
        sa.true(),
        *(
            sa.or_(
                Offer.title_key.contains(word, autoescape=True),
                Organisation.name_key.contains(word, autoescape=True),
                sa.func.lower(Offer.reference).contains(word, autoescape=True),
                # A reference keeps its hyphens, a fold has none.
                sa.func.replace(sa.func.lower(Offer.reference), "-", " ").contains(word, autoescape=True),
            )
            for word in words
        ),
    )


def named(text: str) -> sa.ColumnElement[bool]:
    """The same for an organisation: its name, or its number however it is spaced."""
    bare = "".join(text.split())
    if bare.isdecimal() and len(bare) >= 3:
        return Organisation.siret.startswith(bare[:14], autoescape=True)
    words = names.fold(text)[: names.LONGEST].split()[:8]
    return sa.and_(sa.true(), *(Organisation.name_key.contains(word, autoescape=True) for word in words))


def employers(actor: scope.Actor) -> sa.Select[Any]:
    """(organisation, offers open, offers waiting, subsidised) of the organisations of this actor."""

    def offers_in(*states: OfferState) -> sa.ScalarSelect[int]:
        found = sa.select(sa.func.count()).where(
            Offer.organisation_id == Organisation.id, Offer.state.in_(states)
        )
        return found.correlate(Organisation).scalar_subquery()

    return scope.organisations(actor).add_columns(
        offers_in(OfferState.OPEN).label("open_offers"),
        offers_in(OfferState.TO_COMPLETE, OfferState.SUBMITTED).label("waiting_offers"),
        subsidised().label("subsidised"),
    )


def subsidised() -> sa.ColumnElement[bool]:
    """Whether the State granted it something under the ACSé call (measures 3 and 11)."""
    return sa.exists().where(Subsidy.organisation_id == Organisation.id).correlate(Organisation)


def employer_of(session: Session, offer: Offer) -> Organisation:
    """The organisation of an offer that was found in scope."""
    return session.scalars(sa.select(Organisation).where(Organisation.id == offer.organisation_id)).one()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history. `at` None: only the day is known; `after`: the state or the sector that it led to;
    `fields`: what an edit changed."""

    on: date
    at: datetime | None
    who: str | None
    action: str
    after: str | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
    #: As whom (Party); None of an edit.
    party: str | None = None


def history(session: Session, offer: Offer) -> list[Line]:
    """Steps of the machine and edits, latest first. Two queries."""
    steps = session.execute(
        sa.select(OfferEvent, User.name)
        .outerjoin(User, User.id == OfferEvent.actor_id)
        .where(OfferEvent.offer_id == offer.id)
        .order_by(OfferEvent.id)
    )
    lines = [
        Line(event.done_on, None, who, event.action, str(event.to_state), event.reason, party=event.party)
        for event, who in steps
    ]
    for event, who in _trail(session, "offer", offer.public_id, ("offer.edit",)):
        on = date.fromisoformat(event.details["on"])
        lines.append(Line(on, event.at, who, "edit", fields=tuple(event.details["fields"])))
    # Steps have a day, edits an instant too: within a day edits are told above steps.
    lines.sort(key=lambda line: (line.on, line.at is not None))
    return lines[::-1]


def last_act(session: Session, kind: str, ref: uuid.UUID) -> tuple[AuditEvent, str | None] | None:
    """The last change of that object on the trail and who made it; reads do not count."""
    found = session.execute(_events(kind, ref).where(AuditEvent.action.not_like("%.read")).limit(1)).first()
    return (found[0], found[1]) if found else None


def changed_since(session: Session, ref: uuid.UUID, version: int) -> tuple[str, ...]:
    """Fields of the offer that edits changed after that version was shown."""
    found: dict[str, None] = {}
    for event, _ in _trail(session, "offer", ref, ("offer.edit",)):
        if event.details.get("version", 0) > version:
            found.update(dict.fromkeys(event.details.get("fields", ())))
    return tuple(found)


def _events(kind: str, ref: uuid.UUID) -> sa.Select[AuditEvent, str]:
    return (
        sa.select(AuditEvent, User.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(AuditEvent.subject_kind == kind, AuditEvent.subject_id == str(ref))
        .order_by(AuditEvent.id.desc())
    )


def _trail(
    session: Session, kind: str, ref: uuid.UUID, actions: Sequence[str]
) -> Sequence[tuple[AuditEvent, str | None]]:
    """The events of those actions on that object, oldest first."""
    rows = session.execute(_events(kind, ref).where(AuditEvent.action.in_(actions)))
    return [(row[0], row[1]) for row in rows][::-1]


def candidates(session: Session, actor: scope.Actor, offer: Offer) -> dict[ProposalState, int]:
    """Proposals of the offer among this actor's people, by state. One query."""
    mine = scope.proposals(actor).where(MatchProposal.offer_id == offer.id).subquery()
    counted = session.execute(sa.select(mine.c.state, sa.func.count()).group_by(mine.c.state))
    return {ProposalState(state): count for state, count in counted}


def live_count(session: Session, offer: Offer) -> int:
    """Live proposals that a withdrawal would close, whoever's they are."""
    from .vocabulary import LIVE_PROPOSALS

    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                MatchProposal.offer_id == offer.id, MatchProposal.state.in_(LIVE_PROPOSALS)
            )
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class Search:
    """The search for candidates: the day that the last one was for, when it ended, whether one is asked for or runs."""

    ran_for: date | None
    ended_at: datetime | None
    under_way: JobState | None


def search(session: Session) -> Search:
    """Two queries."""
    ran_for = session.scalar(sa.select(MatchRun.ran_for).order_by(MatchRun.id.desc()).limit(1))
    live = (JobState.WAITING, JobState.RUNNING)
    states = session.execute(
        sa.select(
            sa.func.max(sa.case((Job.state == JobState.DONE, Job.finished_at))),
            sa.func.max(sa.case((Job.state == JobState.RUNNING, 1), else_=0)),
            sa.func.max(sa.case((Job.state == JobState.WAITING, 1), else_=0)),
        ).where(Job.kind == "match", Job.state.in_((*live, JobState.DONE)))
    ).one()
    under_way = JobState.RUNNING if states[1] else JobState.WAITING if states[2] else None
    return Search(ran_for, states[0], under_way)


@dataclass(frozen=True, slots=True)
class SectorOrigin:
    """Where the sector of an employer comes from: an advisor, or a file."""

    who: str | None
    at: datetime | None
    on: date
    ground: str | None
    kind: str | None


def sector_origin(session: Session, organisation: Organisation) -> SectorOrigin | None:
    """The last statement of its sector; None when there is no trace of one. At most two queries."""
    stated = _trail(session, "organisation", organisation.public_id, ("organisation.sector",))
    if stated:
        event, who = stated[-1]
        on = date.fromisoformat(event.details["on"])
        return SectorOrigin(who, event.at, on, event.details["ground"], None)
    rows = session.execute(
        sa.select(ImportRow.changes, ImportBatch.kind, ImportBatch.applied_on)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportRow.organisation_id == organisation.id)
        .order_by(ImportRow.id.desc())
    )
    for changes, kind, on in rows:
        if "sector" in changes:
            return SectorOrigin(None, None, on, None, str(kind))
    return None


def sector_history(session: Session, organisation: Organisation) -> list[Line]:
    """Statements of the sector, latest first. One query."""
    found = _trail(session, "organisation", organisation.public_id, ("organisation.sector",))
    return [
        Line(
            date.fromisoformat(event.details["on"]),
            event.at,
            who,
            "sector",
            event.details["after"],
            event.details["ground"],
        )
        for event, who in found[::-1]
    ]


def subsidies(session: Session, organisation: Organisation) -> Sequence[Subsidy]:
    """What the State granted it, latest year first. One query."""
    return session.scalars(
        sa.select(Subsidy)
        .where(Subsidy.organisation_id == organisation.id)
        .order_by(Subsidy.year.desc(), Subsidy.id)
    ).all()


def offers_of(
    session: Session, actor: scope.Actor, organisation: Organisation, *, most: int
) -> Sequence[Any]:
    """The offers of an employer, those that wait first, then open ones; (offer, …, to_examine) as `listed`."""
    order = sa.case(
        (Offer.state == OfferState.TO_COMPLETE, 0), (Offer.state == OfferState.SUBMITTED, 1),
        (Offer.state == OfferState.OPEN, 2), (Offer.state == OfferState.ON_HOLD, 3), else_=4,
    )  # fmt: skip
    query = listed(actor).where(Offer.organisation_id == organisation.id)
    return session.execute(query.order_by(order, Offer.title_key, Offer.id).limit(most)).all()


def placements_of(session: Session, actor: scope.Actor, organisation: Organisation) -> dict[str, int]:
    """Placements of this actor's people there, by state. One query."""
    mine = scope.placements(actor).where(Placement.organisation_id == organisation.id).subquery()
    counted = session.execute(sa.select(mine.c.state, sa.func.count()).group_by(mine.c.state))
    return {str(state): count for state, count in counted}
