"""Tables of sealed records. Values are in `record_version.envelope` only, under the handle's key.

What a reader of the database learns: that a record exists, whose handle it hangs on, of which kind it is, when it was
stored, and which catalogue fields it has (docs/threat-model.md).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Table, Uuid

from hub.database import Instant, metadata

record = Table(
    "record",
    metadata,
    Column("agency_id", String(40), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("handle_id", Uuid, nullable=False),
    Column("kind", String(40), nullable=False, comment="connector kind that brings it"),
    Column("reference_index", LargeBinary(16), nullable=False, comment="blind index of the source's own reference"),
    Column("version", Integer, nullable=False, comment="newest version"),
    Column("is_removed", Boolean, nullable=False, comment="the source says: entered in error"),
    Column("changed_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "handle_id"], ["handle.agency_id", "handle.id"]),
)
Index("uq_record_reference", record.c.agency_id, record.c.kind, record.c.reference_index, unique=True)
Index("ix_record_handle", record.c.agency_id, record.c.handle_id, record.c.id)

record_version = Table(
    "record_version",
    metadata,
    Column("agency_id", String(40), primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("handle_id", Uuid, nullable=False),
    Column("catalogue_version", Integer, nullable=False),
    Column("envelope", LargeBinary, nullable=False, comment="format: docs/architecture.md section 5"),
    Column("digest", LargeBinary(32), nullable=False, comment="SHA-256 of the envelope; the ledger commits to it"),
    Column("stored_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "record_id"], ["record.agency_id", "record.id"]),
)
