"""All SQL of the records room. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, or_, select, update

from hub.records.model import SealedRecord
from hub.records.tables import record, record_version

_CHUNK = 400  # bound parameters of one IN list; SQLite allows 32,766, PostgreSQL 65,535


def _newest() -> Select[Any]:
    return select(
        record.c.agency_id,
        record.c.id,
        record.c.handle_id,
        record.c.version,
        record.c.reference_index,
        record.c.is_removed,
        record_version.c.catalogue_version,
        record_version.c.envelope,
        record_version.c.stored_at,
    ).join(
        record_version,
        and_(
            record_version.c.agency_id == record.c.agency_id,
            record_version.c.record_id == record.c.id,
            record_version.c.version == record.c.version,
        ),
    )


def _sealed(row: Row[Any]) -> SealedRecord:
    return SealedRecord(
        agency_id=row.agency_id,
        record_id=row.id,
        handle_id=row.handle_id,
        version=row.version,
        catalogue_version=row.catalogue_version,
        envelope=row.envelope,
        stored_at=row.stored_at,
        is_removed=row.is_removed,
    )


def by_reference(
    connection: Connection, *, agency_id: str, kind: str, indexes: Iterable[bytes]
) -> dict[bytes, SealedRecord]:
    """Newest version of every record of this agency and kind whose reference has one of these blind indexes."""
    wanted = list(indexes)
    found: dict[bytes, SealedRecord] = {}
    for start in range(0, len(wanted), _CHUNK):
        statement = _newest().where(
            record.c.agency_id == agency_id,
            record.c.kind == kind,
            record.c.reference_index.in_(wanted[start : start + _CHUNK]),
        )
        found.update((row.reference_index, _sealed(row)) for row in connection.execute(statement))
    return found


def newest_of(
    connection: Connection, *, handles: Sequence[tuple[str, UUID]], after: UUID | None, limit: int
) -> list[SealedRecord]:
    """Newest versions of the records that hang on these (agency, handle) pairs, removed ones left out, in order of id.

    One page: at most `limit` records whose id is greater than `after`.
    """
    if not handles:
        return []
    values: dict[str, object] = {"most": limit} if after is None else {"most": limit, "after": after}
    for place, (agency, handle) in enumerate(handles):
        values |= {f"agency_{place}": agency, f"handle_{place}": handle}
    return [_sealed(row) for row in connection.execute(_page(len(handles), after is None), values)]


@lru_cache
def _page(handles: int, is_first: bool) -> Select[Any]:
    """Built once for each number of handles: every read runs it, and building it costs more than running it."""
    pairs = [
        and_(record.c.agency_id == bindparam(f"agency_{place}"), record.c.handle_id == bindparam(f"handle_{place}"))
        for place in range(handles)
    ]
    statement = _newest().where(or_(*pairs), record.c.is_removed.is_(False))
    if not is_first:
        statement = statement.where(record.c.id > bindparam("after"))
    return statement.order_by(record.c.id).limit(bindparam("most"))


def insert_records(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add records; a reference that somebody added meanwhile raises IntegrityError, and the batch is run again."""
    if rows:
        connection.execute(insert(record), list(rows))


def insert_versions(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add record versions; two writers of one version: the second raises IntegrityError."""
    if rows:
        connection.execute(insert(record_version), list(rows))


def move_on(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Point records at their new version: rows have `key_agency`, `key_id` and the new values."""
    if rows:
        statement = (
            update(record)
            .where(record.c.agency_id == bindparam("key_agency"), record.c.id == bindparam("key_id"))
            .values(
                handle_id=bindparam("handle_id"),
                version=bindparam("version"),
                is_removed=bindparam("is_removed"),
                changed_at=bindparam("changed_at"),
            )
        )
        connection.execute(statement, list(rows))


def history(connection: Connection, *, agency_id: str, record_id: UUID) -> list[tuple[int, datetime, bytes]]:
    """Versions of one record, oldest first: number, instant, digest."""
    statement = (
        select(record_version.c.version, record_version.c.stored_at, record_version.c.digest)
        .where(record_version.c.agency_id == agency_id, record_version.c.record_id == record_id)
        .order_by(record_version.c.version)
    )
    return [(row.version, row.stored_at, row.digest) for row in connection.execute(statement)]


def count_records(connection: Connection, *, agency_id: str) -> int:
    """How many records this agency holds, removed ones included."""
    return connection.execute(
        select(func.count()).select_from(record).where(record.c.agency_id == agency_id)
    ).scalar_one()
