"""`dolen` as processes: serving, working, ending, and what they leave on their outputs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from hub.demo.partnership import Partnership
from tests.integration.cli.command import Dolen
from tests.integration.telling.smtp_peer import free_port
from tests.integration.workers.redis_server import RedisServer, running_redis


@contextmanager
def started(dolen: Dolen, log: Path, *arguments: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended by SIGTERM, if it has not ended before."""
    with log.open("wb") as output:
        process = subprocess.Popen(dolen.command(*arguments), stderr=output, env=dolen.environment(**env))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """True as soon as it is so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def hand_over(dolen: Dolen, partnership: Partnership) -> None:
    to = str(partnership.people["anwen"])
    dolen.run("handover", "--learner", str(partnership.child), "--to", to, stdin={"because": "Angharad asked for it"})


def json_lines(log: Path) -> list[dict[str, object]]:
    """The lines of a log that begin as JSON; the first line is for people."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def listens(server: RedisServer) -> bool:
    """True once a worker waits for rings; before that it has not taken over its signals."""
    with server.client() as client:
        return any(one["cmd"] == "brpop" for one in client.client_list())


def test_serve_answers_works_and_ends_when_told(dolen: Dolen, partnership: Partnership, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    hand_over(dolen, partnership)
    command = ("serve", "--demo-home", "--port", str(port), "--processes", "2")
    with started(dolen, log, *command) as process:
        assert within(60, lambda: answers(f"http://127.0.0.1:{port}/health/ready")), log.read_text()
        assert within(60, lambda: dolen.value("SELECT count(*) FROM notice WHERE state = 'due'") == 0)
        assert within(60, lambda: dolen.value("SELECT count(*) FROM ledger_outbox WHERE idx IS NULL") == 0)
        taken = dolen.run("serve", "--demo-home", "--port", str(port), expect=1)
        assert "cannot be listened on" in taken.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    events = [line["event"] for line in json_lines(log)]
    assert events.count("web_process_ready") == events.count("web_process_ended") == 2
    assert "notice_told" in events
    human = [line for line in log.read_text().splitlines() if not line.startswith("{")]
    assert [line[:12] for line in human] == ["Dolen listen"]
    assert "Angharad" not in log.read_text()


def test_serve_refuses_a_demo_home(dolen: Dolen) -> None:
    answer = dolen.process("serve", "--port", str(free_port()))
    assert answer.returncode == 1
    assert "demo home" in answer.stderr
    assert "dolen demo" in answer.stderr


@pytest.mark.parametrize(
    ("lost", "todo"),
    [("secrets/pages.key", "dolen init"), ("secrets/oauth-current.jwk", "dolen init"), ("keys.db", "init")],
)
def test_serve_says_what_is_missing_before_it_listens(lost: str, todo: str, dolen: Dolen) -> None:
    (dolen.home / lost).unlink()
    answer = dolen.process("serve", "--demo-home", "--port", str(free_port()))
    assert answer.returncode == 1
    assert todo in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "listens" not in answer.stderr


@pytest.mark.redis
def test_a_worker_on_redis_tells_what_is_due_and_ends_when_told(
    dolen: Dolen, partnership: Partnership, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with running_redis(tmp_path) as server, started(dolen, log, "worker", DOLEN_BROKER_URL=server.url) as process:
        assert within(60, lambda: listens(server)), log.read_text()
        hand_over(dolen, partnership)
        assert within(60, lambda: dolen.value("SELECT count(*) FROM notice WHERE state = 'due'") == 0), log.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    told = log.read_text()
    assert all(line.startswith("{") for line in told.splitlines()), told
    assert "Angharad" not in told


def test_a_worker_without_redis_says_where_it_runs(dolen: Dolen) -> None:
    answer = dolen.process("worker")
    assert answer.returncode == 1
    assert "dolen serve" in answer.stderr


def test_a_crash_that_nobody_catches_is_logged_by_class_and_not_printed(dolen: Dolen) -> None:
    script = (
        "import threading\n"
        "from hub.cli.logs import configure_logs, quieten_crashes\n"
        "configure_logs(); quieten_crashes()\n"
        "def fail(): raise ValueError('Angharad')\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        "fail()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=dolen.environment()
    )
    lines = [json.loads(line) for line in told.stderr.splitlines()]
    assert [line["error"] for line in lines] == ["ValueError", "ValueError"]
    assert "Angharad" not in told.stderr
    assert told.returncode == 1


def test_the_command_ends_quietly_when_its_reader_has_gone(dolen: Dolen) -> None:
    with subprocess.Popen(
        dolen.command("policy", "check"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dolen.environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(60)
