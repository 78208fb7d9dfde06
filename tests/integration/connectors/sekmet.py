"""A FHIR server that others wrote (sekmet-fhir), started on loopback for one test and stopped by its process id."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PROGRAM = Path(__file__).parents[3] / ".venv" / "peers" / "bin" / "sekmet"
_START_SECONDS = 60.0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(folder: Path, *, absolute_references: bool = False) -> Iterator[str]:
    """Base address of an empty server that keeps its state in `folder`."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    settings = {
        "base_url": base,
        "host": "127.0.0.1",
        "port": port,
        "data_dir": str(folder / "data"),
        "validation": {"inbound": "strict"},
        "simulator": {"enabled": False},
        "server_auth": {"types": ["none"]},
        "server_behaviour": {"absolute_references": absolute_references},
        "log_inbound": False,
    }
    (folder / "settings.yaml").write_text(json.dumps(settings), encoding="utf-8")
    command = [str(PROGRAM), "serve", "-c", "settings.yaml"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(process, base)
            yield base
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], base: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the FHIR server ended while starting")
        try:
            if httpx.get(f"{base}/metadata", timeout=5.0, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("the FHIR server did not start in time")


def load(base: str, bundle: Path) -> None:
    """Send a transaction Bundle."""
    answer = httpx.post(
        base,
        content=bundle.read_bytes(),
        headers={"Content-Type": "application/fhir+json"},
        timeout=60.0,
        trust_env=False,
    )
    answer.raise_for_status()
