"""The Merkle tree of RFC 6962 section 2.1 with SHA-256: hashing, append, proofs and their verification. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias

Node: TypeAlias = Callable[[int, int], bytes]
"""Reader of perfect subtrees: `node(level, k)` is the hash over the leaves k*2^level up to (k+1)*2^level."""

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32
MAX_SIZE = 2**63 - 1


class ProofRefused(Exception):
    """A proof that doesn't show what it is said to show."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf's bytes (RFC 6962: prefix 0x00)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 6962: prefix 0x01)."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """A tree that only grows: keeps the roots of its perfect subtrees, largest first, and nothing else."""

    __slots__ = ("_roots", "size")

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, hashed_leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        carried = hashed_leaf
        size = self.size
        while size & 1:
            carried = node_hash(self._roots.pop(), carried)
            size >>= 1
        self._roots.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Root of the tree as it is."""
        return fold_right(self._roots)


def fold_right(hashes: Sequence[bytes]) -> bytes:
    """Root over neighbouring subtrees, left to right, each larger than all to its right; of none: the empty root."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


def range_hash(node: Node, start: int, end: int) -> bytes:
    """Hash over the leaves `start` up to `end`, cut as RFC 6962 cuts (at a multiple of a power of two)."""
    return fold_right([node(level, k) for level, k in perfect_subtrees(start, end)])


def perfect_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees (level, k) that make up `start` to `end`, left to right and so largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Path from the leaf at `index` to the root of the first `size` leaves (RFC 6962 section 2.1.1)."""
    return [range_hash(node, start, end) for start, end in inclusion_ranges(index, size)]


def consistency_proof(node: Node, old: int, new: int) -> list[bytes]:
    """Proof that the first `old` of `new` leaves still stand (RFC 6962 section 2.1.2); empty for old = new or 0."""
    return [range_hash(node, start, end) for start, end in consistency_ranges(old, new)]


def verify_inclusion(*, index: int, size: int, hashed_leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofRefused unless `path` leads from the leaf hash at `index` to `root` of `size` leaves."""
    _refuse_lengths([hashed_leaf, root, *path])
    ranges = inclusion_ranges(index, size)
    if len(path) != len(ranges):
        raise ProofRefused("a path of the wrong length")
    folded = hashed_leaf
    for (start, _), sibling in zip(ranges, path, strict=True):
        folded = node_hash(sibling, folded) if start < index else node_hash(folded, sibling)
    if folded != root:
        raise ProofRefused("the path leads to another root")


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofRefused unless `proof` shows that the tree of `old` leaves is a beginning of that of `new` leaves.

    Everything follows an empty tree, so `old` = 0 takes the empty root and an empty proof.
    """
    _refuse_lengths([old_root, new_root, *proof])
    ranges = consistency_ranges(old, new)
    if len(proof) != len(ranges):
        raise ProofRefused("a proof of the wrong length")
    if old in (0, new):
        if old_root != (new_root if old else EMPTY_ROOT):
            raise ProofRefused("two roots for one size")
        return
    _refuse_inconsistent(old, old_root, new_root, list(zip(ranges, proof, strict=True)))


def _refuse_inconsistent(
    old: int, old_root: bytes, new_root: bytes, given: list[tuple[tuple[int, int], bytes]]
) -> None:
    if old & (old - 1) == 0:
        first: bytes = old_root  # the old tree is itself a subtree of the new one, and so not repeated in the proof
        rest = given
    else:
        first, rest = given[0][1], given[1:]
    was = now = first
    for (start, _), sibling in rest:
        if start < old:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
        else:
            now = node_hash(now, sibling)
    if was != old_root or now != new_root:
        raise ProofRefused("the proof leads to other roots")


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaves (start, end) under each hash of an inclusion proof, the leaf's own sibling first; raises ProofRefused."""
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofRefused("no such leaf in a tree of this size")
    start, end = 0, size
    found: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    found.reverse()
    return found


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """Leaves (start, end) under each hash of a consistency proof, in its order; raises ProofRefused."""
    if not 0 <= old <= new <= MAX_SIZE:
        raise ProofRefused("a tree never shrinks")
    if old in (0, new):
        return []
    start, end = 0, new
    found: list[tuple[int, int]] = []
    while end != old:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    if start > 0:
        found.append((start, end))
    found.reverse()
    return found


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def _refuse_lengths(hashes: Iterable[bytes]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofRefused("a hash that is not 32 bytes")
