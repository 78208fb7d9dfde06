"""Published checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select

from consent.ledger.queries.dialects import upsert
from consent.tables import ledger_checkpoint


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A published checkpoint."""

    size: int
    root: bytes
    text: str
    signed_at: datetime


def over(connection: Connection, index: int) -> SignedHead | None:
    """The earliest published checkpoint that covers the leaf at `index`, so that a receipt is the same every time."""
    point = ledger_checkpoint.c
    return _signed_head(connection, select(ledger_checkpoint).where(point.size > index).order_by(point.size))


def latest(connection: Connection) -> SignedHead | None:
    """The newest published checkpoint."""
    return _signed_head(connection, select(ledger_checkpoint).order_by(ledger_checkpoint.c.size.desc()))


def store(connection: Connection, signed: SignedHead) -> None:
    """Publish a checkpoint; one that is there already stays."""
    row = {"size": signed.size, "root": signed.root, "text": signed.text, "signed_at": signed.signed_at}
    connection.execute(upsert(connection, ledger_checkpoint).on_conflict_do_nothing(), row)


def _signed_head(connection: Connection, chosen: Select[tuple[object, ...]]) -> SignedHead | None:
    row = connection.execute(chosen.limit(1)).one_or_none()
    return None if row is None else SignedHead(row.size, row.root, row.text, row.signed_at)
