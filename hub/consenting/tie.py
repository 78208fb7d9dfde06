"""Writing down what a person is to a learner, with its ledger entries and notice, under the learner's lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Engine

from consent.ledger.kinds import Kind
from hub.database import Clock, unit_of_work
from hub.directory.model import Standing, TieKind
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.directory.ties import add_tie
from hub.notices.model import ACCOUNTABLE, NoticeKind
from hub.notices.write import write_notice
from hub.sealing.key_store import KeyStore


@dataclass(frozen=True, slots=True)
class NewTie:
    """A tie that somebody has checked: evidence kind (birth registration, court order, …) and what was seen."""

    learner_id: UUID
    person_id: UUID
    kind: TieKind
    standing: Standing | None
    evidence_kind: str
    evidence: str = field(repr=False)
    from_on: date
    until_on: date | None
    checked_by: UUID


def write_tie(engine: Engine, keys: KeyStore, new: NewTie, *, clock: Clock) -> UUID:
    """Write the tie down; answers with its id. It gives standing from the next read on.

    Raises hub.directory.errors.UnknownLearner or UnknownPerson; nothing is written then.
    """
    key = key_of_learner(keys, new.learner_id)
    with unit_of_work(engine) as connection:
        lock_learner(connection, new.learner_id)
        at = clock()
        tie_id = add_tie(
            connection,
            keys,
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
        body = {"tie": str(tie_id), "tie_kind": new.kind.value, "standing": new.standing and new.standing.value}
        event = LedgerEvent(Kind.TIE_MADE, body, tie_id, sight=[new.person_id])
        write_events(connection, {key.owner: key}, [(new.learner_id, event)], at=at)
        write_notice(
            connection,
            kind=NoticeKind.TIE_CHANGED,
            event_id=tie_id,
            learner_id=new.learner_id,
            agency_id=None,
            audience=ACCOUNTABLE,
            at=at,
        )
    return tie_id
