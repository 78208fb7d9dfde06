"""`dolen worker`: a process of its own on Redis. It tells notices, sequences the ledger, and rings the schedule."""

from __future__ import annotations

from celery import Celery, beat, signals

from hub.settings import Settings
from workers.app import QUEUES, make_celery
from workers.housekeeping import PAUSE_SECONDS, tidy
from workers.supervise import Supervised
from workers.tasks import Work, answers, register

CONCURRENCY = 4
FALLBACK_SWEEP_SECONDS = 5.0
"""How often a worker sweeps without being rung: what Redis loses, or cannot say while it is down, waits this long."""


class MemoryBroker(Exception):
    """A worker process cannot be rung over a broker that lives inside another process."""

    def __init__(self) -> None:
        super().__init__(
            "DOLEN_BROKER_URL is memory://: the worker runs inside `dolen serve`; name a Redis to split it"
        )


def run_worker(settings: Settings, use_cases: Work) -> int:
    """Work until SIGTERM or SIGINT; answers with the exit code. Raises MemoryBroker.

    One process, with threads: the engines and keys of `use_cases` are made once and never cross a fork.
    """
    if settings.is_embedded:
        raise MemoryBroker
    app = make_celery(settings)
    signals.setup_logging.connect(_leave_logging_alone)
    app.set_default()  # the pool's threads look for it there
    register(app, use_cases)
    todo = answers(use_cases)
    loops = [
        Supervised("sweep", todo["notices"], pause_seconds=max(FALLBACK_SWEEP_SECONDS, settings.sweep_seconds)),
        Supervised("sequencer", todo["ledger"], pause_seconds=settings.batch_wait_ms / 1000),
        Supervised("housekeeping", lambda: tidy(use_cases.engine), pause_seconds=PAUSE_SECONDS),
        Supervised("schedule", lambda: _ring_the_schedule(app), pause_seconds=1.0),
    ]
    return _work(app, loops)


def _leave_logging_alone(**_levels: object) -> None:
    """With a receiver of this signal Celery sets up no logging: its formats would write what our own keep out."""


def _work(app: Celery, loops: list[Supervised]) -> int:
    worker = app.Worker(
        pool="threads",
        concurrency=CONCURRENCY,
        queues=list(QUEUES),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    for loop in loops:
        loop.start()
    try:
        worker.start()
    finally:
        for loop in loops:
            # The schedule may be waiting for another process's lock, which it cannot be woken from; it dies with us.
            loop.stop(seconds=1.0 if loop.name == "schedule" else 30.0)
    return int(worker.exitcode or 0)


def _ring_the_schedule(app: Celery) -> int:
    """Ring the sweep on schedule while this process holds RedBeat's lock; ends by an exception when Redis fails."""
    beat.Service(app, max_interval=5, scheduler_cls="redbeat.RedBeatScheduler", remote_control=False).start()
    return 0
