"""Tokens that were issued, assertions that were used, and pace. None holds a token: a row alone opens nothing."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Uuid

from hub.database import Instant, metadata

access_token = Table(
    "access_token",
    metadata,
    Column("jti", Uuid, primary_key=True),
    Column("client_id", ForeignKey("client.client_id"), nullable=False, index=True),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
    # RFC 9396 array with one object, or NULL where no record is read.
    Column("authorization_details", JSON(none_as_null=True), nullable=True),
    Column("scopes", JSON, nullable=False),
    Index("ix_access_token_expires_at", "expires_at"),
)

assertion_used = Table(
    "assertion_used",
    metadata,
    # INVARIANT: an assertion is used once, by whichever process inserts its row; the primary key decides a race.
    Column("client_id", String(80), primary_key=True),
    Column("jti", String(128), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Index("ix_assertion_used_expires_at", "expires_at"),
)

client_pace = Table(
    "client_pace",
    metadata,
    # How often a client did `what` in the window that begins at `window_at`; the same count for every process.
    Column("client_id", String(80), primary_key=True),
    Column("what", String(40), primary_key=True),
    Column("window_at", Instant, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_client_pace_window_at", "window_at"),
)
