"""A person's inbox. Whether they may still know is asked again each time it is read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.ties import day_of
from hub.telling import queries
from hub.telling.errors import NotYours
from hub.telling.model import InboxEntry
from hub.telling.recording import NoticeEvent, NoticeEventKind, RecordEvent

MAX_ENTRIES = 200

_COLUMN = {NoticeEventKind.OPENED: "opened_at", NoticeEventKind.ACKNOWLEDGED: "acknowledged_at"}


def inbox_of(connection: Connection, person_id: UUID, *, at: datetime, limit: int = MAX_ENTRIES) -> list[InboxEntry]:
    """The notices of this person that they may know of at `at`, newest first."""
    return queries.inbox(connection, person_id=person_id, on=day_of(at), limit=limit)


def open_notice(
    connection: Connection, *, person_id: UUID, notice_id: UUID, at: datetime, record: RecordEvent
) -> InboxEntry:
    """Note that the person opened the notice, the first time only; raises NotYours."""
    return _mark(connection, NoticeEventKind.OPENED, person_id=person_id, notice_id=notice_id, at=at, record=record)


def acknowledge(
    connection: Connection, *, person_id: UUID, notice_id: UUID, at: datetime, record: RecordEvent
) -> InboxEntry:
    """Note that the person takes it on, the first time only; raises NotYours.

    Never behind a GET: the scanners of mail servers follow links.
    """
    kind = NoticeEventKind.ACKNOWLEDGED
    return _mark(connection, kind, person_id=person_id, notice_id=notice_id, at=at, record=record)


def _mark(
    connection: Connection,
    kind: NoticeEventKind,
    *,
    person_id: UUID,
    notice_id: UUID,
    at: datetime,
    record: RecordEvent,
) -> InboxEntry:
    before = _entry(connection, person_id=person_id, notice_id=notice_id, at=at)
    if getattr(before, _COLUMN[kind]) is not None:
        return before
    event_id = queries.event_of(connection, notice_id)
    event = NoticeEvent(kind, notice_id, event_id, person_id, before.learner_id, at)
    with connection.begin_nested() as attempt:
        # The ledger's lock first. Of two clicks at once the second finds the mark set, and its entry is taken back.
        record(connection, event)
        if not queries.mark(connection, notice_id=notice_id, person_id=person_id, column=_COLUMN[kind], at=at):
            attempt.rollback()
    return _entry(connection, person_id=person_id, notice_id=notice_id, at=at)


def _entry(connection: Connection, *, person_id: UUID, notice_id: UUID, at: datetime) -> InboxEntry:
    found = queries.inbox_entry(connection, person_id=person_id, notice_id=notice_id, on=day_of(at))
    if found is None:
        raise NotYours(notice_id)
    return found
