"""The dossier of a young person: identity and dated facts."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("caseload_user_id", sa.Integer(), nullable=True),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("given_names", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=210), nullable=False),
        sa.Column("civility", sa.String(length=3), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("contact_agreed", sa.Boolean(), nullable=True),
        sa.Column("address", sa.String(length=255), nullable=True),
        sa.Column("postcode", sa.String(length=5), nullable=True),
        sa.Column("commune", sa.String(length=255), nullable=True),
        sa.Column("insee_code", sa.String(length=5), nullable=True),
        sa.Column("declared_quarter", sa.String(length=40), nullable=True),
        sa.Column("wanted_title", sa.String(length=255), nullable=True),
        sa.Column("wanted_rome", sa.String(length=5), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("driving_licence", sa.Boolean(), nullable=True),
        sa.Column("mobility_km", sa.Float(), nullable=True),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("no_diploma_stated_on", sa.Date(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("known_since", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "mobility_km IS NULL OR (mobility_km >= 0 AND mobility_km <= 200)",
            name=op.f("ck_person_mobility"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_person_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["caseload_user_id"],
            ["user.id"],
            name=op.f("fk_person_caseload_user_id_user"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_index(op.f("ix_person_agency_id"), "person", ["agency_id"], unique=False)
    op.create_index("ix_person_birth_date_name_key", "person", ["birth_date", "name_key"], unique=False)
    op.create_index(op.f("ix_person_caseload_user_id"), "person", ["caseload_user_id"], unique=False)
    op.create_index(op.f("ix_person_name_key"), "person", ["name_key"], unique=False)
    op.create_table(
        "diploma",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("bac_plus", sa.SmallInteger(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("obtained_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "bac_plus IS NULL OR (bac_plus >= 0 AND bac_plus <= 12)", name=op.f("ck_diploma_bac_plus")
        ),
        sa.CheckConstraint("level >= 3 AND level <= 8", name=op.f("ck_diploma_level")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_diploma_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diploma")),
        sa.UniqueConstraint("person_id", "source", name=op.f("uq_diploma_person_id_source")),
    )
    op.create_table(
        "disability_recognition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_disability_recognition_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disability_recognition")),
        sa.UniqueConstraint("person_id", name=op.f("uq_disability_recognition_person_id")),
    )
    op.create_table(
        "employment_spell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("employer_name", sa.String(length=255), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.CheckConstraint("end_on IS NULL OR end_on >= start_on", name=op.f("ck_employment_spell_order")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_employment_spell_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment_spell")),
        sa.UniqueConstraint(
            "person_id", "start_on", "source", name=op.f("uq_employment_spell_person_id_start_on_source")
        ),
    )
    op.create_table(
        "registration_spell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.SmallInteger(), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "category IS NULL OR (category >= 1 AND category <= 8)",
            name=op.f("ck_registration_spell_category"),
        ),
        sa.CheckConstraint("end_on IS NULL OR end_on >= start_on", name=op.f("ck_registration_spell_order")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_registration_spell_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_spell")),
        sa.UniqueConstraint(
            "person_id", "start_on", "source", name=op.f("uq_registration_spell_person_id_start_on_source")
        ),
    )
    op.create_table(
        "residence_spell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "declared",
                "confirmed",
                name="residencekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("zone_id", sa.Integer(), nullable=True),
        sa.Column("declared_place", sa.String(length=40), nullable=True),
        sa.Column("insee_code", sa.String(length=5), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "declared",
                "street_list",
                "perimeter",
                "proof",
                name="residencemethod",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("proof", sa.String(length=200), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("end_on IS NULL OR end_on >= start_on", name=op.f("ck_residence_spell_order")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["user.id"],
            name=op.f("fk_residence_spell_confirmed_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_residence_spell_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["zone.id"], name=op.f("fk_residence_spell_zone_id_zone"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residence_spell")),
        sa.UniqueConstraint(
            "person_id", "start_on", "kind", name=op.f("uq_residence_spell_person_id_start_on_kind")
        ),
    )
    op.create_index(
        op.f("ix_residence_spell_confirmed_by_id"), "residence_spell", ["confirmed_by_id"], unique=False
    )
    op.create_index(op.f("ix_residence_spell_zone_id"), "residence_spell", ["zone_id"], unique=False)
    op.create_table(
        "situation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "value",
            sa.Enum(
                "no_job",
                "in_job",
                "in_training",
                name="situationvalue",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_situation_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situation")),
        sa.UniqueConstraint(
            "person_id",
            "stated_on",
            "source",
            "since_on",
            name=op.f("uq_situation_person_id_stated_on_source_since_on"),
        ),
    )
    op.create_table(
        "source_record",
        sa.Column("id", sa.Integer(), nullable=False),
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
        sa.Column("identifier", sa.String(length=40), nullable=True),
        sa.Column("natural_key", sa.String(length=230), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(identifier IS NULL) <> (natural_key IS NULL)", name=op.f("ck_source_record_one_identity")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_source_record_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_record")),
        sa.UniqueConstraint("source", "identifier", name=op.f("uq_source_record_source_identifier")),
        sa.UniqueConstraint("source", "natural_key", name=op.f("uq_source_record_source_natural_key")),
    )
    op.create_index(op.f("ix_source_record_person_id"), "source_record", ["person_id"], unique=False)
    op.create_table(
        "stated_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("stated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stated_fact_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"], ["user.id"], name=op.f("fk_stated_fact_stated_by_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_fact")),
        sa.UniqueConstraint(
            "person_id", "fact", "stated_on", name=op.f("uq_stated_fact_person_id_fact_stated_on")
        ),
    )
    op.create_index(op.f("ix_stated_fact_stated_by_id"), "stated_fact", ["stated_by_id"], unique=False)
