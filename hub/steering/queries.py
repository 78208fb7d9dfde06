"""All SQL of trying a draft on what was. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from hub.directory.tables import learner
from hub.sharing.tables import disclosure, disclosure_item


@dataclass(frozen=True, slots=True)
class PastRead:
    """What one recorded disclosure opened of one holder, as catalogue ordinals."""

    disclosure_id: UUID
    learner_id: UUID
    at: datetime
    recipient: str
    role: str
    purpose: str
    holder: str
    ordinals: tuple[int, ...]


def learners_after(connection: Connection, *, after: UUID | None, limit: int) -> list[UUID]:
    """The next learners, by id."""
    statement = select(learner.c.id).order_by(learner.c.id).limit(limit)
    return list(connection.execute(statement if after is None else statement.where(learner.c.id > after)).scalars())


def learners_read_since(connection: Connection, *, since: datetime, after: UUID | None, limit: int) -> list[UUID]:
    """The next learners, by id, of whom something was disclosed since then."""
    read = disclosure.c.learner_id
    statement = select(read).where(disclosure.c.at >= since).distinct().order_by(read).limit(limit)
    return list(connection.execute(statement if after is None else statement.where(read > after)).scalars())


def reads_of(connection: Connection, learner_ids: Sequence[UUID], *, since: datetime) -> list[PastRead]:
    """Everything that was disclosed of these learners since then, each record a line."""
    statement = (
        select(disclosure, disclosure_item.c.holder_id, disclosure_item.c.ordinals)
        .join(
            disclosure_item,
            (disclosure_item.c.agency_id == disclosure.c.agency_id)
            & (disclosure_item.c.disclosure_id == disclosure.c.id),
        )
        .where(disclosure.c.learner_id.in_(learner_ids), disclosure.c.at >= since)
        .order_by(disclosure.c.learner_id, disclosure.c.at, disclosure.c.id, disclosure_item.c.record_id)
    )
    return [
        PastRead(
            row.id, row.learner_id, row.at, row.agency_id, row.role, row.purpose, row.holder_id, tuple(row.ordinals)
        )
        for row in connection.execute(statement)
    ]
