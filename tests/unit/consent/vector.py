"""The worked vector of docs/ledger-format.md, computed from the page's own rules with fixed keys, nonce and salts.

`python -m tests.unit.consent.vector` prints it for the page; a test compares the page with it.
"""

from __future__ import annotations

import base64
import hashlib

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "hub.example/ledger"
SEED = bytes(range(32))
NONCE = bytes(range(32, 64))
BODY = {
    "at": "2026-03-01T09:30:00.000000Z",
    "field_ids": ["health.speech.receptive_language"],
    "kind": "consent.granted",
    "number": 1,
    "stream": "handle:018f9d3e-0000-7000-8000-000000000002",
}
OTHER_LEAVES = (b"dolen-leaf/v1\x00" + b"\xaa" * 32, b"dolen-leaf/v1\x00" + b"\xbb" * 32)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def salt_of(place: int) -> bytes:
    return bytes([0x40 + place]) * 16


def worked_vector() -> str:
    """The section's text."""
    pairs = [(salt_of(place), name, BODY[name]) for place, name in enumerate(sorted(BODY))]
    digests = [sha(b"dolen-field/v1\x00", salt, rfc8785.dumps([name, value])) for salt, name, value in pairs]  # type: ignore[list-item]
    over_fields = sha(b"dolen-fields/v1\x00", *sorted(digests))
    commitment = sha(b"dolen-commit/v1\x00", NONCE, over_fields)
    leaf = b"dolen-leaf/v1\x00" + commitment
    opening = rfc8785.dumps(
        {
            "fields": [[b64(salt), name, value] for salt, name, value in pairs],  # type: ignore[list-item]
            "format": "dolen-opening/v1",
            "nonce": b64(NONCE),
        }
    )
    first, third = (sha(b"\x00", other) for other in OTHER_LEAVES)
    root = sha(b"\x01", sha(b"\x01", first, sha(b"\x00", leaf)), third)
    return "\n".join(
        [
            *(f"field digest {name:<10} {digest.hex()}" for (_, name, _), digest in zip(pairs, digests, strict=True)),
            f"d                       {over_fields.hex()}",
            f"c                       {commitment.hex()}",
            f"leaf                    {leaf.hex()}",
            f"leaf hash               {sha(bytes(1), leaf).hex()}",
            f"root of 3 leaves        {root.hex()}",
            "",
            "opening:",
            opening.decode(),
            "",
            "policy:",
            f"log {verifier_key()}",
            "quorum none",
            "",
            "receipt:",
            receipt(opening, [first, third], root),
        ]
    )


def verifier_key() -> str:
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    return f"{ORIGIN}+{key_id(public).hex()}+{b64(bytes([1]) + public)}"


def key_id(public: bytes) -> bytes:
    return sha(ORIGIN.encode(), b"\n", bytes([1]), public)[:4]


def receipt(opening: bytes, path: list[bytes], root: bytes) -> str:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    checkpoint = f"{ORIGIN}\n3\n{b64(root)}\n"
    signature = key_id(key.public_key().public_bytes_raw()) + key.sign(checkpoint.encode())
    lines = ["c2sp.org/tlog-proof@v1", f"extra {b64(opening)}", "index 1", *map(b64, path)]
    return "\n".join([*lines, "", checkpoint, f"— {ORIGIN} {b64(signature)}"])


if __name__ == "__main__":
    print(worked_vector())
