"""A worker process and its Redis are killed, frozen and emptied: no notice is lost, and it is told soon after."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from hub.notices.model import NoticeState
from hub.settings import Settings
from tests.integration.telling.hubs import empty, postgres_hub  # noqa: F401
from tests.integration.telling.world import World
from tests.integration.workers.redis_server import RedisServer, running_redis
from workers.app import make_celery
from workers.doorbell import CeleryDoorbell

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.soak, pytest.mark.timeout(60)]

WORKER = Path(__file__).parent.parent / "integration" / "workers" / "notices_worker.py"
NEVER = "60"


class Worker:
    """A worker process of the test's own."""

    def __init__(self, world: World, server: RedisServer, *, sweep_seconds: str) -> None:
        self.log = world.folder / "worker.log"
        settings = {"DOLEN_BROKER_URL": server.url, "DOLEN_SWEEP_SECONDS": sweep_seconds}
        url = world.engine.url.render_as_string(hide_password=False)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(WORKER), url, str(world.folder)],
                env={**os.environ, **settings, "PYTHONWARNINGS": "ignore"},
                stdout=log,
                stderr=log,
            )

    def wait_until_it_listens(self, server: RedisServer) -> None:
        """Until a client blocks on the queues."""
        with server.client() as client:
            assert _within(20, lambda: any(each["cmd"] == "brpop" for each in client.client_list())), self.said()

    def said(self) -> str:
        """What the process wrote."""
        return self.log.read_text("utf-8", "replace")[-4000:]

    def kill(self) -> None:
        """End it without a farewell."""
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def world(postgres_hub: Engine, tmp_path: Path) -> World:  # noqa: F811
    """A settled hub on PostgreSQL, where worker processes are at home."""
    empty(postgres_hub)
    return World(postgres_hub, tmp_path).settle()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    with running_redis(tmp_path) as running:
        yield running


def test_a_rung_worker_tells_at_once_and_ends_when_asked(world: World, server: RedisServer) -> None:
    with _worker(world, server, sweep_seconds=NEVER) as worker, _doorbell(server) as doorbell:
        worker.wait_until_it_listens(server)
        notice_id = _happens(world)
        doorbell.ring("notices")
        assert _told(world, notice_id), worker.said()
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(20) == 0, worker.said()


def test_what_nobody_rang_for_is_found_by_the_schedule(world: World, server: RedisServer) -> None:
    with _worker(world, server, sweep_seconds="1") as worker:
        worker.wait_until_it_listens(server)
        assert _told(world, _happens(world)), worker.said()


def test_rings_that_redis_forgets_lose_nothing(world: World, server: RedisServer) -> None:
    with _doorbell(server) as doorbell:
        ids = [_happens(world) for _ in range(5)]
        doorbell.ring("notices")
        assert _within(5, lambda: len(server.waiting("notices")) == 1)
    with server.client() as client:
        client.flushall()
    with _worker(world, server, sweep_seconds="1") as worker:
        assert all(_told(world, each) for each in ids), worker.said()
    assert len(world.mails()) == 5


def test_redis_emptied_under_a_running_worker_loses_nothing(world: World, server: RedisServer) -> None:
    with _worker(world, server, sweep_seconds="1") as worker:
        worker.wait_until_it_listens(server)
        ids = [_happens(world) for _ in range(5)]
        with server.client() as client:
            client.flushall()
        assert all(_told(world, each) for each in ids), worker.said()


def test_a_worker_killed_over_a_mail_loses_nothing(world: World, server: RedisServer) -> None:
    (world.folder / "slow").touch()
    ids = [_happens(world) for _ in range(3)]
    with _worker(world, server, sweep_seconds=NEVER) as worker:
        assert _within(20, lambda: (world.folder / "begun").exists()), worker.said()
        worker.kill()
    assert {world.state(each) for each in ids} == {NoticeState.LEASED}
    (world.folder / "slow").unlink()
    with _worker(world, server, sweep_seconds="1") as worker:
        assert all(_told(world, each) for each in ids), worker.said()
    assert len(world.mails()) == 3
    assert len(world.recorded("notice.told")) == 3


def test_without_any_redis_a_worker_tells_what_is_due(world: World, server: RedisServer) -> None:
    server.kill()
    notice_id = _happens(world)
    with _worker(world, server, sweep_seconds="1") as worker:
        assert _told(world, notice_id), worker.said()
        assert worker.process.poll() is None


def test_a_frozen_redis_does_not_keep_a_running_worker_from_telling(world: World, server: RedisServer) -> None:
    with _worker(world, server, sweep_seconds="1") as worker:
        worker.wait_until_it_listens(server)
        server.freeze()
        try:
            assert _told(world, _happens(world)), worker.said()
        finally:
            server.thaw()


def test_redis_killed_and_started_again_is_heard_again(world: World, server: RedisServer) -> None:
    with _worker(world, server, sweep_seconds=NEVER) as worker, _doorbell(server) as doorbell:
        worker.wait_until_it_listens(server)
        server.kill()
        notice_id = _happens(world)
        doorbell.ring("notices")
        time.sleep(0.5)
        server.start()
        worker.wait_until_it_listens(server)
        doorbell.ring("notices")
        assert _told(world, notice_id), worker.said()


def test_what_waits_in_redis_names_nobody(world: World, server: RedisServer) -> None:
    with _doorbell(server) as doorbell:
        notice_id = _happens(world)
        doorbell.ring("notices")
        assert _within(5, lambda: len(server.waiting("notices")) == 1)
    (message,) = server.waiting("notices")
    ids = [notice_id, world.learner, world.first]
    names = [*map(str, ids), *(each.hex for each in ids), str(world.row(notice_id)["reference"]), "gwent"]
    said = message + b64decode(json.loads(message)["body"])
    assert [name for name in names if name.encode() in said] == []
    assert b"notices.sweep" in said


@contextmanager
def _worker(world: World, server: RedisServer, *, sweep_seconds: str) -> Iterator[Worker]:
    worker = Worker(world, server, sweep_seconds=sweep_seconds)
    try:
        yield worker
    finally:
        with suppress(ProcessLookupError):
            worker.kill()


@contextmanager
def _doorbell(server: RedisServer) -> Iterator[CeleryDoorbell]:
    app = make_celery(Settings(broker_url=server.url))
    doorbell = CeleryDoorbell(app)
    try:
        yield doorbell
    finally:
        doorbell.close(seconds=5)
        app.close()


def _happens(world: World) -> UUID:
    """Something happens now, as the worker's own clock has it."""
    return world.happens(at=datetime.now(UTC))


def _told(world: World, notice_id: UUID) -> bool:
    return _within(15, lambda: world.told(notice_id) == [(world.first, "mail")])


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(ConnectionError):
            if happens():
                return True
        time.sleep(0.1)
    return False
