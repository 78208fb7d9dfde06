"""What another process does in these tests; it is started with the interpreter's own `spawn`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial

from consent.ledger.sequencer import sequence_once
from hub.database import make_engine, unit_of_work


def sequence_for(url: str, holder: str, seconds: float) -> None:
    """Sequence whatever waits, with a lease so short that two holders take turns all the time."""
    engine = make_engine(url)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sequence_once(partial(unit_of_work, engine), holder=holder, now=datetime.now(UTC), limit=16, lease_seconds=0.01)
    engine.dispose()
