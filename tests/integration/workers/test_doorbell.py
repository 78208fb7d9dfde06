"""Ringing never holds anybody up and never fails, whatever Redis does; and a ring says nothing."""

from __future__ import annotations

import json
import multiprocessing
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from hub.settings import Settings
from tests.integration.telling.smtp_peer import free_port
from tests.integration.workers.redis_server import RedisServer
from workers.app import make_celery
from workers.doorbell import CeleryDoorbell

pytestmark = pytest.mark.redis


def test_a_ring_reaches_the_queue_and_carries_nothing(redis_server: RedisServer) -> None:
    with _doorbell(redis_server.url) as doorbell:
        doorbell.ring("notices")
        assert _within(5, lambda: len(redis_server.waiting("notices")) == 1)
    message = json.loads(redis_server.waiting("notices")[0])
    arguments, named, _ = json.loads(b64decode(message["body"]))
    assert (arguments, named) == ([], {})
    assert message["headers"]["task"] == "notices.sweep"


def test_ringing_a_frozen_redis_takes_no_time_and_it_rings_again_after(redis_server: RedisServer) -> None:
    with _doorbell(redis_server.url) as doorbell:
        doorbell.ring("ledger")
        assert _within(5, lambda: len(redis_server.waiting("ledger")) == 1)
        redis_server.freeze()
        began = time.monotonic()
        for _ in range(1000):
            doorbell.ring("notices")
        assert time.monotonic() - began < 0.5
        redis_server.thaw()
        assert _within(10, lambda: len(redis_server.waiting("notices")) >= 1)
        assert len(redis_server.waiting("notices")) < 5  # a thousand rings that wait are one


def test_closing_with_a_frozen_redis_is_bounded(redis_server: RedisServer) -> None:
    with _doorbell(redis_server.url) as doorbell:
        redis_server.freeze()
        doorbell.ring("notices")
        began = time.monotonic()
        doorbell.close(seconds=1.0)
        assert time.monotonic() - began < 2.0
        redis_server.thaw()


def test_ringing_without_any_redis_is_harmless_and_works_once_there_is_one(redis_server: RedisServer) -> None:
    redis_server.kill()
    with _doorbell(redis_server.url) as doorbell:
        doorbell.ring("notices")
        time.sleep(1.0)
        redis_server.start()
        assert _within(10, lambda: doorbell.ring("notices") is None and len(redis_server.waiting("notices")) > 0)


def test_nobody_listening_at_all_is_harmless_and_the_brokers_password_stays_unsaid(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with _doorbell(f"redis://:canary-password@127.0.0.1:{free_port()}/0") as doorbell:
        doorbell.ring("notices")
    said = "".join(capfd.readouterr()) + caplog.text
    assert "ring_lost" in said
    assert "canary" not in said


def test_an_unknown_kind_of_work_rings_nothing(redis_server: RedisServer) -> None:
    with _doorbell(redis_server.url) as doorbell:
        doorbell.ring("everything")
    with redis_server.client() as client:
        assert client.keys("*everything*") == []


def test_a_forked_process_can_ring_too(redis_server: RedisServer) -> None:
    with _doorbell(redis_server.url) as doorbell:
        doorbell.ring("notices")
        assert _within(5, lambda: len(redis_server.waiting("notices")) == 1)
        child = multiprocessing.get_context("fork").Process(target=_ring_and_close, args=(doorbell,))
        child.start()
        child.join(15)
        assert child.exitcode == 0
        assert _within(5, lambda: len(redis_server.waiting("notices")) == 2)


def _ring_and_close(doorbell: CeleryDoorbell) -> None:
    doorbell.ring("notices")
    doorbell.close(seconds=5)


@contextmanager
def _doorbell(url: str) -> Iterator[CeleryDoorbell]:
    app = make_celery(Settings(broker_url=url))
    doorbell = CeleryDoorbell(app)
    try:
        yield doorbell
    finally:
        doorbell.close(seconds=8)
        app.close()


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.05)
    return False
