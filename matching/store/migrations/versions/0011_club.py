"""The club: its terms, cohorts, memberships, weeks, contacts, approaches, what became of its members."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    op.create_table(
        "club",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone_asked", sa.Boolean(), nullable=False),
        sa.Column("age_under", sa.SmallInteger(), nullable=True),
        sa.Column("bac_plus_most", sa.SmallInteger(), nullable=True),
        sa.Column("project_asked", sa.Boolean(), nullable=False),
        sa.Column("full_time_asked", sa.Boolean(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("weeks", sa.SmallInteger(), nullable=False),
        sa.Column("silence_days", sa.SmallInteger(), nullable=False),
        sa.Column("risk_weeks", sa.SmallInteger(), nullable=False),
        sa.Column("drop_weeks", sa.SmallInteger(), nullable=False),
        sa.Column("pause_days_most", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "age_under IS NULL OR (age_under >= 16 AND age_under <= 40)", name=op.f("ck_club_age_under")
        ),
        sa.CheckConstraint(
            "bac_plus_most IS NULL OR (bac_plus_most >= 0 AND bac_plus_most <= 8)",
            name=op.f("ck_club_bac_plus_most"),
        ),
        sa.CheckConstraint("pause_days_most >= 1", name=op.f("ck_club_pause_days_most")),
        sa.CheckConstraint("risk_weeks >= 1 AND drop_weeks > risk_weeks", name=op.f("ck_club_rules")),
        sa.CheckConstraint("seats >= 2 AND seats <= 60", name=op.f("ck_club_seats")),
        sa.CheckConstraint("silence_days >= 1", name=op.f("ck_club_silence_days")),
        sa.CheckConstraint("weeks >= 1 AND weeks <= 52", name=op.f("ck_club_weeks")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_club_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club")),
        sa.UniqueConstraint("name", name=op.f("uq_club_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_club_public_id")),
    )
    op.create_index(op.f("ix_club_agency_id"), "club", ["agency_id"], unique=False)
    op.create_table(
        "club_animator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("club_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id"], ["club.id"], name=op.f("fk_club_animator_club_id_club"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_club_animator_user_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_animator")),
        sa.UniqueConstraint("club_id", "user_id", name=op.f("uq_club_animator_club_id_user_id")),
    )
    op.create_index(op.f("ix_club_animator_user_id"), "club_animator", ["user_id"], unique=False)
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("club_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("animator_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats >= 1 AND seats <= 60", name=op.f("ck_cohort_seats")),
        sa.ForeignKeyConstraint(
            ["animator_id"], ["user.id"], name=op.f("fk_cohort_animator_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["club_id"], ["club.id"], name=op.f("fk_cohort_club_id_club"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("club_id", "name", name=op.f("uq_cohort_club_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cohort_public_id")),
    )
    op.create_index(op.f("ix_cohort_animator_id"), "cohort", ["animator_id"], unique=False)
    op.create_table(
        "club_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("club_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("animator_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "waiting_list",
                "registered",
                "active",
                "at_risk",
                "paused",
                "dropped_out",
                "ended",
                "declined",
                "no_answer",
                name="membershipstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("invited_on", sa.Date(), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("extended_days", sa.SmallInteger(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("outcome_note", sa.String(length=400), nullable=True),
        sa.Column("satisfaction", sa.SmallInteger(), nullable=True),
        sa.Column("project", sa.String(length=255), nullable=True),
        sa.Column("project_rome", sa.String(length=5), nullable=True),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'ended') = (outcome IS NOT NULL)", name=op.f("ck_club_membership_outcome")
        ),
        sa.CheckConstraint(
            "(joined_on IS NULL) = (planned_end_on IS NULL)", name=op.f("ck_club_membership_planned")
        ),
        sa.CheckConstraint("extended_days >= 0", name=op.f("ck_club_membership_extended_days")),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name=op.f("ck_club_membership_left")),
        sa.CheckConstraint(
            "planned_end_on IS NULL OR planned_end_on > joined_on", name=op.f("ck_club_membership_order")
        ),
        sa.CheckConstraint(
            "satisfaction IS NULL OR (satisfaction >= 1 AND satisfaction <= 4)",
            name=op.f("ck_club_membership_satisfaction"),
        ),
        sa.ForeignKeyConstraint(
            ["animator_id"],
            ["user.id"],
            name=op.f("fk_club_membership_animator_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["club_id"], ["club.id"], name=op.f("fk_club_membership_club_id_club"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohort.id"],
            name=op.f("fk_club_membership_cohort_id_cohort"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_club_membership_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_membership")),
        sa.UniqueConstraint("person_id", "joined_on", name=op.f("uq_club_membership_person_id_joined_on")),
        sa.UniqueConstraint("public_id", name=op.f("uq_club_membership_public_id")),
    )
    op.create_index(op.f("ix_club_membership_animator_id"), "club_membership", ["animator_id"], unique=False)
    op.create_index(op.f("ix_club_membership_club_id"), "club_membership", ["club_id"], unique=False)
    op.create_index(op.f("ix_club_membership_cohort_id"), "club_membership", ["cohort_id"], unique=False)
    op.create_index(op.f("ix_club_membership_person_id"), "club_membership", ["person_id"], unique=False)
    op.create_index(op.f("ix_club_membership_state"), "club_membership", ["state"], unique=False)
    op.create_index(
        "uq_club_membership_live",
        "club_membership",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('invited', 'waiting_list', 'registered', 'active', 'at_risk', 'paused', 'dropped_out')"
        ),
        postgresql_where=sa.text(
            "state IN ('invited', 'waiting_list', 'registered', 'active', 'at_risk', 'paused', 'dropped_out')"
        ),
    )
    op.create_table(
        "approach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("employer", sa.String(length=255), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["club_membership.id"],
            name=op.f("fk_approach_membership_id_club_membership"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_approach_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_approach_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approach")),
        sa.UniqueConstraint("public_id", name=op.f("uq_approach_public_id")),
    )
    op.create_index(
        "ix_approach_membership_id_done_on", "approach", ["membership_id", "done_on"], unique=False
    )
    op.create_index(op.f("ix_approach_noted_by_id"), "approach", ["noted_by_id"], unique=False)
    op.create_index(op.f("ix_approach_organisation_id"), "approach", ["organisation_id"], unique=False)
    op.create_table(
        "club_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("two_way", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "minutes IS NULL OR (minutes > 0 AND minutes <= 600)", name=op.f("ck_club_contact_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["club_membership.id"],
            name=op.f("fk_club_contact_membership_id_club_membership"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_club_contact_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_contact")),
        sa.UniqueConstraint("public_id", name=op.f("uq_club_contact_public_id")),
    )
    op.create_index(
        "ix_club_contact_membership_id_done_on", "club_contact", ["membership_id", "done_on"], unique=False
    )
    op.create_index(op.f("ix_club_contact_noted_by_id"), "club_contact", ["noted_by_id"], unique=False)
    op.create_table(
        "club_follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
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
        sa.Column("situation", sa.String(length=24), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name=op.f("ck_club_follow_up_held")),
        sa.CheckConstraint(
            "(state = 'held') = (situation IS NOT NULL)", name=op.f("ck_club_follow_up_situation")
        ),
        sa.CheckConstraint("month >= 1 AND month <= 24", name=op.f("ck_club_follow_up_month")),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["club_membership.id"],
            name=op.f("fk_club_follow_up_membership_id_club_membership"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_club_follow_up_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_follow_up")),
        sa.UniqueConstraint("membership_id", "month", name=op.f("uq_club_follow_up_membership_id_month")),
        sa.UniqueConstraint("public_id", name=op.f("uq_club_follow_up_public_id")),
    )
    op.create_index(op.f("ix_club_follow_up_due_on"), "club_follow_up", ["due_on"], unique=False)
    op.create_index(op.f("ix_club_follow_up_noted_by_id"), "club_follow_up", ["noted_by_id"], unique=False)
    op.create_table(
        "club_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_club_pause_order")),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["club_membership.id"],
            name=op.f("fk_club_pause_membership_id_club_membership"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_club_pause_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_pause")),
        sa.UniqueConstraint("membership_id", "starts_on", name=op.f("uq_club_pause_membership_id_starts_on")),
    )
    op.create_index(op.f("ix_club_pause_noted_by_id"), "club_pause", ["noted_by_id"], unique=False)
    op.create_table(
        "club_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("excused", sa.String(length=40), nullable=True),
        sa.Column("obstacle", sa.String(length=400), nullable=True),
        sa.Column("next_step", sa.String(length=400), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_club_week_order")),
        sa.CheckConstraint("number >= 1 AND number <= 60", name=op.f("ck_club_week_number")),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["club_membership.id"],
            name=op.f("fk_club_week_membership_id_club_membership"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_week")),
        sa.UniqueConstraint("membership_id", "number", name=op.f("uq_club_week_membership_id_number")),
    )
    op.create_index(op.f("ix_club_week_starts_on"), "club_week", ["starts_on"], unique=False)
    op.create_table(
        "membership_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "invited",
                "waiting_list",
                "registered",
                "active",
                "at_risk",
                "paused",
                "dropped_out",
                "ended",
                "declined",
                "no_answer",
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
                "invited",
                "waiting_list",
                "registered",
                "active",
                "at_risk",
                "paused",
                "dropped_out",
                "ended",
                "declined",
                "no_answer",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_membership_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["club_membership.id"],
            name=op.f("fk_membership_event_membership_id_club_membership"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_event")),
    )
    op.create_index(op.f("ix_membership_event_actor_id"), "membership_event", ["actor_id"], unique=False)
    op.create_index(
        op.f("ix_membership_event_membership_id"), "membership_event", ["membership_id"], unique=False
    )
    with op.batch_alter_table("access_link") as table:
        table.add_column(sa.Column("membership_id", sa.Integer(), nullable=True))
        table.create_index(table.f("ix_access_link_membership_id"), ["membership_id"], unique=False)
        table.create_foreign_key(
            table.f("fk_access_link_membership_id_club_membership"),
            "club_membership",
            ["membership_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    links = op.f("ck_access_link_linkkind")
    with op.batch_alter_table("access_link") as table:
        table.drop_constraint(links, type_="check")
        table.create_check_constraint(
            links, "kind IN ('file', 'answer', 'employer', 'refresh', 'check_in', 'feed', 'club')"
        )
