"""All SQL of the key store. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import is_sqlite
from hub.sealing.model import KeyOwner, OwnerKind, WrappedKey
from hub.sealing.tables import wrapped_key

_CHUNK = 500  # bound values of one IN list, well under SQLite's and PostgreSQL's limits


def wrapped_keys(connection: Connection, owners: Iterable[KeyOwner]) -> dict[KeyOwner, WrappedKey]:
    """The stored keys of these owners; who has none is missing from the answer."""
    groups: dict[tuple[str, OwnerKind], dict[str, KeyOwner]] = {}
    for owner in owners:
        groups.setdefault((owner.agency_id, owner.kind), {})[str(owner.id)] = owner
    found: dict[KeyOwner, WrappedKey] = {}
    for (agency_id, kind), by_id in groups.items():
        for ids in _chunks(list(by_id)):
            rows = connection.execute(
                select(wrapped_key.c.owner_id, wrapped_key.c.keyring_version, wrapped_key.c.wrapped).where(
                    wrapped_key.c.agency_id == agency_id,
                    wrapped_key.c.kind == kind.value,
                    wrapped_key.c.owner_id.in_(ids),
                )
            )
            found.update((by_id[row.owner_id], WrappedKey(row.keyring_version, row.wrapped)) for row in rows)
    return found


def insert_unless_there(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Store wrapped keys; an owner that has one already keeps it."""
    if rows:
        connection.execute(_insert(connection), list(rows))


def delete_key(connection: Connection, owner: KeyOwner) -> int:
    """Delete the owner's key; answers how many rows went."""
    return connection.execute(delete(wrapped_key).where(*_is(owner))).rowcount


def outdated(
    connection: Connection, *, agency_id: str, before: int, limit: int = _CHUNK
) -> list[tuple[KeyOwner, WrappedKey]]:
    """At most `limit` keys of this agency that a version before `before` wrapped, in order of their owners."""
    rows = connection.execute(
        select(wrapped_key)
        .where(wrapped_key.c.agency_id == agency_id, wrapped_key.c.keyring_version < before)
        .order_by(wrapped_key.c.kind, wrapped_key.c.owner_id)
        .limit(limit)
    )
    return [(_owner(row), WrappedKey(row.keyring_version, row.wrapped)) for row in rows]


def replace_wrapping(connection: Connection, owner: KeyOwner, *, old: WrappedKey, new: WrappedKey) -> None:
    """Store the new wrapping, unless another process replaced the old one meanwhile."""
    connection.execute(
        update(wrapped_key)
        .where(*_is(owner), wrapped_key.c.keyring_version == old.version, wrapped_key.c.wrapped == old.data)
        .values(keyring_version=new.version, wrapped=new.data)
    )


def _is(owner: KeyOwner) -> tuple[Any, Any, Any]:
    return (
        wrapped_key.c.agency_id == owner.agency_id,
        wrapped_key.c.kind == owner.kind.value,
        wrapped_key.c.owner_id == str(owner.id),
    )


def _owner(row: Any) -> KeyOwner:
    kind = OwnerKind(row.kind)
    return KeyOwner(row.agency_id, kind, row.owner_id if kind is OwnerKind.AGENCY else UUID(row.owner_id))


def _insert(connection: Connection) -> Insert:
    if is_sqlite(connection):
        return sqlite.insert(wrapped_key).on_conflict_do_nothing()
    return postgresql.insert(wrapped_key).on_conflict_do_nothing()


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
