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
    """A web server on this home while the block runs; gives a client of it. Its log is in `home/log`."""
    with (
        _process(settings, f"server-{port}", "serve", "--demo-home", "--port", str(port)) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        _wait(process, client)
        yield client


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """A Celery worker on this home while the block runs, where a broker rings it; else the web process has one."""
    if settings.is_embedded:
        yield
        return
    with _process(settings, "worker", "worker"):
        yield


@contextmanager
def _process(settings: Settings, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    log = settings.home / "log"
    log.mkdir(mode=0o700, exist_ok=True)
    command = [sys.executable, "-m", "hub.cli", *arguments]
    with (log / f"{name}.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=settings.for_child()
        )
        try:
            yield process
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
            raise RuntimeError("the server ended while starting; see the log folder in the demo home")
        try:
            if client.get("/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
    raise RuntimeError("the server was not ready in time; see the log folder in the demo home")
