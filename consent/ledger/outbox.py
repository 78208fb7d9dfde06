"""Entries on their way into the tree, written in the transaction of the business row that they prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection

from consent.ids import new_id
from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from consent.ledger.leaf import BodyRefused, commit, instant_text
from consent.ledger.queries import outbox as queries
from consent.ledger.queries.outbox import Owner, StoredEntry
from consent.ledger.streams import LOCK_ONLY, take

Seal: TypeAlias = Callable[[Owner, bytes, bytes], bytes]
"""`seal(owner, opening, context)` gives the sealed opening; `context` is `opening_context(id)`, to be bound to it."""

__all__ = [
    "AppendedEntry",
    "Entry",
    "Owner",
    "Seal",
    "StoredEntry",
    "append",
    "entries_for",
    "entries_of",
    "opening_context",
]

_GIVEN = frozenset({"kind", "at", "stream", "number"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be proved to the holder of `stream`: `body` without the four members that every body is given.

    Ids in the body are text, instants `leaf.instant_text`; never a record value. `subject_event_id` is the business
    row (consent event, disclosure, ...), by which the hub finds the entry again.
    """

    kind: Kind
    stream: str
    body: Mapping[str, Json] = field(repr=False)
    owner: Owner
    subject_event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AppendedEntry:
    """Where an entry stands: the outbox row's id, and its number in the stream."""

    id: UUID
    stream: str
    number: int


def append(connection: Connection, entries: Sequence[Entry], *, seal: Seal, at: datetime) -> list[AppendedEntry]:
    """Commit to each entry and write it to the outbox, in order; locks the streams until the transaction ends.

    A caller that appends for several learners takes all their locks first (`streams.lock_many`). Raises BodyRefused
    for a body that can't be carried; nothing is written then.
    """
    for entry in entries:
        _refuse(entry)
    taken = take(connection, Counter(entry.stream for entry in entries), at=at)
    counts = Counter(entry.stream for entry in entries)
    next_numbers = {stream: each.last_number - counts[stream] + 1 for stream, each in taken.items()}
    appended, rows, at_text = [], [], instant_text(at)
    for entry in entries:
        number = next_numbers[entry.stream]
        next_numbers[entry.stream] = number + 1
        outbox_id = new_id()
        body = {**entry.body, "kind": entry.kind.value, "at": at_text, "stream": entry.stream, "number": number}
        committed = commit(body)
        rows.append(
            {
                "id": outbox_id,
                "stream": entry.stream,
                "number": number,
                "leaf": committed.leaf,
                "sealed_opening": seal(entry.owner, committed.opening, opening_context(outbox_id)),
                "owner_agency": entry.owner[0],
                "owner_kind": entry.owner[1],
                "owner_id": entry.owner[2],
                "subject_event_id": entry.subject_event_id,
                "created_at": taken[entry.stream].at,
            }
        )
        appended.append(AppendedEntry(outbox_id, entry.stream, number))
    if rows:
        queries.write(connection, rows)
    return appended


def opening_context(outbox_id: UUID) -> bytes:
    """Associated data of a sealed opening: label and the id of its row, so that no two openings can be swapped."""
    return b"dolen-opening/v1\x00" + outbox_id.bytes


def entries_for(connection: Connection, subject_event_ids: Iterable[UUID]) -> list[StoredEntry]:
    """The entries that prove these business rows, in every stream, oldest first."""
    return queries.of_events(connection, subject_event_ids)


def entries_of(connection: Connection, stream: str, *, after: int = 0, limit: int = 1000) -> list[StoredEntry]:
    """A stream's entries with numbers above `after`, in order of number, at most `limit`."""
    return queries.of_stream(connection, stream, after=after, limit=limit)


def _refuse(entry: Entry) -> None:
    if entry.stream.startswith(LOCK_ONLY):
        raise BodyRefused("a learner's stream is a lock and takes no entry")
    if not _GIVEN.isdisjoint(entry.body):
        raise BodyRefused("kind, at, stream and number are given, not taken from the body")
