"""Match runs, proposals, what was decided of them and what was released."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.create_table(
        "match_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("ran_for", sa.Date(), nullable=False),
        sa.Column("parameters_digest", sa.String(length=64), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("code_version", sa.String(length=40), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_match_run_job_id_job"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
    )
    op.create_index(op.f("ix_match_run_job_id"), "match_run", ["job_id"], unique=False)
    op.create_table(
        "match_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("programmes", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("eligible_from", sa.Date(), nullable=True),
        sa.Column("eligible_until", sa.Date(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("priority", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("reservations", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "computed",
                "to_review",
                "approved",
                "rejected",
                "deferred",
                "person_asked",
                "agreed",
                "declined",
                "sent",
                "interview",
                "selected",
                "not_selected",
                "stale",
                "closed",
                name="proposalstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("wake_on", sa.Date(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("expected_start_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "score IS NULL OR (score >= 0 AND score <= 1)", name=op.f("ck_match_proposal_score")
        ),
        sa.CheckConstraint("verdict IN (0, 1)", name=op.f("ck_match_proposal_verdict")),
        sa.CheckConstraint("why IN ('best', 'coverage', 'complement')", name=op.f("ck_match_proposal_why")),
        sa.CheckConstraint("rank IS NULL OR rank >= 1", name=op.f("ck_match_proposal_rank")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_match_proposal_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_match_proposal_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_match_proposal_run_id_match_run"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_match_proposal_public_id")),
    )
    op.create_index(op.f("ix_match_proposal_offer_id"), "match_proposal", ["offer_id"], unique=False)
    op.create_index(op.f("ix_match_proposal_person_id"), "match_proposal", ["person_id"], unique=False)
    op.create_index(op.f("ix_match_proposal_run_id"), "match_proposal", ["run_id"], unique=False)
    op.create_index(op.f("ix_match_proposal_state"), "match_proposal", ["state"], unique=False)
    op.create_index(
        "uq_match_proposal_live",
        "match_proposal",
        ["person_id", "offer_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('computed', 'to_review', 'deferred', 'approved', 'person_asked', 'agreed', 'sent', 'interview', 'selected')"
        ),
        postgresql_where=sa.text(
            "state IN ('computed', 'to_review', 'deferred', 'approved', 'person_asked', 'agreed', 'sent', 'interview', 'selected')"
        ),
    )
    op.create_table(
        "review_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "computed",
                "to_review",
                "approved",
                "rejected",
                "deferred",
                "person_asked",
                "agreed",
                "declined",
                "sent",
                "interview",
                "selected",
                "not_selected",
                "stale",
                "closed",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "computed",
                "to_review",
                "approved",
                "rejected",
                "deferred",
                "person_asked",
                "agreed",
                "declined",
                "sent",
                "interview",
                "selected",
                "not_selected",
                "stale",
                "closed",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_review_decision_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["match_proposal.id"],
            name=op.f("fk_review_decision_proposal_id_match_proposal"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
        sa.UniqueConstraint(
            "id", "proposal_id", "actor_id", name=op.f("uq_review_decision_id_proposal_id_actor_id")
        ),
    )
    op.create_index(op.f("ix_review_decision_actor_id"), "review_decision", ["actor_id"], unique=False)
    op.create_index(op.f("ix_review_decision_proposal_id"), "review_decision", ["proposal_id"], unique=False)
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("contact_disclosed_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=24), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_release_decided_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id", "proposal_id", "decided_by_id"],
            ["review_decision.id", "review_decision.proposal_id", "review_decision.actor_id"],
            name=op.f("fk_release_decision"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["match_proposal.id"],
            name=op.f("fk_release_proposal_id_match_proposal"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_release_proposal_id")),
    )
    op.create_index(op.f("ix_release_decided_by_id"), "release", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_release_decision_id"), "release", ["decision_id"], unique=False)
