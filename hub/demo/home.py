"""The demo's home: made anew each time, marked as the demo's own, and held for as long as the demo runs."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARKER = "demo-home"
_SAYS = "A demo home: fictional people, secrets made at random. Delete it at will.\n"


class NotADemoHome(Exception):
    """The folder holds something that the demo did not make; it is left alone."""


class DemoIsRunning(Exception):
    """Another demo is up in this home; its files are left alone."""


@contextmanager
def claimed(home: Path) -> Iterator[None]:
    """The home, empty but for its mark, while the block runs; what an earlier demo left there is removed.

    The mark is locked by this process, and the lock ends with it, however it ends. A demo that is stopped half-way
    leaves a marked home, which the next one takes over.

    Raises NotADemoHome for a folder with other content, DemoIsRunning while another demo holds it.
    """
    if home.exists() and any(home.iterdir()) and not (home / MARKER).is_file():
        raise NotADemoHome(str(home))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / MARKER).open("a", encoding="utf-8") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoIsRunning(str(home)) from None
        _empty(home)
        home.chmod(0o700)
        yield


def set_mark(home: Path) -> None:
    """Mark a home as made by the demo, so that `dolen serve` refuses it and the next demo may replace it."""
    (home / MARKER).write_text(_SAYS, encoding="utf-8")


def _empty(home: Path) -> None:
    for entry in home.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MARKER:
            entry.unlink()
