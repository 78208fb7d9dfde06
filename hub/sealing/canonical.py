"""The one form of a value that is sealed: RFC 8785, without floats.

The standard library's encoder writes the same bytes as `rfc8785` for what passes `_is_simple`, many times faster (a
test compares the two); the rest goes to the library.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring

import rfc8785

from hub.sealing.errors import ValueRefused
from hub.sealing.model import Json

MAX_DEPTH = 32
_INT_LIMIT = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False).encode


def canonical(value: Json) -> bytes:
    """RFC 8785 JSON of `value`; raises ValueRefused for what has no single form here, floats among it."""
    try:
        if type(value) is str:
            return encode_basestring(value).encode()
        return _encode(value).encode() if _is_simple(value, 0) else rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, TypeError):
        raise ValueRefused("a value has no canonical JSON form") from None


def _is_simple(value: object, depth: int) -> bool:
    """True where every name sorts alike by code point and by UTF-16 unit; raises ValueRefused for floats and depth."""
    if isinstance(value, float) or depth > MAX_DEPTH:
        raise ValueRefused("a value holds a float or is nested too deep")
    if isinstance(value, dict):
        simple = True
        for name, each in value.items():
            # The value is looked at whatever its name is: no float slips by under an odd name.
            simple = _is_simple(each, depth + 1) and simple and type(name) is str and name.isascii()
        return simple
    if isinstance(value, (list, tuple)):
        simple = True
        for each in value:
            simple = _is_simple(each, depth + 1) and simple
        return simple
    if type(value) is int:
        return -_INT_LIMIT <= value <= _INT_LIMIT  # the library refuses what is beyond
    return type(value) is str or value is None or type(value) is bool
