"""The life of a protocol, as pages, API, command line and workers reach it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.database import reading
from hub.directory.queries import parties
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

    def enforce(self, ref: ProtocolRef) -> Standing:
        """See `hub.steering.enforce`."""
        return enforce.enforce(self.room, ref)

    def suspend(self, ref: ProtocolRef) -> Standing:
        """See `hub.steering.enforce`."""
        return enforce.suspend(self.room, ref)

    def resume(self, ref: ProtocolRef) -> Standing:
        """See `hub.steering.enforce`."""
        return enforce.resume(self.room, ref)

    def status(self, *, partner: str | None = None) -> Sequence[VersionStatus]:
        """See `hub.steering.status`."""
        with reading(self.room.engine) as connection:
            return status(connection, self.room.book, at=self.room.clock(), partner=partner)

    def for_person(self, person_id: UUID) -> Sequence[VersionStatus] | None:
        """Those that the agency of this person is a partner of; None for who is not active or works for no partner."""
        with reading(self.room.engine) as connection:
            person = parties.person_by_id(connection, person_id)
            if person is None or not person.is_active or person.agency_id is None:
                return None
            return status(connection, self.room.book, at=self.room.clock(), partner=person.agency_id)

    def keep_time(self, *, at: datetime) -> int:
        """Write what the calendar has done by now, and warn of what it will do; answers how much."""
        return ageing.age(self.room, at=at) + warn(self.room, at=at)
