"""Requests for withheld fields and objections to public tasks: who asks, who answers, what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Engine

from hub.database import Clock
from hub.sealing.key_store import KeyStore
from hub.sharing.ruling import Sharing
from policies.fields import Catalogue

MAX_WORDS = 2_000
MAX_LINES = 200
MOST_REQUESTS = 20
"""Open requests of one agency about one learner."""
MOST_OBJECTIONS = 20
"""Objections of one person about one learner within a month, withdrawn ones too."""


class GoesTo(StrEnum):
    """Who answers a request. It follows from the protocol alone, so it tells nothing of the learner."""

    HOLDER = "holder"
    FAMILY = "family"


class RequestAnswer(StrEnum):
    """What came of a request."""

    AGREED = "agreed"
    PARTLY = "partly"
    DECLINED = "declined"


class ObjectionAnswer(StrEnum):
    """What the holder decided: upheld keeps the fields closed, rejected lets the task go on."""

    UPHELD = "upheld"
    REJECTED = "rejected"


OPEN, WITHDRAWN = "open", "withdrawn"


@dataclass(frozen=True, slots=True)
class Asking:
    """What this room needs: all that reads are decided with, since what may be read already is not asked for."""

    sharing: Sharing

    @property
    def engine(self) -> Engine:
        """Where the rows are."""
        return self.sharing.engine

    @property
    def keys(self) -> KeyStore:
        """Whose keys there are."""
        return self.sharing.keys

    @property
    def catalogue(self) -> Catalogue:
        """The field catalogue."""
        return self.sharing.book.catalogue

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.sharing.clock


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a partner's system asks for: fields of one holder's records of the learner whom it knows by `handle_id`."""

    handle_id: UUID
    holder: str
    field_ids: tuple[str, ...]
    words: str = field(repr=False)
    acting_person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One part of a request, for the agency that made it. `reasons` are the holder's; a family gives none."""

    id: UUID
    handle_id: UUID
    holder: str
    purpose: str
    role: str
    field_ids: tuple[str, ...]
    goes_to: str
    made_at: datetime
    status: str
    answered_at: datetime | None
    reasons: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A request that waits for the family: who asks for which fields of one group, and what for."""

    request_id: UUID
    recipient: str
    role: str
    purpose: str
    holder: str
    group_id: str
    field_ids: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Objected:
    """What somebody objects to: that a recipient sees these fields of a holder for a purpose."""

    learner_id: UUID
    holder: str
    recipient: str
    purpose: str
    field_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection, for the person who made it; `status` is open, upheld, rejected or withdrawn."""

    id: UUID
    about: Objected
    made_at: datetime
    answer_due_on: date
    status: str
    answered_at: datetime | None
    words: str = field(repr=False)
    reasons: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A request or an objection that waits for a holder, for its people. Whoever objected is not named."""

    id: UUID
    is_objection: bool
    learner_id: UUID
    holder: str
    recipient: str
    role: str | None
    purpose: str
    field_ids: tuple[str, ...]
    made_at: datetime
    due_on: date | None
    words: str = field(repr=False)
    learner_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What was written: the event that a receipt is about, and when it took effect."""

    event_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AskingReceipt:
    """A receipt of this room that a person may download."""

    event_id: UUID
    kind: str
    at: datetime
    is_ready: bool
    recipient: str
    group_id: str


def status_of(answer: str | None, withdrawn_at: datetime | None) -> str:
    """Where a request or an objection stands."""
    if withdrawn_at is not None:
        return WITHDRAWN
    return OPEN if answer is None else answer
