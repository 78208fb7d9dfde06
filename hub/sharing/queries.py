"""All SQL of the sharing room. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select

from hub.sharing.tables import disclosure, disclosure_item

# Built once: every governed read runs them, and building a statement costs more than running it.
_ADD_DISCLOSURE = insert(disclosure)
_ADD_ITEMS = insert(disclosure_item)


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """A stored disclosure and what it opened: per holder, record and version the catalogue ordinals."""

    id: UUID
    at: datetime
    recipient: str
    purpose: str
    role: str
    handle_id: UUID
    protocols: tuple[str, ...]
    items: tuple[tuple[str, UUID, int, tuple[int, ...]], ...]


def add_disclosure(connection: Connection, row: Mapping[str, object], items: Sequence[Mapping[str, object]]) -> None:
    """Record one disclosure with what it opened."""
    connection.execute(_ADD_DISCLOSURE, row)
    if items:
        connection.execute(_ADD_ITEMS, list(items))


def disclosure_of(connection: Connection, *, agency_id: str, disclosure_id: UUID) -> DisclosureRow | None:
    """One disclosure made to this agency."""
    statement = select(disclosure).where(disclosure.c.agency_id == agency_id, disclosure.c.id == disclosure_id)
    rows = _with_items(connection, connection.execute(statement).all())
    return rows[0] if rows else None


def disclosures_about(connection: Connection, learner_id: UUID, *, limit: int) -> list[DisclosureRow]:
    """Newest disclosures about a learner, to whomever."""
    statement = (
        select(disclosure)
        .where(disclosure.c.learner_id == learner_id)
        .order_by(disclosure.c.at.desc(), disclosure.c.id.desc())
        .limit(limit)
    )
    return _with_items(connection, connection.execute(statement).all())


def _with_items(connection: Connection, rows: Sequence[Row[Any]]) -> list[DisclosureRow]:
    if not rows:
        return []
    statement = (
        select(disclosure_item)
        .where(disclosure_item.c.disclosure_id.in_([row.id for row in rows]))
        .order_by(disclosure_item.c.holder_id, disclosure_item.c.record_id)
    )
    items: dict[UUID, list[tuple[str, UUID, int, tuple[int, ...]]]] = {}
    for item in connection.execute(statement):
        entry = (item.holder_id, item.record_id, item.version, tuple(item.ordinals))
        items.setdefault(item.disclosure_id, []).append(entry)
    return [
        DisclosureRow(
            id=row.id,
            at=row.at,
            recipient=row.agency_id,
            purpose=row.purpose,
            role=row.role,
            handle_id=row.handle_id,
            protocols=tuple(row.protocols),
            items=tuple(items.get(row.id, ())),
        )
        for row in rows
    ]
