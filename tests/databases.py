"""Real databases for tests: an SQLite file, and a PostgreSQL database made for one test and dropped after it.

Use: `from tests.databases import engine, engines  # noqa: F401` in a test module or a conftest. `migrated` has the
schema too; it needs `sqlite_schema` and `postgres_schema` imported beside it. The migrations run once per kind: a test
gets a copy of the SQLite files, and the session's PostgreSQL databases as the migrations left them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from hub.database import make_engine
from hub.migrations.run import Store, upgrade
from tests.conftest import unavailable

POSTGRES = os.environ.get("DOLEN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@dataclass(frozen=True, slots=True)
class Databases:
    """An empty main database and an empty key store of one kind (`sqlite` or `postgres`), with their addresses."""

    kind: str
    main: Engine
    keys: Engine
    main_url: str
    keys_url: str


@contextmanager
def postgres_database() -> Iterator[str]:
    """Address of a new empty PostgreSQL database; dropped at the end, whoever is still connected."""
    name = sql.Identifier(f"dolen_test_{uuid4().hex}")
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        unavailable("PostgreSQL (DOLEN_TEST_POSTGRES)")
        raise
    with admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            url = make_url(POSTGRES).set(drivername="postgresql+psycopg", database=name.as_string(admin).strip('"'))
            yield url.render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def database_urls(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Addresses of an empty main database and an empty key store; for tests that start other processes."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'dolen.db'}", f"sqlite:///{folder / 'keys.db'}"
        return
    with postgres_database() as main, postgres_database() as keys:
        yield main, keys


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Databases]:
    """Engines on an empty main database and an empty key store; SQLite files are made in `folder`."""
    with database_urls(kind, folder) as (main_url, keys_url):
        main, keys = make_engine(main_url), make_engine(keys_url)
        try:
            yield Databases(kind, main, keys, main_url, keys_url)
        finally:
            main.dispose()
            keys.dispose()


def make_schema(both: Databases) -> None:
    """Run the migrations on both databases."""
    upgrade(both.main, Store.MAIN)
    upgrade(both.keys, Store.KEYS)


@pytest.fixture(scope="session")
def sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both SQLite files, migrated, to be copied."""
    folder = tmp_path_factory.mktemp("schema")
    with databases("sqlite", folder) as both:
        make_schema(both)
    return folder


@dataclass(frozen=True, slots=True)
class PostgresSchema:
    """Migrated databases, and the rows that the migrations wrote."""

    both: Databases
    seeds: dict[str, dict[str, list[tuple[Any, ...]]]]

    def emptied(self) -> Databases:
        """The databases as the migrations left them."""
        for url, seeds in self.seeds.items():
            _restore(url, seeds)
        return self.both


@pytest.fixture(scope="session")
def postgres_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresSchema]:
    """Both PostgreSQL databases of this session; making one per test costs seconds on a busy disk."""
    with databases("postgres", tmp_path_factory.mktemp("unused")) as both:
        make_schema(both)
        yield PostgresSchema(both, {url: _rows(url) for url in (both.main_url, both.keys_url)})


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(_plain(url)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
            for (name,) in tables
        }


def _restore(url: str, seeds: dict[str, list[tuple[Any, ...]]]) -> None:
    with psycopg.connect(_plain(url)) as connection:
        # Without triggers and foreign keys: some tables refuse to be emptied, which is what they are for.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET lock_timeout = '10s'")
        for name, rows in seeds.items():
            table = sql.Identifier(name)
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
            for row in rows:
                values = sql.SQL(", ").join(sql.Placeholder() * len(row))
                connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(table, values), row)


@pytest.fixture(params=KINDS)
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Both databases of a hub with their schema and nobody in it; once on SQLite and once on PostgreSQL."""
    with migrated_databases(request.param, request, tmp_path) as both:
        yield both


@contextmanager
def migrated_databases(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Databases]:
    """Both databases of one kind with their schema; SQLite files are made in `folder`."""
    if kind == "sqlite":
        schema: Path = request.getfixturevalue("sqlite_schema")
        for name in ("dolen.db", "keys.db"):
            shutil.copy(schema / name, folder / name)
        with databases(kind, folder) as both:
            yield both
        return
    schema_of_session: PostgresSchema = request.getfixturevalue("postgres_schema")
    both = schema_of_session.emptied()
    yield both
    both.main.dispose()
    both.keys.dispose()


@pytest.fixture(params=KINDS)
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Both databases of a hub, empty; the test runs once on SQLite and once on PostgreSQL."""
    with databases(request.param, tmp_path) as both:
        yield both


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """One empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        opened = make_engine(f"sqlite:///{tmp_path / 'dolen.db'}")
        yield opened
        opened.dispose()
        return
    with postgres_database() as url:
        opened = make_engine(url)
        yield opened
        opened.dispose()
