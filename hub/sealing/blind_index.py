"""Blind indexes: find a sealed identifier by equality, without opening and without a clear copy.

An identifier has some 10^9 values, so whoever holds the key can walk them all: the key stays in the keyring, is
different per agency and kind, and the row of an index goes with its learner. Never index a value with few values.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.sealing.keyring import Keyring

INDEX_BYTES = 16
MATCHING = "match:"
"""Prefix of the kinds under which the hub's own keyring indexes, to match across partners and to sign people in."""


def blind_index(
    keyring: Keyring, *, agency_id: str, kind: str, values: Sequence[bytes], version: int | None = None
) -> list[bytes]:
    """First 16 bytes of HMAC-SHA-256 for each value, under the key of `agency_id` and `kind`.

    Values must be normalised by the caller. `version` is the keyring's newest unless told: store it in the row
    (`keyring.newest`), and look up under each of `keyring.versions()`. Raises ValueError for another agency's keyring.
    """
    if keyring.agency_id != agency_id:
        raise ValueError("an index is keyed by its own agency's keyring")
    return [digest[:INDEX_BYTES] for digest in keyring.mac(kind, values, version=version)]


def all_indexes(keyring: Keyring, *, agency_id: str, kind: str, value: bytes) -> list[bytes]:
    """The index of one value under every version of the keyring: what to look for in rows of any age."""
    return [
        blind_index(keyring, agency_id=agency_id, kind=kind, values=[value], version=version)[0]
        for version in keyring.versions()
    ]
