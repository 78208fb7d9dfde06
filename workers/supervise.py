"""Threads that do a portion of work again and again, and go on after every failure."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from prometheus_client import Counter

_log = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0

FAILURES = Counter("dolen_loop_failures_total", "Failures of a supervised loop, by loop.", ["loop"])
"""The alarm: a loop that only fails counts up here, and so does the age of what it leaves undone in the database."""


class Supervised:
    """One loop in a thread: a portion of work, a pause, again. A full portion is followed by the next at once.

    A failure is logged by its class (a text may quote values), counted, and tried again after a pause that doubles
    from half a second to a minute. A crash of the process leaves nothing behind but leases that run out.
    """

    def __init__(self, name: str, work: Callable[[], int], *, pause_seconds: float) -> None:
        self.name = name
        self._work = work
        self._pause = pause_seconds
        self._failed = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; once in the life of this object."""
        self._thread.start()

    def stop(self, *, seconds: float = 30.0) -> bool:
        """Ask the loop to end after the portion at hand, and wait for it; False when that took longer."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def failures_in_a_row(self) -> int:
        """How often the loop has failed since it last did a portion of work."""
        return self._failed

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._portion())

    def _portion(self) -> float:
        """Do one portion; answers with the pause after it."""
        try:
            done = self._work()
        except Exception as failure:
            self._failed += 1
            FAILURES.labels(self.name).inc()
            _log.error("loop_failed", loop=self.name, error=type(failure).__name__, failures=self._failed)
            return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(self._failed - 1, 10)))
        self._failed = 0
        return 0.0 if done > 0 else self._pause
