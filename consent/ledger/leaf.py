"""A leaf and what it hides: `docs/ledger-format.md` sections 1 and 2, which this module carries out.

A leaf is a label and a commitment, nothing else. The opening (nonce, and name, value and salt of every field) is kept
sealed, and is what a receipt carries; whoever has it can compute the leaf again.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from consent.ledger import jcs
from consent.ledger.jcs import Json
from consent.ledger.strict import NotCanonical, base64_bytes, hash_bytes

LEAF_LABEL = b"dolen-leaf/v1\x00"
LEAF_BYTES = len(LEAF_LABEL) + 32
OPENING_FORMAT = "dolen-opening/v1"
MAX_OPENING_BYTES = 40_000
"""Largest opening, so that a receipt with it stays below `consent.ledger.proof.MAX_BYTES`."""
MAX_FIELDS = 128

_COMMIT = b"dolen-commit/v1\x00"
_FIELDS = b"dolen-fields/v1\x00"
_FIELD = b"dolen-field/v1\x00"
_PAIR_DEPTH = 2  # below the opening's object and its list of fields
_NONCE_BYTES, _SALT_BYTES = 32, 16
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_STREAM = re.compile(r"[a-z]+:[0-9a-z:._-]{1,110}")


class BodyRefused(ValueError):
    """A body that this format can't carry. The message names the rule and the field, never the value."""


class OpeningMalformed(ValueError):
    """Bytes that are not an opening in its one form."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A fresh leaf and the opening that belongs to it."""

    leaf: bytes
    opening: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening that was read: the fields that it shows, how many it withholds, and the leaf that it gives."""

    body: Mapping[str, Json]
    withheld: int
    leaf: bytes


def commit(body: Mapping[str, Json]) -> Committed:
    """Commit to a body with fresh nonce and salts; raises BodyRefused."""
    check_body(body)
    names = sorted(body)
    secret = os.urandom(_NONCE_BYTES + _SALT_BYTES * len(names))
    digests, shown, start = [], [], _NONCE_BYTES
    for name in names:
        salt, start = secret[start : start + _SALT_BYTES], start + _SALT_BYTES
        pair = _pair(name, body[name])
        digests.append(sha256(_FIELD + salt + pair).digest())
        shown.append(b'["%b",%b' % (b64encode(salt), pair[1:]))
    nonce = secret[:_NONCE_BYTES]
    opening = b'{"fields":[%b],"format":"%b","nonce":"%b"}' % (
        b",".join(shown),
        OPENING_FORMAT.encode(),
        b64encode(nonce),
    )
    if len(opening) > MAX_OPENING_BYTES:
        raise BodyRefused("the body is too large for a receipt")
    return Committed(_leaf(nonce, digests), opening)


def dummy_leaf() -> bytes:
    """A leaf that commits to nothing; nobody can tell it from the others."""
    return LEAF_LABEL + os.urandom(32)


def read_opening(data: bytes) -> Opening:
    """Read an opening strictly and compute its leaf; raises OpeningMalformed."""
    if len(data) > MAX_OPENING_BYTES:
        raise OpeningMalformed("too large")
    try:
        return _read(jcs.parse(data))
    except (jcs.NotCanonicalJson, NotCanonical, BodyRefused) as problem:
        raise OpeningMalformed(str(problem)) from None


def check_body(body: Mapping[str, Json], *, whole: bool = True) -> None:
    """Raise BodyRefused unless names and the four members of every body are as they must be.

    With `whole` all of kind, at, stream and number are there; a partly withheld body may lack them.
    """
    if not 0 < len(body) <= MAX_FIELDS:
        raise BodyRefused("no field, or too many")
    for name in body:
        if _NAME.fullmatch(name) is None:
            raise BodyRefused("a field name that is not lower-case ASCII")
    for name, is_right in _ALWAYS.items():
        if name in body:
            if not is_right(body[name]):
                raise BodyRefused(f"{name} is not in its form")
        elif whole:
            raise BodyRefused(f"{name} is missing")


def instant_text(at: datetime) -> str:
    """An aware instant as every body writes it: UTC, microseconds, `Z`."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def is_stream(stream: str) -> bool:
    """True for a stream's id: a kind, a colon, and ids in lower case."""
    return _STREAM.fullmatch(stream) is not None


def _read(document: Json) -> Opening:
    if not isinstance(document, dict) or document.keys() - {"withheld"} != {"fields", "format", "nonce"}:
        raise OpeningMalformed("not the members of an opening")
    if document["format"] != OPENING_FORMAT:
        raise OpeningMalformed("an unknown format")
    nonce = _bytes(document["nonce"], _NONCE_BYTES)
    withheld = _withheld(document["withheld"]) if "withheld" in document else []
    body: dict[str, Json] = {}
    digests = list(withheld)
    for salt, name, value in _fields(document["fields"]):
        if body and name <= max(body):
            raise OpeningMalformed("fields out of order, or one twice")
        body[name] = value
        digests.append(sha256(_FIELD + salt + _pair(name, value)).digest())
    check_body(body, whole=not withheld)
    return Opening(body, len(withheld), _leaf(nonce, digests))


def _fields(listed: Json) -> Iterable[tuple[bytes, str, Json]]:
    if not isinstance(listed, list) or len(listed) > MAX_FIELDS:
        raise OpeningMalformed("fields are not a list, or too many")
    for each in listed:
        if not isinstance(each, list) or len(each) != 3 or not isinstance(each[1], str):
            raise OpeningMalformed("a field is not salt, name and value")
        yield _bytes(each[0], _SALT_BYTES), each[1], each[2]


def _withheld(listed: Json) -> list[bytes]:
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_FIELDS:
        raise OpeningMalformed("withheld is not a list of digests")
    digests = [hash_bytes(each) if isinstance(each, str) else b"" for each in listed]
    if sorted(set(digests)) != digests or b"" in digests:
        raise OpeningMalformed("withheld digests out of order, or one twice")
    return digests


def _bytes(text: Json, length: int) -> bytes:
    data = base64_bytes(text) if isinstance(text, str) else b""
    if len(data) != length:
        raise OpeningMalformed("a nonce or salt of the wrong length")
    return data


def _pair(name: str, value: Json) -> bytes:
    try:
        return jcs.canonical_pair(name, value, depth=_PAIR_DEPTH)
    except jcs.NotHashable as problem:
        raise BodyRefused(f"{name}: {problem}") from None


def _leaf(nonce: bytes, digests: list[bytes]) -> bytes:
    over_fields = sha256(_FIELDS + b"".join(sorted(digests))).digest()
    return LEAF_LABEL + sha256(_COMMIT + nonce + over_fields).digest()


def _is_kind(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 64


def _is_instant(value: Json) -> bool:
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
        return False
    try:
        datetime.fromisoformat(value[:-1])
    except ValueError:
        return False
    return True


def _is_stream(value: Json) -> bool:
    return isinstance(value, str) and is_stream(value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


_ALWAYS = {"at": _is_instant, "kind": _is_kind, "number": _is_number, "stream": _is_stream}
