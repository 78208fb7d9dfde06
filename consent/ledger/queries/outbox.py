"""Outbox rows: written once, then given an index once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, exists, insert, select

from consent.tables import ledger_outbox

Owner: TypeAlias = tuple[str, str, str]
"""Agency, kind and id of the key under which an opening is sealed."""


class Waiting(NamedTuple):
    """An outbox row without an index."""

    id: UUID
    leaf: bytes


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it rests; `index` is None until it is sequenced. What it says is in `sealed_opening` only."""

    id: UUID
    stream: str
    number: int
    owner: Owner
    sealed_opening: bytes = field(repr=False)
    subject_event_id: UUID | None
    created_at: datetime
    index: int | None


def write(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows."""
    connection.execute(insert(ledger_outbox), list(rows))


def is_waiting(connection: Connection) -> bool:
    """True if an entry waits for its index."""
    return bool(connection.scalar(select(exists().where(ledger_outbox.c.idx.is_(None)))))


def waiting(connection: Connection, limit: int) -> list[Waiting]:
    """The next rows to sequence, locked; within a stream always in order of number (see `ledger_stream.last_at`)."""
    outbox = ledger_outbox.c
    rows = (
        select(outbox.id, outbox.leaf)
        .where(outbox.idx.is_(None))
        .order_by(outbox.created_at, outbox.number, outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Waiting(*row) for row in connection.execute(rows)]


def place_of(connection: Connection, outbox_id: UUID) -> tuple[int | None, bytes] | None:
    """Index and leaf of an outbox row; None if there is no such row."""
    outbox = ledger_outbox.c
    row = connection.execute(select(outbox.idx, outbox.leaf).where(outbox.id == outbox_id)).one_or_none()
    return None if row is None else (row.idx, row.leaf)


def of_events(connection: Connection, subject_event_ids: Iterable[UUID]) -> list[StoredEntry]:
    """Rows of these business events, oldest first."""
    outbox = ledger_outbox.c
    wanted = select(ledger_outbox).where(outbox.subject_event_id.in_(list(subject_event_ids)))
    return [
        _stored(row) for row in connection.execute(wanted.order_by(outbox.created_at, outbox.stream, outbox.number))
    ]


def of_stream(connection: Connection, stream: str, *, after: int, limit: int) -> list[StoredEntry]:
    """Rows of a stream with numbers above `after`, in order of number."""
    outbox = ledger_outbox.c
    wanted = select(ledger_outbox).where(outbox.stream == stream, outbox.number > after)
    return [_stored(row) for row in connection.execute(wanted.order_by(outbox.number).limit(limit))]


def _stored(row: Row[tuple[object, ...]]) -> StoredEntry:
    return StoredEntry(
        id=row.id,
        stream=row.stream,
        number=row.number,
        owner=(row.owner_agency, row.owner_kind, row.owner_id),
        sealed_opening=row.sealed_opening,
        subject_event_id=row.subject_event_id,
        created_at=row.created_at,
        index=row.idx,
    )
