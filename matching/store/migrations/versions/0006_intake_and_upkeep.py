"""Imports, forms sent twice, the audit trail that refuses to be rewritten, published reports."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_audit_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("chain", name=op.f("uq_audit_event_chain")),
    )
    op.create_index(op.f("ix_audit_event_actor_id"), "audit_event", ["actor_id"], unique=False)
    op.create_index("ix_audit_event_subject", "audit_event", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "form_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer_location", sa.String(length=400), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_form_key_user_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_key")),
        sa.UniqueConstraint("key", "user_id", "route", name=op.f("uq_form_key_key_user_id_route")),
    )
    op.create_index(op.f("ix_form_key_user_id"), "form_key", ["user_id"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "jeunes",
                "offres",
                "associations",
                "employeurs",
                "zones",
                "metiers",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
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
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "checked",
                "applied",
                "abandoned",
                "undone",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_import_batch_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_import_batch_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batch_public_id")),
    )
    op.create_index(op.f("ix_import_batch_actor_id"), "import_batch", ["actor_id"], unique=False)
    op.create_index(op.f("ix_import_batch_agency_id"), "import_batch", ["agency_id"], unique=False)
    op.create_index(
        "uq_import_batch_applied",
        "import_batch",
        ["kind", "source", "sha256"],
        unique=True,
        sqlite_where=sa.text("state = 'applied'"),
        postgresql_where=sa.text("state = 'applied'"),
    )
    op.create_table(
        "published_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["user.id"],
            name=op.f("fk_published_report_published_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_report")),
        sa.UniqueConstraint(
            "month", "edition", "version", name=op.f("uq_published_report_month_edition_version")
        ),
    )
    op.create_index(
        op.f("ix_published_report_published_by_id"), "published_report", ["published_by_id"], unique=False
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "created",
                "updated",
                "unchanged",
                "rejected",
                name="rowoutcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_row_batch_id_import_batch"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_import_row_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_import_row_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_row_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("batch_id", "line", name=op.f("uq_import_row_batch_id_line")),
    )
    op.create_index(op.f("ix_import_row_offer_id"), "import_row", ["offer_id"], unique=False)
    op.create_index(op.f("ix_import_row_organisation_id"), "import_row", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_import_row_person_id"), "import_row", ["person_id"], unique=False)
    op.create_table(
        "possible_duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_a_id", sa.Integer(), nullable=True),
        sa.Column("person_b_id", sa.Integer(), nullable=True),
        sa.Column("organisation_a_id", sa.Integer(), nullable=True),
        sa.Column("organisation_b_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(person_a_id IS NULL) <> (organisation_a_id IS NULL)",
            name=op.f("ck_possible_duplicate_one_kind"),
        ),
        sa.CheckConstraint(
            "organisation_a_id IS NULL OR organisation_a_id < organisation_b_id",
            name=op.f("ck_possible_duplicate_organisation_order"),
        ),
        sa.CheckConstraint(
            "(person_a_id IS NULL) = (person_b_id IS NULL)", name=op.f("ck_possible_duplicate_two_people")
        ),
        sa.CheckConstraint(
            "(organisation_a_id IS NULL) = (organisation_b_id IS NULL)",
            name=op.f("ck_possible_duplicate_two_organisations"),
        ),
        sa.CheckConstraint(
            "person_a_id IS NULL OR person_a_id < person_b_id",
            name=op.f("ck_possible_duplicate_person_order"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_possible_duplicate_batch_id_import_batch"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user.id"],
            name=op.f("fk_possible_duplicate_decided_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_a_id"],
            ["organisation.id"],
            name=op.f("fk_possible_duplicate_organisation_a_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_b_id"],
            ["organisation.id"],
            name=op.f("fk_possible_duplicate_organisation_b_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_a_id"],
            ["person.id"],
            name=op.f("fk_possible_duplicate_person_a_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_b_id"],
            ["person.id"],
            name=op.f("fk_possible_duplicate_person_b_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicate")),
        sa.UniqueConstraint(
            "organisation_a_id",
            "organisation_b_id",
            name=op.f("uq_possible_duplicate_organisation_a_id_organisation_b_id"),
        ),
        sa.UniqueConstraint(
            "person_a_id", "person_b_id", name=op.f("uq_possible_duplicate_person_a_id_person_b_id")
        ),
    )
    op.create_index(op.f("ix_possible_duplicate_batch_id"), "possible_duplicate", ["batch_id"], unique=False)
    op.create_index(
        op.f("ix_possible_duplicate_decided_by_id"), "possible_duplicate", ["decided_by_id"], unique=False
    )
    op.create_index(
        op.f("ix_possible_duplicate_organisation_b_id"),
        "possible_duplicate",
        ["organisation_b_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_possible_duplicate_person_b_id"), "possible_duplicate", ["person_b_id"], unique=False
    )

    dialect = op.get_bind().dialect.name
    for act in ("UPDATE", "DELETE"):
        if dialect == "sqlite":
            op.execute(
                f"CREATE TRIGGER audit_event_no_{act.lower()} BEFORE {act} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION audit_event_no_{act.lower()}() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$"
            )
            op.execute(
                f"CREATE TRIGGER audit_event_no_{act.lower()} BEFORE {act} ON audit_event "
                f"FOR EACH STATEMENT EXECUTE FUNCTION audit_event_no_{act.lower()}()"
            )
