"""Figures of the ledger for operators and health checks. They name nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from consent.ledger.queries import audit, checkpoints, heads


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """Where the ledger stands: tree, checkpoint, what waits, and who sequences."""

    size: int
    root: bytes
    checkpoint_size: int | None
    checkpoint_at: datetime | None
    waiting: int
    waiting_since: datetime | None
    holder: str | None
    lease_until: datetime | None
    fence: int

    @property
    def unsigned(self) -> int:
        """Leaves that no published checkpoint covers yet."""
        return self.size - (self.checkpoint_size or 0)


def ledger_status(connection: Connection) -> LedgerStatus:
    """The figures as of this transaction."""
    head = heads.read_head(connection)
    latest = checkpoints.latest(connection)
    waiting, since = audit.waiting_figures(connection)
    return LedgerStatus(
        size=head.size,
        root=head.root,
        checkpoint_size=None if latest is None else latest.size,
        checkpoint_at=None if latest is None else latest.signed_at,
        waiting=waiting,
        waiting_since=since,
        holder=head.holder,
        lease_until=head.lease_until,
        fence=head.fence,
    )
