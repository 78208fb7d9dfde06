"""The Celery app. Redis rings, the database is the queue: a message may be lost or doubled, and nothing comes of it.

Reasons and measurements: docs/decisions/0070-doorbell-and-sweep.md.
"""

from __future__ import annotations

from typing import Any

from celery import Celery

from hub.settings import Settings

RING_EXPIRES_SECONDS = 60
"""A ring older than this is dropped: the sweep has done its work by then."""

VISIBILITY_SECONDS = 300  # longer than the hard time limit; all apps on one Redis must agree, the shortest wins
TASK_LIMIT_SECONDS = 120
TASK_SOFT_LIMIT_SECONDS = 90

_REDIS_OPTIONS = {
    "visibility_timeout": VISIBILITY_SECONDS,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "connect_retries_timeout": 1,  # kombu tries again by itself for as long as this; a ring is not worth more
    "socket_keepalive": True,
    "health_check_interval": 25,
}
_MEMORY_OPTIONS = {"polling_interval": 0.05}

QUEUES = {"notices": "notices.sweep", "ledger": "ledger.sequence"}
"""What may be rung, which is also the queue's name, and the task that answers it."""


def make_celery(settings: Settings) -> Celery:
    """A Celery app for these settings, still without tasks (`workers.tasks.register`). It has not connected yet."""
    app = Celery("dolen", set_as_current=False, fixups=[])
    app.conf.update(_settings(settings))
    return app


def _settings(settings: Settings) -> dict[str, Any]:
    """Celery's settings as it names them."""
    shared = {
        "broker_url": settings.broker_url,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": _MEMORY_OPTIONS if settings.is_embedded else _REDIS_OPTIONS,
        "task_queues": {name: {} for name in QUEUES},
        "task_default_queue": "notices",
        "task_create_missing_queues": False,
        "task_routes": {task: {"queue": queue} for queue, task in QUEUES.items()},
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_ignore_result": True,
        "task_time_limit": TASK_LIMIT_SECONDS,
        "task_soft_time_limit": TASK_SOFT_LIMIT_SECONDS,
        "task_publish_retry": False,
        "task_send_sent_event": False,
        "worker_prefetch_multiplier": 1,
        "worker_soft_shutdown_timeout": 5.0,
        "worker_send_task_events": False,
        "worker_enable_remote_control": False,  # nobody else on this Redis may ask a worker what it does
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "enable_utc": True,
        "timezone": "UTC",
    }
    return shared if settings.is_embedded else shared | _schedule(settings)


def _schedule(settings: Settings) -> dict[str, Any]:
    """RedBeat rings the sweep and nothing else, so that two of them at once do no harm."""
    sweep = {
        "task": QUEUES["notices"],
        "schedule": settings.sweep_seconds,
        "options": {"expires": RING_EXPIRES_SECONDS},
    }
    return {
        "beat_schedule": {"sweep": sweep},
        "beat_max_loop_interval": 5,
        "redbeat_redis_url": settings.broker_url,
        "redbeat_redis_options": {"socket_timeout": 5, "socket_connect_timeout": 2},
        "redbeat_key_prefix": "dolen:redbeat:",
        "redbeat_lock_timeout": 25,
    }
