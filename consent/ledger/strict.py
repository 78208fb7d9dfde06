"""Strict readers of small things: one spelling for each value, so that no changed bit goes unseen."""

from __future__ import annotations

import base64
import binascii
import re

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1


class NotCanonical(ValueError):
    """A value that is not written in its one allowed form."""


def base64_bytes(text: str) -> bytes:
    """Bytes of standard base64 with padding (RFC 4648 section 4); raises NotCanonical for every other spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise NotCanonical("not base64") from None
    if base64_text(data) != text:
        raise NotCanonical("not canonical base64")
    return data


def base64_text(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decimal(text: str) -> int:
    """A number from 0 to 2^63 - 1 in ASCII decimal without leading zeros; raises NotCanonical."""
    if _DECIMAL.fullmatch(text) is None or (value := int(text)) > _LARGEST:
        raise NotCanonical("not a plain decimal number")
    return value


def hash_bytes(text: str) -> bytes:
    """A SHA-256 value in base64; raises NotCanonical for any other length."""
    data = base64_bytes(text)
    if len(data) != 32:
        raise NotCanonical("not 32 bytes")
    return data
