"""What a log line may hold: listed keys, scalars, and never a text from outside."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog

from hub.cli.known_faults import place_of, told
from hub.cli.logs import KEYS, configure_logs, only_listed
from tests.architecture.tree import Module, dotted, module, modules

MARKER = "Angharad Prydderch-Enghraifft"
_LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Logging as the command line sets it up, and as it was after."""
    root = logging.getLogger()
    before = list(root.handlers)
    configure_logs("INFO")
    yield
    structlog.reset_defaults()
    root.handlers[:] = before


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_is_json_with_its_event_level_and_instant(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("notice_told", notice_id=UUID(int=7), attempts=1)
    out, err = capsys.readouterr()
    (line,) = lines(err)
    assert out == ""
    assert line["event"] == "notice_told"
    assert line["level"] == "info"
    assert line["notice_id"] == "00000000-0000-0000-0000-000000000007"
    assert str(line["at"]).endswith("+00:00")


def test_a_key_that_is_not_listed_is_left_out_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().error("page_failed", name=MARKER, value={"a": MARKER}, error="KeyError")
    err = capsys.readouterr().err
    assert MARKER not in err
    assert lines(err)[0]["dropped"] == 2
    assert lines(err)[0]["error"] == "KeyError"


def test_a_listed_key_holds_scalars_only(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("notice_told", code=[MARKER], channel={"to": MARKER}, reason="x" * 5000)
    err = capsys.readouterr().err
    assert MARKER not in err
    assert len(str(lines(err)[0]["reason"])) == 300


def test_an_event_that_is_a_sentence_is_not_written() -> None:
    assert only_listed(None, "info", {"event": f"read {MARKER}"})["event"] == "unnamed_event"


def test_an_exception_that_is_logged_leaves_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(MARKER)
    except ValueError:
        structlog.get_logger().exception("loop_failed", loop="sweep")
        logging.getLogger("some.library").exception("cannot store %s", MARKER)
    err = capsys.readouterr().err
    assert MARKER not in err
    mine, theirs = lines(err)
    assert mine["event"] == "loop_failed"
    assert theirs["error"] == "ValueError"
    assert theirs["logger"] == "some.library"
    assert str(theirs["place"]).startswith("test_logs:")


@pytest.mark.parametrize("name", ["authlib", "sqlalchemy.engine", "celery.worker"])
def test_libraries_stay_silent_below_a_warning_whatever_the_level(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("DEBUG")
    logging.getLogger(name).info("token %s", MARKER)
    logging.getLogger(name).debug("row %s", MARKER)
    assert capsys.readouterr().err == ""


def test_a_failure_that_nobody_foresaw_is_told_by_class_and_place_alone() -> None:
    message = told(RuntimeError(MARKER)).format_message()
    assert MARKER not in message
    assert "RuntimeError" in message
    assert "dolen doctor" in message
    assert place_of(None) == "?"


def calls(one: Module) -> Iterator[tuple[str, set[str]]]:
    """Event ("" where it is no literal) and keys of every call of a logger in a module."""
    for node in ast.walk(one.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LEVELS):
            continue
        if dotted(node.func.value) not in {"_log", "log"}:
            continue
        first = node.args[0] if node.args else None
        event = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        yield event, {keyword.arg or "**" for keyword in node.keywords}


def test_every_key_that_is_logged_anywhere_is_listed() -> None:
    used = {key for one in modules() for _, keys in calls(one) for key in keys}
    assert len(used) > 10
    assert used - KEYS == set()


def test_every_event_is_a_snake_case_literal() -> None:
    events = [(one.path, event) for one in modules() for event, _ in calls(one)]
    assert len(events) > 10
    assert [(path, event) for path, event in events if not re.fullmatch(r"[a-z][a-z0-9_]+", event)] == []


def test_a_planted_key_and_a_planted_sentence_are_seen() -> None:
    planted = module("hub/planted.py", 'def f(x):\n    _log.info(f"read {x}", learner_name=x)')
    assert list(calls(planted)) == [("", {"learner_name"})]
