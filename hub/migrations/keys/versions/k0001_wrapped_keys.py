"""The store of wrapped keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "k0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "wrapped_key",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("keyring_version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "kind", "owner_id", name=op.f("pk_wrapped_key")),
    )
    op.create_index("ix_wrapped_key_version", "wrapped_key", ["agency_id", "keyring_version"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_wrapped_key_version", table_name="wrapped_key")
    op.drop_table("wrapped_key")
