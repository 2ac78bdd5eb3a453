"""The club of young job seekers: its terms, its cohorts, thirteen weeks of contacts and approaches (workflow.md iv)."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import LIVE_MEMBERSHIPS, CheckInState, MembershipState
from .base import Row, Utc, code, one_of, owns, personal, plain, public_id, refers

SUPPORT = "to support the person through the club"
LIVE = one_of("state", LIVE_MEMBERSHIPS)


class Club(Row):
    """A club of an agency and its terms of entry, each a setting and not a law (programmes.md c); NULL = not asked."""

    __tablename__ = "club"
    __table_args__ = (
        sa.CheckConstraint("age_under IS NULL OR (age_under >= 16 AND age_under <= 40)", name="age_under"),
        sa.CheckConstraint(
            "bac_plus_most IS NULL OR (bac_plus_most >= 0 AND bac_plus_most <= 8)", name="bac_plus_most"
        ),
        sa.CheckConstraint("seats >= 2 AND seats <= 60", name="seats"),
        sa.CheckConstraint("weeks >= 1 AND weeks <= 52", name="weeks"),
        sa.CheckConstraint("silence_days >= 1", name="silence_days"),
        sa.CheckConstraint("risk_weeks >= 1 AND drop_weeks > risk_weeks", name="rules"),
        sa.CheckConstraint("pause_days_most >= 1", name="pause_days_most"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    agency_id: Mapped[int] = refers("agency.id")
    name: Mapped[str] = plain(sa.String(120), unique=True)
    #: Terms of entry, judged on the day of registration.
    zone_asked: Mapped[bool] = plain(sa.Boolean, default=True)
    age_under: Mapped[int | None] = plain(sa.SmallInteger, default=30)
    bac_plus_most: Mapped[int | None] = plain(sa.SmallInteger, default=2)
    project_asked: Mapped[bool] = plain(sa.Boolean, default=True)
    full_time_asked: Mapped[bool] = plain(sa.Boolean, default=True)
    #: Of a new cohort, and of the rules of time.
    seats: Mapped[int] = plain(sa.SmallInteger, default=12)
    weeks: Mapped[int] = plain(sa.SmallInteger, default=13)
    silence_days: Mapped[int] = plain(sa.SmallInteger, default=10)
    risk_weeks: Mapped[int] = plain(sa.SmallInteger, default=2)
    drop_weeks: Mapped[int] = plain(sa.SmallInteger, default=4)
    pause_days_most: Mapped[int] = plain(sa.SmallInteger, default=21)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class ClubAnimator(Row):
    """Which clubs are an animator's own (security.md §2)."""

    __tablename__ = "club_animator"
    __table_args__ = (sa.UniqueConstraint("club_id", "user_id"),)

    club_id: Mapped[int] = refers("club.id", index=False)
    user_id: Mapped[int] = refers("user.id")


class Cohort(Row):
    """A group that begins on one day; its seats and its animator."""

    __tablename__ = "cohort"
    __table_args__ = (
        sa.UniqueConstraint("club_id", "name"),
        sa.CheckConstraint("seats >= 1 AND seats <= 60", name="seats"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    club_id: Mapped[int] = refers("club.id", index=False)
    name: Mapped[str] = plain(sa.String(120))
    starts_on: Mapped[date] = plain(sa.Date)
    seats: Mapped[int] = plain(sa.SmallInteger)
    animator_id: Mapped[int | None] = refers("user.id", optional=True)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class ClubMembership(Row):
    """A young person's way through the club. `entry`: the terms as judged when they registered, kept as they were."""

    __tablename__ = "club_membership"
    __table_args__ = (
        sa.Index(
            "uq_club_membership_live",
            "person_id",
            unique=True,
            sqlite_where=sa.text(LIVE),
            postgresql_where=sa.text(LIVE),
        ),
        sa.UniqueConstraint("person_id", "joined_on"),
        sa.CheckConstraint("(joined_on IS NULL) = (planned_end_on IS NULL)", name="planned"),
        sa.CheckConstraint("planned_end_on IS NULL OR planned_end_on > joined_on", name="order"),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left"),
        sa.CheckConstraint("(state = 'ended') = (outcome IS NOT NULL)", name="outcome"),
        sa.CheckConstraint("extended_days >= 0", name="extended_days"),
        sa.CheckConstraint(
            "satisfaction IS NULL OR (satisfaction >= 1 AND satisfaction <= 4)", name="satisfaction"
        ),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    club_id: Mapped[int] = refers("club.id")
    cohort_id: Mapped[int | None] = refers("cohort.id", optional=True)
    person_id: Mapped[int] = owns("person.id", purpose=SUPPORT)
    animator_id: Mapped[int | None] = refers("user.id", optional=True)
    state: Mapped[MembershipState] = plain(code(MembershipState), index=True)
    invited_on: Mapped[date | None] = plain(sa.Date)
    #: The order of the waiting list.
    waiting_since: Mapped[datetime | None] = plain(Utc)
    registered_on: Mapped[date | None] = plain(sa.Date)
    joined_on: Mapped[date | None] = plain(sa.Date)
    #: joined_on + 7 × weeks, pauses and extensions added: the first day after the last week.
    planned_end_on: Mapped[date | None] = plain(sa.Date)
    extended_days: Mapped[int] = plain(sa.SmallInteger, default=0)
    left_on: Mapped[date | None] = plain(sa.Date)
    outcome: Mapped[str | None] = personal(sa.String(24), purpose=SUPPORT)
    outcome_note: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)
    satisfaction: Mapped[int | None] = personal(sa.SmallInteger, purpose=SUPPORT)
    project: Mapped[str | None] = personal(sa.String(255), purpose=SUPPORT)
    project_rome: Mapped[str | None] = personal(sa.String(5), purpose=SUPPORT)
    entry: Mapped[dict[str, Any]] = personal(sa.JSON, default=dict, purpose="why the person could enter")
    consent_on: Mapped[date | None] = plain(sa.Date)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class MembershipEvent(Row):
    """One row a step of a membership; `action` of lines beside the machine too (pause changed, extended)."""

    __tablename__ = "membership_event"

    membership_id: Mapped[int] = refers("club_membership.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    party: Mapped[str | None] = plain(sa.String(16))
    from_state: Mapped[MembershipState | None] = plain(code(MembershipState, "from_state"))
    to_state: Mapped[MembershipState] = plain(code(MembershipState, "to_state"))
    reason: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)
    done_on: Mapped[date] = plain(sa.Date)
    done_at: Mapped[datetime] = plain(Utc)


class ClubPause(Row):
    """Days that push the weeks after them, both included; never two at once."""

    __tablename__ = "club_pause"
    __table_args__ = (
        sa.UniqueConstraint("membership_id", "starts_on"),
        sa.CheckConstraint("ends_on >= starts_on", name="order"),
    )

    membership_id: Mapped[int] = refers("club_membership.id", index=False)
    starts_on: Mapped[date] = plain(sa.Date)
    ends_on: Mapped[date] = plain(sa.Date)
    #: sickness, short_job, family, other
    reason: Mapped[str] = personal(sa.String(24), purpose=SUPPORT)
    note: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)


class ClubWeek(Row):
    """A week of a member, both days included. Pauses move `starts_on` and `ends_on`; a number is never reused."""

    __tablename__ = "club_week"
    __table_args__ = (
        sa.UniqueConstraint("membership_id", "number"),
        sa.CheckConstraint("number >= 1 AND number <= 60", name="number"),
        sa.CheckConstraint("ends_on >= starts_on", name="order"),
    )

    membership_id: Mapped[int] = refers("club_membership.id", index=False)
    number: Mapped[int] = plain(sa.SmallInteger)
    starts_on: Mapped[date] = plain(sa.Date, index=True)
    ends_on: Mapped[date] = plain(sa.Date)
    #: An absence with a reason: the week does not turn red.
    excused: Mapped[str | None] = personal(sa.String(40), purpose=SUPPORT)
    obstacle: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)
    next_step: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)


class ClubContact(Row):
    """A contact with a member: a two-way one covers the week of its day."""

    __tablename__ = "club_contact"
    __table_args__ = (
        sa.CheckConstraint("minutes IS NULL OR (minutes > 0 AND minutes <= 600)", name="minutes"),
        sa.Index("ix_club_contact_membership_id_done_on", "membership_id", "done_on"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    membership_id: Mapped[int] = refers("club_membership.id", index=False)
    done_on: Mapped[date] = plain(sa.Date)
    #: in_person, phone, sms, email, session
    channel: Mapped[str] = plain(sa.String(12))
    two_way: Mapped[bool] = plain(sa.Boolean)
    minutes: Mapped[int | None] = plain(sa.SmallInteger)
    note: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)


class Approach(Row):
    """A démarche of a member towards an employer, and what came of it."""

    __tablename__ = "approach"
    __table_args__ = (sa.Index("ix_approach_membership_id_done_on", "membership_id", "done_on"),)

    public_id: Mapped[uuid.UUID] = public_id()
    membership_id: Mapped[int] = refers("club_membership.id", index=False)
    done_on: Mapped[date] = plain(sa.Date)
    employer: Mapped[str] = plain(sa.String(255))
    organisation_id: Mapped[int | None] = refers("organisation.id", optional=True)
    #: visit, call, offer, network, email, event
    channel: Mapped[str] = plain(sa.String(12))
    #: waiting, no_answer, refused, interview, trial, hired
    result: Mapped[str] = personal(sa.String(12), purpose=SUPPORT)
    result_on: Mapped[date | None] = plain(sa.Date)
    note: Mapped[str | None] = personal(sa.String(400), purpose=SUPPORT)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)


class ClubFollowUp(Row):
    """What became of a member 3 and 6 months after the planned end of the club."""

    __tablename__ = "club_follow_up"
    __table_args__ = (
        sa.UniqueConstraint("membership_id", "month"),
        sa.CheckConstraint("month >= 1 AND month <= 24", name="month"),
        sa.CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held"),
        sa.CheckConstraint("(state = 'held') = (situation IS NOT NULL)", name="situation"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    membership_id: Mapped[int] = refers("club_membership.id", index=False)
    month: Mapped[int] = plain(sa.SmallInteger)
    due_on: Mapped[date] = plain(sa.Date, index=True)
    state: Mapped[CheckInState] = plain(code(CheckInState))
    held_on: Mapped[date | None] = plain(sa.Date)
    #: An outcome of the club (club_outcomes).
    situation: Mapped[str | None] = personal(sa.String(24), purpose=SUPPORT)
    noted_by_id: Mapped[int | None] = refers("user.id", optional=True)
