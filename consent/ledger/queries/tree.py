"""Leaves and tiles, and the hashes and proofs that come from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update

from consent.ledger.merkle import consistency_ranges, inclusion_ranges
from consent.ledger.queries.dialects import upsert
from consent.ledger.tiles import Place, hash_range, places_of_ranges
from consent.tables import ledger_leaf, ledger_outbox, ledger_tile


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
    statement = upsert(connection, ledger_tile)
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
