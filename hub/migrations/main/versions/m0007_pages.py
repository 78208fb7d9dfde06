"""Sessions, sign-in codes, journeys of the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0007"
down_revision = "m0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rate_count",
        sa.Column("bucket", sa.LargeBinary(length=16), nullable=False),
        sa.Column("window_at", columns.Instant(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window_at", name=op.f("pk_rate_count")),
    )
    op.create_index(op.f("ix_rate_count_window_at"), "rate_count", ["window_at"], unique=False)
    op.create_table(
        "signin_code",
        sa.Column("attempt_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("code_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("attempt_hash", name=op.f("pk_signin_code")),
    )
    op.create_index(op.f("ix_signin_code_expires_at"), "signin_code", ["expires_at"], unique=False)
    op.create_table(
        "web_journey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("field_ids", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("saved_at", columns.Instant(), nullable=False),
        sa.Column("claimed_at", columns.Instant(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("took_effect_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_journey")),
    )
    op.create_index(op.f("ix_web_journey_saved_at"), "web_journey", ["saved_at"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signed_in_at", columns.Instant(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_index(op.f("ix_web_session_seen_at"), "web_session", ["seen_at"], unique=False)
    op.create_index(op.f("ix_web_session_signed_in_at"), "web_session", ["signed_in_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_web_session_signed_in_at"), table_name="web_session")
    op.drop_index(op.f("ix_web_session_seen_at"), table_name="web_session")
    op.drop_index(op.f("ix_web_session_person_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_index(op.f("ix_web_journey_saved_at"), table_name="web_journey")
    op.drop_table("web_journey")
    op.drop_index(op.f("ix_signin_code_expires_at"), table_name="signin_code")
    op.drop_table("signin_code")
    op.drop_index(op.f("ix_rate_count_window_at"), table_name="rate_count")
    op.drop_table("rate_count")
