"""Days of this room: reviews are due on working days, and a bar is looked at again within a year."""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5


def working_days_after(on: date, days: int) -> date:
    """The day `days` working days (Monday to Friday) after `on`; public holidays are not taken out."""
    while days > 0:
        on += timedelta(days=1)
        days -= on.weekday() < _SATURDAY
    return on


def a_year_after(on: date) -> date:
    """The same day a year on; 28 February where there is no such day."""
    try:
        return on.replace(year=on.year + 1)
    except ValueError:
        return on.replace(year=on.year + 1, day=28)
