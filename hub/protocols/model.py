"""What the register knows of a protocol version: its state, its document, who signed it, what happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from policies.model import ProtocolRef
from policies.words import Words


class State(StrEnum):
    """Where a version is in its life; a draft is a file outside, of which the hub knows nothing."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


ENFORCED = frozenset((State.IN_FORCE, State.SUSPENDED, State.SUPERSEDED, State.LAPSED))
"""States of versions that were put in force once: what they said still matters to consents given under them."""

OVER = frozenset((State.SUPERSEDED, State.LAPSED))
"""States that nothing leads out of."""


class Standing(NamedTuple):
    """One version that was put in force: what decisions read of it."""

    id: str
    version: int
    digest: bytes
    state: State

    @property
    def ref(self) -> ProtocolRef:
        """Its name."""
        return ProtocolRef(self.id, self.version)


@dataclass(frozen=True, slots=True)
class Document:
    """A protocol version as it was proposed: never changed, never removed."""

    ref: ProtocolRef
    digest: bytes
    catalogue: int
    source: bytes = field(repr=False)
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A public key that a partner's designated person signs with."""

    agency_id: str
    key_id: str
    public_key: bytes
    registered_at: datetime
    retired_at: datetime | None = None

    def is_good_at(self, at: datetime) -> bool:
        """Whether what came in at that instant may have been signed with it."""
        return self.retired_at is None or at < self.retired_at


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was accepted."""

    agency_id: str
    key_id: str
    signature: bytes
    office: Words
    signed_on: date
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the life of a version; `agency_id` where it is a partner's signature."""

    id: UUID
    number: int
    state: State
    at: datetime
    agency_id: str | None
