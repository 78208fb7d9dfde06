"""What a notice is about, and whom it is for. Nothing here says anything about a learner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5


class NoticeKind(StrEnum):
    """What happened. The text of a mail never depends on it: it would tell a bystander something."""

    RECORD_CHANGED = "record_changed"
    RECORDS_BROUGHT = "records_brought"  # one for a whole sync run, to the agency's duty person
    CONSENT_GRANTED = "consent_granted"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_NARROWED = "consent_narrowed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    ACCOUNTABLE_HANDED_OVER = "accountable_handed_over"
    SHARING_OBJECTED = "sharing_objected"
    TIE_CHANGED = "tie_changed"
    OBJECTION_ANSWERED = "objection_answered"
    OBJECTION_OVERDUE = "objection_overdue"
    OBJECTION_WITHDRAWN = "objection_withdrawn"
    ACCESS_REQUESTED = "access_requested"
    REQUEST_ANSWERED = "request_answered"
    PROTOCOL_REVIEW_SOON = "protocol_review_soon"
    RECORDS_SHARED = "records_shared"  # to the family, where a row of a protocol says so
    BAR_SET = "bar_set"
    BAR_LIFTED = "bar_lifted"
    BAR_REVIEW_DUE = "bar_review_due"
    OVERRIDE_MADE = "override_made"
    OVERRIDE_ACT_INSTEAD = "override_act_instead"  # in place of an accountable person who must not know
    OVERRIDE_CONFIRMED = "override_confirmed"
    OVERRIDE_ENDED = "override_ended"
    OVERRIDE_REVIEW_DUE = "override_review_due"
    OVERRIDE_REVIEW_OVERDUE = "override_review_overdue"


BULK_KINDS = frozenset({NoticeKind.RECORDS_BROUGHT})
"""Kinds of which a person gets at most one mail per sweep; each still has its own line in the inbox."""


class NoticeState(StrEnum):
    """Where delivery stands. `void`: nobody of the audience may know any more. `dead`: given up, a person must look."""

    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    VOID = "void"
    DEAD = "dead"


class AudienceRole(StrEnum):
    """Who is meant, before it is worked out who that is at the time of telling."""

    ACCOUNTABLE = "accountable"
    DUTY = "duty"
    SAFEGUARDING = "safeguarding"
    DESIGNATED = "designated"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a notice is for: a role, or one person. A role becomes a person only when the notice is told."""

    role: AudienceRole
    person_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.role is AudienceRole.PERSON) != (self.person_id is not None):
            raise ValueError("an audience is a role, or a person with an id")

    @property
    def key(self) -> str:
        """The text under which the row keeps it: `accountable`, `duty`, ... or `person:<uuid>`."""
        return self.role.value if self.person_id is None else f"{self.role.value}:{self.person_id}"

    @classmethod
    def of_key(cls, key: str) -> Audience:
        """The audience that `key` says; ValueError for any other text."""
        role, _, person = key.partition(":")
        return cls(AudienceRole(role), UUID(person) if person else None)


ACCOUNTABLE = Audience(AudienceRole.ACCOUNTABLE)
"""Whoever is the accountable person of the notice's learner when it is told."""

DUTY = Audience(AudienceRole.DUTY)
"""Whoever is the duty person of the notice's agency when it is told."""


SAFEGUARDING = Audience(AudienceRole.SAFEGUARDING)
"""Whoever is the safeguarding lead of the notice's agency when it is told."""

DESIGNATED = Audience(AudienceRole.DESIGNATED)
"""Whoever is the designated person of the notice's agency when it is told."""

OF_AGENCY = frozenset((AudienceRole.DUTY, AudienceRole.SAFEGUARDING, AudienceRole.DESIGNATED))
"""Audiences that are somebody of the notice's agency."""


def one_person(person_id: UUID) -> Audience:
    """The audience of one named person."""
    return Audience(AudienceRole.PERSON, person_id)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to be written: what happened (`event_id`), about whom, for whom.

    `learner_id` is None only for what concerns no single learner; `agency_id` is the agency that the event came from,
    and must be there for audiences that are somebody of an agency.
    """

    kind: NoticeKind
    event_id: UUID
    audience: Audience
    learner_id: UUID | None = None
    agency_id: str | None = None

    def __post_init__(self) -> None:
        if self.audience.role is AudienceRole.ACCOUNTABLE and self.learner_id is None:
            raise ValueError("a notice for the accountable person needs a learner")
        if self.audience.role in OF_AGENCY and self.agency_id is None:
            raise ValueError("a notice for somebody of an agency needs the agency")


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice under this worker's lease; `fence` proves that it still is."""

    id: UUID
    reference: str
    kind: NoticeKind
    audience: Audience
    learner_id: UUID | None
    agency_id: str | None
    attempts: int
    fence: int

    def provider_reference(self, person_id: UUID) -> str:
        """The same for every try of this notice to this person, so that a repeat is known as one."""
        return str(uuid5(self.id, str(person_id)))


@dataclass(frozen=True, slots=True)
class NoticeCounts:
    """How delivery stands: rows by state, and the oldest that should have been told by now (the alarm)."""

    by_state: dict[NoticeState, int]
    oldest_due_at: datetime | None
