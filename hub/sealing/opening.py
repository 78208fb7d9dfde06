"""The only module that opens sealed bytes.

Who may import it is a closed list (docs/decisions/0003-who-may-open.md), kept by a test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.sealing.derivation import COMMITMENT_BYTES, NONCE_BYTES, PADDING_BYTES, SALT_BYTES, TAG_BYTES, committed
from hub.sealing.envelope import Parsed, cell_aad, index_aad, parse, record_info
from hub.sealing.errors import EnvelopeBroken
from hub.sealing.model import Json, KeyOwner, SubjectKey
from hub.sealing.text import FORMAT_VERSION, text_info

_TEXT_HEAD = 1 + SALT_BYTES + COMMITMENT_BYTES
_TEXT_LEAST = _TEXT_HEAD + NONCE_BYTES + PADDING_BYTES + TAG_BYTES


def open_cells(
    key: SubjectKey,
    envelope: bytes,
    *,
    agency_id: str,
    handle_id: UUID,
    record_id: UUID,
    version: int,
    field_ids: Mapping[int, str],
) -> dict[str, Json]:
    """Open the named fields, and no other, of one record version; `field_ids` maps catalogue ordinal to field id.

    A named field that the record does not have is missing from the answer.

    Raises:
        WrongKey: sealed under another key, or for another agency, handle, record or version.
        EnvelopeBroken: not an envelope, a cell was taken out, or a named one was altered or moved.
    """
    parsed = parse(envelope)
    info = record_info(agency_id=agency_id, handle_id=handle_id, record_id=record_id, version=version)
    cipher = committed(key.material, salt=parsed.salt, info=info, commitment=parsed.commitment)
    _check_index(cipher, parsed, info)
    opened: dict[str, Json] = {}
    for ordinal, cell in parsed.cells.items():
        field_id = field_ids.get(ordinal)
        if field_id is not None:
            aad = cell_aad(info, catalogue_version=parsed.catalogue_version, field_id=field_id)
            opened[field_id] = _value(_decrypted(cipher, cell, aad))
    return opened


def open_text(key: SubjectKey, sealed: bytes, *, owner: KeyOwner, purpose: str) -> bytes:
    """Open one value that `seal_text` sealed for `owner` and `purpose`; raises as `open_cells` does."""
    if len(sealed) < _TEXT_LEAST or sealed[0] != FORMAT_VERSION:
        raise EnvelopeBroken("not a sealed value")
    salt, commitment = sealed[1 : 1 + SALT_BYTES], sealed[1 + SALT_BYTES : _TEXT_HEAD]
    info = text_info(owner, purpose)
    cipher = committed(key.material, salt=salt, info=info, commitment=commitment)
    return _decrypted(cipher, memoryview(sealed)[_TEXT_HEAD:], info)


def _check_index(cipher: AESGCM, parsed: Parsed, info: bytes) -> None:
    nonce, tag = parsed.index_seal[:NONCE_BYTES], parsed.index_seal[NONCE_BYTES:]
    try:
        cipher.decrypt(nonce, tag, index_aad(info, parsed.index))
    except InvalidTag:
        raise EnvelopeBroken("head or index was altered") from None


def _decrypted(cipher: AESGCM, cell: memoryview, aad: bytes) -> bytes:
    try:
        data = cipher.decrypt(cell[:NONCE_BYTES], cell[NONCE_BYTES:], aad)
    except InvalidTag:
        raise EnvelopeBroken("a cell was altered or belongs somewhere else") from None
    body, mark, zeros = data.rpartition(b"\x80")
    if not mark or len(zeros) >= PADDING_BYTES or zeros.strip(b"\0") or len(data) % PADDING_BYTES:
        raise EnvelopeBroken("a cell is not padded as it should be")
    return body


def _value(data: bytes) -> Json:
    try:
        value: Json = _JSON.decode(data.decode())
    except (ValueError, RecursionError):
        raise EnvelopeBroken("a cell does not hold a value") from None
    return value


def _no_float(_text: str) -> NoReturn:
    raise ValueError("a float")


_JSON = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
