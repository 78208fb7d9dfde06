"""A ledger per test, on both databases. The schema is made by the migrations once; a test gets it empty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from consent.tables import metadata
from hub.database import make_engine, unit_of_work
from hub.migrations.run import Store, upgrade
from tests.databases import KINDS, postgres_database
from tests.integration.consent.worlds import Ledger, new_ledger


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row."""
    path = tmp_path_factory.mktemp("template") / "dolen.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine, Store.MAIN)
    engine.dispose()  # the last connection to close empties the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    """A PostgreSQL database with every table, kept for the session."""
    with postgres_database() as url:
        engine = make_engine(url)
        upgrade(engine, Store.MAIN)
        yield engine
        engine.dispose()


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with every table."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "dolen.db")
        opened = make_engine(f"sqlite:///{tmp_path / 'dolen.db'}")
        yield opened
        opened.dispose()
        return
    kept = request.getfixturevalue("postgres_engine")
    with unit_of_work(kept) as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield kept


@pytest.fixture
def ledger(engine: Engine, tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return new_ledger(engine, tmp_path)
