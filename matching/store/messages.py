"""What leaves the house: messages to send, and the personal links that they carry."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import LinkKind, MessageState, RequestKind, RequestState
from .base import Row, Utc, code, owns, personal, plain, public_id, refers

REACH = "to reach the person or the employer"


class OutgoingMessage(Row):
    """One e-mail, written in the transaction of its cause (K3). `occasion` tells two of the same kind apart.

    The words are made when it leaves; what was sent is kept without the link it carried.
    """

    __tablename__ = "outgoing_message"
    __table_args__ = (
        sa.UniqueConstraint(
            "kind", "subject_kind", "subject_id", "address", "occasion", name="uq_outgoing_message_once"
        ),
        sa.Index("ix_outgoing_message_state_try_at", "state", "try_at"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    kind: Mapped[str] = plain(sa.String(40))
    #: What it is about: `proposal`, `offer`, `placement`, `milestone`, `user`, `hand_over`… and its key.
    subject_kind: Mapped[str] = plain(sa.String(24))
    subject_id: Mapped[int] = plain(sa.Integer)
    occasion: Mapped[str] = plain(sa.String(40), default="")
    address: Mapped[str] = personal(sa.String(255), purpose=REACH)
    #: Whom it is for: a person of the caseload, an organisation, an account. Scope and erasure go by these.
    person_id: Mapped[int | None] = owns("person.id", optional=True, purpose=REACH)
    organisation_id: Mapped[int | None] = refers("organisation.id", optional=True)
    user_id: Mapped[int | None] = refers("user.id", optional=True)
    #: Who signs it and gets the answers; None: the house.
    sender_id: Mapped[int | None] = refers("user.id", optional=True)
    #: The decision that it tells of: taken back, the message never leaves.
    decision_id: Mapped[int | None] = refers("review_decision.id", optional=True)
    arguments: Mapped[dict[str, Any]] = plain(sa.JSON, default=dict)
    state: Mapped[MessageState] = plain(code(MessageState))
    caused_on: Mapped[date] = plain(sa.Date)
    queued_at: Mapped[datetime] = plain(Utc)
    due_at: Mapped[datetime] = plain(Utc)
    #: Not before: `due_at`, later after each failure.
    try_at: Mapped[datetime] = plain(Utc)
    attempts: Mapped[int] = plain(sa.SmallInteger, default=0)
    sent_at: Mapped[datetime | None] = plain(Utc)
    #: Why the last try failed: a code of ours, never the server's words about somebody.
    error_code: Mapped[str | None] = plain(sa.String(40))
    sent_subject: Mapped[str | None] = personal(sa.String(200), purpose="what was said to whom")
    sent_text: Mapped[str | None] = personal(sa.Text, purpose="what was said to whom")


class AccessLink(Row):
    """A door for who has no account (A8): 256 random bits, only their hash is stored. Opening it never writes."""

    __tablename__ = "access_link"

    token_hash: Mapped[str] = plain(sa.String(64), unique=True)
    kind: Mapped[LinkKind] = plain(code(LinkKind))
    person_id: Mapped[int | None] = owns("person.id", optional=True, purpose=REACH)
    proposal_id: Mapped[int | None] = refers("match_proposal.id", optional=True)
    offer_id: Mapped[int | None] = refers("offer.id", optional=True)
    placement_id: Mapped[int | None] = refers("placement.id", optional=True)
    check_in_id: Mapped[int | None] = refers("check_in.id", optional=True)
    #: Which invitation to the club (CLUB).
    membership_id: Mapped[int | None] = refers("club_membership.id", optional=True)
    #: Whose calendar (FEED).
    user_id: Mapped[int | None] = refers("user.id", optional=True)
    message_id: Mapped[int | None] = refers("outgoing_message.id", optional=True)
    issued_by_id: Mapped[int | None] = refers("user.id", optional=True)
    issued_at: Mapped[datetime] = plain(Utc)
    expires_at: Mapped[datetime] = plain(Utc)
    used_at: Mapped[datetime | None] = plain(Utc)
    revoked_at: Mapped[datetime | None] = plain(Utc)
    #: Wrong birth dates given (A8): five, and the link is over.
    tries: Mapped[int] = plain(sa.SmallInteger, default=0)
    #: The browser that gave the right one (hash of its token), and when: the page of a FILE opens to it alone.
    proved_by: Mapped[str | None] = plain(sa.String(64))
    proved_at: Mapped[datetime | None] = plain(Utc)


class PersonRequest(Row):
    """What a young person asked by their link: a question, a correction, the erasure of the file."""

    __tablename__ = "person_request"
    __table_args__ = (sa.CheckConstraint("(state = 'open') = (closed_on IS NULL)", name="closed"),)

    public_id: Mapped[uuid.UUID] = public_id()
    person_id: Mapped[int] = owns("person.id", purpose="to answer the person")
    proposal_id: Mapped[int | None] = refers("match_proposal.id", optional=True)
    kind: Mapped[RequestKind] = plain(code(RequestKind))
    #: Of a correction: which fact; what it should say is in `words`.
    fact: Mapped[str | None] = plain(sa.String(40))
    words: Mapped[str] = personal(sa.String(1000), purpose="to answer the person")
    state: Mapped[RequestState] = plain(code(RequestState), index=True)
    made_on: Mapped[date] = plain(sa.Date)
    due_on: Mapped[date] = plain(sa.Date)
    closed_on: Mapped[date | None] = plain(sa.Date)
    closed_by_id: Mapped[int | None] = refers("user.id", optional=True)
    answer: Mapped[str | None] = personal(sa.String(1000), purpose="to answer the person")


class Wish(Row):
    """Occupations that a person would like, in order; the first is also `person.wanted_title`."""

    __tablename__ = "wish"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "rank"),
        sa.CheckConstraint("rank >= 1 AND rank <= 5", name="rank"),
    )

    person_id: Mapped[int] = owns("person.id", purpose="to propose offers that fit", index=False)
    rank: Mapped[int] = plain(sa.SmallInteger)
    title: Mapped[str] = personal(sa.String(255), purpose="to propose offers that fit")
    rome: Mapped[str | None] = personal(sa.String(5), purpose="to propose offers that fit")
    stated_on: Mapped[date] = plain(sa.Date)


class OfferDraft(Row):
    """An offer being typed: what the fields held when they were last left. Gone once it is sent."""

    __tablename__ = "offer_draft"

    public_id: Mapped[uuid.UUID] = public_id()
    user_id: Mapped[int] = refers("user.id")
    organisation_id: Mapped[int] = refers("organisation.id")
    fields: Mapped[dict[str, Any]] = personal(
        sa.JSON,
        default=dict,
        purpose="the offer, its contact and its tutor, until it is sent",
        keep="180 days",
    )
    saved_at: Mapped[datetime] = plain(Utc)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class ClockRun(Row):
    """A rule of time and a business day it is for: owed as long as `ran_at` is NULL, then with the rows it changed."""

    __tablename__ = "clock_run"
    __table_args__ = (
        sa.UniqueConstraint("day", "rule"),
        sa.CheckConstraint("(ran_at IS NULL) = (rows_changed IS NULL)", name="done"),
    )

    day: Mapped[date] = plain(sa.Date)
    rule: Mapped[str] = plain(sa.String(40))
    ran_at: Mapped[datetime | None] = plain(Utc, index=True)
    rows_changed: Mapped[int | None] = plain(sa.Integer)
    #: What kept it from running the last time it was tried.
    error_code: Mapped[str | None] = plain(sa.String(60))
