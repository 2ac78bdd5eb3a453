"""Collective sessions: weekly slots, closures, attendance, the offers shown at each."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=160), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_closure_order")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_closure_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("agency_id", "starts_on", name=op.f("uq_closure_agency_id_starts_on")),
    )
    op.create_table(
        "session_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("theme", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=True),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_session_slot_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_session_slot_hours")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_session_slot_order")),
        sa.CheckConstraint("weekday >= 0 AND weekday <= 6", name=op.f("ck_session_slot_weekday")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_session_slot_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_slot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_slot_public_id")),
    )
    op.create_index(op.f("ix_session_slot_agency_id"), "session_slot", ["agency_id"], unique=False)
    op.create_table(
        "collective_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("slot_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("theme", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=True),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "closed",
                "cancelled",
                name="sessionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("cancelled_reason", sa.String(length=160), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_reason IS NOT NULL)",
            name=op.f("ck_collective_session_cancelled"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_on IS NOT NULL)", name=op.f("ck_collective_session_closed")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_collective_session_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_collective_session_hours")),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["agency.id"],
            name=op.f("fk_collective_session_agency_id_agency"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["session_slot.id"],
            name=op.f("fk_collective_session_slot_id_session_slot"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collective_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_collective_session_public_id")),
        sa.UniqueConstraint("slot_id", "slot_on", name=op.f("uq_collective_session_slot_id_slot_on")),
    )
    op.create_index(
        op.f("ix_collective_session_agency_id"), "collective_session", ["agency_id"], unique=False
    )
    op.create_index(op.f("ix_collective_session_held_on"), "collective_session", ["held_on"], unique=False)
    op.create_index(op.f("ix_collective_session_state"), "collective_session", ["state"], unique=False)
    op.create_table(
        "session_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "waiting",
                "withdrawn",
                "present",
                "late",
                "excused",
                "absent",
                name="attendancestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("walk_in", sa.Boolean(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_session_attendance_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["registered_by_id"],
            ["user.id"],
            name=op.f("fk_session_attendance_registered_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["collective_session.id"],
            name=op.f("fk_session_attendance_session_id_collective_session"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"],
            ["user.id"],
            name=op.f("fk_session_attendance_stated_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_attendance")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_attendance_public_id")),
        sa.UniqueConstraint(
            "session_id", "person_id", name=op.f("uq_session_attendance_session_id_person_id")
        ),
    )
    op.create_index(
        op.f("ix_session_attendance_person_id"), "session_attendance", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_session_attendance_registered_by_id"),
        "session_attendance",
        ["registered_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_session_attendance_stated_by_id"), "session_attendance", ["stated_by_id"], unique=False
    )
    op.create_table(
        "session_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "planned",
                "closed",
                "cancelled",
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
                "planned",
                "closed",
                "cancelled",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_session_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["collective_session.id"],
            name=op.f("fk_session_event_session_id_collective_session"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_event")),
    )
    op.create_index(op.f("ix_session_event_actor_id"), "session_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_session_event_session_id"), "session_event", ["session_id"], unique=False)
    op.create_table(
        "session_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("packed", sa.String(length=8), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=True),
        sa.Column("adds", sa.Integer(), nullable=True),
        sa.CheckConstraint("packed IN ('chosen', 'added', 'removed')", name=op.f("ck_session_offer_packed")),
        sa.CheckConstraint("reach IS NULL OR reach >= 0", name=op.f("ck_session_offer_reach")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_session_offer_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["collective_session.id"],
            name=op.f("fk_session_offer_session_id_collective_session"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_offer")),
        sa.UniqueConstraint("session_id", "offer_id", name=op.f("uq_session_offer_session_id_offer_id")),
    )
    op.create_index(op.f("ix_session_offer_offer_id"), "session_offer", ["offer_id"], unique=False)
    op.create_table(
        "attendance_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "waiting",
                "withdrawn",
                "present",
                "late",
                "excused",
                "absent",
                name="attendancestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by_id", sa.Integer(), nullable=True),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attendance_id"],
            ["session_attendance.id"],
            name=op.f("fk_attendance_statement_attendance_id_session_attendance"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"],
            ["user.id"],
            name=op.f("fk_attendance_statement_stated_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_statement")),
        sa.UniqueConstraint("key", name=op.f("uq_attendance_statement_key")),
    )
    op.create_index(
        op.f("ix_attendance_statement_attendance_id"), "attendance_statement", ["attendance_id"], unique=False
    )
    op.create_index(
        op.f("ix_attendance_statement_stated_by_id"), "attendance_statement", ["stated_by_id"], unique=False
    )
    with op.batch_alter_table("offer") as table:
        table.add_column(sa.Column("may_be_named", sa.Boolean(), nullable=True))
