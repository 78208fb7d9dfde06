"""What families can decide on, and the answer that they get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Difference:
    """What a newer version shares beyond a consent of this person that stands, and leaves closed until they agree.

    `agreed` are the fields of the offer that the consent names, `fields` those that it does not. `roles` are further
    people who would see fields that are agreed to, by role; `terms` fields that the same people would see under wider
    conditions or weaker obligations, or for a purpose in other words. Saying no leaves the consent as it stands.
    """

    consent_id: UUID
    agreed: tuple[str, ...]
    until: datetime | None
    fields: tuple[str, ...]
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that a protocol puts to the family: one holder's fields for one recipient and purpose.

    The group is expanded here, with the catalogue and protocol version that were shown: a field that joins the group
    later is never covered by a consent given now.
    """

    learner_id: UUID
    holder: str
    recipient: str
    purpose: str
    group_id: str
    field_ids: tuple[str, ...]
    catalogue_version: int
    protocol_id: str
    protocol_version: int
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The text that was on the page when the decision was taken: its version, language and SHA-256."""

    text_version: str
    language: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the family is told after a decision: the reference of the event, and when it took effect."""

    consent_id: UUID
    event_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One standing answer of this person: shown on their pages and in `GET /v1/consents`."""

    consent_id: UUID
    learner_id: UUID
    status: str
    holder: str
    recipient: str
    purpose: str
    field_ids: tuple[str, ...]
    decided_at: datetime
    valid_until: datetime | None
    group_id: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One receipt that this person may download; `is_ready` once the ledger's checkpoint covers it."""

    event_id: UUID
    kind: str
    at: datetime
    is_ready: bool
    recipient: str = ""
    group_id: str = ""
