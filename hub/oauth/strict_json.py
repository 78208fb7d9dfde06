"""JSON from outside, read so that no two readers understand it differently, and at a cost that follows its size."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn, TypeAlias

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"

MAX_DEPTH = 32
# Possessive, and it always matches once it has begun: an unterminated string costs its length once, not squared.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE_OR_NUL = re.compile("[\ud800-\udfff\x00]")


class NotStrictJson(ValueError):
    """The text is not JSON, or is JSON that other readers may understand differently."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not strict JSON: {reason}")
        self.reason = reason


def parse(data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH) -> Value:
    """The value that `data` holds.

    Refuses, besides what RFC 8259 refuses: duplicate members, NaN and infinities, nesting past `max_depth`, more than
    `max_bytes`, a byte-order mark, lone surrogates and NUL (no database and no log can hold those faithfully).
    """
    if len(data) > max_bytes:
        raise NotStrictJson("too large")
    _check_depth(data, max_depth)
    try:
        value: Value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse_constant, parse_float=_finite
        )
    except NotStrictJson:
        raise
    except (ValueError, RecursionError):
        raise NotStrictJson("malformed") from None
    if b"\\u" in data:
        _check_text(value)
    return value


def _check_depth(data: bytes, max_depth: int) -> None:
    depth = 0
    for byte in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if byte in b"[{" else -1
        if depth > max_depth:
            raise NotStrictJson("too deep")


def _members(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJson("duplicate member")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise NotStrictJson("not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrictJson("not a number")
    return number


def _check_text(value: Value) -> None:
    if any(_SURROGATE_OR_NUL.search(text) for text in _strings(value)):
        raise NotStrictJson("text that cannot be stored")


def _strings(value: Value) -> Iterator[str]:
    waiting: list[Value] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            yield from item
            waiting.extend(item.values())
        elif isinstance(item, Sequence):
            waiting.extend(item)
