"""How often something may be tried, counted in the database so that every process sees the same count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from hub.database import unit_of_work
from hub.web import queries
from hub.web.errors import TooMany
from hub.web.tokens import mac


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in a window of `seconds`."""

    name: str
    most: int
    seconds: int


CODES_PER_ADDRESS = (Limit("codes-address", 5, 900), Limit("codes-address-day", 20, 86_400))
"""Codes for one mail address. With five tries each, at most 100 guesses a day at a million codes."""

CODES_PER_CLIENT = (Limit("codes-client", 30, 900),)
"""Codes asked for from one network address: a school's families may share one."""

TRIES_PER_CLIENT = (Limit("tries-client", 60, 900),)
"""Codes typed from one network address."""


def count(engine: Engine, *, key: bytes, limits: tuple[Limit, ...], who: str, at: datetime) -> None:
    """Count one try of `who` against every limit; raises `TooMany` past one. Refused tries count too."""
    with unit_of_work(engine) as connection:
        waits = [
            _wait(limit, at)
            for limit in limits
            if queries.count_up(connection, bucket=_bucket(key, limit, who), window_at=_window(limit, at)) > limit.most
        ]
    if waits:
        raise TooMany(max(waits))


def _bucket(key: bytes, limit: Limit, who: str) -> bytes:
    return mac(key, limit.name, who.encode())[:16]


def _window(limit: Limit, at: datetime) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // limit.seconds * limit.seconds, UTC)


def _wait(limit: Limit, at: datetime) -> int:
    return limit.seconds - int(at.timestamp()) % limit.seconds
