"""Progress of what takes longer than two seconds: on a terminal only, so that no log and no pipe gets it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

PATIENCE_SECONDS = 2.0
BEAT_SECONDS = 0.2
_WIPED = "\r" + " " * 60 + "\r"


@contextmanager
def progress_on(stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[int], None]]:
    """A function to be told how many units are done; it draws on `stream` now and then, and wipes that at the end."""
    begun = clock()
    drawn: list[float] = []

    def show(count: int) -> None:
        seconds = clock() - begun
        if seconds >= PATIENCE_SECONDS and (not drawn or seconds - drawn[-1] >= BEAT_SECONDS):
            drawn[:] = [seconds]
            stream.write(f"\r{count:,} units, {count / seconds:,.0f} a second ")
            stream.flush()

    try:
        yield show if stream.isatty() else (lambda _count: None)
    finally:
        if drawn:
            stream.write(_WIPED)
            stream.flush()
