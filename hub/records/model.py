"""Records on their way in, what became of them, and records as they rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hub.sealing.model import Json


class Outcome(StrEnum):
    """What storing one record did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record to store: whose (handle), where from (kind and the source's own reference), its values by field id."""

    handle_id: UUID
    kind: str
    reference: str = field(repr=False)
    fields: Mapping[str, Json] = field(repr=False)
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one `Incoming`, in the order given; `digest` is that of the newest envelope."""

    record_id: UUID
    handle_id: UUID
    version: int
    outcome: Outcome
    digest: bytes
    field_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """The newest version of a record as it rests: still sealed."""

    agency_id: str
    record_id: UUID
    handle_id: UUID
    version: int
    catalogue_version: int
    envelope: bytes
    stored_at: datetime
    is_removed: bool = False
