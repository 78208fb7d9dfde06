"""The protocols that decide, as the register has them: loaded once in a process, chosen anew by each transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TypeAlias

import structlog
from sqlalchemy import Connection, Engine

from hub.database import reading
from hub.protocols import queries
from hub.protocols.model import Standing, State
from hub.protocols.verify import verified
from policies.fields import Catalogue
from policies.model import Protocol
from policies.snapshot import Snapshot, compile_snapshot

ACCOMPANIES = "accompanies"
"""Catalogue tag of fields that say something about a record, not about the learner."""

MOST_KEPT = 4
"""Snapshots that a process keeps: those who still decide by the one before are not held up by the next."""

_Key: TypeAlias = frozenset[Standing]
_Loaded: TypeAlias = tuple[str, int, bytes]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PolicyBook:
    """Catalogue and protocols of this process; safe for threads.

    INVARIANT: a snapshot is found by exactly what the transaction read of the register, so no decision is made by
    another set of versions than the one that the database has at that moment, whichever process changed it.
    """

    catalogue: Catalogue
    _documents: dict[_Loaded, Protocol | None] = field(default_factory=dict)
    _compiled: dict[_Key, Snapshot] = field(default_factory=dict)
    _latest: Snapshot | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def accompanying(self) -> int:
        """Fields that only go along with others (date and status of a record): alone they show no record."""
        return self.catalogue.tagged(ACCOMPANIES)

    @property
    def latest(self) -> Snapshot | None:
        """What decided last in this process: a guess at what decides now, for whoever checks it under the lock."""
        return self._latest

    def snapshot(self, connection: Connection) -> Snapshot:
        """What decides now, read (and on PostgreSQL locked FOR SHARE) in this transaction."""
        standings = queries.enforced(connection)
        found = self._compiled.get(standings)
        snapshot = self._compile(connection, standings) if found is None else found
        self._latest = snapshot
        return snapshot

    def ready(self, connection: Connection) -> Snapshot | None:
        """As `snapshot`, but None where this process has yet to load it: for a transaction that others wait for."""
        found = self._compiled.get(queries.enforced(connection))
        if found is not None:
            self._latest = found
        return found

    def refresh(self, engine: Engine) -> None:
        """Load what the register has now, in a transaction that nobody waits for."""
        with reading(engine) as connection:
            self.snapshot(connection)

    def protocols(self, connection: Connection) -> tuple[Protocol, ...]:
        """Every version that was ever put in force and verifies; what counts now first, newer before older."""
        found = queries.enforced(connection)
        standings = sorted(found, key=lambda one: (one.state is not State.IN_FORCE, one.id, -one.version))
        with self._lock:
            loaded = [self._load(connection, one) for one in standings]
        return tuple(one for one in loaded if one is not None)

    def load(self, connection: Connection, standing: Standing) -> Protocol | None:
        """One version, from memory where it was loaded before; None where it does not verify."""
        with self._lock:
            return self._load(connection, standing)

    def _compile(self, connection: Connection, standings: _Key) -> Snapshot:
        """One thread loads and compiles; whoever decides by a snapshot that is there already never waits for it."""
        with self._lock:
            found = self._compiled.get(standings)
            if found is not None:
                return found
            snapshot = self._snapshot_of({one: self._load(connection, one) for one in standings})
            for oldest in list(self._compiled)[: max(0, len(self._compiled) + 1 - MOST_KEPT)]:
                del self._compiled[oldest]
            self._compiled[standings] = snapshot
            return snapshot

    def _snapshot_of(self, loaded: dict[Standing, Protocol | None]) -> Snapshot:
        """INVARIANT: below a version that does not verify none permits anything: it may have taken over from them."""
        broken: dict[str, int] = {}
        for one, protocol in loaded.items():
            if protocol is None:
                broken[one.id] = max(one.version, broken.get(one.id, 0))
        counting: list[Protocol] = []
        earlier: list[Protocol] = []
        for one, protocol in loaded.items():
            if protocol is not None:
                counts = one.state is not State.SUSPENDED and one.version > broken.get(one.id, 0)
                (counting if counts else earlier).append(protocol)
        return compile_snapshot(self.catalogue, counting, earlier=earlier)

    def _load(self, connection: Connection, standing: Standing) -> Protocol | None:
        key = standing.id, standing.version, standing.digest
        if key not in self._documents:
            protocol = verified(connection, standing, self.catalogue)
            if protocol is None:
                _log.error("protocol_not_verified", protocol=standing.id, version=standing.version)
            self._documents[key] = protocol
        return self._documents[key]
