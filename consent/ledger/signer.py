"""Signing the tree's head. What was signed last is kept outside the database, so that a database put back from an older
copy, or rewritten, can't be signed: commit the head first, sign after, publish last.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.checkpoint import Checkpoint, parse_checkpoint
from consent.ledger.errors import Forked, RolledBack, StateMissing, TilesDamaged
from consent.ledger.merkle import EMPTY_ROOT, ProofRefused, verify_consistency
from consent.ledger.note import check_note, ed25519_verifier, read_note, sign_note, vkey
from consent.ledger.queries import checkpoints, heads, tree
from consent.ledger.queries.checkpoints import SignedHead
from consent.ledger.queries.heads import Head
from consent.ledger.sequencer import Transaction
from consent.ledger.strict import NotCanonical, base64_text, hash_bytes


class LastSigned(NamedTuple):
    """Size and root of the largest tree that was ever signed."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs checkpoints of one log. `state_file` belongs to this key alone and is never restored from a backup."""

    origin: str
    key: Ed25519PrivateKey
    state_file: Path

    @property
    def vkey(self) -> str:
        """The verifier key to hand out."""
        return vkey(self.origin, self.key.public_key().public_bytes_raw())

    def initialise(self) -> None:
        """Begin a new log: write the state of an empty tree. Does nothing where a state exists already.

        For a new home only: called at every start, it would forget on behalf of whoever deletes the file.
        """
        with self._locked():
            if not self.state_file.exists():
                self._remember(LastSigned(0, EMPTY_ROOT))

    def recover(self, note: str) -> None:
        """Remember a checkpoint that this signer has signed, after its state was lost; an operator's step.

        Take the newest that anybody holds, not just the database's own. Never makes the memory smaller. Raises
        NoteMalformed, CheckpointMalformed or SignatureRefused where it is not this signer's.
        """
        read = read_note(note.encode())
        check_note(read, [ed25519_verifier(self.vkey)])
        signed = parse_checkpoint(read.text)
        with self._locked():
            if not self.state_file.exists() or signed.size > self._last().size:
                self._remember(LastSigned(signed.size, signed.root))

    @contextmanager
    def turn(self) -> Iterator[LastSigned]:
        """Keep other processes of this host from signing, and give what was signed last; raises StateMissing."""
        with self._locked():
            yield self._last()

    def sign(self, head: Checkpoint, *, last: LastSigned, proof: Sequence[bytes]) -> str:
        """The signed note for `head`, within a `turn`. The new state is on disk before the signature is made.

        Raises RolledBack or Forked unless `proof` shows that `head` continues what was signed last.
        """
        refuse_unless_continued(head, last=last, proof=proof)
        if (head.size, head.root) != last:
            self._remember(LastSigned(head.size, head.root))
        return sign_note(head.text(), name=self.origin, key=self.key)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.state_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.state_file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _last(self) -> LastSigned:
        try:
            state = json.loads(self.state_file.read_bytes())
            if state["origin"] != self.origin or not isinstance(state["size"], int):
                raise StateMissing("the signer's state is another log's")
            return LastSigned(state["size"], hash_bytes(state["root"]))
        except FileNotFoundError:
            raise StateMissing("the signer's last-signed state is missing") from None
        except (ValueError, KeyError, TypeError, NotCanonical):
            raise StateMissing("the signer's last-signed state is unreadable") from None

    def _remember(self, last: LastSigned) -> None:
        state = {"origin": self.origin, "size": last.size, "root": base64_text(last.root)}
        draft = self.state_file.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, json.dumps(state).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(self.state_file)
        folder = os.open(self.state_file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def refuse_unless_continued(head: Checkpoint, *, last: LastSigned, proof: Sequence[bytes]) -> None:
    """Raise RolledBack or Forked unless `proof` leads from `last` to `head`."""
    if head.size < last.size:
        raise RolledBack(f"size {last.size} was signed, the database has {head.size}")
    try:
        verify_consistency(old=last.size, new=head.size, old_root=last.root, new_root=head.root, proof=proof)
    except ProofRefused as problem:
        raise Forked(f"size {head.size} doesn't continue size {last.size}, which was signed: {problem}") from None


def publish_checkpoint(transaction: Transaction, signer: Signer, *, now: datetime) -> SignedHead | None:
    """Sign the committed head and publish its checkpoint; None if it is published already.

    A crash in between is healed by the next call: the head is signed again, to the same bytes. Raises a SigningRefused
    with nothing signed, or TilesDamaged.
    """
    with signer.turn() as last:
        with transaction() as connection:
            head = heads.read_head(connection)
            published = checkpoints.latest(connection)
            if published is not None and (published.size, published.root) == (head.size, head.root) == last:
                return None
            _refuse_forgetting(published, last)
            if head.size < last.size:
                raise RolledBack(f"size {last.size} was signed, the database has {head.size}")
            proof = tree.consistency_path(connection, last.size, head.size)
            _refuse_damaged(tree.hash_ranges(connection, [(0, head.size)])[0], head)
        note = signer.sign(Checkpoint(signer.origin, head.size, head.root), last=last, proof=proof)
        signed = SignedHead(head.size, head.root, note, now)
        with transaction() as connection:
            checkpoints.store(connection, signed)
        return signed


def _refuse_forgetting(published: SignedHead | None, last: LastSigned) -> None:
    if published is not None and published.size > last.size:
        raise StateMissing(f"the signer remembers size {last.size}, but size {published.size} is published")


def _refuse_damaged(root: bytes, head: Head) -> None:
    if root != head.root:
        raise TilesDamaged(f"the tiles don't give the root of size {head.size}")
