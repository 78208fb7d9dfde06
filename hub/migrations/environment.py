"""How one migration runs, for both lines. Migrations name their tables themselves and import no room's code."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from hub.database import is_sqlite

_LOCK_TIMEOUT = "5s"


def run() -> None:
    """Run the migrations on the connection that `hub.migrations.run` handed in; one transaction each."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=True)
    if not is_sqlite(connection):
        # A migration that cannot get its lock gives up instead of queueing every reader behind it.
        connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
