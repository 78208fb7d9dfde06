"""The life of a protocol, as pages, API, command line and workers reach it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.database import reading
from hub.protocols.model import PartnerKey, Standing
from hub.steering import accept, ageing, enforce, partner_keys, propose
from hub.steering.status import VersionStatus, status
from hub.steering.step import Steering
from hub.steering.warn import warn
from policies.model import ProtocolRef
from policies.signing import ProtocolSignature


@dataclass(frozen=True, slots=True)
class ProtocolsLife:
    """From a proposal to its end; each step is one transaction, and binds for the next read in every process."""

    room: Steering

    def add_key(self, agency_id: str, public_key: bytes) -> PartnerKey:
        """See `hub.steering.partner_keys`."""
        return partner_keys.add_key(self.room, agency_id, public_key)

    def retire_key(self, agency_id: str, key_id: str) -> None:
        """See `hub.steering.partner_keys`."""
        partner_keys.retire_key(self.room, agency_id, key_id)

    def partner_keys(self) -> Sequence[PartnerKey]:
        """See `hub.steering.partner_keys`."""
        return partner_keys.list_keys(self.room)

    def propose(self, content: bytes, *, file: str) -> Standing:
        """See `hub.steering.propose`."""
        return propose.propose(self.room, content, file=file)

    def accept(self, signature: ProtocolSignature) -> Standing:
        """See `hub.steering.accept`."""
        return accept.accept(self.room, signature)

    def enforce(self, ref: ProtocolRef, *, because: str = "") -> Standing:
        """See `hub.steering.enforce`."""
        return enforce.enforce(self.room, ref, because=because)

    def suspend(self, ref: ProtocolRef, *, because: str = "") -> Standing:
        """See `hub.steering.enforce`."""
        return enforce.suspend(self.room, ref, because=because)

    def resume(self, ref: ProtocolRef, *, because: str = "") -> Standing:
        """See `hub.steering.enforce`."""
        return enforce.resume(self.room, ref, because=because)

    def status(self, *, partner: str | None = None) -> Sequence[VersionStatus]:
        """See `hub.steering.status`."""
        with reading(self.room.engine) as connection:
            return status(connection, self.room.book, at=self.room.clock(), partner=partner)

    def keep_time(self, *, at: datetime) -> int:
        """Write what the calendar has done by now, and warn of what it will do; answers how much."""
        return ageing.age(self.room, at=at) + warn(self.room, at=at)
