"""Notices, who was told of them, and how. The row is the queue; Celery and Redis only ring (architecture 1.4)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, Uuid

from hub.database import Instant, metadata
from hub.notices.model import NoticeState

_STATES = ", ".join(f"'{state.value}'" for state in NoticeState)

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agency_id", String(40)),
    Column("learner_id", Uuid, index=True),
    Column("kind", String(40), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("audience", String(60), nullable=False),
    Column("reference", String(7), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("lease_holder", String(64)),
    Column("lease_until", Instant),
    Column("fence", Integer, nullable=False),
    Column("last_failure", String(40)),  # a code of hub.telling.errors; never a text from outside
    UniqueConstraint("kind", "event_id", "audience"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="leased_until"),
    Index(None, "state", "next_attempt_at"),
)
"""One event for one audience. INVARIANT: the same event never makes two notices for the same audience.

`due_at` is when it should first be told, `next_attempt_at` when delivery is next tried. `fence` grows with every lease:
a worker that lost its lease cannot write over the next one's work.
"""

notice_person = Table(
    "notice_person",
    metadata,
    Column("notice_id", Uuid, ForeignKey("notice.id"), primary_key=True),
    Column("person_id", Uuid, primary_key=True, index=True),
    Column("listed_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("opened_at", Instant),
    Column("acknowledged_at", Instant),
)
"""One notice in one person's inbox. Listed, told, opened and acknowledged are different facts, each set once."""

notice_told = Table(
    "notice_told",
    metadata,
    Column("notice_id", Uuid, ForeignKey("notice.id"), primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("channel", String(8), primary_key=True),
    Column("told_at", Instant, nullable=False),
    Column("provider_reference", String(64), nullable=False, unique=True),
)
"""A telling that the channel accepted. The provider reference is the same for every try of one notice to one person."""
