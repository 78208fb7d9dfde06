"""All SQL of the syncing room. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import is_sqlite
from hub.syncing.tables import quarantine, sync_run


def plan_anew(connection: Connection) -> None:
    """Let PostgreSQL forget the plans of this connection; SQLite keeps none.

    The checks of foreign keys keep their first plan. One that was made when a table held a few rows reads all of it for
    every row that comes later, so the first sync of a hub would be slower with every batch, until somebody analyses.
    """
    if not is_sqlite(connection):
        connection.execute(text("DISCARD PLANS"))


def begin_run(connection: Connection, *, agency_id: str, run_id: UUID, kind: str, is_push: bool, at: datetime) -> None:
    """Note that a run has begun."""
    connection.execute(
        insert(sync_run).values(agency_id=agency_id, id=run_id, kind=kind, is_push=is_push, started_at=at)
    )


def finish_run(
    connection: Connection, *, agency_id: str, run_id: UUID, report: Mapping[str, object], at: datetime
) -> None:
    """Note the end of a run and its counts."""
    connection.execute(
        update(sync_run)
        .where(sync_run.c.agency_id == agency_id, sync_run.c.id == run_id)
        .values(finished_at=at, report=dict(report))
    )


def keep_in_quarantine(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep bad rows; one that is there already stays as it was first seen."""
    if not rows:
        return
    add = sqlite.insert if is_sqlite(connection) else postgresql.insert
    statement = add(quarantine).on_conflict_do_nothing(index_elements=["agency_id", "kind", "content_index"])
    connection.execute(statement, list(rows))


def count_quarantined(connection: Connection, *, agency_id: str) -> dict[str, int]:
    """How many rows are kept in quarantine, by reason."""
    statement = (
        select(quarantine.c.reason, func.count())
        .where(quarantine.c.agency_id == agency_id)
        .group_by(quarantine.c.reason)
        .order_by(quarantine.c.reason)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}
