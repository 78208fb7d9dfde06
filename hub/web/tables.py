"""Rows of the pages: sessions, sign-in codes, counts of tries, answers not decided on yet. Ids and hashes only."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table, Text, Uuid

from hub.database import Instant, metadata

web_session = Table(
    "web_session",
    metadata,
    Column("secret_hash", LargeBinary(32), primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("signed_in_at", Instant, nullable=False, index=True),
    Column("seen_at", Instant, nullable=False, index=True),
)
"""A signed-in browser. The cookie's 256 random bits are kept as SHA-256 only: a stolen dump signs nobody in."""

signin_code = Table(
    "signin_code",
    metadata,
    Column("attempt_hash", LargeBinary(32), primary_key=True),
    Column("person_id", Uuid, nullable=True),
    Column("code_mac", LargeBinary(32), nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("used_at", Instant, nullable=True),
)
"""A code that was asked for, by the browser that asked. An unknown address gets a row too, so both answer alike."""

rate_count = Table(
    "rate_count",
    metadata,
    Column("bucket", LargeBinary(16), primary_key=True),
    Column("window_at", Instant, primary_key=True, index=True),
    Column("count", Integer, nullable=False),
)
"""How often something was tried in one window. The bucket is a keyed hash of an address: neither mail nor network."""

web_journey = Table(
    "web_journey",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("learner_id", Uuid, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("field_ids", Text, nullable=False),
    Column("until_on", Date, nullable=True),
    Column("saved_at", Instant, nullable=False, index=True),
    Column("claimed_at", Instant, nullable=True),
    Column("event_id", Uuid, nullable=True),
    Column("took_effect_at", Instant, nullable=True),
)
"""Answers between a form and its confirmation, for a day: field ids and a date, never a value, name or free text."""
