"""The protocols as they were read at start, and which of them count right now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection

from hub.protocols import queries
from policies.canonical import digest
from policies.fields import Catalogue
from policies.model import Protocol
from policies.snapshot import Snapshot, compile_snapshot

ACCOMPANIES = "accompanies"
"""Catalogue tag of fields that say something about a record, not about the learner."""

InForce = frozenset[tuple[str, int, bytes]]


@dataclass(slots=True)
class PolicyBook:
    """Catalogue and protocols of this process; safe for threads.

    INVARIANT: a protocol counts only while the database has it in force under the digest of the very file that was
    read. A changed file, and a protocol that was suspended elsewhere, permit nothing from the next decision on.
    """

    catalogue: Catalogue
    protocols: tuple[Protocol, ...]
    _compiled: dict[InForce, Snapshot] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def accompanying(self) -> int:
        """Fields that only go along with others (date and status of a record): alone they show no record."""
        return self.catalogue.tagged(ACCOMPANIES)

    @property
    def latest(self) -> Snapshot | None:
        """What decided last in this process: a guess at what decides now, for whoever checks it under the lock."""
        return next(iter(list(self._compiled.values())), None)

    def snapshot(self, connection: Connection) -> Snapshot:
        """What decides now, read (and on PostgreSQL locked FOR SHARE) in this transaction."""
        in_force = queries.protocols_in_force(connection)
        found = self._compiled.get(in_force)
        if found is not None:
            return found
        with self._lock:
            self._compiled.clear()
            snapshot = compile_snapshot(self.catalogue, [one for one in self.protocols if self._key(one) in in_force])
            self._compiled[in_force] = snapshot
            return snapshot

    def put_in_force(self, connection: Connection, *, at: datetime) -> list[str]:
        """Register protocols that the database has never seen; answers their names. What was suspended stays so.

        Raises ProtocolAltered when a version that was put in force before has other bytes now: versions never change.
        """
        known = queries.known_protocols(connection)
        added = []
        for protocol in self.protocols:
            name, version, found = self._key(protocol)
            before = known.get((name, version))
            if before is not None and before[1] != found:
                raise ProtocolAltered(str(protocol.ref))
            if before is None:
                queries.put_in_force(connection, protocol_id=name, version=version, digest=found, at=at)
                added.append(str(protocol.ref))
        return added

    def _key(self, protocol: Protocol) -> tuple[str, int, bytes]:
        return protocol.ref.id, protocol.ref.version, digest(protocol, self.catalogue)


class ProtocolAltered(Exception):
    """A protocol version that is registered has other bytes now: make it a new version instead."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"protocol {ref} was changed after it was put in force; give it a new version number")
        self.ref = ref


def names_of(protocols: Iterable[Protocol]) -> tuple[str, ...]:
    """Names of protocol versions, e.g. `three-partners/1`, sorted."""
    return tuple(sorted(str(protocol.ref) for protocol in protocols))
