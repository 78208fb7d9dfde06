"""What an accountable person finds in the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One notice for one person. Told, seen, opened and acknowledged are different facts."""

    notice_id: UUID
    reference: str  # seven characters that a person can say on the phone, e.g. 7K2M9QX
    kind: str
    learner_id: UUID | None
    at: datetime
    told_at: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
