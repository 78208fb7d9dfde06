"""How a key for one envelope comes out of an owner's key: HKDF-SHA512 (RFC 5869), with a commitment to the key.

AES-GCM alone does not bind its key: one ciphertext can be made to open under two. The commitment, half of the derived
64 bytes and stored beside the ciphertext, does, and it tells a wrong key from a broken cell.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.sealing.errors import WrongKey

SALT_BYTES = 32
COMMITMENT_BYTES = 32
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
PADDING_BYTES = 32


def prefixed(*parts: bytes) -> bytes:
    """`parts` in a row, each behind its length (32 bits, big-endian): no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def derive(material: bytes, *, salt: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    """The cipher for one envelope, and the commitment to its key (32 bytes)."""
    output = HKDF(algorithm=SHA512(), length=KEY_BYTES + COMMITMENT_BYTES, salt=salt, info=info).derive(material)
    return AESGCM(output[:KEY_BYTES]), output[KEY_BYTES:]


def committed(material: bytes, *, salt: bytes, info: bytes, commitment: bytes) -> AESGCM:
    """The cipher for an envelope that carries `commitment`; raises WrongKey where it does not fit (constant time)."""
    cipher, expected = derive(material, salt=salt, info=info)
    if not bytes_eq(expected, commitment):
        raise WrongKey("the key commitment does not match")
    return cipher


def padded(data: bytes) -> bytes:
    """`data`, 0x80, and zeros up to a multiple of 32 bytes: the length of what is sealed shows in steps of 32 only."""
    marked = data + b"\x80"
    return marked + bytes(-len(marked) % PADDING_BYTES)
