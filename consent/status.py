"""What a consent's events come to: pure, so that every reader in every process concludes the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from consent.errors import HistoryUnreadable
from consent.model import ConsentEvent, ConsentKind, ConsentState, EventKind, Matter, Status

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Held:
    status: Status = Status.NONE
    field_ids: frozenset[str] = _NOTHING
    said_no: frozenset[str] = _NOTHING
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    protocol_id: str | None = None
    protocol_version: str | None = None


def fold(events: Iterable[ConsentEvent], *, consent_id: UUID, matter: Matter, at: datetime) -> ConsentState:
    """What `events` come to at `at`; their order in the iterable doesn't matter, their numbers do.

    Every event counts, whatever its own instant: a withdrawal binds from its commit, not from somebody's clock.
    Raises HistoryUnreadable where numbers are not 1..n: the missing one may be a withdrawal.
    """
    held = _Held()
    last: ConsentEvent | None = None
    for expected, event in enumerate(sorted(events, key=lambda event: event.number), start=1):
        if event.number != expected or event.consent_id != consent_id:
            raise HistoryUnreadable(consent_id)
        held = _after(held, event)
        last = event
    status = _status_at(held, at)
    return ConsentState(
        consent_id=consent_id,
        matter=matter,
        status=status,
        field_ids=held.field_ids if status is Status.ACTIVE else _NOTHING,
        said_no=held.said_no,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
        last_event_id=None if last is None else last.id,
        last_event_kind=None if last is None else last.kind,
        protocol_id=held.protocol_id,
        protocol_version=held.protocol_version,
    )


def combine(states: Sequence[ConsentState]) -> frozenset[str]:
    """Fields that may be seen where several people answered the same question: the narrower answer holds.

    Every grant in force must name the field; nobody may have said no to it, and a grant that was withdrawn closes the
    whole question until that person grants anew or a worker decides. A lapsed grant speaks no longer, but what its
    giver had said no to stays closed. So refusing, narrowing and withdrawing never open anything, whoever does it.
    """
    granted = [state.field_ids for state in states if state.status is Status.ACTIVE]
    if not granted or any(state.status is Status.WITHDRAWN for state in states):
        return _NOTHING
    return frozenset.intersection(*granted).difference(*(state.said_no for state in states))


class Question(NamedTuple):
    """What several people may each have answered: a matter without its person and learner."""

    kind: ConsentKind
    holder: str
    recipient: str
    purpose: str
    scope: str


def question_of(state: ConsentState) -> Question:
    """The question that a state answers."""
    return Question(state.kind, state.holder, state.recipient, state.purpose, state.scope)


def effective(states: Iterable[ConsentState]) -> dict[Question, frozenset[str]]:
    """`combine` for each question that the states of one learner are about; without a grant in force: nothing."""
    by_question: dict[Question, list[ConsentState]] = {}
    for state in states:
        by_question.setdefault(question_of(state), []).append(state)
    return {question: combine(answers) for question, answers in by_question.items()}


def _after(held: _Held, event: ConsentEvent) -> _Held:
    if event.kind is EventKind.GRANTED:
        return _granted(held, event)
    if event.kind is EventKind.REFUSED:
        return _refused(held, event)
    if held.status is not Status.ACTIVE:
        return held
    if event.kind is EventKind.NARROWED:
        return _narrowed(held, event)
    if event.kind is EventKind.WITHDRAWN:
        return replace(held, status=Status.WITHDRAWN, field_ids=_NOTHING, said_no=held.said_no | held.field_ids)
    return replace(held, status=Status.EXPIRED, field_ids=_NOTHING)


def _granted(held: _Held, event: ConsentEvent) -> _Held:
    fields = frozenset(event.field_ids)
    return _Held(
        Status.ACTIVE,
        fields,
        held.said_no - fields,
        event.valid_from,
        event.valid_until,
        event.protocol_id,
        event.protocol_version,
    )


def _refused(held: _Held, event: ConsentEvent) -> _Held:
    asked = frozenset(event.field_ids)
    left, said_no = held.field_ids - asked, held.said_no | asked
    if held.status is Status.ACTIVE:
        # Refusing all that was granted is no milder than withdrawing it.
        return replace(held, status=Status.ACTIVE if left else Status.WITHDRAWN, field_ids=left, said_no=said_no)
    return replace(held, status=_REFUSED_FROM.get(held.status, held.status), said_no=said_no)


_REFUSED_FROM = {Status.NONE: Status.REFUSED, Status.EXPIRED: Status.REFUSED}


def _narrowed(held: _Held, event: ConsentEvent) -> _Held:
    left = held.field_ids & frozenset(event.field_ids)
    return replace(
        held,
        field_ids=left,
        said_no=held.said_no | (held.field_ids - left),
        valid_from=_later(held.valid_from, event.valid_from),
        valid_until=_earlier(held.valid_until, event.valid_until),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _status_at(held: _Held, at: datetime) -> Status:
    if held.status is not Status.ACTIVE:
        return held.status
    if held.valid_until is not None and at >= held.valid_until:
        return Status.EXPIRED
    if held.valid_from is not None and at < held.valid_from:
        return Status.PENDING
    return Status.ACTIVE
