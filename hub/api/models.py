"""What the API takes and answers with: the source of the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from hub.api.strict_input import Strict
from hub.sharing.model import MAX_RECORDS

FieldId = Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$", max_length=120)]
SortBy = Annotated[str, Field(pattern=r"^-?[a-z0-9_]+(\.[a-z0-9_]+)+$", max_length=121)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]


LookupKind = Annotated[StrictStr, Field(pattern=r"^(nhs_number|upn|uln|local:[^\x00-\x1f\x7f]{1,200})$")]
"""A number of your own is named with its naming system, because two systems may use the same number."""


class IdentifierIn(Strict):
    """One number that a learner is known by. `kind` is `nhs_number`, `upn`, `uln`, or `local:` and your own system."""

    kind: LookupKind
    value: Annotated[StrictStr, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


class LookupRequest(Strict):
    """Identifiers of one learner; all that are given must belong to the same learner."""

    identifiers: Annotated[list[IdentifierIn], Field(min_length=1, max_length=10)]


class LookupAnswer(BaseModel):
    """Your handle for the learner: the `{id}` in your addresses, and nobody else's."""

    learner: UUID


class RecordsQuery(Strict):
    """Which fields, and which page."""

    field: Annotated[list[FieldId], Field(default_factory=list, max_length=500)]
    limit: Annotated[int, Field(ge=1, le=MAX_RECORDS)] = MAX_RECORDS
    after: UUID | None = None
    has: Annotated[
        list[FieldId],
        Field(default_factory=list, max_length=20, description="Only records that show all of these fields."),
    ]
    sort: Annotated[
        SortBy | None, Field(default=None, description="A field to order by, `-` before it for the greatest first.")
    ]


class ShownRecordOut(BaseModel):
    """The fields of one record version that you may see."""

    record_id: UUID
    version: int
    holder: Slug
    stored_at: datetime
    fields: dict[str, object]


class AskOut(BaseModel):
    """Whom to ask, in English and Welsh."""

    en: str
    cy: str


class WithheldOut(BaseModel):
    """A field that is not shared with you, whether or not a value exists."""

    field: FieldId
    holder: Slug
    status: str
    ask: AskOut


class ReadLimitOut(BaseModel):
    """At most so many reads that open a field of these, by your agency as a whole, in any such period."""

    most: int
    per: str


class ObligationsOut(BaseModel):
    """What your agency takes on with some of the fields shown. Several `erase_by`: the first to come binds."""

    holder: Slug
    group: str
    fields: list[FieldId]
    no_onward_sharing: bool
    erase_by: list[str]
    reads: list[ReadLimitOut]
    family_is_told: bool


class RecordsAnswer(BaseModel):
    """One recorded disclosure."""

    disclosure_id: UUID
    at: datetime
    learner: UUID
    recipient: Slug
    purpose: str
    role: str
    protocols: list[str]
    records: list[ShownRecordOut]
    withheld: list[WithheldOut]
    obligations: list[ObligationsOut]
    next_after: UUID | None


class PushRequest(Strict):
    """A source as text, for kinds that are not FHIR."""

    kind: Slug
    content: Annotated[StrictStr, Field(min_length=1)]


class RowReportAnswer(BaseModel):
    """What became of every unit: `read` is the sum of the six counts."""

    model_config = ConfigDict(extra="allow")

    kind: str
    source: str
    read: int
    created: int
    updated: int
    unchanged: int
    quarantined: int
    out_of_scope: int
    ignored: int
    reasons: dict[str, int]


class ConsentsQuery(Strict):
    """Whose consents."""

    learner: UUID


class ConsentOut(BaseModel):
    """One answer of somebody with standing, without who they are."""

    consent_id: UUID
    status: str
    holder: Slug
    recipient: Slug
    purpose: str
    fields: list[FieldId]
    decided_at: datetime
    valid_until: datetime | None


class ConsentsAnswer(BaseModel):
    """Consents about one learner that name your agency as holder or recipient."""

    learner: UUID
    consents: list[ConsentOut]


class DisclosedRecordOut(BaseModel):
    """Which fields of which record version were disclosed."""

    record_id: UUID
    version: int
    holder: Slug
    fields: list[FieldId]


class DisclosureAnswer(BaseModel):
    """What was disclosed to your agency once: ids and versions, no values."""

    disclosure_id: UUID
    at: datetime
    learner: UUID
    recipient: Slug
    purpose: str
    role: str
    protocols: list[str]
    records: list[DisclosedRecordOut]


class HealthAnswer(BaseModel):
    """The state of this process and of what it needs."""

    status: str
    checks: dict[str, str]


class ProblemAnswer(BaseModel):
    """A problem document (RFC 9457). `type` never changes its meaning; texts may change."""

    type: str
    title: str
    status: int
    detail: str
    incident: Annotated[str | None, Field(default=None, description="Quote this when you ask about it.")]
    members: Annotated[list[str] | None, Field(default=None, description="Places in the request that were refused.")]
    scope: Annotated[str | None, Field(default=None, description="The scope that the token lacks.")]
