"""The web server: gunicorn with threads. Every process makes its own hub after the fork; nothing crosses it."""

from __future__ import annotations

import os
from contextlib import ExitStack

import structlog
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn has no types

from hub.app import create_app
from hub.cli.known_faults import place_of
from hub.cli.logs import configure_logs
from hub.settings import Settings
from hub.wiring.build import build
from workers.app import make_celery
from workers.doorbell import CeleryDoorbell
from workers.embedded import EmbeddedWorker

_log = structlog.get_logger(__name__)

GRACE_SECONDS = 30
"""How long requests that are under way may take after the server was asked to end."""


class LogsByTheHub(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's messages go the way of every library's (`hub.cli.logs`). No access log: addresses have ids."""

    def setup(self, cfg: object) -> None:
        """See gunicorn."""
        super().setup(cfg)
        self.error_log.propagate = True

    def error(self, msg: str, *args: object, **kwargs: object) -> None:
        """See gunicorn; the place that is logged is the caller's."""
        super().error(msg, *args, **kwargs, stacklevel=3)

    def exception(self, msg: str, *args: object, **kwargs: object) -> None:
        """See `error`."""
        super().exception(msg, *args, **kwargs, stacklevel=3)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """`run()` serves until it is asked to end. Reads no configuration file and no variable of gunicorn's."""

    def __init__(self, settings: Settings, *, host: str, port: int, processes: int, threads: int) -> None:
        self._settings = settings
        self._bind = (host, port, processes, threads)
        self._stack = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        """See gunicorn."""
        host, port, processes, threads = self._bind
        chosen: dict[str, object] = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "worker_class": "gthread",
            "workers": processes,
            "threads": threads,
            "timeout": 120,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 5,
            "loglevel": "warning",
            "errorlog": None,
            "accesslog": None,
            "logger_class": LogsByTheHub,
            "control_socket_disable": True,
            "forwarded_allow_ips": "",
            "proc_name": "dolen",
            "when_ready": lambda _arbiter: _log.info("serving", host=host, port=port, processes=processes),
            "worker_exit": lambda _arbiter, _worker: self._end_process(),
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """The application of one process. Where it cannot be made, the log says why, and the server ends."""
        configure_logs(self._settings.log_level)
        try:
            return self._made()
        except Exception as failure:
            _log.error("web_process_failed", error=type(failure).__name__, place=place_of(failure.__traceback__))
            raise SystemExit(Arbiter.WORKER_BOOT_ERROR) from None

    def _made(self) -> object:
        """Hub, doorbell and application and, on the embedded default, the worker; they end with the process."""
        celery = make_celery(self._settings)
        bell = CeleryDoorbell(celery)
        self._stack.callback(bell.close)
        hub = build(self._settings, doorbell=bell)
        self._stack.callback(hub.close)
        app = create_app(self._settings, bell, hub=hub)
        if self._settings.is_embedded:
            self._stack.enter_context(EmbeddedWorker(celery, self._settings, hub))
        _log.info("web_process_ready", pid=os.getpid())
        return app

    def _end_process(self) -> None:
        self._stack.close()
        _log.info("web_process_ended", pid=os.getpid())
