"""Winning employers over: the register, potential employers of graduates, social clauses."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    op.create_table(
        "tender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("buyer", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("object", sa.String(length=255), nullable=False),
        sa.Column("cpv", sa.String(length=10), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "known",
                "proposed",
                "inserted",
                "refused",
                "over",
                name="tenderstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("publishes_on", sa.Date(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("inserted_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("refusal", sa.String(length=24), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_tender_refused")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_tender_order")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_tender_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tender_public_id")),
    )
    op.create_index(op.f("ix_tender_agency_id"), "tender", ["agency_id"], unique=False)
    op.create_index(op.f("ix_tender_buyer"), "tender", ["buyer"], unique=False)
    op.create_index(op.f("ix_tender_state"), "tender", ["state"], unique=False)
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=True),
        sa.Column("subcontractors", sa.String(length=400), nullable=True),
        sa.Column("minutes_due", sa.Integer(), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=True),
        sa.Column("labour_minutes", sa.Integer(), nullable=True),
        sa.Column("penalty_cents", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_lot_order")),
        sa.CheckConstraint("minutes_due > 0", name=op.f("ck_lot_minutes_due")),
        sa.CheckConstraint("penalty_cents IS NULL OR penalty_cents >= 0", name=op.f("ck_lot_penalty_cents")),
        sa.CheckConstraint(
            "share_bp IS NULL OR (share_bp > 0 AND share_bp <= 10000)", name=op.f("ck_lot_share")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["organisation.id"],
            name=op.f("fk_lot_holder_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_lot_tender_id_tender"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lot_public_id")),
        sa.UniqueConstraint("tender_id", "number", name=op.f("uq_lot_tender_id_number")),
    )
    op.create_index(op.f("ix_lot_holder_id"), "lot", ["holder_id"], unique=False)
    op.create_table(
        "outreach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "avenir",
                "franc",
                name="outreachpurpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "listed",
                "to_contact",
                "contacted",
                "to_chase",
                "interested",
                "sleeping",
                "promised",
                "posted",
                "hired",
                "refused",
                "not_concerned",
                "withdrawn",
                name="outreachstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("with_clause", sa.Boolean(), nullable=True),
        sa.Column("posts_promised", sa.SmallInteger(), nullable=True),
        sa.Column("target_month", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("wake_on", sa.Date(), nullable=True),
        sa.Column("refusal", sa.String(length=24), nullable=True),
        sa.Column("no_mail_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'sleeping') = (wake_on IS NOT NULL)", name=op.f("ck_outreach_sleeping")),
        sa.CheckConstraint(
            "posts_promised IS NULL OR posts_promised > 0", name=op.f("ck_outreach_posts_promised")
        ),
        sa.CheckConstraint("year >= 2000 AND year <= 2100", name=op.f("ck_outreach_year")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_outreach_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_outreach_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_outreach_owner_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach")),
        sa.UniqueConstraint(
            "organisation_id", "purpose", "year", name=op.f("uq_outreach_organisation_id_purpose_year")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_outreach_public_id")),
    )
    op.create_index(op.f("ix_outreach_agency_id"), "outreach", ["agency_id"], unique=False)
    op.create_index(op.f("ix_outreach_owner_id"), "outreach", ["owner_id"], unique=False)
    op.create_index(op.f("ix_outreach_state"), "outreach", ["state"], unique=False)
    op.create_index(op.f("ix_outreach_year"), "outreach", ["year"], unique=False)
    op.create_table(
        "tender_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "known",
                "proposed",
                "inserted",
                "refused",
                "over",
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
                "known",
                "proposed",
                "inserted",
                "refused",
                "over",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_tender_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender.id"], name=op.f("fk_tender_event_tender_id_tender"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_event")),
    )
    op.create_index(op.f("ix_tender_event_actor_id"), "tender_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_tender_event_tender_id"), "tender_event", ["tender_id"], unique=False)
    op.create_table(
        "clause_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("public", sa.String(length=24), nullable=False),
        sa.Column("proof_on", sa.Date(), nullable=False),
        sa.Column("under_26", sa.Boolean(), nullable=True),
        sa.Column("resident", sa.Boolean(), nullable=True),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("carrier", sa.String(length=200), nullable=True),
        sa.Column("job", sa.String(length=120), nullable=True),
        sa.Column("contract_kind", sa.String(length=3), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("exit", sa.String(length=24), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('direct', 'etti', 'geiq', 'ai', 'subcontractor')", name=op.f("ck_clause_person_mode")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_clause_person_order")),
        sa.CheckConstraint("proof_on <= starts_on", name=op.f("ck_clause_person_proof")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_clause_person_lot_id_lot"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_clause_person_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_clause_person_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_person")),
        sa.UniqueConstraint("public_id", name=op.f("uq_clause_person_public_id")),
    )
    op.create_index(op.f("ix_clause_person_lot_id"), "clause_person", ["lot_id"], unique=False)
    op.create_index(op.f("ix_clause_person_noted_by_id"), "clause_person", ["noted_by_id"], unique=False)
    op.create_index(op.f("ix_clause_person_person_id"), "clause_person", ["person_id"], unique=False)
    op.create_table(
        "outreach_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("outreach_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("reached", sa.String(length=160), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["noted_by_id"],
            ["user.id"],
            name=op.f("fk_outreach_attempt_noted_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["outreach_id"],
            ["outreach.id"],
            name=op.f("fk_outreach_attempt_outreach_id_outreach"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_attempt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outreach_attempt_public_id")),
    )
    op.create_index(
        op.f("ix_outreach_attempt_noted_by_id"), "outreach_attempt", ["noted_by_id"], unique=False
    )
    op.create_index(
        "ix_outreach_attempt_outreach_id_done_on",
        "outreach_attempt",
        ["outreach_id", "done_on"],
        unique=False,
    )
    op.create_table(
        "outreach_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outreach_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "listed",
                "to_contact",
                "contacted",
                "to_chase",
                "interested",
                "sleeping",
                "promised",
                "posted",
                "hired",
                "refused",
                "not_concerned",
                "withdrawn",
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
                "listed",
                "to_contact",
                "contacted",
                "to_chase",
                "interested",
                "sleeping",
                "promised",
                "posted",
                "hired",
                "refused",
                "not_concerned",
                "withdrawn",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_outreach_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["outreach_id"],
            ["outreach.id"],
            name=op.f("fk_outreach_event_outreach_id_outreach"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_event")),
    )
    op.create_index(op.f("ix_outreach_event_actor_id"), "outreach_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_outreach_event_outreach_id"), "outreach_event", ["outreach_id"], unique=False)
    op.create_table(
        "outreach_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outreach_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("linked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_outreach_offer_offer_id_offer"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["outreach_id"],
            ["outreach.id"],
            name=op.f("fk_outreach_offer_outreach_id_outreach"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_offer")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_outreach_offer_offer_id")),
    )
    op.create_index(op.f("ix_outreach_offer_outreach_id"), "outreach_offer", ["outreach_id"], unique=False)
    op.create_table(
        "potential_approach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "set_aside",
                "contacted",
                "interested",
                "interview",
                "hired",
                "refused",
                "no_answer",
                name="approachstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("approached_on", sa.Date(), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("refusal", sa.String(length=24), nullable=True),
        sa.Column("named_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "score IS NULL OR (score >= 0 AND score <= 1)", name=op.f("ck_potential_approach_score")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"],
            ["user.id"],
            name=op.f("fk_potential_approach_noted_by_id_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_potential_approach_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_potential_approach_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_potential_approach")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", name=op.f("uq_potential_approach_person_id_organisation_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_potential_approach_public_id")),
    )
    op.create_index(
        op.f("ix_potential_approach_noted_by_id"), "potential_approach", ["noted_by_id"], unique=False
    )
    op.create_index(
        op.f("ix_potential_approach_organisation_id"), "potential_approach", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_potential_approach_state"), "potential_approach", ["state"], unique=False)
    op.create_table(
        "approach_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approach_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column(
            "from_state",
            sa.Enum(
                "suggested",
                "set_aside",
                "contacted",
                "interested",
                "interview",
                "hired",
                "refused",
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
                "suggested",
                "set_aside",
                "contacted",
                "interested",
                "interview",
                "hired",
                "refused",
                "no_answer",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_approach_event_actor_id_user"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["approach_id"],
            ["potential_approach.id"],
            name=op.f("fk_approach_event_approach_id_potential_approach"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approach_event")),
    )
    op.create_index(op.f("ix_approach_event_actor_id"), "approach_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_approach_event_approach_id"), "approach_event", ["approach_id"], unique=False)
    op.create_table(
        "clause_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clause_person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("worked_minutes", sa.Integer(), nullable=False),
        sa.Column("trained_minutes", sa.Integer(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "trained_minutes >= 0 AND trained_minutes <= 18000", name=op.f("ck_clause_hours_trained")
        ),
        sa.CheckConstraint(
            "worked_minutes >= 0 AND worked_minutes <= 18000", name=op.f("ck_clause_hours_worked")
        ),
        sa.ForeignKeyConstraint(
            ["clause_person_id"],
            ["clause_person.id"],
            name=op.f("fk_clause_hours_clause_person_id_clause_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user.id"], name=op.f("fk_clause_hours_noted_by_id_user"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_hours")),
        sa.UniqueConstraint("clause_person_id", "month", name=op.f("uq_clause_hours_clause_person_id_month")),
    )
    op.create_index(op.f("ix_clause_hours_month"), "clause_hours", ["month"], unique=False)
    op.create_index(op.f("ix_clause_hours_noted_by_id"), "clause_hours", ["noted_by_id"], unique=False)
