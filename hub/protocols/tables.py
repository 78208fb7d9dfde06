"""Protocol versions as they were proposed, the partners' public keys and signatures, every step of a version's life.

INVARIANT: a row of `protocol_document`, `protocol_signature` and `protocol_step` is never updated. No private key of a
partner is ever in here, nor anywhere else in the hub: signatures are made outside (`dolen policy sign`).
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from hub.database import Instant, metadata

protocol_state = Table(
    "protocol_state",
    metadata,
    Column("protocol_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(20), nullable=False, comment="see hub.protocols.model.State"),
    Column("digest", LargeBinary(32), nullable=False, comment="SHA-256 of the canonical bytes that partners sign"),
    Column("since", Instant, nullable=False),
)
"""The one row per version that decisions read (and lock FOR SHARE on PostgreSQL); the history is `protocol_step`."""

protocol_document = Table(
    "protocol_document",
    metadata,
    Column("protocol_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, comment="SHA-256 of the canonical bytes"),
    Column("catalogue_version", Integer, nullable=False),
    Column("source", LargeBinary, nullable=False, comment="the YAML file as it was proposed, at most 1 MiB"),
    Column("proposed_at", Instant, nullable=False),
)

partner_key = Table(
    "partner_key",
    metadata,
    Column("agency_id", String(40), primary_key=True),
    Column("key_id", String(16), primary_key=True, comment="first 16 hex digits of SHA-256 of the public key"),
    Column("public_key", LargeBinary(32), nullable=False, unique=True, comment="Ed25519; the private half stays away"),
    Column("registered_at", Instant, nullable=False),
    Column("retired_at", Instant, comment="signs nothing from then on; what it signed before stays signed"),
    CheckConstraint("length(public_key) = 32", name="is_ed25519"),
)

protocol_signature = Table(
    "protocol_signature",
    metadata,
    Column("protocol_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("agency_id", String(40), primary_key=True),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary(64), nullable=False, comment="Ed25519 over the canonical bytes"),
    Column("office_en", String(400), nullable=False),
    Column("office_cy", String(400), nullable=False),
    Column("signed_on", String(10), nullable=False, comment="the day that the signer states"),
    Column("received_at", Instant, nullable=False),
    ForeignKeyConstraint(["protocol_id", "version"], ["protocol_document.protocol_id", "protocol_document.version"]),
    ForeignKeyConstraint(["agency_id", "key_id"], ["partner_key.agency_id", "partner_key.key_id"]),
)

protocol_step = Table(
    "protocol_step",
    metadata,
    Column("protocol_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True, comment="1..n within the version"),
    Column("id", Uuid, nullable=False),
    Column("state", String(20), nullable=False, comment="the state that the step leads to"),
    Column("at", Instant, nullable=False),
    Column("agency_id", String(40), comment="who signed, where the step is a signature"),
    UniqueConstraint("id"),
)
