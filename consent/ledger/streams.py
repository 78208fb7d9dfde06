"""Stream rows: numbers without gaps, and the lock of a learner. An UPDATE of the row is held until the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Executable, case, or_
from sqlalchemy.dialects import postgresql, sqlite

from consent.ledger.leaf import is_stream
from consent.tables import ledger_stream

LOCK_ONLY = "learner:"
"""Streams of this kind are locks that count events; no leaf is ever written into them."""


class Taken(NamedTuple):
    """What a stream gave out: the last of the numbers taken, and an instant that is not before any earlier entry's."""

    last_number: int
    at: datetime | None


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
    rows = [{"stream": stream, "last_number": counts[stream], "last_at": at} for stream in sorted(counts)]
    if not rows:
        return {}
    statement = _TAKE[connection.dialect.name]
    given = connection.execute(statement, rows if len(rows) > 1 else rows[0])
    return {stream: Taken(number, last_at) for stream, number, last_at in given}


def _statement(insert: sqlite.Insert | postgresql.Insert) -> Executable:
    new, old = insert.excluded, ledger_stream.c
    later = case((or_(old.last_at.is_(None), new.last_at > old.last_at), new.last_at), else_=old.last_at)
    return insert.on_conflict_do_update(
        index_elements=[old.stream],
        set_={"last_number": old.last_number + new.last_number, "last_at": later},
    ).returning(old.stream, old.last_number, old.last_at)


_TAKE = {
    "sqlite": _statement(sqlite.insert(ledger_stream)),
    "postgresql": _statement(postgresql.insert(ledger_stream)),
}
