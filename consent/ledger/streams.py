"""Stream rows: numbers without gaps, and the lock of a learner. An UPDATE of the row is held until the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from consent.ledger.leaf import is_stream
from consent.ledger.queries import streams as queries
from consent.ledger.queries.streams import LOCK_ONLY, Taken

__all__ = ["LOCK_ONLY", "Taken", "lock", "lock_many", "take"]


def lock(connection: Connection, stream: str) -> int:
    """Lock a stream's row until the transaction ends, and take its next number (1 for a new stream).

    For `learner:<id>` this is the lock that every read and every change about that learner takes first.
    """
    return lock_many(connection, [stream])[stream]


def lock_many(connection: Connection, streams: Iterable[str]) -> dict[str, int]:
    """Lock several streams and take one number of each; always in the order of their names, so nobody deadlocks."""
    taken = take(connection, dict.fromkeys(streams, 1), at=None)
    return {stream: each.last_number for stream, each in taken.items()}


def take(connection: Connection, counts: Mapping[str, int], *, at: datetime | None) -> dict[str, Taken]:
    """Take `counts[stream]` numbers of each stream, and lock them all, in one statement in the order of their names."""
    for stream in counts:
        if not is_stream(stream):
            raise ValueError("not the id of a stream")
    return queries.take(connection, counts, at=at)
