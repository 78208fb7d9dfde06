"""Files of signing keys: the private half stays with the partner, the public half goes to the hub."""

from __future__ import annotations

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MAX_BYTES = 16 * 1024

_HEX = re.compile(rb"[0-9a-fA-F]{64}")
_PRIVATE = (b"PRIVATE KEY", b"PuTTY-User-Key-File", b'"d"')
_PRIME = 2**255 - 19
_SMALL_ORDER = frozenset(
    (
        0,
        1,
        _PRIME - 1,
        _PRIME,
        _PRIME + 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    )
)
"""y of the points of small order (RFC 8032 section 5.1.7 leaves them to us): such a key "signs" without a secret."""


class KeyFileRefused(ValueError):
    """The file holds no Ed25519 key of the half that is asked for, or the passphrase is not its own."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PrivateKeyGiven(KeyFileRefused):
    """A private key where a public one belongs: it must never reach the hub."""

    def __init__(self) -> None:
        super().__init__("this is a private key")


def new_private_key(passphrase: bytes | None) -> tuple[bytes, bytes]:
    """A new key: its file (PEM, PKCS#8, encrypted where there is a passphrase) and its public half, 32 bytes."""
    key = Ed25519PrivateKey.generate()
    encryption = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), public_half(key)


def public_half(key: Ed25519PrivateKey) -> bytes:
    """The public key, 32 bytes."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_file(public_key: bytes) -> bytes:
    """A public key as PEM, for whoever registers it with the hub."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def is_encrypted(content: bytes) -> bool:
    """Whether a private key file asks for a passphrase."""
    return b"ENCRYPTED PRIVATE KEY" in content


def read_private_key(content: bytes, passphrase: bytes | None) -> Ed25519PrivateKey:
    """The private key of a file; raises KeyFileRefused, which quotes nothing of it."""
    if len(content) > MAX_BYTES:
        raise KeyFileRefused("the key file is too large")
    try:
        key = load_pem_private_key(content, password=passphrase if is_encrypted(content) else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileRefused("it holds no private key, or the passphrase is wrong") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileRefused("its key is not an Ed25519 key")
    return key


def read_public_key(content: bytes) -> bytes:
    """The 32 bytes of a public key given as PEM or as 64 hex digits.

    Raises PrivateKeyGiven for a private key, KeyFileRefused for everything else that is no Ed25519 public key.
    """
    if len(content) > MAX_BYTES:
        raise KeyFileRefused("the key file is too large")
    if any(sign in content for sign in _PRIVATE):
        raise PrivateKeyGiven
    given = content.strip()
    public = bytes.fromhex(given.decode()) if _HEX.fullmatch(given) else _of_pem(given)
    if int.from_bytes(public, "little") & (2**255 - 1) in _SMALL_ORDER:
        raise KeyFileRefused("it is a key that anybody can sign with")
    return public


def _of_pem(content: bytes) -> bytes:
    try:
        key = load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileRefused("it is neither a public key in PEM nor 64 hex digits") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileRefused("its key is not an Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
