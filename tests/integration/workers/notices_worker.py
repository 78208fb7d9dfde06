"""A worker process for tests: `python notices_worker.py DATABASE_URL FOLDER`, settings from the environment.

`FOLDER/slow` makes every mail take a minute, so that the worker can be killed in the middle of one.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[3]))

from hub.database import make_engine
from hub.settings import Settings
from hub.telling.channels import FileMail
from hub.telling.deliver import Post, sweep
from hub.telling.model import Address, Mail
from tests.integration.telling.world import BASE_URL, record
from workers.run import run_worker


class SlowMail:
    """Writes files, slowly if told; says in a file that it has begun."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, FileMail(folder / "mail", "no-reply@dolen.example")

    def send(self, mail: Mail) -> None:
        (self._folder / "begun").touch()
        if (self._folder / "slow").exists():
            time.sleep(60)
        self._files.send(mail)


class NoticesOnly:
    """The part of the use cases that a worker asks for, on real tables."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def deliver_due(self, at: datetime) -> int:
        return sweep(self._post, holder=f"test-{os.getpid()}", at=at)

    def sequence(self) -> int:
        return 0


def main(url: str, folder: Path) -> int:
    """Run until ended."""
    engine = make_engine(url)

    def address_of(person_id: UUID) -> Address:
        return Address(f"{person_id.hex}@post.example", "en")

    post = Post(engine, SlowMail(folder), address_of, record, BASE_URL, lease=timedelta(seconds=2))
    try:
        return run_worker(Settings(), NoticesOnly(post))
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
