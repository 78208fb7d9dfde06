"""A box for one value that is not a record: contacts, identifiers, evidence, ledger openings, rows in quarantine.

    format version (1 byte, now 1) | salt (32) | key commitment (32) | nonce (12) | AES-256-GCM ciphertext and tag

Derivation info and associated data are label, format version, owner and purpose, each length-prefixed. The purpose
names table, column and row (`person.contact/<id>`), so that a box moved to another row does not open.
"""

from __future__ import annotations

import os

from hub.sealing.derivation import NONCE_BYTES, SALT_BYTES, derive, padded, prefixed
from hub.sealing.model import KeyOwner, SubjectKey

FORMAT_VERSION = 1
_LABEL = b"dolen-text/v1"


def seal_text(key: SubjectKey, *, owner: KeyOwner, purpose: str, data: bytes) -> bytes:
    """Seal `data` for `owner` and `purpose`; raises ValueError when the key is another owner's."""
    if key.owner != owner:
        raise ValueError("a value is sealed under the key of its own owner")
    drawn = os.urandom(SALT_BYTES + NONCE_BYTES)
    salt, nonce = drawn[:SALT_BYTES], drawn[SALT_BYTES:]
    info = text_info(owner, purpose)
    cipher, commitment = derive(key.material, salt=salt, info=info)
    return bytes([FORMAT_VERSION]) + salt + commitment + nonce + cipher.encrypt(nonce, padded(data), info)


def text_info(owner: KeyOwner, purpose: str) -> bytes:
    """The place of one value, as it goes into key derivation and associated data."""
    return prefixed(
        _LABEL,
        bytes([FORMAT_VERSION]),
        owner.agency_id.encode(),
        owner.kind.value.encode(),
        str(owner.id).encode(),
        purpose.encode(),
    )
