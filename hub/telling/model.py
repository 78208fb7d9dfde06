"""What an accountable person finds in the inbox, and the values that delivery passes from hand to hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from hub.notices.model import NoticeState

Language: TypeAlias = Literal["cy", "en"]


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
    learner_name: str = field(default="", repr=False)  # for the page of who may know it; "" where nobody gave one


class Channel(StrEnum):
    """How somebody was told. Who has no safe address is told by the inbox alone."""

    MAIL = "mail"
    INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person may be written to, and in which language (None: not known, so in both)."""

    email: str | None = field(repr=False)
    language: Language | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. Only `to` is personal data; subject and body have no such field to fill."""

    provider_reference: str
    person_id: UUID
    at: datetime
    to: str = field(repr=False)
    subject: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice as the operator sees it: ids, codes and times only."""

    notice_id: UUID
    reference: str
    kind: str
    role: str
    agency_id: str | None
    state: NoticeState
    attempts: int
    last_failure: str | None
    created_at: datetime
    told_at: datetime | None
    acknowledged_at: datetime | None
    is_overdue: bool
