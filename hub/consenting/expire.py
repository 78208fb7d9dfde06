"""Consents whose time is over get their event, so that family and accountable person are told.

The end itself needs no event: a consent shows nothing from `valid_until` on, whether or not this has run.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from consent import events
from consent.errors import AnswerRefused
from consent.model import EventKind
from hub.consenting.standing import Consenting
from hub.consenting.write import Taken, write
from hub.database import reading, unit_of_work
from hub.directory.streams import lock_learner
from hub.sealing.model import learner_key

BATCH = 50


def expire_due(room: Consenting, *, at: datetime, limit: int = BATCH) -> int:
    """Write the expired event of up to `limit` consents whose end has come; answers how many were written.

    Any number of processes may do this at once: the event is written under the learner's lock, and a consent that has
    its event, or was granted anew, is left alone.
    """
    with reading(room.engine) as connection:
        due = events.lapsed(connection, at=at, limit=limit)
    return sum(_expire(room, learner_id, consent_id, at=at) for learner_id, consent_id in due)


def _expire(room: Consenting, learner_id: UUID, consent_id: UUID, *, at: datetime) -> int:
    key = room.keys.unwrap(learner_key(learner_id))
    taken = Taken(EventKind.EXPIRED, None, None, None, at)
    try:
        with unit_of_work(room.engine) as connection:
            lock_learner(connection, learner_id)
            write(connection, key, consent_id, taken)
    except AnswerRefused:
        return 0
    return 1
