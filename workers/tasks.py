"""The tasks: one use case each, and no arguments at all, so a message has nothing to give away. Each may run twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog
from celery import Celery
from sqlalchemy import Engine

from workers.app import QUEUES

_log = structlog.get_logger(__name__)


class Work(Protocol):
    """What workers ask of the hub; `hub.wiring.hub.Hub` has it."""

    engine: Engine

    def deliver_due(self, at: datetime) -> int:
        """Tell some of the notices that are due; answers how many were taken on."""

    def sequence(self) -> int:
        """Put waiting entries into the ledger where this process holds the sequencer's lease; answers how many."""


def register(app: Celery, work: Work) -> None:
    """Give `app` its tasks. A task that fails is over: the row stays due, and the sweep is its retry."""
    for queue, task in answers(work).items():
        name = QUEUES[queue]
        app.task(_quiet(name, task), name=name, acks_late=True, ignore_result=True, shared=False)


def answers(work: Work) -> dict[str, Callable[[], int]]:
    """What is done when a queue is rung, by its name: one portion of work, answered with its size."""
    return {"notices": lambda: work.deliver_due(datetime.now(UTC)), "ledger": work.sequence}


def _quiet(name: str, task: Callable[[], int]) -> Callable[[], None]:
    """`task` until nothing is left. Of a failure the class is logged: Celery would log its text, which may quote."""

    def run() -> None:
        try:
            while task() > 0:
                pass
        except Exception as failure:
            _log.error("task_failed", task=name, error=type(failure).__name__)

    return run
