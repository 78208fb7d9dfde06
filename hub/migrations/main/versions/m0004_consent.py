"""Consents and their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0004"
down_revision = "m0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="ConsentKind"),
        sa.Column("holder", sa.String(length=40), nullable=False, comment="agency whose records it is about"),
        sa.Column("recipient", sa.String(length=40), nullable=False, comment="agency that may see them"),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column(
            "scope",
            sa.String(length=80),
            nullable=False,
            comment="field group of the question; a field is in exactly one",
        ),
        sa.Column(
            "person_id",
            sa.Uuid(),
            nullable=False,
            comment="whose answer this is; another person's answer is another row",
        ),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "learner_id", "kind", "holder", "recipient", "purpose", "scope", "person_id", name="uq_consent_matter"
        ),
    )
    op.create_table(
        "consent_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1..n within the consent"),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="EventKind"),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True, comment="person; NULL where the calendar decided (expired)"),
        sa.Column("standing", sa.String(length=40), nullable=True, comment="Standing under which they decided"),
        sa.Column("method", sa.String(length=24), nullable=False, comment="how it was taken down, Method"),
        sa.Column("protocol_id", sa.String(length=80), nullable=True),
        sa.Column("protocol_version", sa.String(length=40), nullable=True),
        sa.Column("catalogue_version", sa.String(length=40), nullable=True),
        sa.Column(
            "field_ids", sa.JSON(), nullable=False, comment="explicit list; a group is expanded before it comes here"
        ),
        sa.Column("valid_from", columns.Instant(), nullable=True),
        sa.Column("valid_until", columns.Instant(), nullable=True, comment="first instant at which it no longer holds"),
        sa.Column(
            "shown_version",
            sa.String(length=40),
            nullable=True,
            comment="version of the text that the person was shown",
        ),
        sa.Column("shown_language", sa.String(length=2), nullable=True),
        sa.Column("shown_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True, comment="free text, sealed by the hub"),
        sa.CheckConstraint("number > 0", name=op.f("ck_consent_event_number_positive")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from IS NULL OR valid_until > valid_from",
            name=op.f("ck_consent_event_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_consent_event_consent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
        sa.UniqueConstraint("consent_id", "number", name=op.f("uq_consent_event_consent_id_number")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("consent_event")
    op.drop_table("consent")
