"""Cells to values: dates, numbers and yes or no as censuses and returns write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from connectors.reasons import ReasonCode, Unfit

_WHOLE = re.compile(r"-?[0-9]{1,15}(?:\.0+)?", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00(?:\.0+)?)?", re.ASCII)
_MONTH_NAME = re.compile(r"([0-9]{4})-([A-Z][a-z]{2})-([0-9]{2}) 00:00:00", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As these files spell them, whatever the locale of the process."""
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False, "yes": True, "no": False}
_FORMULA = ("=", "@")


def day_of(cell: str) -> str | None:
    """A date in ISO 8601: from `25/04/2020`, `2020-04-25` or `2020-Apr-25 00:00:00`; None for a blank cell.

    Raises:
        Unfit: it is no date, or one that does not exist.
    """
    if not cell:
        return None
    try:
        if (match := _DAY_FIRST.fullmatch(cell)) is not None:
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        if (match := _ISO.fullmatch(cell)) is not None:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        if (match := _MONTH_NAME.fullmatch(cell)) is not None:
            return date(int(match[1]), _MONTHS.index(match[2]) + 1, int(match[3])).isoformat()
    except ValueError:
        pass
    raise Unfit(ReasonCode.INVALID_VALUE)


def whole_of(cell: str) -> int | None:
    """A whole number, also when it is written `1.0`; None for a blank cell."""
    if not cell:
        return None
    if _WHOLE.fullmatch(cell) is None:
        raise Unfit(ReasonCode.INVALID_VALUE)
    return int(cell.partition(".")[0])


def number_of(cell: str) -> str | None:
    """A number with the digits that were written; None for a blank cell."""
    if not cell:
        return None
    if _NUMBER.fullmatch(cell) is None:
        raise Unfit(ReasonCode.INVALID_VALUE)
    sign, digits = ("-", cell[1:]) if cell.startswith("-") else ("", cell)
    whole, point, rest = digits.partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{point}{rest}"


def truth_of(cell: str) -> bool | None:
    """Yes or no; None for a blank cell."""
    if not cell:
        return None
    if cell.lower() not in _TRUTH:
        raise Unfit(ReasonCode.INVALID_VALUE)
    return _TRUTH[cell.lower()]


def has_formula(cells: Mapping[str, str]) -> bool:
    """Whether a spreadsheet left a formula where its result belongs; it is kept as words and never worked out."""
    return any(cell.startswith(_FORMULA) for cell in cells.values())
