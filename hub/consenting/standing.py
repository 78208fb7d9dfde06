"""Who may decide for a learner, and in which capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from consent.model import Standing
from hub.consenting.errors import NotStanding
from hub.database import Clock
from hub.directory import ties
from hub.directory.model import Standing as TieStanding
from hub.protocols.book import PolicyBook
from hub.sealing.key_store import KeyStore

_CAPACITY = {
    TieStanding.PARENT: Standing.PARENT_WITH_RESPONSIBILITY,
    TieStanding.YOUNG_PERSON: Standing.YOUNG_PERSON,
    TieStanding.CHILD_WITH_CAPACITY: Standing.CHILD_WITH_CAPACITY,
    TieStanding.CASE_FRIEND: Standing.CASE_FRIEND,
    TieStanding.DEPUTY: Standing.DEPUTY,
    TieStanding.ATTORNEY: Standing.ATTORNEY,
    TieStanding.LOCAL_AUTHORITY: Standing.LOCAL_AUTHORITY,
}


@dataclass(frozen=True, slots=True)
class Consenting:
    """What decisions of families need."""

    engine: Engine
    keys: KeyStore
    book: PolicyBook
    clock: Clock


def standing_of(connection: Connection, *, person_id: UUID, learner_id: UUID, at: datetime) -> Standing:
    """In which capacity this person may decide for this learner at `at`; raises NotStanding.

    It rests on a tie that a worker checked (docs/glossary.md): knowing the child proves nothing.
    """
    for sight in ties.people_with_sight(connection, learner_id, at=at):
        if sight.person_id == person_id:
            return _CAPACITY[sight.standing]
    raise NotStanding
