"""Whether a value is of the type of its field. Refusals name the field and a code, never the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from policies.fields import Field, FieldType

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

MAX_TEXT_BYTES = 64 * 1024
MAX_CODE_CHARACTERS = 256
MAX_CODES = 1_000
MAX_DECIMAL_CHARACTERS = 40
MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
MAX_DOCUMENT_DEPTH = 32
MAX_INTEGER = 2**53 - 1  # RFC 7493 section 2.2: beyond it JSON readers differ

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Refusal(StrEnum):
    """What is wrong with a value."""

    WRONG_TYPE = "wrong_type"
    BAD_FORMAT = "bad_format"
    BAD_TEXT = "bad_text"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    TOO_DEEP = "too_deep"
    OUT_OF_RANGE = "out_of_range"


class ValueRefused(ValueError):
    """A value is not of its field's type. Carries the field id and a code; never the value."""

    def __init__(self, field_id: str, code: Refusal) -> None:
        super().__init__(f"{field_id}: {code}")
        self.field_id = field_id
        self.code = code


class _Refused(Exception):
    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code


def check_value(field: Field, value: Json) -> None:
    """Return if `value` is a JSON value of the field's type; codes outside the code list are kept, so they pass.

    Raises:
        ValueRefused: with the field id and the code of what is wrong.
    """
    try:
        _CHECKS[field.type](value)
    except _Refused as refused:
        raise ValueRefused(field.id, refused.code) from None


def _need(condition: bool, code: Refusal) -> None:
    if not condition:
        raise _Refused(code)


def _string(value: Json, *, characters: int) -> str:
    if not isinstance(value, str):
        raise _Refused(Refusal.WRONG_TYPE)
    _need(bool(value), Refusal.EMPTY)
    _need(len(value) <= characters, Refusal.TOO_LONG)
    return value


def _utf8_bytes(text: str) -> int:
    """Bytes of the text in UTF-8; half a surrogate pair has none, and NUL ends text in too many readers."""
    if "\x00" in text:
        raise _Refused(Refusal.BAD_TEXT)
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise _Refused(Refusal.BAD_TEXT) from None


def _text(value: Json) -> None:
    text = _string(value, characters=MAX_TEXT_BYTES)
    _need(_utf8_bytes(text) <= MAX_TEXT_BYTES, Refusal.TOO_LONG)


def _code(value: Json) -> None:
    code = _string(value, characters=MAX_CODE_CHARACTERS)
    _utf8_bytes(code)
    _need(_CONTROL.search(code) is None and code == code.strip(), Refusal.BAD_TEXT)


def _code_list(value: Json) -> None:
    if not isinstance(value, (list, tuple)):
        raise _Refused(Refusal.WRONG_TYPE)
    _need(len(value) <= MAX_CODES, Refusal.TOO_MANY)
    for code in value:
        _code(code)


def _integer(value: Json) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Refused(Refusal.WRONG_TYPE)
    _need(-MAX_INTEGER <= value <= MAX_INTEGER, Refusal.OUT_OF_RANGE)


def _decimal(value: Json) -> None:
    text = _string(value, characters=MAX_DECIMAL_CHARACTERS)
    _need(_DECIMAL.fullmatch(text) is not None, Refusal.BAD_FORMAT)
    _need(not (text.startswith("-") and text.strip("-0.") == ""), Refusal.BAD_FORMAT)


def _boolean(value: Json) -> None:
    _need(isinstance(value, bool), Refusal.WRONG_TYPE)


def _date(value: Json) -> None:
    text = _string(value, characters=10)
    _need(_DATE.fullmatch(text) is not None, Refusal.BAD_FORMAT)
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        raise _Refused(Refusal.BAD_FORMAT) from None


def _instant(value: Json) -> None:
    text = _string(value, characters=40)
    _need(_INSTANT.fullmatch(text) is not None, Refusal.BAD_FORMAT)
    try:
        datetime.fromisoformat(re.sub(r"\.[0-9]+", "", text))
    except ValueError:
        raise _Refused(Refusal.BAD_FORMAT) from None


def _document(value: Json) -> None:
    """Walks without recursion; stops as soon as a bound is passed."""
    left = MAX_DOCUMENT_BYTES
    waiting: list[tuple[Json, int]] = [(value, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DOCUMENT_DEPTH:
            raise _Refused(Refusal.TOO_DEEP)
        # Texts are most of a document, and have no children.
        if type(node) is str:
            left -= _utf8_bytes(node) + 2
        else:
            left -= _leaf_bytes(node)
            children = _children(node)
            left -= len(children)
            waiting.extend([(child, depth + 1) for child in children])
        if left < 0:
            raise _Refused(Refusal.TOO_LONG)


def _leaf_bytes(node: Json) -> int:
    if isinstance(node, str):
        return _utf8_bytes(node) + 2
    if node is None or isinstance(node, bool):
        return 5
    if isinstance(node, int):
        _integer(node)
        return len(str(node))
    if isinstance(node, Mapping):
        return 2 + sum(_key_bytes(key) for key in node)
    if isinstance(node, (list, tuple)):
        return 2
    raise _Refused(Refusal.WRONG_TYPE)


def _key_bytes(key: object) -> int:
    if not isinstance(key, str):
        raise _Refused(Refusal.WRONG_TYPE)
    return _utf8_bytes(key) + 3


def _children(node: Json) -> Sequence[Json]:
    if isinstance(node, Mapping):
        return tuple(node.values())
    return node if isinstance(node, (list, tuple)) else ()


_CHECKS: Mapping[FieldType, Callable[[Json], None]] = {
    FieldType.TEXT: _text,
    FieldType.CODE: _code,
    FieldType.CODE_LIST: _code_list,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.INSTANT: _instant,
    FieldType.DOCUMENT: _document,
}
