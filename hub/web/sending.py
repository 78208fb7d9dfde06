"""Sends codes after the answer has gone out, so that the time it takes says nothing about the address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from uuid import UUID

import structlog

from hub.web.language import Language
from hub.web.model import SendCode

_log = structlog.get_logger()


class Background:
    """A `SendCode` that returns at once and sends in a thread. What finds no place in the queue is dropped and logged:
    the person asks for another code.
    """

    def __init__(self, send: SendCode, *, threads: int = 2, waiting: int = 200) -> None:
        self._send = send
        self._places = BoundedSemaphore(waiting)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="signin-code")

    def __call__(self, person_id: UUID, language: Language, code: str) -> None:
        """See `SendCode`."""
        if not self._places.acquire(blocking=False):
            _log.error("signin_code_dropped")
            return
        self._pool.submit(self._deliver, person_id, language, code)

    def close(self) -> None:
        """Send what waits, and end the threads."""
        self._pool.shutdown(wait=True)

    def _deliver(self, person_id: UUID, language: Language, code: str) -> None:
        try:
            self._send(person_id, language, code)
        except Exception as error:  # the thread must live on; the text of the error may hold an address
            _log.error("signin_code_not_sent", error=type(error).__name__)
        finally:
            self._places.release()
