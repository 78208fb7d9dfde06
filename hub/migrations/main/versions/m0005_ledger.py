"""Streams, outbox, leaves, tiles, head and checkpoints; and the triggers that keep history append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import append_only, columns

revision = "m0005"
down_revision = "m0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="the signed note"),
        sa.Column("signed_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_checkpoint")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True, comment="who may sequence until lease_until"),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column(
            "fence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="grows by one whenever the lease changes hands or is taken anew",
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True, comment="NULL: a dummy"),
        sa.Column("leaf", sa.LargeBinary(length=46), nullable=False),
        sa.CheckConstraint("length(leaf) = 46", name=op.f("ck_ledger_leaf_leaf_length")),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_ledger_leaf")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_ledger_leaf_outbox_id")),
    )
    op.create_table(
        "ledger_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=46), nullable=False),
        sa.Column("sealed_opening", sa.LargeBinary(), nullable=False),
        sa.Column(
            "owner_agency", sa.String(length=40), nullable=False, comment="key owner under which the opening is sealed"
        ),
        sa.Column("owner_kind", sa.String(length=16), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("subject_event_id", sa.Uuid(), nullable=True, comment="the business row that this entry proves"),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column(
            "idx",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="index of its leaf; NULL until sequenced",
        ),
        sa.CheckConstraint("length(leaf) = 46", name=op.f("ck_ledger_outbox_leaf_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_outbox")),
        sa.UniqueConstraint("stream", "number", name=op.f("uq_ledger_outbox_stream_number")),
    )
    op.create_index(
        "ix_ledger_outbox_subject_event_id",
        "ledger_outbox",
        ["subject_event_id"],
        unique=False,
        postgresql_where=sa.text("subject_event_id IS NOT NULL"),
        sqlite_where=sa.text("subject_event_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_outbox_waiting",
        "ledger_outbox",
        ["created_at", "number", "id"],
        unique=False,
        postgresql_where=sa.text("idx IS NULL"),
        sqlite_where=sa.text("idx IS NULL"),
    )
    op.create_index(
        "uq_ledger_outbox_idx",
        "ledger_outbox",
        ["idx"],
        unique=True,
        postgresql_where=sa.text("idx IS NOT NULL"),
        sqlite_where=sa.text("idx IS NOT NULL"),
    )
    op.create_table(
        "ledger_stream",
        sa.Column(
            "stream",
            sa.String(length=120),
            nullable=False,
            comment="learner:<id> (lock only), handle:<id>, sight:<id>:<id>",
        ),
        sa.Column("last_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "last_at",
            columns.Instant(),
            nullable=True,
            comment="created_at of the last entry: entries of a stream never go back in time",
        ),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_ledger_stream")),
    )
    op.create_table(
        "ledger_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="1 to 256 hashes of 32 bytes"),
        sa.CheckConstraint(
            "length(data) BETWEEN 32 AND 8192 AND length(data) % 32 = 0", name=op.f("ck_ledger_tile_data_length")
        ),
        sa.PrimaryKeyConstraint("level", "n", name=op.f("pk_ledger_tile")),
    )
    for statement in append_only.triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take back."""
    for statement in append_only.drop_triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))
    op.drop_table("ledger_tile")
    op.drop_table("ledger_stream")
    op.drop_index(
        "uq_ledger_outbox_idx",
        table_name="ledger_outbox",
        postgresql_where=sa.text("idx IS NOT NULL"),
        sqlite_where=sa.text("idx IS NOT NULL"),
    )
    op.drop_index(
        "ix_ledger_outbox_waiting",
        table_name="ledger_outbox",
        postgresql_where=sa.text("idx IS NULL"),
        sqlite_where=sa.text("idx IS NULL"),
    )
    op.drop_index(
        "ix_ledger_outbox_subject_event_id",
        table_name="ledger_outbox",
        postgresql_where=sa.text("subject_event_id IS NOT NULL"),
        sqlite_where=sa.text("subject_event_id IS NOT NULL"),
    )
    op.drop_table("ledger_outbox")
    op.drop_table("ledger_leaf")
    op.drop_table("ledger_head")
    op.drop_table("ledger_checkpoint")
