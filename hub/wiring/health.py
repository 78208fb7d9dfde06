"""Whether this process can do its work, component by component. Codes only: no text from outside, no address."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from consent.ledger.status import ledger_status
from hub.database import reading, unit_of_work
from hub.directory.streams import touch
from hub.migrations.run import Store, level
from hub.sealing.keyring import Keyrings
from hub.sealing.model import HUB

OK = "ok"
LATEST_WAIT = timedelta(minutes=5)
"""An entry that waits longer than this for its place in the ledger means that the sequencer has stopped."""

ANSWER_SECONDS = 1.0
"""How long an answer stands: anybody may ask, and each look writes once."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Health:
    """Remembers the last answer for a second, so that asking often costs nothing."""

    _since: float = 0.0
    _known: Mapping[str, str] = field(default_factory=dict)

    def ask(self, engine: Engine, key_engine: Engine, keyrings: Keyrings, *, at: datetime) -> Mapping[str, str]:
        """See `readiness`."""
        if not self._known or time.monotonic() - self._since >= ANSWER_SECONDS:
            self._known = readiness(engine, key_engine, keyrings, at=at)
            self._since = time.monotonic()
        return self._known


def readiness(engine: Engine, key_engine: Engine, keyrings: Keyrings, *, at: datetime) -> Mapping[str, str]:
    """State of each component by name: `ok`, or a code. A broker that is down is no fault: the sweep does its work."""
    return {
        "database": _checked("database", lambda: _newest(engine, Store.MAIN)),
        "database_write": _checked("database_write", lambda: _writes(engine)),
        "key_store": _checked("key_store", lambda: _newest(key_engine, Store.KEYS)),
        "keyring": _checked("keyring", lambda: _opens(keyrings)),
        "ledger": _checked("ledger", lambda: _flows(engine, at)),
    }


def _checked(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as failure:
        # Whatever it is, this component cannot be counted on; the text may quote an address, the class does not.
        _log.error("not_ready", component=name, error=type(failure).__name__)
        return "unreachable"


def _newest(engine: Engine, store: Store) -> str:
    return OK if level(engine, store).is_newest else "old_schema"


def _writes(engine: Engine) -> str:
    with unit_of_work(engine) as connection:
        touch(connection)
    return OK


def _opens(keyrings: Keyrings) -> str:
    return OK if keyrings.get(HUB).versions() else "empty"


def _flows(engine: Engine, at: datetime) -> str:
    with reading(engine) as connection:
        status = ledger_status(connection)
    if status.waiting_since is not None and at - status.waiting_since > LATEST_WAIT:
        return "stalled"
    return OK
