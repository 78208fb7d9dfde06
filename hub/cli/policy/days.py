"""Days on the command line of protocols: given, or today."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import click

DAY: Final = click.DateTime(["%Y-%m-%d"])


def day_or_today(given: datetime | None) -> date:
    """The day that was given; otherwise today in UTC, which protocols go by."""
    return datetime.now(UTC).date() if given is None else given.date()
