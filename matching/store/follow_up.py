"""What follows a hire: check-ins, suspensions, training, agreements of the aid; files that change hands."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import CheckInKind, CheckInState, HandOverState
from .base import KEEP_PLACEMENT, Row, Utc, code, one_of, owns, personal, plain, public_id, refers
from .placements import FOLLOW

SITUATIONS = ("lasting_job", "short_job", "training", "unemployed", "unknown")
ASKED = one_of("state", (HandOverState.ASKED,))


class CheckIn(Row):
    """Asking how it goes: 1, 3, 6, 10, 12, 24 and 36 months after the first day of work, 6 after the end."""

    __tablename__ = "check_in"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "kind", "month"),
        sa.CheckConstraint("month >= 1 AND month <= 60", name="month"),
        sa.CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held"),
        sa.CheckConstraint(f"situation IS NULL OR {one_of('situation', SITUATIONS)}", name="situation"),
        sa.CheckConstraint("alert IS NOT NULL OR alert_closed_on IS NULL", name="alert"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    placement_id: Mapped[int] = refers("placement.id", index=False)
    kind: Mapped[CheckInKind] = plain(code(CheckInKind))
    month: Mapped[int] = plain(sa.SmallInteger)
    due_on: Mapped[date] = plain(sa.Date, index=True)
    state: Mapped[CheckInState] = plain(code(CheckInState))
    held_on: Mapped[date | None] = plain(sa.Date)
    #: phone, visit, office, email, link
    channel: Mapped[str | None] = plain(sa.String(12))
    #: person, employer, both
    with_whom: Mapped[str | None] = plain(sa.String(12))
    still_there: Mapped[bool | None] = personal(sa.Boolean, purpose=FOLLOW, keep=KEEP_PLACEMENT)
    situation: Mapped[str | None] = personal(sa.String(24), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    #: tutor_absent, wants_to_leave, not_paid, other
    alert: Mapped[str | None] = personal(sa.String(24), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    alert_closed_on: Mapped[date | None] = plain(sa.Date)
    alert_answer: Mapped[str | None] = personal(sa.String(400), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    note: Mapped[str | None] = personal(sa.String(400), purpose=FOLLOW, keep=KEEP_PLACEMENT)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)


class Suspension(Row):
    """Days during which the contract stands still, both included; an open end is NULL. Never two at once."""

    __tablename__ = "suspension"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "starts_on"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )

    placement_id: Mapped[int] = refers("placement.id", index=False)
    starts_on: Mapped[date] = plain(sa.Date)
    ends_on: Mapped[date | None] = plain(sa.Date)
    reason: Mapped[str] = personal(sa.String(255), purpose=FOLLOW, keep=KEEP_PLACEMENT)


class Training(Row):
    """A training that the employer is committed to, and what became of it."""

    __tablename__ = "training"
    __table_args__ = (
        sa.CheckConstraint("hours IS NULL OR hours > 0", name="hours"),
        sa.CheckConstraint("ended_on IS NULL OR started_on IS NOT NULL", name="started"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="order"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    placement_id: Mapped[int] = refers("placement.id")
    title: Mapped[str] = plain(sa.String(255))
    hours: Mapped[int | None] = plain(sa.SmallInteger)
    planned_on: Mapped[date | None] = plain(sa.Date)
    started_on: Mapped[date | None] = plain(sa.Date)
    ended_on: Mapped[date | None] = plain(sa.Date)
    #: A recognised certificate was obtained.
    certified: Mapped[bool | None] = personal(sa.Boolean, purpose=FOLLOW, keep=KEEP_PLACEMENT)


class AidAgreement(Row):
    """An agreement of an aided contract (CUI, PEC): the first one, then its renewals. Rate in 1/100 of a percent."""

    __tablename__ = "aid_agreement"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("ends_on >= starts_on", name="order"),
        sa.CheckConstraint("rate_bp > 0 AND rate_bp <= 10500", name="rate"),
        sa.CheckConstraint("weekly_hours > 0", name="weekly_hours"),
    )

    placement_id: Mapped[int] = refers("placement.id", index=False)
    number: Mapped[int] = plain(sa.SmallInteger)
    reference: Mapped[str | None] = plain(sa.String(40))
    decided_on: Mapped[date] = plain(sa.Date)
    starts_on: Mapped[date] = plain(sa.Date)
    ends_on: Mapped[date] = plain(sa.Date, index=True)
    weekly_hours: Mapped[float] = plain(sa.Float)
    rate_bp: Mapped[int] = plain(sa.Integer)
    rate_source: Mapped[str | None] = plain(sa.String(255))
    #: The bilan that a renewal needs, seen on that day.
    review_on: Mapped[date | None] = plain(sa.Date)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)


class HandOver(Row):
    """A file that changes hands: asked, accepted or not before its deadline. The history stays whole."""

    __tablename__ = "hand_over"
    __table_args__ = (
        sa.Index(
            "uq_hand_over_asked",
            "person_id",
            "to_agency_id",
            unique=True,
            sqlite_where=sa.text(ASKED),
            postgresql_where=sa.text(ASKED),
        ),
        sa.CheckConstraint("from_agency_id <> to_agency_id", name="elsewhere"),
        sa.CheckConstraint("(state = 'asked') = (decided_on IS NULL)", name="decided"),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    person_id: Mapped[int] = owns("person.id", purpose="who follows the person")
    proposal_id: Mapped[int | None] = refers("match_proposal.id", optional=True)
    placement_id: Mapped[int | None] = refers("placement.id", optional=True)
    programme: Mapped[str | None] = plain(sa.String(60))
    from_agency_id: Mapped[int] = refers("agency.id")
    to_agency_id: Mapped[int] = refers("agency.id")
    state: Mapped[HandOverState] = plain(code(HandOverState))
    asked_by_id: Mapped[int] = refers("user.id")
    asked_on: Mapped[date] = plain(sa.Date)
    due_on: Mapped[date] = plain(sa.Date)
    note: Mapped[str | None] = personal(sa.String(400), purpose="who follows the person")
    decided_by_id: Mapped[int | None] = refers("user.id", optional=True)
    decided_on: Mapped[date | None] = plain(sa.Date)
    #: Why it was refused or given back: a code of `hand_overs`, and free words.
    reason_code: Mapped[str | None] = plain(sa.String(40))
    reason: Mapped[str | None] = personal(sa.String(400), purpose="who follows the person")
    #: When the receiving agency gave the file back, and who did.
    ended_on: Mapped[date | None] = plain(sa.Date)
    ended_by_id: Mapped[int | None] = refers("user.id", optional=True)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class BreakGlass(Row):
    """A file outside the caseload, opened to read for half an hour with a written reason (security.md §2)."""

    __tablename__ = "break_glass"
    __table_args__ = (sa.CheckConstraint("length(reason) >= 20", name="reason"),)

    actor_id: Mapped[int] = refers("user.id")
    person_id: Mapped[int] = owns("person.id", purpose="who looked at whom, and why")
    reason: Mapped[str] = personal(sa.String(400), purpose="who looked at whom, and why")
    opened_at: Mapped[datetime] = plain(Utc)
    until_at: Mapped[datetime] = plain(Utc)
