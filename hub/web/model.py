"""What the pages keep of their own: who is signed in, and answers on their way from a form to a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from hub.web.language import Language


class Access(StrEnum):
    """Who may open a page. Every route says one of these; a route that says none is answered to nobody."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


class SendCode(Protocol):
    """Hands a sign-in code to the mail."""

    def __call__(self, person_id: UUID, language: Language, code: str) -> None:
        """Send `code` to the person, in the language of the page (`cy` or `en`).

        Must return at once: how long an answer takes would tell whether an address is known (`sending.Background`).
        """


class StatusOf(Protocol):
    """The table of problems, as the pages use it."""

    def __call__(self, error: Exception) -> int | None:
        """HTTP status that stands for this error of a use case; None for one that nobody expected."""


class JourneyKind(StrEnum):
    """What a family is deciding."""

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    OBJECT = "object"
    END_OBJECTION = "end_objection"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; `secret` is the cookie's value and never leaves this process again."""

    secret: str
    person_id: UUID
    signed_in_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that waits for its code. `person_id` is None for an address that nobody has: it answers the same."""

    person_id: UUID | None
    code_mac: bytes


@dataclass(frozen=True, slots=True)
class Answers:
    """What a family ticked: field ids, and the last day on which they may be seen."""

    field_ids: tuple[str, ...]
    until_on: date


class Took(Protocol):
    """What came of a decision: the event that its receipt is about, and when it took effect."""

    @property
    def event_id(self) -> UUID:
        """The event."""

    @property
    def at(self) -> datetime:
        """When it took effect."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Answers of one person on their way to a decision, and the outcome once there is one.

    `subject` is the key of an offer (grant, refuse) or of a row (object), or the id of a consent or an objection. A
    journey is claimed once: a second submission finds it claimed, so the same button pressed twice decides once.
    """

    id: UUID
    person_id: UUID
    learner_id: UUID
    kind: JourneyKind
    subject: str
    answers: Answers | None
    claimed_at: datetime | None = None
    event_id: UUID | None = None
    took_effect_at: datetime | None = None
