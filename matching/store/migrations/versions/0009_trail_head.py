"""The signed head of the trail, so that a shortened one is seen; links of the accounts page have a public id."""

import uuid

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    with op.batch_alter_table("invitation") as table:
        table.add_column(sa.Column("public_id", sa.Uuid(), nullable=True))
    connection = op.get_bind()
    invitation = sa.table("invitation", sa.column("id", sa.Integer), sa.column("public_id", sa.Uuid))
    for row in connection.execute(sa.select(invitation.c.id)).all():
        connection.execute(
            sa.update(invitation).where(invitation.c.id == row.id).values(public_id=uuid.uuid4())
        )
    with op.batch_alter_table("invitation") as table:
        table.alter_column("public_id", existing_type=sa.Uuid(), nullable=False)
        table.create_unique_constraint("uq_invitation_public_id", ["public_id"])
