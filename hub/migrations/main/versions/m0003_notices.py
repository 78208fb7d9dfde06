"""Notices and who was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0003"
down_revision = "m0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=True),
        sa.Column("learner_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=7), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", columns.Instant(), nullable=False),
        sa.Column("lease_holder", sa.String(length=64), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_notice_leased_until")),
        sa.CheckConstraint("state IN ('due', 'leased', 'done', 'void', 'dead')", name=op.f("ck_notice_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("kind", "event_id", "audience", name=op.f("uq_notice_kind_event_id_audience")),
        sa.UniqueConstraint("reference", name=op.f("uq_notice_reference")),
    )
    op.create_index(op.f("ix_notice_learner_id"), "notice", ["learner_id"], unique=False)
    op.create_index(
        op.f("ix_notice_state_notice_next_attempt_at"), "notice", ["state", "next_attempt_at"], unique=False
    )
    op.create_table(
        "notice_person",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("listed_at", columns.Instant(), nullable=False),
        sa.Column("told_at", columns.Instant(), nullable=True),
        sa.Column("opened_at", columns.Instant(), nullable=True),
        sa.Column("acknowledged_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_person_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notice_person")),
    )
    op.create_index(op.f("ix_notice_person_person_id"), "notice_person", ["person_id"], unique=False)
    op.create_table(
        "notice_told",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("told_at", columns.Instant(), nullable=False),
        sa.Column("provider_reference", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_told_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "person_id", "channel", name=op.f("pk_notice_told")),
        sa.UniqueConstraint("provider_reference", name=op.f("uq_notice_told_provider_reference")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("notice_told")
    op.drop_index(op.f("ix_notice_person_person_id"), table_name="notice_person")
    op.drop_table("notice_person")
    op.drop_index(op.f("ix_notice_state_notice_next_attempt_at"), table_name="notice")
    op.drop_index(op.f("ix_notice_learner_id"), table_name="notice")
    op.drop_table("notice")
