"""Starting what is measured: each application behind a gunicorn of its own, all alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from time import monotonic, sleep

from hub.demo.server import free_port

THREADS = 4
_START_SECONDS = 30.0


@contextmanager
def serving(served: Mapping[str, Mapping[str, str]]) -> Iterator[list[int]]:
    """A gunicorn for each application (by the name of its module, with its environment); gives their ports."""
    ports = [free_port() for _ in served]
    processes = [
        _start(name, port, environment) for port, (name, environment) in zip(ports, served.items(), strict=True)
    ]
    try:
        for process, port in zip(processes, ports, strict=True):
            _wait(process, port)
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _start(module: str, port: int, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "gunicorn", f"tests.bench.{module}:app()"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS), "--keep-alive", "30"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "error", "--no-control-socket"),
    ]
    return subprocess.Popen(command, env=dict(environment), stdin=subprocess.DEVNULL)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = monotonic() + _START_SECONDS
    while monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("a measured server ended while it was starting")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live")
            connection.getresponse().read()
            connection.close()
        except (OSError, HTTPException):
            sleep(0.1)
        else:
            return
    raise RuntimeError("a measured server did not start in time")
