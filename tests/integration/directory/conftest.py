"""A small fictional partnership on real databases, SQLite and PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.sealing.keyring import Keyrings
from tests.databases import (  # noqa: F401 - fixtures
    Databases,
    migrated,
    migrated_databases,
    postgres_schema,
    sqlite_schema,
)
from tests.integration.directory.world import World, make_keyrings, make_world


@pytest.fixture(scope="session")
def keyrings(tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    """Keyrings of the hub and the three partners, made once: scrypt is slow on purpose."""
    return make_keyrings(tmp_path_factory.mktemp("keyrings"))


@pytest.fixture
def world(migrated: Databases, keyrings: Keyrings) -> World:  # noqa: F811 - the fixture of tests.databases
    """Three partners on a database of each kind."""
    return make_world(migrated, keyrings)


@pytest.fixture
def sqlite_world(request: pytest.FixtureRequest, tmp_path: Path, keyrings: Keyrings) -> Iterator[World]:
    """Three partners on SQLite only."""
    with migrated_databases("sqlite", request, tmp_path) as both:
        yield make_world(both, keyrings)
