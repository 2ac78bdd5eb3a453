"""Offers with their log, and long work."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "pole-emploi",
                "i-milo",
                "cap-emploi",
                "france-travail",
                "autre",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("scheme", sa.String(length=24), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("title_key", sa.String(length=255), nullable=False),
        sa.Column("rome", sa.String(length=5), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("postcode", sa.String(length=5), nullable=True),
        sa.Column("commune", sa.String(length=255), nullable=True),
        sa.Column("insee_code", sa.String(length=5), nullable=True),
        sa.Column("contract_kind", sa.String(length=3), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=True),
        sa.Column("weekly_hours", sa.Float(), nullable=True),
        sa.Column("salary", sa.String(length=255), nullable=True),
        sa.Column("positions", sa.Integer(), nullable=False),
        sa.Column("posts_filled", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("apply_before", sa.Date(), nullable=True),
        sa.Column("level_min", sa.SmallInteger(), nullable=True),
        sa.Column("bac_plus_min", sa.SmallInteger(), nullable=True),
        sa.Column("needs_licence", sa.Boolean(), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("tutor", sa.String(length=255), nullable=True),
        sa.Column("training", sa.String(length=255), nullable=True),
        sa.Column("exception_noted", sa.String(length=255), nullable=True),
        sa.Column("contact_email", sa.String(length=255), nullable=True),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.Column("origin_url", sa.String(length=1000), nullable=True),
        sa.Column("apprenticeship", sa.Boolean(), nullable=True),
        sa.Column("created_at_source_on", sa.Date(), nullable=True),
        sa.Column("updated_at_source_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "to_complete",
                "open",
                "on_hold",
                "filled",
                "withdrawn",
                "lapsed",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("filled_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "level_min IS NULL OR (level_min >= 0 AND level_min <= 8)", name=op.f("ck_offer_level_min")
        ),
        sa.CheckConstraint(
            "contract_kind IN ('CDI', 'CDD', 'MIS', 'SAI', 'CCE', 'FRA', 'LIB', 'REP', 'TTI', 'DDI', 'DIN', 'DDT', 'APP', 'PRO')",
            name=op.f("ck_offer_contract_kind"),
        ),
        sa.CheckConstraint("months IS NULL OR months > 0", name=op.f("ck_offer_months")),
        sa.CheckConstraint("weekly_hours IS NULL OR weekly_hours > 0", name=op.f("ck_offer_weekly_hours")),
        sa.CheckConstraint("positions > 0", name=op.f("ck_offer_positions")),
        sa.CheckConstraint(
            "posts_filled >= 0 AND posts_filled <= positions", name=op.f("ck_offer_posts_filled")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_offer_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_offer_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_offer_public_id")),
        sa.UniqueConstraint(
            "source", "organisation_id", "reference", name=op.f("uq_offer_source_organisation_id_reference")
        ),
    )
    op.create_index(op.f("ix_offer_agency_id"), "offer", ["agency_id"], unique=False)
    op.create_index(op.f("ix_offer_organisation_id"), "offer", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_offer_reference"), "offer", ["reference"], unique=False)
    op.create_index(op.f("ix_offer_state"), "offer", ["state"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=60), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=400), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_job_progress")),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["user.id"], name=op.f("fk_job_submitted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
    )
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)
    op.create_index(op.f("ix_job_submitted_by_id"), "job", ["submitted_by_id"], unique=False)
    op.create_table(
        "offer_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "submitted",
                "to_complete",
                "open",
                "on_hold",
                "filled",
                "withdrawn",
                "lapsed",
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
                "draft",
                "submitted",
                "to_complete",
                "open",
                "on_hold",
                "filled",
                "withdrawn",
                "lapsed",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_offer_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_event_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_event")),
    )
    op.create_index(op.f("ix_offer_event_actor_id"), "offer_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_offer_event_offer_id"), "offer_event", ["offer_id"], unique=False)
