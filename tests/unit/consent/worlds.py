"""A small log in memory, with a witness and a policy, for tests that need receipts and no database."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.checkpoint import Checkpoint
from consent.ledger.cosignature import cosigned_message
from consent.ledger.jcs import Json
from consent.ledger.leaf import commit, dummy_leaf
from consent.ledger.merkle import inclusion_proof, leaf_hash, node_hash, range_hash
from consent.ledger.note import COSIGNATURE_V1, key_id, sign_note, vkey
from consent.ledger.policy import Policy, parse_policy
from consent.ledger.proof import Proof

ORIGIN = "hub.example/ledger"
BODY: dict[str, Json] = {
    "at": "2026-03-01T09:30:00.000000Z",
    "kind": "consent.withdrawn",
    "number": 2,
    "stream": "handle:018f9d3e-0000-7000-8000-000000000002",
}


def key(number: int) -> Ed25519PrivateKey:
    """A test key, the same every time."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


@dataclass(frozen=True, slots=True)
class Witness:
    """A partner's key that cosigns checkpoints."""

    name: str
    key: Ed25519PrivateKey

    @property
    def vkey(self) -> str:
        return vkey(self.name, self.key.public_key().public_bytes_raw(), kind=COSIGNATURE_V1)

    def line(self, text: str, *, time: int = 1_770_000_000) -> str:
        """Its signature line over a checkpoint's text."""
        public = self.key.public_key().public_bytes_raw()
        signature = time.to_bytes(8, "big") + self.key.sign(cosigned_message(text, time))
        data = key_id(self.name, COSIGNATURE_V1, public) + signature
        return f"— {self.name} {base64.b64encode(data).decode()}\n"


WITNESSES = tuple(Witness(f"witness.example/{name}", key(50 + at)) for at, name in enumerate("abc"))


@dataclass(frozen=True, slots=True)
class MemoryLog:
    """A log of one opened leaf among dummies."""

    size: int = 11
    index: int = 6
    origin: str = ORIGIN
    key: Ed25519PrivateKey = field(default_factory=lambda: key(1))
    body: dict[str, Json] = field(default_factory=lambda: dict(BODY))

    @property
    def vkey(self) -> str:
        return vkey(self.origin, self.key.public_key().public_bytes_raw())

    def policy(self, quorum: str = "quorum none\n") -> Policy:
        """A policy that knows this log."""
        return parse_policy(f"log {self.vkey}\n{quorum}".encode())

    def receipt(self, *, cosigned_by: Sequence[Witness] = ()) -> bytes:
        """A receipt for the opened leaf."""
        made = commit(self.body)
        leaves = [made.leaf if place == self.index else dummy_leaf() for place in range(self.size)]
        hashes = [leaf_hash(leaf) for leaf in leaves]

        def node(level: int, k: int) -> bytes:
            if level == 0:
                return hashes[k]
            return node_hash(node(level - 1, 2 * k), node(level - 1, 2 * k + 1))

        text = Checkpoint(self.origin, self.size, range_hash(node, 0, self.size)).text()
        note = sign_note(text, name=self.origin, key=self.key) + "".join(each.line(text) for each in cosigned_by)
        return Proof(
            made.opening, self.index, tuple(inclusion_proof(node, self.index, self.size)), note.encode()
        ).text()


def three_witnesses(quorum: str) -> str:
    """Policy lines that name the three witnesses."""
    return "".join(f"witness {each.name[-1]} {each.vkey}\n" for each in WITNESSES) + quorum
