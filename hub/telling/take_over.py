"""Handing a learner over: history row, ledger entries and notices in one transaction, under the learner's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from consent.ledger.kinds import Kind
from hub.database import Clock, unit_of_work
from hub.directory import links, ties
from hub.directory.hand_over import hand_over
from hub.directory.model import Accountable
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.notices.model import NoticeKind, one_person
from hub.notices.write import pass_on, write_notice
from hub.sealing.key_store import KeyStore


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Who is accountable now, and how many notices that nobody had acknowledged are told again."""

    row: Accountable
    told_again: int


def take_over(
    engine: Engine, keys: KeyStore, *, learner_id: UUID, to_person_id: UUID, because: str, clock: Clock
) -> TakenOver:
    """Make `to_person_id` accountable, tell them, and pass on what the one before never acknowledged.

    Raises UnknownLearner, NotAccountable or NotYetSucceeded; nothing is changed then.
    """
    key = key_of_learner(keys, learner_id)
    with unit_of_work(engine) as connection:
        lock_learner(connection, learner_id)
        at = clock()
        row = hand_over(connection, keys, learner_id=learner_id, to_person_id=to_person_id, because=because, at=at)
        again = pass_on(connection, learner_id=learner_id, at=at)
        _tell(connection, row, at=at)
        write_events(connection, {key.owner: key}, [(learner_id, _event(connection, row, at=at))], at=at)
    return TakenOver(row, again)


def _tell(connection: Connection, row: Accountable, *, at: datetime) -> None:
    write_notice(
        connection,
        kind=NoticeKind.ACCOUNTABLE_HANDED_OVER,
        event_id=row.id,
        learner_id=row.learner_id,
        agency_id=None,
        audience=one_person(row.person_id),
        at=at,
    )


def _event(connection: Connection, row: Accountable, *, at: datetime) -> LedgerEvent:
    return LedgerEvent(
        kind=Kind.ACCOUNTABLE_CHANGED,
        body={"accountable": str(row.id), "person": str(row.person_id)},
        subject_event_id=row.id,
        handles=[handle for _, handle in links.handles_of(connection, row.learner_id)],
        sight=[one.person_id for one in ties.people_with_sight(connection, row.learner_id, at=at)],
    )
