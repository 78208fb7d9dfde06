"""The story of the demo, told on both columns of the architecture: embedded, and on PostgreSQL with Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from hub.demo.clear_text import patterns
from hub.demo.home import NotADemoHome
from hub.demo.story import run_once
from hub.demo.values import hidden_values
from hub.settings import Settings
from tests.conftest import unavailable
from tests.databases import database_urls

REDIS = os.environ.get("DOLEN_TEST_REDIS", "redis://127.0.0.1:6379/9")


@pytest.fixture
def broker() -> Iterator[str]:
    """A database of the local Redis, emptied before and after."""
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=2)
    try:
        client.flushdb()
    except redis.ConnectionError:
        unavailable("Redis (DOLEN_TEST_REDIS)")
    yield REDIS
    client.flushdb()
    client.close()


def test_the_story_holds_on_the_embedded_default(tmp_path: Path) -> None:
    told: list[str] = []
    assert run_once(Settings(home=tmp_path / "home"), write=told.append), "\n".join(told)
    assert [line[:2] for line in "\n".join(told).splitlines() if line[:1].isdigit()] == [f"{n}." for n in range(1, 9)]


@pytest.mark.postgres
@pytest.mark.redis
def test_the_story_holds_on_postgresql_and_redis_with_two_web_processes_and_a_worker(
    tmp_path: Path, broker: str
) -> None:
    told: list[str] = []
    with database_urls("postgres", tmp_path) as (main_url, keys_url):
        settings = Settings(home=tmp_path / "home", database_url=main_url, keys_url=keys_url, broker_url=broker)
        assert run_once(settings, write=told.append), "\n".join(told)
        for url in (main_url, keys_url):
            assert _found_in(url) == []
        assert _found_in_redis(broker) == []


def _found_in(url: str) -> list[str]:
    """Values of the demo that lie in clear in any row of a PostgreSQL database."""
    wanted = patterns(hidden_values())
    found = []
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(tables) > 2 or "keys" in url or tables
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:  # type: ignore[arg-type]
                content = b"".join(bytes(part) for part in copy)
            found += [
                f"{table}: {one.encoding if hasattr(one, 'encoding') else one.name}"
                for one in wanted
                if one.content in content
            ]
    return found


def _found_in_redis(url: str) -> list[str]:
    client = redis.Redis.from_url(url)
    try:
        content = b"".join(client.dump(key) or b"" for key in client.scan_iter())
    finally:
        client.close()
    return [one.name for one in patterns(hidden_values()) if one.content in content]


def test_a_folder_that_the_demo_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    kept = tmp_path / "home" / "somebody-elses.txt"
    kept.write_text("keep me")
    with pytest.raises(NotADemoHome):
        run_once(Settings(home=tmp_path / "home"), write=lambda _line: None)
    assert kept.read_text() == "keep me"
