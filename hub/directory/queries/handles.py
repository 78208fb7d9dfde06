"""Handles, their links to learners, identifiers and demographics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Row, Table, and_, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import is_sqlite
from hub.directory.tables import (
    handle,
    handle_demographics,
    handle_link,
    identifier,
    match_doubt,
    matching_turn,
)

_CHUNK = 500  # bound values of one IN list, well under SQLite's and PostgreSQL's limits
_T = TypeVar("_T")

# Built once: every governed read runs some of these, and building a statement costs more than running it.
_LEARNER_OF_HANDLE = select(handle_link.c.learner_id).where(
    handle_link.c.agency_id == bindparam("agency"),
    handle_link.c.handle_id == bindparam("handle"),
    handle_link.c.until_at.is_(None),
)
_HANDLES_OF_LEARNER = (
    select(handle_link.c.agency_id, handle_link.c.handle_id)
    .where(handle_link.c.learner_id == bindparam("learner"), handle_link.c.until_at.is_(None))
    .order_by(handle_link.c.agency_id, handle_link.c.handle_id)
)

_own, _any = handle_link.alias("own"), handle_link.alias("other")
_BEHIND = (
    select(_any.c.learner_id, _any.c.agency_id, _any.c.handle_id)
    .join(_own, _own.c.learner_id == _any.c.learner_id)
    .where(
        _own.c.agency_id == bindparam("agency"),
        _own.c.handle_id == bindparam("handle"),
        _own.c.until_at.is_(None),
        _any.c.until_at.is_(None),
    )
    .order_by(_any.c.agency_id, _any.c.handle_id)
)

_open_link = and_(
    handle_link.c.agency_id == identifier.c.agency_id,
    handle_link.c.handle_id == identifier.c.handle_id,
    handle_link.c.until_at.is_(None),
)


def take_matching_turn(connection: Connection) -> None:
    """Wait until no other transaction is matching; the turn ends with this transaction."""
    connection.execute(update(matching_turn).values(number=matching_turn.c.number + 1))


def handles_by_local_number(
    connection: Connection, *, agency_id: str, indexes: Iterable[bytes]
) -> dict[bytes, tuple[UUID, UUID]]:
    """Handle and learner by the index of the local number that finds the handle."""
    found: dict[bytes, tuple[UUID, UUID]] = {}
    for chunk in _chunks(indexes):
        rows = connection.execute(
            select(identifier.c.blind_index, identifier.c.handle_id, handle_link.c.learner_id)
            .join(handle_link, _open_link)
            .where(identifier.c.agency_id == agency_id, identifier.c.finds_handle, identifier.c.blind_index.in_(chunk))
        )
        found.update((row.blind_index, (row.handle_id, row.learner_id)) for row in rows)
    return found


def handles_by_index(
    connection: Connection, *, agency_id: str, kinds: Sequence[str], indexes: Sequence[bytes]
) -> list[tuple[UUID, UUID]]:
    """The agency's own handles that carry this identifier with right check digits, and their learners; oldest first."""
    rows = connection.execute(
        select(identifier.c.handle_id, handle_link.c.learner_id)
        .join(handle_link, _open_link)
        .where(
            identifier.c.agency_id == agency_id,
            identifier.c.kind.in_(kinds),
            identifier.c.blind_index.in_(indexes),
            identifier.c.is_valid,
        )
        .order_by(identifier.c.handle_id)
    )
    return list(dict.fromkeys((row.handle_id, row.learner_id) for row in rows))


def identifiers_of(
    connection: Connection, *, agency_id: str, handle_ids: Iterable[UUID]
) -> dict[UUID, set[tuple[str, bytes]]]:
    """Kind and index of every identifier of these handles of one agency."""
    found: dict[UUID, set[tuple[str, bytes]]] = {}
    for chunk in _chunks(handle_ids):
        rows = connection.execute(
            select(identifier.c.handle_id, identifier.c.kind, identifier.c.blind_index).where(
                identifier.c.agency_id == agency_id, identifier.c.handle_id.in_(chunk)
            )
        )
        for row in rows:
            found.setdefault(row.handle_id, set()).add((row.kind, row.blind_index))
    return found


def learners_by_match_index(connection: Connection, indexes: Iterable[bytes]) -> set[UUID]:
    """Learners of any partner that carry a valid identifier with one of these matching indexes."""
    found: set[UUID] = set()
    for chunk in _chunks(indexes):
        rows = connection.execute(
            select(handle_link.c.learner_id)
            .select_from(identifier)
            .join(handle_link, _open_link)
            .where(identifier.c.match_index.in_(chunk))
        )
        found.update(rows.scalars())
    return found


def identifiers_of_learners(connection: Connection, learner_ids: Iterable[UUID]) -> list[Row[Any]]:
    """learner_id, agency_id, kind, system, match_index, finds_handle of every identifier of these learners."""
    rows: list[Row[Any]] = []
    for chunk in _chunks(learner_ids):
        rows += connection.execute(
            select(
                handle_link.c.learner_id,
                identifier.c.agency_id,
                identifier.c.kind,
                identifier.c.system,
                identifier.c.match_index,
                identifier.c.finds_handle,
            )
            .select_from(identifier)
            .join(handle_link, _open_link)
            .where(handle_link.c.learner_id.in_(chunk))
            .order_by(identifier.c.id)
        )
    return rows


def demographics_of_learners(connection: Connection, learner_ids: Iterable[UUID]) -> list[Row[Any]]:
    """learner_id, agency_id, handle_id, sealed, changed_at: what each partner has of these learners, oldest first."""
    rows: list[Row[Any]] = []
    for chunk in _chunks(learner_ids):
        rows += connection.execute(
            select(
                handle_link.c.learner_id,
                handle_demographics.c.agency_id,
                handle_demographics.c.handle_id,
                handle_demographics.c.sealed,
                handle_demographics.c.changed_at,
            )
            .join(
                handle_demographics,
                and_(
                    handle_demographics.c.agency_id == handle_link.c.agency_id,
                    handle_demographics.c.handle_id == handle_link.c.handle_id,
                ),
            )
            .where(handle_link.c.learner_id.in_(chunk), handle_link.c.until_at.is_(None))
            .order_by(handle_demographics.c.handle_id)
        )
    return rows


def demographics_of(
    connection: Connection, *, agency_id: str, handle_ids: Iterable[UUID]
) -> dict[UUID, tuple[bytes, bytes]]:
    """Fingerprint and sealed demographics of these handles of one agency."""
    found: dict[UUID, tuple[bytes, bytes]] = {}
    for chunk in _chunks(handle_ids):
        rows = connection.execute(
            select(handle_demographics).where(
                handle_demographics.c.agency_id == agency_id, handle_demographics.c.handle_id.in_(chunk)
            )
        )
        found.update((row.handle_id, (row.fingerprint, row.sealed)) for row in rows)
    return found


def learner_of_handle(connection: Connection, *, agency_id: str, handle_id: UUID) -> UUID | None:
    """The learner that this handle is linked to now."""
    return connection.execute(_LEARNER_OF_HANDLE, {"agency": agency_id, "handle": handle_id}).scalar_one_or_none()


def handles_behind(
    connection: Connection, *, agency_id: str, handle_id: UUID
) -> tuple[UUID, tuple[tuple[str, UUID], ...]] | None:
    """The learner of this agency's handle and every handle of that learner, in one question; None: no such handle."""
    rows = connection.execute(_BEHIND, {"agency": agency_id, "handle": handle_id}).all()
    return (rows[0].learner_id, tuple((row.agency_id, row.handle_id) for row in rows)) if rows else None


def handles_of_learner(connection: Connection, learner_id: UUID) -> list[tuple[str, UUID]]:
    """Agency and handle of everybody who knows this learner now, in order of agency and handle."""
    rows = connection.execute(_HANDLES_OF_LEARNER, {"learner": learner_id})
    return [(row.agency_id, row.handle_id) for row in rows]


def insert_handles(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add handles."""
    _insert_all(connection, handle, rows)


def insert_links(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Link handles to learners; a handle with an open link raises IntegrityError."""
    _insert_all(connection, handle_link, rows)


def insert_doubts(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write down which handles may belong to another learner."""
    _insert_all(connection, match_doubt, rows)


def insert_identifiers(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add identifiers; what the handle has already is left as it is."""
    _insert_new(connection, identifier, rows)


def insert_demographics(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the demographics of handles that have none."""
    _insert_new(connection, handle_demographics, rows)


def update_demographics(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Replace demographics: rows have `key_agency`, `key_handle` and the new values."""
    if rows:
        statement = (
            update(handle_demographics)
            .where(
                handle_demographics.c.agency_id == bindparam("key_agency"),
                handle_demographics.c.handle_id == bindparam("key_handle"),
            )
            .values(
                sealed=bindparam("sealed"), fingerprint=bindparam("fingerprint"), changed_at=bindparam("changed_at")
            )
        )
        connection.execute(statement, list(rows))


def _insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


def _insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    if is_sqlite(connection):
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), list(rows))
    else:
        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), list(rows))


def _chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    found = list(values)
    for start in range(0, len(found), _CHUNK):
        yield found[start : start + _CHUNK]
