"""Bytes to JSON documents without floats, within bounds."""

from __future__ import annotations

import json
import re
from typing import TypeGuard, cast

from connectors.base import Json
from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

_BOM = b"\xef\xbb\xbf"
_UNSAFE_INTEGER = 2**53
_MOST_DIGITS = 64
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_object(document: Json) -> TypeGuard[dict[str, Json]]:
    """Whether `document` is a JSON object."""
    return isinstance(document, dict)


def text_of(content: bytes) -> str:
    """`content` as text: UTF-8 with or without a byte-order mark, as FHIR demands (R4, section 2.6.2)."""
    try:
        return content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit(ReasonCode.WRONG_ENCODING) from None


def document_of(content: bytes, limits: Limits) -> Json:
    """The JSON document in `content`.

    Raises:
        Unfit: it is too large to be parsed whole, no UTF-8, or no JSON.
    """
    if len(content) > limits.json_bytes:
        raise Unfit(ReasonCode.TOO_LARGE)
    return json_of(text_of(content))


def json_of(text: str) -> Json:
    """The JSON document in `text`; a decimal becomes a string with every digit that the source wrote.

    FHIR R4, section 2.6.2.2: the precision of a decimal is significant, so it never passes through a float.
    """
    try:
        return cast(Json, json.loads(text, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse_constant))
    except RecursionError:
        raise Unfit(ReasonCode.TOO_DEEP) from None
    except ValueError:
        raise Unfit(ReasonCode.NOT_JSON) from None


def checked_size(document: Json, limits: Limits) -> int:
    """Bytes of one unit as JSON, at most; refuses what no later step should meet.

    Raises:
        Unfit: nested too deep, a string too long, control characters, or halves of characters.
    """
    size = 0
    waiting: list[tuple[Json, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            size += _checked_text(value, limits) + 3
            continue
        if depth > limits.unit_nesting:
            raise Unfit(ReasonCode.TOO_DEEP)
        if isinstance(value, dict):
            size += 2 + sum(_checked_text(key, limits) + 4 for key in value)
            waiting.extend((child, depth + 1) for child in value.values())
        elif isinstance(value, list):
            size += 2 + len(value)
            waiting.extend((child, depth + 1) for child in value)
        else:
            size += 20
    return size


def _checked_text(text: str, limits: Limits) -> int:
    """Bytes of `text` in UTF-8."""
    if len(text) > limits.text_chars:
        raise Unfit(ReasonCode.TOO_LARGE)
    if _CONTROL.search(text) is not None:
        raise Unfit(ReasonCode.CONTROL_CHARACTER)
    if text.isascii():
        return len(text)
    try:
        return len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise Unfit(ReasonCode.WRONG_ENCODING) from None


def _decimal(digits: str) -> str:
    if len(digits) > _MOST_DIGITS:
        raise ValueError
    return digits


def _integer(digits: str) -> int | str:
    if len(digits) > _MOST_DIGITS:
        raise ValueError
    number = int(digits)
    return number if -_UNSAFE_INTEGER < number < _UNSAFE_INTEGER else digits


def _refuse_constant(_name: str) -> Json:
    raise ValueError
