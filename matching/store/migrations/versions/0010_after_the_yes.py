"""What comes after the yes: messages and personal links, the young person's requests, check-ins, suspensions, training,
agreements, files that change hands, and the runs of the clock."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    op.create_table(
        "clock_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_changed", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.CheckConstraint("(ran_at IS NULL) = (rows_changed IS NULL)", name=op.f("ck_clock_run_done")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_run")),
        sa.UniqueConstraint("day", "rule", name=op.f("uq_clock_run_day_rule")),
    )
    op.create_index(op.f("ix_clock_run_ran_at"), "clock_run", ["ran_at"], unique=False)
    op.create_table(
        "offer_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_offer_draft_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_offer_draft_user_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_offer_draft_public_id")),
    )
    op.create_index(op.f("ix_offer_draft_organisation_id"), "offer_draft", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_offer_draft_user_id"), "offer_draft", ["user_id"], unique=False)
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) >= 20", name=op.f("ck_break_glass_reason")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_break_glass_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_break_glass_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_actor_id"), "break_glass", ["actor_id"], unique=False)
    op.create_index(op.f("ix_break_glass_person_id"), "break_glass", ["person_id"], unique=False)
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("rome", sa.String(length=5), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("rank >= 1 AND rank <= 5", name=op.f("ck_wish_rank")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_wish_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("person_id", "rank", name=op.f("uq_wish_person_id_rank")),
    )
    op.create_table(
        "person_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "correction",
                "erasure",
                name="requestkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("fact", sa.String(length=40), nullable=True),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "refused",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.CheckConstraint("(state = 'open') = (closed_on IS NULL)", name=op.f("ck_person_request_closed")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"],
            ["user.id"],
            name=op.f("fk_person_request_closed_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_request_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["match_proposal.id"],
            name=op.f("fk_person_request_proposal_id_match_proposal"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_request_public_id")),
    )
    op.create_index(op.f("ix_person_request_closed_by_id"), "person_request", ["closed_by_id"], unique=False)
    op.create_index(op.f("ix_person_request_person_id"), "person_request", ["person_id"], unique=False)
    op.create_index(op.f("ix_person_request_proposal_id"), "person_request", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_person_request_state"), "person_request", ["state"], unique=False)
    op.create_table(
        "aid_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("weekly_hours", sa.Float(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("rate_source", sa.String(length=255), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_aid_agreement_order")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_aid_agreement_number")),
        sa.CheckConstraint("rate_bp > 0 AND rate_bp <= 10500", name=op.f("ck_aid_agreement_rate")),
        sa.CheckConstraint("weekly_hours > 0", name=op.f("ck_aid_agreement_weekly_hours")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_aid_agreement_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_aid_agreement_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_agreement")),
        sa.UniqueConstraint("placement_id", "number", name=op.f("uq_aid_agreement_placement_id_number")),
    )
    op.create_index(op.f("ix_aid_agreement_ends_on"), "aid_agreement", ["ends_on"], unique=False)
    op.create_index(op.f("ix_aid_agreement_noted_by_id"), "aid_agreement", ["noted_by_id"], unique=False)
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("job", "exit", name="checkinkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("month", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "missed",
                "cancelled",
                name="checkinstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.Column("with_whom", sa.String(length=12), nullable=True),
        sa.Column("still_there", sa.Boolean(), nullable=True),
        sa.Column("situation", sa.String(length=24), nullable=True),
        sa.Column("alert", sa.String(length=24), nullable=True),
        sa.Column("alert_closed_on", sa.Date(), nullable=True),
        sa.Column("alert_answer", sa.String(length=400), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name=op.f("ck_check_in_held")),
        sa.CheckConstraint(
            "situation IS NULL OR situation IN ('lasting_job', 'short_job', 'training', 'unemployed', 'unknown')",
            name=op.f("ck_check_in_situation"),
        ),
        sa.CheckConstraint("alert IS NOT NULL OR alert_closed_on IS NULL", name=op.f("ck_check_in_alert")),
        sa.CheckConstraint("month >= 1 AND month <= 60", name=op.f("ck_check_in_month")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_check_in_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_check_in_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint(
            "placement_id", "kind", "month", name=op.f("uq_check_in_placement_id_kind_month")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_check_in_public_id")),
    )
    op.create_index(op.f("ix_check_in_due_on"), "check_in", ["due_on"], unique=False)
    op.create_index(op.f("ix_check_in_noted_by_id"), "check_in", ["noted_by_id"], unique=False)
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("programme", sa.String(length=60), nullable=True),
        sa.Column("from_agency_id", sa.Integer(), nullable=False),
        sa.Column("to_agency_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "accepted",
                "refused",
                "expired",
                "withdrawn",
                "ended",
                name="handoverstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'asked') = (decided_on IS NULL)", name=op.f("ck_hand_over_decided")),
        sa.CheckConstraint("from_agency_id <> to_agency_id", name=op.f("ck_hand_over_elsewhere")),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_hand_over_ended")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_hand_over_asked_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_hand_over_decided_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["user.id"], name=op.f("fk_hand_over_ended_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_hand_over_from_agency_id_agency"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hand_over_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_hand_over_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["match_proposal.id"],
            name=op.f("fk_hand_over_proposal_id_match_proposal"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"],
            ["agency.id"],
            name=op.f("fk_hand_over_to_agency_id_agency"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hand_over_public_id")),
    )
    op.create_index(op.f("ix_hand_over_asked_by_id"), "hand_over", ["asked_by_id"], unique=False)
    op.create_index(op.f("ix_hand_over_decided_by_id"), "hand_over", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_hand_over_ended_by_id"), "hand_over", ["ended_by_id"], unique=False)
    op.create_index(op.f("ix_hand_over_from_agency_id"), "hand_over", ["from_agency_id"], unique=False)
    op.create_index(op.f("ix_hand_over_person_id"), "hand_over", ["person_id"], unique=False)
    op.create_index(op.f("ix_hand_over_placement_id"), "hand_over", ["placement_id"], unique=False)
    op.create_index(op.f("ix_hand_over_proposal_id"), "hand_over", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_hand_over_to_agency_id"), "hand_over", ["to_agency_id"], unique=False)
    op.create_index(
        "uq_hand_over_asked",
        "hand_over",
        ["person_id", "to_agency_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked')"),
        postgresql_where=sa.text("state IN ('asked')"),
    )
    op.create_table(
        "outgoing_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("sender_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "failed",
                "cancelled",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("caused_on", sa.Date(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("sent_subject", sa.String(length=200), nullable=True),
        sa.Column("sent_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["review_decision.id"],
            name=op.f("fk_outgoing_message_decision_id_review_decision"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_outgoing_message_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_outgoing_message_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["user.id"], name=op.f("fk_outgoing_message_sender_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_outgoing_message_user_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_message")),
        sa.UniqueConstraint(
            "kind", "subject_kind", "subject_id", "address", "occasion", name="uq_outgoing_message_once"
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_outgoing_message_public_id")),
    )
    op.create_index(
        op.f("ix_outgoing_message_decision_id"), "outgoing_message", ["decision_id"], unique=False
    )
    op.create_index(
        op.f("ix_outgoing_message_organisation_id"), "outgoing_message", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_outgoing_message_person_id"), "outgoing_message", ["person_id"], unique=False)
    op.create_index(op.f("ix_outgoing_message_sender_id"), "outgoing_message", ["sender_id"], unique=False)
    op.create_index("ix_outgoing_message_state_try_at", "outgoing_message", ["state", "try_at"], unique=False)
    op.create_index(op.f("ix_outgoing_message_user_id"), "outgoing_message", ["user_id"], unique=False)
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_suspension_order")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_suspension_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
        sa.UniqueConstraint("placement_id", "starts_on", name=op.f("uq_suspension_placement_id_starts_on")),
    )
    op.create_table(
        "training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_training_order")),
        sa.CheckConstraint("ended_on IS NULL OR started_on IS NOT NULL", name=op.f("ck_training_started")),
        sa.CheckConstraint("hours IS NULL OR hours > 0", name=op.f("ck_training_hours")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_training_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_public_id")),
    )
    op.create_index(op.f("ix_training_placement_id"), "training", ["placement_id"], unique=False)
    op.create_table(
        "access_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "file",
                "answer",
                "employer",
                "refresh",
                "check_in",
                "feed",
                name="linkkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("check_in_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("proved_by", sa.String(length=64), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_in_id"],
            ["check_in.id"],
            name=op.f("fk_access_link_check_in_id_check_in"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["user.id"], name=op.f("fk_access_link_issued_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outgoing_message.id"],
            name=op.f("fk_access_link_message_id_outgoing_message"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_access_link_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_access_link_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_access_link_placement_id_placement"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["match_proposal.id"],
            name=op.f("fk_access_link_proposal_id_match_proposal"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_access_link_user_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_link_token_hash")),
    )
    op.create_index(op.f("ix_access_link_check_in_id"), "access_link", ["check_in_id"], unique=False)
    op.create_index(op.f("ix_access_link_issued_by_id"), "access_link", ["issued_by_id"], unique=False)
    op.create_index(op.f("ix_access_link_message_id"), "access_link", ["message_id"], unique=False)
    op.create_index(op.f("ix_access_link_offer_id"), "access_link", ["offer_id"], unique=False)
    op.create_index(op.f("ix_access_link_person_id"), "access_link", ["person_id"], unique=False)
    op.create_index(op.f("ix_access_link_placement_id"), "access_link", ["placement_id"], unique=False)
    op.create_index(op.f("ix_access_link_proposal_id"), "access_link", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_access_link_user_id"), "access_link", ["user_id"], unique=False)
    with op.batch_alter_table("match_proposal") as table:
        table.add_column(sa.Column("called_on", sa.Date(), nullable=True))
    for log in ("review_decision", "placement_event", "offer_event"):
        op.add_column(log, sa.Column("party", sa.String(length=16), nullable=True))
    with op.batch_alter_table("organisation") as table:
        table.add_column(
            sa.Column(
                "legal_kind",
                sa.Enum(
                    "association",
                    "local_authority",
                    "public_body",
                    "state",
                    "geiq",
                    "insertion",
                    "company",
                    "public_industrial",
                    "mixed_company",
                    "private_person",
                    name="employerkind",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=True,
            )
        )
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("wished_hours", sa.String(length=4), nullable=True))
    with op.batch_alter_table("placement") as table:
        table.add_column(sa.Column("end_motive", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("tutor", sa.String(length=255), nullable=True))
    with op.batch_alter_table("user") as table:
        table.add_column(sa.Column("phone", sa.String(length=20), nullable=True))
