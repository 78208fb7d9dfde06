"""Cosignatures of witnesses (c2sp.org/tlog-cosignature, Ed25519, type 0x04): checking them."""

from __future__ import annotations

from dataclasses import dataclass

from consent.ledger.note import COSIGNATURE_V1, NoteMalformed, SignatureRefused, parse_vkey, verify_ed25519

_SIGNED_BYTES = 8 + 64
_LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class CosignatureVerifier:
    """Checks one witness's timestamped signatures over a checkpoint."""

    name: str
    key_id: bytes
    public_key: bytes

    def verify(self, text: str, data: bytes) -> None:
        """Raise SignatureRefused unless `data` is a time and this witness's signature over time and checkpoint."""
        time = cosigned_at(data)
        verify_ed25519(self.public_key, message=cosigned_message(text, time), signature=data[8:])


def cosigned_message(text: str, time: int) -> bytes:
    """The bytes that a witness signs: header, POSIX time in seconds, and the checkpoint's note text."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosigned_at(data: bytes) -> int:
    """POSIX time in seconds at which a witness says it saw the checkpoint; raises SignatureRefused."""
    if len(data) != _SIGNED_BYTES:
        raise SignatureRefused("a cosignature of the wrong length")
    time = int.from_bytes(data[:8], "big")
    if time > _LATEST:
        raise SignatureRefused("a cosignature from beyond time")
    return time


def cosignature_verifier(text: str) -> CosignatureVerifier:
    """The verifier for a written key of type 0x04; raises NoteMalformed."""
    key = parse_vkey(text)
    if key.kind != COSIGNATURE_V1:
        raise NoteMalformed("not a key for cosignatures")
    return CosignatureVerifier(key.name, key.key_id, key.public_key)
