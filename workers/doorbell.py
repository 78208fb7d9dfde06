"""Ringing the workers through Celery, from a thread of its own: a frozen Redis must not hold up a web request."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field

import structlog
from celery import Celery

from workers.app import QUEUES, RING_EXPIRES_SECONDS

_log = structlog.get_logger(__name__)


class CeleryDoorbell:
    """Implements `hub.wiring.Doorbell`. Ring after the commit; rings of one kind that wait are one ring.

    The thread is made at the first ring, and made again in a forked child, where the parent's does not run.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._rope = _Rope(os.getpid())

    def ring(self, what: str) -> None:
        """See `Doorbell`. Only puts the ring into memory: takes microseconds whatever Redis does, and never raises."""
        if what not in QUEUES:
            _log.error("ring_unknown", queue=what)
            return
        if self._rope.pid != os.getpid():
            self._rope = _Rope(os.getpid())
        with self._rope.changed:
            self._rope.waiting.add(what)
            self._rope.changed.notify()
            if self._rope.thread is None and not self._rope.is_closed:
                self._rope.thread = threading.Thread(target=self._publish_all, name="doorbell", daemon=True)
                self._rope.thread.start()

    def close(self, *, seconds: float = 2.0) -> None:
        """Publish what waits, if that works within `seconds`, and end the thread. What is not published is swept."""
        with self._rope.changed:
            self._rope.is_closed = True
            self._rope.changed.notify()
            thread = self._rope.thread
        if thread is not None:
            thread.join(seconds)

    def _publish_all(self) -> None:
        rope = self._rope
        while True:
            with rope.changed:
                rope.changed.wait_for(lambda: bool(rope.waiting) or rope.is_closed)
                if not rope.waiting:
                    return
                what = min(rope.waiting)
                rope.waiting.discard(what)
            self._publish(what)

    def _publish(self, what: str) -> None:
        try:
            self._app.send_task(QUEUES[what], queue=what, retry=False, ignore_result=True, expires=RING_EXPIRES_SECONDS)
        except Exception as failure:
            # Of no account for what was committed; the class only, since the text may hold the broker's password.
            _log.warning("ring_lost", queue=what, error=type(failure).__name__)


@dataclass(slots=True)
class _Rope:
    """What one process shares with its publishing thread; everything in it is guarded by `changed`."""

    pid: int
    waiting: set[str] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)
    thread: threading.Thread | None = None
    is_closed: bool = False
