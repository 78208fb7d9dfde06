"""The ledger's part of a process: whether it holds the lease, when it last asked, and letting go at the end."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from consent.ledger.queries import checkpoints
from consent.ledger.sequencer import dummy_due, sequence_once, stand_down
from consent.ledger.signer import Signer, publish_checkpoint
from hub.database import reading, unit_of_work

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Sequencing:
    """Puts waiting entries into the ledger while this process holds the lease. One per process."""

    engine: Engine
    signer: Signer
    _last_asked: float = field(default_factory=time.monotonic)
    _was_active: bool = False

    def sequence(self, *, holder: str, now: datetime) -> int:
        """Put waiting entries into the ledger and publish its checkpoint, where this process holds the lease."""
        since, self._last_asked = self._last_asked, time.monotonic()
        done = sequence_once(
            self._transaction,
            holder=holder,
            now=now,
            dummy=dummy_due(self._last_asked - since),
        )
        self._was_active = done.is_active
        if done.is_active:
            publish_checkpoint(self._transaction, self.signer, now=now)
        return done.real

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint; None before the first."""
        with reading(self.engine) as connection:
            signed = checkpoints.latest(connection)
        return None if signed is None else signed.text.encode()

    def stand_down(self, *, holder: str, now: datetime) -> None:
        """Give the lease back, if this process held it."""
        if not self._was_active:
            return
        try:
            stand_down(self._transaction, holder=holder, now=now)
        except SQLAlchemyError:
            # The lease runs out by itself; what closes must close.
            _log.warning("lease_not_given_back")

    def _transaction(self) -> AbstractContextManager[Connection]:
        return unit_of_work(self.engine)
