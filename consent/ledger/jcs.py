"""JSON that is hashed: RFC 8785, without floats, read and written in one form only."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import NoReturn, TypeAlias

import rfc8785

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What may be hashed. A decimal is a string; a date is a string."""

MAX_DEPTH = 12
_INT_LIMIT = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False).encode


class NotHashable(ValueError):
    """A value that RFC 8785 can't write, or that this ledger refuses: float, odd name, too deep, too large a number."""


class NotCanonicalJson(ValueError):
    """Bytes that are not the RFC 8785 form of the JSON that they hold."""


def canonical(value: Json, *, depth: int = 0) -> bytes:
    """RFC 8785 bytes of `value`, which is to stand `depth` levels deep in a document; raises NotHashable.

    The standard library's encoder writes the same bytes for what passes `_check` (a test compares them with rfc8785),
    many times faster; only names outside the Basic Multilingual Plane sort differently, and those go to rfc8785.
    """
    simple = _check(value, depth)
    try:
        return _encode(value).encode() if simple else rfc8785.dumps(value)
    except UnicodeEncodeError:
        raise NotHashable("text with a lone surrogate") from None


def canonical_pair(name: str, value: Json, *, depth: int = 0) -> bytes:
    """RFC 8785 bytes of the array `[name, value]`, with a short way for text, which most values are."""
    if type(value) is not str:
        return canonical([name, value], depth=depth)
    try:
        return f"[{encode_basestring(name)},{encode_basestring(value)}]".encode()
    except UnicodeEncodeError:
        raise NotHashable("text with a lone surrogate") from None


def parse(data: bytes) -> Json:
    """The JSON in `data`, which must be its RFC 8785 form to the byte; raises NotCanonicalJson.

    So doubled names, other spellings of a number or text, floats and white space are all refused.
    """
    try:
        value: Json = json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse)
        written = canonical(value)
    except (ValueError, RecursionError):
        raise NotCanonicalJson("not JSON that can be hashed") from None
    if written != data:
        raise NotCanonicalJson("not in canonical form")
    return value


def _refuse(_text: str) -> NoReturn:
    raise ValueError("a float")


def _check(value: object, depth: int) -> bool:
    """True where every name sorts alike by code point and by UTF-16 unit; raises NotHashable."""
    if value is None or value is True or value is False or isinstance(value, str):
        return True
    if isinstance(value, int):
        if not -_INT_LIMIT <= value <= _INT_LIMIT:
            raise NotHashable("a number beyond 2^53 - 1")
        return True
    if depth >= MAX_DEPTH:
        raise NotHashable("nested too deep")
    if isinstance(value, dict):
        return _check_object(value, depth)
    if isinstance(value, list | tuple):
        simple = True
        for each in value:
            simple = _check(each, depth + 1) and simple
        return simple
    raise NotHashable(f"a {type(value).__name__}")


def _check_object(value: dict[object, object], depth: int) -> bool:
    simple = True
    for name, each in value.items():
        if not isinstance(name, str):
            raise NotHashable("a name that is not text")
        if not name.isascii():
            if not unicodedata.is_normalized("NFC", name):
                raise NotHashable("a name that is not in NFC")
            simple = simple and max(name) <= "\uffff"
        simple = _check(each, depth + 1) and simple
    return simple
