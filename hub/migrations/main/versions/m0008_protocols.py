"""Protocols that are signed and stepped, partners' keys, offices; disclosures name their overrides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0008"
down_revision = "m0007"
branch_labels = None
depends_on = None


_COMMENTS = (
    ("state", sa.String(length=20), "in_force, suspended, superseded or lapsed", "see hub.protocols.model.State"),
    (
        "digest",
        sa.LargeBinary(length=32),
        "SHA-256 of the file that was put in force",
        "SHA-256 of the canonical bytes that partners sign",
    ),
)


def upgrade() -> None:
    """Apply."""
    _comment(newer=True)
    op.create_table(
        "partner_key",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column(
            "key_id", sa.String(length=16), nullable=False, comment="first 16 hex digits of SHA-256 of the public key"
        ),
        sa.Column(
            "public_key", sa.LargeBinary(length=32), nullable=False, comment="Ed25519; the private half stays away"
        ),
        sa.Column("registered_at", columns.Instant(timezone=True), nullable=False),
        sa.Column(
            "retired_at",
            columns.Instant(timezone=True),
            nullable=True,
            comment="signs nothing from then on; what it signed before stays signed",
        ),
        sa.CheckConstraint("length(public_key) = 32", name=op.f("ck_partner_key_is_ed25519")),
        sa.PrimaryKeyConstraint("agency_id", "key_id", name=op.f("pk_partner_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_partner_key_public_key")),
    )
    op.create_table(
        "protocol_document",
        sa.Column("protocol_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of the canonical bytes"),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column(
            "source", sa.LargeBinary(), nullable=False, comment="the YAML file as it was proposed, at most 1 MiB"
        ),
        sa.Column("proposed_at", columns.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("protocol_id", "version", name=op.f("pk_protocol_document")),
    )
    op.create_table(
        "protocol_step",
        sa.Column("protocol_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1..n within the version"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False, comment="the state that the step leads to"),
        sa.Column("at", columns.Instant(timezone=True), nullable=False),
        sa.Column(
            "agency_id", sa.String(length=40), nullable=True, comment="who signed, where the step is a signature"
        ),
        sa.PrimaryKeyConstraint("protocol_id", "version", "number", name=op.f("pk_protocol_step")),
        sa.UniqueConstraint("id", name=op.f("uq_protocol_step_id")),
    )
    op.create_table(
        "protocol_signature",
        sa.Column("protocol_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False, comment="Ed25519 over the canonical bytes"),
        sa.Column("office_en", sa.String(length=400), nullable=False),
        sa.Column("office_cy", sa.String(length=400), nullable=False),
        sa.Column("signed_on", sa.String(length=10), nullable=False, comment="the day that the signer states"),
        sa.Column("received_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "key_id"],
            ["partner_key.agency_id", "partner_key.key_id"],
            name=op.f("fk_protocol_signature_agency_id_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["protocol_id", "version"],
            ["protocol_document.protocol_id", "protocol_document.version"],
            name=op.f("fk_protocol_signature_protocol_id_version"),
        ),
        sa.PrimaryKeyConstraint("protocol_id", "version", "agency_id", name=op.f("pk_protocol_signature")),
    )
    op.create_table(
        "office",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("named_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"], name=op.f("fk_office_agency_id_person_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_office_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "office", name=op.f("pk_office")),
    )
    op.add_column(
        "disclosure",
        sa.Column(
            "overrides",
            sa.JSON(),
            nullable=False,
            server_default="[]",
            comment="ids of the safeguarding overrides that it rests on",
        ),
    )


def downgrade() -> None:
    """Take back."""
    _comment(newer=False)
    op.drop_column("disclosure", "overrides")
    op.drop_table("office")
    op.drop_table("protocol_signature")
    op.drop_table("protocol_step")
    op.drop_table("protocol_document")
    op.drop_table("partner_key")


def _comment(*, newer: bool) -> None:
    """SQLite keeps no comments, and cannot alter a column."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, kind, before, after in _COMMENTS:
        says, said = (after, before) if newer else (before, after)
        op.alter_column(
            "protocol_state", name, comment=says, existing_comment=said, existing_type=kind, existing_nullable=False
        )
