"""Reading the forms of bars and overrides. What does not fit is a sentence beside its field, never an error page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request

from hub.safeguarding.errors import Refused
from hub.web.grant_form import Fault
from hub.web.safeguarding_kinds import REFUSALS

_Code = TypeVar("_Code", bound=StrEnum)

_TARGETS = {
    "review_on": "review-day",
    "sight": "sight-day",
    "nobody_to_tell": "words",
    "unconfirmed_before": "words",
    "keeps_from": "keeps",
}


class NotFilled(Exception):
    """A part of the form is missing or of the wrong form; `code` is one of `REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fault(failure: NotFilled | Refused) -> tuple[Fault, ...]:
    """The sentence for what does not fit, and the input to go to."""
    return (Fault(_TARGETS.get(failure.code, failure.code), REFUSALS[failure.code]),)


def text(name: str) -> str:
    """A text as it was typed."""
    return request.form.get(name, "").strip()[:2_001]


def code_of(kinds: type[_Code], name: str) -> _Code:
    """One of a list; raises NotFilled."""
    value = request.form.get(name, "")
    if value not in set(kinds):
        raise NotFilled(name)
    return kinds(value)


def ticked(name: str, among: Collection[str]) -> tuple[str, ...]:
    """Those of `among` that were ticked, in their order."""
    chosen = set(request.form.getlist(name))
    return tuple(one for one in among if one in chosen)


def parts(prefix: str) -> tuple[str, str, str]:
    """Day, month and year as they were typed."""
    day, month, year = (request.form.get(f"{prefix}-{part}", "").strip()[:4] for part in ("day", "month", "year"))
    return day, month, year


def future_day(prefix: str, code: str) -> date:
    """The day that was typed; raises NotFilled where none was. Whether it fits is the hub's to say."""
    found = day_of(prefix, code)
    if found is None:
        raise NotFilled(code)
    return found


def day_of(prefix: str, code: str) -> date | None:
    """The day that was typed, None where none was; raises NotFilled for what is no real date."""
    typed = parts(prefix)
    if not any(typed):
        return None
    if not all(part.isascii() and part.isdigit() for part in typed):
        raise NotFilled(code)
    day, month, year = (int(part) for part in typed)
    try:
        return date(year, month, day)
    except ValueError:
        raise NotFilled(code) from None
