"""A small fictional partnership on real databases, SQLite and PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.sealing.keyring import Keyrings
from tests.databases import KINDS, databases
from tests.integration.directory.world import World, make_keyrings, make_world


@pytest.fixture(scope="session")
def keyrings(tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    """Keyrings of the hub and the three partners, made once: scrypt is slow on purpose."""
    return make_keyrings(tmp_path_factory.mktemp("keyrings"))


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path, keyrings: Keyrings) -> Iterator[World]:
    """Three partners on an empty database of each kind."""
    with databases(request.param, tmp_path) as both:
        yield make_world(both, keyrings)


@pytest.fixture
def sqlite_world(tmp_path: Path, keyrings: Keyrings) -> Iterator[World]:
    """Three partners on SQLite only."""
    with databases("sqlite", tmp_path) as both:
        yield make_world(both, keyrings)
