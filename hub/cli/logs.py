"""What leaves as a log line: JSON on standard error, a snake_case event, keys from a list, scalars only.

INVARIANT: no text of an exception and no message of a library reaches a log, because either may quote somebody's data.
A library's record is told by its logger, its level, its place in the code and the class of its exception.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

KEYS = frozenset(
    {
        "at", "attempts", "channel", "client_id", "code", "component", "count", "dropped", "endpoint", "error",
        "event", "failures", "host", "incident", "kind", "level", "logger", "loop", "notice_id", "pid", "place",
        "places", "port", "processes", "protocol", "queue", "reason", "route", "seconds", "task", "thread", "threads",
        "token_id", "version",
    }
)  # fmt: skip
"""Every key that a line may have. Whoever adds one makes sure that it can only ever hold an id, a code or a number."""

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST = 300
_SAYS_NOTHING = ("kombu.connection",)  # at every start, that the memory transport has no host name
_ALWAYS_QUIET = ("authlib", "sqlalchemy", "httpx", "httpcore", "kombu", "celery", "amqp", "alembic", "asyncio")

Line = MutableMapping[str, Any]


def configure_logs(level: str = "WARNING") -> None:
    """Log from `level` on; libraries from WARNING on, whatever `level` is: below it they write values."""
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, _timed, only_listed, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=lambda *_names: _ToStandardError(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _Libraries) for handler in root.handlers):
        root.addHandler(_Libraries())
    root.setLevel(logging.WARNING)
    for name in _ALWAYS_QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SAYS_NOTHING:
        logging.getLogger(name).setLevel(logging.ERROR)


def quieten_crashes() -> None:
    """For a whole process: what nobody catches, in any thread, is logged by class and place instead of printed."""
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda kind, error, _trace: _crashed(kind, error, thread="main")
    threading.excepthook = lambda caught: _crashed(
        caught.exc_type, caught.exc_value, thread=caught.thread.name if caught.thread else "?"
    )
    sys.unraisablehook = lambda caught: _crashed(caught.exc_type, caught.exc_value, thread="finalizer")


def only_listed(_logger: object, _method: str, line: Line) -> Line:
    """Leave out keys that are not listed and values that are no scalars, and say how many were left out."""
    kept = {key: _scalar(value) for key, value in line.items() if key in KEYS and _is_scalar(value)}
    if len(kept) < len(line):
        kept["dropped"] = len(line) - len(kept)
    if _EVENT.fullmatch(str(line.get("event"))) is None:
        kept["event"] = "unnamed_event"
    return kept


def _timed(_logger: object, _method: str, line: Line) -> Line:
    line["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return line


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | UUID | datetime)


def _scalar(value: object) -> object:
    if isinstance(value, UUID | datetime):
        return str(value)
    return value[:_LONGEST] if isinstance(value, str) else value


class _ToStandardError:
    """Writes to whatever standard error is at that moment, a line at a time."""

    def msg(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warning = warn = error = critical = fatal = exception = msg


class _Libraries(logging.Handler):
    """Turns the records of libraries into lines without their messages."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        kind = record.exc_info[0] if record.exc_info else None
        error = {} if kind is None else {"error": kind.__name__}
        place = f"{record.module}:{record.lineno}"
        structlog.get_logger().log(record.levelno, "library_message", logger=record.name, place=place, **error)


def _crashed(kind: type[BaseException], error: BaseException | None, *, thread: str) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    frames = traceback.extract_tb(error.__traceback__)[-3:] if error is not None else []
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    structlog.get_logger().error("crashed", error=kind.__name__, thread=thread, places=places)
