"""Sealed records, disclosures, protocols in force, sync runs, quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0002"
down_revision = "m0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "disclosure",
        sa.Column("agency_id", sa.String(length=40), nullable=False, comment="recipient"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="the learner's event number, from the stream row"),
        sa.Column("handle_id", sa.Uuid(), nullable=False, comment="the recipient's own handle"),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("acting_person_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("protocols", sa.JSON(), nullable=False),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_disclosure")),
    )
    op.create_index("ix_disclosure_learner", "disclosure", ["learner_id", "at"], unique=False)
    op.create_table(
        "protocol_state",
        sa.Column("protocol_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False, comment="in_force, suspended, superseded or lapsed"),
        sa.Column(
            "digest", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of the file that was put in force"
        ),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("protocol_id", "version", name=op.f("pk_protocol_state")),
    )
    op.create_table(
        "disclosure_item",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("disclosure_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinals", sa.JSON(), nullable=False, comment="catalogue ordinals of the fields that were opened"),
        sa.ForeignKeyConstraint(
            ["agency_id", "disclosure_id"],
            ["disclosure.agency_id", "disclosure.id"],
            name=op.f("fk_disclosure_item_agency_id_disclosure_id"),
        ),
        sa.PrimaryKeyConstraint(
            "agency_id", "disclosure_id", "holder_id", "record_id", name=op.f("pk_disclosure_item")
        ),
    )
    op.create_index("ix_disclosure_item_record", "disclosure_item", ["holder_id", "record_id"], unique=False)
    op.create_table(
        "sync_run",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("is_push", sa.Boolean(), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("finished_at", columns.Instant(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True, comment="counts and reason codes; never a value or a name"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_sync_run_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_sync_run")),
    )
    op.create_index("ix_sync_run_started", "sync_run", ["agency_id", "started_at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False, comment="run that saw it first"),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column(
            "content_index",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="blind index: the same bad row is kept once",
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="place and original, under the agency's own key"),
        sa.Column("first_seen_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "run_id"], ["sync_run.agency_id", "sync_run.id"], name=op.f("fk_quarantine_agency_id_run_id")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_quarantine")),
    )
    op.create_index("uq_quarantine_content", "quarantine", ["agency_id", "kind", "content_index"], unique=True)
    op.create_table(
        "record",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="connector kind that brings it"),
        sa.Column(
            "reference_index",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="blind index of the source's own reference",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="newest version"),
        sa.Column("is_removed", sa.Boolean(), nullable=False, comment="the source says: entered in error"),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "handle_id"], ["handle.agency_id", "handle.id"], name=op.f("fk_record_agency_id_handle_id")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_record")),
    )
    op.create_index("ix_record_handle", "record", ["agency_id", "handle_id", "id"], unique=False)
    op.create_index("uq_record_reference", "record", ["agency_id", "kind", "reference_index"], unique=True)
    op.create_table(
        "record_version",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False, comment="format: docs/architecture.md section 5"),
        sa.Column(
            "digest",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the envelope; the ledger commits to it",
        ),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "record_id"],
            ["record.agency_id", "record.id"],
            name=op.f("fk_record_version_agency_id_record_id"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "record_id", "version", name=op.f("pk_record_version")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("record_version")
    op.drop_index("uq_record_reference", table_name="record")
    op.drop_index("ix_record_handle", table_name="record")
    op.drop_table("record")
    op.drop_index("uq_quarantine_content", table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_index("ix_sync_run_started", table_name="sync_run")
    op.drop_table("sync_run")
    op.drop_index("ix_disclosure_item_record", table_name="disclosure_item")
    op.drop_table("disclosure_item")
    op.drop_table("protocol_state")
    op.drop_index("ix_disclosure_learner", table_name="disclosure")
    op.drop_table("disclosure")
