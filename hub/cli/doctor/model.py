"""What a check finds, and what it has to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine

from hub.sealing.keyring import Keyrings
from hub.settings import Settings


class State(StrEnum):
    """How something stands. `skipped`: it could not be looked at, because of a fault that is reported."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands and, unless all is well, what to do. Ids, counts, file names."""

    state: State
    says: str
    remedy: str = ""


def ok(says: str) -> Finding:
    """All is well."""
    return Finding(State.OK, says)


def warn(says: str, remedy: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(State.WARN, says, remedy)


def fault(says: str, remedy: str) -> Finding:
    """It does not work, or not safely."""
    return Finding(State.FAULT, says, remedy)


@dataclass(slots=True)
class Scene:
    """What the checks of one run share. Engines connect only where a check has found their database there."""

    settings: Settings
    at: datetime
    main: Engine
    key_store: Engine
    keyrings: Keyrings
    is_demo: bool
    working: set[str] = field(default_factory=set)


Look = Callable[[Scene], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `settings`: which it judges; `needs`: checks without whose success it cannot look."""

    name: str
    look: Look
    settings: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
