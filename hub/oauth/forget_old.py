"""Deleting what the authorization server no longer needs; for the sweep."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine

from hub.database import unit_of_work
from hub.oauth import queries

KEEP_TOKENS = timedelta(days=1)
_LONGEST_PACE = timedelta(hours=25)


def forget_old(engine: Engine, *, at: datetime) -> int:
    """Delete rows of tokens that expired a day ago, of assertions that expired, and old counts; answers how many.

    INVARIANT: an assertion's row outlives the assertion, or it could be used twice.
    """
    with unit_of_work(engine) as connection:
        return queries.delete_expired(
            connection, tokens_before=at - KEEP_TOKENS, assertions_before=at, pace_before=at - _LONGEST_PACE
        )
