"""A Redis of the test's own, and a world of telling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.telling.hubs import postgres_hub, world  # noqa: F401
from tests.integration.workers.redis_server import RedisServer, running_redis


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Started; the test may freeze, kill and start it."""
    with running_redis(tmp_path) as server:
        yield server
