"""The worker inside the web process: rings are heard at once, the sweep hears what was not rung, and it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, generate_latest

from hub.settings import Settings
from tests.integration.telling.world import NOW, World
from workers.app import make_celery
from workers.doorbell import CeleryDoorbell
from workers.embedded import EmbeddedWorker
from workers.run import MemoryBroker, run_worker
from workers.supervise import Supervised


@dataclass
class Counted:
    """Work that counts how often it was asked for, and may fail."""

    failures: list[Exception] = field(default_factory=list)
    sweeps: int = 0
    sequences: int = 0
    threads: set[str] = field(default_factory=set)

    def deliver_due(self, at: datetime) -> int:
        assert at.tzinfo is not None
        self.sweeps += 1
        self.threads.add(threading.current_thread().name)
        if self.failures:
            raise self.failures.pop(0)
        return 0

    def sequence(self) -> int:
        self.sequences += 1
        self.threads.add(threading.current_thread().name)
        return 0


def test_a_ring_is_heard_at_once_by_the_celery_thread(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sweep_seconds=60)
    app, work = make_celery(settings), Counted()
    doorbell = CeleryDoorbell(app)
    with EmbeddedWorker(app, settings, work):
        assert _within(5, lambda: work.sweeps == 1)  # the sweep's first round
        doorbell.ring("notices")
        assert _within(5, lambda: work.sweeps == 2)
        assert "celery" in work.threads
    doorbell.close()


def test_a_notice_that_nobody_rang_for_is_told_by_the_sweep(world: World) -> None:
    settings = Settings(home=world.folder, sweep_seconds=0.2)
    notice_id = world.happens()
    with EmbeddedWorker(make_celery(settings), settings, _Notices(world)):
        assert _within(10, lambda: world.told(notice_id) == [(world.first, "mail")])
        later = world.happens()
        assert _within(10, lambda: world.told(later) == [(world.first, "mail")])
    assert len(world.mails()) == 2


def test_a_failing_task_and_a_failing_sweep_are_tried_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sweep_seconds=0.1)
    work = Counted(failures=[RuntimeError("canary-9b1"), OSError("canary-9b1")])
    app = make_celery(settings)
    doorbell = CeleryDoorbell(app)
    with EmbeddedWorker(app, settings, work):
        doorbell.ring("notices")
        assert _within(10, lambda: work.sweeps >= 5)
    doorbell.close()


def test_a_task_that_fails_says_nothing_of_what_it_was_about(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(home=tmp_path, sweep_seconds=60)
    app, work = make_celery(settings), Counted()
    doorbell = CeleryDoorbell(app)
    with EmbeddedWorker(app, settings, work):
        assert _within(5, lambda: work.sweeps == 1)
        work.failures = [RuntimeError("canary-4c2")]
        doorbell.ring("notices")
        assert _within(5, lambda: work.sweeps == 2)
    doorbell.close()
    said = "".join(capfd.readouterr()) + caplog.text
    assert "task_failed" in said
    assert "RuntimeError" in said
    assert "canary-4c2" not in said


def test_it_ends_and_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    settings = Settings(home=tmp_path, sweep_seconds=0.1)
    began = time.monotonic()
    with EmbeddedWorker(make_celery(settings), settings, Counted()):
        time.sleep(0.2)
    assert time.monotonic() - began < 10
    assert _within(5, lambda: {thread for thread in threading.enumerate() if thread not in before} == set())


def test_one_can_be_started_after_another_has_ended(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sweep_seconds=60)
    for _ in range(2):
        app, work = make_celery(settings), Counted()
        doorbell = CeleryDoorbell(app)
        with EmbeddedWorker(app, settings, work):
            doorbell.ring("ledger")
            assert _within(5, lambda work=work: "celery" in work.threads)
        doorbell.close()


def test_a_worker_process_on_the_memory_transport_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MemoryBroker, match="DOLEN_BROKER_URL"):
        run_worker(Settings(home=tmp_path), Counted())


def test_a_loop_that_fails_goes_on_counts_and_recovers() -> None:
    work = Counted(failures=[RuntimeError(), RuntimeError()])
    loop = Supervised("test-recovers", lambda: work.deliver_due(NOW), pause_seconds=0.01)
    loop.start()
    assert _within(10, lambda: work.sweeps > 4)
    assert loop.failures_in_a_row == 0
    assert 'dolen_loop_failures_total{loop="test-recovers"} 2.0' in generate_latest(REGISTRY).decode()
    assert loop.stop(seconds=5)
    swept = work.sweeps
    time.sleep(0.1)
    assert work.sweeps == swept


def test_a_loop_ends_without_waiting_for_its_pause() -> None:
    loop = Supervised("test-ends", lambda: 0, pause_seconds=60)
    loop.start()
    began = time.monotonic()
    assert loop.stop(seconds=5)
    assert time.monotonic() - began < 2


def test_a_full_portion_is_followed_by_the_next_at_once() -> None:
    portions = iter([20, 20, 20, 0])
    seen: list[float] = []

    def work() -> int:
        seen.append(time.monotonic())
        return next(portions, 0)

    loop = Supervised("test-full", work, pause_seconds=60)
    loop.start()
    assert _within(5, lambda: len(seen) == 4)
    assert loop.stop()


class _Notices:
    def __init__(self, world: World) -> None:
        self._world = world

    def deliver_due(self, at: datetime) -> int:
        return self._world.sweep(at=at)

    def sequence(self) -> int:
        return 0


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.02)
    return False
