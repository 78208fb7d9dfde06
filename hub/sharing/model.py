"""What a disclosure answers with, and what explains it. A value is here only after it was decided on and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hub.sealing.model import Json
from policies.model import ReadLimit

MAX_RECORDS = 200


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What a reader asks for: field ids (None: every field that may be shown), and one page of records.

    With `has`, only records that show all of these fields; with `sort`, ordered by the value of one, not by id.
    """

    fields: tuple[str, ...] | None = None
    limit: int = MAX_RECORDS
    after: UUID | None = None
    has: tuple[str, ...] = ()
    sort: str | None = None
    is_descending: bool = False

    @property
    def chooses(self) -> bool:
        """Whether records are chosen or ordered by what is in them."""
        return bool(self.has) or self.sort is not None


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """The fields of one record version that the reader may see."""

    record_id: UUID
    version: int
    holder: str
    stored_at: datetime
    fields: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that is held or could be, and is not shared with this reader; it shows whether or not a value exists."""

    field_id: str
    holder: str
    ask_en: str
    ask_cy: str


@dataclass(frozen=True, slots=True)
class Undertaken:
    """What holds for some fields of one holder and group. Of several rows everything is here: the strictest binds."""

    holder: str
    group_id: str
    field_ids: tuple[str, ...]
    no_onward_sharing: bool
    erase_by: tuple[str, ...]
    reads: tuple[ReadLimit, ...]
    tells_family: bool

    def as_json(self) -> dict[str, Json]:
        """One member of `obligations` in the answer."""
        return {
            "holder": self.holder,
            "group": self.group_id,
            "fields": list(self.field_ids),
            "no_onward_sharing": self.no_onward_sharing,
            "erase_by": list(self.erase_by),
            "reads": [{"most": limit.most, "per": limit.per.value} for limit in self.reads],
            "family_is_told": self.tells_family,
        }


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One recorded answer: made in the same transaction as its ledger entry."""

    id: UUID
    at: datetime
    handle_id: UUID
    recipient: str
    purpose: str
    role: str
    protocols: tuple[str, ...]
    records: tuple[ShownRecord, ...]
    withheld: tuple[Withheld, ...]
    next_after: UUID | None
    obligations: tuple[Undertaken, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The body of `GET /v1/learners/{id}/records`."""
        return {
            "disclosure_id": str(self.id),
            "at": self.at.isoformat(),
            "learner": str(self.handle_id),
            "recipient": self.recipient,
            "purpose": self.purpose,
            "role": self.role,
            "protocols": list(self.protocols),
            "records": [
                {
                    "record_id": str(shown.record_id),
                    "version": shown.version,
                    "holder": shown.holder,
                    "stored_at": shown.stored_at.isoformat(),
                    "fields": dict(shown.fields),
                }
                for shown in self.records
            ],
            "withheld": [
                {
                    "field": hidden.field_id,
                    "holder": hidden.holder,
                    "status": "held-not-shared-with-you",
                    "ask": {"en": hidden.ask_en, "cy": hidden.ask_cy},
                }
                for hidden in self.withheld
            ],
            "obligations": [one.as_json() for one in self.obligations],
            "next_after": None if self.next_after is None else str(self.next_after),
        }


@dataclass(frozen=True, slots=True)
class GroupSight:
    """One row of "who can see what": what some roles of a recipient may see of a holder's field group, why, until when.

    `consent_ids` are those that open it, of whoever gave them; `roles` those for whom all this is so.
    """

    recipient: str
    purpose: str
    holder: str
    group_id: str
    basis: str  # policies.Basis value
    field_ids: tuple[str, ...]
    is_shown: bool
    consent_ids: tuple[UUID, ...] = ()
    until: datetime | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SightOverview:
    """Everything that a family is told about one learner: what each partner can see now, and what it would take."""

    learner_id: UUID
    at: datetime
    rows: tuple[GroupSight, ...]


@dataclass(frozen=True, slots=True)
class DisclosureEntry:
    """One line of "who looked": a recorded disclosure, without values."""

    id: UUID
    at: datetime
    recipient: str
    purpose: str
    role: str
    field_ids: tuple[str, ...]
