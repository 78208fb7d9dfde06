"""Runs of connectors, and the rows that could not be placed: sealed under the partner's own key, with their reason."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Table, Uuid

from hub.database import Instant, metadata

sync_run = Table(
    "sync_run",
    metadata,
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("is_push", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", JSON, comment="counts and reason codes; never a value or a name"),
)
Index("ix_sync_run_started", sync_run.c.agency_id, sync_run.c.started_at)

quarantine = Table(
    "quarantine",
    metadata,
    Column("agency_id", String(40), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid, nullable=False, comment="run that saw it first"),
    Column("kind", String(40), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("content_index", LargeBinary(16), nullable=False, comment="blind index: the same bad row is kept once"),
    Column("sealed", LargeBinary, nullable=False, comment="place and original, under the agency's own key"),
    Column("first_seen_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "run_id"], ["sync_run.agency_id", "sync_run.id"]),
)
Index("uq_quarantine_content", quarantine.c.agency_id, quarantine.c.kind, quarantine.c.content_index, unique=True)
