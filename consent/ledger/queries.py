"""SQL of head, lease, leaves, tiles and checkpoints. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from consent.ledger.errors import LeaseLost
from consent.ledger.merkle import EMPTY_ROOT, consistency_ranges, inclusion_ranges
from consent.ledger.tiles import Place, hash_range, places_of_ranges
from consent.tables import ledger_checkpoint, ledger_head, ledger_leaf, ledger_outbox, ledger_tile

_ONLY = 1
_EMPTY_HEAD = {"id": _ONLY, "size": 0, "root": EMPTY_ROOT, "fence": 0}


@dataclass(frozen=True, slots=True)
class Head:
    """The tree as the database has it, and who may grow it until when."""

    size: int
    root: bytes
    holder: str | None
    lease_until: datetime | None
    fence: int


class Waiting(NamedTuple):
    """An outbox row without an index."""

    id: UUID
    leaf: bytes


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A published checkpoint."""

    size: int
    root: bytes
    text: str
    signed_at: datetime


def read_head(connection: Connection) -> Head:
    """The head row; an empty tree where nothing was sequenced yet."""
    head = ledger_head.c
    row = connection.execute(select(head.size, head.root, head.holder, head.lease_until, head.fence)).one_or_none()
    return Head(0, EMPTY_ROOT, None, None, 0) if row is None else Head(*row)


def take_lease(connection: Connection, *, holder: str, now: datetime, seconds: float) -> Head | None:
    """Take or renew the lease and lock the head row until the commit; None while somebody else's lease runs.

    The fence grows unless the lease is the holder's own and still runs.
    """
    connection.execute(_upsert(connection, ledger_head).on_conflict_do_nothing(), _EMPTY_HEAD)
    head = ledger_head.c
    is_free = or_(head.lease_until.is_(None), head.lease_until <= now)
    is_own = and_(head.holder == holder, head.lease_until > now)
    grant = (
        update(ledger_head)
        .where(head.id == _ONLY, or_(is_free, is_own))
        .values(
            fence=case((is_own, head.fence), else_=head.fence + 1),
            holder=holder,
            lease_until=now + timedelta(seconds=seconds),
        )
        .returning(head.size, head.root, head.holder, head.lease_until, head.fence)
    )
    row = connection.execute(grant).one_or_none()
    return None if row is None else Head(*row)


def advance(connection: Connection, head: Head, *, size: int, root: bytes) -> None:
    """Move the head forward from exactly `head`; raises LeaseLost where it is not the same any more."""
    still = and_(ledger_head.c.id == _ONLY, ledger_head.c.fence == head.fence, ledger_head.c.size == head.size)
    moved = connection.execute(update(ledger_head).where(still).values(size=size, root=root))
    if moved.rowcount != 1:
        raise LeaseLost(f"the head is no longer at fence {head.fence} and size {head.size}")


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


def write_leaves(connection: Connection, first: int, leaves: Sequence[tuple[UUID | None, bytes]]) -> None:
    """Write a batch of leaves from index `first` on, and their indexes into the outbox rows that they come from."""
    rows = [
        {"idx": index, "outbox_id": outbox_id, "leaf": leaf}
        for index, (outbox_id, leaf) in enumerate(leaves, start=first)
    ]
    connection.execute(insert(ledger_leaf), rows)
    mine = ledger_leaf.c.outbox_id == ledger_outbox.c.id
    batch = ledger_leaf.c.idx.between(bindparam("first"), bindparam("last"))
    mark = update(ledger_outbox).where(mine, batch).values(idx=ledger_leaf.c.idx)
    connection.execute(mark, {"first": first, "last": first + len(leaves) - 1})


def read_tiles(connection: Connection, places: Iterable[Place]) -> dict[Place, bytes]:
    """Those of the tiles that there are."""
    wanted = sorted(places)
    if not wanted:
        return {}
    tile = ledger_tile.c
    rows = connection.execute(select(tile.level, tile.n, tile.data).where(tuple_(tile.level, tile.n).in_(wanted)))
    return {(level, n): data for level, n, data in rows}


def write_tiles(connection: Connection, tiles: Mapping[Place, bytes]) -> None:
    """Write tiles, or the longer form of partial ones."""
    rows = [{"level": level, "n": n, "data": data} for (level, n), data in sorted(tiles.items())]
    statement = _upsert(connection, ledger_tile)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["level", "n"], set_={"data": statement.excluded.data}),
        rows,
    )


def hash_ranges(connection: Connection, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Hash over each range of leaves, from the tiles; raises TilesDamaged."""
    tiles = read_tiles(connection, places_of_ranges(ranges))
    return [hash_range(tiles, start, end) for start, end in ranges]


def inclusion_path(connection: Connection, index: int, size: int) -> list[bytes]:
    """Inclusion proof of a leaf in the tree of `size` leaves."""
    return hash_ranges(connection, inclusion_ranges(index, size))


def consistency_path(connection: Connection, old: int, new: int) -> list[bytes]:
    """Consistency proof between two sizes of the tree."""
    return hash_ranges(connection, consistency_ranges(old, new))


def place_of(connection: Connection, outbox_id: UUID) -> tuple[int | None, bytes] | None:
    """Index and leaf of an outbox row; None if there is no such row."""
    outbox = ledger_outbox.c
    row = connection.execute(select(outbox.idx, outbox.leaf).where(outbox.id == outbox_id)).one_or_none()
    return None if row is None else (row.idx, row.leaf)


def checkpoint_over(connection: Connection, index: int) -> SignedHead | None:
    """The earliest published checkpoint that covers the leaf at `index`, so that a receipt is the same every time."""
    point = ledger_checkpoint.c
    return _signed_head(connection, select(ledger_checkpoint).where(point.size > index).order_by(point.size))


def latest_checkpoint(connection: Connection) -> SignedHead | None:
    """The newest published checkpoint."""
    return _signed_head(connection, select(ledger_checkpoint).order_by(ledger_checkpoint.c.size.desc()))


def store_checkpoint(connection: Connection, signed: SignedHead) -> None:
    """Publish a checkpoint; one that is there already stays."""
    row = {"size": signed.size, "root": signed.root, "text": signed.text, "signed_at": signed.signed_at}
    connection.execute(_upsert(connection, ledger_checkpoint).on_conflict_do_nothing(), row)


def _signed_head(connection: Connection, chosen: Select[tuple[object, ...]]) -> SignedHead | None:
    row = connection.execute(chosen.limit(1)).one_or_none()
    return None if row is None else SignedHead(row.size, row.root, row.text, row.signed_at)


def _upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
