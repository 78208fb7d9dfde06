"""Collecting the fields of one assessment, each in the form that its type asks for.

INVARIANT: nothing is cut short or guessed. A value that its field can't hold is left out and flagged by field id, so
that the report counts it; the original stays with the holder (and in `health.original_document` where there is one).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from connectors.base import Json

_MOST_TEXT_BYTES = 64 * 1024
_MOST_CODE_CHARS = 256
_MOST_CODES = 1_000
_MOST_DECIMAL_CHARS = 40
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_EXPONENT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def is_date(text: str) -> bool:
    """Whether `text` is a date that exists: a day, a month or a year (ISO 8601)."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


class Fields:
    """The fields of one assessment so far, with the flags of what could not be kept."""

    def __init__(self) -> None:
        """No field yet."""
        self.values: dict[str, Json] = {}
        self._left_out: set[str] = set()

    @property
    def flags(self) -> tuple[str, ...]:
        """`left_out:<field id>` for every value that was there and could not be kept."""
        return tuple(f"left_out:{field_id}" for field_id in sorted(self._left_out))

    def _keep(self, field_id: str, value: Json, *, fits: bool) -> None:
        if fits:
            self.values[field_id] = value
        else:
            self._left_out.add(field_id)

    def text(self, field_id: str, value: str | None) -> None:
        """Words; None and blank mean nothing to say."""
        if value is not None and (words := value.strip()):
            self._keep(field_id, words, fits=len(words.encode("utf-8", "replace")) <= _MOST_TEXT_BYTES)

    def code(self, field_id: str, value: str | None) -> None:
        """A code as the source writes it, known or not."""
        if value is not None and (code := value.strip()):
            self._keep(field_id, code, fits=_is_code(code))

    def codes(self, field_id: str, values: Iterable[str | None]) -> None:
        """Codes in the order of the source, each once."""
        codes = list(dict.fromkeys(code for value in values if value is not None and (code := value.strip())))
        if codes:
            self._keep(field_id, list[Json](codes), fits=len(codes) <= _MOST_CODES and all(map(_is_code, codes)))

    def decimal(self, field_id: str, value: str | None) -> None:
        """A decimal with the digits of the source; only an exponent is written out."""
        if value is None:
            return
        digits = format(Decimal(value), "f") if _EXPONENT.fullmatch(value) is not None else value
        is_negative_zero = digits.startswith("-") and not digits.strip("-0.")
        fits = _DECIMAL.fullmatch(digits) is not None and len(digits) <= _MOST_DECIMAL_CHARS and not is_negative_zero
        self._keep(field_id, digits, fits=fits)

    def integer(self, field_id: str, value: int | None) -> None:
        """A whole number within what every JSON reader keeps (RFC 7493, section 2.2)."""
        if value is not None:
            self._keep(field_id, value, fits=abs(value) < 2**53)

    def boolean(self, field_id: str, value: bool | None) -> None:  # the value itself
        """True or false; None where the source says neither."""
        if value is not None:
            self.values[field_id] = value

    def day(self, field_id: str, value: str | None) -> None:
        """A date, as partial as the source knows it."""
        if value is not None and value:
            self._keep(field_id, value, fits=is_date(value))

    def document(self, field_id: str, value: Json, *, fits: bool = True) -> None:
        """A JSON document that the caller found to be within the bounds."""
        self._keep(field_id, value, fits=fits)


def _is_code(code: str) -> bool:
    return len(code) <= _MOST_CODE_CHARS and _CONTROL.search(code) is None
