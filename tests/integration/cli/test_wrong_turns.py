"""What a newcomer gets wrong: every message says what happened, what was kept and what to do; nothing is harmed."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.demo.home import MARKER, DemoIsRunning, claimed
from hub.demo.server import free_port
from tests.integration.cli.command import Dolen


@pytest.fixture
def nowhere(tmp_path: Path) -> Dolen:
    """The command line on a home that is not there."""
    return Dolen(tmp_path / "nowhere")


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("command", ["serve", "token x", "ledger fsck", "notices list", "keys status"])
def test_without_a_hub_every_command_says_so_and_makes_nothing(command: str, nowhere: Dolen) -> None:
    answer = nowhere.run(*command.split(), expect=1)
    assert f"there is no hub in {nowhere.home}" in answer.stderr
    assert "dolen init" in answer.stderr
    assert not nowhere.home.exists()


def test_without_a_hub_the_doctor_asks_for_none_of_its_folders_to_be_opened(nowhere: Dolen) -> None:
    told = nowhere.run("doctor", expect=1).stdout
    assert "chmod" not in told
    assert ":0:" not in told


@pytest.mark.parametrize("command", ["init", "demo --once"])
def test_a_home_that_is_a_file_is_told_and_kept(command: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("keep me")
    told = Dolen(letter).run(*command.split(), expect=1).stderr
    assert "unforeseen" not in told
    assert "DOLEN_HOME" in told
    assert letter.read_text() == "keep me"


def test_a_demo_on_a_taken_port_names_the_way_out_and_leaves_the_home_alone(nowhere: Dolen, taken_port: int) -> None:
    told = nowhere.run("demo", "--port", str(taken_port), expect=1).stderr
    assert "make demo PORT=" in told
    assert "kept:" in told
    assert not nowhere.home.exists()


@pytest.mark.parametrize("how", [("--once",), ("--port",)])
def test_a_second_demo_leaves_the_home_of_one_that_is_up_alone(how: tuple[str, ...], tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "home")
    arguments = (*how, str(free_port())) if how == ("--port",) else how
    with claimed(dolen.home):
        (dolen.home / "dolen.db").write_text("in use")
        told = dolen.run("demo", *arguments, expect=1).stderr
        assert (dolen.home / "dolen.db").read_text() == "in use"
    assert f"another demo is up in {dolen.home}" in told
    assert "kept:" in told


def test_what_an_ended_demo_left_is_removed_by_the_next_and_its_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    with claimed(home):
        (home / "mail").mkdir()
        (home / "mail" / "a.eml").write_text("old")
        (home / "dolen.db").write_text("old")
    with claimed(home):
        assert [path.name for path in home.iterdir()] == [MARKER]
        assert home.stat().st_mode & 0o777 == 0o700
        with pytest.raises(DemoIsRunning), claimed(home):
            pass


def test_a_demo_that_is_interrupted_says_what_is_left_and_the_next_one_takes_it_over(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "home")
    with subprocess.Popen(
        dolen.command("demo", "--port", str(free_port())),
        env=dolen.environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "Making the partnership" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 1
    assert "interrupted" in told
    assert f"kept:  what it made so far, in {dolen.home}" in told
    with claimed(dolen.home):
        assert [path.name for path in dolen.home.iterdir()] == [MARKER]
