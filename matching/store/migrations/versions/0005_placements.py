"""Contracts and the milestones of their aid."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("programme", sa.String(length=60), nullable=True),
        sa.Column("contract_kind", sa.String(length=3), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=True),
        sa.Column("weekly_hours", sa.Float(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "promised",
                "aid_requested",
                "aid_granted",
                "aid_refused",
                "signed",
                "started",
                "trial_passed",
                "running",
                "suspended",
                "completed",
                "exited",
                "abandoned",
                name="placementstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("aid_requested_on", sa.Date(), nullable=True),
        sa.Column("aid_decision_on", sa.Date(), nullable=True),
        sa.Column("aid_number", sa.String(length=40), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("trial_end_on", sa.Date(), nullable=True),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("end_situation", sa.String(length=24), nullable=True),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_placement_end")),
        sa.CheckConstraint(
            "contract_kind IN ('CDI', 'CDD', 'MIS', 'SAI', 'CCE', 'FRA', 'LIB', 'REP', 'TTI', 'DDI', 'DIN', 'DDT', 'APP', 'PRO')",
            name=op.f("ck_placement_contract_kind"),
        ),
        sa.CheckConstraint("months IS NULL OR months > 0", name=op.f("ck_placement_months")),
        sa.CheckConstraint(
            "weekly_hours IS NULL OR weekly_hours > 0", name=op.f("ck_placement_weekly_hours")
        ),
        sa.CheckConstraint(
            "trial_end_on IS NULL OR starts_on IS NULL OR trial_end_on >= starts_on",
            name=op.f("ck_placement_trial"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR starts_on IS NULL OR ended_on >= starts_on", name=op.f("ck_placement_order")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_placement_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_placement_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_placement_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["match_proposal.id"],
            name=op.f("fk_placement_proposal_id_match_proposal"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_placement_proposal_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_placement_public_id")),
    )
    op.create_index(op.f("ix_placement_offer_id"), "placement", ["offer_id"], unique=False)
    op.create_index(op.f("ix_placement_organisation_id"), "placement", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_placement_person_id"), "placement", ["person_id"], unique=False)
    op.create_index(op.f("ix_placement_signed_on"), "placement", ["signed_on"], unique=False)
    op.create_index(op.f("ix_placement_state"), "placement", ["state"], unique=False)
    op.create_index(
        "uq_placement_engaged",
        "placement",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('promised', 'aid_requested', 'aid_granted', 'aid_refused', 'signed', 'started', 'trial_passed', 'running', 'suspended')"
        ),
        postgresql_where=sa.text(
            "state IN ('promised', 'aid_requested', 'aid_granted', 'aid_refused', 'signed', 'started', 'trial_passed', 'running', 'suspended')"
        ),
    )
    op.create_table(
        "aid_milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("window_opens_on", sa.Date(), nullable=True),
        sa.Column("window_closes_on", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("paper", sa.String(length=255), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "upcoming",
                "due",
                "document_received",
                "asked",
                "paid",
                "to_repay",
                "repaid",
                "refused",
                "lapsed",
                "cancelled",
                name="milestonestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_aid_milestone_amount")),
        sa.CheckConstraint(
            "window_closes_on IS NULL OR window_opens_on IS NULL OR window_closes_on >= window_opens_on",
            name=op.f("ck_aid_milestone_window"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_aid_milestone_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_milestone")),
        sa.UniqueConstraint(
            "placement_id", "kind", "number", name=op.f("uq_aid_milestone_placement_id_kind_number")
        ),
    )
    op.create_index(op.f("ix_aid_milestone_due_on"), "aid_milestone", ["due_on"], unique=False)
    op.create_table(
        "placement_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "proposed",
                "promised",
                "aid_requested",
                "aid_granted",
                "aid_refused",
                "signed",
                "started",
                "trial_passed",
                "running",
                "suspended",
                "completed",
                "exited",
                "abandoned",
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
                "proposed",
                "promised",
                "aid_requested",
                "aid_granted",
                "aid_refused",
                "signed",
                "started",
                "trial_passed",
                "running",
                "suspended",
                "completed",
                "exited",
                "abandoned",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_placement_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_placement_event_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_event")),
    )
    op.create_index(op.f("ix_placement_event_actor_id"), "placement_event", ["actor_id"], unique=False)
    op.create_index(
        op.f("ix_placement_event_placement_id"), "placement_event", ["placement_id"], unique=False
    )
