"""Files sent by the web: received, checked, shown before they are applied; since when a step of long work runs."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"

STATES = "'received', 'checked', 'refused', 'applying', 'applied', 'repeated', 'abandoned', 'undone'"


def upgrade() -> None:
    utc = sa.DateTime(timezone=True)
    for column in (
        sa.Column("received_at", utc, nullable=True),
        sa.Column("options", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("preview", sa.JSON(), nullable=False, server_default="{}"),
    ):
        op.add_column("import_batch", column)
    op.execute("UPDATE import_batch SET received_at = applied_at")
    states = op.f("ck_import_batch_batchstate")
    with op.batch_alter_table("import_batch") as table:
        table.drop_constraint(states, type_="check")
        table.create_check_constraint(states, f"state IN ({STATES})")
        table.alter_column("received_at", existing_type=utc, nullable=False)
        table.alter_column("options", existing_type=sa.JSON(), server_default=None)
        table.alter_column("preview", existing_type=sa.JSON(), server_default=None)
        table.alter_column("applied_on", existing_type=sa.Date(), nullable=True)
        table.alter_column("applied_at", existing_type=utc, nullable=True)
        table.add_column(sa.Column("upload", sa.String(64), nullable=True))
        table.add_column(sa.Column("job_id", sa.Integer(), nullable=True))
        table.create_unique_constraint("uq_import_batch_upload", ["upload"])
        table.create_foreign_key("fk_import_batch_job_id_job", "job", ["job_id"], ["id"], ondelete="RESTRICT")
        table.create_index("ix_import_batch_job_id", ["job_id"])
    op.add_column("import_row", sa.Column("label", sa.String(200), nullable=True))
    op.add_column("job", sa.Column("step_at", utc, nullable=True))
