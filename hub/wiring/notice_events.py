"""What happens to a notice goes into the ledger: for the told person's agency, and for them if they have a stream.

Not into every stream with sight: that a notice about one parent's decision was told is nothing for the other parent.
"""

from __future__ import annotations

from sqlalchemy import Connection

from consent.ledger.kinds import Kind
from hub.directory import links, ties
from hub.directory.queries import parties
from hub.directory.streams import LedgerEvent, lock_learner, write_events
from hub.sealing.key_store import KeyStore
from hub.sealing.model import learner_key
from hub.telling.recording import NoticeEvent, RecordEvent


def record_notice_events(keys: KeyStore) -> RecordEvent:
    """A `RecordEvent` that seals under the learner's key. A notice about no single learner has no stream to be in."""

    def record(connection: Connection, event: NoticeEvent) -> None:
        if event.learner_id is None:
            return
        owner = learner_key(event.learner_id)
        key = keys.unwrap(owner)
        lock_learner(connection, event.learner_id)
        write_events(connection, {owner: key}, [(event.learner_id, _ledger_event(connection, event))], at=event.at)

    return record


def _ledger_event(connection: Connection, event: NoticeEvent) -> LedgerEvent:
    if event.learner_id is None:
        raise ValueError("a notice event in the ledger is about a learner")
    person = parties.person_by_id(connection, event.person_id)
    agency_id = None if person is None else person.agency_id
    handles = links.handles_of(connection, event.learner_id)
    sight = ties.people_with_sight(connection, event.learner_id, at=event.at)
    return LedgerEvent(
        kind=Kind(event.kind.value),
        body={"notice": str(event.notice_id), "event": str(event.event_id), "person": str(event.person_id)},
        subject_event_id=event.notice_id,
        handles=[handle for agency, handle in handles if agency == agency_id],
        sight=[one.person_id for one in sight if one.person_id == event.person_id],
    )
