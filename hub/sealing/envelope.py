"""The envelope of one record version: one cell per field, so that opening one field opens no other.

    format version (1 byte, now 1) | catalogue version (4) | salt (32) | key commitment (32) | cell count (2)
    | index: per cell ordinal (4), offset (4), length (4)
    | seal of the index: nonce (12), AES-256-GCM tag over head and index (16)
    | cells: nonce (12), AES-256-GCM ciphertext and tag

Integers are big-endian. Ordinals rise; cells lie back to back in the order of the index, offsets counted from the
first cell. The index is sealed, so that nobody can hide a field by taking out its cell. Salt and nonces are drawn here
and are never arguments. Opening is in `hub.sealing.opening`.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.sealing.canonical import canonical
from hub.sealing.derivation import (
    COMMITMENT_BYTES,
    NONCE_BYTES,
    PADDING_BYTES,
    SALT_BYTES,
    TAG_BYTES,
    derive,
    padded,
    prefixed,
)
from hub.sealing.errors import EnvelopeBroken
from hub.sealing.model import Cell, SubjectKey, handle_key

__all__ = [
    "FORMAT_VERSION",
    "MAX_CELLS",
    "Cell",
    "Parsed",
    "canonical",
    "digest",
    "field_ordinals",
    "parse",
    "seal_record",
]

FORMAT_VERSION = 1
MAX_CELLS = 4096
_LABEL = b"dolen-record/v1"
_INDEX = b"index"
_HEAD = struct.Struct(f">BI{SALT_BYTES}s{COMMITMENT_BYTES}sH")
_ENTRY = struct.Struct(">III")
_LEAST = NONCE_BYTES + PADDING_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True)
class Parsed:
    """An envelope taken apart: still sealed. `cells` maps an ordinal to nonce and ciphertext."""

    catalogue_version: int
    salt: bytes
    commitment: bytes
    index: bytes
    """Head and index, which `index_seal` covers."""
    index_seal: bytes
    cells: dict[int, memoryview]


def seal_record(
    key: SubjectKey,
    *,
    agency_id: str,
    handle_id: UUID,
    record_id: UUID,
    version: int,
    catalogue_version: int,
    fields: Sequence[Cell],
) -> bytes:
    """Seal the fields of one record version under the handle's key; the same fields never give the same bytes twice.

    Raises:
        ValueRefused: a value has no canonical JSON form (a float, an integer beyond 2**53, a broken string).
        ValueError: the key is not that of this handle, or an ordinal occurs twice.
    """
    if key.owner != handle_key(agency_id, handle_id):
        raise ValueError("a record is sealed under the key of its own handle")
    info = record_info(agency_id=agency_id, handle_id=handle_id, record_id=record_id, version=version)
    salt = os.urandom(SALT_BYTES)
    cipher, commitment = derive(key.material, salt=salt, info=info)
    ordered = sorted(fields, key=lambda cell: cell.ordinal)
    sealed: list[bytes] = []
    for cell in ordered:
        nonce = os.urandom(NONCE_BYTES)
        aad = cell_aad(info, catalogue_version=catalogue_version, field_id=cell.field_id)
        sealed.append(nonce + cipher.encrypt(nonce, padded(canonical(cell.value)), aad))
    head = _HEAD.pack(FORMAT_VERSION, catalogue_version, salt, commitment, len(ordered))
    index = head + _index([cell.ordinal for cell in ordered], sealed)
    nonce = os.urandom(NONCE_BYTES)
    return b"".join([index, nonce, cipher.encrypt(nonce, b"", index_aad(info, index)), *sealed])


def field_ordinals(envelope: bytes) -> tuple[int, ...]:
    """Catalogue ordinals of the fields in `envelope`, rising. Needs no key: which fields there are is no secret."""
    return tuple(parse(envelope).cells)


def digest(envelope: bytes) -> bytes:
    """SHA-256 of the stored envelope: what the ledger commits to, so that an older version put back shows."""
    return hashlib.sha256(envelope).digest()


def record_info(*, agency_id: str, handle_id: UUID, record_id: UUID, version: int) -> bytes:
    """The place of one record version, as it goes into key derivation and associated data."""
    return prefixed(
        _LABEL,
        bytes([FORMAT_VERSION]),
        agency_id.encode(),
        handle_id.bytes,
        record_id.bytes,
        version.to_bytes(4, "big"),
    )


def cell_aad(info: bytes, *, catalogue_version: int, field_id: str) -> bytes:
    """Associated data of one cell: the record's place, the catalogue version, the field id."""
    return info + prefixed(catalogue_version.to_bytes(4, "big"), field_id.encode())


def index_aad(info: bytes, index: bytes) -> bytes:
    """Associated data of the seal over head and index."""
    return info + prefixed(_INDEX, index)


def parse(envelope: bytes) -> Parsed:
    """Take an envelope apart; raises EnvelopeBroken for anything but exactly what `seal_record` writes."""
    if len(envelope) < _HEAD.size:
        raise EnvelopeBroken("shorter than an envelope's head")
    version, catalogue_version, salt, commitment, count = _HEAD.unpack_from(envelope)
    if version != FORMAT_VERSION:
        raise EnvelopeBroken("unknown format version")
    seal_at = _HEAD.size + count * _ENTRY.size
    cells_at = seal_at + NONCE_BYTES + TAG_BYTES
    if count > MAX_CELLS or len(envelope) < cells_at:
        raise EnvelopeBroken("the index does not fit")
    entries = list(_ENTRY.iter_unpack(envelope[_HEAD.size : seal_at]))
    return Parsed(
        catalogue_version,
        salt,
        commitment,
        index=envelope[:seal_at],
        index_seal=envelope[seal_at:cells_at],
        cells=_cells(entries, memoryview(envelope)[cells_at:]),
    )


def _cells(entries: list[tuple[int, ...]], body: memoryview) -> dict[int, memoryview]:
    cells: dict[int, memoryview] = {}
    expected, last = 0, -1
    for ordinal, offset, length in entries:
        if ordinal <= last or offset != expected or length < _LEAST or (length - _LEAST) % PADDING_BYTES:
            raise EnvelopeBroken("the index is not in order")
        expected, last = offset + length, ordinal
        cells[ordinal] = body[offset:expected]
    if expected != len(body):
        raise EnvelopeBroken("the index does not cover the cells")
    return cells


def _index(ordinals: list[int], sealed: list[bytes]) -> bytes:
    if len(set(ordinals)) != len(ordinals) or len(ordinals) > MAX_CELLS:
        raise ValueError("an ordinal occurs twice, or there are too many fields")
    entries, offset = [], 0
    for ordinal, cell in zip(ordinals, sealed, strict=True):
        entries.append(_ENTRY.pack(ordinal, offset, len(cell)))
        offset += len(cell)
    return b"".join(entries)
