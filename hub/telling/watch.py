"""What the operator looks at: notices that nobody got, or that nobody has acknowledged in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from hub.notices import queries
from hub.notices.model import Audience, NoticeCounts, NoticeState
from hub.telling.errors import NotDead
from hub.telling.model import NoticeLine

ACKNOWLEDGE_WORKING_DAYS = 3
LATE = timedelta(minutes=15)
"""A notice that waits longer than this is late: the alarm "somebody should have been told"."""

_SATURDAY = 5


def working_days_before(at: datetime, days: int) -> datetime:
    """The instant `days` working days (Monday to Friday) before `at`; public holidays are not taken out."""
    while days > 0:
        at -= timedelta(days=1)
        days -= at.weekday() < _SATURDAY
    return at


def notices_to_watch(connection: Connection, *, at: datetime, limit: int = 200) -> list[NoticeLine]:
    """Notices given up, late, or not acknowledged for `ACKNOWLEDGE_WORKING_DAYS`, oldest first. Ids and codes only."""
    told_before = working_days_before(at, ACKNOWLEDGE_WORKING_DAYS)
    rows = queries.watched(connection, told_before=told_before, created_before=at - LATE, limit=limit)
    return [_line(row, told_before=told_before) for row in rows]


def notice_counts(connection: Connection, *, at: datetime) -> NoticeCounts:
    """How many notices stand where, and since when somebody should have been told: for metrics and readiness."""
    return queries.counts(connection, at=at, grace=LATE)


def replay(connection: Connection, notice_id: UUID, *, at: datetime) -> None:
    """Make a notice that was given up due again, its attempts counted anew; raises NotDead."""
    if not queries.revive(connection, notice_id, at=at):
        raise NotDead(notice_id)


def _line(row: queries.NoticeRow, *, told_before: datetime) -> NoticeLine:
    told_at, acknowledged_at = row["told_at"], row["acknowledged_at"]
    return NoticeLine(
        notice_id=row["id"],
        reference=row["reference"],
        kind=row["kind"],
        role=Audience.of_key(row["audience"]).role.value,
        agency_id=row["agency_id"],
        state=NoticeState(row["state"]),
        attempts=row["attempts"],
        last_failure=row["last_failure"],
        created_at=row["created_at"],
        told_at=told_at,
        acknowledged_at=acknowledged_at,
        is_overdue=acknowledged_at is None and told_at is not None and told_at < told_before,
    )
