"""A key, a place and fields for tests of the envelope."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from hub.sealing.envelope import seal_record
from hub.sealing.model import Cell, Json, SubjectKey, handle_key
from hub.sealing.opening import open_cells

HANDLE = UUID("01890000-0000-7000-8000-000000000001")
RECORD = UUID("01890000-0000-7000-8000-000000000002")
OTHER = UUID("01890000-0000-7000-8000-000000000003")


@dataclass(frozen=True)
class Place:
    """Where a record version belongs, and the key that it is sealed under."""

    agency_id: str = "health"
    handle_id: UUID = HANDLE
    record_id: UUID = RECORD
    version: int = 1
    material: bytes = field(default=bytes(range(32)))

    @property
    def key(self) -> SubjectKey:
        return SubjectKey(handle_key(self.agency_id, self.handle_id), self.material)

    def but(self, **changes: object) -> Place:
        """Another place, with the same key."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def seal(self, values: dict[str, Json], *, catalogue_version: int = 1) -> bytes:
        """An envelope of these values; ordinals are their positions."""
        cells = [Cell(name, ordinal, value) for ordinal, (name, value) in enumerate(values.items())]
        return seal_record(
            self.key,
            agency_id=self.agency_id,
            handle_id=self.handle_id,
            record_id=self.record_id,
            version=self.version,
            catalogue_version=catalogue_version,
            fields=cells,
        )

    def open(self, envelope: bytes, field_ids: dict[int, str]) -> dict[str, Json]:
        """The named fields."""
        return open_cells(
            self.key,
            envelope,
            agency_id=self.agency_id,
            handle_id=self.handle_id,
            record_id=self.record_id,
            version=self.version,
            field_ids=field_ids,
        )
