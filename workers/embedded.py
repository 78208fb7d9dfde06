"""The worker of the embedded default: inside the web process, on Celery's memory transport, with nothing to install."""

from __future__ import annotations

import threading
from types import TracebackType

from celery import Celery

from hub.settings import Settings
from workers.app import QUEUES
from workers.housekeeping import PAUSE_SECONDS, tidy
from workers.supervise import Supervised
from workers.tasks import Work, answers, register


class EmbeddedWorker:
    """A Celery worker thread, the sweep and the sequencer. Start it after the web server has forked.

    Several web processes may each have one: leases in the database keep them apart. A ring reaches only the worker of
    its own process; what another one should have heard, its sweep finds.
    """

    def __init__(self, app: Celery, settings: Settings, work: Work) -> None:
        register(app, work)
        todo = answers(work)
        self._loops = [
            Supervised("sweep", todo["notices"], pause_seconds=settings.sweep_seconds),
            Supervised("sequencer", todo["ledger"], pause_seconds=settings.batch_wait_ms / 1000),
            Supervised("housekeeping", lambda: tidy(work.engine), pause_seconds=PAUSE_SECONDS),
        ]
        self._worker = _CeleryThread(app)

    def start(self) -> None:
        """Begin all threads; returns once the Celery thread listens."""
        self._worker.start()
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End all threads after the work at hand."""
        for loop in self._loops:
            loop.stop()
        self._worker.stop()

    def __enter__(self) -> EmbeddedWorker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _CeleryThread:
    """Celery's worker without its process around it: no signals, no child processes, tasks run in this thread."""

    def __init__(self, app: Celery) -> None:
        self._listens = threading.Event()
        self._worker = app.WorkController(
            pool="solo",
            concurrency=1,
            queues=list(QUEUES),
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            ready_callback=lambda _consumer: self._listens.set(),
        )
        self._app = app
        self._thread = threading.Thread(target=self._run, name="celery", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._listens.wait(30):
            raise RuntimeError("the embedded worker did not start")

    def stop(self) -> None:
        self._worker.stop()
        self._thread.join(30)

    def _run(self) -> None:
        self._app.set_current()  # in this thread only: it is where the tasks of the solo pool look for their app
        self._worker.start()
