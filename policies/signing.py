"""Signatures of partners: Ed25519 over the canonical bytes of a protocol, made offline, in a small file of their own.

The signature covers the protocol alone. Office and day are what the signer states beside it; the agency follows from
the key, since a key belongs to one agency.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from policies.canonical import canonical
from policies.fields import Catalogue
from policies.model import Protocol, ProtocolRef
from policies.reading import SLUG
from policies.words import Words

FORMAT = "dolen-signature/v1"
MAX_BYTES = 16 * 1024
"""A signature file is larger than this only if it is something else."""
MAX_OFFICE = 400

_MEMBERS = frozenset(("format", "protocol", "digest", "agency", "key_id", "office", "signed_on", "signature"))
_REF = re.compile(r"([a-z][a-z0-9-]{1,39})/([1-9][0-9]{0,6})", re.ASCII)
_HEX = {size: re.compile(rf"[0-9a-f]{{{size}}}", re.ASCII) for size in (16, 64)}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SIGNATURE_BYTES = 64


class SignatureMalformed(ValueError):
    """The file is no signature of a protocol; `reason` says why, and quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a signature of a protocol: {reason}")
        self.reason = reason


class NotAPartner(ValueError):
    """The agency that would sign is no partner of the protocol."""

    def __init__(self, agency: str, ref: ProtocolRef) -> None:
        super().__init__(f"{agency} is no partner of protocol {ref}")
        self.agency = agency


@dataclass(frozen=True, slots=True)
class ProtocolSignature:
    """One partner's signature of one protocol version, as its file says it; nothing of it is proved yet."""

    protocol: ProtocolRef
    digest: bytes
    agency: str
    key_id: str
    office: Words
    signed_on: date
    signature: bytes


def key_id_of(public_key: bytes) -> str:
    """The short name of an Ed25519 public key (32 bytes): the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def sign(
    protocol: Protocol,
    catalogue: Catalogue,
    *,
    agency: str,
    key: Ed25519PrivateKey,
    on: date,
    office: Words | None = None,
) -> ProtocolSignature:
    """Sign a protocol for a partner of it; `office` is otherwise the designated person that the protocol names.

    Raises NotAPartner.
    """
    partner = protocol.partners.get(agency)
    if partner is None:
        raise NotAPartner(agency, protocol.ref)
    message = canonical(protocol, catalogue)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return ProtocolSignature(
        protocol=protocol.ref,
        digest=hashlib.sha256(message).digest(),
        agency=agency,
        key_id=key_id_of(public),
        office=partner.designated_person if office is None else office,
        signed_on=on,
        signature=key.sign(message),
    )


def verifies(signature: bytes, public_key: bytes, message: bytes) -> bool:
    """Whether this key signed these bytes; False for whatever is wrong with any of the three."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_of(signature: ProtocolSignature, digest: bytes) -> bool:
    """Whether the signature file speaks of the bytes with this digest."""
    return hmac.compare_digest(signature.digest, digest)


def signature_file(signature: ProtocolSignature) -> bytes:
    """The signature as its file: JSON, one member a line."""
    members = {
        "format": FORMAT,
        "protocol": str(signature.protocol),
        "digest": signature.digest.hex(),
        "agency": signature.agency,
        "key_id": signature.key_id,
        "office": {"en": signature.office.en, "cy": signature.office.cy},
        "signed_on": signature.signed_on.isoformat(),
        "signature": base64.b64encode(signature.signature).decode(),
    }
    return json.dumps(members, indent=2, ensure_ascii=False).encode() + b"\n"


def read_signature(content: bytes) -> ProtocolSignature:
    """The signature that a file holds; raises SignatureMalformed for anything else. Proves nothing yet."""
    members = _members(content)
    if members["format"] != FORMAT:
        raise SignatureMalformed(f"its format is not {FORMAT}")
    ref = _matched(members, "protocol", _REF, "it does not name one protocol and version")
    return ProtocolSignature(
        protocol=ProtocolRef(ref[1], int(ref[2])),
        digest=bytes.fromhex(_matched(members, "digest", _HEX[64], "its digest is not 64 hex digits")[0]),
        agency=_matched(members, "agency", SLUG, "its agency is not a short name")[0],
        key_id=_matched(members, "key_id", _HEX[16], "its key id is not 16 hex digits")[0],
        office=_office(members["office"]),
        signed_on=_day(members),
        signature=_signature(members["signature"]),
    )


def _members(content: bytes) -> Mapping[str, object]:
    if len(content) > MAX_BYTES:
        raise SignatureMalformed("it is too large")
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except SignatureMalformed:
        raise
    except (ValueError, RecursionError):
        raise SignatureMalformed("it is not JSON") from None
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise SignatureMalformed("it has not exactly the members of a signature")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise SignatureMalformed("a member stands twice")
    return members


def _no_constant(_text: str) -> NoReturn:
    raise SignatureMalformed("it is not JSON")


def _matched(members: Mapping[str, object], name: str, form: re.Pattern[str], problem: str) -> re.Match[str]:
    value = members[name]
    found = form.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise SignatureMalformed(problem)
    return found


def _day(members: Mapping[str, object]) -> date:
    text = _matched(members, "signed_on", _DAY, "the day of signing is not YYYY-MM-DD")[0]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SignatureMalformed("the day of signing is not in the calendar") from None


def _office(value: object) -> Words:
    if not isinstance(value, dict) or value.keys() != {"en", "cy"}:
        raise SignatureMalformed("its office is not words in English and Welsh")
    for text in value.values():
        if not isinstance(text, str) or not text.strip() or len(text) > MAX_OFFICE or not text.isprintable():
            raise SignatureMalformed(f"its office is not 1 to {MAX_OFFICE} printable characters")
    return Words(en=str(value["en"]), cy=str(value["cy"]))


def _signature(value: object) -> bytes:
    try:
        signature = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        signature = b""
    # Only one spelling: two files that differ would otherwise be one signature.
    if len(signature) != _SIGNATURE_BYTES or base64.b64encode(signature).decode() != value:
        raise SignatureMalformed("its signature is not 64 bytes in base64")
    return signature
