"""All SQL about notice rows. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection, exists, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import is_sqlite
from hub.notices.model import ACCOUNTABLE, NewNotice, NoticeState
from hub.notices.tables import notice, notice_person

NoticeKey: TypeAlias = tuple[str, UUID, str]

_KEY = (notice.c.kind, notice.c.event_id, notice.c.audience)


def key_of(row: NewNotice) -> NoticeKey:
    """What makes two notices the same one."""
    return row.kind.value, row.event_id, row.audience.key


def insert_new(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert what breaks no unique constraint (same notice, or a reference that is taken); leave out the rest."""
    insert = sqlite.insert(notice) if is_sqlite(connection) else postgresql.insert(notice)
    connection.execute(insert.on_conflict_do_nothing(), rows)


def ids_by_key(connection: Connection, keys: Sequence[NoticeKey]) -> dict[NoticeKey, UUID]:
    """The ids of those notices among `keys` that are there."""
    found = connection.execute(select(notice.c.id, *_KEY).where(tuple_(*_KEY).in_(keys)))
    return {(kind, event_id, audience): id_ for id_, kind, event_id, audience in found}


def reopen_unacknowledged(connection: Connection, *, learner_id: UUID, at: datetime) -> int:
    """Make told notices for the accountable person due again where nobody has acknowledged them; answers how many."""
    acknowledged = exists().where(
        notice_person.c.notice_id == notice.c.id, notice_person.c.acknowledged_at.is_not(None)
    )
    changed = connection.execute(
        update(notice)
        .where(
            notice.c.learner_id == learner_id,
            notice.c.audience == ACCOUNTABLE.key,
            notice.c.state == NoticeState.DONE.value,
            ~acknowledged,
        )
        .values(state=NoticeState.DUE.value, attempts=0, next_attempt_at=at)
    )
    return changed.rowcount
