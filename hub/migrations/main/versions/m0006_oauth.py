"""Access tokens, used assertions, pace of clients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0006"
down_revision = "m0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "assertion_used",
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("jti", sa.String(length=128), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti", name=op.f("pk_assertion_used")),
    )
    op.create_index("ix_assertion_used_expires_at", "assertion_used", ["expires_at"], unique=False)
    op.create_table(
        "client_pace",
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("window_at", columns.Instant(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "what", "window_at", name=op.f("pk_client_pace")),
    )
    op.create_index("ix_client_pace_window_at", "client_pace", ["window_at"], unique=False)
    op.create_table(
        "access_token",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("issued_at", columns.Instant(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.Column("authorization_details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_access_token_agency_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name=op.f("fk_access_token_client_id")),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_access_token")),
    )
    op.create_index(op.f("ix_access_token_client_id"), "access_token", ["client_id"], unique=False)
    op.create_index("ix_access_token_expires_at", "access_token", ["expires_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_access_token_expires_at", table_name="access_token")
    op.drop_index(op.f("ix_access_token_client_id"), table_name="access_token")
    op.drop_table("access_token")
    op.drop_index("ix_client_pace_window_at", table_name="client_pace")
    op.drop_table("client_pace")
    op.drop_index("ix_assertion_used_expires_at", table_name="assertion_used")
    op.drop_table("assertion_used")
