"""Tiles of C2SP (c2sp.org/tlog-tiles): how the tree's hashes are cut into stretches of 256, and grown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from consent.ledger.errors import TilesDamaged
from consent.ledger.merkle import HASH_BYTES, node_hash, perfect_subtrees, range_hash

WIDTH = 256
FULL_BYTES = WIDTH * HASH_BYTES
_HEIGHT = 8

Place: TypeAlias = tuple[int, int]
"""Level and number of a tile."""
Tiles: TypeAlias = Mapping[Place, bytes]
"""Hashes of each tile so far; a narrower partial tile is a prefix of it."""


def tile_path(level: int, n: int, *, width: int = WIDTH) -> str:
    """Path of a tile below the log's address, such as `tile/0/x001/x234/067.p/8`."""
    return f"tile/{level}/{_number_path(n, width)}"


def entries_path(n: int, *, width: int = WIDTH) -> str:
    """Path of an entry bundle below the log's address."""
    return f"tile/entries/{_number_path(n, width)}"


def entry_bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves in an entry bundle: each after its length in two bytes, big-endian."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def places_of_nodes(nodes: Iterable[Place]) -> set[Place]:
    """Tiles in which the perfect subtrees (level, k) are found."""
    return {_place(level, k)[0] for level, k in nodes}


def places_of_ranges(ranges: Iterable[tuple[int, int]]) -> set[Place]:
    """Tiles that are needed to hash these ranges of leaves."""
    return places_of_nodes(node for start, end in ranges for node in perfect_subtrees(start, end))


def hash_range(tiles: Tiles, start: int, end: int) -> bytes:
    """Hash over the leaves `start` to `end`; raises TilesDamaged where a hash isn't there."""
    return range_hash(lambda level, k: _node(tiles, level, k), start, end)


def root_of(tiles: Tiles, size: int) -> bytes:
    """Root of the first `size` leaves."""
    return hash_range(tiles, 0, size)


def right_edge(size: int) -> set[Place]:
    """The partial tiles of a tree of `size` leaves: all that is needed to grow it."""
    return places_of_ranges([(0, size)])


def grow(edge: Tiles, size: int, leaf_hashes: Sequence[bytes]) -> dict[Place, bytes]:
    """The tiles that change when `leaf_hashes` follow a tree of `size` leaves whose right edge is `edge`."""
    changed: dict[Place, bytes] = {}
    level, first, added = 0, size, b"".join(leaf_hashes)
    while added:
        n, held = divmod(first, WIDTH)
        data = (_prefix(edge, (level, n), held) if held else b"") + added
        full: list[bytes] = []
        for place in range(0, len(data), FULL_BYTES):
            tile = data[place : place + FULL_BYTES]
            changed[level, n + place // FULL_BYTES] = tile
            if len(tile) == FULL_BYTES:
                full.append(perfect_root(tile))
        level, first, added = level + 1, n, b"".join(full)
    return changed


def _number_path(n: int, width: int) -> str:
    digits = f"{n:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"


def _place(level: int, k: int) -> tuple[Place, int, int]:
    """Tile of a perfect subtree, and where in it the subtree's hashes start and how many they are."""
    tile_level, height = divmod(level, _HEIGHT)
    n, offset = divmod(k << height, WIDTH)
    return (tile_level, n), offset, 1 << height


def _node(tiles: Tiles, level: int, k: int) -> bytes:
    place, offset, count = _place(level, k)
    data = _prefix(tiles, place, offset + count)
    return perfect_root(data[offset * HASH_BYTES :])


def _prefix(tiles: Tiles, place: Place, width: int) -> bytes:
    data = tiles.get(place, b"")[: width * HASH_BYTES]
    if len(data) != width * HASH_BYTES:
        raise TilesDamaged(f"tile {place[0]}/{place[1]} has fewer than {width} hashes")
    return data


def perfect_root(data: bytes) -> bytes:
    """Root over the hashes in `data`, whose number is a power of two."""
    hashes = [data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = [node_hash(hashes[place], hashes[place + 1]) for place in range(0, len(hashes), 2)]
    return hashes[0]
