"""Tiles: their paths, and that a tree grown by tiles is the tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.ledger.errors import TilesDamaged
from consent.ledger.merkle import (
    CompactRange,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from consent.ledger.tiles import (
    Place,
    entries_path,
    grow,
    hash_range,
    places_of_ranges,
    right_edge,
    root_of,
    tile_path,
)

HASHES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]


def roots(sizes: set[int]) -> dict[int, bytes]:
    tree, found = CompactRange(), {}
    for hashed in HASHES[: max(sizes)]:
        if tree.size in sizes:
            found[tree.size] = tree.root()
        tree.append(hashed)
    return found | {tree.size: tree.root()}


def grown(*batches: int) -> tuple[dict[Place, bytes], int]:
    """Tiles after batches of these sizes, each grown from its right edge alone."""
    tiles: dict[Place, bytes] = {}
    size = 0
    for count in batches:
        edge = {place: tiles[place] for place in right_edge(size)}
        tiles |= grow(edge, size, HASHES[size : size + count])
        size += count
    return tiles, size


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (tile_path(0, 0), "tile/0/000"),
        (tile_path(0, 1234067), "tile/0/x001/x234/067"),
        (tile_path(2, 67, width=8), "tile/2/067.p/8"),
        (tile_path(1, 1000), "tile/1/x001/000"),
        (entries_path(273, width=112), "tile/entries/273.p/112"),
    ],
)
def test_paths_are_those_of_the_specification(path: str, expected: str) -> None:
    assert path == expected


def test_the_specification_s_example_of_70000_leaves_has_its_tiles() -> None:
    tiles, _ = grown(70_000)
    widths = {place: len(data) // 32 for place, data in tiles.items()}
    assert sum(place[0] == 0 for place in widths) == 274
    assert (widths[0, 273], widths[1, 0], widths[1, 1], widths[2, 0]) == (112, 256, 17, 1)
    assert root_of(tiles, 70_000) == roots({70_000})[70_000]


def test_256_leaves_are_a_full_tile_and_one_hash_above() -> None:
    tiles, _ = grown(256)
    assert {place: len(data) // 32 for place, data in tiles.items()} == {(0, 0): 256, (1, 0): 1}


@settings(max_examples=25)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_batches_of_any_size_give_the_same_tiles_and_root(batches: list[int]) -> None:
    tiles, size = grown(*batches)
    assert tiles == grown(size)[0]
    assert root_of(tiles, size) == roots({size})[size]


@settings(max_examples=40)
@given(st.integers(1, 66_000), st.data())
def test_proofs_for_any_earlier_size_come_from_the_tiles(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, old - 1))
    known = roots({old, size})

    def hashes(ranges: list[tuple[int, int]]) -> list[bytes]:
        needed = {place: LARGE[place] for place in places_of_ranges(ranges)}
        assert len(needed) <= 8
        return [hash_range(needed, start, end) for start, end in ranges]

    path = hashes(inclusion_ranges(index, old))
    verify_inclusion(index=index, size=old, hashed_leaf=HASHES[index], path=path, root=known[old])
    proof = hashes(consistency_ranges(old, size))
    verify_consistency(old=old, new=size, old_root=known[old], new_root=known[size], proof=proof)


LARGE = grown(70_000)[0]


def test_a_tile_that_is_missing_or_short_is_damage() -> None:
    tiles, size = grown(300)
    for broken in ({**tiles, (0, 1): tiles[0, 1][:-32]}, {(0, 1): tiles[0, 1]}, {}):
        with pytest.raises(TilesDamaged):
            root_of(broken, size)
