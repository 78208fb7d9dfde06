"""Pages on a migrated database, a hub in memory, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from flask import Flask
from sqlalchemy import Engine, delete

from hub import web
from hub.database import make_engine, unit_of_work
from hub.migrations.run import Store, upgrade
from hub.web.tables import rate_count, signin_code, web_journey, web_session
from tests.databases import KINDS, postgres_database
from tests.integration.web.browser import Browser, Outbox
from tests.integration.web.in_memory_hub import InMemoryHub, status_of

KEY = bytes(range(32))


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **amount: float) -> None:
        """Let time go by."""
        self.at += timedelta(**amount)


@dataclass(frozen=True, slots=True)
class Pages:
    """An application with nothing in it but the pages."""

    app: Flask
    hub: InMemoryHub
    clock: Clock
    outbox: Outbox
    engine: Engine

    def browser(self, base: str = "http://localhost") -> Browser:
        """A browser with no cookies yet."""
        return Browser(self.app.test_client(), self.outbox, base)


def make_pages(engine: Engine, *, is_secure: bool = False) -> Pages:
    """The pages over this database."""
    app, clock, outbox = Flask("pages"), Clock(), Outbox()
    hub = InMemoryHub(clock.at)
    web.register(
        app,
        hub,
        engine=engine,
        key=KEY,
        send_code=outbox,
        status_of=status_of,
        is_secure=is_secure,
        contact="help@example.org",
        clock=clock,
    )
    return Pages(app, hub, clock, outbox, engine)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "dolen.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine, Store.MAIN)
    engine.dispose()  # The last connection to close empties the write-ahead log into the file.
    assert not path.with_name("dolen.db-wal").exists()
    return path


@pytest.fixture
def small_engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """SQLite, for what does not depend on the database."""
    copyfile(migrated, tmp_path / "dolen.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'dolen.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def pages(small_engine: Engine) -> Pages:
    """The pages on SQLite."""
    return make_pages(small_engine)


@pytest.fixture
def secure_pages(small_engine: Engine) -> Pages:
    """The pages as on a public https address."""
    return make_pages(small_engine, is_secure=True)


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Engine]:
    """One PostgreSQL database with every table for all tests here: making and dropping one takes seconds."""
    with postgres_database() as url:
        engine = make_engine(url)
        upgrade(engine, Store.MAIN)
        yield engine
        engine.dispose()


@pytest.fixture(params=KINDS)
def both_pages(request: pytest.FixtureRequest) -> Pages:
    """The pages on SQLite and on PostgreSQL in turn, with no row yet."""
    if request.param == "sqlite":
        return make_pages(request.getfixturevalue("small_engine"))
    engine: Engine = request.getfixturevalue("migrated_postgres")
    with unit_of_work(engine) as connection:
        for table in (web_session, signin_code, rate_count, web_journey):
            connection.execute(delete(table))
    return make_pages(engine)


@pytest.fixture
def browser(pages: Pages) -> Browser:
    """A browser with no cookies yet."""
    return pages.browser()


@pytest.fixture
def parent(pages: Pages) -> Browser:
    """The browser of a mother of two, signed in."""
    browser = pages.browser()
    browser.sign_in("rhian@example.org")
    return browser


@pytest.fixture
def worker(pages: Pages) -> Browser:
    """The browser of an accountable person, signed in."""
    browser = pages.browser()
    browser.sign_in("worker@example.org")
    return browser
