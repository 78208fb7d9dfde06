"""Engines, the unit of work, and what differs between SQLite and PostgreSQL. No table is defined here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url

from consent.columns import Instant

__all__ = [
    "Clock",
    "Instant",
    "fresh_metadata",
    "is_sqlite",
    "make_engine",
    "metadata",
    "new_id",
    "reading",
    "uncounted_id",
    "unit_of_work",
]

Clock = Callable[[], datetime]
"""Answers with the present instant, aware and in UTC. Handed in, so that a test can be its own time."""

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_BUSY_MS = 15_000
_READ_ONLY = "dolen_read_only"


def fresh_metadata() -> MetaData:
    """A MetaData with the naming convention, so that every constraint has a name a migration can use."""
    return MetaData(naming_convention=_NAMES)


metadata = fresh_metadata()
"""Tables of the hub's main database. The ledger and consents have their own (`consent.tables`), the key store too."""


def new_id() -> UUID:
    """A UUIDv7: unique without a counter, and in order of making, which keeps indexes compact (RFC 9562)."""
    return uuid_utils.compat.uuid7()


def uncounted_id() -> UUID:
    """A UUIDv7 whose bits after the millisecond are all random, for ids that somebody sees some of and not others.

    `new_id` counts up within a millisecond: a gap between the ids of two records that are shown would tell of one that
    is not.
    """
    after = int.from_bytes(os.urandom(10), "big")
    milliseconds = time.time_ns() // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (after >> 68) << 64 | 0b10 << 62 | after & (1 << 62) - 1)


def is_sqlite(connection: Connection) -> bool:
    """True on SQLite, where a transaction is serial once it has begun (`BEGIN IMMEDIATE`)."""
    return connection.dialect.name == "sqlite"


def make_engine(url: str) -> Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…).

    SQLite: write-ahead log, `synchronous=FULL` (a commit is on the disk), `secure_delete=ON` (a deleted value is
    overwritten), foreign keys on. PostgreSQL: READ COMMITTED, connections checked before use. No error quotes a value.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        local = {"timeout": _BUSY_MS / 1000, "check_same_thread": False}
        engine = create_engine(address, hide_parameters=True, connect_args=local)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        pool_size=10,
        max_overflow=20,
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: BEGIN is ours, see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that writes later can fail halfway with SQLITE_BUSY; an immediate one waits at the start.
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed when the block ends, rolled back when it raises. The only place that commits."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads; it takes no write lock on SQLite and is never committed."""
    with engine.connect() as connection:
        with_option = connection.execution_options(**{_READ_ONLY: True})
        with with_option.begin() as transaction:
            yield with_option
            transaction.rollback()
