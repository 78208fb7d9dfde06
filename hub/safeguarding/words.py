"""The words of an override for whoever confirms or reviews it, and the evidence of a bar for whoever may lift it.

One of the few functions that may open sealed bytes (docs/decisions/0003-who-may-open.md): nobody can stand by, review
or lift what they cannot read. It never opens a record value.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from hub.database import reading
from hub.safeguarding import queries
from hub.safeguarding.course import may_confirm, may_review
from hub.safeguarding.errors import NotForYou
from hub.safeguarding.model import Safeguarding
from hub.safeguarding.who import at_hand, worker_of
from hub.safeguarding.writing import evidence_purpose, words_purpose
from hub.sealing.model import learner_key
from hub.sealing.opening import open_text


def words_of(room: Safeguarding, person_id: UUID, subject_id: UUID) -> str:
    """What was written when this override was made, or seen when this bar was set; raises NotForYou."""
    with reading(room.engine) as connection:
        learner_id, purpose, box = _box(room, connection, person_id, subject_id)
    owner = learner_key(learner_id)
    return open_text(room.keys.unwrap(owner), box, owner=owner, purpose=purpose).decode()


def _box(room: Safeguarding, connection: Connection, person_id: UUID, subject_id: UUID) -> tuple[UUID, str, bytes]:
    at = room.clock()
    bar = queries.bar_by_id(connection, subject_id)
    if bar is not None:
        if not at_hand(connection, person_id, bar.learner_id, at=at).may_bar:
            raise NotForYou
        return bar.learner_id, evidence_purpose(bar.id), bar.sealed_evidence
    worker = worker_of(connection, person_id)
    row = queries.override_for(connection, worker.agency_id, subject_id, person_id=person_id)
    if row is None:
        raise NotForYou
    at_hand(connection, person_id, row.learner_id, at=at)
    waits = row.confirmed_at is None and at < row.ends_at
    took_part = person_id in (row.acting_person_id, row.second_person_id)
    if not (took_part or (waits and may_confirm(worker, row)) or may_review(connection, worker, row)):
        raise NotForYou
    return row.learner_id, words_purpose(row.id), row.sealed_words
