"""The web server of the demo: a process of its own, so that "another process" in the story is one."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import httpx

from hub.settings import Settings

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(settings: Settings, port: int) -> Iterator[httpx.Client]:
    """A server on this home while the block runs; gives a client of it. Its log is `home/log/server.log`."""
    log = settings.home / "log"
    log.mkdir(mode=0o700, exist_ok=True)
    command = [sys.executable, "-m", "hub.cli", "serve", "--demo-home", "--port", str(port)]
    with (log / "server.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=settings.for_child()
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _wait(process, client)
                yield client
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    until = monotonic() + _START_SECONDS
    while monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the server ended while starting; see log/server.log in the demo home")
        try:
            if client.get("/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
    raise RuntimeError("the server was not ready in time; see log/server.log in the demo home")
