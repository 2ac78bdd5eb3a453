"""Employers to win over: the register of a year, its attempts; those of one graduate; social clauses."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import ApproachState, OutreachPurpose, OutreachState, TenderState
from .base import Row, Utc, code, one_of, owns, personal, plain, public_id, refers

CAMPAIGN = "to win an employer over"
POTENTIAL = "to put a graduate forward to employers who may need them"
CLAUSES = "to follow the hours of a social clause"
#: How the holder of a lot gives its hours (programmes.md d).
MODES = ("direct", "etti", "geiq", "ai", "subcontractor")


class Outreach(Row):
    """One organisation, for one purpose, in one year (grant year of an association). Money is the subsidy's."""

    __tablename__ = "outreach"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "purpose", "year"),
        sa.CheckConstraint("year >= 2000 AND year <= 2100", name="year"),
        sa.CheckConstraint("posts_promised IS NULL OR posts_promised > 0", name="posts_promised"),
        sa.CheckConstraint("(state = 'sleeping') = (wake_on IS NOT NULL)", name="sleeping"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    organisation_id: Mapped[int] = refers("organisation.id", index=False)
    purpose: Mapped[OutreachPurpose] = plain(code(OutreachPurpose))
    year: Mapped[int] = plain(sa.SmallInteger, index=True)
    state: Mapped[OutreachState] = plain(code(OutreachState), index=True)
    #: Who writes (security.md §2, own agency): the owner's agency; NULL = nobody's yet.
    agency_id: Mapped[int | None] = refers("agency.id", optional=True)
    owner_id: Mapped[int | None] = refers("user.id", optional=True)
    due_on: Mapped[date | None] = plain(sa.Date)
    listed_on: Mapped[date] = plain(sa.Date)
    #: The letter that notified the grant, and whether it carried the clause (measure 11).
    notified_on: Mapped[date | None] = plain(sa.Date)
    with_clause: Mapped[bool | None] = plain(sa.Boolean)
    posts_promised: Mapped[int | None] = plain(sa.SmallInteger)
    #: The month for which the posts are promised, by its first day.
    target_month: Mapped[date | None] = plain(sa.Date)
    promised_on: Mapped[date | None] = plain(sa.Date)
    wake_on: Mapped[date | None] = plain(sa.Date)
    refusal: Mapped[str | None] = plain(sa.String(24))
    #: Since when the organisation asks not to be written to; any of its lines says it for all.
    no_mail_on: Mapped[date | None] = plain(sa.Date)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class OutreachEvent(Row):
    """One row a step, and lines beside the machine (assigned, notified, not to be written to any more)."""

    __tablename__ = "outreach_event"

    outreach_id: Mapped[int] = refers("outreach.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    party: Mapped[str | None] = plain(sa.String(16))
    from_state: Mapped[OutreachState | None] = plain(code(OutreachState, "from_state"))
    to_state: Mapped[OutreachState] = plain(code(OutreachState, "to_state"))
    #: Of a refusal: which reason of the list.
    reason_code: Mapped[str | None] = plain(sa.String(24))
    reason: Mapped[str | None] = plain(sa.String(400))
    done_on: Mapped[date] = plain(sa.Date)


class OutreachAttempt(Row):
    """One try at an organisation: day, channel, who was reached, what came of it."""

    __tablename__ = "outreach_attempt"
    __table_args__ = (sa.Index("ix_outreach_attempt_outreach_id_done_on", "outreach_id", "done_on"),)

    public_id: Mapped[uuid.UUID] = public_id()
    outreach_id: Mapped[int] = refers("outreach.id", index=False)
    done_on: Mapped[date] = plain(sa.Date)
    #: phone, visit, letter, email, meeting
    channel: Mapped[str] = plain(sa.String(12))
    reached: Mapped[str | None] = personal(sa.String(160), purpose=CAMPAIGN)
    #: no_answer, message_left, talked, interested, later, refused, promised, not_concerned
    result: Mapped[str] = plain(sa.String(16))
    note: Mapped[str | None] = plain(sa.String(400))
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)
    noted_at: Mapped[datetime] = plain(Utc)


class OutreachOffer(Row):
    """An offer that came of an outreach: an offer comes of one at most."""

    __tablename__ = "outreach_offer"

    outreach_id: Mapped[int] = refers("outreach.id")
    offer_id: Mapped[int] = refers("offer.id", index=False, unique=True)
    linked_on: Mapped[date] = plain(sa.Date)


class PotentialApproach(Row):
    """An employer to approach for one graduate, offer or not; why, and what came of it (matching.md §5)."""

    __tablename__ = "potential_approach"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "organisation_id"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    person_id: Mapped[int] = owns("person.id", purpose=POTENTIAL, index=False)
    organisation_id: Mapped[int] = refers("organisation.id")
    state: Mapped[ApproachState] = plain(code(ApproachState), index=True)
    score: Mapped[float | None] = personal(sa.Float, purpose=POTENTIAL)
    reasons: Mapped[list[Any]] = personal(sa.JSON, default=list, purpose=POTENTIAL)
    made_on: Mapped[date] = plain(sa.Date)
    approached_on: Mapped[date | None] = plain(sa.Date)
    #: phone, visit, letter, email, meeting
    channel: Mapped[str | None] = plain(sa.String(12))
    result_on: Mapped[date | None] = plain(sa.Date)
    #: Why the employer said no: a code of the list.
    refusal: Mapped[str | None] = plain(sa.String(24))
    #: Since when the employer knows who it is: the person had agreed, and an advisor chose to say it.
    named_on: Mapped[date | None] = personal(sa.Date, purpose=POTENTIAL)
    note: Mapped[str | None] = personal(sa.String(400), purpose=POTENTIAL)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class ApproachEvent(Row):
    """One row a step of an approach for a graduate, and lines beside the machine (letter, undo)."""

    __tablename__ = "approach_event"

    approach_id: Mapped[int] = refers("potential_approach.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    party: Mapped[str | None] = plain(sa.String(16))
    from_state: Mapped[ApproachState | None] = plain(code(ApproachState, "from_state"))
    to_state: Mapped[ApproachState] = plain(code(ApproachState, "to_state"))
    #: Of a contact its channel, of a refusal its reason, of a letter whether it names the person.
    reason_code: Mapped[str | None] = plain(sa.String(24))
    reason: Mapped[str | None] = personal(sa.String(400), purpose=POTENTIAL)
    done_on: Mapped[date] = plain(sa.Date)
    noted_at: Mapped[datetime] = plain(Utc)


class Tender(Row):
    """A public contract known of, before it is published or after: upstream the clause, downstream the hours."""

    __tablename__ = "tender"
    __table_args__ = (
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    agency_id: Mapped[int] = refers("agency.id")
    buyer: Mapped[str] = plain(sa.String(200), index=True)
    reference: Mapped[str | None] = plain(sa.String(60))
    object: Mapped[str] = plain(sa.String(255))
    cpv: Mapped[str | None] = plain(sa.String(10))
    state: Mapped[TenderState] = plain(code(TenderState), index=True)
    known_on: Mapped[date] = plain(sa.Date)
    #: Until when the buyer can still put a clause in.
    publishes_on: Mapped[date | None] = plain(sa.Date)
    proposed_on: Mapped[date | None] = plain(sa.Date)
    inserted_on: Mapped[date | None] = plain(sa.Date)
    starts_on: Mapped[date | None] = plain(sa.Date)
    ends_on: Mapped[date | None] = plain(sa.Date)
    refusal: Mapped[str | None] = plain(sa.String(24))
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class TenderEvent(Row):
    """One row a step of a tender."""

    __tablename__ = "tender_event"

    tender_id: Mapped[int] = refers("tender.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    party: Mapped[str | None] = plain(sa.String(16))
    from_state: Mapped[TenderState | None] = plain(code(TenderState, "from_state"))
    to_state: Mapped[TenderState] = plain(code(TenderState, "to_state"))
    #: Of a refusal: which reason of the list.
    reason_code: Mapped[str | None] = plain(sa.String(24))
    reason: Mapped[str | None] = plain(sa.String(400))
    done_on: Mapped[date] = plain(sa.Date)


class Lot(Row):
    """A lot with a clause: holder, hours due (minutes), and what a missing hour costs (cents)."""

    __tablename__ = "lot"
    __table_args__ = (
        sa.UniqueConstraint("tender_id", "number"),
        sa.CheckConstraint("minutes_due > 0", name="minutes_due"),
        sa.CheckConstraint("share_bp IS NULL OR (share_bp > 0 AND share_bp <= 10000)", name="share"),
        sa.CheckConstraint("penalty_cents IS NULL OR penalty_cents >= 0", name="penalty_cents"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    tender_id: Mapped[int] = refers("tender.id", index=False)
    number: Mapped[int] = plain(sa.SmallInteger)
    label: Mapped[str] = plain(sa.String(200))
    holder_id: Mapped[int | None] = refers("organisation.id", optional=True)
    holder: Mapped[str | None] = plain(sa.String(200))
    subcontractors: Mapped[str | None] = plain(sa.String(400))
    minutes_due: Mapped[int] = plain(sa.Integer)
    #: The rule used: this share (1/100 of a percent) of so many hours of work; both NULL: hours agreed as they are.
    share_bp: Mapped[int | None] = plain(sa.Integer)
    labour_minutes: Mapped[int | None] = plain(sa.Integer)
    penalty_cents: Mapped[int | None] = plain(sa.Integer)
    starts_on: Mapped[date | None] = plain(sa.Date)
    ends_on: Mapped[date | None] = plain(sa.Date)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class ClausePerson(Row):
    """Somebody who gives hours to a lot; `person_id` NULL: not followed here, known by what the count needs."""

    __tablename__ = "clause_person"
    __table_args__ = (
        sa.CheckConstraint(one_of("mode", MODES), name="mode"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        sa.CheckConstraint("proof_on <= starts_on", name="proof"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    lot_id: Mapped[int] = refers("lot.id")
    person_id: Mapped[int | None] = owns("person.id", optional=True, purpose=CLAUSES)
    #: Of which public (programmes.md d), seen on a dated proof before the first hour.
    public: Mapped[str] = personal(sa.String(24), purpose=CLAUSES)
    proof_on: Mapped[date] = plain(sa.Date)
    under_26: Mapped[bool | None] = personal(sa.Boolean, purpose=CLAUSES)
    resident: Mapped[bool | None] = personal(sa.Boolean, purpose=CLAUSES)
    mode: Mapped[str] = plain(sa.String(16))
    carrier: Mapped[str | None] = plain(sa.String(200))
    job: Mapped[str | None] = plain(sa.String(120))
    contract_kind: Mapped[str | None] = plain(sa.String(3))
    starts_on: Mapped[date] = plain(sa.Date)
    ends_on: Mapped[date | None] = plain(sa.Date)
    exit: Mapped[str | None] = personal(sa.String(24), purpose=CLAUSES)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)


class ClauseHours(Row):
    """Minutes worked and trained by one person for one lot in one month (its first day)."""

    __tablename__ = "clause_hours"
    __table_args__ = (
        sa.UniqueConstraint("clause_person_id", "month"),
        sa.CheckConstraint("worked_minutes >= 0 AND worked_minutes <= 18000", name="worked"),
        sa.CheckConstraint("trained_minutes >= 0 AND trained_minutes <= 18000", name="trained"),
    )

    clause_person_id: Mapped[int] = refers("clause_person.id", index=False)
    month: Mapped[date] = plain(sa.Date, index=True)
    worked_minutes: Mapped[int] = personal(sa.Integer, purpose=CLAUSES)
    trained_minutes: Mapped[int] = personal(sa.Integer, default=0, purpose=CLAUSES)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)
