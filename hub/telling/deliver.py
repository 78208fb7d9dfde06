"""Telling what is due. A crash anywhere leaves a row whose lease runs out, and the next sweep takes it.

Order of one notice, each step its own unit of work and none open while a mail is handed over: lease; work out the
person and list the notice in the inbox; send; write down told, with its ledger entry. A crash between "accepted" and
"told" sends the mail twice: it says itself that this is harmless, and carries the same reference.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine

from hub.database import unit_of_work
from hub.notices import queries as notices
from hub.notices.model import BULK_KINDS, Leased, NoticeKind, NoticeState
from hub.telling import queries
from hub.telling.channels import Mailer
from hub.telling.errors import LeaseLost, MailRefused, MailUnavailable, MayNotKnow, NobodyToTell
from hub.telling.model import Address, Channel, Mail
from hub.telling.recipients import recipient_now
from hub.telling.recording import NoticeEvent, NoticeEventKind, RecordEvent
from hub.telling.texts import notice_text

LEASE = timedelta(seconds=300)
BATCH = 20
_BUDGET_SECONDS = 60.0  # no mail is begun later than this into a sweep: the lease and the task limit end far after it

RETRY_PLAN = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=2),
)
"""Pauses after the first, second, … failed attempt: five days in all, a long weekend without a mail server included."""

MAX_ATTEMPTS = len(RETRY_PLAN) + 1

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """What telling works with. `address_of` opens a person's contact (`hub.directory`); None: no such person."""

    engine: Engine
    mailer: Mailer
    address_of: Callable[[UUID], Address | None]
    record: RecordEvent
    base_url: str
    lease: timedelta = LEASE


@dataclass(slots=True)
class _Round:
    """What one sweep has seen: who got a mail for a bulk kind, and whether the mail server is down."""

    began: float
    mailed: set[tuple[UUID, NoticeKind]] = field(default_factory=set)
    outage: MailUnavailable | None = None


def sweep(post: Post, *, holder: str, at: datetime) -> int:
    """Tell up to `BATCH` due notices; answers how many were taken on. May run in any number of processes at once.

    `holder` names the process in the lease, for the operator; the lease itself is held by its fence number.
    """
    with unit_of_work(post.engine) as connection:
        buried = notices.bury_exhausted(connection, at=at, attempts=MAX_ATTEMPTS)
        leased = notices.lease_due(connection, holder=holder, at=at, until=at + post.lease, limit=BATCH)
    for notice_id in buried:
        _log.error("notice_dead", notice_id=str(notice_id), code="worker-died")
    this_round = _Round(time.monotonic())
    for each in leased:
        _deliver(post, each, this_round, at=at)
    return len(leased)


def _deliver(post: Post, leased: Leased, this_round: _Round, *, at: datetime) -> None:
    try:
        if time.monotonic() - this_round.began > _BUDGET_SECONDS:
            _give_back(post, leased, at=at)
        else:
            _tell(post, leased, this_round, at=at)
    except MailUnavailable as failure:
        this_round.outage = failure if failure.is_outage else this_round.outage
        _try_later(post, leased, code=failure.code, at=at)
    except NobodyToTell as failure:
        _try_later(post, leased, code=failure.code, at=at)
    except MailRefused as failure:
        _bury(post, leased, code=failure.code)
    except MayNotKnow as failure:
        _end(post, leased, state=NoticeState.VOID, code=failure.code)
    except LeaseLost:
        _log.warning("notice_lease_lost", notice_id=str(leased.id))
    except Exception as failure:  # one bad row must not keep the rest from being told; its class is all that is said
        _log.error("notice_failed", notice_id=str(leased.id), error=type(failure).__name__)
        _try_later(post, leased, code="failed", at=at)


def _tell(post: Post, leased: Leased, this_round: _Round, *, at: datetime) -> None:
    with unit_of_work(post.engine) as connection:
        person_id = recipient_now(connection, leased, at=at)
        queries.list_for(connection, notice_id=leased.id, person_id=person_id, at=at)
        told_before = queries.was_told(connection, notice_id=leased.id, person_id=person_id)
    if told_before:
        _end(post, leased, state=NoticeState.DONE)
        return
    channel = _hand_over(post, leased, this_round, person_id=person_id, at=at)
    _write_down(post, leased, person_id=person_id, channel=channel, at=at)
    _log.info("notice_told", notice_id=str(leased.id), channel=channel.value, attempts=leased.attempts)


def _hand_over(post: Post, leased: Leased, this_round: _Round, *, person_id: UUID, at: datetime) -> Channel:
    address = post.address_of(person_id)
    if address is None or address.email is None or (person_id, leased.kind) in this_round.mailed:
        return Channel.INBOX
    if this_round.outage is not None:
        raise this_round.outage
    subject, body = notice_text(reference=leased.reference, base_url=post.base_url, language=address.language)
    reference = leased.provider_reference(person_id)
    post.mailer.send(Mail(reference, person_id, at, to=address.email, subject=subject, body=body))
    if leased.kind in BULK_KINDS:
        this_round.mailed.add((person_id, leased.kind))
    return Channel.MAIL


def _write_down(post: Post, leased: Leased, *, person_id: UUID, channel: Channel, at: datetime) -> None:
    with unit_of_work(post.engine) as connection:
        # The ledger first: it locks the learner's stream row, and locks are taken in that order everywhere.
        event_id = queries.event_of(connection, leased.id)
        told = NoticeEvent(NoticeEventKind.TOLD, leased.id, event_id, person_id, leased.learner_id, at)
        post.record(connection, told)
        state = NoticeState.DONE if _is_still(connection, leased, person_id, at=at) else NoticeState.DUE
        if not notices.end_lease(connection, leased, state=state):
            raise LeaseLost(leased.id)
        queries.note_told(connection, leased, person_id=person_id, channel=channel, at=at)


def _is_still(connection: Connection, leased: Leased, person_id: UUID, *, at: datetime) -> bool:
    """False when the learner was handed over while the mail was on its way: the next person is told as well."""
    try:
        return recipient_now(connection, leased, at=at) == person_id
    except (NobodyToTell, MayNotKnow):
        return False


def _try_later(post: Post, leased: Leased, *, code: str, at: datetime) -> None:
    if leased.attempts >= MAX_ATTEMPTS:
        _bury(post, leased, code=code)
        return
    pause = RETRY_PLAN[leased.attempts - 1]
    _log.warning("notice_postponed", notice_id=str(leased.id), code=code, attempts=leased.attempts)
    _end(post, leased, state=NoticeState.DUE, code=code, next_attempt_at=at + pause)


def _bury(post: Post, leased: Leased, *, code: str) -> None:
    _log.error("notice_dead", notice_id=str(leased.id), code=code, attempts=leased.attempts)
    _end(post, leased, state=NoticeState.DEAD, code=code)


def _give_back(post: Post, leased: Leased, *, at: datetime) -> None:
    with unit_of_work(post.engine) as connection:
        notices.end_lease(connection, leased, state=NoticeState.DUE, next_attempt_at=at, is_attempt=False)


def _end(
    post: Post,
    leased: Leased,
    *,
    state: NoticeState,
    code: str | None = None,
    next_attempt_at: datetime | None = None,
) -> None:
    with unit_of_work(post.engine) as connection:
        notices.end_lease(connection, leased, state=state, failure=code, next_attempt_at=next_attempt_at)
