"""All SQL about notice rows. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import is_sqlite
from hub.notices.model import ACCOUNTABLE, Audience, Leased, NewNotice, NoticeCounts, NoticeKind, NoticeState
from hub.notices.tables import notice, notice_person

NoticeKey: TypeAlias = tuple[str, UUID, str]
NoticeRow: TypeAlias = RowMapping

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


def events_told_of(connection: Connection, event_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these events of which a notice was written already, whatever became of it."""
    found = connection.execute(select(notice.c.event_id).where(notice.c.event_id.in_(list(event_ids))))
    return frozenset(row.event_id for row in found)


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


# ---- leases


def lease_due(connection: Connection, *, holder: str, at: datetime, until: datetime, limit: int) -> list[Leased]:
    """Take up to `limit` due notices, and those whose lease ran out; each counts one attempt.

    Two workers never get the same row: on PostgreSQL each skips what the other has locked, on SQLite they take turns.
    """
    chosen = connection.scalars(
        select(notice.c.id)
        .where(_is_due(at))
        .order_by(notice.c.next_attempt_at, notice.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not chosen:
        return []
    taken = connection.execute(
        update(notice)
        .where(notice.c.id.in_(chosen))
        .values(
            state=NoticeState.LEASED.value,
            lease_holder=holder,
            lease_until=until,
            fence=notice.c.fence + 1,
            attempts=notice.c.attempts + 1,
        )
        .returning(notice)
    )
    by_id = {row["id"]: _leased(row) for row in taken.mappings()}
    return [by_id[id_] for id_ in chosen]


def bury_exhausted(connection: Connection, *, at: datetime, attempts: int) -> list[UUID]:
    """Give up notices whose worker died over them `attempts` times: they would take the next worker with them."""
    buried = connection.execute(
        update(notice)
        .where(notice.c.state == NoticeState.LEASED.value, notice.c.lease_until <= at, notice.c.attempts >= attempts)
        .values(state=NoticeState.DEAD.value, lease_holder=None, lease_until=None, last_failure="worker-died")
        .returning(notice.c.id)
    )
    return sorted(buried.scalars())


def end_lease(
    connection: Connection,
    leased: Leased,
    *,
    state: NoticeState,
    failure: str | None = None,
    next_attempt_at: datetime | None = None,
    is_attempt: bool = True,
) -> bool:
    """Give the notice back in `state`; False when the lease is not this worker's any more (nothing was changed)."""
    values: dict[str, object] = {
        "state": state.value,
        "lease_holder": None,
        "lease_until": None,
        "last_failure": failure,
        "attempts": leased.attempts if is_attempt else leased.attempts - 1,
    }
    if next_attempt_at is not None:
        values["next_attempt_at"] = next_attempt_at
    changed = connection.execute(
        update(notice)
        .where(notice.c.id == leased.id, notice.c.fence == leased.fence, notice.c.state == NoticeState.LEASED.value)
        .values(values)
    )
    return changed.rowcount == 1


def revive(connection: Connection, notice_id: UUID, *, at: datetime) -> bool:
    """Make a dead notice due again, its attempts counted anew; False when it is not dead."""
    changed = connection.execute(
        update(notice)
        .where(notice.c.id == notice_id, notice.c.state == NoticeState.DEAD.value)
        .values(state=NoticeState.DUE.value, attempts=0, next_attempt_at=at)
    )
    return changed.rowcount == 1


def _is_due(at: datetime) -> ColumnElement[bool]:
    return or_(
        and_(notice.c.state == NoticeState.DUE.value, notice.c.next_attempt_at <= at, notice.c.due_at <= at),
        and_(notice.c.state == NoticeState.LEASED.value, notice.c.lease_until <= at),
    )


def _leased(row: RowMapping) -> Leased:
    return Leased(
        id=row["id"],
        reference=row["reference"],
        kind=NoticeKind(row["kind"]),
        audience=Audience.of_key(row["audience"]),
        learner_id=row["learner_id"],
        agency_id=row["agency_id"],
        attempts=row["attempts"],
        fence=row["fence"],
    )


# ---- for the operator


def watched(connection: Connection, *, told_before: datetime, created_before: datetime, limit: int) -> list[NoticeRow]:
    """Notices that somebody should look at: given up, late, or told long ago and not acknowledged; oldest first."""
    told = func.min(notice_person.c.told_at).label("told_at")
    acknowledged = func.min(notice_person.c.acknowledged_at).label("acknowledged_at")
    rows = connection.execute(
        select(notice, told, acknowledged)
        .outerjoin(notice_person, notice_person.c.notice_id == notice.c.id)
        .group_by(notice.c.id)
        .having(
            or_(
                notice.c.state == NoticeState.DEAD.value,
                and_(
                    notice.c.state.in_([NoticeState.DUE.value, NoticeState.LEASED.value]),
                    notice.c.created_at < created_before,
                ),
                and_(acknowledged.is_(None), told < told_before),
            )
        )
        .order_by(notice.c.created_at, notice.c.id)
        .limit(limit)
    )
    return list(rows.mappings())


def counts(connection: Connection, *, at: datetime, grace: timedelta) -> NoticeCounts:
    """Rows by state, and the oldest notice that should have been told `grace` ago."""
    found = connection.execute(select(notice.c.state, func.count()).group_by(notice.c.state))
    by_state = dict.fromkeys(NoticeState, 0) | {NoticeState(state): count for state, count in found}
    waiting = notice.c.state.in_([NoticeState.DUE.value, NoticeState.LEASED.value, NoticeState.DEAD.value])
    oldest = connection.scalar(
        select(notice.c.due_at).where(waiting, notice.c.due_at <= at - grace).order_by(notice.c.due_at).limit(1)
    )
    return NoticeCounts(by_state=by_state, oldest_due_at=oldest)
