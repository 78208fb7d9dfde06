"""What somebody asks for, and what a worker's page lists. Words and evidence go in and are sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Engine

from hub.database import Clock
from hub.protocols.book import PolicyBook
from hub.sealing.key_store import KeyStore
from policies.bars import BarKind

CONFIRM_WITHIN = timedelta(hours=1)
"""Without a second person by then, an override ends by itself."""

DEFAULT_HOURS, MOST_HOURS = 4, 24
PER_PERSON, PER_AGENCY = 5, 20
COUNTED_OVER = timedelta(hours=24)
"""An override is for one learner in danger. Who needs more of them than this in a day needs a protocol instead."""

REVIEW_WORKING_DAYS = 3
LONGEST_DELAY = timedelta(days=366)
ASK_AGAIN_DAYS = 7
LONGEST_WORDS = 2_000


class EvidenceKind(StrEnum):
    """On what a bar rests; what was seen stands in sealed words."""

    COURT_ORDER = "court_order"
    ADOPTION_ORDER = "adoption_order"
    POLICE = "police"
    RISK_ASSESSMENT = "risk_assessment"
    STATEMENT = "statement"
    OTHER_DOCUMENT = "other_document"


class OverrideReason(StrEnum):
    """Why an override is made; words say the rest."""

    AT_RISK = "at_risk"
    """A child at risk of abuse, neglect or harm (Social Services and Well-being (Wales) Act 2014, section 130)."""
    IMMINENT_HARM = "imminent_harm"
    MISSING = "missing"
    MEDICAL_EMERGENCY = "medical_emergency"


class EndedBecause(StrEnum):
    """How an override came to its end."""

    NOT_CONFIRMED = "not_confirmed"
    TIME_OVER = "time_over"
    ENDED_BY_ACTING = "ended_by_acting"
    ENDED_BY_SECOND = "ended_by_second"


class ReviewOutcome(StrEnum):
    """What the review of an override found."""

    JUSTIFIED = "justified"
    PARTLY_JUSTIFIED = "partly_justified"
    NOT_JUSTIFIED = "not_justified"


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """What bars and overrides need."""

    engine: Engine
    keys: KeyStore
    book: PolicyBook
    clock: Clock


@dataclass(frozen=True, slots=True)
class NewBar:
    """A bar to be set. `field_ids` are those that it names beside what its kind covers; `recipient` None: everybody."""

    learner_id: UUID
    kind: BarKind
    evidence_kind: EvidenceKind
    evidence: str = field(repr=False)
    review_on: date
    field_ids: tuple[str, ...] = ()
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class BarLine:
    """A bar that stands, as a partner that knows the learner sees it. `may_change`: this reader may lift or review it;
    for others `evidence_kind` is None.
    """

    bar_id: UUID
    learner_id: UUID
    kind: str
    recipient: str | None
    field_ids: tuple[str, ...]
    set_at: datetime
    review_on: date
    is_due: bool
    may_change: bool
    evidence_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """An override to be made: for one learner, under the acting agency's own handle, in one role for one purpose.

    `keeps_from` are people who must not know. `sight_from` is the instant from which the family may see it, with the
    reason; None: at once.
    """

    handle_id: UUID
    role: str
    purpose: str
    field_ids: tuple[str, ...]
    reason: OverrideReason
    words: str = field(repr=False)
    hours: int = DEFAULT_HOURS
    keeps_from: frozenset[UUID] = frozenset()
    sight_from: datetime | None = None
    sight_reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """An override that was made: it opens its fields now, until `confirm_by` or, once confirmed, until `until_at`."""

    override_id: UUID
    made_at: datetime
    confirm_by: datetime
    until_at: datetime


class Stage(StrEnum):
    """Where an override stands now, by the clock and its row."""

    WAITS = "waits"
    CONFIRMED = "confirmed"
    TO_REVIEW = "to_review"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """One override as somebody of its agency may see it; what this person may do with it now."""

    override_id: UUID
    learner_id: UUID
    handle_id: UUID
    role: str
    purpose: str
    field_ids: tuple[str, ...]
    reason: str
    made_at: datetime
    ends_at: datetime
    stage: Stage
    review_due_on: date
    is_overdue: bool
    may_confirm: bool
    may_end: bool
    may_review: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A way to make an override: a role of this person, a purpose, and the fields that rows keep for it."""

    role: str
    purpose: str
    field_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passing:
    """Which roles of protocols in force may pass bars of a kind with an override; none: nobody ever."""

    kind: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """One learner on the safeguarding page of a worker: what this person may do about them, and what stands."""

    learner_id: UUID
    handle_id: UUID
    agency_id: str
    may_bar: bool
    bars: tuple[BarLine, ...]
    overrides: tuple[OverrideLine, ...]
    ways: tuple[Way, ...]
    accountable_id: UUID
    family: tuple[UUID, ...]
    passing: tuple[Passing, ...] = ()
    learner_name: str = field(default="", repr=False)  # as this worker's own agency calls them


@dataclass(frozen=True, slots=True)
class Tray:
    """A worker's first safeguarding page: overrides of their agency that wait for something that they may do."""

    overrides: tuple[OverrideLine, ...]
    in_care: tuple[tuple[UUID, UUID], ...]
    """(learner, own agency's handle) of the learners whom this person is accountable for."""
