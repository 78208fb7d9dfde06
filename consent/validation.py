"""Which events make sense after what there is; pure. Who may decide is the hub's to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from consent.errors import (
    EndsBeforeStart,
    NobodyDecided,
    NoFields,
    NothingToChange,
    UnexpectedFields,
    WidensConsent,
)
from consent.model import Answer, ConsentState, EventKind, Status

_STANDING_GRANT = (Status.ACTIVE, Status.PENDING)


def check(event: Answer, before: ConsentState) -> None:
    """Raise the `AnswerRefused` that says why `event` can't follow `before` (the state at the event's own instant)."""
    if event.kind is not EventKind.EXPIRED and (event.decided_by is None or event.standing is None):
        raise NobodyDecided(event.consent_id, "a decision needs the person who took it and their standing")
    if event.decided_by is not None and event.decided_by != before.decided_by:
        raise NobodyDecided(event.consent_id, "this consent is another person's answer")
    _CHECKS[event.kind](event, before)


def _granted(event: Answer, _before: ConsentState) -> None:
    _names_fields(event)
    if event.valid_from is None:
        raise EndsBeforeStart(event.consent_id, "a grant says from when it holds")
    if event.valid_until is not None and event.valid_until <= max(event.valid_from, event.at):
        raise EndsBeforeStart(event.consent_id, "it would end before it starts")


def _refused(event: Answer, _before: ConsentState) -> None:
    _names_fields(event)


def _narrowed(event: Answer, before: ConsentState) -> None:
    if before.status is not Status.ACTIVE:
        raise NothingToChange(event.consent_id, "there is no grant in force to narrow")
    _names_fields(event)
    if not before.field_ids.issuperset(event.field_ids):
        raise WidensConsent(event.consent_id, "a narrowing adds no field; a new one needs a grant")
    if event.valid_until is None:
        return
    if before.valid_until is not None and event.valid_until > before.valid_until:
        raise WidensConsent(event.consent_id, "a narrowing adds no time; more of it needs a grant")
    if event.valid_until <= event.at:
        raise EndsBeforeStart(event.consent_id, "it would end at once; withdraw instead")


def _withdrawn(event: Answer, before: ConsentState) -> None:
    if before.status not in _STANDING_GRANT:
        raise NothingToChange(event.consent_id, "there is nothing granted to withdraw")
    _names_nothing(event)


def _expired(event: Answer, before: ConsentState) -> None:
    if before.status is not Status.EXPIRED or before.last_event_kind is EventKind.EXPIRED:
        raise NothingToChange(event.consent_id, "its end has not come, or is on record already")
    _names_nothing(event)


def _names_fields(event: Answer) -> None:
    if not event.field_ids or "" in event.field_ids:
        raise NoFields(event.consent_id, "it names no field")
    if len(set(event.field_ids)) != len(event.field_ids):
        raise NoFields(event.consent_id, "it names a field twice")


def _names_nothing(event: Answer) -> None:
    if event.field_ids:
        raise UnexpectedFields(event.consent_id, "it ends the whole consent; to keep some fields, narrow it")


_CHECKS: Mapping[EventKind, Callable[[Answer, ConsentState], None]] = {
    EventKind.GRANTED: _granted,
    EventKind.REFUSED: _refused,
    EventKind.NARROWED: _narrowed,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.EXPIRED: _expired,
}
