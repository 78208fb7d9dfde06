"""All SQL of the sharing room. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Text, cast, false, insert, or_, select, true

from hub.circumstances.hiding import NOTHING_HIDDEN, Hidden
from hub.sharing.tables import disclosure, disclosure_item

# Built once: every governed read runs them, and building a statement costs more than running it.
_ADD_DISCLOSURE = insert(disclosure)
_ADD_ITEMS = insert(disclosure_item)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One earlier disclosure of one holder's records: the catalogue ordinals that it opened, as a mask."""

    holder: str
    recipient: str
    purpose: str
    mask: int
    at: datetime


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


def disclosures_about(connection: Connection, learner_id: UUID, *, hidden: Hidden, limit: int) -> list[DisclosureRow]:
    """Newest disclosures about a learner, to whomever, without those that are hidden from who asks."""
    statement = (
        select(disclosure)
        .where(disclosure.c.learner_id == learner_id, ~_is_hidden(hidden))
        .order_by(disclosure.c.at.desc(), disclosure.c.id.desc())
        .limit(limit)
    )
    return _with_items(connection, connection.execute(statement).all())


def reads_since(
    connection: Connection,
    learner_id: UUID,
    *,
    since: datetime,
    recipient: str | None,
    before: int | None,
    hidden: Hidden = NOTHING_HIDDEN,
) -> list[ReadRow]:
    """What disclosures later than `since` opened of a learner's records, by disclosure and holder; oldest first.

    Of one recipient only, or with None of all; with `before`, of those whose event number is below it. A disclosure
    that opened nothing has no items, so it is not here; nor is one that is hidden from who asks.
    """
    statement = (
        select(
            disclosure.c.id,
            disclosure.c.agency_id,
            disclosure.c.purpose,
            disclosure.c.at,
            disclosure_item.c.holder_id,
            disclosure_item.c.ordinals,
        )
        .join(
            disclosure_item,
            (disclosure_item.c.agency_id == disclosure.c.agency_id)
            & (disclosure_item.c.disclosure_id == disclosure.c.id),
        )
        .where(
            disclosure.c.learner_id == learner_id,
            disclosure.c.at > since,
            ~_is_hidden(hidden),
            true() if recipient is None else disclosure.c.agency_id == recipient,
            true() if before is None else disclosure.c.number < before,
        )
        .order_by(disclosure.c.at, disclosure.c.id, disclosure_item.c.holder_id, disclosure_item.c.record_id)
    )
    found: dict[tuple[UUID, str], ReadRow] = {}
    for row in connection.execute(statement):
        mask = sum(1 << ordinal for ordinal in row.ordinals)
        known = found.get((row.id, row.holder_id))
        mask |= 0 if known is None else known.mask
        found[row.id, row.holder_id] = ReadRow(row.holder_id, row.agency_id, row.purpose, mask, row.at)
    return list(found.values())


def is_hidden(connection: Connection, disclosure_id: UUID, *, hidden: Hidden) -> bool:
    """Whether a disclosure is one that is hidden from who asks."""
    found = select(disclosure.c.id).where(disclosure.c.id == disclosure_id, _is_hidden(hidden))
    return connection.execute(found).first() is not None


def _is_hidden(hidden: Hidden) -> ColumnElement[bool]:
    # The list is short text of our own making, the same on both databases: ids in quotes, between brackets.
    listed = cast(disclosure.c.overrides, Text)
    under = [listed.contains(str(one)) for one in sorted(hidden.overrides)]
    return or_(false(), *under, disclosure.c.agency_id.in_(sorted(hidden.agencies)))


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
