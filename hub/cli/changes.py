"""Changes around a learner that are made by hand: row, ledger entry and notice in one transaction, under the lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.kinds import Kind
from hub.cli.running import Stores
from hub.database import unit_of_work
from hub.directory import ties
from hub.directory.errors import UnknownLearner
from hub.directory.hand_over import hand_over
from hub.directory.model import Standing, TieKind
from hub.directory.streams import LedgerEvent, lock_learner, write_events
from hub.notices.model import ACCOUNTABLE, NoticeKind
from hub.notices.write import pass_on, write_notice
from hub.sealing.errors import KeyMissing
from hub.sealing.model import SubjectKey, learner_key


@dataclass(frozen=True, slots=True)
class NewTie:
    """A tie that `checked_by` has seen evidence for."""

    learner_id: UUID
    person_id: UUID
    kind: TieKind
    standing: Standing | None
    evidence_kind: str
    evidence: str = field(repr=False)
    from_on: date
    until_on: date | None
    checked_by: UUID


def make_tie(stores: Stores, new: NewTie) -> UUID:
    """Write down a tie and tell the accountable person. Raises UnknownLearner or UnknownPerson."""
    key = _key(stores, new.learner_id)
    with unit_of_work(stores.engine) as connection:
        lock_learner(connection, new.learner_id)
        at = stores.clock()
        tie_id = ties.add_tie(
            connection,
            stores.keys,
            learner_id=new.learner_id,
            person_id=new.person_id,
            kind=new.kind,
            standing=new.standing,
            evidence_kind=new.evidence_kind,
            evidence=new.evidence,
            from_on=new.from_on,
            until_on=new.until_on,
            checked_by=new.checked_by,
            at=at,
        )
        sight = _sight(connection, new.learner_id, at)
        event = LedgerEvent(Kind.TIE_MADE, {"tie": str(tie_id), "tie_kind": new.kind.value}, tie_id, sight=sight)
        _record(connection, key, new.learner_id, event=event, notice=NoticeKind.TIE_CHANGED, at=at)
    _ring(stores)
    return tie_id


def hand_over_learner(stores: Stores, *, learner_id: UUID, to_person_id: UUID, because: str) -> int:
    """Make somebody accountable and tell them; answers how many notices they are told again.

    Raises UnknownLearner, NotAccountable or NotYetSucceeded; nothing is changed then.
    """
    key = _key(stores, learner_id)
    with unit_of_work(stores.engine) as connection:
        lock_learner(connection, learner_id)
        at = stores.clock()
        row = hand_over(
            connection, stores.keys, learner_id=learner_id, to_person_id=to_person_id, because=because, at=at
        )
        again = pass_on(connection, learner_id=learner_id, at=at)
        sight = _sight(connection, learner_id, at)
        event = LedgerEvent(Kind.ACCOUNTABLE_CHANGED, {"accountable": str(row.id)}, row.id, sight=sight)
        _record(connection, key, learner_id, event=event, notice=NoticeKind.ACCOUNTABLE_HANDED_OVER, at=at)
    _ring(stores)
    return again


def _key(stores: Stores, learner_id: UUID) -> SubjectKey:
    """The learner's key, unwrapped before any lock is taken."""
    try:
        return stores.keys.unwrap(learner_key(learner_id))
    except KeyMissing:
        raise UnknownLearner(learner_id) from None


def _sight(connection: Connection, learner_id: UUID, at: datetime) -> Sequence[UUID]:
    return [sight.person_id for sight in ties.people_with_sight(connection, learner_id, at=at)]


def _record(
    connection: Connection, key: SubjectKey, learner_id: UUID, *, event: LedgerEvent, notice: NoticeKind, at: datetime
) -> None:
    write_events(connection, {key.owner: key}, [(learner_id, event)], at=at)
    write_notice(
        connection,
        kind=notice,
        event_id=event.subject_event_id,
        learner_id=learner_id,
        agency_id=None,
        audience=ACCOUNTABLE,
        at=at,
    )


def _ring(stores: Stores) -> None:
    stores.doorbell.ring("ledger")
    stores.doorbell.ring("notices")
