"""The level of need: a planning tool of the partnership, set by who is accountable.

INVARIANT: nothing but `when: levels` of a protocol row ever asks for it. It is no condition of having a plan, nor of
what a plan holds: the Act knows one threshold (ALN and Education Tribunal (Wales) Act 2018, section 2).
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine

from consent.ledger.kinds import Kind
from hub.circumstances import queries
from hub.circumstances.errors import LevelNotTheirs
from hub.circumstances.life import level_purpose
from hub.database import Clock, new_id, unit_of_work
from hub.directory import hand_over, links, ties
from hub.directory.queries import parties
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.sealing.key_store import KeyStore
from hub.sealing.text import seal_text
from policies.terms import LEVELS


def set_level(engine: Engine, keys: KeyStore, learner_id: UUID, level: int, *, set_by: UUID, clock: Clock) -> UUID:
    """Set the level, sealed, in place of the one before; answers with the row's id.

    Raises ValueError for a level that there is not, UnknownLearner, and LevelNotTheirs unless `set_by` is accountable.
    """
    if level not in LEVELS:
        raise ValueError(f"a level of need is one of {sorted(LEVELS)}")
    key = key_of_learner(keys, learner_id)
    level_id = new_id()
    sealed = seal_text(key, owner=key.owner, purpose=level_purpose(level_id), data=str(level).encode())
    with unit_of_work(engine) as connection:
        lock_learner(connection, learner_id)
        at = clock()
        person = parties.person_by_id(connection, set_by)
        if hand_over.accountable_of(connection, learner_id).person_id != set_by or person is None:
            raise LevelNotTheirs(set_by)
        queries.insert_level(
            connection,
            {"id": level_id, "learner_id": learner_id, "sealed_level": sealed, "set_by": set_by, "set_at": at},
        )
        event = LedgerEvent(
            Kind.LEVEL_SET,
            {"level": str(level_id), "person": str(set_by)},
            level_id,
            handles=[one for agency, one in links.handles_of(connection, learner_id) if agency == person.agency_id],
            sight=[one.person_id for one in ties.people_with_sight(connection, learner_id, at=at)],
        )
        write_events(connection, {key.owner: key}, [(learner_id, event)], at=at)
    return level_id
