"""The one table of the key store, a database of its own: short backup life, never in the main dump."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from hub.database import Instant, fresh_metadata

key_metadata = fresh_metadata()
"""Tables of the key store, and of no other database."""

wrapped_key = Table(
    "wrapped_key",
    key_metadata,
    Column("agency_id", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("owner_id", String(40), primary_key=True),
    Column("keyring_version", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_wrapped_key_version", "agency_id", "keyring_version"),
)
