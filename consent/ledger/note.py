"""Signed notes of C2SP (c2sp.org/signed-note): reading, signing and checking with Ed25519 (type 0x01)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.ledger.strict import NotCanonical, base64_bytes

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
MAX_SIGNATURES = 16
_DASH = "— "
_KEY_BYTES = 32


class NoteMalformed(ValueError):
    """Bytes that are not a signed note, or a key that is not a verifier key."""


class SignatureRefused(Exception):
    """A signature of a known key that doesn't verify, or no signature by a known key."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name and id, and the bytes after the id."""

    name: str
    key_id: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read; its text is worth nothing before a signature was checked."""

    text: str
    signatures: tuple[Signature, ...]


class Verifier(Protocol):
    """Checks the signatures of one key."""

    @property
    def name(self) -> str:
        """Name of the key, as signature lines carry it."""

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""

    def verify(self, text: str, data: bytes) -> None:
        """Raise SignatureRefused unless `data` is this key's signature over the note text."""


@dataclass(frozen=True, slots=True)
class Ed25519Verifier:
    """Checks plain Ed25519 signatures over the note text (type 0x01)."""

    name: str
    key_id: bytes
    public_key: bytes

    def verify(self, text: str, data: bytes) -> None:
        """See `Verifier.verify`."""
        verify_ed25519(self.public_key, message=text.encode(), signature=data)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key in its written form, `<name>+<id in hex>+<base64 of type and key>`."""

    name: str
    key_id: bytes
    kind: int
    public_key: bytes


def verify_ed25519(public_key: bytes, *, message: bytes, signature: bytes) -> None:
    """Raise SignatureRefused unless `signature` is valid under RFC 8032."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise SignatureRefused("the signature doesn't verify") from None


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """First four bytes of SHA-256 over name, newline, type and key."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def vkey(name: str, public_key: bytes, *, kind: int = ED25519) -> str:
    """The written form of a verifier key, as policies and operators pass it on."""
    _check_name(name)
    encoded = base64.b64encode(bytes([kind]) + public_key).decode()
    return f"{name}+{key_id(name, kind, public_key).hex()}+{encoded}"


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key; raises NoteMalformed also where its id doesn't belong to it or its type isn't known here."""
    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    _check_name(name)
    try:
        material = base64_bytes(encoded)
    except NotCanonical:
        raise NoteMalformed("a verifier key that is not base64") from None
    if len(material) != 1 + _KEY_BYTES or material[0] not in (ED25519, COSIGNATURE_V1):
        raise NoteMalformed("a verifier key of a type that is not known here")
    kind, public_key = material[0], material[1:]
    if key_id(name, kind, public_key).hex() != claimed:
        raise NoteMalformed("a verifier key whose id is another's")
    return VerifierKey(name, bytes.fromhex(claimed), kind, public_key)


def ed25519_verifier(text: str) -> Ed25519Verifier:
    """The verifier for a written key of type 0x01; raises NoteMalformed."""
    key = parse_vkey(text)
    if key.kind != ED25519:
        raise NoteMalformed("not a key for plain Ed25519 signatures")
    return Ed25519Verifier(key.name, key.key_id, key.public_key)


def sign_note(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """`text` with one signature line of `key`."""
    public_key = key.public_key().public_bytes_raw()
    data = key_id(name, ED25519, public_key) + key.sign(text.encode())
    note = f"{text}\n{_DASH}{name} {base64.b64encode(data).decode()}\n"
    read_note(note.encode())
    return note


def read_note(data: bytes) -> Note:
    """Read a note; raises NoteMalformed for every departure from the format, and for two lines of one key."""
    text, separator, block = _characters(data).rpartition("\n\n")
    if not separator or not text or not block.endswith("\n"):
        raise NoteMalformed("no text, or no signatures after it")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed("too many signatures")
    signatures = tuple(_signature(line) for line in lines)
    if len({(each.name, each.key_id) for each in signatures}) != len(signatures):
        raise NoteMalformed("two signatures of one key")
    return Note(text + "\n", signatures)


def check_note(note: Note, verifiers: Iterable[Verifier]) -> Sequence[Verifier]:
    """The known keys whose signatures the note carries, in its order; unknown lines are passed over.

    Raises SignatureRefused if one of theirs doesn't verify, or if there is none.
    """
    known = {(each.name, each.key_id): each for each in verifiers}
    found = []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is not None:
            verifier.verify(note.text, signature.data)
            found.append(verifier)
    if not found:
        raise SignatureRefused("no signature of a known key")
    return found


def _characters(data: bytes) -> str:
    try:
        characters = data.decode()
    except UnicodeDecodeError:
        raise NoteMalformed("not UTF-8") from None
    if any(character < " " and character != "\n" for character in characters):
        raise NoteMalformed("a control character")
    return characters


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise NoteMalformed("a signature line that is none")
    _check_name(name)
    try:
        data = base64_bytes(encoded)
    except NotCanonical:
        raise NoteMalformed("a signature that is not base64") from None
    if len(data) <= 4:
        raise NoteMalformed("a signature without bytes")
    return Signature(name, data[:4], data[4:])


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise NoteMalformed("a key name that is empty or has spaces or a plus sign")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise NoteMalformed("a key name that is not UTF-8")
