"""Real databases for tests: an SQLite file, and a PostgreSQL database made for one test and dropped after it.

Use: `from tests.databases import engine, engines  # noqa: F401` in a test module or a conftest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from hub.database import make_engine
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
    """Address of a new empty PostgreSQL database, dropped at the end together with who is still connected."""
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
