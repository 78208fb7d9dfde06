"""A signed token taken apart before anything in it is believed: bounded, strict, and without a signature check.

Both halves are parsed here and not by the JOSE library, so that no header member, no nesting and no duplicate can
reach it (pitfalls 4, 12 of the review in decision 0060).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.oauth import strict_json

MAX_TOKEN = 8192
_MAX_HEADER = 512
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_MAX_DEPTH = 8


class NotCompact(ValueError):
    """Not a compact JWS (RFC 7515 section 7.1) of a sane size with JSON objects in it."""


@dataclass(frozen=True, slots=True)
class Compact:
    """Header and claims, both unproven."""

    header: Mapping[str, strict_json.Value] = field(repr=False)
    claims: Mapping[str, strict_json.Value] = field(repr=False)


def take_apart(text: str) -> Compact:
    """The header and the claims of a compact JWS.

    Padding, white space, a second alphabet and left-over bits are refused: a token has one spelling. An empty
    signature is refused here already.
    """
    parts = text.split(".") if len(text) <= MAX_TOKEN else []
    if len(parts) != 3 or not _BASE64URL.fullmatch(parts[2]):
        raise NotCompact("not three parts, or too large")
    return Compact(header=_object(parts[0], _MAX_HEADER), claims=_object(parts[1], MAX_TOKEN))


def _object(part: str, max_bytes: int) -> Mapping[str, strict_json.Value]:
    try:
        value = strict_json.parse(_decoded(part), max_bytes=max_bytes, max_depth=_MAX_DEPTH)
    except (strict_json.NotStrictJson, binascii.Error):
        raise NotCompact("a part that is not an object") from None
    if not isinstance(value, Mapping):
        raise NotCompact("a part that is not an object")
    return value


def _decoded(part: str) -> bytes:
    if not _BASE64URL.fullmatch(part):
        raise NotCompact("not base64url")
    data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") != part:
        raise NotCompact("not the one spelling")
    return data
