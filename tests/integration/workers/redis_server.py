"""A Redis of the test's own, on a free port of loopback, that can be frozen, killed and brought back."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.conftest import unavailable
from tests.integration.telling.smtp_peer import free_port


class RedisServer:
    """One `redis-server` process without persistence: what it loses, it loses for good."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, and wait until it answers."""
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        with self.client() as client:
            for _ in range(200):
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError("redis-server did not start")

    def freeze(self) -> None:
        """Stop it in its tracks: connections stay open and nobody answers."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    @contextmanager
    def client(self) -> Iterator[redis.Redis]:
        """A client that is closed at the end."""
        client = redis.Redis(port=self.port, socket_timeout=5)
        try:
            yield client
        finally:
            client.close()
            client.connection_pool.disconnect()

    def waiting(self, queue: str) -> list[bytes]:
        """The messages that wait in a queue."""
        with self.client() as client:
            return client.lrange(queue, 0, -1)  # type: ignore[return-value]

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """A started server, ended after."""
    program = shutil.which("redis-server")
    if program is None:
        unavailable("redis-server")
    assert program is not None
    server = RedisServer(program, folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
