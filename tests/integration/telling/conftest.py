"""A world of telling per test, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.databases import engine  # noqa: F401
from tests.integration.telling.world import World


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> World:  # noqa: F811
    """A settled hub on an empty database."""
    return World(engine, tmp_path).settle()
