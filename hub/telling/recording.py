"""The one place where telling meets the ledger: change -> told -> opened -> acknowledged, each with its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection


class NoticeEventKind(StrEnum):
    """The kinds of ledger entry that a notice makes."""

    TOLD = "notice.told"
    OPENED = "notice.opened"
    ACKNOWLEDGED = "notice.acknowledged"


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """What happened to a notice, by ids. `event_id` is the event that the notice is about."""

    kind: NoticeEventKind
    notice_id: UUID
    event_id: UUID
    person_id: UUID
    learner_id: UUID | None
    at: datetime


class RecordEvent(Protocol):
    """Puts the event into the ledger's outbox within the caller's transaction.

    It locks the learner's stream row, so it is called before any notice row is touched: locks are always taken in that
    order. The transaction (or its savepoint) may be rolled back after.
    """

    def __call__(self, connection: Connection, event: NoticeEvent) -> None: ...
