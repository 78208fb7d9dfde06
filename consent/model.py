"""Words of consent and their frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ConsentKind(StrEnum):
    """Four decisions that are never confused: one never stands in for another."""

    DATA_SHARING = "data_sharing"
    """UK GDPR Article 6(1)(a), and 9(2)(a) for special categories."""
    HEALTH_CONFIDENTIALITY = "health_confidentiality"
    """Consent at common law to pass on what was told in confidence."""
    STATUTORY_ALN = "statutory_aln"
    """Consent that the ALN Act (anaw 2) itself asks for, such as that of a young person to a plan."""
    ELECTRONIC_NOTICES = "electronic_notices"
    """Willingness to be told by e-mail; not a lawful basis for anything."""


class EventKind(StrEnum):
    """What happened to a consent. A kind that a reader doesn't know makes the history unreadable, and so denies."""

    GRANTED = "granted"
    REFUSED = "refused"
    NARROWED = "narrowed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Status(StrEnum):
    """What a consent's events come to at one instant. Only `ACTIVE` shows anything."""

    NONE = "none"
    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Standing(StrEnum):
    """In which capacity a person decided for the learner; who has which is the hub's to say."""

    PARENT_WITH_RESPONSIBILITY = "parent_with_responsibility"
    YOUNG_PERSON = "young_person"
    CHILD_WITH_CAPACITY = "child_with_capacity"
    CASE_FRIEND = "case_friend"
    DEPUTY = "deputy"
    ATTORNEY = "attorney"
    LOCAL_AUTHORITY = "local_authority"
    """An authority that shares parental responsibility by a care order (Children Act 1989 section 33)."""


class Method(StrEnum):
    """How an answer was taken down."""

    WEB = "web"
    IN_PERSON = "in_person"
    TELEPHONE = "telephone"
    PAPER = "paper"
    SYSTEM = "system"
    """Nobody answered: the calendar did (expired)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What one person is asked: whose records, of which holder, to whom, for what, which group of fields.

    One consent row each. `scope` is the id of the field group that the question is about: groups are asked one by one,
    each with its own answer and end, so that a grant for one never replaces or stretches a grant for another.
    """

    learner_id: UUID
    kind: ConsentKind
    holder: str
    recipient: str
    purpose: str
    scope: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class ShownText:
    """Which text a person was shown: version, language (ISO 639-1) and SHA-256 of its UTF-8 bytes."""

    version: str
    language: str
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One event as it is decided; `consent.events.append` numbers it.

    `field_ids` is explicit and never a group: granted and narrowed name what may be seen from then on (a grant replaces
    the one before, a narrowing is a part of it), refused names what was asked for, withdrawn and expired name none.
    The consent holds from `valid_from` until just before `valid_until`.
    """

    id: UUID
    consent_id: UUID
    kind: EventKind
    at: datetime
    decided_by: UUID | None = None
    standing: Standing | None = None
    method: Method = Method.WEB
    protocol_id: str | None = None
    protocol_version: str | None = None
    catalogue_version: str | None = None
    field_ids: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    shown: ShownText | None = None
    sealed_reason: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent(Answer):
    """An event in its place: `number` counts 1..n within the consent."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentState:
    """What a consent comes to at one instant.

    `field_ids` is what may be seen then: empty unless the status is active. `said_no` is what this person has refused,
    withdrawn or narrowed away, and not granted again. `protocol_id` and `protocol_version` are those of the grant that
    stands: what was shown when it was given.
    """

    consent_id: UUID
    matter: Matter
    status: Status
    field_ids: frozenset[str]
    said_no: frozenset[str]
    valid_from: datetime | None
    valid_until: datetime | None
    last_event_id: UUID | None
    last_event_kind: EventKind | None
    protocol_id: str | None = None
    protocol_version: str | None = None

    @property
    def holder(self) -> str:
        """Agency whose records it is about."""
        return self.matter.holder

    @property
    def recipient(self) -> str:
        """Agency that may see them."""
        return self.matter.recipient

    @property
    def purpose(self) -> str:
        """What for."""
        return self.matter.purpose

    @property
    def scope(self) -> str:
        """Which group of fields."""
        return self.matter.scope

    @property
    def kind(self) -> ConsentKind:
        """Which of the four decisions."""
        return self.matter.kind

    @property
    def decided_by(self) -> UUID:
        """Whose answer it is."""
        return self.matter.person_id
