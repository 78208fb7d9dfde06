"""Fixtures: a settled world on each kind of database. One PostgreSQL database serves a run, its notices emptied.

Use: `from tests.integration.telling.hubs import postgres_hub, world  # noqa: F401`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.database import make_engine, unit_of_work
from hub.notices.tables import notice, notice_person, notice_told
from tests.databases import KINDS, postgres_database
from tests.integration.telling.world import World, create_schema, recorded


@pytest.fixture(scope="session")
def postgres_hub() -> Iterator[Engine]:
    """An engine on a PostgreSQL database with the hub's schema."""
    with postgres_database() as url:
        engine = make_engine(url)
        try:
            create_schema(engine)
            yield engine
        finally:
            engine.dispose()


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A settled hub; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        engine = request.getfixturevalue("postgres_hub")
        empty(engine)
        yield World(engine, tmp_path).settle()
        return
    engine = make_engine(f"sqlite:///{tmp_path / 'dolen.db'}")
    try:
        create_schema(engine)
        yield World(engine, tmp_path).settle()
    finally:
        engine.dispose()


def empty(engine: Engine) -> None:
    """Take every notice out of a PostgreSQL database. People and learners stay: each world has its own."""
    with unit_of_work(engine) as connection:
        connection.exec_driver_sql(f"TRUNCATE {notice.name}, {notice_person.name}, {notice_told.name}, {recorded.name}")
