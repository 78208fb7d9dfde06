"""Deriving the whole ledger again from its leaves, and naming every difference to what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from consent.ledger.checkpoint import CheckpointMalformed, parse_checkpoint
from consent.ledger.leaf import LEAF_BYTES, LEAF_LABEL
from consent.ledger.merkle import EMPTY_ROOT, CompactRange, leaf_hash
from consent.ledger.note import NoteMalformed, SignatureRefused, Verifier, check_note, read_note
from consent.ledger.queries import audit, heads
from consent.ledger.queries import tree as stored_tree
from consent.ledger.queries.checkpoints import SignedHead
from consent.ledger.tiles import FULL_BYTES, WIDTH, Place, perfect_root

MOST_FINDINGS = 1000


class Fault(StrEnum):
    """What can be wrong."""

    LEAF_MISSING = "leaf_missing"
    LEAF_MALFORMED = "leaf_malformed"
    TILE_WRONG = "tile_wrong"
    TILE_EXTRA = "tile_extra"
    HEAD_WRONG = "head_wrong"
    CHECKPOINT_ROOT = "checkpoint_root"
    CHECKPOINT_SIGNATURE = "checkpoint_signature"
    ENTRY_WITHOUT_LEAF = "entry_without_leaf"
    LEAF_WITHOUT_ENTRY = "leaf_without_entry"
    STREAM_GAP = "stream_gap"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and where: an index, a tile, a size, an id or a stream; never anything that was said."""

    fault: Fault
    place: str


@dataclass(slots=True)
class Report:
    """What was read and what was wrong with it; `findings` is cut at MOST_FINDINGS, `wrong` counts them all."""

    size: int = 0
    checkpoints: int = 0
    wrong: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """True if nothing was wrong."""
        return self.wrong == 0

    def add(self, fault: Fault, place: object) -> None:
        """Note a fault."""
        self.wrong += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(fault, str(place)))


def fsck(connection: Connection, *, verifiers: Iterable[Verifier]) -> Report:
    """Check leaves, tiles, head, checkpoints and their signatures, outbox rows and stream numbers against each other.

    `verifiers` are the log's own keys, present and past. Reads one transaction's view, and changes nothing.
    """
    report = Report()
    roots = _check_tree(connection, report)
    _check_checkpoints(connection, report, roots, tuple(verifiers))
    for outbox_id in audit.entries_without_leaf(connection):
        report.add(Fault.ENTRY_WITHOUT_LEAF, outbox_id)
    for index in audit.leaves_without_entry(connection):
        report.add(Fault.LEAF_WITHOUT_ENTRY, index)
    for stream in audit.streams_with_gaps(connection):
        report.add(Fault.STREAM_GAP, stream.stream)
    return report


def _check_tree(connection: Connection, report: Report) -> dict[int, bytes]:
    """Check leaves, tiles and head; gives the root at every size for which a checkpoint is stored."""
    wanted = {signed.size for signed in audit.checkpoints(connection)}
    roots = {0: EMPTY_ROOT}
    tree, tiles = CompactRange(), _TileCheck(connection, report)
    for stretch in audit.leaf_stretches(connection):
        hashes = _hashes(stretch, tree.size, report)
        for hashed in hashes:
            tree.append(hashed)
            if tree.size in wanted:
                roots[tree.size] = tree.root()
        tiles.take(hashes)
        if len(hashes) < len(stretch):
            break
    tiles.finish()
    report.size = tree.size
    head = heads.read_head(connection)
    if (head.size, head.root) != (tree.size, tree.root()):
        report.add(Fault.HEAD_WRONG, head.size)
    return roots


def _hashes(stretch: list[audit.NumberedLeaf], first: int, report: Report) -> list[bytes]:
    """Hashes of the leaves up to the first that is missing."""
    hashes: list[bytes] = []
    for expected, (index, leaf) in enumerate(stretch, start=first):
        if index != expected:
            report.add(Fault.LEAF_MISSING, expected)
            break
        if len(leaf) != LEAF_BYTES or not leaf.startswith(LEAF_LABEL):
            report.add(Fault.LEAF_MALFORMED, index)
        hashes.append(leaf_hash(leaf))
    return hashes


class _TileCheck:
    """Builds the tiles anew, level by level, and compares each with the stored one."""

    def __init__(self, connection: Connection, report: Report) -> None:
        self._connection = connection
        self._report = report
        self._expected: set[Place] = set()
        self._next_n = 0
        self._upper: list[bytes] = []

    def take(self, hashes: list[bytes]) -> None:
        """Check the level-0 tiles of the next stretch (all stretches but the last are whole tiles)."""
        self._upper.extend(self._check(0, self._next_n, hashes))
        self._next_n += len(hashes) // WIDTH

    def finish(self) -> None:
        """Check the levels above, and that there is no tile more."""
        level, hashes = 1, self._upper
        while hashes:
            hashes = self._check(level, 0, hashes)
            level += 1
        for level, n in sorted(audit.tile_places(self._connection) - self._expected):
            self._report.add(Fault.TILE_EXTRA, f"{level}/{n}")

    def _check(self, level: int, first: int, hashes: list[bytes]) -> list[bytes]:
        cut = [b"".join(hashes[place : place + WIDTH]) for place in range(0, len(hashes), WIDTH)]
        expected = {(level, n): data for n, data in enumerate(cut, start=first)}
        stored = stored_tree.read_tiles(self._connection, expected)
        for place, data in expected.items():
            if stored.get(place) != data:
                self._report.add(Fault.TILE_WRONG, f"{level}/{place[1]}")
        self._expected.update(expected)
        return [perfect_root(data) for data in cut if len(data) == FULL_BYTES]


def _check_checkpoints(
    connection: Connection, report: Report, roots: dict[int, bytes], verifiers: Sequence[Verifier]
) -> None:
    for signed in audit.checkpoints(connection):
        report.checkpoints += 1
        if roots.get(signed.size) != signed.root:
            report.add(Fault.CHECKPOINT_ROOT, signed.size)
        if not _is_signed(signed, verifiers):
            report.add(Fault.CHECKPOINT_SIGNATURE, signed.size)


def _is_signed(signed: SignedHead, verifiers: Sequence[Verifier]) -> bool:
    """True if the stored note is a checkpoint of this size and root, signed by a key of its own origin."""
    try:
        note = read_note(signed.text.encode())
        checkpoint = parse_checkpoint(note.text)
        names = {verifier.name for verifier in check_note(note, verifiers)}
    except (NoteMalformed, CheckpointMalformed, SignatureRefused):
        return False
    return checkpoint.origin in names and (checkpoint.size, checkpoint.root) == (signed.size, signed.root)
