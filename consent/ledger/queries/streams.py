"""Stream rows: one statement locks them and hands out numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Executable, case, or_
from sqlalchemy.dialects import postgresql, sqlite

from consent.tables import ledger_stream

LOCK_ONLY = "learner:"
"""Streams of this kind are locks that count events; no leaf is ever written into them."""


class Taken(NamedTuple):
    """What a stream gave out: the last of the numbers taken, and an instant that is not before any earlier entry's."""

    last_number: int
    at: datetime | None


def take(connection: Connection, counts: Mapping[str, int], *, at: datetime | None) -> dict[str, Taken]:
    """Take `counts[stream]` numbers of each stream; rows are locked in the order of their names."""
    rows = [{"stream": stream, "last_number": counts[stream], "last_at": at} for stream in sorted(counts)]
    if not rows:
        return {}
    given = connection.execute(_TAKE[connection.dialect.name], rows if len(rows) > 1 else rows[0])
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
