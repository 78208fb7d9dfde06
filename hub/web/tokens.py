"""Secrets of a browser, and keyed hashes of what must not be readable in the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def fresh_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def fresh_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**6):06d}"


def hash_of(secret: str) -> bytes:
    """What is kept of a 256-bit secret. It cannot be guessed, so no key is needed."""
    return hashlib.sha256(secret.encode()).digest()


def mac(key: bytes, label: str, *parts: bytes) -> bytes:
    """HMAC-SHA-256 over the parts, each with its length, under a label of their own: no use can stand for another."""
    digest = hmac.new(key, label.encode() + b"\0", hashlib.sha256)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def are_equal(left: str | bytes, right: str | bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
