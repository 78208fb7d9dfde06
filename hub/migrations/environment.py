"""What both lines of migrations share: which tables belong where, and how one migration runs.

The tables of a room are imported here, so that a comparison of schema and code sees them all.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, MetaData

import hub.directory.tables
import hub.notices.tables
import hub.records.tables
import hub.sharing.tables
import hub.syncing.tables  # noqa: F401 - importing registers the tables
from consent.tables import metadata as consent_metadata
from hub.database import is_sqlite
from hub.database import metadata as hub_metadata
from hub.sealing.tables import key_metadata

MAIN: tuple[MetaData, ...] = (hub_metadata, consent_metadata)
KEYS: tuple[MetaData, ...] = (key_metadata,)

_LOCK_TIMEOUT = "5s"


def run(target: tuple[MetaData, ...]) -> None:
    """Run the migrations on the connection that `hub.migrations.run` handed in; one transaction each."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=list(target),
        transaction_per_migration=True,
        render_as_batch=False,
    )
    if not is_sqlite(connection):
        # A migration that cannot get its lock gives up instead of queueing every reader behind it.
        connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
