"""What the matcher proposed and what an advisor decided of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import LIVE_PROPOSALS, ProposalState, Verdict
from .base import Row, Utc, code, one_of, owns, personal, plain, public_id, refers

WHY = "to explain and review a proposal"
WHYS = ("best", "coverage", "complement")
LIVE = one_of("state", LIVE_PROPOSALS)


class MatchRun(Row):
    """One run of the matcher: for which day, under which rules and weights."""

    __tablename__ = "match_run"

    job_id: Mapped[int | None] = refers("job.id", optional=True)
    ran_for: Mapped[date] = plain(sa.Date)
    parameters_digest: Mapped[str] = plain(sa.String(64))
    data_digest: Mapped[str | None] = plain(sa.String(64))
    weights: Mapped[dict[str, float]] = plain(sa.JSON)
    code_version: Mapped[str] = plain(sa.String(40))
    counts: Mapped[dict[str, Any]] = plain(sa.JSON)
    seconds: Mapped[float] = plain(sa.Float)


class MatchProposal(Row):
    """A person proposed for an offer, with the evidence of that day (window, verdict, parts)."""

    __tablename__ = "match_proposal"
    __table_args__ = (
        sa.Index(
            "uq_match_proposal_live",
            "person_id",
            "offer_id",
            unique=True,
            sqlite_where=sa.text(LIVE),
            postgresql_where=sa.text(LIVE),
        ),
        sa.CheckConstraint("verdict IN (0, 1)", name="verdict"),
        sa.CheckConstraint(one_of("why", WHYS), name="why"),
        sa.CheckConstraint("rank IS NULL OR rank >= 1", name="rank"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score"),
    )

    public_id: Mapped[uuid.UUID] = public_id()
    run_id: Mapped[int | None] = refers("match_run.id", optional=True)
    person_id: Mapped[int] = owns("person.id", purpose=WHY)
    offer_id: Mapped[int] = refers("offer.id")
    programmes: Mapped[list[Any]] = personal(sa.JSON, purpose=WHY)
    verdict: Mapped[Verdict] = personal(sa.SmallInteger, purpose=WHY)
    eligible_from: Mapped[date | None] = personal(sa.Date, purpose=WHY)
    eligible_until: Mapped[date | None] = personal(sa.Date, purpose=WHY)
    rank: Mapped[int | None] = plain(sa.Integer)
    why: Mapped[str] = plain(sa.String(12))
    score: Mapped[float | None] = personal(sa.Float, purpose=WHY)
    parts: Mapped[dict[str, float]] = personal(sa.JSON, purpose=WHY)
    priority: Mapped[dict[str, Any]] = personal(sa.JSON, purpose=WHY)
    reasons: Mapped[list[Any]] = personal(sa.JSON, purpose=WHY)
    reservations: Mapped[list[Any]] = personal(sa.JSON, purpose=WHY)
    state: Mapped[ProposalState] = plain(code(ProposalState), index=True)
    proposed_on: Mapped[date] = plain(sa.Date)
    due_on: Mapped[date | None] = plain(sa.Date)
    wake_on: Mapped[date | None] = plain(sa.Date)
    asked_on: Mapped[date | None] = plain(sa.Date)
    #: The last time an advisor tried to call a person who does not answer.
    called_on: Mapped[date | None] = plain(sa.Date)
    answered_on: Mapped[date | None] = plain(sa.Date)
    expected_start_on: Mapped[date | None] = plain(sa.Date, purpose="first day of work agreed at selection")
    closed_on: Mapped[date | None] = plain(sa.Date)
    version: Mapped[int] = plain(sa.Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class ReviewDecision(Row):
    """One row a transition of a proposal; append-only. `actor_id` NULL = the matcher or the clock."""

    __tablename__ = "review_decision"
    #: What a release points at: this decision, of this proposal, by this person.
    __table_args__ = (sa.UniqueConstraint("id", "proposal_id", "actor_id"),)

    proposal_id: Mapped[int] = refers("match_proposal.id")
    actor_id: Mapped[int | None] = refers("user.id", optional=True)
    action: Mapped[str] = plain(sa.String(24))
    from_state: Mapped[ProposalState | None] = plain(code(ProposalState, "from_state"))
    to_state: Mapped[ProposalState] = plain(code(ProposalState, "to_state"))
    reason_code: Mapped[str | None] = personal(sa.String(40), purpose=WHY)
    note: Mapped[str | None] = personal(sa.String(400), purpose=WHY)
    channel: Mapped[str | None] = plain(sa.String(12))
    #: As whom (Party): who answers by a link has no account.
    party: Mapped[str | None] = plain(sa.String(16))
    told: Mapped[bool] = plain(sa.Boolean, default=False, purpose="the outside knows: no undo")
    decided_on: Mapped[date] = plain(sa.Date)
    decided_at: Mapped[datetime] = plain(Utc)


class Release(Row):
    """The only door to an employer (workflow.md `send`): never without a named advisor's decision (M1).

    The schema holds it: the decision is one about this very proposal, and whoever decided it is named here.
    """

    __tablename__ = "release"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["decision_id", "proposal_id", "decided_by_id"],
            ["review_decision.id", "review_decision.proposal_id", "review_decision.actor_id"],
            ondelete="RESTRICT",
            name="fk_release_decision",
        ),
    )

    proposal_id: Mapped[int] = refers("match_proposal.id", index=False, unique=True)
    decision_id: Mapped[int] = plain(sa.Integer, index=True)
    decided_by_id: Mapped[int] = refers("user.id")
    fields: Mapped[list[str]] = plain(sa.JSON)
    contact_disclosed_on: Mapped[date | None] = plain(sa.Date)
    answer: Mapped[str | None] = personal(sa.String(24), purpose=WHY)
    answered_on: Mapped[date | None] = plain(sa.Date)
    released_on: Mapped[date] = plain(sa.Date)
