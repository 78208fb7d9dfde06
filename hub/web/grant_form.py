"""Reads the form of a grant: which fields, and until when. Every fault is a sentence beside its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.consenting.model import Offer
from hub.web.language import mark
from hub.web.model import Answers

LONGEST_YEARS = 3
_PARTS = ("until-day", "until-month", "until-year")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a form: the id of the input to go to, and a sentence (English, marked)."""

    target: str
    message: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: what is shown again, the answers when it is whole, the faults when it is not."""

    ticked: tuple[str, ...]
    parts: tuple[str, str, str]
    answers: Answers | None
    faults: tuple[Fault, ...]


def empty(answers: Answers | None) -> Filled:
    """The form at the start: nothing ticked, no day, unless these answers were given before."""
    if answers is None:
        return Filled((), ("", "", ""), None, ())
    until_on = answers.until_on
    return Filled(answers.field_ids, (str(until_on.day), str(until_on.month), str(until_on.year)), None, ())


def read(offer: Offer, *, ticked: Sequence[str], form: Mapping[str, str], today: date) -> Filled:
    """The form as sent. Only fields of the offer count; the day is a real one, after today, within three years.

    Where a newer version is asked about, what was agreed to before goes along, and only what is new is ticked.
    """
    before = offer.difference
    asked = offer.field_ids if before is None else before.fields
    kept = set() if before is None else set(before.agreed)
    chosen = tuple(field_id for field_id in asked if field_id in set(ticked))
    answer = tuple(field_id for field_id in offer.field_ids if field_id in kept or field_id in set(chosen))
    is_enough = bool(chosen) or (before is not None and bool(before.roles or before.terms))
    day, month, year = (form.get(part, "").strip()[:4] for part in _PARTS)
    until_on, fault = _day((day, month, year), today)
    faults = [] if is_enough else [Fault("fields", mark("Select at least one thing to share, or say no"))]
    faults += [] if fault is None else [fault]
    whole = not faults and until_on is not None
    return Filled(
        chosen, (day, month, year), Answers(answer, until_on) if whole and until_on is not None else None, tuple(faults)
    )


def _day(parts: tuple[str, str, str], today: date) -> tuple[date | None, Fault | None]:
    missing = [name for name, part in zip(_PARTS, parts, strict=True) if not part]
    if len(missing) == len(parts):
        return None, Fault(_PARTS[0], mark("Enter the day until which they may see it"))
    if missing:
        return None, Fault(missing[0], mark("The day must include a day, a month and a year"))
    until_on = _real_day(parts)
    if until_on is None:
        return None, Fault(_PARTS[0], mark("The day must be a real date, like 31 7 2027"))
    if until_on <= today:
        return None, Fault(_PARTS[0], mark("The day must be in the future"))
    if until_on > _years_after(today, LONGEST_YEARS):
        return None, Fault(_PARTS[0], mark("The day must be within the next 3 years"))
    return until_on, None


def _real_day(parts: tuple[str, str, str]) -> date | None:
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    day, month, year = (int(part) for part in parts)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
