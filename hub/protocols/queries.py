"""All SQL of the register of protocols. Nothing here commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from hub.database import is_sqlite
from hub.protocols.tables import protocol_state

IN_FORCE = "in_force"

# Built once: every governed read runs them, and building a statement costs more than running it.
_IN_FORCE = select(protocol_state.c.protocol_id, protocol_state.c.version, protocol_state.c.digest).where(
    protocol_state.c.state == IN_FORCE
)
_IN_FORCE_LOCKED = _IN_FORCE.with_for_update(read=True)


def protocols_in_force(connection: Connection) -> frozenset[tuple[str, int, bytes]]:
    """(id, version, digest of the file) of every protocol in force; on PostgreSQL the rows are locked FOR SHARE.

    The lock makes a suspension wait for the disclosures that already counted on the protocol, and them for it.
    """
    statement = _IN_FORCE if is_sqlite(connection) else _IN_FORCE_LOCKED
    return frozenset((row.protocol_id, row.version, row.digest) for row in connection.execute(statement))


def known_protocols(connection: Connection) -> dict[tuple[str, int], tuple[str, bytes]]:
    """State and file digest of every protocol version that was ever put in force here."""
    return {
        (row.protocol_id, row.version): (row.state, row.digest) for row in connection.execute(select(protocol_state))
    }


def put_in_force(connection: Connection, *, protocol_id: str, version: int, digest: bytes, at: datetime) -> None:
    """Register a protocol version as in force."""
    connection.execute(
        insert(protocol_state).values(protocol_id=protocol_id, version=version, state=IN_FORCE, digest=digest, since=at)
    )
