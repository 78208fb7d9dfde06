"""SQL of the audit and of the figures: reading everything back, in order, a stretch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

from consent.ledger.queries.checkpoints import SignedHead
from consent.ledger.queries.streams import LOCK_ONLY
from consent.ledger.tiles import WIDTH, Place
from consent.tables import ledger_checkpoint, ledger_leaf, ledger_outbox, ledger_stream, ledger_tile

STRETCH = 32 * WIDTH


class NumberedLeaf(NamedTuple):
    """A leaf as it is stored."""

    idx: int
    leaf: bytes


class StreamFigures(NamedTuple):
    """What a stream gave out, and which numbers its entries have."""

    stream: str
    given: int | None
    entries: int
    lowest: int | None
    highest: int | None


def leaf_stretches(connection: Connection) -> Iterator[list[NumberedLeaf]]:
    """Every leaf in order of index, `STRETCH` at a time."""
    after = -1
    while True:
        leaf = ledger_leaf.c
        stretch = select(leaf.idx, leaf.leaf).where(leaf.idx > after).order_by(leaf.idx).limit(STRETCH)
        rows = [NumberedLeaf(*row) for row in connection.execute(stretch)]
        if not rows:
            return
        yield rows
        after = rows[-1].idx


def tile_places(connection: Connection) -> set[Place]:
    """Which tiles there are."""
    tile = ledger_tile.c
    return {(level, n) for level, n in connection.execute(select(tile.level, tile.n))}


def checkpoints(connection: Connection) -> Iterator[SignedHead]:
    """Every published checkpoint in order of size."""
    for row in connection.execute(select(ledger_checkpoint).order_by(ledger_checkpoint.c.size)):
        yield SignedHead(row.size, row.root, row.text, row.signed_at)


def entries_without_leaf(connection: Connection) -> list[UUID]:
    """Outbox rows that have an index, where the leaf at it is missing, another's, or has other bytes."""
    both = ledger_outbox.outerjoin(ledger_leaf, ledger_leaf.c.idx == ledger_outbox.c.idx)
    differs = or_(
        ledger_leaf.c.idx.is_(None),
        ledger_leaf.c.outbox_id.is_distinct_from(ledger_outbox.c.id),
        ledger_leaf.c.leaf != ledger_outbox.c.leaf,
    )
    wrong = and_(ledger_outbox.c.idx.is_not(None), differs)
    return list(connection.scalars(select(ledger_outbox.c.id).select_from(both).where(wrong)))


def leaves_without_entry(connection: Connection) -> list[int]:
    """Indexes of leaves that name an outbox row which is missing or has another index."""
    both = ledger_leaf.outerjoin(ledger_outbox, ledger_outbox.c.id == ledger_leaf.c.outbox_id)
    other = ledger_outbox.c.idx.is_distinct_from(ledger_leaf.c.idx)
    wrong = and_(ledger_leaf.c.outbox_id.is_not(None), other)
    return list(connection.scalars(select(ledger_leaf.c.idx).select_from(both).where(wrong)))


def streams_with_gaps(connection: Connection) -> list[StreamFigures]:
    """Streams whose entries are not numbered 1..n with n the last number given; streams that are locks are left out."""
    outbox = ledger_outbox.c
    grouped: Select[tuple[str, int, int, int]] = select(
        outbox.stream,
        func.count().label("entries"),
        func.min(outbox.number).label("lowest"),
        func.max(outbox.number).label("highest"),
    ).group_by(outbox.stream)
    entries = grouped.subquery()
    given = ledger_stream.c
    figures = (given.last_number, func.coalesce(entries.c.entries, 0), entries.c.lowest, entries.c.highest)
    wrong = or_(
        given.last_number.is_distinct_from(entries.c.entries),
        entries.c.lowest != 1,
        entries.c.highest != entries.c.entries,
    )
    known = (
        select(given.stream, *figures)
        .select_from(ledger_stream.outerjoin(entries, entries.c.stream == given.stream))
        .where(~given.stream.startswith(LOCK_ONLY), wrong)
        .order_by(given.stream)
    )
    unknown = (
        select(entries.c.stream, *figures)
        .select_from(entries.outerjoin(ledger_stream, entries.c.stream == given.stream))
        .where(given.stream.is_(None))
        .order_by(entries.c.stream)
    )
    return [StreamFigures(*row) for statement in (known, unknown) for row in connection.execute(statement)]


def waiting_figures(connection: Connection) -> tuple[int, datetime | None]:
    """How many entries wait for their index, and since when the oldest does."""
    outbox = ledger_outbox.c
    row = connection.execute(select(func.count(), func.min(outbox.created_at)).where(outbox.idx.is_(None))).one()
    return row[0], row[1]
