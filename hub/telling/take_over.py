"""Handing a learner over: history row, ledger entries and notices in one transaction, under the learner's lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.kinds import Kind
from hub.directory import links, ties
from hub.directory.hand_over import hand_over
from hub.directory.model import Accountable
from hub.directory.streams import LedgerEvent, lock_learner, write_events
from hub.notices.model import NoticeKind, one_person
from hub.notices.write import pass_on, write_notice
from hub.sealing.key_store import KeyStore
from hub.sealing.model import KeyOwner, SubjectKey


def take_over(
    connection: Connection,
    keys: KeyStore,
    unwrapped: Mapping[KeyOwner, SubjectKey],
    *,
    learner_id: UUID,
    to_person_id: UUID,
    because: str,
    at: datetime,
) -> Accountable:
    """Make `to_person_id` accountable, tell them, and pass on what the one before never acknowledged.

    `unwrapped` holds the learner's key. Raises as `hub.directory.hand_over` does.
    """
    lock_learner(connection, learner_id)
    row = hand_over(connection, keys, learner_id=learner_id, to_person_id=to_person_id, because=because, at=at)
    pass_on(connection, learner_id=learner_id, at=at)
    write_notice(
        connection,
        kind=NoticeKind.ACCOUNTABLE_HANDED_OVER,
        event_id=row.id,
        learner_id=learner_id,
        agency_id=None,
        audience=one_person(to_person_id),
        at=at,
    )
    event = LedgerEvent(
        kind=Kind.ACCOUNTABLE_CHANGED,
        body={"accountable": str(row.id), "person": str(to_person_id)},
        subject_event_id=row.id,
        handles=[handle for _, handle in links.handles_of(connection, learner_id)],
        sight=[one.person_id for one in ties.people_with_sight(connection, learner_id, at=at)],
    )
    write_events(connection, unwrapped, [(learner_id, event)], at=at)
    return row
