"""Doors: when a session passed the second factor, recovery codes, preferences, a new password by link."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    utc = sa.DateTime(timezone=True)
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("verified_at", utc, nullable=True))
    with op.batch_alter_table("user") as table:
        table.add_column(sa.Column("preferences", sa.JSON(), nullable=True))
    with op.batch_alter_table("invitation") as table:
        table.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            "fk_invitation_user_id_user", "user", ["user_id"], ["id"], ondelete="RESTRICT"
        )
        table.create_index("ix_invitation_user_id", ["user_id"])
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", utc, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], ondelete="RESTRICT", name="fk_recovery_code_user_id_user"
        ),
        sa.UniqueConstraint("code_hash", name="uq_recovery_code_code_hash"),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"])
    op.create_index("ix_login_attempt_address_tried_at", "login_attempt", ["address_key", "tried_at"])
